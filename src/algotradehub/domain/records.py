"""What the journal holds. Every change of state is the fold of these records, live and at replay.

A record's body is one of the tagged structs below; its ``kind`` sorts it for readers that want
only a part (audit, projection, tools).
"""

from decimal import Decimal
from typing import Any, ClassVar, TypeAlias

import msgspec

from algotradehub.domain.commands import Operation
from algotradehub.domain.difference import Difference
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.evidence import Balance, LookUp, OrderEvidence, OrderState, PositionReport
from algotradehub.domain.guard_records import Guarded, GuardRecord, Unguarded
from algotradehub.domain.ids import AccountId, Asset, ClientOrderId, Symbol, VenueId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import (
    Amendment,
    Decision,
    Order,
    OrderRequest,
    PositionSide,
)
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.trading_day import TradingDay

FORMAT_VERSION = 1


class Intent(msgspec.Struct, frozen=True, kw_only=True, tag="intent", gc=False):
    """An order, before the venue can know of it."""

    kind: ClassVar[Kind] = Kind.INTENT
    order: Order


class Listed(msgspec.Struct, frozen=True, kw_only=True, tag="listed", gc=False):
    """An instrument as the books reckon with it, recorded before its first use and on change."""

    kind: ClassVar[Kind] = Kind.EVENT
    instrument: Instrument


class Observed(msgspec.Struct, frozen=True, kw_only=True, tag="observed", gc=False):
    """Evidence about one order, matched to it."""

    kind: ClassVar[Kind] = Kind.EVENT
    order_id: ClientOrderId
    evidence: OrderEvidence


class Told(msgspec.Struct, frozen=True, kw_only=True, tag="told", gc=False):
    """The venue's word on the account itself."""

    kind: ClassVar[Kind] = Kind.EVENT
    word: Balance | PositionReport


class Adopted(msgspec.Struct, frozen=True, kw_only=True, tag="adopted", gc=False):
    """An order found at the venue that was not placed through this installation."""

    kind: ClassVar[Kind] = Kind.EVENT
    order: Order
    state: OrderState


class Doubted(msgspec.Struct, frozen=True, kw_only=True, tag="doubted", gc=False):
    """A question about an order came up, such as a look-up that failed."""

    kind: ClassVar[Kind] = Kind.EVENT
    order_id: ClientOrderId
    what: str


class ProvenAbsent(msgspec.Struct, frozen=True, kw_only=True, tag="proven_absent", gc=False):
    """The absence rule is met: times of the empty look-ups, and the sources they asked."""

    kind: ClassVar[Kind] = Kind.EVENT
    order_id: ClientOrderId
    looked_ns: tuple[int, ...]
    sources: tuple[str, ...]


class LookedUp(msgspec.Struct, frozen=True, kw_only=True, tag="looked_up", gc=False):
    """The venue was asked about an order, and this came back. What it means is judged later."""

    kind: ClassVar[Kind] = Kind.EVENT
    order_id: ClientOrderId
    asked_ns: int
    answer: LookUp


class AmendSettled(msgspec.Struct, frozen=True, kw_only=True, tag="amend_settled", gc=False):
    """A look-up after the amend's last instant told what the order is now."""

    kind: ClassVar[Kind] = Kind.EVENT
    order_id: ClientOrderId
    state: OrderState


class Restarted(
    msgspec.Struct, frozen=True, kw_only=True, tag="restarted", omit_defaults=True, gc=False
):
    """A new process took over every account: whatever was unanswered is in doubt.

    Nothing is ever resent.
    """

    kind: ClassVar[Kind] = Kind.EVENT
    epoch: int
    last_ns: int = 0  # when the process before wrote its last record; 0: not known


class CancelAsked(
    msgspec.Struct, frozen=True, kw_only=True, tag="cancel_asked", omit_defaults=True, gc=False
):
    kind: ClassVar[Kind] = Kind.COMMAND
    order_id: ClientOrderId
    expired: bool = False  # by us, for the venue was not told when it expires


class AmendAsked(
    msgspec.Struct, frozen=True, kw_only=True, tag="amend_asked", omit_defaults=True, gc=False
):
    """New values are wanted: in place, or by a leg of that id once the working one is dead."""

    kind: ClassVar[Kind] = Kind.COMMAND
    order_id: ClientOrderId
    amendment: Amendment
    send_before_ns: int
    leg: ClientOrderId | None = None


class LegAdded(msgspec.Struct, frozen=True, kw_only=True, tag="leg_added", gc=False):
    """The leg that replaces a dead one, before the venue can know of it."""

    kind: ClassVar[Kind] = Kind.LEG
    order_id: ClientOrderId
    request: OrderRequest  # as the venue is asked for it: what is left, at the new prices
    send_before_ns: int


class ReplaceDropped(msgspec.Struct, frozen=True, kw_only=True, tag="replace_dropped", gc=False):
    """The leg that was to follow is certainly never sent: the order ends with the last one."""

    kind: ClassVar[Kind] = Kind.LEG
    order_id: ClientOrderId
    reason: str


class Intervened(
    msgspec.Struct, frozen=True, kw_only=True, tag="intervened", omit_defaults=True, gc=False
):
    """A person had an order looked up, or cancelled, once more."""

    kind: ClassVar[Kind] = Kind.COMMAND
    order_id: ClientOrderId
    action: str
    by: str


class DecisionProposed(msgspec.Struct, frozen=True, kw_only=True, tag="proposed", gc=False):
    """How a person says that an order ended; it waits for another one, and not for long."""

    kind: ClassVar[Kind] = Kind.COMMAND
    order_id: ClientOrderId
    decision: Decision
    expires_ns: int


class Decided(msgspec.Struct, frozen=True, kw_only=True, tag="decided", gc=False):
    """A person said how an order ended that the venue cannot tell of."""

    kind: ClassVar[Kind] = Kind.COMMAND
    order_id: ClientOrderId
    decision: Decision


class HaltSet(
    msgspec.Struct, frozen=True, kw_only=True, tag="halt_set", omit_defaults=True, gc=False
):
    """Trading of one account was halted or resumed by somebody."""

    kind: ClassVar[Kind] = Kind.COMMAND
    halted: bool
    reason: str
    by: str
    stop: bool = False  # by the kill switch: everything is cancelled, and that is proven


class PauseSet(msgspec.Struct, frozen=True, kw_only=True, tag="pause_set", gc=False):
    """Trading at one venue was paused or resumed by somebody, for every account there."""

    kind: ClassVar[Kind] = Kind.COMMAND
    venue: VenueId
    paused: bool
    reason: str
    by: str


class DayMarked(msgspec.Struct, frozen=True, kw_only=True, tag="day_marked", gc=False):
    """The day of an account began, or a limit on its losses was hit: the day as it is now."""

    kind: ClassVar[Kind] = Kind.EVENT
    day: TradingDay


class StopProven(msgspec.Struct, frozen=True, kw_only=True, tag="stop_proven", gc=False):
    """No order of a stopped account is left: the venue listed none, asked at these times."""

    kind: ClassVar[Kind] = Kind.EVENT
    looked_ns: tuple[int, ...]
    lists: int = 0  # so many were asked for by the process that proved it


class CloseAsked(msgspec.Struct, frozen=True, kw_only=True, tag="close_asked", gc=False):
    """Somebody wants every position of the account closed."""

    kind: ClassVar[Kind] = Kind.COMMAND
    reason: str
    by: str
    spot: bool  # spot holdings, too


class FlatProven(msgspec.Struct, frozen=True, kw_only=True, tag="flat_proven", gc=False):
    """Nothing is held: by our books, and by the venue's own list, asked at that time."""

    kind: ClassVar[Kind] = Kind.EVENT
    looked_ns: int


class Differed(msgspec.Struct, frozen=True, kw_only=True, tag="differed", gc=False):
    """Where books and venue disagreed when they were compared."""

    kind: ClassVar[Kind] = Kind.EVENT
    occasion: str
    asked_ns: int
    differences: tuple[Difference, ...]


class BalanceCorrected(
    msgspec.Struct, frozen=True, kw_only=True, tag="balance_corrected", gc=False
):
    """The venue's word won: an amount that nothing explains is posted against suspense."""

    kind: ClassVar[Kind] = Kind.CORRECTION
    asset: Asset
    amount: Decimal  # the venue's word less ours


class PositionCorrected(
    msgspec.Struct, frozen=True, kw_only=True, tag="position_corrected", gc=False
):
    """The venue's word won: a quantity that nothing explains, booked at a price."""

    kind: ClassVar[Kind] = Kind.CORRECTION
    symbol: Symbol
    side: PositionSide
    quantity: Decimal  # signed: the venue's word less ours
    price: Decimal


class Requested(
    msgspec.Struct, frozen=True, kw_only=True, tag="requested", omit_defaults=True, gc=False
):
    """Bytes that went to the venue, secrets removed by ``encode``."""

    kind: ClassVar[Kind] = Kind.REQUEST
    request_id: int  # 1, 2, 3 ... per account, in one life of the process
    operation: Operation
    client_order_id: ClientOrderId | None  # of the leg
    body: bytes
    cut_bytes: int = 0  # at the end of the body that are left out here
    missing: int = 0  # requests and answers before it that a failing disk left no room for


class Responded(
    msgspec.Struct, frozen=True, kw_only=True, tag="responded", omit_defaults=True, gc=False
):
    """What became of a request: the bytes that came back, or why none did. One for each."""

    kind: ClassVar[Kind] = Kind.RESPONSE
    request_id: int
    operation: Operation
    client_order_id: ClientOrderId | None
    body: bytes
    category: ErrorCategory | None = None  # None: the venue did what was asked
    error: str = ""
    cut_bytes: int = 0
    missing: int = 0


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, tag="checkpoint", gc=False):
    """First record of every segment: what a reader needs that has not read the ones before."""

    kind: ClassVar[Kind] = Kind.CHECKPOINT
    account_seqs: dict[AccountId, int]
    previous_size: int  # bytes of the segment before, 0 for the first: a cut file is noticed
    previous_crc32: int  # of its whole content
    previous_sha256: str  # of the same, in hexadecimal; "" for the first


# What went over a wire, beside what it means.
Wire: TypeAlias = Requested | Responded

# What somebody with the right to do so decided about an account, and what came of it.
Privileged: TypeAlias = (
    HaltSet
    | StopProven
    | CloseAsked
    | FlatProven
    | PauseSet
    | Intervened
    | DecisionProposed
    | Decided
    | BalanceCorrected
    | PositionCorrected
)

# What moves one order, and is no evidence about it.
OrderRecord: TypeAlias = (
    Doubted
    | ProvenAbsent
    | CancelAsked
    | AmendAsked
    | LegAdded
    | ReplaceDropped
    | Decided
    | GuardRecord
)

Body: TypeAlias = (
    Intent
    | Listed
    | Observed
    | Told
    | Adopted
    | AmendSettled
    | Restarted
    | OrderRecord
    | LookedUp
    | Intervened
    | DecisionProposed
    | Unguarded
    | Guarded
    | HaltSet
    | StopProven
    | CloseAsked
    | FlatProven
    | PauseSet
    | DayMarked
    | Differed
    | BalanceCorrected
    | PositionCorrected
    | Wire
    | Checkpoint
)


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of the journal, decoded."""

    v: int
    seq: int  # 1, 2, 3 ... over the whole journal
    at_ns: int
    account: AccountId  # "" for records of the journal itself
    account_seq: int  # 1, 2, 3 ... per account
    kind: Kind
    body: Any  # a Body; Any keeps the envelope readable when a body is of a newer version
