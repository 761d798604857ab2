"""Reading the journal: segment files in a chain, from the first record to the last whole one.

``journal-00000001.seg``, ``journal-00000002.seg`` ...: counted, so that a missing one shows in the
names. A segment opens with a ``Checkpoint`` that tells size and checksum of the one before. The
writer begins a segment only when all of the one before is on the disk, so a crash can tear the last
segment that holds a record and no other; anything broken elsewhere is damage (order-path 2).
"""

import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from zlib import crc32

import msgspec

from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.ids import AccountId
from algotradehub.domain.records import Checkpoint, Kind, Record
from algotradehub.ports.disk import Disk
from algotradehub.storage.journal import decoding
from algotradehub.storage.journal.decoding import REPAIR, Head
from algotradehub.storage.journal.frame import end_of, payload_at

NOTHING_BEFORE = (0, 0)

_NAME = re.compile(r"journal-\d{8}\.seg")
_NO_RECORD = sys.maxsize  # sorts a segment without records behind all others


class Tail(msgspec.Struct, kw_only=True):
    """Where the journal ends: what the writer goes on from."""

    name: str  # of the segment
    size: int  # bytes, whole records only
    crc32: int  # of those
    previous: tuple[int, int]  # size and crc32 of the segment before
    seq: int
    at_ns: int  # of that record
    account_seqs: dict[AccountId, int]
    torn_bytes: int  # behind ``size``: what a crash left of the record it interrupted


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk over the whole journal found, all of it in order."""

    segments: int
    records: int
    kinds: dict[Kind, int]
    account_seqs: dict[AccountId, int]  # last numbers; under "" the journal's own
    size: int  # bytes of whole records
    torn_bytes: int  # at the end, as after a crash; cut when the journal is opened


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
        crc32=0,
        previous=NOTHING_BEFORE,
        seq=0,
        at_ns=0,
        account_seqs={},
        torn_bytes=0,
    )
    last: tuple[int, memoryview] | None = None
    for offset, head, payload in _records(name, data, is_last=True):
        if offset == 0:
            checkpoint = _checkpoint(payload, name)
            tail.previous = (checkpoint.previous_size, checkpoint.previous_crc32)
            tail.account_seqs = checkpoint.account_seqs
        tail.seq = head.seq
        tail.account_seqs[head.account] = head.account_seq
        tail.size = end_of(offset, payload)
        last = offset, payload
    if last is None:  # the one and only segment, created but never written
        return None
    tail.at_ns = decoding.record_of(last[1], name, last[0]).at_ns
    tail.crc32 = crc32(memoryview(data)[: tail.size])
    tail.torn_bytes = len(data) - tail.size
    before = name_of(number_of(name) - 1)
    if before in names:
        file = disk.open(before)
        size = file.size
        file.close()
        if size != tail.previous[0]:
            raise _broken_chain(before, size, tail.previous[0])
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
    names = _written_names(disk) if until_seq is None else _names(disk)
    start = 0
    if after_seq:
        behind = bisect_right(names, after_seq + 1, key=lambda name: _first_seq(disk, name))
        start = max(0, behind - 1)
    for name, offset, head, payload in _chain(disk, names[start:], until_seq):
        if head.seq > after_seq:
            yield decoding.record_of(payload, name, offset)


def verify(disk: Disk, *, until_seq: int | None = None) -> Verified:
    """Read every record and check all there is to check; arguments as for ``read``.

    Raises:
        StorageDamaged: A checksum, a number, an account's number, or a checkpoint is wrong.
    """
    names = _written_names(disk) if until_seq is None else _names(disk)
    kinds: Counter[Kind] = Counter()
    account_seqs: dict[AccountId, int] = {}
    size = 0
    for name, offset, head, payload in _chain(disk, names, until_seq):
        record = decoding.record_of(payload, name, offset)
        is_checkpoint = isinstance(record.body, Checkpoint)
        if is_checkpoint and record.body.account_seqs != account_seqs:
            raise _damaged(name, offset, "the checkpoint does not agree with the records before it")
        expected = account_seqs.get(head.account, 0) + 1
        if head.account_seq != expected:
            what = f"account {head.account!r} goes on with {head.account_seq}, not {expected}"
            raise _damaged(name, offset, what)
        account_seqs[head.account] = expected
        kinds[head.kind] += 1
        size += end_of(0, payload)
    torn_bytes = sum(len(disk.read(name)) for name in names) - size if until_seq is None else 0
    return Verified(
        segments=len(names),
        records=kinds.total(),
        kinds=dict(kinds),
        account_seqs=account_seqs,
        size=size,
        torn_bytes=torn_bytes,
    )


def _names(disk: Disk) -> list[str]:
    names = [name for name in disk.names() if _NAME.fullmatch(name)]
    for number, name in enumerate(names, 1):
        if name != name_of(number):
            raise StorageDamaged(
                f"{name_of(number)} is missing, but {name} is there; restore it from a backup"
            )
    return names


def _written_names(disk: Disk) -> list[str]:
    """Names of the segments, without a last one that holds no whole record.

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


def _chain(
    disk: Disk, names: Sequence[str], until_seq: int | None
) -> Iterator[tuple[str, int, Head, memoryview]]:
    """Yield name, offset, head and payload of each record; check numbers and checkpoints."""
    previous: tuple[int, int] | None = None
    seq: int | None = None
    if names and number_of(names[0]) == 1:
        previous, seq = NOTHING_BEFORE, 0
    for name in names:
        data = disk.read(name)
        for offset, head, payload in _records(name, data, is_last=name == names[-1]):
            if offset == 0:
                checkpoint = _checkpoint(payload, name)
                told = (checkpoint.previous_size, checkpoint.previous_crc32)
                if previous is not None and told != previous:
                    raise _broken_chain(name_of(number_of(name) - 1), previous[0], told[0])
                if seq is not None and head.seq != seq + 1:
                    what = f"it begins with record {head.seq}, not {seq + 1}"
                    raise _damaged(name, offset, what)
            seq = head.seq
            yield name, offset, head, payload
            if seq == until_seq:
                return
        previous = (len(data), crc32(data))
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
            raise _damaged(name, offset, f"record {head.seq} follows record {seq}")
        seq = head.seq
        yield offset, head, payload
        offset = end_of(offset, payload)
    if offset == len(data):
        return
    follows = decoding.find(data, offset + 1, above_seq=seq or 0)
    if follows is not None:
        what = f"a whole record ({follows[1]}) follows at byte {follows[0]}"
        raise _damaged(name, offset, f"the record there is broken, yet {what}")
    if not is_last:
        raise _damaged(name, offset, "the record there is broken, yet another segment follows")


def _checkpoint(payload: memoryview, name: str) -> Checkpoint:
    body = decoding.record_of(payload, name, 0).body
    if not isinstance(body, Checkpoint):
        raise _damaged(name, 0, f"it begins with a record of kind {body.kind}, not a checkpoint")
    return body


def _damaged(name: str, offset: int, what: str) -> StorageDamaged:
    return StorageDamaged(f"{name} is damaged at byte {offset}: {what}; {REPAIR}")


def _broken_chain(name: str, size: int, told: int) -> StorageDamaged:
    return StorageDamaged(
        f"{name} is damaged: it holds {size} bytes that are not the {told} bytes which the next "
        f"segment says it was closed with; {REPAIR}"
    )
