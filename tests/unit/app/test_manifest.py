"""Copies and their descriptions: what was written is what is described, or it is refused."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.app import manifest as manifests
from algotradehub.app.manifest import BackedUp, Manifest, copy
from algotradehub.domain.errors import StorageDamaged

names = st.lists(
    st.sampled_from(["a", "b.log", "..", ".", "", "journal"]), min_size=1, max_size=4
).map("/".join)


def manifest(*names: str, version: int = 1) -> Manifest:
    files = tuple(BackedUp(path=name, size=2, sha256="0" * 64) for name in names)
    return Manifest(format=version, program="9.9", created_ns=1, journal_seq=3, files=files)


@pytest.mark.parametrize("size", [0, 1, 5, None])
def test_a_copy_is_described_as_it_was_written(tmp_path: Path, size: int | None) -> None:
    (tmp_path / "source").write_bytes(b"12345")
    described = copy(tmp_path / "source", tmp_path / "to", "deep/file", size=size)
    content = b"12345"[:size]
    assert (tmp_path / "to" / "deep" / "file").read_bytes() == content
    assert described.size == len(content)
    assert described.sha256 == hashlib.sha256(content).hexdigest()
    assert manifests.digest_of(tmp_path / "to" / "deep" / "file") == described.sha256


def test_a_file_that_shrank_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"12345")
    with pytest.raises(StorageDamaged, match="ends at byte 5 of 6"):
        copy(tmp_path / "source", tmp_path, "copy", size=6)


def test_a_copy_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"1")
    (tmp_path / "taken").write_bytes(b"2")
    with pytest.raises(FileExistsError):
        copy(tmp_path / "source", tmp_path, "taken")
    assert (tmp_path / "taken").read_bytes() == b"2"


def test_a_manifest_reads_back(tmp_path: Path) -> None:
    told = manifest("journal/a", "b")
    manifests.write(told, tmp_path)
    assert manifests.read(tmp_path) == told
    assert told.size == 4


@given(name=names)
def test_no_name_leads_out_of_the_folder(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("backup")
    manifests.write(manifest(name), folder)
    try:
        manifests.read(folder)
    except StorageDamaged:
        return
    assert (folder / name).resolve().is_relative_to(folder.resolve())
    assert (folder / name).resolve() != folder.resolve()


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "", "a\\..\\b"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    manifests.write(manifest(name), tmp_path)
    with pytest.raises(StorageDamaged, match="outside of the backup"):
        manifests.read(tmp_path)


def test_a_folder_without_a_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(StorageDamaged, match="no whole backup"):
        manifests.read(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 1, "files": 3}'])
def test_a_manifest_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    (tmp_path / manifests.NAME).write_text(text)
    with pytest.raises(StorageDamaged, match="cannot be read"):
        manifests.read(tmp_path)


def test_a_newer_manifest_names_the_version_that_reads_it(tmp_path: Path) -> None:
    manifests.write(manifest(version=2), tmp_path)
    with pytest.raises(StorageDamaged, match=r"version 9\.9"):
        manifests.read(tmp_path)
