"""Backups: whole at any instant, exactly what was there, and refused once they are not."""

from contextlib import closing
from pathlib import Path

import pytest

from algotradehub.app import backups
from algotradehub.app.backups import back_up, restore
from algotradehub.app.bystander import FrozenDisk
from algotradehub.app.data_directory import DataDirectory, open_data_directory
from algotradehub.domain.errors import InvalidRequest, NotFound, StorageDamaged
from algotradehub.storage.journal import verifying
from algotradehub.storage.sqlite.store import SqliteStore
from tests.unit.app.installed import copied, install, write_journal

NOW_NS = 1_800_000_000_000_000_000


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> DataDirectory:
    directory = install(tmp_path_factory.mktemp("home") / "data", records=30, segment_bytes=500)
    (directory.path / "token").write_text("a secret that nobody else may have")
    return directory


@pytest.fixture
def installed(untouched: DataDirectory, tmp_path: Path) -> DataDirectory:
    return copied(untouched, tmp_path / "data")


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_restored_is_what_was_there(installed: DataDirectory, tmp_path: Path) -> None:
    settings = tmp_path / "own.toml"
    settings.write_text('data_dir = "here"')
    made = back_up(installed.path, tmp_path / "backup", settings=settings, now_ns=NOW_NS)
    assert restore(tmp_path / "backup", tmp_path / "again") == made
    was, now = content_of(installed.path), content_of(tmp_path / "again")
    assert set(now) == (set(was) - {"token", "platform.lock"}) | {"settings.toml"}
    for name in set(was) & set(now) - {"projection.db"}:
        assert now[name] == was[name], name
    with closing(SqliteStore(tmp_path / "again" / "projection.db")) as store:
        assert store.applied_seq == made.journal_seq
    # The tag stays, and the epoch goes on from where it was.
    with open_data_directory(tmp_path / "again") as owned:
        assert (owned.tag, owned.epoch) == (installed.tag, installed.epoch + 1)


def test_a_backup_holds_no_token(installed: DataDirectory, tmp_path: Path) -> None:
    back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    for name, content in content_of(tmp_path / "backup").items():
        assert b"a secret" not in content, name


def test_others_cannot_look_into_a_backup(installed: DataDirectory, tmp_path: Path) -> None:
    back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


def test_a_record_half_written_is_in_the_next_backup(
    installed: DataDirectory, tmp_path: Path
) -> None:
    """As while a platform writes: the end of the last segment is no whole record yet."""
    last = max(installed.journal.iterdir())
    whole = last.read_bytes()
    last.write_bytes(whole + whole[:40])
    with open_data_directory(installed.path):  # in use, too
        made = back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    assert (tmp_path / "backup" / "journal" / last.name).read_bytes() == whole
    assert verifying.verify(FrozenDisk(installed.journal)).records == made.journal_seq
    restore(tmp_path / "backup", tmp_path / "again")


def test_records_that_come_meanwhile_are_in_the_next_backup(
    installed: DataDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = verifying.verify

    def growing(disk: FrozenDisk) -> verifying.Verified:
        write_journal(installed.journal, records=20, segment_bytes=500)
        return verify(disk)

    monkeypatch.setattr(verifying, "verify", growing)
    made = back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    monkeypatch.setattr(verifying, "verify", verify)
    assert restore(tmp_path / "backup", tmp_path / "again") == made
    assert verifying.verify(FrozenDisk(installed.journal)).records > made.journal_seq


def test_a_paper_venue_may_replace_its_file_meanwhile(
    installed: DataDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue = installed.path / "paper" / "paper-binance"
    opened: list[Path] = []

    class Late(FrozenDisk):
        """The venue begins a new file just after the names were read."""

        def __init__(self, directory: Path) -> None:
            super().__init__(directory)
            if directory == venue and not opened:
                (venue / "paper-binance.000002.log").write_bytes(b"what it knows now")
                (venue / "paper-binance.000001.log").unlink()
                opened.append(directory)

    monkeypatch.setattr(backups, "FrozenDisk", Late)
    back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    copied = content_of(tmp_path / "backup" / "paper" / "paper-binance")
    assert copied == {"paper-binance.000002.log": b"what it knows now"}


def test_a_journal_alone_is_enough(installed: DataDirectory, tmp_path: Path) -> None:
    for name in ("projection.db", "installation", "platform.epoch"):
        (installed.path / name).unlink()
    back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    restored = restore(tmp_path / "backup", tmp_path / "again")
    assert {file.path.split("/")[0] for file in restored.files} == {"journal", "paper"}


def test_an_empty_directory_takes_a_restore(installed: DataDirectory, tmp_path: Path) -> None:
    back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    (tmp_path / "again").mkdir()
    restore(tmp_path / "backup", tmp_path / "again")
    assert (tmp_path / "again" / "journal").is_dir()


def test_nothing_is_overwritten(installed: DataDirectory, tmp_path: Path) -> None:
    before = content_of(installed.path)
    back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    with pytest.raises(InvalidRequest, match="TARGET"):
        back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    with pytest.raises(InvalidRequest, match="--data"):
        restore(tmp_path / "backup", installed.path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InvalidRequest, match="TARGET"):
        back_up(installed.path, tmp_path / "file", settings=None, now_ns=NOW_NS)
    assert content_of(installed.path) == before


def test_a_backup_within_what_it_is_of_is_refused(installed: DataDirectory) -> None:
    before = content_of(installed.path)
    for target in (installed.path / "backup", installed.path / "x" / ".." / "backup"):
        with pytest.raises(InvalidRequest, match="outside of the data directory"):
            back_up(installed.path, target, settings=None, now_ns=NOW_NS)
    assert content_of(installed.path) == before


def test_a_directory_without_a_journal_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="holds no journal"):
        back_up(tmp_path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_journal_is_not_backed_up(installed: DataDirectory, tmp_path: Path) -> None:
    first = min(installed.journal.iterdir())
    content = bytearray(first.read_bytes())
    content[60] ^= 0xFF
    first.write_bytes(content)
    with pytest.raises(StorageDamaged):
        back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


@pytest.mark.parametrize("name", ["journal/journal-00000001.seg", "projection.db", "installation"])
@pytest.mark.parametrize("harm", ["changed", "cut", "grown", "removed"])
def test_a_backup_that_is_not_what_was_written_is_refused(
    installed: DataDirectory, tmp_path: Path, name: str, harm: str
) -> None:
    back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    path = tmp_path / "backup" / name
    content = path.read_bytes()
    match harm:
        case "changed":
            path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        case "cut":
            path.write_bytes(content[:-1])
        case "grown":
            path.write_bytes(content + b"1")
        case _:
            path.unlink()
    with pytest.raises(StorageDamaged, match="use another backup"):
        restore(tmp_path / "backup", tmp_path / "again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "data"]


def test_a_manifest_that_lacks_a_segment_is_refused(
    installed: DataDirectory, tmp_path: Path
) -> None:
    """Hashes are right, yet the journal is not whole: its records are counted too."""
    back_up(installed.path, tmp_path / "backup", settings=None, now_ns=NOW_NS)
    path = tmp_path / "backup" / "manifest.json"
    last = max(installed.journal.iterdir()).name
    lines = path.read_text().split('    {\n      "path": ')
    path.write_text('    {\n      "path": '.join(x for x in lines if last not in x))
    with pytest.raises(StorageDamaged, match="its manifest says"):
        restore(tmp_path / "backup", tmp_path / "again")
