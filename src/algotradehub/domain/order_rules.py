"""The one function that moves an order on: ``advance``, pure and repeatable."""

from decimal import Decimal

import msgspec

from algotradehub.domain.evidence import (
    Acknowledged,
    CommandKind,
    Cumulative,
    Execution,
    FeeSettled,
    Lost,
    NotSent,
    OrderEvidence,
    OrderState,
    Refused,
)
from algotradehub.domain.fill import Effect
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import (
    FINAL_STATUSES,
    Amendment,
    BaseAmount,
    Doubt,
    Leg,
    Order,
    OrderStatus,
    Origin,
)
from algotradehub.domain.order_table import TRANSITIONS, Word

_replace = msgspec.structs.replace

_WORD_OF_STATUS = {
    OrderStatus.OPEN: Word.LIVE,
    OrderStatus.PARTIALLY_FILLED: Word.LIVE,
    OrderStatus.FILLED: Word.FILLED,
    OrderStatus.CANCELLED: Word.CANCELLED,
    OrderStatus.EXPIRED: Word.EXPIRED,
    OrderStatus.REJECTED: Word.REJECTED,
}
_ORIGIN_OF_WORD = {
    Word.NOT_SENT: Origin.UNSENT,
    Word.ABSENT: Origin.UNSENT,
    Word.REFUSED: Origin.VENUE,
    Word.REJECTED: Origin.VENUE,
}
_CONTRADICTED = "the venue's words contradict each other"


class Step(msgspec.Struct, frozen=True, gc=False):
    """An order after one piece of evidence, and what that moves."""

    order: Order
    effect: Effect | None = None


def advance(  # noqa: C901, PLR0912 - one branch per kind of evidence is the clearest form
    order: Order, evidence: OrderEvidence, at_ns: int
) -> Step:
    """Return ``order`` after ``evidence``.

    The caller has made sure that an ``Execution`` is new (by its key) and that the evidence
    belongs to this order. Everything else may repeat, be late, or contradict what was said.
    """
    match evidence:
        case Execution():
            return _executed(order, evidence, at_ns)
        case OrderState():
            return _told(order, evidence, at_ns)
        case Cumulative():
            return _totalled(order, evidence, at_ns)
        case FeeSettled():
            return Step(_replace(order, updated_ns=at_ns))
        case Acknowledged(command=CommandKind.PLACE):
            order = _named(order, evidence.venue_order_id, at_ns)
            order = _replace(order, venue_time_ns=max(order.venue_time_ns, evidence.venue_time_ns))
            return Step(_moved(order, Word.ACCEPTED))
        case Refused(command=CommandKind.PLACE):
            return Step(_moved(_replace(order, updated_ns=at_ns), Word.REFUSED, evidence.reason))
        case NotSent(command=CommandKind.PLACE):
            return Step(_moved(_replace(order, updated_ns=at_ns), Word.NOT_SENT, evidence.reason))
        case Lost(command=CommandKind.PLACE):
            order = _doubted(order, evidence.reason, at_ns)
            return Step(_moved(order, Word.LOST))
        case Acknowledged(command=CommandKind.AMEND):
            order = _named(order, evidence.venue_order_id, at_ns)
            return Step(amended(order, at_ns))
        case Refused(command=CommandKind.AMEND) | NotSent(command=CommandKind.AMEND):
            return Step(_replace(order, amend_pending=None, updated_ns=at_ns))
        case Lost(command=CommandKind.AMEND):
            # May have been executed: the quantity is not known, so neither is the order.
            order = _doubted(order, evidence.reason, at_ns)
            return Step(order if order.is_final else _replace(order, status=OrderStatus.UNKNOWN))
        case Acknowledged() | Refused() | NotSent() | Lost():
            # Of a cancel: no status follows from any of them; CANCELLED is the venue's word on
            # the order. A failed cancel leaves a question.
            if isinstance(evidence, Acknowledged):
                return Step(_replace(order, updated_ns=at_ns))
            return Step(_doubted(order, f"cancel: {evidence.reason}", at_ns))


def amended(order: Order, at_ns: int) -> Order:
    """The pending amendment is in force at the venue."""
    amendment = order.amend_pending
    if amendment is None:
        return _replace(order, updated_ns=at_ns)
    leg = _with_amendment(order.leg, amendment)
    return _replace(order, legs=(*order.legs[:-1], leg), amend_pending=None, updated_ns=at_ns)


def proven_absent(order: Order, reason: str, at_ns: int) -> Order:
    """The resolver has proven that the place never executed (order-path 5)."""
    if order.filled or order.venue_filled:
        return _replace(order, updated_ns=at_ns)
    return _moved(_replace(order, updated_ns=at_ns), Word.ABSENT, reason)


def restarted(order: Order, at_ns: int) -> Order:
    """The process that may have sent this order is gone: whatever was unanswered is in doubt."""
    waiting = order.status is OrderStatus.PENDING
    if not (waiting or order.amend_pending is not None):
        return order
    order = _doubted(order, "restarted before an answer came", at_ns)
    return _replace(order, status=OrderStatus.UNKNOWN)


def doubted(order: Order, what: str, at_ns: int) -> Order:
    """A look-up failed, or the venue's record disagrees: no status changes (order-path 4)."""
    return _doubted(order, what, at_ns)


def _executed(order: Order, execution: Execution, at_ns: int) -> Step:
    quantity, value = execution.quantity, execution.price * execution.quantity
    venue_filled = order.venue_filled
    if execution.cumulative is not None and execution.cumulative > venue_filled:
        venue_filled = execution.cumulative
    covered = correction = ZERO
    provisional, provisional_paid = order.provisional, order.provisional_paid
    if provisional:
        # The real execution takes the place of what a cumulative claim had already counted.
        real = order.filled - provisional + quantity
        rest = min(provisional, max(ZERO, venue_filled - real))
        covered = provisional - rest
        covered_paid = provisional_paid * covered / provisional
        correction = execution.price * covered - covered_paid
        provisional, provisional_paid = rest, provisional_paid - covered_paid
        value -= covered_paid
    filled = order.filled + quantity - covered
    order = _named(order, execution.venue_order_id, at_ns)
    order = _replace(
        order,
        filled=filled,
        paid=order.paid + value,
        provisional=provisional,
        provisional_paid=provisional_paid,
        venue_filled=max(venue_filled, filled),
        venue_time_ns=max(order.venue_time_ns, execution.venue_time_ns),
    )
    effect = Effect(
        side=order.request.side,
        quantity=quantity - covered,
        price=execution.price,
        correction=correction,
        fee=execution.fee,
        fee_asset=execution.fee_asset,
    )
    agreed = filled <= venue_filled if order.is_final else True
    status = execution.status
    word = Word.FILL if status is None or status not in FINAL_STATUSES else _WORD_OF_STATUS[status]
    order = _moved(order, word)
    if not agreed:
        # Dead by the venue's word, yet it filled beyond the venue's final total.
        order = _contradicted(order, at_ns)
    return Step(order, effect)


def _totalled(order: Order, total: Cumulative, at_ns: int) -> Step:
    order = _named(order, total.venue_order_id, at_ns)
    order, effect = _claimed(order, total.filled, total.value)
    order = _replace(order, venue_time_ns=max(order.venue_time_ns, total.venue_time_ns))
    return Step(order if effect is None else _moved(order, Word.FILL), effect)


def _told(order: Order, state: OrderState, at_ns: int) -> Step:
    before = order.status
    order = _named(order, state.venue_order_id, at_ns)
    word = _WORD_OF_STATUS[state.status]
    # A word older than one already applied is history: only its totals still count. At the same
    # instant the terminal word ranks above the live one.
    stale = state.venue_time_ns < order.venue_time_ns or (
        state.venue_time_ns == order.venue_time_ns
        and word is Word.LIVE
        and before in FINAL_STATUSES
    )
    effect = None
    filled = state.filled
    if filled is None and word is Word.FILLED:
        filled = order.quantity
    if filled is not None:
        order, effect = _claimed(order, filled, state.value)
    if stale:
        return Step(order, effect)
    order = _replace(order, venue_time_ns=state.venue_time_ns, doubt=None)
    if order.amend_pending is None:
        order = _resized(order, state)
    order = _moved(order, word, state.reason)
    if order.is_final and filled is not None and order.filled > filled:
        order = _contradicted(order, at_ns)
    return Step(order, effect)


def _claimed(order: Order, filled: Decimal, value: Decimal | None) -> tuple[Order, Effect | None]:
    """Raise the venue's total, and close the gap to our fills with a provisional one at once."""
    if filled < order.venue_filled:
        return order, None
    real = order.filled - order.provisional
    if filled <= real or value is None:
        return _replace(order, venue_filled=filled), None
    real_paid = order.paid - order.provisional_paid
    provisional, provisional_paid = filled - real, value - real_paid
    quantity = provisional - order.provisional
    moved = provisional_paid - order.provisional_paid
    if not quantity and not moved:
        return _replace(order, venue_filled=filled), None
    effect = (
        Effect(side=order.request.side, quantity=quantity, price=moved / quantity)
        if quantity
        else Effect(side=order.request.side, quantity=ZERO, price=ZERO, correction=moved)
    )
    order = _replace(
        order,
        filled=filled,
        paid=value,
        provisional=provisional,
        provisional_paid=provisional_paid,
        venue_filled=filled,
    )
    return order, effect


def _moved(order: Order, word: Word, reason: str = "") -> Order:
    """Apply the table, then what the table cannot see: quantities."""
    before = order.status
    status = TRANSITIONS[before][word]
    if status is OrderStatus.OPEN and order.filled:
        status = OrderStatus.PARTIALLY_FILLED
    elif status is OrderStatus.REJECTED and before is not status and order.filled:
        return _contradicted(order, order.updated_ns)
    if status is before:
        return order
    if status is OrderStatus.UNKNOWN and before in FINAL_STATUSES:
        return _contradicted(order, order.updated_ns)
    if status not in FINAL_STATUSES:
        # A fill proves that the order existed, not that it still rests: the question stays.
        doubt = None if word is Word.ACCEPTED or word is Word.LIVE else order.doubt
        return _replace(order, status=status, doubt=doubt, origin=None)
    return _replace(
        order,
        status=status,
        origin=_ORIGIN_OF_WORD.get(word) if status is OrderStatus.REJECTED else None,
        reason=reason,
        doubt=None,
        cancel_pending=False,
        amend_pending=None,
    )


def _contradicted(order: Order, at_ns: int) -> Order:
    order = _doubted(order, _CONTRADICTED, at_ns)
    return _replace(order, status=OrderStatus.UNKNOWN, origin=None)


def _doubted(order: Order, what: str, at_ns: int) -> Order:
    if order.is_final and what != _CONTRADICTED:
        return _replace(order, updated_ns=at_ns)
    since_ns = at_ns if order.doubt is None else order.doubt.since_ns
    return _replace(order, doubt=Doubt(what=what, since_ns=since_ns), updated_ns=at_ns)


def _named(order: Order, venue_order_id: object, at_ns: int) -> Order:
    """Learn the venue's name for the working leg; it is never forgotten or changed."""
    leg = order.leg
    if venue_order_id is None or leg.venue_order_id is not None:
        return _replace(order, updated_ns=at_ns)
    leg = _replace(leg, venue_order_id=venue_order_id)
    return _replace(order, legs=(*order.legs[:-1], leg), updated_ns=at_ns)


def _resized(order: Order, state: OrderState) -> Order:
    """The venue may change quantity and price of a resting order by its own rules."""
    leg = order.leg
    quantity = leg.quantity if state.quantity is None else state.quantity
    if not isinstance(order.request.amount, BaseAmount):
        quantity = None
    limit_price = leg.limit_price if state.limit_price is None else state.limit_price
    if quantity == leg.quantity and limit_price == leg.limit_price:
        return order
    leg = _replace(leg, quantity=quantity, limit_price=limit_price)
    return _replace(order, legs=(*order.legs[:-1], leg))


def _with_amendment(leg: Leg, amendment: Amendment) -> Leg:
    return _replace(
        leg,
        quantity=leg.quantity if amendment.quantity is None else amendment.quantity,
        limit_price=leg.limit_price if amendment.limit_price is None else amendment.limit_price,
    )
