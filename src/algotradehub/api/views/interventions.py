"""Orders a person should look at, and all that is known of them, as callers see it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import msgspec

from algotradehub.api.views.orders import OrderView, TimelineEntry, order_view
from algotradehub.domain.evidence import Found, LookUp, NotSeen, Unreadable
from algotradehub.domain.order import OrderStatus
from algotradehub.trading.stuck import Action, Proposal, StuckOrder

_Told = msgspec.Meta


class ProposalView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that waits for a second person."""

    status: OrderStatus
    filled: Decimal
    value: Decimal
    by: str
    reason: str
    expires_ns: int


class StuckView(msgspec.Struct, frozen=True, kw_only=True):
    """An order, the question about it, and what a person can do."""

    order: OrderView
    question: Annotated[str | None, _Told(description="What is open; null where nothing is.")]
    since_ns: int | None
    look_ups: Annotated[
        int, _Told(description="Since the question came up, or since this process began.")
    ]
    last_asked_ns: int | None
    last_answer: str | None
    absence_provable: Annotated[
        bool,
        _Told(description="Whether the venue's silence can end the order; else a person has to."),
    ]
    actions: Annotated[Sequence[Action], _Told(description="What can be done about it now.")]
    proposal: ProposalView | None


class Interventions(msgspec.Struct, frozen=True, kw_only=True):
    """Orders a person should look at, those asked about longest first."""

    stuck: Sequence[StuckView]


class Intervention(msgspec.Struct, frozen=True, kw_only=True):
    """One order for a person: all that was asked for, sent, heard, looked up and done."""

    stuck: StuckView
    evidence: Annotated[
        Sequence[TimelineEntry], _Told(description="Its journal records, oldest first.")
    ]
    complete: bool


def stuck_view(stuck: StuckOrder) -> StuckView:
    question, looked = stuck.question, stuck.looked
    return StuckView(
        order=order_view(stuck.order),
        question=None if question is None else question.what,
        since_ns=None if question is None else question.since_ns,
        look_ups=0 if looked is None else looked.times,
        last_asked_ns=None if looked is None else looked.asked_ns,
        last_answer=None if looked is None else said(looked.answer),
        absence_provable=stuck.absence_provable,
        actions=stuck.actions,
        proposal=None if stuck.proposal is None else _proposal_view(stuck.proposal),
    )


def said(answer: LookUp) -> str:
    """The answer of a look-up in one sentence."""
    match answer:
        case Found(state=state):
            filled = "" if state.filled is None else f", {state.filled:f} filled"
            return f"found: {state.status}{filled}"
        case NotSeen(sources=sources):
            return f"not seen in {', '.join(sources)}"
        case Unreadable(reason=reason):
            return f"unreadable: {reason}"


def _proposal_view(proposal: Proposal) -> ProposalView:
    decision = proposal.decision
    return ProposalView(
        status=decision.status,
        filled=decision.filled,
        value=decision.value,
        by=decision.by,
        reason=decision.reason,
        expires_ns=proposal.expires_ns,
    )
