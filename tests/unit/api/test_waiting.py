"""Lists wait for the projection, but not for ever."""

import asyncio

import pytest

from algotradehub.api import waiting
from tests.unit.api.gateway import gateway


async def test_it_is_settled_when_the_projection_says_so() -> None:
    async with gateway() as api:
        assert await waiting.settled(api.queries)


async def test_a_projection_that_cannot_keep_up_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "SETTLE_WITHIN_S", 0)
    async with gateway() as api:
        api.queries.stuck = True
        assert not await waiting.settled(api.queries)
        reply = await api.ask("GET", "/api/v1/orders")
        assert (reply.status, reply.json["complete"]) == (200, False)


async def test_a_caller_who_hangs_up_is_not_taken_for_a_slow_projection() -> None:
    async with gateway() as api:
        api.queries.stuck = True
        asking = asyncio.get_running_loop().create_task(waiting.settled(api.queries))
        asyncio.get_running_loop().call_soon(asking.cancel)
        with pytest.raises(asyncio.CancelledError):
            await asking
