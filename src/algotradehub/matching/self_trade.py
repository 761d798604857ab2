"""What a market does when an order would match another one of its own owner.

The newest is the order that comes or was amended, the oldest the one that rests. Prevention looks
at an order only when its turn to match has come: what matches before stays matched. An order that
may only be filled whole is killed where it would lose anything, and has touched nothing then.
"""

from enum import StrEnum


class SelfTrade(StrEnum):
    ALLOWED = "ALLOWED"  # they match like any others
    CANCEL_NEWEST = "CANCEL_NEWEST"  # what is left of the newest is cancelled
    CANCEL_OLDEST = "CANCEL_OLDEST"  # the oldest is cancelled, and the newest goes on
    CANCEL_BOTH = "CANCEL_BOTH"
    DECREMENT = "DECREMENT"  # both lose what is left of the smaller, which is cancelled
