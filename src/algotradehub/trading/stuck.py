"""Orders that a person should look at: the question, how old it is, and what can be done. Pure."""

from enum import StrEnum
from typing import Final

import msgspec

from algotradehub.domain.capabilities import AbsenceProof, AbsenceRule
from algotradehub.domain.errors import WrongState
from algotradehub.domain.order import UNANSWERED_STATUSES, Decision, Order
from algotradehub.trading.absence import dead_ns
from algotradehub.trading.reports import Looked

_NS: Final = 1_000_000_000


class Action(StrEnum):
    """What a person can do about an order."""

    ASK_AGAIN = "ask_again"
    FORCE_CANCEL = "force_cancel"
    DECIDE = "decide"
    APPROVE = "approve"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    what: str
    since_ns: int


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that waits for a second person; it is kept in memory alone."""

    decision: Decision
    expires_ns: int
    order: Order  # as it was known then


class StuckOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One order for a person, with what is known of it.

    ``question`` is None where nothing is open any more. ``looked`` counts since the question came
    up, or since this process began. ``absence_provable`` tells whether the venue's silence can ever
    end the order; where it cannot, a person has to.
    """

    order: Order
    question: Question | None
    looked: Looked | None
    absence_provable: bool
    actions: tuple[Action, ...]
    proposal: Proposal | None


def question_of(order: Order, cancel_noticed_ns: int) -> Question | None:
    """What is open about ``order``, and since when.

    Args:
        order: As it is known now.
        cancel_noticed_ns: When its wanted cancel was first seen; an order does not say.
    """
    if order.is_final:
        return None
    doubt = order.doubt
    if doubt is not None:
        return Question(what=doubt.what, since_ns=doubt.since_ns)
    if order.is_waiting:
        return None  # it waits for its price, and for nobody's answer
    if order.status in UNANSWERED_STATUSES and order.replacing is None:
        fired_ns = 0 if order.emulated is None else order.emulated.fired_ns
        since_ns = max(order.part.created_ns, fired_ns)
        return Question(what="the venue has not answered", since_ns=since_ns)
    if order.amend_pending is not None:
        what = "a change of it is not finished"
        return Question(what=what, since_ns=max(order.created_ns, order.amend_before_ns))
    if order.cancel_pending:
        return Question(what="its cancel is not confirmed", since_ns=cancel_noticed_ns)
    return None


def require_decidable(order: Order, rule: AbsenceRule, now_ns: int) -> None:
    """A person decides what the venue cannot tell, and nothing else.

    Raises:
        WrongState: It can tell, or something may still happen; the message says what to do.
    """
    if order.is_final:
        raise WrongState(f"order {order.order_id} has ended: it is {order.status}")
    if order.is_waiting:
        raise WrongState(f"order {order.order_id} waits here for its price: cancel it, or fire it")
    if order.doubt is None and order.status not in UNANSWERED_STATUSES:
        raise WrongState(
            f"the venue says that order {order.order_id} is {order.status}: cancel it if it should "
            "end; only what the venue cannot tell is decided by a person"
        )
    left_ns = dead_ns(order, rule) - now_ns
    if left_ns > 0:
        raise WrongState(
            f"what was sent for order {order.order_id} may still be executed: decide in "
            f"{-(-left_ns // _NS)} s, if the venue has not answered by then"
        )


def actions_of(order: Order, rule: AbsenceRule, now_ns: int) -> tuple[Action, ...]:
    """What can be done about an order that waits for nobody's approval."""
    if order.is_final:
        return () if order.decision is None else (Action.ASK_AGAIN,)
    try:
        require_decidable(order, rule, now_ns)
    except WrongState:
        return (Action.ASK_AGAIN, Action.FORCE_CANCEL)
    return (Action.ASK_AGAIN, Action.FORCE_CANCEL, Action.DECIDE)


def is_provable(rule: AbsenceRule) -> bool:
    return rule.proof is AbsenceProof.LOOKUPS


def same_knowledge(one: Order, other: Order) -> bool:
    """Whether nothing became known between the two."""
    return msgspec.structs.replace(one, updated_ns=0) == msgspec.structs.replace(
        other, updated_ns=0
    )
