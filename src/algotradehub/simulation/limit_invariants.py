"""Limits, judged: what left was within every limit in force when it was asked for."""

from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from algotradehub.domain.commands import Amend, OrderCommand, Place
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import BaseAmount, Order, OrderStatus
from algotradehub.domain.records import AmendAsked, Intent, Record, Restarted
from algotradehub.domain.trading_day import day_of
from algotradehub.simulation.prices import LOWEST
from algotradehub.simulation.users import ACCOUNT
from algotradehub.simulation.venue import SYMBOL, VENUE, ScriptedVenue
from algotradehub.simulation.verdict import Broken
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.state import DeskState

_S: Final = 1_000_000_000
_PRICE: Final = Decimal(LOWEST)  # never does the market cost less


def check_sent(state: DeskState, limits: RiskLimits, command: OrderCommand) -> None:
    """Whatever is sent: nothing new to a paused venue, and nothing larger than allowed."""
    if not isinstance(command, Place | Amend):
        return
    order = state.order(command.client_order_id)
    if order is not None and order.permit is not None:
        return
    if VENUE in state.standing.pauses:
        raise Broken("sent while paused", f"{command} after {state.standing.pauses[VENUE]}")
    most = limits.max_order_quantity
    if isinstance(command, Place) and most is not None:
        amount = command.request.amount
        if isinstance(amount, BaseAmount) and amount.quantity > most:
            raise Broken("limit passed", f"{command} is more than {most}")


def check_reach(venue: ScriptedVenue, limits: RiskLimits) -> None:
    """At every moment: what could be held at the venue, as long as no stranger trades there."""
    if any(order.client_order_id is None for order in venue.orders.values()):
        return
    position, open_there = ZERO, {Side.BUY: ZERO, Side.SELL: ZERO}
    for order in venue.orders.values():
        position += order.side.sign * order.filled
        open_there[order.side] += order.remaining
    reach = max(position + open_there[Side.BUY], open_there[Side.SELL] - position)
    if limits.max_position is not None and reach > limits.max_position:
        raise Broken("limit passed", f"{reach} can be reached, {limits.max_position} allowed")
    if limits.max_exposure is not None and reach * _PRICE > limits.max_exposure:
        raise Broken("limit passed", f"{reach * _PRICE} at risk, {limits.max_exposure} allowed")


def check_accepted(records: Iterable[Record], limits: RiskLimits) -> DeskState:
    """Every order and amendment in the journal, held against a recount of what was then known.

    Returns:
        What the whole journal adds up to.
    """
    state = DeskState(load=lambda _: None, locate=lambda _, __: None)
    second, minute = deque[int](), deque[int]()
    for record in records:
        body = record.body
        if isinstance(body, Restarted):
            second.clear()
            minute.clear()
        taken = isinstance(body, AmendAsked)
        if isinstance(body, Intent) and _is_held(state, body.order):
            _check_intent(state, limits, record, body.order)
            taken = True
        if taken:
            if VENUE in state.standing.pauses:
                raise Broken("taken while paused", f"{record}")
            _check_pace(second, record.at_ns, _S, limits.max_orders_per_second)
            _check_pace(minute, record.at_ns, 60 * _S, limits.max_orders_per_minute)
        state.apply(record)
    return state


def _is_held(state: DeskState, order: Order) -> bool:
    """Whether it was accepted just now: an intent whose sync failed is told once more.

    What goes out by a permit is held by no limit.
    """
    refused = order.status is OrderStatus.REJECTED
    return not refused and order.permit is None and order.order_id not in state.orders


def _check_intent(state: DeskState, limits: RiskLimits, record: Record, order: Order) -> None:
    request, added = order.request, exposure_of(order)
    working = [each for each in state.orders.values() if not each.is_final]
    known = state.orders.values()  # of one that has ended what is not booked yet
    mine = (exposure_of(each) for each in known if each.request.side is request.side)
    held = state.positions.get(ACCOUNT, SYMBOL)
    position = ZERO if held is None else held.quantity
    worst = request.side.sign * position + sum(mine, ZERO) + added
    if worst <= ZERO:
        return  # it reduces, whatever else fills
    price = max(_PRICE, order.reserve_price)
    allowed = (
        ("max_position", limits.max_position, worst),
        ("max_exposure", limits.max_exposure, worst * price),
        ("max_open_orders", limits.max_open_orders, len(working) + 1),
    )
    for name, limit, value in allowed:
        if limit is not None and value > limit:
            raise Broken("limit passed", f"{name}: {value} with {record}, {limit} allowed")
    day = state.standing.days.get(ACCOUNT)
    if day is not None and day.hits and day.begins_ns == day_of(record.at_ns):
        raise Broken("taken after a loss", f"{record} after {day}")


def _check_pace(taken_ns: deque[int], at_ns: int, window_ns: int, most: int | None) -> None:
    taken_ns.append(at_ns)
    while taken_ns[0] <= at_ns - window_ns:
        taken_ns.popleft()
    if most is not None and len(taken_ns) > most:
        raise Broken("limit passed", f"{len(taken_ns)} within {window_ns} ns, {most} allowed")
