"""An order book as a topic: a snapshot of the best levels, then the levels that changed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

from algotradehub.api.bridge import encode
from algotradehub.api.stream.protocol import Position, TopicKey
from algotradehub.api.stream.topic import Reading, message
from algotradehub.domain.market import BookAction, BookUpdate, MarketEvent

DEPTH: Final = 20

Levels: TypeAlias = tuple[tuple[Decimal, Decimal], ...]  # price, quantity; best first


class BookTop(msgspec.Struct, frozen=True):
    bids: Levels
    asks: Levels
    at_ns: int  # when we received the newest of it; 0: nothing was heard yet


class BookCursor(msgspec.Struct, frozen=True):
    seq: int  # of the messages to this reader
    top: BookTop  # as this reader has it


class BookTopic:
    """Keeps the whole book; each reader has the best levels as of its last message.

    What a reader is told is the difference to what it has, so however much it passed over, its
    book is right behind every message.
    """

    def __init__(self, key: TopicKey, changed: Callable[[], None]) -> None:
        self._head = key.head
        self._changed = changed
        self._bids: dict[Decimal, Decimal] = {}
        self._asks: dict[Decimal, Decimal] = {}
        self._at_ns = 0
        self._top: BookTop | None = BookTop((), (), 0)  # None: to be made anew
        # Readers that keep pace have the same book, and are told the same.
        self._last: tuple[BookTop, BookTop, str] | None = None

    def hear(self, event: MarketEvent) -> None:
        if not isinstance(event, BookUpdate):
            return
        if event.action is BookAction.SNAPSHOT:
            self._bids.clear()
            self._asks.clear()
        _apply(self._bids, event.bids)
        _apply(self._asks, event.asks)
        self._at_ns = event.received_ns
        self._top = None
        self._changed()

    def start(self, after: Position | None) -> BookCursor | None:
        return None

    def read(self, cursor: BookCursor | None) -> Reading:
        top = self._best()
        if cursor is None:
            body = encode(top).decode()[1:-1]
            return Reading([message("snapshot", self._head, 1, body)], BookCursor(1, top))
        before = cursor.top
        if top is before or (top.bids == before.bids and top.asks == before.asks):
            return Reading([], cursor)
        if self._last is None or self._last[0] is not before or self._last[1] is not top:
            changes = BookTop(
                _changes(before.bids, top.bids), _changes(before.asks, top.asks), top.at_ns
            )
            self._last = (before, top, encode(changes).decode()[1:-1])
        seq = cursor.seq + 1
        return Reading([message("delta", self._head, seq, self._last[2])], BookCursor(seq, top))

    def _best(self) -> BookTop:
        if self._top is None:
            self._top = BookTop(
                tuple(sorted(self._bids.items(), reverse=True)[:DEPTH]),
                tuple(sorted(self._asks.items())[:DEPTH]),
                self._at_ns,
            )
        return self._top


def _apply(side: dict[Decimal, Decimal], levels: Levels) -> None:
    for price, quantity in levels:
        if quantity:
            side[price] = quantity
        else:
            side.pop(price, None)


def _changes(before: Levels, after: Levels) -> Levels:
    """What makes ``after`` of ``before``; quantity 0 removes."""
    had, has = dict(before), dict(after)
    gone = tuple((price, Decimal(0)) for price in had if price not in has)
    return gone + tuple(level for level in after if had.get(level[0]) != level[1])
