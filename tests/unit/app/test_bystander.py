"""Looking at a data directory that somebody else may be writing."""

import os
from pathlib import Path

import pytest

from algotradehub.app.bystander import FrozenDisk, holder_of, names_in
from algotradehub.app.data_directory import open_data_directory
from algotradehub.storage.journal import verifying
from tests.unit.app.installed import install, write_journal


def test_the_holder_is_named_while_it_holds(tmp_path: Path) -> None:
    assert holder_of(tmp_path) is None
    with open_data_directory(tmp_path) as owned:
        holder = holder_of(tmp_path)
        assert holder is not None
        assert f"process {os.getpid()}" in holder
        assert names_in(tmp_path).journal == owned.journal
    assert holder_of(tmp_path) is None


def test_asking_does_not_keep_anybody_out(tmp_path: Path) -> None:
    with open_data_directory(tmp_path):
        pass
    assert holder_of(tmp_path) is None
    with open_data_directory(tmp_path):
        pass


def test_asking_changes_nothing(tmp_path: Path) -> None:
    assert holder_of(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_files_stay_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"12345")
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "folder").mkdir()
    disk = FrozenDisk(tmp_path)
    with (tmp_path / "b").open("ab") as file:
        file.write(b"678")
    (tmp_path / "c").write_bytes(b"new")
    assert disk.names() == ["a", "b"]
    assert disk.read("b") == b"12345"
    assert disk.size("b") == 5


def test_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    disk = FrozenDisk(tmp_path)
    with pytest.raises(PermissionError, match="only looked at"):
        disk.open("a")
    with pytest.raises(PermissionError, match="only looked at"):
        disk.remove("a")


def test_a_growing_journal_is_whole_at_any_instant(tmp_path: Path) -> None:
    directory = install(tmp_path / "data", records=30, segment_bytes=500)
    before = FrozenDisk(directory.journal)
    seq = write_journal(directory.journal, records=30, segment_bytes=500)
    after = FrozenDisk(directory.journal)
    assert len(after.names()) > len(before.names()) > 2
    assert verifying.verify(before).records < verifying.verify(after).records == seq
