"""What each record of the journal makes of an order: the same live and at replay."""

from typing import Final, TypeAlias

import msgspec

from algotradehub.domain import decisions, emulation_rules, legs, order_rules
from algotradehub.domain.evidence import OrderEvidence
from algotradehub.domain.fill import Step
from algotradehub.domain.guard_records import Guarded, GuardRecord, Unguarded
from algotradehub.domain.order import Order
from algotradehub.domain.records import (
    AmendAsked,
    CancelAsked,
    Decided,
    Doubted,
    LegAdded,
    OrderRecord,
    ProvenAbsent,
    ReplaceDropped,
    Restarted,
)

_replace: Final = msgspec.structs.replace
# What moves an order and no fills.
_Wish: TypeAlias = Doubted | ProvenAbsent | CancelAsked | AmendAsked | LegAdded | ReplaceDropped
_ABSENT: Final = "never reached the venue: not seen there after it could still arrive"


def advanced(order: Order, evidence: OrderEvidence, at_ns: int) -> Step:
    """Return ``order`` after ``evidence``; see ``order_rules.advance``."""
    if order.parts:
        step = legs.advance(order, evidence, at_ns)
    elif order.decision is not None:
        step = decisions.advance(order, evidence, at_ns)
    else:
        step = order_rules.advance(order, evidence, at_ns)
    return step if order.emulated is None else emulation_rules.heard(step, at_ns)


def recorded(order: Order, body: OrderRecord, at_ns: int) -> Step:
    """Return ``order`` after something that is no evidence."""
    if isinstance(body, Decided):
        decided = legs.decided if order.parts else decisions.decided
        return decided(order, body.decision, at_ns)
    if isinstance(body, GuardRecord):
        return Step(emulation_rules.recorded(order, body, at_ns))
    return Step(_recorded(order, body, at_ns))


def _recorded(order: Order, body: _Wish, at_ns: int) -> Order:
    match body:
        case Doubted(what=what):
            doubted = legs.doubted if order.parts else order_rules.doubted
            return doubted(order, what, at_ns)
        case ProvenAbsent():
            absent = legs.proven_absent if order.parts else order_rules.proven_absent
            return absent(order, _ABSENT, at_ns)
        case CancelAsked(expired=expired):
            if expired:
                order = emulation_rules.expired(order, at_ns)
            if order.parts:
                return legs.cancel_asked(order, at_ns)
            return _replace(order, cancel_pending=not order.is_final, updated_ns=at_ns)
        case AmendAsked():
            if body.leg is not None:
                return legs.replacing(order, body, at_ns)
            return _replace(
                order,
                amend_pending=body.amendment,
                amend_before_ns=body.send_before_ns,
                updated_ns=at_ns,
            )
        case LegAdded():
            return legs.added(order, body, at_ns)
        case ReplaceDropped(reason=reason):
            return legs.dropped(order, reason, at_ns)


def one_of_many(order: Order, body: Restarted | Unguarded | Guarded, at_ns: int) -> Order:
    """Return ``order``, one of a live account, after what concerns them all; often the same."""
    match body:
        case Restarted(last_ns=last_ns):
            if order.is_waiting:
                return emulation_rules.restarted(order, last_ns, at_ns)
            rules = legs.restarted if order.parts else order_rules.restarted
            return rules(order, at_ns)
        case Unguarded():
            if order.request.symbol not in body.symbols:
                return order
            return emulation_rules.unguarded(order, body.since_ns, body.reason)
        case Guarded():
            if order.request.symbol not in body.symbols:
                return order
            return emulation_rules.guarded(order, at_ns)
