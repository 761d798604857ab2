"""What a paper venue keeps of its orders, and how that stands in its own log.

One ``Batch`` holds what one request changed, as new values: reading it twice changes nothing
more. A file opens with a ``Snapshot`` of all that came before it.
"""

from decimal import Decimal
from typing import TypeAlias

import msgspec

from algotradehub.domain.evidence import Execution, OrderState
from algotradehub.domain.ids import AccountId, Asset, ClientOrderId, Symbol, VenueId, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import (
    FINAL_STATUSES,
    OrderStatus,
    OrderType,
    TimeInForce,
    Trail,
    Trigger,
)
from algotradehub.domain.position import Position
from algotradehub.matching.outcomes import NewOrder

FORMAT_VERSION = 1

# Stored as arrays, so a new field goes to the end of its struct and has a default.


class PaperOrder(msgspec.Struct, array_like=True, frozen=True, kw_only=True, gc=False):
    """One order in the venue's own record."""

    venue_order_id: VenueOrderId
    account: AccountId
    client_order_id: ClientOrderId
    symbol: Symbol
    side: Side
    type: OrderType
    quantity: Decimal | None  # base units; None for an amount in quote
    value: Decimal | None  # quote units
    limit_price: Decimal | None
    time_in_force: TimeInForce
    expires_ns: int | None
    post_only: bool
    reduce_only: bool
    reserve_price: Decimal  # values what is held back: see ``reserve``
    changed_ns: int
    status: OrderStatus = OrderStatus.OPEN
    filled: Decimal = ZERO
    paid: Decimal = ZERO  # sum of price x quantity of its executions
    reason: str = ""
    trigger: Trigger | None = None  # as it was placed
    trail: Trail | None = None
    trigger_price: Decimal | None = None  # now; a trail's is a valid price, noted with its best
    fired: bool = False
    best: Decimal | None = None  # of a trail, at most a second old

    @property
    def is_open(self) -> bool:
        return self.status not in FINAL_STATUSES

    @property
    def waits(self) -> bool:
        """Whether it waits for its trigger, unless it has ended."""
        return (self.trigger is not None or self.trail is not None) and not self.fired

    def as_new(self) -> NewOrder:
        """The order as its market sees it; one that fired is what it has become."""
        order_type, trigger = self.type, self.trigger
        if self.fired:
            order_type = OrderType.MARKET if self.limit_price is None else OrderType.LIMIT
        if trigger is not None and self.trigger_price is not None:
            trigger = msgspec.structs.replace(trigger, price=self.trigger_price)
        return NewOrder(
            order_id=self.venue_order_id,
            owner=self.account,
            side=self.side,
            type=order_type,
            quantity=self.quantity,
            value=self.value,
            limit_price=self.limit_price,
            time_in_force=self.time_in_force,
            expires_ns=self.expires_ns,
            post_only=self.post_only,
            reduce_only=self.reduce_only,
            trigger=trigger,
            trail=self.trail,
        )

    def state(self) -> OrderState:
        return OrderState(
            client_order_id=self.client_order_id,
            venue_order_id=self.venue_order_id,
            symbol=self.symbol,
            side=self.side,
            status=self.status,
            venue_time_ns=self.changed_ns,
            quantity=self.quantity,
            limit_price=self.limit_price,
            trigger_price=self.trigger_price,
            filled=self.filled,
            value=self.paid,
            reason=self.reason,
            type=self.type,
            time_in_force=self.time_in_force,
            reduce_only=self.reduce_only,
        )


class Deposit(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Money that came from nowhere, or left for it: ``amount`` is negative then."""

    account: AccountId
    asset: Asset
    amount: Decimal


class Batch(msgspec.Struct, array_like=True, frozen=True, kw_only=True, tag=1):
    at_ns: int
    orders: list[PaperOrder] = []
    executions: list[tuple[AccountId, Execution]] = []
    opened: list[AccountId] = []
    deposits: list[Deposit] = []
    marks: dict[Symbol, Decimal] = {}  # where a market stood
    dead_men: dict[AccountId, int] = {}  # when a dead man's switch fires; 0: never


class WalletState(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    account: AccountId
    totals: dict[Asset, Decimal]
    positions: list[Position]


class Snapshot(msgspec.Struct, array_like=True, frozen=True, kw_only=True, tag=0):
    version: int
    venue: VenueId
    at_ns: int
    next_order: int
    next_execution: int
    wallets: list[WalletState] = []
    orders: list[PaperOrder] = []  # resting ones in the order in which they queue, and recent ones
    executions: list[tuple[AccountId, Execution]] = []  # already counted in ``wallets``
    marks: dict[Symbol, Decimal] = {}
    dead_men: dict[AccountId, int] = {}


Entry: TypeAlias = Snapshot | Batch


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what has ended is kept, per account: whichever bound is reached first."""

    seconds: int = 24 * 60 * 60
    count: int = 100_000
