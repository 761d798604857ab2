"""Reading the journal: segment files in a chain, from the first record to the last whole one.

``journal-00000001.seg``, ``journal-00000002.seg`` ...: counted, so that a missing one shows in the
names. A segment opens with a ``Checkpoint`` that tells size and checksum of the one before. The
writer begins a segment only when all of the one before is on the disk, so a crash can tear the last
segment that holds a record and no other; anything broken elsewhere is damage (order-path 2). The
oldest segments may have been retired to an archive; ``retired.json`` tells what they were.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

import msgspec

from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.ids import AccountId
from algotradehub.domain.records import Checkpoint, Record
from algotradehub.ports.disk import Disk
from algotradehub.storage.journal import decoding
from algotradehub.storage.journal.decoding import REPAIR, Head
from algotradehub.storage.journal.frame import end_of, payload_at
from algotradehub.storage.journal.retired import Retired, Sums, retired_from

NOTHING_BEFORE: Sums = (0, 0, "")

_NAME = re.compile(r"journal-\d{8}\.seg")
_NO_RECORD = sys.maxsize  # sorts a segment without records behind all others


class Tail(msgspec.Struct, kw_only=True):
    """Where the journal ends: what the writer goes on from."""

    name: str  # of the segment
    size: int  # bytes, whole records only
    previous: Sums  # of the segment before
    seq: int
    at_ns: int  # of that record
    account_seqs: dict[AccountId, int]
    torn_bytes: int  # behind ``size``: what a crash left of the record it interrupted


class Place(NamedTuple):
    """A record where it stands."""

    name: str  # of the segment
    data: bytes  # all of it
    offset: int
    head: Head
    payload: memoryview


def name_of(number: int) -> str:
    return f"journal-{number:08d}.seg"


def number_of(name: str) -> int:
    return int(name[8:16])


def find_tail(disk: Disk) -> Tail | None:
    """Read as much as is needed to go on writing: the last segment; None without any record.

    Raises:
        StorageDamaged: A segment is missing, or broken elsewhere than at its end.
    """
    names = _written_names(disk)
    if not names:
        return None
    name = names[-1]
    data = disk.read(name)
    tail = Tail(
        name=name,
        size=0,
        previous=NOTHING_BEFORE,
        seq=0,
        at_ns=0,
        account_seqs={},
        torn_bytes=0,
    )
    last: tuple[int, memoryview] | None = None
    for offset, head, payload in _records(name, data, is_last=True):
        if offset == 0:
            checkpoint = checkpoint_of(payload, name)
            tail.previous = sums_told(checkpoint)
            tail.account_seqs = checkpoint.account_seqs
        tail.seq = head.seq
        tail.account_seqs[head.account] = head.account_seq
        tail.size = end_of(offset, payload)
        last = offset, payload
    if last is None:  # the one and only segment, created but never written
        return None
    tail.at_ns = decoding.record_of(last[1], name, last[0]).at_ns
    tail.torn_bytes = len(data) - tail.size
    before = name_of(number_of(name) - 1)
    if before in names:
        file = disk.open(before)
        size = file.size
        file.close()
        if size != tail.previous[0]:
            raise _broken_chain(before, size, tail.previous[0])
    elif tail.previous != _before(name, retired_from(disk))[0]:
        raise _broken_archive(before)
    return tail


def read(disk: Disk, after_seq: int = 0, *, until_seq: int | None = None) -> Iterator[Record]:
    """Yield the records above ``after_seq``, with at most two segments in memory at a time.

    Args:
        disk: Where the segments are.
        after_seq: 0 for all.
        until_seq: The last one wanted, known to be stored; None reads to the last whole record of
            a journal that nobody writes.

    Raises:
        StorageDamaged: What is read is not whole, or of a newer version.
    """
    if until_seq is not None and after_seq >= until_seq:
        return
    names = names_in(disk, written=until_seq is None)
    if names and after_seq < (gone := _before(names[0], retired_from(disk))[1]):
        raise StorageDamaged(
            f"the records up to {gone} are wanted from {after_seq + 1} on, and were moved to an "
            "archive: restore the projection from a backup, or copy the segments before "
            f"{names[0]} back into the journal"
        )
    start = 0
    if after_seq:
        behind = bisect_right(names, after_seq + 1, key=lambda name: _first_seq(disk, name))
        start = max(0, behind - 1)
    for at in chain(disk, names[start:], until_seq):
        if at.head.seq > after_seq:
            yield decoding.record_of(at.payload, at.name, at.offset)


def read_all(disk: Disk) -> Iterator[Record]:
    """Yield every record that is here, though older ones may have been retired.

    Raises:
        StorageDamaged: As in ``read``.
    """
    for at in chain(disk, names_in(disk), None):
        yield decoding.record_of(at.payload, at.name, at.offset)


def sums_of(data: bytes) -> Sums:
    return len(data), crc32(data), sha256(data).hexdigest()


def names_in(disk: Disk, *, written: bool = True) -> list[str]:
    """Names of the segments, oldest first; a last one without records only if not ``written``.

    Raises:
        StorageDamaged: One is missing.
    """
    return _written_names(disk) if written else _names(disk)


def _names(disk: Disk) -> list[str]:
    names = [name for name in disk.names() if _NAME.fullmatch(name)]
    first = len(retired_from(disk)) + 1
    if names:
        first = max(1, min(first, number_of(names[0])))  # retired ones may be there again
    elif first > 1:
        raise StorageDamaged(f"{name_of(first)} is missing; restore it from a backup")
    for number, name in enumerate(names, first):
        if name != name_of(number):
            raise StorageDamaged(
                f"{name_of(number)} is missing, but {name} is there; restore it from a backup"
            )
    return names


def _written_names(disk: Disk) -> list[str]:
    """The same without a last segment that holds no whole record.

    A crash leaves such a file if it comes just after the file was created; a full disk does, and
    then the records go on in the segment before. That one is the last in truth.
    """
    names = _names(disk)
    if len(names) > 1 and _first_seq(disk, names[-1]) == _NO_RECORD:
        names.pop()
    return names


def _first_seq(disk: Disk, name: str) -> int:
    for _, head, _ in _records(name, disk.read(name)):
        return head.seq
    return _NO_RECORD


def chain(disk: Disk, names: Sequence[str], until_seq: int | None) -> Iterator[Place]:
    """Yield each record of successive segments; check numbers and the quick sums of checkpoints.

    Raises:
        StorageDamaged: One is wrong, or the last record is missing.
    """
    previous: Sums | None = None
    seq: int | None = None
    if names:
        previous, seq = _before(names[0], retired_from(disk))
        if previous is NOTHING_BEFORE and number_of(names[0]) > 1:
            previous = seq = None  # it begins in the middle
    for name in names:
        data = disk.read(name)
        for offset, head, payload in _records(name, data, is_last=name == names[-1]):
            if offset == 0:
                checkpoint = checkpoint_of(payload, name)
                told = sums_told(checkpoint)
                if previous is not None and told[:2] != previous[:2]:
                    raise _broken_chain(name_of(number_of(name) - 1), previous[0], told[0])
                if seq is not None and head.seq != seq + 1:
                    what = f"it begins with record {head.seq}, not {seq + 1}"
                    raise damaged(name, offset, what)
            seq = head.seq
            yield Place(name, data, offset, head, payload)
            if seq == until_seq:
                return
        previous = (len(data), crc32(data), "")
    if until_seq:
        raise StorageDamaged(
            f"{names[-1] if names else 'the journal'} ends before record {until_seq}, which was "
            f"written; {REPAIR}"
        )


def _records(
    name: str, data: bytes, *, is_last: bool = True
) -> Iterator[tuple[int, Head, memoryview]]:
    """Yield offset, head and payload of the records of one segment, numbered without a gap."""
    view = memoryview(data)
    offset = 0
    seq: int | None = None
    while (payload := payload_at(view, offset)) is not None:
        head = decoding.head_of(payload, name, offset)
        if seq is not None and head.seq != seq + 1:
            raise damaged(name, offset, f"record {head.seq} follows record {seq}")
        seq = head.seq
        yield offset, head, payload
        offset = end_of(offset, payload)
    if offset == len(data):
        return
    follows = decoding.find(data, offset + 1, above_seq=seq or 0)
    if follows is not None:
        what = f"a whole record ({follows[1]}) follows at byte {follows[0]}"
        raise damaged(name, offset, f"the record there is broken, yet {what}")
    if not is_last:
        raise damaged(name, offset, "the record there is broken, yet another segment follows")


def checkpoint_of(payload: memoryview, name: str) -> Checkpoint:
    body = decoding.record_of(payload, name, 0).body
    if not isinstance(body, Checkpoint):
        raise damaged(name, 0, f"it begins with a record of kind {body.kind}, not a checkpoint")
    return body


def sums_told(checkpoint: Checkpoint) -> Sums:
    """What a segment says of the one before."""
    return checkpoint.previous_size, checkpoint.previous_crc32, checkpoint.previous_sha256


def _before(name: str, retired: Sequence[Retired]) -> tuple[Sums, int]:
    """Sums and last seq of the segment before ``name``, if it was retired; else nothing."""
    number = number_of(name)
    if 1 < number <= len(retired) + 1:
        before = retired[number - 2]
        return before.sums, before.last_seq
    return NOTHING_BEFORE, 0


def damaged(name: str, offset: int, what: str) -> StorageDamaged:
    return StorageDamaged(f"{name} is damaged at byte {offset}: {what}; {REPAIR}")


def _broken_archive(name: str) -> StorageDamaged:
    return StorageDamaged(
        f"{name} was retired, and what is told of it is not what the segment after it was begun "
        f"with; {REPAIR}"
    )


def _broken_chain(name: str, size: int, told: int) -> StorageDamaged:
    return StorageDamaged(
        f"{name} is damaged: it holds {size} bytes that are not the {told} bytes which the next "
        f"segment says it was closed with; {REPAIR}"
    )
