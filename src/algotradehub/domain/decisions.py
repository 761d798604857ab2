"""Orders that ended by a person's word, and what the venue's word makes of them afterwards.

A decision lies over an order. Every later word of the venue is judged as if nobody had decided:
its terminal word takes the decision's place, a contradiction takes the decision away and leaves the
order UNKNOWN, and under anything else the decision stays. What a person says has filled is a
provisional fill: real executions replace it, and it is taken back with the decision.
"""

from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain import order_rules
from algotradehub.domain.evidence import Acknowledged, Cumulative, OrderEvidence, OrderState
from algotradehub.domain.fill import Effect, Step
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import FINAL_STATUSES, Decision, Doubt, Order, OrderStatus, Origin

_replace: Final = msgspec.structs.replace
_REJECTED: Final = OrderStatus.REJECTED


def decided(order: Order, decision: Decision, at_ns: int) -> Step:
    """End ``order`` as a person says.

    The caller has made sure that nothing of it can be on its way to the venue any more, and that
    ``decision`` tells no less than is known to have filled.
    """
    decision = _wishes(decision, order)
    left = decision.filled - (order.filled - order.provisional)
    left_paid = decision.value - (order.paid - order.provisional_paid)
    after = _ended(order, decision, left, left_paid, at_ns)
    return Step(after, moved(order, after, None))


def advance(order: Order, evidence: OrderEvidence, at_ns: int) -> Step:
    """``order_rules.advance`` for an order that a person has ended."""
    decision = order.decision
    assert decision is not None  # noqa: S101 - others follow order_rules alone
    step = order_rules.advance(_undecided(order, decision, at_ns), evidence, at_ns)
    after = step.order
    if not after.is_final:
        if _contradicts(order, decision, evidence, after):
            after = order_rules.contradicted(after, at_ns)
        else:
            left = decision.filled - (after.filled - after.provisional)
            decision = _wishes(decision, after)
            after = _ended(after, decision, left, _share(order, left), at_ns)
    return Step(after, moved(order, after, step.effect))


def moved(before: Order, after: Order, effect: Effect | None) -> Effect | None:
    """All that moved between two states of an order; ``effect`` is what the venue's word added."""
    quantity, paid = after.filled - before.filled, after.paid - before.paid
    if effect is None and not (quantity or paid):
        return None
    if effect is not None:
        price = effect.price
    elif quantity:
        price = order_rules.AVERAGES.divide(paid, quantity)
    else:
        price = order_rules.AVERAGES.divide(after.paid, after.filled)
    return Effect(
        side=before.request.side,
        quantity=quantity,
        price=price,
        correction=paid - quantity * price,
        fee=ZERO if effect is None else effect.fee,
        fee_asset=None if effect is None else effect.fee_asset,
    )


def _ended(
    order: Order, decision: Decision, left: Decimal, left_paid: Decimal, at_ns: int
) -> Order:
    """``order`` with ``decision`` over it; nobody but the person tells of what is ``left``."""
    return _replace(
        order,
        status=decision.status,
        origin=Origin.PERSON if decision.status is _REJECTED else None,
        reason=decision.reason,
        decision=decision,
        filled=order.filled - order.provisional + left,
        paid=order.paid - order.provisional_paid + left_paid,
        provisional=left,
        provisional_paid=left_paid,
        total_untold=False,
        doubt=None,
        cancel_pending=False,
        amend_pending=None,
        updated_ns=at_ns,
    )


def _wishes(decision: Decision, order: Order) -> Decision:
    """What was wanted of the order stays wanted if it turns out to live."""
    return _replace(
        decision, amend_pending=order.amend_pending, cancel_pending=order.cancel_pending
    )


def _undecided(order: Order, decision: Decision, at_ns: int) -> Order:
    """The order as if nobody had decided: of what the person told only what the venue claims."""
    claimed = max(ZERO, order.venue_filled - (order.filled - order.provisional))
    kept = min(order.provisional, claimed)
    kept_paid = _share(order, kept)
    return _replace(
        order,
        status=OrderStatus.UNKNOWN,
        origin=None,
        reason="",
        decision=None,
        filled=order.filled - order.provisional + kept,
        paid=order.paid - order.provisional_paid + kept_paid,
        provisional=kept,
        provisional_paid=kept_paid,
        doubt=Doubt(what=f"{decision.by} said how it ended", since_ns=at_ns),
        amend_pending=decision.amend_pending,
        cancel_pending=decision.cancel_pending,
    )


def _share(order: Order, quantity: Decimal) -> Decimal:
    """What ``quantity`` of the provisional fill is worth."""
    if quantity == order.provisional:
        return order.provisional_paid
    return order_rules.AVERAGES.divide(order.provisional_paid, order.provisional) * quantity


def _contradicts(order: Order, decision: Decision, evidence: OrderEvidence, after: Order) -> bool:
    """Whether the venue shows that the person was wrong, or asked too early."""
    if order_rules.is_contradicted(after):
        return True
    if max(after.filled, after.venue_filled) > decision.filled:
        return True
    if decision.status is _REJECTED:  # then it has never existed
        return isinstance(evidence, Acknowledged | Cumulative | OrderState)
    if not isinstance(evidence, OrderState) or evidence.status in FINAL_STATUSES:
        return False
    # No older than what was known when the person decided.
    return evidence.venue_time_ns >= order.venue_time_ns
