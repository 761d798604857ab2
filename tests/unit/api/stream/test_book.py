"""However much a reader passes over, its book is the best of the book there is."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from algotradehub.api.stream.book import DEPTH, BookTopic
from algotradehub.api.stream.protocol import TopicKey
from algotradehub.domain.market import BookAction, BookUpdate
from tests.unit.api.gateway import SPOT, VENUE
from tests.unit.api.stream.mirror import BookMirror

KEY = TopicKey(topic="book", venue=VENUE, symbol=SPOT.symbol)
LEVELS = st.dictionaries(st.integers(1, 60), st.integers(0, 3), max_size=30)
UPDATES = st.tuples(st.sampled_from(BookAction), LEVELS, LEVELS)


def update(action: BookAction, bids: dict[int, int], asks: dict[int, int]) -> BookUpdate:
    def levels(side: dict[int, int]) -> tuple[tuple[Decimal, Decimal], ...]:
        return tuple((Decimal(price), Decimal(quantity)) for price, quantity in side.items())

    return BookUpdate(
        venue=VENUE,
        symbol=SPOT.symbol,
        action=action,
        bids=levels(bids),
        asks=levels(asks),
        first_sequence=0,
        last_sequence=0,
        venue_time_ns=0,
        received_ns=1,
    )


def best(book: dict[int, int], *, highest: bool) -> dict[Decimal, Decimal]:
    prices = sorted((price for price in book if book[price]), reverse=highest)
    return {Decimal(price): Decimal(book[price]) for price in prices[:DEPTH]}


class Reader:
    def __init__(self, topic: BookTopic) -> None:
        self.mirror = BookMirror()
        self._topic = topic
        self._cursor: Any = topic.start(None)

    def read(self) -> list[str]:
        reading = self._topic.read(self._cursor)
        self._cursor = reading.cursor
        for text in reading.messages:
            self.mirror.hear(text)
        return list(reading.messages)


@given(
    updates=st.lists(st.tuples(UPDATES, st.booleans()), max_size=20),
)
def test_a_slow_reader_has_the_same_book_as_a_fast_one(
    updates: list[tuple[tuple[BookAction, dict[int, int], dict[int, int]], bool]],
) -> None:
    heard: list[None] = []
    topic = BookTopic(KEY, lambda: heard.append(None))
    fast, slow = Reader(topic), Reader(topic)
    bids: dict[int, int] = {}
    asks: dict[int, int] = {}
    for (action, new_bids, new_asks), slow_reads in updates:
        topic.hear(update(action, new_bids, new_asks))
        if action is BookAction.SNAPSHOT:
            bids, asks = {}, {}
        bids, asks = bids | new_bids, asks | new_asks
        for reader in [fast] + [slow] * slow_reads:
            reader.read()
            assert reader.mirror.bids == best(bids, highest=True)
            assert reader.mirror.asks == best(asks, highest=False)
    slow.read()
    fast.read()
    assert (slow.mirror.bids, slow.mirror.asks) == (fast.mirror.bids, fast.mirror.asks)
    assert len(heard) == len(updates)


def test_levels_are_lists_of_text_best_first_and_zero_removes() -> None:
    topic = BookTopic(KEY, lambda: None)
    topic.hear(update(BookAction.SNAPSHOT, {10: 1, 11: 2}, {12: 1}))
    reader = Reader(topic)
    (text,) = reader.read()
    snapshot = json.loads(text)
    assert snapshot["bids"] == [["11", "2"], ["10", "1"]]
    assert (snapshot["type"], snapshot["venue"], snapshot["seq"]) == ("snapshot", VENUE, 1)
    topic.hear(update(BookAction.DELTA, {11: 0}, {12: 3}))
    (text,) = reader.read()
    delta = json.loads(text)
    assert (delta["type"], delta["bids"], delta["asks"]) == ("delta", [["11", "0"]], [["12", "3"]])
    assert reader.read() == []


def test_what_changes_nothing_of_the_best_levels_is_not_told() -> None:
    topic = BookTopic(KEY, lambda: None)
    topic.hear(update(BookAction.SNAPSHOT, dict.fromkeys(range(100, 100 + DEPTH), 1), {}))
    reader = Reader(topic)
    reader.read()
    topic.hear(update(BookAction.DELTA, {1: 5}, {}))
    assert reader.read() == []
