"""Reading segments: a torn end is told from damage, wherever the file is cut or changed."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import FORMAT_VERSION, Body, Checkpoint, Doubted, Record
from algotradehub.storage.journal import frame, segments, verifying
from algotradehub.storage.journal.journal import SegmentJournal
from algotradehub.storage.journal.limits import Limits
from tests.fakes.clock import FakeClock
from tests.fakes.disk import Content, MemoryDisk

A = AccountId("a")
ORDER = ClientOrderId("0" * 32)


def written(notes: Sequence[str], *, segment_bytes: int = 680) -> MemoryDisk:
    """A disk with a closed journal; with 680 bytes a segment holds about four records."""
    clock = FakeClock()
    disk = MemoryDisk(clock)
    journal = SegmentJournal(disk, clock=clock, limits=Limits(segment_bytes=segment_bytes))
    for text in notes:
        journal.append(A, Doubted(order_id=ORDER, what=text), at_ns=1)
        clock.advance(0.02)
    journal.close()
    clock.advance(0.02)
    return disk


def notes_of(records: Iterable[Record]) -> list[str]:
    return [record.body.what for record in records if isinstance(record.body, Doubted)]


def frames_of(data: bytes) -> list[int]:
    """Offset of every frame, and the end of the last."""
    offsets = [0]
    while (payload := frame.payload_at(memoryview(data), offsets[-1])) is not None:
        offsets.append(frame.end_of(offsets[-1], payload))
    return offsets


def forged(*bodies: tuple[int, str, int, Body]) -> bytes:
    """A segment of records with freely chosen seq, account and account_seq."""
    return b"".join(
        frame.pack(
            Record(
                v=FORMAT_VERSION,
                seq=seq,
                at_ns=1,
                account=AccountId(account),
                account_seq=account_seq,
                kind=body.kind,
                body=body,
            )
        )
        for seq, account, account_seq, body in bodies
    )


def disk_of(*contents: bytes) -> MemoryDisk:
    disk = MemoryDisk(FakeClock())
    for number, data in enumerate(contents, 1):
        content = disk.files[segments.name_of(number)] = Content()
        content.data += data
    return disk


OPENING = Checkpoint(account_seqs={}, previous_size=0, previous_crc32=0, previous_sha256="")
NOTE = Doubted(order_id=ORDER, what="x")
NOTES = [str(number) for number in range(22)]  # the last segment holds a checkpoint and two


def test_segments_form_a_chain() -> None:
    disk = written(NOTES)
    assert disk.names()[:2] == ["journal-00000001.seg", "journal-00000002.seg"]
    found = verifying.verify(disk)
    assert found.segments == len(disk.names()) > 3
    assert found.kinds == {Kind.EVENT: 22, Kind.CHECKPOINT: found.segments}
    assert found.records == 22 + found.segments
    assert found.account_seqs == {A: 22, AccountId(""): found.segments}
    assert found.size == sum(len(disk.read(name)) for name in disk.names())
    assert found.torn_bytes == 0


@pytest.mark.parametrize("after_seq", range(30))
def test_reading_starts_anywhere(after_seq: int) -> None:
    disk = written(NOTES)
    seqs = [record.seq for record in segments.read(disk)]
    assert seqs == list(range(1, len(seqs) + 1))
    later = [record.seq for record in segments.read(disk, after_seq)]
    assert later == list(range(after_seq + 1, len(seqs) + 1))


def test_reading_needs_only_the_segments_it_reads() -> None:
    disk = written(NOTES)
    before = disk.names()[:-1]
    last = len(frames_of(bytes(disk.files[disk.names()[-1]].data))) - 2  # and a checkpoint
    first_seq = len(NOTES) - last + len(before) + 1
    for name in before:
        disk.files[name].data[-1] ^= 1
    assert notes_of(segments.read(disk, after_seq=first_seq - 1)) == NOTES[-last:]
    with pytest.raises(StorageDamaged):
        list(segments.read(disk, after_seq=first_seq - 2))


def test_an_older_record_within_a_torn_one_is_no_damage() -> None:
    """A venue's answer may hold anything, even what looks like a record of ours."""
    disk = written(["a", "b"])
    content = disk.files[disk.names()[0]].data
    size = len(content)
    content += b"torn" + bytes(content[: frames_of(bytes(content))[1]])
    tail = segments.find_tail(disk)
    assert tail is not None
    assert tail.size == size


def test_an_empty_directory_is_an_empty_journal() -> None:
    disk = disk_of()
    disk.files["owner.lock"] = Content()
    assert segments.find_tail(disk) is None
    assert list(segments.read(disk)) == []
    assert verifying.verify(disk).records == 0
    with pytest.raises(StorageDamaged, match="the journal ends before record 1, which was"):
        list(segments.read(disk, until_seq=1))


@given(st.data())
def test_a_cut_keeps_exactly_the_whole_records(data: st.DataObject) -> None:
    disk = written(NOTES)
    name = disk.names()[-1]
    content = disk.files[name].data
    ends = frames_of(bytes(content))
    before = verifying.verify(disk)
    cut = data.draw(st.integers(0, len(content) - 1))
    zeros = data.draw(st.integers(0, 20))
    content[cut:] = bytes(zeros)

    size = max(end for end in ends if end <= cut)
    kept = before.records - (len(ends) - 1) + ends.index(size)
    assert [record.seq for record in segments.read(disk)] == list(range(1, kept + 1))
    tail = segments.find_tail(disk)
    assert tail is not None
    assert tail.seq == kept
    if size:
        assert (tail.name, tail.size, tail.torn_bytes) == (name, size, cut + zeros - size)
    else:  # the segment before is the last that holds anything
        assert tail.name == disk.names()[-2]
    assert verifying.verify(disk).records == kept


@given(st.data())
def test_a_changed_byte_is_refused_in_the_middle_and_cut_at_the_end(data: st.DataObject) -> None:
    disk = written(NOTES)
    records = list(segments.read(disk))
    names = disk.names()
    name = data.draw(st.sampled_from(names))
    content = disk.files[name].data
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))

    last_record = frames_of(written(NOTES).read(names[-1]))[-2]
    if name == names[-1] and at >= last_record:
        assert list(segments.read(disk)) == records[:-1]
        tail = segments.find_tail(disk)
        assert tail is not None
        assert tail.torn_bytes == len(content) - last_record
    else:
        with pytest.raises(StorageDamaged, match=f"^{name} is damaged .*doctor"):
            list(segments.read(disk))
        with pytest.raises(StorageDamaged, match=f"^{name} is damaged"):
            verifying.verify(disk)


def test_opening_notices_damage_in_the_last_segment() -> None:
    disk = written(NOTES)
    name = disk.names()[-1]
    disk.files[name].data[20] ^= 1
    with pytest.raises(
        StorageDamaged, match=f"^{name} is damaged at byte 0: .* a whole record .* follows at byte"
    ):
        segments.find_tail(disk)


@pytest.mark.parametrize("missing", [1, 2])
def test_a_missing_segment_is_noticed_by_name(missing: int) -> None:
    disk = written(NOTES)
    disk.remove(segments.name_of(missing))
    for look in (segments.find_tail, verifying.verify, lambda d: list(segments.read(d))):
        with pytest.raises(StorageDamaged, match=f"^{segments.name_of(missing)} is missing, but"):
            look(disk)


def test_a_shortened_segment_is_noticed_at_the_start() -> None:
    """Cut between two records nothing in the file itself is wrong."""
    disk = written(NOTES)
    before_last = disk.names()[-2]
    content = disk.files[before_last].data
    del content[frames_of(bytes(content))[-2] :]
    for look in (segments.find_tail, verifying.verify, lambda d: list(segments.read(d))):
        with pytest.raises(StorageDamaged, match=f"^{before_last} is damaged: it holds"):
            look(disk)


def test_a_replaced_segment_is_noticed() -> None:
    disk = written(NOTES)
    other = written(["another", *NOTES[1:]])
    disk.files[disk.names()[0]] = other.files[other.names()[0]]
    with pytest.raises(StorageDamaged, match=r"^journal-00000001\.seg is damaged: it holds"):
        list(segments.read(disk))


def test_a_broken_end_is_no_torn_end_when_a_segment_follows() -> None:
    disk = written(NOTES)
    disk.files[segments.name_of(1)].data[-1] ^= 1
    with pytest.raises(StorageDamaged, match="yet another segment follows"):
        list(segments.read(disk))


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ([forged((1, "", 1, OPENING), (3, "a", 1, NOTE))], "record 3 follows record 1"),
        ([forged((2, "", 1, OPENING))], "it begins with record 2, not 1"),
        ([forged((1, "a", 1, NOTE))], "kind event, not a checkpoint"),
    ],
)
def test_numbers_and_checkpoints_are_checked_while_reading(
    contents: list[bytes], sentence: str
) -> None:
    with pytest.raises(StorageDamaged, match=sentence):
        list(segments.read(disk_of(*contents)))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (forged((1, "", 1, OPENING), (2, "a", 2, NOTE)), "'a' goes on with 2, not 1"),
        (forged((1, "", 1, OPENING), (2, "", 2, OPENING)), "does not agree with the records"),
    ],
)
def test_verify_checks_the_accounts_too(content: bytes, sentence: str) -> None:
    with pytest.raises(StorageDamaged, match=sentence):
        verifying.verify(disk_of(content))


def test_a_journal_that_lost_what_was_written_is_noticed() -> None:
    disk = written(NOTES)
    until_seq = verifying.verify(disk).records + 1
    with pytest.raises(StorageDamaged, match=f"ends before record {until_seq}"):
        list(segments.read(disk, until_seq=until_seq))
    with pytest.raises(StorageDamaged, match=f"ends before record {until_seq}"):
        verifying.verify(disk, until_seq=until_seq)


def test_verify_tells_of_a_torn_end() -> None:
    disk = written(NOTES)
    disk.files[disk.names()[-1]].data += b"torn"
    assert verifying.verify(disk).torn_bytes == 4
