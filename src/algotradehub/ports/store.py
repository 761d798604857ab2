"""The projection: what the journal adds up to, in tables. Fed in batches, never decided from."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import (
    AccountId,
    ClientOrderId,
    ExecutionId,
    IdempotencyKey,
    Symbol,
    TenantId,
    VenueId,
    VenueOrderId,
)
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.domain.position import Position, PositionEvent
from algotradehub.domain.records import Record
from algotradehub.domain.trading_day import TradingDay
from algotradehub.ports.audit import OperationFilter, OperationStats, Performed


class Claim(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An idempotency key, and the order it stands for."""

    tenant: TenantId
    key: IdempotencyKey
    order_id: ClientOrderId
    claimed_ns: int


class PositionChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of a position's history (Property 28)."""

    position: Position
    event: PositionEvent
    previous_quantity: str  # exact text
    previous_cost: str
    execution_id: ExecutionId | None
    seq: int
    at_ns: int


class Halt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whether an account takes new orders, by whom and why; a stop, too, and its proof."""

    account: AccountId
    halted: bool
    reason: str
    by: str
    at_ns: int
    stop: bool = False  # by the kill switch
    looked_ns: tuple[int, ...] = ()  # when the venue listed no open order: the stop is proven


class Pause(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whether trading at a venue is paused: its accounts send no new orders."""

    venue: VenueId
    paused: bool
    reason: str
    by: str
    at_ns: int


class Changes(msgspec.Struct, kw_only=True):
    """What the records up to ``applied_seq`` changed: latest values, each once.

    Fills are keyed by ``Fill.key``; a provisional fill is replaced under its own key and listed
    in ``dropped_fills`` once real ones took its place.
    """

    applied_seq: int
    account_seqs: dict[AccountId, int] = {}
    records: list[Record] = []  # the journal's lines, for the audit tables
    orders: dict[ClientOrderId, tuple[Order, int]] = {}  # with the account_seq of the last change
    fills: dict[tuple[ClientOrderId, ExecutionId], Fill] = {}
    dropped_fills: set[tuple[ClientOrderId, ExecutionId]] = set()
    positions: dict[tuple[AccountId, Symbol, str], Position] = {}
    position_changes: list[PositionChange] = []
    balances: dict[tuple[AccountId, str], AssetBalance] = {}
    claims: list[Claim] = []
    halts: dict[AccountId, Halt] = {}
    pauses: dict[VenueId, Pause] = {}
    days: dict[AccountId, TradingDay] = {}
    instruments: dict[tuple[AccountId, Symbol], Instrument] = {}  # as the books reckon with them


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk starts from: everything that may still change, as of ``applied_seq``."""

    applied_seq: int
    account_seqs: dict[AccountId, int]
    orders: Sequence[Order]  # not final, or changed within the replay horizon
    fills: Sequence[Fill]  # of those orders
    positions: Sequence[Position]
    balances: Sequence[AssetBalance]
    claims: Sequence[Claim]
    halts: Sequence[Halt]
    pauses: Sequence[Pause] = ()
    days: Sequence[TradingDay] = ()
    instruments: Sequence[tuple[AccountId, Instrument]]


class OrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    tenant: TenantId
    account: AccountId | None = None
    symbol: Symbol | None = None
    statuses: frozenset[OrderStatus] | None = None
    strategy: str | None = None
    side: str | None = None
    created_from_ns: int | None = None
    created_to_ns: int | None = None
    before: ClientOrderId | None = None  # cursor: ids sort by time, newest first
    limit: int = 100


class Store(Protocol):
    """All calls are synchronous; production runs them on the store's own thread."""

    @property
    def applied_seq(self) -> int: ...

    def apply(self, changes: Changes) -> None:
        """Store all of it, and ``applied_seq``, in one transaction.

        Raises:
            OSError: Nothing of it was stored; may be tried again.
        """
        ...

    def restore(self, *, changed_after_ns: int, claimed_after_ns: int) -> Restored: ...

    def order(self, order_id: ClientOrderId) -> Order | None:
        """Return the order of this id, which may be that of any leg we made.

        The first leg of an adopted order was named elsewhere: that name finds nothing.
        """
        ...

    def order_by_venue_id(
        self, account: AccountId, venue_order_id: VenueOrderId
    ) -> Order | None: ...

    def orders(self, wanted: OrderFilter) -> Sequence[Order]: ...

    def fills(
        self,
        *,
        tenant: TenantId,
        order_id: ClientOrderId | None = None,
        account: AccountId | None = None,
        symbol: Symbol | None = None,
        before_ns: int | None = None,
        limit: int = 100,
    ) -> Sequence[Fill]: ...

    def timeline(self, order_id: ClientOrderId) -> Sequence[Record]:
        """Every journal record about one order, oldest first."""
        ...

    def stop_records(self, account: AccountId, *, limit: int) -> Sequence[Record]:
        """What followed the last stop of an account, or its last close-all, oldest first.

        The records of ``account`` from the one that asked for it; empty if nobody ever did.
        """
        ...

    def operations(self, wanted: OperationFilter) -> Sequence[Performed]:
        """What was asked of venues and became of it, newest first."""
        ...

    def operation_stats(
        self, wanted: OperationFilter, *, period_ns: int | None = None
    ) -> Sequence[OperationStats]:
        """For each period the sum over all kinds, and then each kind of operation."""
        ...

    def actions(self, wanted: OperationFilter) -> Sequence[Record]:
        """What people decided and what was corrected, newest first."""
        ...
