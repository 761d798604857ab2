"""What the types and times in force of orders mean, where an account offers them."""

from collections.abc import Sequence

from algotradehub.conformance.trader import Check, Trader, World, expect
from algotradehub.domain.evidence import CommandKind, OrderState, Refused
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import (
    BaseAmount,
    OrderStatus,
    OrderType,
    QuoteAmount,
    TimeInForce,
)

_NS_PER_S = 1_000_000_000
_ENDED = (OrderStatus.CANCELLED, OrderStatus.EXPIRED)


async def a_market_order_takes_what_there_is(world: World) -> None:
    if OrderType.MARKET not in world.account.capabilities.order_types:
        return
    trader = Trader(world)
    world.rest(Side.SELL, trader.price, trader.quantity * 2)
    order = await trader.place(order_type=OrderType.MARKET)
    state = await trader.found(order)
    expect(state.status is OrderStatus.FILLED, f"it is filled: {state}")
    await _sums_agree(trader, order)


async def an_amount_in_quote_spends_no_more(world: World) -> None:
    if not world.account.capabilities.quote_amounts:
        return
    trader = Trader(world)
    world.rest(Side.SELL, trader.price, trader.quantity * 2)
    value = world.instrument.notional(trader.price, trader.quantity)
    order = await trader.place(order_type=OrderType.MARKET, amount=QuoteAmount(value))
    executions = trader.executions(order)
    spent = sum((world.instrument.notional(e.price, e.quantity) for e in executions), ZERO)
    expect(ZERO < spent <= value, f"it spends up to {value}, not {spent}")
    state = await trader.found(order)
    expect(state.status is OrderStatus.FILLED, f"that is all it wanted: {state}")


async def immediate_or_cancel_never_rests(world: World) -> None:
    if TimeInForce.IOC not in world.account.capabilities.times_in_force:
        return
    trader = Trader(world)
    world.rest(Side.SELL, trader.price, trader.quantity / 2)
    order = await trader.place(price=trader.price, time_in_force=TimeInForce.IOC)
    state = await trader.found(order)
    expect(state.status in _ENDED, f"the rest ended: {state}")
    expect(state.filled == trader.quantity / 2, f"after what there was: {state}")
    pushed = [e for e in world.events if isinstance(e, OrderState) and e.status in _ENDED]
    expect(len(pushed) == 1, "the end is pushed, since no execution tells it")
    await _sums_agree(trader, order)


async def fill_or_kill_is_all_or_nothing(world: World) -> None:
    if TimeInForce.FOK not in world.account.capabilities.times_in_force:
        return
    trader = Trader(world)
    world.rest(Side.SELL, trader.price, trader.quantity / 2)
    killed = await trader.place(price=trader.price, time_in_force=TimeInForce.FOK)
    expect(not trader.executions(killed), "half is not enough")
    expect(await trader.open_ids() == [], "and it does not wait")
    world.rest(Side.SELL, trader.price, trader.quantity / 2)
    filled = await trader.place(price=trader.price, time_in_force=TimeInForce.FOK)
    state = await trader.found(filled)
    expect(state.status is OrderStatus.FILLED, f"now there is enough: {state}")


async def post_only_never_takes(world: World) -> None:
    if not world.account.capabilities.post_only:
        return
    trader = Trader(world)
    world.rest(Side.SELL, trader.price, trader.quantity)
    order = await trader.place(price=trader.price, post_only=True)
    expect(not trader.executions(order), "it would have taken")
    expect(await trader.open_ids() == [], "so it is refused, or ended at once")
    passive = await trader.place(price=trader.price - trader.tick, post_only=True)
    expect(await trader.open_ids() == [passive], "below the other side it rests")


async def good_till_date_ends_by_itself(world: World) -> None:
    if TimeInForce.GTD not in world.account.capabilities.times_in_force:
        return
    trader = Trader(world)
    order = await trader.place(
        price=trader.price,
        time_in_force=TimeInForce.GTD,
        expires_ns=world.now_ns() + 60 * _NS_PER_S,
    )
    expect(await trader.open_ids() == [order], "it rests until then")
    await world.pass_time(61)
    state = await trader.found(order)
    expect(state.status in _ENDED, f"then it is gone: {state}")
    pushed = [e for e in world.events if isinstance(e, OrderState) and e.status in _ENDED]
    expect(len(pushed) == 1, "and its end is pushed")
    late = await trader.place(
        price=trader.price, time_in_force=TimeInForce.GTD, expires_ns=world.now_ns() - 1
    )
    trader.only(late, CommandKind.PLACE, Refused)


async def reduce_only_cannot_open_a_position(world: World) -> None:
    if not world.account.capabilities.reduce_only or world.instrument.is_spot:
        return
    trader = Trader(world)
    order = await trader.place(price=trader.price, reduce_only=True)
    expect(await trader.open_ids() == [], "there is nothing to reduce")
    expect(not trader.executions(order), "and nothing is filled")
    world.rest(Side.SELL, trader.price, trader.quantity)
    await trader.place(price=trader.price)
    world.rest(Side.BUY, trader.price, trader.quantity * 4)
    amount = BaseAmount(trader.quantity * 2)
    await trader.place(Side.SELL, price=trader.price, amount=amount, reduce_only=True)
    expect(not await world.account.positions(), "it closes the position and goes no further")


CHECKS: Sequence[Check] = (
    a_market_order_takes_what_there_is,
    an_amount_in_quote_spends_no_more,
    immediate_or_cancel_never_rests,
    fill_or_kill_is_all_or_nothing,
    post_only_never_takes,
    good_till_date_ends_by_itself,
    reduce_only_cannot_open_a_position,
)


async def _sums_agree(trader: Trader, order: ClientOrderId) -> None:
    state = await trader.found(order)
    filled = sum((e.quantity for e in trader.executions(order)), ZERO)
    expect(state.filled == filled, f"executions add up to {filled}, the order says {state}")
