"""What is told of retired segments, and how it is read."""

import pytest

from algotradehub.domain.errors import StorageDamaged
from algotradehub.storage.journal.retired import NAME, retired_from
from tests.fakes.clock import FakeClock
from tests.fakes.disk import Content, MemoryDisk


def disk_with(text: bytes | None) -> MemoryDisk:
    disk = MemoryDisk(FakeClock())
    if text is not None:
        disk.files[NAME] = Content()
        disk.files[NAME].data += text
    return disk


def test_without_the_file_nothing_was_retired() -> None:
    assert retired_from(disk_with(None)) == ()


def test_segments_are_read_in_their_order() -> None:
    one = '{"name":"a","first_seq":1,"last_seq":9,"size":10,"crc32":7,"sha256":"ab"}'
    (read,) = retired_from(disk_with(f'{{"format":1,"segments":[{one}]}}'.encode()))
    assert (read.first_seq, read.last_seq, read.sums) == (1, 9, (10, 7, "ab"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "cannot be read"),
        (b'{"format":1,"segments":[{"name":7}]}', "cannot be read"),
        (b'{"format":2,"segments":[]}', "newer version"),
    ],
)
def test_what_cannot_be_read_is_refused(text: bytes, told: str) -> None:
    with pytest.raises(StorageDamaged, match=told):
        retired_from(disk_with(text))
