"""The whole journal, read and proven: frames, numbers, checkpoints, and the chain of hashes.

Every segment opens with the SHA-256 of the one before, which opens with that of the one before it,
and so on. So a *head*, the number of a record and the SHA-256 of its segment up to it, stands for
everything that was recorded before: whoever keeps one elsewhere can prove later that nothing was
changed. Without one, a rewritten end cannot be told from an honest one.
"""

import re
from collections import Counter, deque
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from algotradehub.domain.errors import InvalidRequest, Refusal, StorageDamaged
from algotradehub.domain.ids import AccountId
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import Checkpoint
from algotradehub.ports.audit import Head
from algotradehub.ports.disk import Disk
from algotradehub.storage.journal import decoding, segments
from algotradehub.storage.journal.decoding import REPAIR
from algotradehub.storage.journal.frame import end_of
from algotradehub.storage.journal.retired import Retired, retired_from

_HEAD = re.compile(r"([1-9]\d{0,18}):([0-9a-f]{64})", re.ASCII)


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk over the whole journal found, all of it in order."""

    names: tuple[str, ...]  # of the segments
    retired: int  # segments that are elsewhere and were not read
    records: int
    kinds: dict[Kind, int]
    account_seqs: dict[AccountId, int]  # last numbers; under "" the journal's own
    size: int  # bytes of whole records
    torn_bytes: int  # at the end, as after a crash; cut when the journal is opened
    head: Head | None  # None: there is no record at all

    @property
    def segments(self) -> int:
        return len(self.names)

    @property
    def seq(self) -> int:
        """Number of the last record."""
        return 0 if self.head is None else self.head.seq


def head_of(text: str) -> Head:
    """Read a head as it was printed.

    Raises:
        InvalidRequest: It is none.
    """
    match = _HEAD.fullmatch(text)
    if match is None:
        rule = "a head as `audit head` prints it: a record's number, a colon, 64 hexadecimal digits"
        raise InvalidRequest(Refusal(field="HEAD", rule=rule, value=text[:100]))
    return Head(seq=int(match[1]), sha256=match[2])


def head_on(disk: Disk) -> Head:
    """Return the head of the journal on ``disk``; only its last segment is read.

    Raises:
        StorageDamaged: That is damaged, or there is no record.
    """
    last = deque(segments.chain(disk, segments.names_in(disk)[-1:], None), maxlen=1)
    if not last:
        raise StorageDamaged("the journal holds no record yet")
    return Head(seq=last[0].head.seq, sha256=_hash_up_to(last[0]))


def verify(disk: Disk, *, until_seq: int | None = None, against: Head | None = None) -> Verified:
    """Read every record and check all there is to check.

    Args:
        disk: Where the segments are.
        until_seq: The last record wanted, known to be stored; None reads to the last whole record.
        against: An earlier head: everything up to it must be as it was then.

    Raises:
        StorageDamaged: A checksum, a number, an account's number, a checkpoint, a hash or the
            earlier head is wrong; the message says where.
    """
    names = segments.names_in(disk, written=until_seq is None)
    walk = _Walk(retired_from(disk), against)
    for place in segments.chain(disk, names, until_seq):
        walk.step(place)
    walk.require_proven(names)
    last = walk.last
    torn_bytes = sum(len(disk.read(name)) for name in names) - walk.size if until_seq is None else 0
    return Verified(
        names=tuple(names),
        retired=segments.number_of(names[0]) - 1 if names else 0,
        records=walk.kinds.total(),
        kinds=dict(walk.kinds),
        account_seqs=walk.account_seqs,
        size=walk.size,
        torn_bytes=torn_bytes,
        head=None if last is None else Head(seq=last.head.seq, sha256=_hash_up_to(last)),
    )


class _Walk:
    """What has been read so far; ``step`` refuses what does not follow from it."""

    def __init__(self, retired: Sequence[Retired], against: Head | None) -> None:
        self._retired = {each.name: each for each in retired}
        self._against = against
        self._proven = against is None
        self.kinds: Counter[Kind] = Counter()
        self.account_seqs: dict[AccountId, int] = {}
        self.size = 0
        self.last: segments.Place | None = None

    def step(self, place: segments.Place) -> None:
        name, offset = place.name, place.offset
        record = decoding.record_of(place.payload, name, offset)
        if isinstance(record.body, Checkpoint):
            if offset == 0:
                self._begin(place, record.body)
            if record.body.account_seqs != self.account_seqs:
                what = "the checkpoint does not agree with the records before it"
                raise segments.damaged(name, offset, what)
        expected = self.account_seqs.get(record.account, 0) + 1
        if record.account_seq != expected:
            what = f"account {record.account!r} goes on with {record.account_seq}, not {expected}"
            raise segments.damaged(name, offset, what)
        self.account_seqs[record.account] = expected
        self.kinds[record.kind] += 1
        self.size += end_of(0, place.payload)
        self.last = place
        if self._against is not None and record.seq == self._against.seq:
            self._require_same(place, self._against)

    def require_proven(self, names: Sequence[str]) -> None:
        """Refuse a head whose record was not met, unless a retired segment ends with it."""
        against = self._against
        if against is None or self._proven:
            return
        for each in self._retired.values():
            if each.last_seq == against.seq and each.sha256 == against.sha256:
                return
            if each.first_seq <= against.seq <= each.last_seq:
                raise StorageDamaged(
                    f"record {against.seq} is in {each.name}, which was retired and is not the "
                    "segment's last: verify with the archive as well"
                )
        ends = 0 if self.last is None else self.last.head.seq
        raise StorageDamaged(
            f"{names[-1] if names else 'the journal'} ends with record {ends}, but the earlier "
            f"head is of record {against.seq}: what followed is gone; {REPAIR}"
        )

    def _begin(self, place: segments.Place, checkpoint: Checkpoint) -> None:
        """Check what a segment says of the one before."""
        number = segments.number_of(place.name)
        before = segments.name_of(number - 1)
        if self.last is not None:
            found = sha256(self.last.data).hexdigest()
            retired = self._retired.get(before)
            if retired is not None and retired.sha256 != found:
                raise _changed(before, found, f"it was retired as {retired.sha256[:16]}…")
        elif number == 1:
            found = ""
        else:
            found = self._retired[before].sha256
            self.account_seqs = dict(checkpoint.account_seqs)
        told = checkpoint.previous_sha256
        if told != found:
            raise _changed(before, found, f"the next segment says {told[:16]}…")

    def _require_same(self, place: segments.Place, against: Head) -> None:
        found = _hash_up_to(place)
        if found != against.sha256:
            raise _changed(
                place.name, found, f"up to record {against.seq} it was {against.sha256[:16]}…"
            )
        self._proven = True


def _hash_up_to(place: segments.Place) -> str:
    """SHA-256 of the segment up to the end of the record."""
    return sha256(memoryview(place.data)[: end_of(place.offset, place.payload)]).hexdigest()


def _changed(name: str, found: str, but: str) -> StorageDamaged:
    return StorageDamaged(f"{name} was changed: its SHA-256 is {found[:16]}…, but {but}; {REPAIR}")
