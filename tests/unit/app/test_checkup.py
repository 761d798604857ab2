"""``doctor``: every kind of trouble is found, named, and left as it is."""

import os
import sys
from contextlib import closing
from pathlib import Path

import pytest

from algotradehub.app import checkup
from algotradehub.app.announcement import announced
from algotradehub.app.checkup import Finding, Level, check_up
from algotradehub.app.data_directory import DataDirectory, open_data_directory
from algotradehub.ports.store import Changes
from algotradehub.storage.migrations import running
from algotradehub.storage.sqlite import opening
from algotradehub.storage.sqlite.store import SqliteStore
from tests.unit.app.installed import WRITTEN_NS, copied, install

CHECKS = [
    "python", "decimals", "extras", "data directory", "disk", "in use", "installation", "token",
    "journal", "projection", "clock",
]  # fmt: skip


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> DataDirectory:
    directory = install(tmp_path_factory.mktemp("home") / "data", records=30, segment_bytes=500)
    directory.token.write_text("t" * 20)
    directory.token.chmod(0o600)
    return directory


@pytest.fixture
def installed(untouched: DataDirectory, tmp_path: Path) -> DataDirectory:
    return copied(untouched, tmp_path / "data")


def look(path: Path, *, now_ns: int = WRITTEN_NS) -> dict[str, Finding]:
    return {finding.check: finding for finding in check_up(path, now_ns=now_ns)}


def state_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.name: (path.stat().st_mode, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_sound_directory(installed: DataDirectory) -> None:
    before = state_of(installed.path)
    findings = look(installed.path)
    assert list(findings) == CHECKS
    assert {f.check: f.detail for f in findings.values() if f.level is not Level.OK} == {}
    assert "whole" in findings["journal"].detail
    assert findings["in use"].detail == "by nobody"
    assert state_of(installed.path) == before


def test_an_empty_directory_is_sound(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    findings = look(tmp_path)
    assert list(findings) == CHECKS
    assert all(finding.level is Level.OK for finding in findings.values())
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    findings = look(tmp_path / "none")
    assert list(findings) == CHECKS[:4]
    assert findings["data directory"].level is Level.FAIL
    assert "algotradehub demo" in findings["data directory"].advice


def test_it_looks_beside_a_running_platform(installed: DataDirectory) -> None:
    url = "http://127.0.0.1:8080"
    with (
        open_data_directory(installed.path),
        announced(installed.path, url=url, token_file=None),
    ):
        last = max(installed.journal.iterdir())
        last.write_bytes(last.read_bytes() + b"\x20\x00")  # a record on its way
        findings = look(installed.path)
    assert f"by process {os.getpid()}" in findings["in use"].detail
    assert url in findings["in use"].detail
    assert "the platform is writing" in findings["journal"].detail
    assert all(finding.level is Level.OK for finding in findings.values())


def test_a_torn_end_is_what_a_crash_leaves(installed: DataDirectory) -> None:
    last = max(installed.journal.iterdir())
    last.write_bytes(last.read_bytes() + b"\x20\x00\x00")
    found = look(installed.path)["journal"]
    assert found.level is Level.OK
    assert "3 bytes at the end" in found.detail
    assert "nothing is lost" in found.detail


def test_a_broken_record_is_damage(installed: DataDirectory) -> None:
    first = min(installed.journal.iterdir())
    content = bytearray(first.read_bytes())
    content[60] ^= 0xFF
    first.write_bytes(content)
    findings = look(installed.path)
    assert findings["journal"].level is Level.FAIL
    assert findings["journal"].damaged
    # The others are looked at all the same.
    assert list(findings) == CHECKS
    assert findings["projection"].level is Level.OK


def test_a_missing_segment_is_damage(installed: DataDirectory) -> None:
    sorted(installed.journal.iterdir())[1].unlink()
    assert look(installed.path)["journal"].damaged


def test_a_projection_ahead_of_the_journal_is_damage(installed: DataDirectory) -> None:
    with closing(SqliteStore(installed.projection)) as store:
        store.apply(Changes(applied_seq=10_000))
    found = look(installed.path)["projection"]
    assert found.level is Level.FAIL
    assert found.damaged
    assert "restore both" in found.advice


def test_a_projection_that_is_none_is_damage(installed: DataDirectory) -> None:
    installed.projection.write_text("no database at all, however long this sentence is")
    assert look(installed.path)["projection"].damaged


def test_an_older_projection_will_be_migrated(installed: DataDirectory) -> None:
    with closing(opening.open_database(str(installed.projection))) as connection:
        running.downgrade(connection, opening.REVISIONS[0])
    found = look(installed.path)["projection"]
    assert found.level is Level.WARN
    assert "algotradehub migrate" in found.advice


def test_a_directory_that_others_can_enter(installed: DataDirectory) -> None:
    installed.path.chmod(0o755)
    found = look(installed.path)["data directory"]
    assert found.level is Level.WARN
    assert found.advice == f"chmod 700 {installed.path}"


def test_a_token_that_others_can_read(installed: DataDirectory) -> None:
    installed.token.chmod(0o644)
    found = look(installed.path)["token"]
    assert found.level is Level.FAIL
    assert "chmod 600" in found.advice


@pytest.mark.parametrize("tag", ["", "xyz", "12345", "fff\n\nf"])
def test_a_tag_that_is_none(installed: DataDirectory, tag: str) -> None:
    (installed.path / "installation").write_text(tag)
    found = look(installed.path)["installation"]
    assert found.damaged
    assert "17 to 20" in found.advice


@pytest.mark.parametrize(
    ("now_ns", "level", "than"),
    [
        (WRITTEN_NS + 10**18, Level.OK, ""),
        (WRITTEN_NS - checkup.CLOCK_TOLERANCE_NS, Level.OK, ""),
        (WRITTEN_NS - 3600 * 10**9, Level.FAIL, "3,600 s earlier than the journal's last record"),
        (0, Level.FAIL, "earlier than the journal's last record"),
    ],
)
def test_the_clock_does_not_run_behind_the_journal(
    tmp_path: Path, now_ns: int, level: Level, than: str
) -> None:
    install(tmp_path)
    found = look(tmp_path, now_ns=now_ns)["clock"]
    assert found.level is level
    assert than in found.detail


def test_a_clock_from_before_this_program(tmp_path: Path) -> None:
    found = look(tmp_path, now_ns=0)["clock"]
    assert found.level is Level.FAIL
    assert "earlier than this program" in found.detail


@pytest.mark.parametrize(
    ("free_bytes", "level"),
    [(1 << 20, Level.FAIL), (1 << 28, Level.WARN), (1 << 40, Level.OK)],
)
def test_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_bytes: int, level: Level
) -> None:
    usage = type("Usage", (), {"free": free_bytes})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    assert look(tmp_path)["disk"].level is level


def test_a_disk_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*, dir: Path) -> None:  # noqa: A002 - as the real one calls it
        raise OSError(30, "Read-only file system", str(dir))

    monkeypatch.setattr("tempfile.TemporaryFile", read_only)
    found = look(tmp_path)["disk"]
    assert found.level is Level.FAIL
    assert "Read-only" in found.detail


def test_an_old_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    found = look(tmp_path)["python"]
    assert found.level is Level.FAIL
    assert "3.11 or newer" in found.advice


def test_decimals_that_are_not_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("algotradehub.domain.money.PRECISION", 28)
    assert look(tmp_path)["decimals"].level is Level.FAIL


def test_an_extra_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found = look(tmp_path)["extras"]
    assert found.level is Level.OK
    assert "polars is missing" in found.detail
