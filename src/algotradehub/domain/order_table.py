"""The evidence table: status x word -> status (order-path 4). Documentation is drawn from it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from algotradehub.domain.order import OrderStatus

_S: Final = OrderStatus


class Word(StrEnum):
    """What a piece of evidence says about an order's life.

    Ranked: the venue's terminal word or an execution > the venue's live word > our inference.
    """

    ACCEPTED = "ACCEPTED"  # the venue acknowledged the place
    LIVE = "LIVE"  # the venue says it rests
    FILL = "FILL"  # an execution
    FILLED = "FILLED"  # terminal words of the venue
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    REFUSED = "REFUSED"  # the place request itself was refused: not executed
    LOST = "LOST"  # ours: no readable answer
    NOT_SENT = "NOT_SENT"  # ours, certain: no byte left
    ABSENT = "ABSENT"  # ours, proven by the absence rule (order-path 5)


_UNANSWERED: Final[Mapping[Word, OrderStatus]] = {
    Word.ACCEPTED: _S.OPEN,
    Word.LIVE: _S.OPEN,
    Word.FILL: _S.PARTIALLY_FILLED,
    Word.FILLED: _S.FILLED,
    Word.CANCELLED: _S.CANCELLED,
    Word.EXPIRED: _S.EXPIRED,
    Word.REJECTED: _S.REJECTED,
    Word.REFUSED: _S.REJECTED,
    Word.LOST: _S.UNKNOWN,
    Word.ABSENT: _S.REJECTED,
}

TRANSITIONS: Final[Mapping[OrderStatus, Mapping[Word, OrderStatus]]] = {
    _S.PENDING: {**_UNANSWERED, Word.NOT_SENT: _S.REJECTED},
    # Once in doubt only the venue, or a proof, ends it: a late NOT_SENT cannot speak for the
    # attempt that was lost.
    _S.UNKNOWN: {**_UNANSWERED, Word.NOT_SENT: _S.UNKNOWN},
    _S.OPEN: {
        Word.ACCEPTED: _S.OPEN,
        Word.LIVE: _S.OPEN,
        Word.FILL: _S.PARTIALLY_FILLED,
        Word.FILLED: _S.FILLED,
        Word.CANCELLED: _S.CANCELLED,
        Word.EXPIRED: _S.EXPIRED,
        Word.REJECTED: _S.REJECTED,
        Word.REFUSED: _S.UNKNOWN,
        Word.LOST: _S.OPEN,
        Word.NOT_SENT: _S.OPEN,
        Word.ABSENT: _S.OPEN,
    },
    _S.PARTIALLY_FILLED: {
        Word.ACCEPTED: _S.PARTIALLY_FILLED,
        Word.LIVE: _S.PARTIALLY_FILLED,
        Word.FILL: _S.PARTIALLY_FILLED,
        Word.FILLED: _S.FILLED,
        Word.CANCELLED: _S.CANCELLED,
        Word.EXPIRED: _S.EXPIRED,
        Word.REJECTED: _S.UNKNOWN,  # it has filled, so it cannot have been rejected
        Word.REFUSED: _S.UNKNOWN,
        Word.LOST: _S.PARTIALLY_FILLED,
        Word.NOT_SENT: _S.PARTIALLY_FILLED,
        Word.ABSENT: _S.PARTIALLY_FILLED,
    },
    _S.FILLED: {
        Word.ACCEPTED: _S.FILLED,
        Word.LIVE: _S.UNKNOWN,
        Word.FILL: _S.FILLED,
        Word.FILLED: _S.FILLED,
        Word.CANCELLED: _S.UNKNOWN,
        Word.EXPIRED: _S.UNKNOWN,
        Word.REJECTED: _S.UNKNOWN,
        Word.REFUSED: _S.UNKNOWN,
        Word.LOST: _S.FILLED,
        Word.NOT_SENT: _S.FILLED,
        Word.ABSENT: _S.FILLED,
    },
    _S.CANCELLED: {
        Word.ACCEPTED: _S.CANCELLED,
        Word.LIVE: _S.UNKNOWN,
        Word.FILL: _S.CANCELLED,
        Word.FILLED: _S.UNKNOWN,
        Word.CANCELLED: _S.CANCELLED,
        Word.EXPIRED: _S.CANCELLED,
        Word.REJECTED: _S.CANCELLED,
        Word.REFUSED: _S.CANCELLED,
        Word.LOST: _S.CANCELLED,
        Word.NOT_SENT: _S.CANCELLED,
        Word.ABSENT: _S.CANCELLED,
    },
    _S.EXPIRED: {
        Word.ACCEPTED: _S.EXPIRED,
        Word.LIVE: _S.UNKNOWN,
        Word.FILL: _S.EXPIRED,
        Word.FILLED: _S.UNKNOWN,
        Word.CANCELLED: _S.EXPIRED,
        Word.EXPIRED: _S.EXPIRED,
        Word.REJECTED: _S.EXPIRED,
        Word.REFUSED: _S.EXPIRED,
        Word.LOST: _S.EXPIRED,
        Word.NOT_SENT: _S.EXPIRED,
        Word.ABSENT: _S.EXPIRED,
    },
    _S.REJECTED: {
        Word.ACCEPTED: _S.UNKNOWN,
        Word.LIVE: _S.UNKNOWN,
        Word.FILL: _S.UNKNOWN,
        Word.FILLED: _S.UNKNOWN,
        # The venue's terminal word outranks our inference; dead either way.
        Word.CANCELLED: _S.CANCELLED,
        Word.EXPIRED: _S.EXPIRED,
        Word.REJECTED: _S.REJECTED,
        Word.REFUSED: _S.REJECTED,
        Word.LOST: _S.REJECTED,
        Word.NOT_SENT: _S.REJECTED,
        Word.ABSENT: _S.REJECTED,
    },
}
