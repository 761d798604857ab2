"""What every trading account must do, whatever venue is behind it.

Each check is a coroutine over a fresh ``World``; it raises ``AssertionError`` with a sentence that
says what was expected. What the account's capabilities do not offer is not asked for.
"""

from collections.abc import Sequence
from decimal import Decimal

from algotradehub.conformance import order_terms, waiting_orders
from algotradehub.conformance.trader import Check, Trader, World, expect
from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.commands import CancelAll
from algotradehub.domain.evidence import (
    Acknowledged,
    Balance,
    CommandKind,
    Execution,
    NotSeen,
    NotSent,
    OrderState,
    Refused,
)
from algotradehub.domain.ids import Asset, Symbol
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import (
    FINAL_STATUSES,
    BaseAmount,
    OrderStatus,
)
from algotradehub.ports.venue import OrderName

_NS_PER_S = 1_000_000_000
_ENDED = (OrderStatus.CANCELLED, OrderStatus.EXPIRED)


async def a_resting_order_is_acknowledged_and_found(world: World) -> None:
    trader = Trader(world)
    order = await trader.place(price=trader.price)
    trader.only(order, CommandKind.PLACE, Acknowledged)
    state = await trader.found(order)
    expect(state.status is OrderStatus.OPEN, f"it rests: {state}")
    facts = (state.quantity, state.limit_price, state.side, state.symbol)
    wanted = (trader.quantity, trader.price, Side.BUY, world.instrument.symbol)
    expect(facts == wanted, f"it is what was placed: {facts}")
    expect(await trader.open_ids() == [order], "it is the one open order")


async def every_command_has_exactly_one_answer(world: World) -> None:
    trader = Trader(world)
    order = await trader.place(price=trader.price)
    await trader.cancel(order)
    await trader.cancel(order)
    world.rest(Side.SELL, trader.price, trader.quantity)
    taken = await trader.place(price=trader.price)
    counts = [
        len(trader.answers(order, CommandKind.PLACE)),
        len(trader.answers(order, CommandKind.CANCEL)),
        len(trader.answers(taken, CommandKind.PLACE)),
    ]
    expect(counts == [1, 2, 1], f"one answer to each request: {counts}")


async def a_client_order_id_is_taken_once(world: World) -> None:
    trader = Trader(world)
    order = await trader.place(price=trader.price)
    await trader.place(price=trader.price, client_order_id=order)
    answers = trader.answers(order, CommandKind.PLACE)
    kinds = [type(answer) for answer in answers]
    expect(kinds == [Acknowledged, Refused], f"the second is refused: {answers}")
    expect(await trader.open_ids() == [order], "there is one order")
    await trader.cancel(order)
    await trader.place(price=trader.price, client_order_id=order)
    expect(await trader.open_ids() == [], "nor is the id free after the order's end")


async def a_cancel_is_confirmed_by_the_order_itself(world: World) -> None:
    trader = Trader(world)
    order = await trader.place(price=trader.price)
    before = len(world.events)
    await trader.cancel(order)
    trader.only(order, CommandKind.CANCEL, Acknowledged)
    ends = [e for e in world.events[before:] if isinstance(e, OrderState)]
    statuses = [(end.client_order_id, end.status) for end in ends]
    expect(statuses == [(order, OrderStatus.CANCELLED)], f"its end is pushed once: {statuses}")
    expect((await trader.found(order)).status is OrderStatus.CANCELLED, "it can be looked up")
    expect(await trader.open_ids() == [], "it is not open")


async def an_unknown_order_is_told_apart(world: World) -> None:
    trader = Trader(world)
    nobody = trader.new_id()
    name = OrderName(
        client_order_id=nobody,
        venue_order_id=None,
        symbol=world.instrument.symbol,
        side=Side.BUY,
    )
    seen = await world.account.find(name)
    expect(isinstance(seen, NotSeen), f"every source was asked, none has it: {seen}")
    await trader.cancel(nobody)
    answer = trader.only(nobody, CommandKind.CANCEL, Refused)
    expect(isinstance(answer, Refused) and answer.order_unknown, f"order_unknown: {answer}")


async def a_late_request_is_not_sent(world: World) -> None:
    trader = Trader(world)
    order = await trader.place(price=trader.price, send_before_ns=world.now_ns() - 1)
    trader.only(order, CommandKind.PLACE, NotSent)
    expect(await trader.state(order) is None, "the venue has not heard of it")


async def an_amendment_changes_the_order_in_place(world: World) -> None:
    if world.account.capabilities.amend is not AmendStyle.IN_PLACE:
        return
    trader = Trader(world)
    order = await trader.place(price=trader.price)
    half, lower = trader.quantity / 2, trader.price - trader.tick
    await trader.amend(order, quantity=half, limit_price=lower)
    trader.only(order, CommandKind.AMEND, Acknowledged)
    state = await trader.found(order)
    expect((state.quantity, state.limit_price) == (half, lower), f"it is amended: {state}")
    nobody = trader.new_id()
    await trader.amend(nobody, quantity=half)
    answer = trader.only(nobody, CommandKind.AMEND, Refused)
    expect(isinstance(answer, Refused) and answer.order_unknown, f"order_unknown: {answer}")


async def an_amendment_beyond_what_filled_is_refused(world: World) -> None:
    if world.account.capabilities.amend is not AmendStyle.IN_PLACE:
        return
    trader = Trader(world)
    order = await trader.place(price=trader.price)
    world.rest(Side.SELL, trader.price, trader.quantity / 2)
    await trader.quiet()
    await trader.amend(order, quantity=trader.quantity / 2)
    trader.only(order, CommandKind.AMEND, Refused)
    state = await trader.found(order)
    expect(state.quantity == trader.quantity, f"the order is as it was: {state}")


async def a_taken_order_is_filled_in_its_executions(world: World) -> None:
    trader = Trader(world)
    half = trader.quantity / 2
    world.rest(Side.SELL, trader.price - trader.tick, half)
    world.rest(Side.SELL, trader.price, half)
    order = await trader.place(price=trader.price)
    executions = trader.executions(order)
    prices = [execution.price for execution in executions]
    expect(prices == [trader.price - trader.tick, trader.price], f"best price first: {prices}")
    totals = [execution.cumulative for execution in executions]
    expect(totals in ([half, trader.quantity], [None, None]), f"totals add up: {totals}")
    state = await trader.found(order)
    expect(state.status is OrderStatus.FILLED, f"it is filled: {state}")
    expect(state.filled == trader.quantity, f"in full: {state}")
    value = sum((e.price * e.quantity for e in executions), ZERO)
    expect(state.value in (value, None), f"at the value of its executions: {state}")


async def a_resting_order_is_filled_by_others(world: World) -> None:
    trader = Trader(world)
    order = await trader.place(price=trader.price)
    world.rest(Side.SELL, trader.price, trader.quantity / 2)
    await trader.quiet()
    state = await trader.found(order)
    facts = (state.status, state.filled)
    wanted = (OrderStatus.PARTIALLY_FILLED, trader.quantity / 2)
    expect(facts == wanted, f"half of it is filled: {state}")
    await trader.cancel(order)
    state = await trader.found(order)
    facts = (state.status, state.filled)
    wanted = (OrderStatus.CANCELLED, trader.quantity / 2)
    expect(facts == wanted, f"the end keeps what was filled: {state}")


async def cancel_all_ends_every_order(world: World) -> None:
    if not world.account.capabilities.cancel_all:
        return
    trader = Trader(world)
    orders = [await trader.place(price=trader.price - trader.tick * n) for n in range(3)]
    world.account.send(CancelAll(symbol=Symbol("NOBODY/KNOWS")))
    await trader.quiet()
    expect(sorted(map(str, await trader.open_ids())) == sorted(orders), "not those of others")
    world.account.send(CancelAll(symbol=world.instrument.symbol))
    await trader.quiet()
    expect(await trader.open_ids() == [], "none is open")
    ends = {e.client_order_id for e in world.events if isinstance(e, OrderState)}
    expect(ends == set(orders), "each end is pushed")


async def a_dead_mans_switch_ends_every_order_unless_it_is_set_again(world: World) -> None:
    rule = world.account.capabilities.dead_man
    if rule is None:
        return
    trader = Trader(world)
    order = await trader.place(price=trader.price)
    timeout_s = max(rule.shortest_s, 60.0)
    for _ in range(3):
        await world.account.set_dead_man(timeout_s)
        await world.pass_time(timeout_s / 2)
    expect(await trader.open_ids() == [order], "it rests as long as somebody is heard of")
    await world.pass_time(timeout_s)
    expect((await trader.found(order)).status in _ENDED, "nobody was heard of: it has ended")
    other = await trader.place(price=trader.price)
    await world.pass_time(timeout_s * 2)
    expect(await trader.open_ids() == [other], "it fires once")
    await world.account.set_dead_man(timeout_s)
    await world.account.set_dead_man(0.0)
    await world.pass_time(timeout_s * 2)
    expect(await trader.open_ids() == [other], "it was called off")


async def what_cannot_be_paid_is_refused(world: World) -> None:
    trader = Trader(world)
    before = await _money(trader)
    order = await trader.place(price=trader.price, amount=BaseAmount(trader.quantity * 1_000_000))
    trader.only(order, CommandKind.PLACE, Refused)
    expect(await _money(trader) == before, "nothing is held back for it")


async def what_the_venue_cannot_do_is_refused(world: World) -> None:
    """No request makes ``send`` raise, and each has its one answer."""
    trader = Trader(world)
    off_tick = trader.price + trader.tick / 2
    crumb = BaseAmount(world.instrument.lot / 2)
    orders = [
        await trader.place(price=trader.price, symbol=Symbol("NOBODY/KNOWS")),
        await trader.place(price=off_tick),
        await trader.place(price=trader.price, amount=crumb),
        await trader.place(price=trader.price, amount=BaseAmount(ZERO)),
        await trader.place(price=None),
        await trader.place(price=-trader.price),
    ]
    for order in orders:
        trader.only(order, CommandKind.PLACE, Refused)
    expect(await trader.open_ids() == [], "nothing rests")


async def resting_orders_hold_money_back(world: World) -> None:
    trader = Trader(world)
    before = await _money(trader)
    order = await trader.place(price=trader.price)
    held = await _money(trader)
    asset = world.instrument.quote if world.instrument.is_spot else world.instrument.settle
    expect(held[asset][0] == before[asset][0], "an order alone moves no money")
    expect(held[asset][1] < before[asset][1], "it holds some back")
    await trader.cancel(order)
    expect(await _money(trader) == before, "and gives it back at its end")


async def money_moves_by_the_executions_exactly(world: World) -> None:
    if not world.instrument.is_spot:
        return
    trader = Trader(world)
    base, quote = world.instrument.base, world.instrument.quote
    before = await _money(trader)
    world.rest(Side.SELL, trader.price, trader.quantity)
    await trader.place(price=trader.price)
    world.rest(Side.BUY, trader.price - trader.tick, trader.quantity / 2)
    amount = BaseAmount(trader.quantity / 2)
    await trader.place(Side.SELL, price=trader.price - trader.tick, amount=amount)
    expected = {asset: total for asset, (total, _) in before.items()}
    for execution in (e for e in world.events if isinstance(e, Execution)):
        sign, quantity = execution.side.sign, execution.quantity
        expected[base] = expected.get(base, ZERO) + sign * quantity
        expected[quote] = expected.get(quote, ZERO) - sign * quantity * execution.price
        if execution.fee is not None and execution.fee_asset is not None:
            asset = execution.fee_asset
            expected[asset] = expected.get(asset, ZERO) - execution.fee
    after = await _money(trader)
    totals = {asset: total for asset, (total, _) in after.items()}
    expect(totals == expected, f"expected {expected}, told {totals}")
    pushed = {e.asset: e.total for e in world.events if isinstance(e, Balance)}
    agree = all(totals[asset] == total for asset, total in pushed.items())
    expect(agree, f"the last pushed balances are those: {pushed}")


async def positions_follow_the_executions(world: World) -> None:
    if world.instrument.is_spot:
        return
    trader = Trader(world)
    world.rest(Side.BUY, trader.price, trader.quantity)
    await trader.place(Side.SELL, price=trader.price)
    (position,) = await world.account.positions()
    facts = (position.symbol, position.quantity, position.entry_price)
    wanted = (world.instrument.symbol, -trader.quantity, trader.price)
    expect(facts == wanted, f"short by what was sold: {position}")


async def fills_can_be_read_again(world: World) -> None:
    trader = Trader(world)
    start_ns = world.now_ns()
    world.rest(Side.SELL, trader.price, trader.quantity * 2)
    await trader.place(price=trader.price)
    later_ns = world.now_ns()
    await trader.place(price=trader.price)
    told = [_key(e) for e in world.events if isinstance(e, Execution)]
    for _ in range(2):
        read = [_key(e) for e in await world.account.fills_since(start_ns)]
        expect(read == told, f"all of them, oldest first, as told: {read}")
    read = [_key(e) for e in await world.account.fills_since(later_ns)]
    expect(read == told[1:], f"those since a moment: {read}")
    expect(len(set(told)) == len(told), f"no execution id twice: {told}")


async def what_is_open_agrees_with_what_was_told(world: World) -> None:
    trader = Trader(world)
    orders = [await trader.place(price=trader.price - trader.tick * n) for n in range(4)]
    world.rest(Side.SELL, trader.price, trader.quantity / 2)
    await trader.quiet()
    await trader.cancel(orders[2])
    ended = {
        e.client_order_id
        for e in world.events
        if isinstance(e, OrderState | Execution) and e.status in FINAL_STATUSES
    }
    told_open = [order for order in orders if order not in ended]
    expect(sorted(map(str, await trader.open_ids())) == sorted(told_open), "the same orders")
    for state in await world.account.open_orders():
        assert state.client_order_id is not None  # noqa: S101 - all of them are ours
        found = await trader.found(state.client_order_id)
        expect(found == state, f"the look-up says the same: {found}, {state}")


CHECKS: Sequence[Check] = (
    a_resting_order_is_acknowledged_and_found,
    every_command_has_exactly_one_answer,
    a_client_order_id_is_taken_once,
    a_cancel_is_confirmed_by_the_order_itself,
    an_unknown_order_is_told_apart,
    a_late_request_is_not_sent,
    an_amendment_changes_the_order_in_place,
    an_amendment_beyond_what_filled_is_refused,
    a_taken_order_is_filled_in_its_executions,
    a_resting_order_is_filled_by_others,
    cancel_all_ends_every_order,
    a_dead_mans_switch_ends_every_order_unless_it_is_set_again,
    what_cannot_be_paid_is_refused,
    what_the_venue_cannot_do_is_refused,
    resting_orders_hold_money_back,
    money_moves_by_the_executions_exactly,
    positions_follow_the_executions,
    fills_can_be_read_again,
    what_is_open_agrees_with_what_was_told,
    *order_terms.CHECKS,
    *waiting_orders.CHECKS,
)


async def _money(trader: Trader) -> dict[Asset, tuple[Decimal, Decimal]]:
    return {b.asset: (b.total, b.available) for b in await trader.account.balances()}


def _key(execution: Execution) -> tuple[str, str]:
    return str(execution.venue_order_id), execution.execution_id
