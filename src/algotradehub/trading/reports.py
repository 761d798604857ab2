"""What reconciliation and look-ups report to people."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from algotradehub.domain.difference import Difference
from algotradehub.domain.evidence import LookUp
from algotradehub.domain.ids import AccountId


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


class Looked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How often the venue was asked about an order in question, and what came last."""

    times: int
    asked_ns: int
    answer: LookUp
