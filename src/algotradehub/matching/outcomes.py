"""What goes into a market in miniature, and what comes out of it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeAlias

import msgspec

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.ids import Asset
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.order import OrderStatus, OrderType, TimeInForce, Trail, Trigger


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order as the market sees it. Exactly one of ``quantity`` and ``value`` is given."""

    order_id: str  # the market's name for it, unique per market
    owner: str  # whose position reduce-only looks at
    side: Side
    type: OrderType
    quantity: Decimal | None = None  # base units
    value: Decimal | None = None  # quote units; market orders only
    limit_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    expires_ns: int | None = None
    post_only: bool = False
    reduce_only: bool = False
    trigger: Trigger | None = None  # stop and take-profit types
    trail: Trail | None = None  # trailing stops


class RefusalCode(StrEnum):
    PRICE = "PRICE"  # breaks the instrument's price rule
    QUANTITY = "QUANTITY"  # lot, minimum or maximum
    NOTIONAL = "NOTIONAL"
    WOULD_TAKE = "WOULD_TAKE"  # post-only, and it would have matched at once
    WOULD_TRIGGER = "WOULD_TRIGGER"  # the price is beyond the trigger already
    NOTHING_TO_REDUCE = "NOTHING_TO_REDUCE"
    NO_LIQUIDITY = "NO_LIQUIDITY"  # a market order, and the other side is empty
    EXPIRED = "EXPIRED"  # GTD in the past
    DUPLICATE = "DUPLICATE"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"
    UNSUPPORTED = "UNSUPPORTED"


class Accepted(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    order_id: str


class Refused(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The request was not executed and changed nothing."""

    order_id: str
    code: RefusalCode
    reason: str


class Matched(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One side of one match. A match between two orders here gives two, with one ``match_id``."""

    order_id: str
    owner: str
    match_id: int
    side: Side
    price: Decimal
    quantity: Decimal
    liquidity: Liquidity
    fee: Decimal  # negative is a rebate
    fee_asset: Asset
    filled: Decimal  # of the order so far, this match included
    at_ns: int


class Triggered(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order that waited for a price is worked from now on, as MARKET or LIMIT."""

    order_id: str
    price: Decimal  # of its source, when it reached the trigger
    at_ns: int


class Amended(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    order_id: str
    quantity: Decimal
    limit_price: Decimal | None  # None: it has none
    trigger_price: Decimal | None = None  # of an order that waits for one; a trail moves its own


class Closed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The order ended: FILLED, CANCELLED or EXPIRED."""

    order_id: str
    status: OrderStatus
    filled: Decimal
    value: Decimal  # sum of price x quantity of its matches
    reason: str = ""


Outcome: TypeAlias = Accepted | Refused | Triggered | Matched | Amended | Closed


class Market(Protocol):
    """One instrument's market. Pure: time and every input are arguments.

    Calls return the outcomes in the order in which they happened, those of other owners' orders
    included.
    """

    @property
    def instrument(self) -> Instrument: ...

    @property
    def mark(self) -> Decimal | None:
        """What a position is valued at; None while no price is known."""
        ...

    @property
    def has_waiting(self) -> bool:
        """Whether any order waits for its trigger."""
        ...

    def place(self, order: NewOrder, now_ns: int) -> Sequence[Outcome]: ...

    def cancel(self, order_id: str, now_ns: int) -> Sequence[Outcome]: ...

    def amend(
        self,
        order_id: str,
        *,
        quantity: Decimal | None,
        limit_price: Decimal | None,
        trigger_price: Decimal | None = None,
        now_ns: int,
    ) -> Sequence[Outcome]:
        """Change a resting order in place, or one that waits for its trigger.

        Less quantity at the same price keeps its place in the queue; more quantity or another
        price loses it, and another price may match at once. ``quantity`` is the new total.
        """
        ...

    def advance(self, now_ns: int) -> Sequence[Outcome]:
        """Let time pass: GTD orders past their expiry end."""
        ...

    def set_position(self, owner: str, quantity: Decimal) -> None:
        """Start ``owner`` from a signed position, for reduce-only orders."""
        ...

    def restore(
        self, order: NewOrder, *, filled: Decimal, value: Decimal, best: Decimal | None = None
    ) -> None:
        """Put an order back that was open before a restart, behind those restored earlier.

        Without its ``best`` price a trail begins anew. What fired is restored as what it became.
        """
        ...

    def trailing(self) -> Iterator[tuple[str, Decimal, Decimal]]:
        """Id, best price and trigger of every waiting trail that has begun."""
        ...
