"""What orders that wait for a price do, where an account offers them."""

from collections.abc import Sequence
from decimal import Decimal

from algotradehub.conformance.trader import Check, Trader, World, expect
from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.evidence import Acknowledged, CommandKind
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    FINAL_STATUSES,
    OrderStatus,
    OrderType,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)

_NS_PER_S = 1_000_000_000
_ENDED = (OrderStatus.CANCELLED, OrderStatus.EXPIRED)


def _offers(world: World, order_type: OrderType) -> bool:
    return order_type in world.account.capabilities.order_types


async def _priced(world: World) -> Trader:
    """A trader in a market that has traded at the trader's price."""
    trader = Trader(world)
    await _trade(trader, trader.price)
    return trader


async def _trade(trader: Trader, price: Decimal, *, left: Side | None = None) -> None:
    """Others trade at ``price``; those of the side ``left`` have more of it to give."""
    for side in Side:
        quantity = trader.quantity * (4 if side is left else 1)
        trader.world.rest(side, price, quantity)
    await trader.quiet()


def _rises_to(price: Decimal) -> Trigger:
    return Trigger(price=price, direction=TriggerDirection.RISES_TO)


def _falls_to(price: Decimal) -> Trigger:
    return Trigger(price=price, direction=TriggerDirection.FALLS_TO)


async def a_stop_waits_until_the_price_reaches_it(world: World) -> None:
    if not _offers(world, OrderType.STOP_MARKET):
        return
    trader = await _priced(world)
    at = trader.price + 5 * trader.tick
    order = await trader.place(order_type=OrderType.STOP_MARKET, trigger=_rises_to(at))
    trader.only(order, CommandKind.PLACE, Acknowledged)
    state = await trader.found(order)
    expect(state.status is OrderStatus.OPEN, f"a stop that waits is open: {state}")
    expect(
        state.trigger_price in (None, at), f"if it shows a trigger, it is the one given: {state}"
    )
    await _trade(trader, at - trader.tick)
    expect(not trader.executions(order), "below its trigger it does nothing")
    expect(await trader.open_ids() == [order], "and waits")
    await _trade(trader, at, left=Side.SELL)
    state = await trader.found(order)
    expect(state.status is OrderStatus.FILLED, f"at its trigger it takes what there is: {state}")


async def a_stop_limit_keeps_its_limit(world: World) -> None:
    if not _offers(world, OrderType.STOP_LIMIT):
        return
    trader = await _priced(world)
    at = trader.price + 5 * trader.tick
    order = await trader.place(
        order_type=OrderType.STOP_LIMIT, price=trader.price, trigger=_rises_to(at)
    )
    world.rest(Side.SELL, at, trader.quantity * 4)
    world.rest(Side.BUY, at, trader.quantity)
    await trader.quiet()
    expect(not trader.executions(order), "nobody sells at its limit")
    state = await trader.found(order)
    expect(state.status is OrderStatus.OPEN, f"so it rests: {state}")
    world.rest(Side.SELL, trader.price, trader.quantity)
    await trader.quiet()
    state = await trader.found(order)
    expect(state.status is OrderStatus.FILLED, f"until somebody comes to it: {state}")


async def a_take_profit_acts_when_the_price_goes_with_it(world: World) -> None:
    if not _offers(world, OrderType.TAKE_PROFIT_MARKET):
        return
    trader = await _priced(world)
    at = trader.price - 5 * trader.tick
    order = await trader.place(order_type=OrderType.TAKE_PROFIT_MARKET, trigger=_falls_to(at))
    expect(await trader.open_ids() == [order], "it waits for a lower price")
    await _trade(trader, at, left=Side.SELL)
    state = await trader.found(order)
    expect(state.status is OrderStatus.FILLED, f"and buys there: {state}")


async def a_trailing_stop_follows_the_best_price(world: World) -> None:
    if not _offers(world, OrderType.TRAILING_STOP):
        return
    trader = await _priced(world)
    tick = trader.tick
    order = await trader.place(order_type=OrderType.TRAILING_STOP, trail=Trail(offset=5 * tick))
    for ticks in (-4, 0):
        await _trade(trader, trader.price + ticks * tick)
        expect(not trader.executions(order), "it is not five ticks above the lowest price")
    await _trade(trader, trader.price + tick, left=Side.SELL)
    state = await trader.found(order)
    expect(state.status is OrderStatus.FILLED, f"now it is: {state}")


async def a_trigger_that_was_reached_does_not_wait(world: World) -> None:
    if not _offers(world, OrderType.STOP_MARKET):
        return
    trader = await _priced(world)
    trigger = _rises_to(trader.price - trader.tick)
    order = await trader.place(order_type=OrderType.STOP_MARKET, trigger=trigger)
    state = await trader.state(order)
    is_over = state is None or state.status in FINAL_STATUSES
    expect(is_over, f"it is refused, or has acted at once: {state}")
    expect(await trader.open_ids() == [], "nothing is left of it")


async def a_cancelled_stop_never_acts(world: World) -> None:
    if not _offers(world, OrderType.STOP_MARKET):
        return
    trader = await _priced(world)
    at = trader.price + 5 * trader.tick
    order = await trader.place(order_type=OrderType.STOP_MARKET, trigger=_rises_to(at))
    await trader.cancel(order)
    await _trade(trader, at, left=Side.SELL)
    expect(not trader.executions(order), "it was cancelled before")
    state = await trader.found(order)
    expect(state.status is OrderStatus.CANCELLED, f"and stays so: {state}")


async def an_amended_trigger_is_the_one_that_counts(world: World) -> None:
    in_place = world.account.capabilities.amend is AmendStyle.IN_PLACE
    if not _offers(world, OrderType.STOP_MARKET) or not in_place:
        return
    trader = await _priced(world)
    near, far = trader.price + 5 * trader.tick, trader.price + 9 * trader.tick
    order = await trader.place(order_type=OrderType.STOP_MARKET, trigger=_rises_to(near))
    await trader.amend(order, trigger_price=far)
    trader.only(order, CommandKind.AMEND, Acknowledged)
    await _trade(trader, near)
    expect(not trader.executions(order), "its old trigger is nothing any more")
    await _trade(trader, far, left=Side.SELL)
    state = await trader.found(order)
    expect(state.status is OrderStatus.FILLED, f"its new one is: {state}")


async def a_stop_good_till_date_ends_by_itself(world: World) -> None:
    dated = TimeInForce.GTD in world.account.capabilities.times_in_force
    if not _offers(world, OrderType.STOP_MARKET) or not dated:
        return
    trader = await _priced(world)
    at = trader.price + 5 * trader.tick
    order = await trader.place(
        order_type=OrderType.STOP_MARKET,
        trigger=_rises_to(at),
        time_in_force=TimeInForce.GTD,
        expires_ns=world.now_ns() + 60 * _NS_PER_S,
    )
    await world.pass_time(61)
    state = await trader.found(order)
    expect(state.status in _ENDED, f"it is gone: {state}")
    await _trade(trader, at, left=Side.SELL)
    expect(not trader.executions(order), "and does nothing")


CHECKS: Sequence[Check] = (
    a_stop_waits_until_the_price_reaches_it,
    a_stop_limit_keeps_its_limit,
    a_take_profit_acts_when_the_price_goes_with_it,
    a_trailing_stop_follows_the_best_price,
    a_trigger_that_was_reached_does_not_wait,
    a_cancelled_stop_never_acts,
    an_amended_trigger_is_the_one_that_counts,
    a_stop_good_till_date_ends_by_itself,
)
