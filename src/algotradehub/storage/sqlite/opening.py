"""Opens databases: settings, schema version, migration, memory copies, backup."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from algotradehub.domain.errors import StorageDamaged
from algotradehub.storage.sqlite.errors import WHAT_TO_DO, translated

MEMORY = ":memory:"

# Oldest first. Restated, so that an up-to-date file is opened without the migrations' imports.
REVISIONS = ("0001", "0002", "0003", "0004", "0005")
VALUE_FORMAT = 1  # of the msgpack in the columns ``value`` and ``body``

BUSY_TIMEOUT_S = 5.0
_PRAGMAS = (
    # Readers go on while the writer writes.
    "journal_mode = WAL",
    # A power loss may take the last transactions, whole ones: the journal is the durable truth
    # and is replayed from the applied_seq that is left (order-path 2).
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "cache_size = -16384",  # KiB
    "temp_store = MEMORY",
    "wal_autocheckpoint = 4000",  # pages of 4 KiB
    "journal_size_limit = 67108864",  # bytes the WAL file keeps after a checkpoint
    "trusted_schema = OFF",  # a file from elsewhere runs no functions of ours
)


def open_database(path: str) -> sqlite3.Connection:
    """Open the database at ``path``; a new or older one is migrated first.

    Raises:
        OSError: It cannot be created, read or written.
        StorageDamaged: It is damaged, not ours, or of a newer version than this program.
    """
    connection = _connect(path)
    with _closed_on_error(connection), translated(path):
        if path == MEMORY:
            connection.deserialize(_empty_database())
        outdated = _is_outdated(connection, path)
        _configure(connection)
        if outdated:
            _migrate(connection)
    return connection


def open_reader(path: str) -> sqlite3.Connection:
    """Open another connection to a database in use; it cannot write.

    Raises:
        FileNotFoundError: There is no such file.
        OSError: It cannot be read.
        StorageDamaged: It is damaged, not ours, or not of this program's version.
    """
    connection = _connect_existing(Path(path))
    with _closed_on_error(connection), translated(path):
        if _is_outdated(connection, path):
            raise StorageDamaged(f"{path} is of an older version; open it for writing first")
        _configure(connection)
        connection.execute("PRAGMA query_only = ON")
    return connection


def schema_version(path: Path) -> str | None:
    """Return the last revision of the database at ``path``; None if it has no schema yet.

    Raises:
        FileNotFoundError: There is no such file.
        OSError: It cannot be read.
        StorageDamaged: It is damaged, or not ours.
    """
    with closing(_connect_existing(path)) as connection, translated(str(path)):
        return _version(connection, str(path))


def backup(source: Path, target: Path) -> None:
    """Copy the database at ``source``, which may be in use, as it is at one instant.

    The copy appears under its name when it is whole.

    Raises:
        FileExistsError: ``target`` exists; a backup never overwrites one.
        FileNotFoundError: There is no ``source``.
        OSError: It cannot be read or written.
        StorageDamaged: ``source`` is damaged, or not ours.
    """
    if target.exists():
        raise FileExistsError(f"{target} exists; name a file that does not")
    unfinished = target.with_name(f"{target.name}.unfinished")
    with closing(_connect_existing(source)) as opened:
        with translated(str(source)):
            _version(opened, str(source))
        try:
            with closing(_connect(str(unfinished))) as copy, translated(str(unfinished)):
                opened.backup(copy)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)


def _connect(path: str) -> sqlite3.Connection:
    with translated(path):
        # One thread at a time, but not always the one that opened it.
        return sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )


def _connect_existing(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise FileNotFoundError(f"there is no database at {path}")
    return _connect(str(path))


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _configure(connection: sqlite3.Connection) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _migrate(connection: sqlite3.Connection) -> None:
    # Here, because SQLAlchemy takes 0.7 s to import and an up-to-date file does not need it.
    from algotradehub.storage.migrations import running  # noqa: PLC0415 - see above

    running.upgrade(connection)


@cache
def _empty_database() -> bytes:
    """A migrated database without rows: migrating takes 30 ms, copying this 20 us."""
    with closing(_connect(MEMORY)) as connection:
        _migrate(connection)
        return connection.serialize()


def _is_outdated(connection: sqlite3.Connection, path: str) -> bool:
    version = _version(connection, path)
    if version is None:
        return True
    newer = f"{path} was written by a newer version of this program"
    if version not in REVISIONS:
        raise StorageDamaged(f"{newer} (schema {version}); start that version, or restore a backup")
    (written,) = connection.execute("SELECT format FROM meta").fetchone()
    if written > VALUE_FORMAT:
        raise StorageDamaged(f"{newer} (values {written}); start that version, or restore a backup")
    return version != REVISIONS[-1]


def _version(connection: sqlite3.Connection, path: str) -> str | None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if "alembic_version" in tables:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])
    if tables:
        raise StorageDamaged(f"{path} is a database of another program. {WHAT_TO_DO}")
    return None
