"""A topic: from where a reader stands to what it is told next."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from algotradehub.api.stream.changes import ChangeLog, listed
from algotradehub.api.stream.protocol import Position, TopicKey


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What a reader is told next, and where it stands then."""

    messages: Sequence[str]  # none: nothing is new
    cursor: Any
    more: bool = False  # not all was told: read again, after the others


class Topic(Protocol):
    """Where a reader stands is a cursor that only the topic understands; None is nowhere yet."""

    def start(self, after: Position | None) -> Any:
        """Return the cursor of a reader who has read up to ``after``."""
        ...

    def read(self, cursor: Any) -> Reading: ...


def message(kind: str, head: str, seq: int, body: str) -> str:
    return f'{{"type":"{kind}",{head},"seq":{seq},{body}}}'


class LogCursor(msgspec.Struct, frozen=True, gc=False):
    seq: int  # of the messages to this reader
    version: int


class LogTopic:
    """A topic that is what a log holds: all of it first, then what changes.

    Args:
        groups: Lists of the snapshot.
        counts_missed: Whether a reader is told how many values it was too slow for. For a log of
            which no value ever replaces another.
    """

    def __init__(
        self, key: TopicKey, log: ChangeLog, groups: Sequence[str], *, counts_missed: bool = False
    ) -> None:
        self._head = key.head
        self._log = log
        self._groups = groups
        self._counts_missed = counts_missed
        # Readers that keep pace stand at the same place, and are told the same.
        self._last: tuple[int, int, str] = (-1, -1, "")

    def start(self, after: Position | None) -> LogCursor | None:
        return None

    def read(self, cursor: LogCursor | None) -> Reading:
        log = self._log
        if cursor is None:
            body = listed(log.since(0), self._groups)
            return Reading([message("snapshot", self._head, 1, body)], LogCursor(1, log.version))
        if cursor.version == log.version:
            return Reading([], cursor)
        seq = cursor.seq + 1
        body = self._body_since(cursor.version)
        return Reading([message("delta", self._head, seq, body)], LogCursor(seq, log.version))

    def _body_since(self, version: int) -> str:
        log = self._log
        start, end, body = self._last
        if (start, end) != (version, log.version):
            body = listed(log.since(version))
            missed = log.forgotten - version
            if self._counts_missed and missed > 0:
                body = f'{body},"missed":{missed}'
            self._last = (version, log.version, body)
        return body
