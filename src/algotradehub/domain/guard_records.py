"""Records of orders that wait here for their price, and of who watched the prices."""

from decimal import Decimal
from typing import ClassVar, TypeAlias

import msgspec

from algotradehub.domain.ids import ClientOrderId, Symbol
from algotradehub.domain.order import Amendment, OrderStatus
from algotradehub.domain.record_kind import Kind


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


# What we do in a venue's place for one order, before it is sent.
GuardRecord: TypeAlias = Fired | TrailMoved | TriggerMissed | Disarmed | Rearmed
