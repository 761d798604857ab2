"""What callers see of orders, accounts and holdings where that differs from the domain value.

Everything else (fills, instruments, quotes, records) is shown as it is, through ``bridge``.
"""

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import Annotated, TypeAlias

import msgspec

from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, Asset, ClientOrderId, Symbol, VenueId, VenueOrderId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.market import Quote
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    Doubt,
    Leg,
    Order,
    OrderStatus,
    OrderType,
    Origin,
    PositionSide,
    QuoteAmount,
    TimeInForce,
    Trail,
    Trigger,
)
from algotradehub.domain.position import Position
from algotradehub.domain.records import Body, Kind, Record
from algotradehub.ports.store import Halt
from algotradehub.trading.account_desk import AccountDesk, Durability
from algotradehub.trading.positions import AggregatedPosition

# A quotient rarely ends. These are shown, never reckoned with.
_QUOTIENTS = Context(prec=20)

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
        _Told(description="Who rejected it: our risk limits, nobody (never sent), the venue."),
    ]
    reason: str
    external: Annotated[bool, _Told(description="Found at the venue, not placed from here.")]
    venue_order_id: VenueOrderId | None
    idempotency_key: str
    strategy: str | None
    metadata: dict[str, str]
    legs: tuple[Leg, ...]
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
        average_price=_quotient(order.paid, order.filled),
        paid=order.paid,
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
        external=order.external,
        venue_order_id=leg.venue_order_id,
        idempotency_key=request.idempotency_key,
        strategy=request.strategy,
        metadata=request.metadata,
        legs=order.legs,
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


class FillPage(msgspec.Struct, frozen=True, kw_only=True):
    """Fills, newest first. Those of one instant stay on one page, which may exceed ``limit``."""

    fills: Sequence[Fill]
    next_cursor: str | None
    complete: bool


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal about an order: what was asked, sent, heard or concluded."""

    seq: int
    at_ns: int
    account: AccountId
    account_seq: int
    kind: Kind
    body: Body


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the journal holds about one order, oldest first."""

    records: Sequence[TimelineEntry]
    complete: bool


def timeline_entry(record: Record) -> TimelineEntry:
    return TimelineEntry(
        seq=record.seq,
        at_ns=record.at_ns,
        account=record.account,
        account_seq=record.account_seq,
        kind=record.kind,
        body=record.body,
    )


class PositionView(msgspec.Struct, frozen=True, kw_only=True):
    """What one account holds of one instrument, and what it is worth where a price is known."""

    account: AccountId
    venue: VenueId
    symbol: Symbol
    side: PositionSide
    quantity: Annotated[
        Decimal, _Told(description="Negative is short. Contracts for inverse instruments.")
    ]
    entry_price: Annotated[Decimal | None, _Told(description="To 20 digits; null while flat.")]
    cost: Annotated[Decimal, _Told(description="Quote units; settle units for inverse ones.")]
    mark_price: Annotated[
        Decimal | None, _Told(description="Last trade or middle of the quote; null if unknown.")
    ]
    unrealized: Annotated[
        Decimal | None, _Told(description="At ``mark_price``, before fees; in units of ``cost``.")
    ]
    realized: Annotated[Decimal, _Told(description="Before fees; in units of ``cost``.")]
    fees: dict[Asset, Decimal]
    fees_unknown: Annotated[int, _Told(description="Executions whose fee was not told yet.")]
    opened_ns: int
    updated_ns: int


def position_view(held: Position, instrument: Instrument, mark: Decimal | None) -> PositionView:
    if mark is not None and mark <= ZERO and instrument.inverse:
        mark = None  # an inverse contract has no worth at such a price
    per_unit = held.quantity * instrument.contract_size
    inverse = instrument.inverse
    return PositionView(
        account=held.account,
        venue=instrument.venue,
        symbol=held.symbol,
        side=held.side,
        quantity=held.quantity,
        entry_price=_quotient(per_unit, -held.cost) if inverse else _quotient(held.cost, per_unit),
        cost=held.cost,
        mark_price=mark,
        unrealized=None if mark is None else held.unrealized(mark, instrument),
        realized=held.realized,
        fees=dict(held.fees),
        fees_unknown=held.fees_unknown,
        opened_ns=held.opened_ns,
        updated_ns=held.updated_ns,
    )


class Positions(msgspec.Struct, frozen=True, kw_only=True):
    positions: Sequence[PositionView]


class AggregatedView(msgspec.Struct, frozen=True, kw_only=True):
    """One base asset over every account that holds it."""

    asset: Asset
    quantity: Decimal
    average_price: Decimal | None
    cost: Decimal
    unrealized: Annotated[
        Decimal | None, _Told(description="Null unless every open position has a mark price.")
    ]
    realized: Decimal
    positions: Sequence[PositionView]


def aggregated_view(whole: AggregatedPosition, parts: Sequence[PositionView]) -> AggregatedView:
    return AggregatedView(
        asset=whole.asset,
        quantity=whole.quantity,
        average_price=_quotient(whole.cost, whole.quantity),
        cost=whole.cost,
        unrealized=_sum_of_known(part.unrealized for part in parts if part.quantity),
        realized=whole.realized,
        positions=parts,
    )


class AggregatedPositions(msgspec.Struct, frozen=True, kw_only=True):
    positions: Sequence[AggregatedView]


class BalanceView(msgspec.Struct, frozen=True, kw_only=True):
    """One asset of one account: the venue's word, and ours beside it."""

    account: AccountId
    asset: Asset
    total: Annotated[Decimal | None, _Told(description="The venue's word; null until it spoke.")]
    available: Decimal | None
    expected: Annotated[Decimal | None, _Told(description="Opening balance and all our postings.")]
    difference: Annotated[Decimal | None, _Told(description="``total`` minus ``expected``.")]
    venue_time_ns: int
    updated_ns: int


def balance_view(balance: AssetBalance) -> BalanceView:
    return BalanceView(
        account=balance.account,
        asset=balance.asset,
        total=balance.total,
        available=balance.available,
        expected=balance.expected,
        difference=balance.difference,
        venue_time_ns=balance.venue_time_ns,
        updated_ns=balance.updated_ns,
    )


class Balances(msgspec.Struct, frozen=True, kw_only=True):
    balances: Sequence[BalanceView]


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """One account: where it is, whether it accepts orders, and what it can be asked for."""

    id: AccountId
    venue: VenueId
    environment: Annotated[str, _Told(description="``paper``, ``sandbox`` or ``live``.")]
    accepting: bool
    refusing: Annotated[str | None, _Told(description="Why no new order is accepted; else null.")]
    halt: Annotated[Halt | None, _Told(description="The last halt or resumption by somebody.")]
    durability: Annotated[
        Durability, _Told(description="What an order survives before it is sent and confirmed.")
    ]
    open_orders: int
    instruments: int
    capabilities: Capabilities


def account_view(desk: AccountDesk, halt: Halt | None, open_orders: int) -> AccountView:
    account = desk.account
    return AccountView(
        id=desk.account_id,
        venue=account.venue,
        environment=_environment(account.venue),
        accepting=desk.refusing is None and not (halt is not None and halt.halted),
        refusing=desk.refusing,
        halt=halt,
        durability=desk.durability,
        open_orders=open_orders,
        instruments=len(desk.instruments),
        capabilities=account.capabilities,
    )


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    accounts: Sequence[AccountView]


class InstrumentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Instruments by venue and symbol."""

    instruments: Sequence[Instrument]
    next_cursor: str | None


class QuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest quote, and how old it is."""

    quote: Quote
    age_ms: Annotated[int, _Told(description="Since we received it.")]


class Quotes(msgspec.Struct, frozen=True, kw_only=True):
    """The newest quotes that are known. A symbol that nobody follows has none."""

    quotes: Sequence[QuoteView]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    status: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Every part accepts new orders."""

    ready: bool
    parts: Sequence[str]


def _working_trigger(trigger: Trigger | None, leg: Leg) -> Trigger | None:
    """An amendment may have moved it."""
    if trigger is None or leg.trigger_price is None:
        return trigger
    return msgspec.structs.replace(trigger, price=leg.trigger_price)


def _quotient(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    return _QUOTIENTS.divide(dividend, divisor) if divisor else None


def _sum_of_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _environment(venue: VenueId) -> str:
    if venue.partition(":")[0] == "paper":
        return "paper"
    return "sandbox" if venue.endswith(":sandbox") else "live"
