"""Orders that wait for a price are looked after once a second, and survive the venue's process."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from algotradehub.domain.evidence import Execution
from algotradehub.domain.ids import ClientOrderId, Symbol
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    OrderStatus,
    OrderType,
    PriceSource,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.venues.paper.records import PaperOrder
from algotradehub.venues.paper.triggers import TriggerWatch
from tests.fakes.clock import FakeClock
from tests.unit.venues.paper.markets import ALICE, Exchange

D = Decimal
ONE, TWO = Symbol("ONE"), Symbol("TWO")


def watch(looks: Callable[[Symbol], bool]) -> tuple[FakeClock, TriggerWatch]:
    clock = FakeClock()
    return clock, TriggerWatch(clock, looks)


def test_a_market_is_looked_after_while_orders_wait_there() -> None:
    looked: list[Symbol] = []

    def look(symbol: Symbol) -> bool:
        looked.append(symbol)
        return symbol == ONE

    clock, triggers = watch(look)
    triggers.add(TWO)
    triggers.add(ONE)
    clock.advance(0.9)
    assert looked == []
    clock.advance(2.2)
    assert looked == [TWO, ONE, ONE, ONE]
    triggers.close()
    clock.advance(9)
    assert len(looked) == 4


def test_a_market_added_meanwhile_is_looked_after_too() -> None:
    looked: list[Symbol] = []

    def look(symbol: Symbol) -> bool:
        looked.append(symbol)
        if symbol == ONE:
            triggers.add(TWO)
        return False

    clock, triggers = watch(look)
    triggers.add(ONE)
    clock.advance(9)
    assert looked == [ONE, TWO]


def rises_to(price: int, source: PriceSource = PriceSource.LAST) -> Trigger:
    return Trigger(price=D(price), direction=TriggerDirection.RISES_TO, source=source)


def trade(exchange: Exchange, price: int, *, left: Side | None = None) -> None:
    for side in Side:
        exchange.rest(side, D(price), D(5 if side is left else 1))


def only(exchange: Exchange) -> PaperOrder:
    (order,) = exchange.venue.working(ALICE)
    return order


def filled(exchange: Exchange, order: ClientOrderId) -> Decimal:
    executions = [e for e in exchange.events if isinstance(e, Execution)]
    return sum((e.quantity for e in executions if e.client_order_id == order), D(0))


async def test_a_stop_is_still_there_after_a_kill() -> None:
    exchange = Exchange()
    order = await exchange.trader().place(order_type=OrderType.STOP_MARKET, trigger=rises_to(1_010))
    await exchange.trader().amend(order, trigger_price=D(1_020))
    exchange.restart()
    assert only(exchange).state().trigger_price == 1_020
    trade(exchange, 1_015)
    assert filled(exchange, order) == 0
    trade(exchange, 1_020, left=Side.SELL)
    assert filled(exchange, order) == exchange.quantity


async def test_a_stop_limit_that_fired_rests_after_a_kill() -> None:
    exchange = Exchange()
    order = await exchange.trader().place(
        order_type=OrderType.STOP_LIMIT, price=D(1_005), trigger=rises_to(1_010)
    )
    trade(exchange, 1_010)
    assert (only(exchange).fired, only(exchange).status) == (True, OrderStatus.OPEN)
    exchange.restart()
    assert only(exchange).fired
    exchange.rest(Side.SELL, D(1_005), D(5))
    assert filled(exchange, order) == exchange.quantity


@pytest.mark.parametrize("seconds", [0.0, 1.0])
async def test_a_trail_loses_no_more_than_a_second_of_its_way(seconds: float) -> None:
    exchange = Exchange()
    trade(exchange, 1_000)
    trail = Trail(offset=D(10))
    order = await exchange.trader().place(
        Side.SELL, order_type=OrderType.TRAILING_STOP, trail=trail
    )
    size = len(exchange.memory.files[exchange.memory.names()[-1]].data)
    for price in (1_010, 1_020, 1_030):
        trade(exchange, price)
    assert len(exchange.memory.files[exchange.memory.names()[-1]].data) == size, "no write a tick"
    exchange.clock.advance(seconds)
    exchange.restart()
    assert only(exchange).best == (1_030 if seconds else 1_000)
    assert only(exchange).state().trigger_price == (1_020 if seconds else 990)
    trade(exchange, 1_015, left=Side.BUY)
    assert filled(exchange, order) == (exchange.quantity if seconds else 0)


async def test_the_trigger_of_a_trail_is_shown_as_a_price_at_which_it_will_fire() -> None:
    exchange = Exchange()
    trade(exchange, 1_000)
    trail = Trail(offset_bps=D("1.2345"))
    await exchange.trader().place(Side.SELL, order_type=OrderType.TRAILING_STOP, trail=trail)
    exchange.clock.advance(1)
    assert only(exchange).state().trigger_price == D("999.87")  # 999.87655


async def test_the_mark_is_looked_at_though_nobody_does_anything() -> None:
    exchange = Exchange()
    exchange.rest(Side.BUY, D(990), D(5))
    exchange.rest(Side.SELL, D(1_010), D(5))
    trigger = rises_to(1_005, PriceSource.MARK)
    order = await exchange.trader().place(order_type=OrderType.STOP_MARKET, trigger=trigger)
    exchange.rest(Side.BUY, D(1_008), D(5))
    assert filled(exchange, order) == 0
    exchange.clock.advance(1)
    assert filled(exchange, order) == exchange.quantity


async def test_what_fired_is_told_by_its_fills_and_its_end() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    order = await trader.place(order_type=OrderType.STOP_MARKET, trigger=rises_to(1_010))
    trade(exchange, 1_010)
    state = await trader.found(order)
    assert (state.status, state.reason) == (OrderStatus.CANCELLED, "nothing left to take")


async def test_stops_of_one_price_fire_as_before_after_a_restart() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    stop = OrderType.STOP_MARKET
    first, second, third = [
        await trader.place(order_type=stop, trigger=rises_to(price))
        for price in (1_020, 1_010, 1_010)
    ]
    await trader.amend(first, trigger_price=D(1_010))  # behind the others
    await trader.amend(second, quantity=exchange.quantity * 2)  # keeps its place
    exchange.restart()
    trade(exchange, 1_010, left=Side.SELL)
    executions = [e.client_order_id for e in exchange.events if isinstance(e, Execution)]
    assert executions == [second, third, first]
