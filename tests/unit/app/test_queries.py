"""Queries see what was done before they were asked, and say so when they cannot."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from algotradehub.app.embedded import run_embedded
from algotradehub.app.queries import ProjectionQueries
from algotradehub.connectivity.clock import LoopClock
from algotradehub.domain.errors import NotReady
from algotradehub.domain.order import OrderStatus
from algotradehub.ports.store import Changes, OrderFilter
from algotradehub.storage.sqlite.projection import open_projection
from algotradehub.trading.state import DeskState
from tests.unit.app.small import ACCOUNT, TENANT, priced, request, small_settings


async def test_they_see_what_was_just_done(tmp_path: Path) -> None:
    async with run_embedded(small_settings(tmp_path)) as platform:
        await priced(platform)
        queries = platform.queries
        order = platform.core.orders.submit(request("one"))
        await queries.settled()
        [newest] = await queries.orders(OrderFilter(tenant=TENANT, limit=1))
        assert newest == order
        assert newest.status is OrderStatus.FILLED
        filled = await queries.fills(tenant=TENANT, order_id=order.order_id)
        assert sum(fill.quantity for fill in filled) == Decimal("0.01")
        assert await queries.fills(tenant=TENANT, account=ACCOUNT) == filled
        assert queries.trouble is None
        kinds = [record.kind for record in await queries.timeline(order.order_id)]
        assert kinds[0] == "intent"


async def test_a_projection_that_stopped_is_said_and_not_waited_for(tmp_path: Path) -> None:
    clock = LoopClock(asyncio.get_running_loop())
    state = DeskState(load=lambda _: None, locate=lambda *_: None)
    stopped = asyncio.Event()
    async with open_projection(
        tmp_path / "db", clock=clock, alert=lambda _: stopped.set(), max_pending_records=-1
    ) as projection:
        queries = ProjectionQueries(projection=projection, state=state, journal=tmp_path)
        await queries.settled()  # there is nothing to wait for yet
        state.changes = Changes(applied_seq=9)
        projection.feed(Changes(applied_seq=9))
        await stopped.wait()
        assert queries.trouble is not None
        with pytest.raises(NotReady, match="until the next start"):
            await queries.settled()
