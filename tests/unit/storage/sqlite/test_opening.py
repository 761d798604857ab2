"""Databases open fast, refuse what they do not understand, and are copied whole."""

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from algotradehub.conformance.store_samples import everything
from algotradehub.domain.errors import StorageDamaged
from algotradehub.storage.sqlite import opening
from algotradehub.storage.sqlite.opening import REVISIONS, backup, open_database, schema_version
from algotradehub.storage.sqlite.store import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An up-to-date database with something in it, closed."""
    path = tmp_path / "projection.sqlite"
    with closing(SqliteStore(path)) as store:
        store.apply(everything())
    return path


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


def test_a_new_file_gets_the_newest_schema(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    with closing(open_database(str(path))) as connection:
        assert connection.execute("SELECT applied_seq FROM meta").fetchall() == [(0,)]
    assert schema_version(path) == REVISIONS[-1]


def test_settings_are_the_ones_decided(path: Path) -> None:
    with closing(open_database(str(path))) as connection:
        settings = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "cache_size")
        }
    assert settings == {
        "journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "cache_size": -16384,
    }  # fmt: skip


def test_neither_an_up_to_date_file_nor_the_import_costs_sqlalchemy(path: Path) -> None:
    code = (
        "import sys; from algotradehub.storage.sqlite import projection, store;"
        "store.SqliteStore(sys.argv[1]).close();"
        "sys.exit(bool({'sqlalchemy', 'alembic'} & sys.modules.keys()))"
    )
    subprocess.run([sys.executable, "-c", code, path], check=True)  # noqa: S603 - our own words


def test_a_database_in_memory_is_migrated_once_and_then_copied() -> None:
    opening._empty_database.cache_clear()
    for _ in range(3):
        with closing(open_database(":memory:")) as connection:
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            assert version == (REVISIONS[-1],)
    assert opening._empty_database.cache_info().misses == 1


def test_a_file_of_an_older_version_is_migrated_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        from algotradehub.storage.migrations.running import upgrade  # noqa: PLC0415 - slow

        upgrade(connection, REVISIONS[0])
        connection.execute("UPDATE meta SET applied_seq = 5")
    assert schema_version(path) == REVISIONS[0]
    with pytest.raises(StorageDamaged, match="of an older version; open it for writing first"):
        SqliteStore(path, read_only=True)
    with closing(SqliteStore(path)) as store:
        assert store.applied_seq == 5
    assert schema_version(path) == REVISIONS[-1]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "schema 9999"),
        ("UPDATE meta SET format = 99", "values 99"),
    ],
)
def test_a_newer_version_is_refused(path: Path, statement: str, what: str) -> None:
    change(path, statement)
    with pytest.raises(StorageDamaged) as caught:
        SqliteStore(path)
    assert str(caught.value) == (
        f"{path} was written by a newer version of this program ({what}); "
        "start that version, or restore a backup"
    )


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, not a database\n" * 100)
    with pytest.raises(StorageDamaged, match=r"notes\.txt is no database.*Move it and its"):
        SqliteStore(path)
    with pytest.raises(StorageDamaged, match="is no database"):
        schema_version(path)
    assert path.read_text().startswith("these are my notes")


def test_a_damaged_file_is_refused_when_it_is_seen(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (size - 100))
    with pytest.raises(StorageDamaged, match=r"damaged one \(SQLITE_CORRUPT.*Move it"):
        SqliteStore(path)


def test_damage_inside_a_table_is_told_by_the_read_that_meets_it(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'orders'"
        (page,) = connection.execute(query).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with closing(SqliteStore(path)) as store, pytest.raises(StorageDamaged, match="Move it"):
        store.restore(changed_after_ns=0, claimed_after_ns=0)


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    change(path, "CREATE TABLE photographs (name)")
    before = path.read_bytes()
    with pytest.raises(StorageDamaged, match="is a database of another program"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "projection.sqlite"
    with pytest.raises(OSError, match="see that its folder exists and may be written") as caught:
        SqliteStore(path)
    assert (caught.value.errno, caught.value.filename) == (errno.EACCES, str(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OSError, match="see that its folder exists and may be written"):
            SqliteStore(tmp_path / "projection.sqlite")
    finally:
        tmp_path.chmod(0o700)


def test_a_disk_too_full_for_the_schema_leaves_no_half_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "projection.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr(opening, "_PRAGMAS", (*opening._PRAGMAS, "max_page_count = 20"))
        with pytest.raises(OSError, match="no space is left") as caught:
            SqliteStore(path)
    assert caught.value.errno == errno.ENOSPC
    assert schema_version(path) is None
    SqliteStore(path).close()
    assert schema_version(path) == REVISIONS[-1]


def test_no_reader_and_no_version_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "projection.sqlite"
    with pytest.raises(FileNotFoundError, match="there is no database at"):
        SqliteStore(path, read_only=True)
    with pytest.raises(FileNotFoundError, match="there is no database at"):
        schema_version(path)
    assert not path.exists()


def test_a_backup_of_a_database_in_use_is_whole(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite"
    with closing(SqliteStore(path)) as store:
        before = store.restore(changed_after_ns=0, claimed_after_ns=0)
        with store.snapshot():
            backup(path, target)
    with closing(SqliteStore(target)) as copy:
        assert copy.restore(changed_after_ns=0, claimed_after_ns=0) == before
    assert not list(tmp_path.glob("*.unfinished"))


def test_a_backup_overwrites_nothing_and_leaves_nothing_behind(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite"
    target.write_text("precious")
    with pytest.raises(FileExistsError, match="name a file that does not"):
        backup(path, target)
    assert target.read_text() == "precious"
    with pytest.raises(FileNotFoundError, match="there is no database at"):
        backup(tmp_path / "none.sqlite", tmp_path / "other.sqlite")
    with pytest.raises(OSError, match="see that its folder exists"):
        backup(path, tmp_path / "nowhere" / "copy.sqlite")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.sqlite", "projection.sqlite"]


def test_what_is_no_database_of_ours_is_not_backed_up(tmp_path: Path) -> None:
    source = tmp_path / "other.sqlite"
    change(source, "CREATE TABLE photographs (name)")
    with pytest.raises(StorageDamaged, match=r"other\.sqlite is a database of another program"):
        backup(source, tmp_path / "copy.sqlite")
    assert [p.name for p in tmp_path.iterdir()] == ["other.sqlite"]
