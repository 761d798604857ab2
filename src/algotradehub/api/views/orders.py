"""Orders as callers see them, and what the journal holds about each."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, TypeAlias

import msgspec

from algotradehub.api.views.quotients import quotient
from algotradehub.domain.emulation import Emulated
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    Decision,
    Doubt,
    Leg,
    Order,
    OrderStatus,
    OrderType,
    Origin,
    Permit,
    PositionSide,
    QuoteAmount,
    TimeInForce,
    Trail,
    Trigger,
)
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import Body, Record
from algotradehub.trading.outlook import Outlook

_Told: TypeAlias = msgspec.Meta


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order: what was asked for, what the venue has of it, and what has filled."""

    order_id: ClientOrderId
    account: AccountId
    symbol: Symbol
    side: Side
    type: OrderType
    status: Annotated[
        OrderStatus, _Told(description="UNKNOWN: it may be live; only the venue's word ends that.")
    ]
    quantity: Annotated[
        Decimal | None,
        _Told(description="Base units, as the venue has it; null for an amount in quote units."),
    ]
    value: Annotated[
        Decimal | None, _Told(description="Quote units; null for an amount in base units.")
    ]
    limit_price: Decimal | None
    trigger: Trigger | None
    trail: Trail | None
    filled: Annotated[Decimal, _Told(description="Base units.")]
    remaining: Annotated[
        Decimal, _Told(description="Base units, or quote units where ``value`` is given.")
    ]
    average_price: Annotated[
        Decimal | None, _Told(description="Of the fills, to 20 digits; null before the first.")
    ]
    paid: Annotated[Decimal, _Told(description="Quote units, before fees.")]
    venue_filled: Annotated[Decimal, _Told(description="The largest total the venue claimed.")]
    lacks_fills: Annotated[
        bool, _Told(description="Fills are, or may be, missing; they are asked for.")
    ]
    provisional: Annotated[
        Decimal,
        _Told(description="Part of ``filled`` known from a total only; executions will follow."),
    ]
    time_in_force: TimeInForce
    expires_ns: int | None
    post_only: bool
    reduce_only: bool
    position_side: PositionSide
    cancel_pending: Annotated[bool, _Told(description="A cancel was asked for and is repeated.")]
    amend_pending: Annotated[
        Amendment | None, _Told(description="A change the venue has not answered yet.")
    ]
    doubt: Annotated[Doubt | None, _Told(description="A question that is being pursued.")]
    origin: Annotated[
        Origin | None,
        _Told(description="Who rejected it: our limits, nobody (never sent), the venue, a person."),
    ]
    reason: str
    decision: Annotated[
        Decision | None,
        _Told(description="A person said how it ended; null once the venue's own word is there."),
    ]
    external: Annotated[bool, _Told(description="Found at the venue, not placed from here.")]
    permit: Annotated[
        Permit | None,
        _Told(description="FLATTEN: it closes a position, and passed halts and limits."),
    ]
    venue_order_id: VenueOrderId | None
    idempotency_key: str
    strategy: str | None
    metadata: dict[str, str]
    legs: tuple[Leg, ...]
    emulated: Annotated[
        Emulated | None,
        _Told(description="What is done here in the venue's place; null if nothing is."),
    ]
    created_ns: int
    updated_ns: int
    venue_time_ns: int


def order_view(order: Order) -> OrderView:
    """Flatten ``order``; what only the desk reckons with is left out."""
    request, leg, amount = order.request, order.leg, order.request.amount
    return OrderView(
        order_id=order.order_id,
        account=request.account,
        symbol=request.symbol,
        side=request.side,
        type=request.type,
        status=order.status,
        quantity=leg.quantity if isinstance(amount, BaseAmount) else None,
        value=amount.value if isinstance(amount, QuoteAmount) else None,
        limit_price=leg.limit_price,
        trigger=_working_trigger(request.trigger, leg),
        trail=request.trail,
        filled=order.filled,
        remaining=order.remaining,
        average_price=quotient(order.paid, order.filled),
        paid=order.paid,
        venue_filled=order.venue_filled,
        lacks_fills=order.lacks_fills,
        provisional=order.provisional,
        time_in_force=request.time_in_force,
        expires_ns=request.expires_ns,
        post_only=request.post_only,
        reduce_only=request.reduce_only,
        position_side=request.position_side,
        cancel_pending=order.cancel_pending,
        amend_pending=order.amend_pending,
        doubt=order.doubt,
        origin=order.origin,
        reason=order.reason,
        decision=order.decision,
        external=order.external,
        permit=order.permit,
        venue_order_id=leg.venue_order_id,
        idempotency_key=request.idempotency_key,
        strategy=request.strategy,
        metadata=request.metadata,
        legs=order.legs,
        emulated=order.emulated,
        created_ns=order.created_ns,
        updated_ns=order.updated_ns,
        venue_time_ns=order.venue_time_ns,
    )


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """Orders, newest first."""

    orders: Sequence[OrderView]
    next_cursor: Annotated[
        str | None, _Told(description="Pass it as ``cursor`` for what follows; null at the end.")
    ]
    complete: Annotated[
        bool, _Told(description="False while storage is behind: the newest changes may be missing.")
    ]


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal about an order: what was asked, sent, heard or concluded."""

    seq: int
    at_ns: int
    account: AccountId
    account_seq: int
    kind: Kind
    after_s: Annotated[float, _Told(description="Since the line before; 0 for the first.")]
    body: Body


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the journal holds about one order, oldest first."""

    records: Sequence[TimelineEntry]
    why_not_sent: Annotated[
        str | None,
        _Told(description="Why nothing of it is at the venue; null if it was sent, or may be."),
    ]
    if_unplugged: Annotated[
        Outlook, _Told(description="What becomes of it if this machine is unplugged now.")
    ]
    complete: bool


def timeline_entries(records: Sequence[Record]) -> Sequence[TimelineEntry]:
    """Return the lines of the journal, each with the time since the one before."""
    before = [*records[:1], *records[:-1]]
    return [timeline_entry(line, last) for line, last in zip(records, before, strict=True)]


def timeline_entry(record: Record, before: Record | None = None) -> TimelineEntry:
    """Return one line, with the time since the one ``before``."""
    since_ns = record.at_ns if before is None else before.at_ns
    return TimelineEntry(
        seq=record.seq,
        at_ns=record.at_ns,
        account=record.account,
        account_seq=record.account_seq,
        kind=record.kind,
        after_s=(record.at_ns - since_ns) / 1_000_000_000,
        body=record.body,
    )


def _working_trigger(trigger: Trigger | None, leg: Leg) -> Trigger | None:
    """An amendment may have moved it."""
    if trigger is None or leg.trigger_price is None:
        return trigger
    return msgspec.structs.replace(trigger, price=leg.trigger_price)
