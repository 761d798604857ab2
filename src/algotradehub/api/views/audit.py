"""The audit log as callers see it: operations, their statistics, and what was decided."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated

import msgspec

from algotradehub.api.views.orders import TimelineEntry, timeline_entry
from algotradehub.api.views.quotients import quotient
from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.records import (
    BalanceCorrected,
    CloseAsked,
    Decided,
    DecisionProposed,
    HaltSet,
    Intervened,
    PauseSet,
    PositionCorrected,
    Record,
)
from algotradehub.ports.audit import OperationStats, Performed

_Told = msgspec.Meta
_MS_DIGITS = -6


class OperationView(msgspec.Struct, frozen=True, kw_only=True):
    """What a venue was asked, and what became of it."""

    seq: int
    account: AccountId
    operation: Operation
    order_id: ClientOrderId | None
    requested_ns: int
    answered_ns: int | None
    latency_ms: Annotated[Decimal | None, _Told(description="Null: no answer was heard.")]
    success: Annotated[bool | None, _Told(description="Null: no answer was heard.")]
    category: Annotated[ErrorCategory | None, _Told(description="Of a failure.")]
    error: str
    request: Annotated[
        TimelineEntry,
        _Told(description="The bytes that were sent, or the wish where a venue has no wire."),
    ]
    response: Annotated[
        TimelineEntry | None,
        _Told(description="The bytes that came back, or the evidence where there is no wire."),
    ]


class Operations(msgspec.Struct, frozen=True, kw_only=True):
    """Operations, newest first."""

    operations: Sequence[OperationView]
    next_cursor: Annotated[
        str | None, _Told(description="Pass it as ``cursor`` for what follows; null at the end.")
    ]
    complete: Annotated[
        bool, _Told(description="False while storage is behind: the newest may be missing.")
    ]


class OperationStatsView(msgspec.Struct, frozen=True, kw_only=True):
    """Operations of one kind within one period."""

    from_ns: Annotated[
        int | None, _Told(description="Where the period begins; null: of the whole time.")
    ]
    operation: Annotated[Operation | None, _Told(description="Null: of every kind.")]
    total: int
    answered: int
    succeeded: int
    success_rate: Annotated[Decimal | None, _Told(description="Of what was answered, from 0 to 1.")]
    mean_latency_ms: Decimal | None
    p95_latency_ms: Decimal | None
    errors: Annotated[Mapping[ErrorCategory, int], _Told(description="Failures by category.")]


class AuditStats(msgspec.Struct, frozen=True, kw_only=True):
    """For each period the sum over all kinds, and each kind."""

    stats: Sequence[OperationStatsView]
    complete: bool


class ActionView(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody decided about an account, or what was corrected in its books."""

    seq: int
    at_ns: int
    account: AccountId
    what: Annotated[str, _Told(description="Such as halt, stop, resume or balance_corrected.")]
    by: Annotated[str, _Told(description="Who did it; empty: the platform itself.")]
    detail: str
    record: TimelineEntry


class Actions(msgspec.Struct, frozen=True, kw_only=True):
    """Actions, newest first."""

    actions: Sequence[ActionView]
    next_cursor: str | None
    complete: bool


class AuditHead(msgspec.Struct, frozen=True, kw_only=True):
    """What stands for everything that is recorded up to one record."""

    head: Annotated[
        str, _Told(description="Its number, a colon, and a SHA-256: keep it elsewhere.")
    ]
    seq: int


def operation_view(found: Performed) -> OperationView:
    answered_ns = found.answered_ns
    return OperationView(
        seq=found.seq,
        account=found.account,
        operation=found.operation,
        order_id=found.order_id,
        requested_ns=found.requested_ns,
        answered_ns=answered_ns,
        latency_ms=_ms(None if answered_ns is None else answered_ns - found.requested_ns),
        success=found.success,
        category=found.category,
        error=found.error,
        request=timeline_entry(found.request),
        response=None if found.response is None else timeline_entry(found.response),
    )


def stats_view(found: OperationStats) -> OperationStatsView:
    return OperationStatsView(
        from_ns=found.from_ns,
        operation=found.operation,
        total=found.total,
        answered=found.answered,
        succeeded=found.succeeded,
        success_rate=quotient(Decimal(found.succeeded), Decimal(found.answered)),
        mean_latency_ms=_ms(found.mean_latency_ns),
        p95_latency_ms=_ms(found.p95_latency_ns),
        errors=found.errors,
    )


def action_view(record: Record) -> ActionView:
    what, by, detail = _told(record)
    return ActionView(
        seq=record.seq,
        at_ns=record.at_ns,
        account=record.account,
        what=what,
        by=by,
        detail=detail,
        record=timeline_entry(record),
    )


def _told(record: Record) -> tuple[str, str, str]:
    """What was done, by whom, and the rest in words."""
    match record.body:
        case HaltSet(halted=False, by=by, reason=reason):
            return "resume", by, reason
        case HaltSet(by=by, reason=reason, stop=stop):
            return "stop" if stop else "halt", by, reason
        case CloseAsked(by=by, reason=reason):
            return "close_all", by, reason
        case PauseSet(venue=venue, paused=paused, by=by, reason=reason):
            return "pause" if paused else "resume", by, f"{venue}: {reason}" if reason else venue
        case Intervened(action=action, by=by, order_id=order_id):
            return action, by, order_id
        case DecisionProposed(decision=decision, order_id=order_id):
            return "propose", decision.by, f"{order_id}: {decision.status}, {decision.reason}"
        case Decided(decision=decision, order_id=order_id):
            by = decision.by + (f", {decision.approved_by}" if decision.approved_by else "")
            return "decide", by, f"{order_id}: {decision.status}, {decision.reason}"
        case BalanceCorrected(asset=asset, amount=amount):
            return "balance_corrected", "", f"{amount:f} {asset}"
        case PositionCorrected(symbol=symbol, quantity=quantity, price=price):
            return "position_corrected", "", f"{quantity:f} {symbol} at {price:f}"
        case body:
            return str(body.__struct_config__.tag), "", ""


def _ms(ns: int | None) -> Decimal | None:
    return None if ns is None else Decimal(ns).scaleb(_MS_DIGITS)
