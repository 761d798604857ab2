"""Where our books and a venue's records disagree."""

from enum import StrEnum

import msgspec


class Subject(StrEnum):
    ORDER = "ORDER"
    FILL = "FILL"
    BALANCE = "BALANCE"
    POSITION = "POSITION"


class Difference(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing of which the two tell different stories, as text that people read."""

    subject: Subject
    name: str  # order id, execution id, asset or symbol
    ours: str
    theirs: str
    meaning: str  # what it may come from, and what is done about it
