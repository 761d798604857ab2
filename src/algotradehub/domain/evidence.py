"""What a venue can tell us: every outcome that reaches the one sink of a trading account.

Nothing here is an interpretation. ``order_rules`` decides what a piece of evidence means.
"""

from decimal import Decimal
from enum import StrEnum

import msgspec

from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.ids import Asset, ClientOrderId, ExecutionId, Symbol, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import require_finite, require_positive
from algotradehub.domain.order import OrderStatus, OrderType, PositionSide, TimeInForce


class CommandKind(StrEnum):
    PLACE = "PLACE"
    AMEND = "AMEND"
    CANCEL = "CANCEL"


class Liquidity(StrEnum):
    MAKER = "MAKER"
    TAKER = "TAKER"
    UNKNOWN = "UNKNOWN"


class FillCause(StrEnum):
    TRADE = "TRADE"
    LIQUIDATION = "LIQUIDATION"
    ADL = "ADL"  # auto-deleveraging
    DELIVERY = "DELIVERY"
    SETTLEMENT = "SETTLEMENT"
    PROVISIONAL = "PROVISIONAL"  # ours, from a cumulative claim, until the real executions come


class _Word(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="word",
    tag=True,
    omit_defaults=True,
    gc=False,
):
    """How every word is written down. What is not inherited, or mypy asks for, is said again."""


class Acknowledged(_Word, frozen=True, kw_only=True):
    """The venue accepted the request."""

    command: CommandKind
    client_order_id: ClientOrderId
    venue_order_id: VenueOrderId | None = None
    venue_time_ns: int = 0  # of the order's change; 0 if the venue tells its gateway's time only


class Refused(_Word, frozen=True, kw_only=True):
    """The venue understood the request and did not execute it, and nothing of it exists there.

    A place refused because its client id is taken does not belong here: an order under that id
    does exist. An adapter tells it as ``Lost``, and a look-up finds out.
    """

    command: CommandKind
    client_order_id: ClientOrderId
    code: str
    reason: str
    category: ErrorCategory = ErrorCategory.INVALID_REQUEST
    order_unknown: bool = False  # a cancel or amend whose order the venue does not know


class NotSent(_Word, frozen=True, kw_only=True):
    """Certain: no byte of the request can have been executed."""

    command: CommandKind
    client_order_id: ClientOrderId
    reason: str
    retry_after_s: float | None = None


class Lost(_Word, frozen=True, kw_only=True):
    """The request may have been executed; no readable answer came."""

    command: CommandKind
    client_order_id: ClientOrderId
    reason: str


class Execution(_Word, frozen=True, kw_only=True):
    """One fill; ``status`` and ``cumulative`` are the venue's word in the same message, if any."""

    client_order_id: ClientOrderId | None
    venue_order_id: VenueOrderId | None
    execution_id: ExecutionId
    symbol: Symbol
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal | None  # None: not known yet; negative: a rebate
    fee_asset: Asset | None
    venue_time_ns: int
    liquidity: Liquidity = Liquidity.UNKNOWN
    cause: FillCause = FillCause.TRADE
    position_side: PositionSide = PositionSide.NET
    status: OrderStatus | None = None
    cumulative: Decimal | None = None

    def __post_init__(self) -> None:
        require_finite("price", self.price)
        require_positive("quantity", self.quantity)


class FeeSettled(_Word, frozen=True, kw_only=True):
    """The fee of an execution that was reported without one."""

    client_order_id: ClientOrderId | None
    venue_order_id: VenueOrderId | None
    execution_id: ExecutionId
    symbol: Symbol
    side: Side
    fee: Decimal
    fee_asset: Asset


class Cumulative(_Word, frozen=True, kw_only=True):
    """How much of an order has filled so far, where a venue tells totals instead of executions."""

    client_order_id: ClientOrderId | None
    venue_order_id: VenueOrderId | None
    symbol: Symbol
    side: Side
    filled: Decimal  # base units
    value: Decimal | None  # quote units; None where the venue does not tell
    venue_time_ns: int


class OrderState(_Word, frozen=True, kw_only=True):
    """The venue's word on a whole order, pushed or looked up."""

    client_order_id: ClientOrderId | None
    venue_order_id: VenueOrderId | None
    symbol: Symbol
    side: Side
    status: OrderStatus  # never PENDING or UNKNOWN: those are ours
    venue_time_ns: int  # of the order's last change at the venue
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    filled: Decimal | None = None
    value: Decimal | None = None
    reason: str = ""
    type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    position_side: PositionSide = PositionSide.NET
    trigger_price: Decimal | None = None  # of a trail, where it stood not long ago


class Balance(_Word, frozen=True, kw_only=True):
    """The venue's word on one asset of the account."""

    asset: Asset
    total: Decimal
    available: Decimal
    venue_time_ns: int


class PositionReport(_Word, frozen=True, kw_only=True):
    """The venue's word on one position."""

    symbol: Symbol
    position_side: PositionSide
    quantity: Decimal  # signed: negative is short
    entry_price: Decimal | None
    venue_time_ns: int


class ConnectionState(StrEnum):
    UP = "UP"  # events flow again, but some may be missing: resynchronise
    DOWN = "DOWN"


class Connection(_Word, frozen=True, kw_only=True):
    """The private stream of the account came or went."""

    state: ConnectionState
    reason: str = ""


OrderEvidence = (
    Acknowledged | Refused | NotSent | Lost | Execution | FeeSettled | Cumulative | OrderState
)
AccountEvidence = Balance | PositionReport | Connection
Evidence = OrderEvidence | AccountEvidence


# What a look-up can answer. None of the three is silence: an exception is never an answer.


class Found(msgspec.Struct, frozen=True, kw_only=True, tag="found", gc=False):
    state: OrderState


class NotSeen(msgspec.Struct, frozen=True, kw_only=True, tag="not_seen", gc=False):
    """Every source asked answered, and none has the order. Not the same as: it is not there."""

    sources: tuple[str, ...]


class Unreadable(msgspec.Struct, frozen=True, kw_only=True, tag="unreadable", gc=False):
    """At least one source failed or could not be read, and none had the order."""

    reason: str


LookUp = Found | NotSeen | Unreadable
