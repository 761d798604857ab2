"""The one function that moves an order of one leg on: ``advance``, pure and repeatable."""

from decimal import Context, Decimal
from typing import Final

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
from algotradehub.domain.fill import Effect, Step
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import (
    FINAL_STATUSES,
    BaseAmount,
    Doubt,
    Order,
    OrderStatus,
    Origin,
)
from algotradehub.domain.order_table import TRANSITIONS, Word

_replace: Final = msgspec.structs.replace

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_PLACE: Final = CommandKind.PLACE
_AMEND: Final = CommandKind.AMEND
_PENDING: Final = OrderStatus.PENDING
_UNKNOWN: Final = OrderStatus.UNKNOWN
_OPEN: Final = OrderStatus.OPEN
_FILLED: Final = OrderStatus.FILLED
_REJECTED: Final = OrderStatus.REJECTED
_ACCEPTED: Final = Word.ACCEPTED
_FILL: Final = Word.FILL
_LIVE: Final = Word.LIVE
_LOST: Final = Word.LOST

_WORD_OF_STATUS: Final = {
    OrderStatus.OPEN: Word.LIVE,
    OrderStatus.PARTIALLY_FILLED: Word.LIVE,
    OrderStatus.FILLED: Word.FILLED,
    OrderStatus.CANCELLED: Word.CANCELLED,
    OrderStatus.EXPIRED: Word.EXPIRED,
    OrderStatus.REJECTED: Word.REJECTED,
}
_ORIGIN_OF_WORD: Final = {
    Word.NOT_SENT: Origin.UNSENT,
    Word.ABSENT: Origin.UNSENT,
    Word.REFUSED: Origin.VENUE,
    Word.REJECTED: Origin.VENUE,
}
# They prove that the order existed, not how it is now: no contradiction is settled by them.
_OF_THE_PAST: Final = frozenset({Word.ACCEPTED, Word.FILL})
_CLOCK_ERROR_NS: Final = 1_000_000_000  # our clock and a venue's differ by less
_CONTRADICTED: Final = "the venue's words contradict each other"

# An average rarely ends. Cut to as many digits as a price can have, its products and sums stay
# exact, and what was taken from a provisional value can be added up to that value again.
AVERAGES: Final = Context(prec=16)


def advance(  # noqa: C901 - one branch per kind of evidence is the clearest form
    order: Order, evidence: OrderEvidence, at_ns: int
) -> Step:
    """Return ``order`` after ``evidence``.

    The caller has made sure that an ``Execution`` is new (by its key) and that the evidence
    belongs to this order. Everything else may repeat, be late, or contradict what was said.
    """
    match evidence:
        case Acknowledged():
            return Step(_acknowledged(order, evidence, at_ns))
        case Execution():
            return _grown(_executed(order, evidence, at_ns))
        case OrderState():
            return _grown(_told(order, evidence, at_ns))
        case Cumulative():
            return _grown(_totalled(order, evidence, at_ns))
        case FeeSettled():
            return Step(_replace(order, updated_ns=at_ns))
        case Refused() if evidence.command is _PLACE:
            return Step(_moved(_replace(order, updated_ns=at_ns), Word.REFUSED, evidence.reason))
        case NotSent() if evidence.command is _PLACE:
            return Step(_moved(_replace(order, updated_ns=at_ns), Word.NOT_SENT, evidence.reason))
        case Lost() if evidence.command is _PLACE:
            order = _doubted(order, evidence.reason, at_ns)
            return Step(_moved(order, _LOST))
        case Refused() | NotSent() if evidence.command is _AMEND:
            order = _replace(order, amend_pending=None, amend_before_ns=0, updated_ns=at_ns)
            if isinstance(evidence, Refused) and evidence.order_unknown:
                order = _doubted(order, f"amend: {evidence.reason}", at_ns)
            return Step(order)
        case Lost() if evidence.command is _AMEND:
            # May have been executed: the quantity is not known, so neither is the order.
            order = _doubted(order, evidence.reason, at_ns)
            return Step(order if order.is_final else _replace(order, status=_UNKNOWN))
        case Refused() | NotSent() | Lost():
            # A failed cancel changes no status and leaves a question.
            return Step(_doubted(order, f"cancel: {evidence.reason}", at_ns))


def proven_absent(order: Order, reason: str, at_ns: int) -> Order:
    """The resolver has proven that the place never executed (order-path 5)."""
    if order.venue_filled or order.leg.venue_order_id is not None:
        # The venue has named or filled it: that outranks whatever we infer.
        return _replace(order, updated_ns=at_ns)
    return _moved(_replace(order, updated_ns=at_ns), Word.ABSENT, reason)


def restarted(order: Order, at_ns: int) -> Order:
    """The process that may have sent this order is gone: whatever was unanswered is in doubt."""
    waiting = order.status is _PENDING
    if not (waiting or order.amend_pending is not None):
        return order
    order = _doubted(order, "restarted before an answer came", at_ns)
    return _replace(order, status=_UNKNOWN)


def doubted(order: Order, what: str, at_ns: int) -> Order:
    """A look-up failed, or the venue's record disagrees: no status changes (order-path 4)."""
    return _doubted(order, what, at_ns)


def _acknowledged(order: Order, answer: Acknowledged, at_ns: int) -> Order:
    if answer.command is _PLACE:
        return _moved(_named(order, answer.venue_order_id, at_ns), _ACCEPTED)
    if answer.command is _AMEND:
        order = _amended(_named(order, answer.venue_order_id, at_ns), at_ns)
        # A word from before the amendment must not bring the old quantity back.
        return _replace(order, venue_time_ns=max(order.venue_time_ns, answer.venue_time_ns))
    # Of a cancel: CANCELLED is the venue's word on the order, not on our request.
    return _replace(order, updated_ns=at_ns)


def _executed(order: Order, execution: Execution, at_ns: int) -> Step:
    price, quantity, status = execution.price, execution.quantity, execution.status
    end = _WORD_OF_STATUS[status] if status in FINAL_STATUSES else None
    claimed = execution.cumulative
    if claimed is None and status is _FILLED:
        claimed = _whole(order)
    venue_filled = order.venue_filled if claimed is None else max(order.venue_filled, claimed)
    covered = covered_paid = ZERO
    provisional, provisional_paid = order.provisional, order.provisional_paid
    if provisional:
        # The real execution takes the place of what a cumulative claim had already counted.
        real = order.filled - provisional + quantity
        rest = min(provisional, max(ZERO, venue_filled - real))
        covered = provisional - rest
        covered_paid = (
            AVERAGES.divide(provisional_paid, provisional) * covered if rest else provisional_paid
        )
        provisional, provisional_paid = rest, provisional_paid - covered_paid
    filled = order.filled + quantity - covered
    effect = Effect(
        side=order.request.side,
        quantity=quantity - covered,
        price=price,
        correction=price * covered - covered_paid,
        fee=execution.fee,
        fee_asset=execution.fee_asset,
    )
    # Dead by the venue's word, yet filled beyond the total it died with.
    last_total = order.venue_filled if end is None else venue_filled
    surpassed = order.is_final and max(filled, venue_filled) > last_total
    order = _named(order, execution.venue_order_id, at_ns)
    order = _replace(
        order,
        filled=filled,
        paid=order.paid + price * quantity - covered_paid,
        provisional=provisional,
        provisional_paid=provisional_paid,
        venue_filled=max(venue_filled, filled),
        # The time of a trade is not that of the order's last change, but for the last trade.
        venue_time_ns=order.venue_time_ns
        if end is None
        else max(order.venue_time_ns, execution.venue_time_ns),
    )
    order = _moved(order, _FILL if end is None else end)
    if end is not None:
        order = _replace(order, total_untold=claimed is None)
    return Step(contradicted(order, at_ns) if surpassed else order, effect)


def _totalled(before: Order, total: Cumulative, at_ns: int) -> Step:
    order = _named(before, total.venue_order_id, at_ns)
    order, effect = _claimed(order, total.filled, total.value)
    order = _replace(order, venue_time_ns=max(order.venue_time_ns, total.venue_time_ns))
    return Step(_risen(before, order), effect)


def _told(before: Order, state: OrderState, at_ns: int) -> Step:
    order = _named(before, state.venue_order_id, at_ns)
    word = _WORD_OF_STATUS[state.status]
    filled = state.filled
    if filled is None and state.status is _FILLED:
        filled = _whole(order) if state.quantity is None else state.quantity
    effect = None
    if filled is not None:
        order, effect = _claimed(order, filled, state.value)
    # A word older than one already applied is history: only its totals still count. At the same
    # instant the terminal word ranks above the live one.
    if state.venue_time_ns < before.venue_time_ns or (
        state.venue_time_ns == before.venue_time_ns and word is _LIVE and before.is_final
    ):
        if word is not _LIVE:
            # Nothing lives after its end. Which of the two words is wrong, a look-up must tell.
            order = _doubted(order, f"called {state.status} before its newest live word", at_ns)
        return Step(_risen(before, order), effect)
    # That it lives does not answer whether a lost amendment was made (order-path 7).
    amending = word is _LIVE and order.amend_pending is not None
    order = _replace(
        order, venue_time_ns=state.venue_time_ns, doubt=order.doubt if amending else None
    )
    if not amending:
        order = _resized(order, state)
    order = _moved(order, word, state.reason)
    if order.is_final:
        untold = filled is None and state.status is not _REJECTED
        order = _replace(order, total_untold=untold)
    if order.is_final and filled is not None and order.venue_filled > filled:
        order = contradicted(order, at_ns)
    return Step(order, effect)


def _risen(before: Order, order: Order) -> Order:
    """What follows if the venue's total rose, whatever else it said."""
    if order.venue_filled == before.venue_filled:
        return order
    if before.is_final:
        return contradicted(order, order.updated_ns)
    return _moved(order, _FILL)


def _whole(order: Order) -> Decimal | None:
    """What FILLED amounts to if no total is told; None while an amendment may have changed it."""
    return order.quantity if order.amend_pending is None else None


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
        return order, None
    price = AVERAGES.divide(moved, quantity) if quantity else provisional_paid / provisional
    effect = Effect(
        side=order.request.side,
        quantity=quantity,
        price=price,
        correction=moved - quantity * price,
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
    """Apply the table, then what the table cannot see: quantities and contradictions."""
    before = order.status
    status = TRANSITIONS[before][word]
    if status is _REJECTED and order.venue_filled:
        return contradicted(order, order.updated_ns)
    if status is _OPEN and order.venue_filled:
        status = OrderStatus.PARTIALLY_FILLED
    if status is before:
        return order
    if before is _UNKNOWN and word in _OF_THE_PAST and is_contradicted(order):
        return order
    if status is _UNKNOWN and word is not _LOST:
        return contradicted(order, order.updated_ns)
    if status not in FINAL_STATUSES:
        # A fill proves that the order existed, not that it still rests: the question stays.
        settled = word is _ACCEPTED and order.amend_pending is None
        return _replace(order, status=status, doubt=None if settled else order.doubt)
    legs = order.legs
    if status is _FILLED and order.amend_pending is not None:
        # The fate of the amendment is not known, but FILLED tells what the size had become.
        legs = (_replace(order.leg, quantity=max(order.filled, order.venue_filled)),)
    return _replace(
        order,
        legs=legs,
        status=status,
        origin=_ORIGIN_OF_WORD.get(word),
        reason=reason,
        doubt=None,
        cancel_pending=False,
        amend_pending=None,
    )


def contradicted(order: Order, at_ns: int) -> Order:
    since_ns = at_ns if order.doubt is None else order.doubt.since_ns
    return _replace(
        order,
        status=_UNKNOWN,
        doubt=Doubt(what=_CONTRADICTED, since_ns=since_ns),
        origin=None,
        updated_ns=at_ns,
    )


def is_contradicted(order: Order) -> bool:
    return order.doubt is not None and order.doubt.what == _CONTRADICTED


def _doubted(order: Order, what: str, at_ns: int) -> Order:
    """Note a question; a final order has none, and a contradiction is the greater one."""
    if order.is_final or is_contradicted(order):
        return _replace(order, updated_ns=at_ns)
    since_ns = at_ns if order.doubt is None else order.doubt.since_ns
    return _replace(order, doubt=Doubt(what=what, since_ns=since_ns), updated_ns=at_ns)


def _named(order: Order, venue_order_id: object, at_ns: int) -> Order:
    """Learn the venue's name for the working leg; it is never forgotten or changed."""
    leg = order.legs[-1]
    if venue_order_id is None or leg.venue_order_id is not None:
        return _replace(order, updated_ns=at_ns)
    leg = _replace(leg, venue_order_id=venue_order_id)
    return _replace(order, legs=(leg,), updated_ns=at_ns)


def _resized(order: Order, state: OrderState) -> Order:
    """The venue may change quantity and prices of a resting order by its own rules.

    A live word from before our last amendment must not bring the old order back; where the venue
    did not say when it amended, our own clock draws the line, late enough to only overstate.
    """
    if state.venue_time_ns < order.amended_ns and state.status not in FINAL_STATUSES:
        return order
    leg = order.leg
    quantity = leg.quantity if state.quantity is None else state.quantity
    if not isinstance(order.request.amount, BaseAmount):
        quantity = None
    limit_price = leg.limit_price if state.limit_price is None else state.limit_price
    trigger_price = leg.trigger_price if state.trigger_price is None else state.trigger_price
    now = (quantity, limit_price, trigger_price)
    if now == (leg.quantity, leg.limit_price, leg.trigger_price):
        return order
    leg = _replace(leg, quantity=quantity, limit_price=limit_price, trigger_price=trigger_price)
    return _replace(order, legs=(leg,))


def _grown(step: Step) -> Step:
    """An order that filled beyond its size had been made larger: an amendment of unknown fate."""
    order = step.order
    leg = order.leg
    if leg.quantity is None or order.filled <= leg.quantity:
        return step
    leg = _replace(leg, quantity=order.filled)
    return Step(_replace(order, legs=(leg,)), step.effect)


def _amended(order: Order, at_ns: int) -> Order:
    """The pending amendment is in force at the venue."""
    new = order.amend_pending
    if new is None:
        return order
    leg = order.leg
    leg = _replace(
        leg,
        quantity=leg.quantity if new.quantity is None else new.quantity,
        limit_price=leg.limit_price if new.limit_price is None else new.limit_price,
        trigger_price=leg.trigger_price if new.trigger_price is None else new.trigger_price,
    )
    return _replace(order, legs=(leg,), amend_pending=None, amended_ns=at_ns + _CLOCK_ERROR_NS)
