"""What the journal holds. Every change of state is the fold of these records, live and at replay.

A record's body is one of the tagged structs below; its ``kind`` sorts it for readers that want
only a part (audit, projection, tools).
"""

from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

import msgspec

from algotradehub.domain.difference import Difference
from algotradehub.domain.evidence import Balance, OrderEvidence, OrderState, PositionReport
from algotradehub.domain.ids import AccountId, Asset, ClientOrderId, Symbol
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import Amendment, Order, OrderRequest, OrderStatus, PositionSide

FORMAT_VERSION = 1


class Kind(StrEnum):
    INTENT = "intent"
    PLAN = "plan"
    LEG = "leg"
    EVENT = "event"
    REQUEST = "request"
    RESPONSE = "response"
    COMMAND = "command"
    CORRECTION = "correction"
    CHECKPOINT = "checkpoint"


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


class Fired(msgspec.Struct, frozen=True, kw_only=True, tag="fired", gc=False):
    """An emulated trigger was reached, or somebody fired it, before the venue can know of it."""

    kind: ClassVar[Kind] = Kind.LEG
    order_id: ClientOrderId
    price: Decimal | None  # that was seen; None if there was none
    fired_ns: int
    send_before_ns: int
    by_hand: bool = False


class TrailMoved(msgspec.Struct, frozen=True, kw_only=True, tag="trail_moved", gc=False):
    """The best price that an emulated trail follows: recorded before it counts."""

    kind: ClassVar[Kind] = Kind.EVENT
    order_id: ClientOrderId
    best: Decimal


class TriggerMissed(msgspec.Struct, frozen=True, kw_only=True, tag="trigger_missed", gc=False):
    """The first price after a time unguarded is beyond an emulated trigger: a person decides."""

    kind: ClassVar[Kind] = Kind.EVENT
    order_id: ClientOrderId
    price: Decimal


class Disarmed(msgspec.Struct, frozen=True, kw_only=True, tag="disarmed", gc=False):
    """An emulated order ended before it fired: nothing of it was sent."""

    kind: ClassVar[Kind] = Kind.COMMAND
    order_id: ClientOrderId
    status: OrderStatus  # CANCELLED or EXPIRED
    reason: str


class Rearmed(msgspec.Struct, frozen=True, kw_only=True, tag="rearmed", gc=False):
    """New values of an emulated order that has not fired; in force at once."""

    kind: ClassVar[Kind] = Kind.COMMAND
    order_id: ClientOrderId
    amendment: Amendment


class Unguarded(msgspec.Struct, frozen=True, kw_only=True, tag="unguarded", gc=False):
    """Nobody has watched the prices of these symbols for the account since then."""

    kind: ClassVar[Kind] = Kind.EVENT
    symbols: tuple[Symbol, ...]
    since_ns: int
    reason: str


class Guarded(msgspec.Struct, frozen=True, kw_only=True, tag="guarded", gc=False):
    """The prices of these symbols are watched: again, or still."""

    kind: ClassVar[Kind] = Kind.EVENT
    symbols: tuple[Symbol, ...]


class HaltSet(
    msgspec.Struct, frozen=True, kw_only=True, tag="halt_set", omit_defaults=True, gc=False
):
    """Trading of one account was halted or resumed by somebody."""

    kind: ClassVar[Kind] = Kind.COMMAND
    halted: bool
    reason: str
    by: str
    stop: bool = False  # by the kill switch: everything is cancelled, and that is proven


class StopProven(msgspec.Struct, frozen=True, kw_only=True, tag="stop_proven", gc=False):
    """No order of a stopped account is left: the venue listed none, asked at these times."""

    kind: ClassVar[Kind] = Kind.EVENT
    looked_ns: tuple[int, ...]


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


class Requested(msgspec.Struct, frozen=True, kw_only=True, tag="requested", gc=False):
    """Bytes that went to the venue, secrets removed by ``encode``."""

    kind: ClassVar[Kind] = Kind.REQUEST
    client_order_id: ClientOrderId | None
    body: bytes


class Responded(msgspec.Struct, frozen=True, kw_only=True, tag="responded", gc=False):
    """Bytes that came back."""

    kind: ClassVar[Kind] = Kind.RESPONSE
    client_order_id: ClientOrderId | None
    body: bytes


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, tag="checkpoint", gc=False):
    """First record of every segment: what a reader needs that has not read the ones before."""

    kind: ClassVar[Kind] = Kind.CHECKPOINT
    account_seqs: dict[AccountId, int]
    previous_size: int  # bytes of the segment before, 0 for the first: a cut file is noticed
    previous_crc32: int  # of its whole content


# What we do in a venue's place for one order, before it is sent.
GuardRecord: TypeAlias = Fired | TrailMoved | TriggerMissed | Disarmed | Rearmed

# What moves one order, and is no evidence about it.
OrderRecord: TypeAlias = (
    Doubted | ProvenAbsent | CancelAsked | AmendAsked | LegAdded | ReplaceDropped | GuardRecord
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
    | Unguarded
    | Guarded
    | HaltSet
    | StopProven
    | Differed
    | BalanceCorrected
    | PositionCorrected
    | Requested
    | Responded
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
