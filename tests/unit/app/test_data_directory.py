"""The data directory: one owner, one tag for ever, and errors that say what to do."""

import errno
from pathlib import Path

import pytest

from algotradehub.app.data_directory import open_data_directory, start_errors
from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.domain.ids import VenueId


def test_the_tag_stays_and_the_epoch_rises(tmp_path: Path) -> None:
    path = tmp_path / "new" / "data"
    with open_data_directory(path) as first:
        pass
    with open_data_directory(path) as second:
        pass
    assert first.tag == second.tag
    assert 0 <= first.tag <= 0xFFFF
    assert (first.epoch, second.epoch) == (1, 2)
    assert (path / "installation").read_text() == f"{first.tag:04x}\n"
    assert (path / "installation").stat().st_mode & 0o077 == 0


def test_a_second_owner_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    with (
        open_data_directory(tmp_path),
        pytest.raises(NotReady, match=r"in use by process \d+ on .*; stop it first, or use ano"),
        open_data_directory(tmp_path),
    ):
        pass
    with open_data_directory(tmp_path):  # free again
        pass


def test_every_paper_venue_has_its_own_place(tmp_path: Path) -> None:
    with open_data_directory(tmp_path) as directory:
        assert directory.paper(VenueId("paper:binance")) == tmp_path / "paper" / "paper-binance"


@pytest.mark.parametrize("text", ["", "123", "12345", "zzzz", "-001"])
def test_a_tag_that_is_none_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "installation").write_text(text)
    with pytest.raises(StorageDamaged, match="4 hexadecimal digits"), open_data_directory(tmp_path):
        pass
    (tmp_path / "installation").write_text("00ff")
    with open_data_directory(tmp_path) as directory:  # the failed start let go of it
        assert directory.tag == 0xFF


def test_a_file_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with (
        pytest.raises(NotReady, match=r"something that is no directory is in the way; use --data"),
        start_errors(path),
        open_data_directory(path / "below"),
    ):
        pass


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "the disk is full; make room there"),
        (errno.EDQUOT, "the disk is full; make room there"),
        (errno.EACCES, "it may not be written; change its permissions or use --data DIR"),
        (errno.EROFS, "it may not be written"),
        (errno.EIO, "Input/output error; see to that disk or use --data DIR"),
    ],
)
def test_what_the_disk_says_becomes_advice(tmp_path: Path, number: int, advice: str) -> None:
    file = tmp_path / "journal" / "1"
    with pytest.raises(NotReady) as caught, start_errors(tmp_path):
        raise OSError(number, "Input/output error", str(file))
    assert str(caught.value).startswith(f"{file}: {advice}")
    with pytest.raises(NotReady, match=str(tmp_path)), start_errors(tmp_path):
        raise OSError(number, "Input/output error")
