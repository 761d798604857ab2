"""What reconciliation, look-ups and the closing of positions report to people."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

import msgspec

from algotradehub.domain.difference import Difference
from algotradehub.domain.evidence import LookUp
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol
from algotradehub.domain.order import PositionSide


class Occasion(StrEnum):
    CONNECTED = "CONNECTED"  # at the start, too
    SCHEDULE = "SCHEDULE"
    ASKED = "ASKED"  # by a person


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """What one comparison found; ``skipped`` says why something was not compared."""

    account: AccountId
    occasion: Occasion
    asked_ns: int
    answered_ns: int
    orders: int  # so many were compared
    fills: int
    balances: int
    positions: int
    skipped: str | None = None  # of balances and positions
    differences: Sequence[Difference] = ()
    complete: bool = True  # whether the answers told of every order


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """One position that is being closed."""

    symbol: Symbol
    side: PositionSide
    was: Decimal  # signed; base units, or contracts
    left: Decimal
    orders: tuple[ClientOrderId, ...] = ()  # that close it, one after the other
    reason: str | None = None  # why what is left stays


class CloseReport(msgspec.Struct, frozen=True, kw_only=True):
    """How far the closing of one account's positions has come."""

    account: AccountId
    reason: str
    by: str
    spot: bool  # spot holdings are sold, too
    asked_ns: int
    positions: Sequence[Closing] = ()
    waiting: str | None = None  # what the next step waits for; of an early end, why
    looked_ns: int = 0  # when the venue was last asked for its positions
    ended_ns: int = 0  # nothing more is sent from then on; 0 while it goes on
    flat: bool = False  # nothing is held: by our books, and by the venue's list after the last fill


class DeadManStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the venue's dead man's switch of one account stands."""

    timeout_s: float
    fires_ns: int | None = None  # it cancels every order then, unless told again; None: not set
    trouble: str | None = None  # why it is not refreshed now


class Looked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How often the venue was asked about an order in question, and what came last."""

    times: int
    asked_ns: int
    answer: LookUp
