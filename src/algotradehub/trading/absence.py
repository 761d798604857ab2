"""When "not seen" is "not there" (order-path 5). Pure: ``recovery`` asks."""

import msgspec

from algotradehub.domain.capabilities import AbsenceProof, AbsenceRule
from algotradehub.domain.order import UNANSWERED_STATUSES, Order

_NS = 1_000_000_000


class Look(msgspec.Struct, frozen=True, gc=False):
    """One look-up that came back empty, and whether the stream was whole when it did."""

    asked_ns: int
    connections: int
    sources: tuple[str, ...]


def absence_proven(looks: list[Look], rule: AbsenceRule, *, dead_ns: int) -> tuple[Look, ...]:
    """Return the look-ups that prove absence, or nothing (order-path 5).

    They were asked after the request could no longer execute, at least ``settle_s`` apart, over
    every source the venue has, on one unbroken stream.
    """
    if rule.proof is not AbsenceProof.LOOKUPS:
        return ()
    proof: list[Look] = []
    for look in looks:
        whole = set(rule.sources) <= set(look.sources)
        if not whole or look.asked_ns < dead_ns:
            continue
        if proof and look.connections != proof[-1].connections:
            proof = []
        if proof and look.asked_ns - proof[-1].asked_ns < rule.settle_s * _NS:
            continue
        proof.append(look)
    return tuple(proof) if len(proof) >= rule.look_ups else ()


def dead_ns(order: Order, rule: AbsenceRule) -> int:
    """From then on neither the place of ``order`` nor a pending amend can execute any more."""
    before_ns = order.send_before_ns
    if order.amends_in_place:
        before_ns = max(before_ns, order.amend_before_ns)
    return before_ns + int(rule.dead_after_s * _NS)


def unproven(order: Order) -> bool:
    """Nothing the venue ever said shows that the working leg existed there."""
    order = order.part
    return (
        order.status in UNANSWERED_STATUSES
        and order.leg.venue_order_id is None
        and not order.filled
        and not order.venue_filled
    )
