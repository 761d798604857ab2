"""A log as a topic: all of it first, then what changes, and how much was missed."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from algotradehub.api.stream.changes import ChangeLog
from algotradehub.api.stream.protocol import TopicKey
from algotradehub.api.stream.topic import LogTopic

KEY = TopicKey(topic="trades", venue="v", symbol="s")


class Reader:
    def __init__(self, topic: LogTopic) -> None:
        self._topic = topic
        self._cursor: Any = topic.start(None)
        self.heard: list[Any] = []

    def read(self) -> None:
        reading = self._topic.read(self._cursor)
        self._cursor = reading.cursor
        self.heard += map(json.loads, reading.messages)


@given(
    batches=st.lists(st.integers(0, 9), max_size=20),
    kept=st.integers(1, 6),
    start=st.integers(0, 20),
)
def test_what_was_told_and_what_was_missed_is_all_there_was(
    batches: list[int], kept: int, start: int
) -> None:
    log = ChangeLog(kept=kept)
    topic = LogTopic(KEY, log, ["trades"], counts_missed=True)
    for _ in range(start):
        log.put("trades", log.version, log.version)
    reader = Reader(topic)
    reader.read()
    for count in batches:
        for _ in range(count):
            log.put("trades", log.version, log.version)
        reader.read()
    assert [told["seq"] for told in reader.heard] == list(range(1, len(reader.heard) + 1))
    snapshot, *deltas = reader.heard
    assert snapshot["trades"] == list(range(max(0, start - kept), start))
    missed = sum(delta.get("missed", 0) for delta in deltas)
    told = [trade for delta in deltas for trade in delta["trades"]]
    assert len(told) + missed == sum(batches)
    assert told == sorted(told)
    assert all(len(delta["trades"]) <= kept for delta in deltas)


def test_where_values_replace_each_other_none_is_missed() -> None:
    log = ChangeLog(kept=1)
    reader = Reader(LogTopic(KEY, log, ["tickers"]))
    reader.read()
    for number in range(5):
        log.put("tickers", "s", number)
    reader.read()
    assert [told["tickers"] for told in reader.heard] == [[], [4]]
    assert "missed" not in reader.heard[-1]


def test_readers_at_the_same_place_are_handed_the_same_text() -> None:
    log = ChangeLog(kept=5)
    topic = LogTopic(KEY, log, ["trades"])
    cursors = [topic.read(None).cursor for _ in range(2)]
    log.put("trades", 1, 1)
    assert topic._body_since(cursors[0].version) is topic._body_since(cursors[1].version)
