"""Proving the journal: whatever is changed in its files is named, and an anchor finds the rest."""

from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from struct import pack
from zlib import crc32

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.errors import InvalidRequest, StorageDamaged
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import Doubted
from algotradehub.ports.audit import Head
from algotradehub.storage.journal import frame, segments, verifying
from algotradehub.storage.journal.journal import SegmentJournal
from algotradehub.storage.journal.limits import Limits
from algotradehub.storage.journal.retired import NAME, Retired, Retirement
from tests.fakes.clock import FakeClock
from tests.fakes.disk import Content, MemoryDisk

pytestmark = pytest.mark.design_property(9)

A = AccountId("a")
ORDER = ClientOrderId("0" * 32)
RECORDS = 22  # so that the last segment holds some, too


def written(records: int = RECORDS) -> MemoryDisk:
    """A disk with a closed journal of several segments."""
    clock = FakeClock()
    disk = MemoryDisk(clock)
    journal = SegmentJournal(disk, clock=clock, limits=Limits(segment_bytes=800))
    for number in range(records):
        journal.append(A, Doubted(order_id=ORDER, what=f"note {number}"), at_ns=number + 1)
        clock.advance(0.02)
    journal.close()
    clock.advance(0.02)
    assert len(disk.files) > 3
    return disk


INTACT = {name: bytes(content.data) for name, content in written().files.items()}
NAMES = sorted(INTACT)


def disk_of(files: dict[str, bytes]) -> MemoryDisk:
    disk = MemoryDisk(FakeClock())
    for name, data in files.items():
        disk.files[name] = Content()
        disk.files[name].data += data
    return disk


HEAD = verifying.head_on(disk_of(INTACT))


def refused(files: dict[str, bytes], against: Head | None = HEAD) -> str:
    with pytest.raises(StorageDamaged) as caught:
        verifying.verify(disk_of(files), against=against)
    return str(caught.value)


def places_in(data: bytes) -> list[int]:
    """Offset of every frame, and the end of the last."""
    offsets = [0]
    while (payload := frame.payload_at(memoryview(data), offsets[-1])) is not None:
        offsets.append(frame.end_of(offsets[-1], payload))
    return offsets


def rewritten(data: bytes, index: int) -> bytes:
    """The segment with another word in one record, everything else of that frame made to fit."""
    start, end = places_in(data)[index : index + 2]
    payload = data[start + frame.HEADER_BYTES : end].replace(b"note", b"lies")
    assert payload != data[start + frame.HEADER_BYTES : end]
    return data[:start] + pack("<II", len(payload), crc32(payload)) + payload + data[end:]


def test_an_intact_journal_is_proven() -> None:
    found = verifying.verify(disk_of(INTACT), against=HEAD)
    assert (found.head, found.names, found.torn_bytes) == (HEAD, tuple(NAMES), 0)
    assert found.kinds == {Kind.CHECKPOINT: len(NAMES), Kind.EVENT: RECORDS}
    assert found.seq == found.records == RECORDS + len(NAMES)


def test_each_segment_begins_with_the_hash_of_the_one_before() -> None:
    for before, name in pairwise(NAMES):
        told = sha256(INTACT[before]).hexdigest()
        assert told.encode() in INTACT[name][: places_in(INTACT[name])[1]]


@given(st.data())
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    changed = bytearray(INTACT[name])
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    assert "journal-" in refused(INTACT | {name: bytes(changed)})


@given(st.data())
def test_a_record_rewritten_with_a_right_checksum_is_found(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    index = data.draw(st.integers(1, len(places_in(INTACT[name])) - 2))
    assert name in refused(INTACT | {name: rewritten(INTACT[name], index)})


@given(st.data())
def test_a_segment_that_is_cut_is_found(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    size = data.draw(st.integers(0, len(INTACT[name]) - 1))
    assert "journal-" in refused(INTACT | {name: INTACT[name][:size]})


@given(st.sampled_from(NAMES))
def test_a_segment_that_is_removed_is_found(name: str) -> None:
    files = {other: data for other, data in INTACT.items() if other != name}
    told = refused(files)
    assert name in told or "what followed is gone" in told


@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True))
def test_segments_that_are_swapped_are_found(names: list[str]) -> None:
    one, other = names
    assert "journal-" in refused(INTACT | {one: INTACT[other], other: INTACT[one]})


@given(st.sampled_from(NAMES))
def test_a_segment_that_is_repeated_is_found(name: str) -> None:
    following = segments.name_of(len(NAMES) + 1)
    assert "journal-" in refused(INTACT | {following: INTACT[name]})
    assert "journal-" in refused(INTACT | {name: INTACT[name] * 2})


def test_a_change_that_the_quick_sums_miss_breaks_the_chain() -> None:
    """Whoever makes sizes and checksums fit up to the end still does not have the hashes."""
    first, second = NAMES[:2]
    changed = rewritten(INTACT[first], 1)
    offsets = places_in(INTACT[second])
    payload = INTACT[second][frame.HEADER_BYTES : offsets[1]]
    record = msgspec.msgpack.decode(payload)
    record["body"]["previous_crc32"] = crc32(changed)
    forged = msgspec.msgpack.encode(record)
    head = pack("<II", len(forged), crc32(forged)) + forged
    files = {first: changed, second: head + INTACT[second][offsets[1] :]}
    told = refused(files, against=None)
    assert f"{first} was changed: its SHA-256 is " in told


def test_a_chain_forged_to_its_end_is_found_by_an_anchor_only() -> None:
    last = NAMES[-1]
    changed = rewritten(INTACT[last], len(places_in(INTACT[last])) - 2)
    verifying.verify(disk_of(INTACT | {last: changed}))
    assert f"{last} was changed" in refused(INTACT | {last: changed})


def test_every_earlier_head_is_proven() -> None:
    disk = disk_of(INTACT)
    for seq in range(1, HEAD.seq + 1):
        head = verifying.verify(disk, until_seq=seq).head
        assert head is not None
        assert head.seq == seq
        verifying.verify(disk, against=head)
        wrong = Head(seq=seq, sha256="0" * 64)
        assert "was changed" in refused(INTACT, against=wrong)


def test_a_journal_without_its_end_is_no_proof() -> None:
    later = Head(seq=HEAD.seq + 1, sha256="0" * 64)
    assert f"ends with record {HEAD.seq}, but the earlier head is of record" in refused(
        INTACT, against=later
    )


def test_a_head_is_read_as_it_is_printed() -> None:
    assert verifying.head_of(str(HEAD)) == HEAD
    for text in ("", "7", "7:abc", f"0:{'a' * 64}", f"7:{'A' * 64}", f" {HEAD}"):
        with pytest.raises(InvalidRequest, match="as `audit head` prints it"):
            verifying.head_of(text)


def test_an_empty_journal_has_no_head() -> None:
    assert verifying.verify(disk_of({})).head is None
    with pytest.raises(StorageDamaged, match="holds no record yet"):
        verifying.head_on(disk_of({}))


def retired_files(count: int) -> dict[str, bytes]:
    """The journal with its first segments elsewhere."""
    told = []
    seq = 1
    for name in NAMES[:count]:
        records = len(places_in(INTACT[name])) - 1
        size, crc, digest = segments.sums_of(INTACT[name])
        told.append(
            Retired(
                name=name,
                first_seq=seq,
                last_seq=seq + records - 1,
                size=size,
                crc32=crc,
                sha256=digest,
            )
        )
        seq += records
    kept = {name: INTACT[name] for name in NAMES[count:]}
    return kept | {NAME: msgspec.json.encode(Retirement(segments=tuple(told)))}


def test_what_is_left_after_a_retirement_is_proven() -> None:
    found = verifying.verify(disk_of(retired_files(2)), against=HEAD)
    assert (found.retired, found.head, found.segments) == (2, HEAD, len(NAMES) - 2)
    whole = verifying.verify(disk_of(INTACT | retired_files(2)), against=HEAD)
    assert (whole.retired, whole.records) == (0, HEAD.seq)


def test_the_archive_must_be_what_was_retired() -> None:
    first = NAMES[0]
    files = INTACT | retired_files(2)
    assert "journal-" in refused(files | {first: rewritten(INTACT[first], 1)}, against=None)
    assert f"{NAMES[2]} is missing" in refused(
        {name: data for name, data in retired_files(2).items() if name != NAMES[2]}
    )


def test_a_head_in_a_retired_segment_needs_the_archive() -> None:
    disk = disk_of(INTACT)
    files = retired_files(2)
    told = msgspec.json.decode(files[NAME], type=Retirement).segments
    inside = verifying.verify(disk, until_seq=told[1].first_seq + 1).head
    assert "verify with the archive as well" in refused(files, against=inside)
    at_end = verifying.verify(disk, until_seq=told[1].last_seq).head
    assert verifying.verify(disk_of(files), against=at_end).retired == 2
    assert verifying.verify(disk_of(files | INTACT), against=inside).retired == 0


def test_reading_what_was_retired_says_what_to_do() -> None:
    disk = disk_of(retired_files(2))
    gone = msgspec.json.decode(disk.read(NAME), type=Retirement).segments[-1].last_seq
    with pytest.raises(StorageDamaged, match=r"restore the projection from a backup, or copy"):
        list(segments.read(disk, gone - 1))
    assert next(iter(segments.read(disk, gone))).seq == gone + 1


@pytest.mark.parametrize("open_with", [lambda disk: disk, lambda _: disk_of(retired_files(2))])
def test_the_journal_goes_on_and_the_chain_with_it(
    open_with: Callable[[MemoryDisk], MemoryDisk],
) -> None:
    disk = open_with(disk_of(INTACT))
    clock = FakeClock()
    disk.clock = clock
    journal = SegmentJournal(disk, clock=clock, limits=Limits(segment_bytes=800))
    for number in range(20):
        journal.append(A, Doubted(order_id=ORDER, what=f"more {number}"), at_ns=number + 1)
        clock.advance(0.02)
    journal.close()
    found = verifying.verify(disk, against=HEAD)
    assert found.segments > len(NAMES)
