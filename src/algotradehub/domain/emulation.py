"""What stands in for a feature that a venue lacks: values, see ``emulation_rules``."""

from decimal import Decimal
from enum import StrEnum

import msgspec


class Emulation(StrEnum):
    """Whether we may stand in for the venue, and what follows a price that nobody here saw."""

    REFUSE = "refuse"  # what the venue lacks is refused
    ALERT = "alert"  # crossed while unguarded: people are told, and one of them decides
    FIRE_LATE = "fire_late"  # crossed while unguarded: it fires as soon as that is known


class Emulated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How an order stands that we do a part of in the venue's place."""

    trigger: bool = False  # we watch the price; the venue is sent what it can do, once it fires
    expiry: bool = False  # the venue is not told when it expires; we cancel it then
    waiting: bool = False  # certainly not sent: the venue knows nothing of it
    fires_late: bool = False
    armed_ns: int = 0
    best: Decimal | None = None  # of a trail that has begun: what its trigger keeps its offset from
    fired_ns: int = 0  # 0: it has not
    fired_price: Decimal | None = None
    missed_ns: int = 0  # when it was found crossed after a time unguarded; a person decides
    missed_price: Decimal | None = None
    unguarded_s: float = 0.0  # in all the gaps that have ended
    unguarded_since_ns: int = 0  # 0: it is guarded, or need not be
    unguarded_reason: str = ""
    expired_ns: int = 0  # when its cancel was asked for because it had expired
