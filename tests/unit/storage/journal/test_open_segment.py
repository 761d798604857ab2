"""The open segment: after any failure the next write starts behind the last whole record."""

import errno
from typing import cast

import pytest

from algotradehub.storage.journal.open_segment import OpenSegment
from algotradehub.storage.journal.segments import NOTHING_BEFORE, Tail
from tests.fakes.clock import FakeClock
from tests.fakes.disk import FailingDisk, MemoryDisk

NAME = "journal-00000001.seg"


def new_segment() -> tuple[OpenSegment, FailingDisk]:
    disk = FailingDisk(MemoryDisk(FakeClock()))
    return OpenSegment.after(disk, None), disk


def synced(segment: OpenSegment, disk: FailingDisk) -> None:
    clock = cast("MemoryDisk", disk.disk).clock
    told: list[OSError | None] = []
    segment.sync(told.append)
    cast("FakeClock", clock).advance(1)
    assert told == [None]


@pytest.mark.parametrize("can_cut", [True, False])
def test_a_failed_write_leaves_nothing(*, can_cut: bool) -> None:
    segment, disk = new_segment()
    segment.write(bytearray(b"first"))
    disk.room, disk.can_cut = 3, can_cut
    with pytest.raises(OSError, match="no space"):
        segment.write(bytearray(b"second"))
    with pytest.raises(OSError, match="no space" if can_cut else "input/output"):
        segment.write(bytearray(b"third!"))
    assert segment.size == 5
    disk.room, disk.can_cut = None, True
    segment.write(bytearray(b"fourth"))
    assert disk.read(NAME) == b"firstfourth"


def test_what_a_crash_left_is_cut_at_opening() -> None:
    segment, disk = new_segment()
    segment.write(bytearray(b"wholetorn"))
    tail = Tail(
        name=NAME,
        size=5,
        previous=NOTHING_BEFORE,
        seq=1,
        at_ns=0,
        account_seqs={},
        torn_bytes=4,
    )
    again = OpenSegment.after(disk, tail)
    assert disk.read(NAME) == b"whole"
    assert again.size == 5


def test_the_next_segment_knows_this_one() -> None:
    segment, disk = new_segment()
    segment.write(bytearray(b"some"))
    segment.write(bytearray(b"thing"))
    with pytest.raises(OSError, match=r"is hashed up to 0 of 9 bytes"):
        segment.next(disk)
    synced(segment, disk)
    following = segment.next(disk)
    assert following.name == "journal-00000002.seg"
    # crc32 of b"something", as zlib counts, and its SHA-256, as sha256sum prints it
    sha256 = "3fc9b689459d738f8c88a3a48aa9e33542016b7a4052e001aaa536fca74813cb"
    assert following.previous == (9, 0x09DA31FB, sha256)
    assert following.size == 0


def test_a_leftover_of_the_next_segment_is_written_over() -> None:
    segment, disk = new_segment()
    disk.open("journal-00000002.seg").write(b"torn")
    following = segment.next(disk)
    following.write(bytearray(b"whole"))
    assert disk.read("journal-00000002.seg") == b"whole"


def test_errors_of_the_disk_pass_through() -> None:
    segment, disk = new_segment()
    disk.can_open = False
    with pytest.raises(OSError, match="too many") as caught:
        segment.next(disk)
    assert caught.value.errno == errno.EMFILE
