"""The embedded profile from start to stop: orders, restarts, and what stops a start."""

import asyncio
import gc
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from algotradehub.api.stream.gateway import Stream
from algotradehub.api.views.orders import order_view
from algotradehub.app.embedded import Platform, run_embedded
from algotradehub.domain.errors import InvalidRequest, NotReady, StorageDamaged
from algotradehub.domain.order import (
    Amendment,
    OrderStatus,
    OrderType,
    PriceSource,
    QuoteAmount,
    Trigger,
    TriggerDirection,
)
from algotradehub.ports.store import OrderFilter
from algotradehub.settings.paper import LatencySettings
from algotradehub.storage.sqlite.store import SqliteStore
from tests.unit.app.small import (
    ACCOUNT,
    SYMBOL,
    TENANT,
    VENUE,
    assert_books_agree_with_venue,
    orders,
    priced,
    replayed,
    request,
    resting,
    small_settings,
    until,
)

MAKER = {
    "kind": "market_maker",
    "name": "maker",
    "account": ACCOUNT,
    "symbol": "ETH/USDT",
    "parameters": {"half_spread_bps": "0.2"},
}


async def trade(platform: Platform) -> None:
    """One order that fills, one that rests, one that was cancelled, one that risk would refuse."""
    await priced(platform)
    manager = platform.core.orders
    assert manager.submit(request("filled")).status is OrderStatus.FILLED
    assert manager.submit(resting("resting")).status is OrderStatus.OPEN
    cancelled = manager.submit(resting("cancelled"))
    assert manager.cancel(TENANT, cancelled.order_id).status is OrderStatus.CANCELLED
    # What the resting order holds back is told a little later.
    balances = platform.core.state.balances
    await until(platform, lambda: any(b.available != b.total for b in balances.all()))


async def test_an_order_fills_and_becomes_a_position(tmp_path: Path) -> None:
    async with run_embedded(small_settings(tmp_path)) as platform:
        await trade(platform)
        position = platform.core.state.positions.get(ACCOUNT, SYMBOL)
        assert position is not None
        assert position.quantity == Decimal("0.01")
        await platform.queries.settled()
        found = await platform.queries.orders(OrderFilter(tenant=TENANT))
        assert [order.request.idempotency_key for order in found] == [
            "cancelled",
            "resting",
            "filled",
        ]
        timeline = await platform.queries.timeline(orders(platform)["filled"].order_id)
        assert timeline[0].kind == "intent"
        await assert_books_agree_with_venue(platform)


async def test_a_stop_waits_is_amended_and_is_still_there_after_a_restart(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    trigger = Trigger(
        price=Decimal(900_000), direction=TriggerDirection.RISES_TO, source=PriceSource.MARK
    )
    stop = request("stop", type=OrderType.STOP_MARKET, trigger=trigger)
    moved = Amendment(trigger_price=Decimal(950_000))
    async with run_embedded(settings) as platform:
        await priced(platform)
        order = platform.core.orders.submit(stop)
        assert order.status is OrderStatus.OPEN
        order = platform.core.orders.amend(TENANT, order.order_id, moved)
        assert order.leg.trigger_price == moved.trigger_price
        assert order_view(order).trigger == msgspec.structs.replace(trigger, price=Decimal(950_000))
        crossed = Amendment(trigger_price=Decimal(1))
        order = platform.core.orders.amend(TENANT, order.order_id, crossed)
        assert order.leg.trigger_price == moved.trigger_price, "the price is there already"
    async with run_embedded(settings) as platform:
        await priced(platform)
        order = orders(platform)["stop"]
        assert (order.status, order.leg.trigger_price) == (OrderStatus.OPEN, moved.trigger_price)
        order = platform.core.orders.cancel(TENANT, order.order_id)
        assert order.status is OrderStatus.CANCELLED
        await assert_books_agree_with_venue(platform)


async def test_it_trades_against_a_recording(tmp_path: Path) -> None:
    recording = tmp_path / "quotes.csv"
    rows = [f"{1_700_000_000_000 + 10 * i},{100 + i}.5,{101 + i}.25,3,2" for i in range(50)]
    recording.write_text("\n".join(["timestamp,bid,ask,bid_qty,ask_qty", *rows]))
    settings = small_settings(tmp_path / "data", paper_venues=[replayed(recording)])
    async with run_embedded(settings) as platform:
        [desk] = platform.core.orders.desks
        assert desk.instruments[SYMBOL].price_step(Decimal(100)) == Decimal("0.01")
        await priced(platform)
        order = platform.core.orders.submit(
            request("a", amount=QuoteAmount(Decimal(150)), type=OrderType.MARKET)
        )
        assert order.status is OrderStatus.FILLED
        await assert_books_agree_with_venue(platform)


async def test_it_trades_against_real_recorded_quotes(tmp_path: Path, shared_data: Path) -> None:
    recording = shared_data / "l2" / "tardis_csv" / "huobi-dm-swap_quotes_BTC-USD.csv"
    settings = small_settings(
        tmp_path, paper_venues=[replayed(recording, symbol="BTC/USD", speed=100.0)]
    )
    async with run_embedded(settings) as platform:
        symbol = next(iter(platform.core.orders.desks[0].instruments))
        await priced(platform, symbol)
        order = platform.core.orders.submit(request("a", symbol=symbol))
        assert order.status is OrderStatus.FILLED
        quote = platform.market.quote(VENUE, symbol)
        assert quote is not None
        assert order.average_price is not None
        assert abs(order.average_price / quote.ask - 1) < Decimal("0.01")


async def test_a_restart_finds_everything_as_it_was(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    async with run_embedded(settings) as platform:
        await trade(platform)
        before = platform.core.state
        first = platform
    async with run_embedded(settings) as platform:
        state = platform.core.state
        assert state.orders == before.orders
        assert state.positions.all() == before.positions.all()
        assert {(b.asset, b.total, b.available, b.posted) for b in state.balances.all()} == {
            (b.asset, b.total, b.available, b.posted) for b in before.balances.all()
        }
        assert platform.directory.epoch == first.directory.epoch + 1
        assert platform.ids.tag == first.ids.tag
        # A repeated request is the order it was, not another one (order-path 1).
        known = orders(platform)["filled"]
        assert platform.core.orders.submit(request("filled")) == known
        await assert_books_agree_with_venue(platform)
        rests = orders(platform)["resting"]
        cancelled = platform.core.orders.cancel(TENANT, rests.order_id)
        assert cancelled.status is OrderStatus.CANCELLED


def remove_projection(data_dir: Path) -> None:
    for path in data_dir.glob("projection.db*"):
        path.unlink()


async def test_a_lost_projection_is_rebuilt_from_the_journal(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    async with run_embedded(settings) as platform:
        await trade(platform)
        before = platform.core.state
    remove_projection(tmp_path)
    async with run_embedded(settings) as platform:
        assert platform.core.state.orders == before.orders
        await platform.queries.settled()
        found = await platform.queries.orders(OrderFilter(tenant=TENANT))
        assert {order.order_id for order in found} == set(before.orders)


async def test_a_stop_leaves_the_projection_level_with_the_journal(tmp_path: Path) -> None:
    async with run_embedded(small_settings(tmp_path)) as platform:
        await priced(platform)
        platform.core.orders.submit(request("last moment"))
        state = platform.core.state
        assert platform.core.projector.level is False
    store = SqliteStore(tmp_path / "projection.db", read_only=True)
    assert store.applied_seq == state.changes.applied_seq
    assert [o.order_id for o in store.orders(OrderFilter(tenant=TENANT))] == list(state.orders)
    store.close()


async def test_a_stop_waits_for_answers_under_way(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    latency = LatencySettings(answer_s=0.1)
    slow = msgspec.structs.replace(settings.paper_venues[0], latency=latency)
    settings = msgspec.structs.replace(settings, paper_venues=(slow,))
    async with run_embedded(settings) as platform:
        await priced(platform)
        assert platform.core.orders.submit(request("a")).status is OrderStatus.PENDING
        state = platform.core.state
    [order] = state.orders.values()
    assert order.status is OrderStatus.FILLED


async def test_strategies_run_and_a_new_process_goes_on_with_their_orders(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, strategies=[MAKER])

    def filled(platform: Platform) -> bool:
        return len(platform.core.state.positions.all()) > 0

    async with run_embedded(settings) as platform:
        await until(platform, lambda: filled(platform))
        left = set(platform.core.state.orders)
    assert [s.stopped for s in platform.strategies.running] == ["the platform stops"]
    async with run_embedded(settings) as platform:
        await until(platform, lambda: len(platform.core.state.orders) > len(left))
        live = [platform.core.state.orders[o] for o in platform.core.state.live[ACCOUNT]]
        sides = [order.request.side for order in live]
        assert len(sides) == len(set(sides)) or any(order.cancel_pending for order in live)
        assert platform.strategies.running[0].refused == 0


async def test_a_second_instance_is_refused_in_one_sentence(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    async with run_embedded(settings):
        with pytest.raises(NotReady, match=r"in use by process \d+"):
            async with run_embedded(settings):
                pass
    async with run_embedded(settings):
        pass


async def test_a_damaged_journal_stops_the_start(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    async with run_embedded(settings) as platform:
        await trade(platform)
    [segment] = (tmp_path / "journal").iterdir()
    content = bytearray(segment.read_bytes())
    content[len(content) // 3] ^= 0xFF
    segment.write_bytes(content)
    with pytest.raises(StorageDamaged, match=segment.name):
        async with run_embedded(settings):
            pass


async def test_a_directory_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotReady, match=r"no directory is in the way; use --data DIR"):
        async with run_embedded(small_settings(tmp_path / "file")):
            pass


async def test_a_failed_start_lets_go_of_everything(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, paper_venues=[replayed(tmp_path / "none.csv")])
    with pytest.raises(InvalidRequest, match=r"none\.csv: there is no such file"):
        async with run_embedded(settings):
            pass
    assert len(asyncio.all_tasks()) == 1
    async with run_embedded(small_settings(tmp_path)):
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0


async def test_an_error_is_raised_as_itself_also_where_the_api_is_on(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, api={"port": 0})
    with pytest.raises(ZeroDivisionError) as raised:
        async with run_embedded(settings):
            raise ZeroDivisionError("in the body")
    assert raised.value.__cause__ is None


async def test_a_failed_start_is_raised_as_itself_also_where_the_api_is_on(
    tmp_path: Path,
) -> None:
    api = {"port": 0, "token_file": str(tmp_path / "token")}
    strategy = {"kind": "file", "name": "own", "account": ACCOUNT, "symbol": SYMBOL}
    settings = small_settings(
        tmp_path / "data", api=api, strategies=[{**strategy, "file": str(tmp_path / "none.py")}]
    )
    with pytest.raises(InvalidRequest, match="FileNotFoundError"):
        async with run_embedded(settings):
            pass


async def test_what_breaks_inside_is_raised_as_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: Stream) -> None:
        raise StorageDamaged("the stream fell over")

    monkeypatch.setattr(Stream, "run", broken)
    with pytest.raises(StorageDamaged, match="fell over"):
        async with run_embedded(small_settings(tmp_path, api={"port": 0})):
            await asyncio.Event().wait()
