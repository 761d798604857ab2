"""What a person may say about the end of an order: held against what is known. Pure."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

import msgspec

from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import BaseAmount, Decision, Order, OrderStatus


class Ending(StrEnum):
    """How an order can have ended."""

    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"  # nothing of it ever existed


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """How an order ended, as the venue's own page shows it; the amounts are totals.

    ``filled`` in base units may be left out where the order was filled wholly or rejected. What it
    was worth is ``value``, in quote units before fees, or ``average_price``; either may be left out
    where nothing has filled beyond what is known.
    """

    status: OrderStatus  # one of ``Ending``
    reason: str
    filled: Decimal | None = None
    value: Decimal | None = None
    average_price: Decimal | None = None


def decision_of(order: Order, told: Resolution, by: str) -> Decision:
    """What ``told`` makes of ``order``.

    Raises:
        InvalidRequest: It contradicts itself, or what is known.
    """
    filled = _filled(order, told)
    broken = list(_broken(order, told, filled))
    value = _value(order, told, filled)
    if not broken:
        broken = list(_broken_value(order, told, filled, value))
    if broken:
        raise InvalidRequest(*broken)
    return Decision(status=told.status, filled=filled, value=value, by=by, reason=told.reason)


def _filled(order: Order, told: Resolution) -> Decimal:
    if told.filled is not None:
        return told.filled
    whole = order.quantity if told.status is OrderStatus.FILLED else None
    return order.filled if whole is None else whole


def _value(order: Order, told: Resolution, filled: Decimal) -> Decimal:
    if told.value is not None:
        return told.value
    if told.average_price is not None:
        return told.average_price * filled
    return order.paid


def _broken(order: Order, told: Resolution, filled: Decimal) -> Iterator[Refusal]:
    known = max(order.filled, order.venue_filled)
    sizes = _sizes(order)
    match told.status:
        case OrderStatus.REJECTED:
            if filled or known or len(order.legs) > 1:
                rule = "CANCELLED, for something of it was at the venue: REJECTED is nothing filled"
                yield Refusal(field="status", rule=rule, value=told.status, nearest="CANCELLED")
            return
        case OrderStatus.FILLED:
            if told.filled is None and order.quantity is None:
                yield _wanted("filled", "the quantity that filled: the order was in quote units")
                return
            if sizes and filled not in sizes:
                wholly = " or ".join(f"{size:f}" for size in sizes)
                rule = f"all of the order ({wholly}); CANCELLED is an order that filled in part"
                yield _refused("filled", rule, filled, sizes[0])
        case OrderStatus.CANCELLED:
            if told.filled is None:
                yield _wanted("filled", "how much had filled when it was cancelled, 0 for nothing")
                return
        case _:
            rule = f"one of {', '.join(Ending)}"
            yield Refusal(field="status", rule=rule, value=told.status)
            return
    if filled < known:
        rule = f"no less than {known:f}, which the venue told of"
        yield _refused("filled", rule, filled, known)
    elif sizes and filled > max(sizes):
        rule = f"no more than the order is over, {max(sizes):f}"
        yield _refused("filled", rule, filled, max(sizes))


def _broken_value(
    order: Order, told: Resolution, filled: Decimal, value: Decimal
) -> Iterator[Refusal]:
    if told.value is not None and told.average_price is not None:
        yield _wanted("value", "given alone, or average_price alone")
        return
    new = filled - (order.filled - order.provisional)
    paid = order.paid - order.provisional_paid
    if not new:
        if value != paid:
            rule = f"{paid:f}: every fill is known, with its price; leave it out"
            yield _refused("value", rule, value, paid)
        return
    if told.value is None and told.average_price is None and filled != order.filled:
        yield _wanted("average_price", "the price at which it filled, or value: their total")
    elif value <= paid:
        rule = f"more than {paid:f}, which the fills that are known came to"
        yield _refused("value", rule, value, None)


def _sizes(order: Order) -> list[Decimal]:
    """What the order may be over; nothing where it is in quote units."""
    if not isinstance(order.request.amount, BaseAmount) or order.quantity is None:
        return []
    sizes = [order.quantity]
    amendment = order.amend_pending
    if amendment is not None and amendment.quantity is not None:
        sizes.append(max(amendment.quantity, ZERO))
    return sizes


def _refused(field: str, rule: str, value: Decimal, nearest: Decimal | None) -> Refusal:
    near = None if nearest is None else f"{nearest:f}"
    return Refusal(field=field, rule=rule, value=f"{value:f}", nearest=near)


def _wanted(field: str, rule: str) -> Refusal:
    return Refusal(field=field, rule=rule, value="")
