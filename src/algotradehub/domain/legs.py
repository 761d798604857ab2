"""Orders of several legs: where a venue cannot amend in place, a new leg replaces the old one.

The old leg is cancelled first. The new one is journaled once the old one is dead by the venue's
word, with how much it had filled, so that the two never rest at once and never fill more than was
asked for. Each leg is kept as an order of its own, moved by ``order_rules``; what the whole order
is follows from them.
"""

from typing import Final

import msgspec

from algotradehub.domain import decisions, order_rules
from algotradehub.domain.evidence import CommandKind, Lost, NotSent, OrderEvidence, Refused
from algotradehub.domain.fill import Step, leg_index
from algotradehub.domain.ids import VenueOrderId
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import (
    BaseAmount,
    Decision,
    Leg,
    Order,
    OrderStatus,
)
from algotradehub.domain.records import AmendAsked, LegAdded

_replace: Final = msgspec.structs.replace
_PENDING: Final = OrderStatus.PENDING
_UNKNOWN: Final = OrderStatus.UNKNOWN
_OPEN: Final = OrderStatus.OPEN
_CANCELLED: Final = OrderStatus.CANCELLED
_REJECTED: Final = OrderStatus.REJECTED


def advance(order: Order, evidence: OrderEvidence, at_ns: int) -> Step:
    """``order_rules.advance`` for an order that has ``parts``."""
    parts = order.parts
    index = leg_index(order, evidence.client_order_id, _venue_order_id(evidence))
    rules = order_rules if parts[index].decision is None else decisions
    step = rules.advance(parts[index], evidence, at_ns)
    if order.replacing is not None and _refuses(evidence, parts[index]):
        order = _settled(order)
    return Step(_whole(order, _with(parts, index, step.order), at_ns), step.effect)


def replacing(order: Order, asked: AmendAsked, at_ns: int) -> Order:
    """The working leg is to be cancelled, and followed by another."""
    order = _replace(
        order,
        amend_pending=asked.amendment,
        amend_before_ns=asked.send_before_ns,
        replacing=asked.leg,
        parts=order.parts or (order,),
    )
    return _whole(order, order.parts, at_ns)


def added(order: Order, leg: LegAdded, at_ns: int) -> Order:
    """The leg that replaces the dead one is in the journal."""
    request, leg_id = leg.request, order.replacing
    assert leg_id is not None  # noqa: S101 - only then is a leg added
    assert isinstance(request.amount, BaseAmount)  # noqa: S101 - validation refuses others
    part = Order(
        order_id=leg_id,
        request=request,
        legs=(
            Leg(
                client_order_id=leg_id,
                quantity=request.amount.quantity,
                limit_price=request.limit_price,
                trigger_price=None if request.trigger is None else request.trigger.price,
            ),
        ),
        created_ns=at_ns,
        send_before_ns=leg.send_before_ns,
        reserve_price=request.limit_price or order.reserve_price,
        updated_ns=at_ns,
    )
    order = _settled(order)
    return _whole(order, (*order.parts, part), at_ns)


def dropped(order: Order, reason: str, at_ns: int) -> Order:
    """No leg follows the dead one."""
    order = _settled(order)
    return _replace(_whole(order, order.parts, at_ns), reason=reason)


def cancel_asked(order: Order, at_ns: int) -> Order:
    """The order is wanted cancelled: no leg follows the working one."""
    return _whole(_replace(order, cancel_pending=True), order.parts, at_ns)


def restarted(order: Order, at_ns: int) -> Order:
    """As ``order_rules.restarted``. A leg that was not in the journal is certainly never sent."""
    parts = tuple(order_rules.restarted(part, at_ns) for part in order.parts)
    was_replacing = order.replacing is not None
    order = _settled(order)
    if not was_replacing:
        return _whole(order, parts, at_ns)
    last = parts[-1]
    if last.is_final:
        return dropped(order, "restarted before the leg that was to follow was sent", at_ns)
    last = order_rules.doubted(last, "restarted while it was being replaced", at_ns)
    return _whole(order, (*parts[:-1], last), at_ns)


def proven_absent(order: Order, reason: str, at_ns: int) -> Order:
    last = order_rules.proven_absent(order.parts[-1], reason, at_ns)
    return _whole(order, (*order.parts[:-1], last), at_ns)


def doubted(order: Order, what: str, at_ns: int) -> Order:
    index = order.parts.index(in_question(order))
    part = order_rules.doubted(order.parts[index], what, at_ns)
    return _whole(order, _with(order.parts, index, part), at_ns)


def decided(order: Order, decision: Decision, at_ns: int) -> Step:
    """A person tells how the order ended: no leg of it rests, and none follows.

    What a dead leg has filled is known; the person's total less the others' is that of the last
    leg that may rest.
    """
    parts = list(order.parts)
    may_rest = [index for index, part in enumerate(parts) if not part.is_final]
    last = may_rest[-1] if may_rest else len(parts) - 1
    filled, value = decision.filled, decision.value
    for index, part in enumerate(parts):
        if index == last:
            continue
        filled, value = filled - part.filled, value - part.paid
        if index in may_rest:
            ended = _replace(decision, status=_CANCELLED, filled=part.filled, value=part.paid)
            parts[index] = decisions.decided(part, ended, at_ns).order
    rest = _replace(decision, filled=filled, value=value)
    wanted = _replace(parts[last], cancel_pending=order.cancel_pending)
    parts[last] = decisions.decided(wanted, rest, at_ns).order
    before = _replace(order, replacing=None, amend_pending=None, decision=decision)
    after = _whole(before, tuple(parts), at_ns)
    return Step(after, decisions.moved(order, after, None))


def in_question(order: Order) -> Order:
    """The leg that a look-up should ask about, as an order.

    The first in doubt, or ended by a person alone; else the last.
    """
    for part in order.parts:
        if part.doubt is not None or part.lacks_fills or part.decision is not None:
            return part
    return order.part


def _venue_order_id(evidence: OrderEvidence) -> VenueOrderId | None:
    if isinstance(evidence, Refused | NotSent | Lost):
        return None
    return evidence.venue_order_id


def _refuses(evidence: OrderEvidence, old: Order) -> bool:
    """Whether it tells for certain that the old leg was not cancelled for the new one."""
    match evidence:
        case NotSent(command=CommandKind.AMEND):
            return True  # it was not stored, so nothing of it was begun
        case NotSent(command=CommandKind.CANCEL):
            return old.doubt is None  # an earlier request may have been executed
        case Refused(command=CommandKind.CANCEL, order_unknown=False):
            return old.doubt is None
        case _:
            return False


def _settled(order: Order) -> Order:
    """It is being replaced no more. Of the wish nothing stays: it may not be in the journal."""
    return _replace(order, replacing=None, amend_pending=None, amend_before_ns=0)


def _with(parts: tuple[Order, ...], index: int, part: Order) -> tuple[Order, ...]:
    return (*parts[:index], part, *parts[index + 1 :])


def _whole(order: Order, parts: tuple[Order, ...], at_ns: int) -> Order:
    """What ``order`` is when its legs are ``parts``."""
    last = parts[-1]
    # A leg that was dead may rest again, by the venue's later word.
    shown = next((part for part in reversed(parts) if not part.is_final), last)
    status, reason = shown.status, shown.reason
    if last.is_final and order.replacing is not None:
        if last.status is _CANCELLED and not order.cancel_pending:
            status, reason = _PENDING, ""  # its successor is not in the journal yet
        else:  # it ended before it could be replaced, or was wanted cancelled meanwhile
            order = _settled(order)
    if len(parts) == 1 and order.replacing is None:
        # As if it had never been asked: of what could not be stored, nothing may stay behind.
        pending = order.cancel_pending and not last.is_final
        return _replace(last, cancel_pending=pending, updated_ns=at_ns)
    if shown.status is _REJECTED:
        # Dead at the venue: the leg before it by a cancel, and of this one nothing exists.
        status, reason = _CANCELLED, f"not replaced: {last.reason}"
    filled = sum((part.filled for part in parts), ZERO)
    if any(part.status is _UNKNOWN for part in parts):
        status = _UNKNOWN
    elif status is _OPEN and filled:
        status = OrderStatus.PARTIALLY_FILLED
    is_decided = any(part.decision is not None for part in parts)
    doubts = [part.doubt for part in parts if part.doubt is not None]
    whole = _replace(
        order,
        legs=tuple(_replace(part.leg, dead=part.is_final) for part in parts),
        parts=parts,
        status=status,
        reason=reason,
        doubt=doubts[0] if doubts else None,
        decision=order.decision if is_decided else None,
        filled=filled,
        paid=sum((part.paid for part in parts), ZERO),
        provisional=sum((part.provisional for part in parts), ZERO),
        provisional_paid=sum((part.provisional_paid for part in parts), ZERO),
        venue_filled=sum((part.venue_filled for part in parts), ZERO),
        total_untold=any(part.total_untold for part in parts),
        venue_time_ns=max(part.venue_time_ns for part in parts),
        cancel_pending=order.cancel_pending or any(part.cancel_pending for part in parts),
        send_before_ns=last.send_before_ns,
        reserve_price=last.reserve_price,
        updated_ns=at_ns,
    )
    if whole.is_final:
        return _replace(whole, cancel_pending=False)
    return whole
