"""An order: the instruction, its legs at the venue, and what is known of it."""

from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

import msgspec

from algotradehub.domain.emulation import Emulated, Emulation
from algotradehub.domain.ids import (
    AccountId,
    ClientOrderId,
    IdempotencyKey,
    StrategyId,
    Symbol,
    TenantId,
    VenueOrderId,
)
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO


class OrderType(StrEnum):
    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP_MARKET = "STOP_MARKET"
    STOP_LIMIT = "STOP_LIMIT"
    TAKE_PROFIT_MARKET = "TAKE_PROFIT_MARKET"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"
    TRAILING_STOP = "TRAILING_STOP"


LIMIT_TYPES = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT})
TRIGGERED_TYPES = frozenset(
    {
        OrderType.STOP_MARKET,
        OrderType.STOP_LIMIT,
        OrderType.TAKE_PROFIT_MARKET,
        OrderType.TAKE_PROFIT_LIMIT,
    }
)


class TimeInForce(StrEnum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTD = "GTD"


class PositionSide(StrEnum):
    """Which position an order works on: one net position, or separate long and short ones."""

    NET = "NET"
    LONG = "LONG"
    SHORT = "SHORT"


class BaseAmount(msgspec.Struct, frozen=True, tag="base", gc=False):
    """An amount in base units (in contracts for inverse instruments)."""

    quantity: Decimal


class QuoteAmount(msgspec.Struct, frozen=True, tag="quote", gc=False):
    """An amount to spend or receive, in quote units. The venue decides the quantity."""

    value: Decimal


Amount: TypeAlias = BaseAmount | QuoteAmount


class TriggerDirection(StrEnum):
    RISES_TO = "RISES_TO"  # fires when the source price is at or above
    FALLS_TO = "FALLS_TO"  # fires when it is at or below


class PriceSource(StrEnum):
    LAST = "LAST"
    MARK = "MARK"
    INDEX = "INDEX"


class Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    price: Decimal
    direction: TriggerDirection
    source: PriceSource = PriceSource.LAST


class Trail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How far a trailing stop follows the best price: exactly one of the two offsets is given."""

    offset: Decimal | None = None  # quote units
    offset_bps: Decimal | None = None  # hundredths of a per cent of the best price
    activation_price: Decimal | None = None
    source: PriceSource = PriceSource.LAST


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What somebody asked for, in unified words. It never changes once it became an order."""

    tenant: TenantId
    account: AccountId
    symbol: Symbol
    side: Side
    type: OrderType
    amount: Amount
    idempotency_key: IdempotencyKey
    limit_price: Decimal | None = None  # for the limit types
    trigger: Trigger | None = None  # for stop and take-profit types
    trail: Trail | None = None  # for trailing stops
    time_in_force: TimeInForce = TimeInForce.GTC
    expires_ns: int | None = None  # for GTD: wall time
    post_only: bool = False
    reduce_only: bool = False
    position_side: PositionSide = PositionSide.NET
    strategy: StrategyId | None = None
    metadata: dict[str, str] = {}
    emulation: Emulation | None = None  # of what the venue lacks; None: as its account says


class OrderStatus(StrEnum):
    PENDING = "PENDING"  # in our journal, not yet answered by the venue
    UNKNOWN = "UNKNOWN"  # may be live; only evidence ends it
    OPEN = "OPEN"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


FINAL_STATUSES = frozenset(
    {OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.EXPIRED}
)
UNANSWERED_STATUSES = frozenset({OrderStatus.PENDING, OrderStatus.UNKNOWN})


class Origin(StrEnum):
    """Who ended a rejected order."""

    RISK = "risk"
    UNSENT = "unsent"  # certainly never executed: not sent, or proven absent
    VENUE = "venue"
    PERSON = "person"  # decided, where the venue could not tell


class Permit(StrEnum):
    """What lets an order pass halts and limits. The platform's own commands give it, no request."""

    FLATTEN = "FLATTEN"  # it closes a position for ``close-all``


class Doubt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A question about an order that is still open. It is not a status."""

    what: str
    since_ns: int


class Amendment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """New values for a resting order; None keeps the old one. ``quantity`` is the new total."""

    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How a person said that an order ended. It holds until the venue's own word on the end."""

    status: OrderStatus  # FILLED, CANCELLED or REJECTED
    filled: Decimal  # of the whole order; base units
    value: Decimal  # sum of price x quantity of that; quote units
    by: str
    reason: str
    approved_by: str | None = None  # the second person, where two are asked for
    amend_pending: Amendment | None = None  # of unknown fate, should the venue contradict
    cancel_pending: bool = False  # still wanted, should the venue contradict


class Leg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing that can rest at the venue."""

    client_order_id: ClientOrderId
    venue_order_id: VenueOrderId | None = None
    quantity: Decimal | None = None  # as the venue has it; None for an amount in quote
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None
    dead: bool = False  # proven: it can neither rest nor fill any more


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An instruction and all that is known of it. Moved on by ``order_rules.advance`` only."""

    order_id: ClientOrderId  # the first leg's id
    request: OrderRequest
    legs: tuple[Leg, ...]
    created_ns: int
    send_before_ns: int  # past it the order is never sent
    reserve_price: Decimal  # what exposure of it is valued at, in quote
    status: OrderStatus = OrderStatus.PENDING
    filled: Decimal = ZERO  # sum of its fills, provisional ones included; base units
    paid: Decimal = ZERO  # sum of price x quantity of its fills, before fees; quote units
    provisional: Decimal = ZERO  # part of ``filled`` known only from a cumulative claim
    provisional_paid: Decimal = ZERO
    venue_filled: Decimal = ZERO  # largest cumulative quantity the venue claimed
    total_untold: bool = False  # it ended by a word that did not say how much had filled
    cancel_pending: bool = False
    amend_pending: Amendment | None = None
    amend_before_ns: int = 0  # past it the pending amendment is never sent
    amended_ns: int = 0  # by then the last amendment was in force, by the venue's clock too
    doubt: Doubt | None = None
    origin: Origin | None = None
    reason: str = ""
    external: bool = False  # not placed through this installation
    venue_time_ns: int = 0  # of the newest word of the venue that was applied
    updated_ns: int = 0
    replacing: ClientOrderId | None = None  # the leg that follows once the working one is dead
    permit: Permit | None = None
    decision: Decision | None = None  # what ended it, where the venue did not
    parts: tuple["Order", ...] = ()  # of an order with replaced legs: each leg as an order
    emulated: Emulated | None = None  # what of it we do in the venue's place

    @property
    def is_final(self) -> bool:
        return self.status in FINAL_STATUSES

    @property
    def is_waiting(self) -> bool:
        """Whether only we hold it, until its price comes: certainly not sent."""
        emulated = self.emulated
        return emulated is not None and emulated.waiting and self.status not in FINAL_STATUSES

    @property
    def leg(self) -> Leg:
        """The leg that works now."""
        return self.legs[-1]

    @property
    def part(self) -> "Order":
        """What is known of the leg that works now, as an order of that leg alone."""
        return self.parts[-1] if self.parts else self

    @property
    def amends_in_place(self) -> bool:
        """Whether an amendment of the working leg itself is not settled yet."""
        return self.amend_pending is not None and self.replacing is None

    @property
    def wants_cancel(self) -> bool:
        """Whether the working leg is to be cancelled: for good, or for the leg that replaces it."""
        return self.cancel_pending or (self.replacing is not None and not self.part.is_final)

    @property
    def quantity(self) -> Decimal | None:
        """Base quantity as the venue has it; None for an amount in quote."""
        quantity = self.legs[-1].quantity
        if quantity is None or not self.parts:
            return quantity
        return quantity + sum((part.filled for part in self.parts[:-1]), ZERO)

    @property
    def remaining(self) -> Decimal:
        """What is left: base units, or quote units where the amount is in quote (Property 19)."""
        amount = self.request.amount
        if isinstance(amount, QuoteAmount):
            return max(ZERO, amount.value - self.paid)
        quantity = self.quantity
        assert quantity is not None  # noqa: S101 - every leg of a base amount has one
        return max(ZERO, quantity - self.filled)

    @property
    def lacks_fills(self) -> bool:
        """Whether fills are, or may be, missing: the venue claims more, or never told its total."""
        return self.filled < self.venue_filled or self.total_untold

    @property
    def average_price(self) -> Decimal | None:
        return self.paid / self.filled if self.filled else None
