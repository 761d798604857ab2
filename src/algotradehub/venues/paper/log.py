"""The paper venue's own log: what it accepted and matched survives the death of our process."""

import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.domain.ids import VenueId
from algotradehub.ports.clock import Clock
from algotradehub.ports.disk import AppendFile, Disk
from algotradehub.venues.paper.records import FORMAT_VERSION, Batch, Entry, Snapshot

_HEADER: Final = struct.Struct("<II")  # length and crc32 of the body, as in order-path 2
_GROWTH: Final = 4
_SYNC_LAG_S: Final = 1.0  # the most that a power failure, not a crash, may cost

_encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final[msgspec.msgpack.Decoder[Entry]] = msgspec.msgpack.Decoder(Entry)


class LogFailed(NotReady):
    """The disk did not take an entry: from here on memory is ahead of the record."""


class PaperLog:
    """Files ``paper-binance.000001.log``, each a snapshot and the batches after it.

    The newest file whose snapshot is whole counts; older ones are removed once it is synced, so
    a crash at any instant of a compaction leaves one complete record.

    Args:
        snapshot: Gives what a new file begins with, when the file has grown large.
        broken: Told once, when nothing can be recorded any more.

    Raises:
        StorageDamaged: An entry in the middle of the file cannot be read, or the file belongs to
            another venue or to a newer program.
        LogFailed: There is no file yet and none can be made.
    """

    def __init__(
        self,
        disk: Disk,
        clock: Clock,
        venue: VenueId,
        *,
        snapshot: Callable[[], Snapshot],
        broken: Callable[[str], None],
        compact_bytes: int,
    ) -> None:
        self._disk = disk
        self._clock = clock
        self._venue = venue
        self._snapshot = snapshot
        self._broken = broken
        self._compact_bytes = compact_bytes
        self._prefix = venue.replace(":", "-") + "."
        self._failure: str | None = None
        self._tidy_due = False
        self._closed = False
        self._largest = compact_bytes
        self._file, self.entries = self._find()

    @property
    def failure(self) -> str | None:
        """Why nothing can be appended any more; None while all is well."""
        return self._failure

    def append(self, batch: Batch) -> None:
        """Write ``batch`` as one frame.

        Raises:
            LogFailed: It is not in the record, and nothing after it may be.
        """
        self._write(batch)
        if not self._tidy_due:
            self._tidy_due = True
            self._clock.after(_SYNC_LAG_S, self._tidy)

    def close(self) -> None:
        self._closed = True
        self._file.close()

    def _write(self, entry: Entry) -> None:
        if self._failure is not None:
            raise LogFailed(self._failure)
        body = _encode(entry)
        try:
            self._file.write(_HEADER.pack(len(body), zlib.crc32(body)) + body)
        except OSError as error:
            raise self._fail("written", error) from error

    def _fail(self, what: str, error: OSError) -> LogFailed:
        self._failure = f"the log of {self._venue} cannot be {what}: {error}; start it anew"
        self._broken(self._failure)
        return LogFailed(self._failure)

    def _tidy(self) -> None:
        """Some time after a write: sync, or begin a new file if this one is large."""
        self._tidy_due = False
        if self._closed or self._failure is not None:
            return
        if self._file.size <= self._largest:
            self._file.sync(self._synced)
            return
        self._file.close()
        try:
            self._begin(self._number_of(self._names()[-1]) + 1, self._snapshot())
        except LogFailed:
            return  # told already; the old file still counts

    def _synced(self, error: OSError | None) -> None:
        # Never retried: what the disk holds is not known any more (order-path 2).
        if error is not None and self._failure is None:
            self._fail("synced", error)

    def _begin(self, number: int, snapshot: Snapshot) -> None:
        try:
            self._file = self._disk.open(f"{self._prefix}{number:06d}.log")
        except OSError as error:
            raise self._fail("opened", error) from error
        self._write(snapshot)
        self._allow(self._file.size)
        self._file.sync(self._drop_older)

    def _allow(self, snapshot_bytes: int) -> None:
        # Measured by the snapshot, so that a venue with much to keep does not compact all day.
        self._largest = max(self._compact_bytes, _GROWTH * snapshot_bytes)

    def _drop_older(self, error: OSError | None) -> None:
        self._synced(error)
        if error is None:
            for name in self._names()[:-1]:
                self._disk.remove(name)

    def _find(self) -> tuple[AppendFile, Sequence[Entry]]:
        for name in reversed(self._names()):
            content = self._disk.read(name)
            entries, first_bytes, end = _read(content, name)
            if not entries:
                # Torn while its snapshot was written: the file before it still counts.
                self._disk.remove(name)
                continue
            self._check(entries[0], name)
            file = self._disk.open(name)
            if end < len(content):
                file.truncate(end)
            self._allow(first_bytes)
            file.sync(self._drop_older)
            return file, entries
        first = Snapshot(
            version=FORMAT_VERSION,
            venue=self._venue,
            at_ns=self._clock.now_ns(),
            next_order=1,
            next_execution=1,
        )
        self._begin(1, first)
        return self._file, [first]

    def _check(self, entry: Entry, name: str) -> None:
        if not isinstance(entry, Snapshot):
            raise StorageDamaged(f"{name} does not open with a snapshot; restore it from a backup")
        if entry.version > FORMAT_VERSION:
            raise StorageDamaged(f"{name} was written by a newer program; use that one")
        if entry.venue != self._venue:
            raise StorageDamaged(f"{name} belongs to {entry.venue}, not to {self._venue}")

    def _names(self) -> list[str]:
        return [
            name
            for name in self._disk.names()
            if name.startswith(self._prefix) and name.endswith(".log")
        ]

    def _number_of(self, name: str) -> int:
        return int(name.removeprefix(self._prefix).removesuffix(".log"))


def _read(content: bytes, name: str) -> tuple[list[Entry], int, int]:
    """Return the entries of a file, and where the first and the last whole one end."""
    entries: list[Entry] = []
    first_bytes = offset = 0
    while (body := _body_at(content, offset)) is not None:
        entries.append(_decode(body, name, offset))
        offset += _HEADER.size + len(body)
        first_bytes = first_bytes or offset
    # A torn tail is the end of the file. Bytes that do not add up, yet are followed by an entry
    # that does, were whole once.
    if len(content) - offset >= _HEADER.size:
        length, _ = _HEADER.unpack_from(content, offset)
        if _body_at(content, offset + _HEADER.size + length) is not None:
            raise StorageDamaged(
                f"{name} is damaged at byte {offset}: restore it from a backup, or move it away "
                f"to start this paper venue anew"
            )
    return entries, first_bytes, offset


def _decode(body: memoryview, name: str, offset: int) -> Entry:
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise StorageDamaged(
            f"{name} holds an unreadable entry at byte {offset}: {error}"
        ) from error


def _body_at(content: bytes, offset: int) -> memoryview | None:
    """The body of the frame at ``offset``, if there is a whole one."""
    start = offset + _HEADER.size
    if start > len(content):
        return None
    length, crc32 = _HEADER.unpack_from(content, offset)
    if not length or start + length > len(content):
        return None
    body = memoryview(content)[start : start + length]
    return body if zlib.crc32(body) == crc32 else None
