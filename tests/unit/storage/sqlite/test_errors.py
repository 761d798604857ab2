"""SQLite's error codes become what the caller can act on."""

import errno
import sqlite3

import msgspec
import pytest

from algotradehub.domain.errors import StorageDamaged
from algotradehub.storage.sqlite.errors import translated


def raised(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("words nobody should match")
    error.sqlite_errorcode = code
    error.sqlite_errorname = "SQLITE_NAME"
    return error


@pytest.mark.parametrize(
    ("code", "number"),
    [
        (sqlite3.SQLITE_FULL, errno.ENOSPC),
        (sqlite3.SQLITE_BUSY, errno.EBUSY),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, errno.EBUSY),  # an extended code, of the same kind
        (sqlite3.SQLITE_LOCKED, errno.EBUSY),
        (sqlite3.SQLITE_IOERR_FSYNC, errno.EIO),
        (sqlite3.SQLITE_READONLY_DIRECTORY, errno.EROFS),
        (sqlite3.SQLITE_CANTOPEN, errno.EACCES),
        (sqlite3.SQLITE_PERM, errno.EACCES),
        (sqlite3.SQLITE_NOMEM, errno.ENOMEM),
    ],
)
def test_what_may_pass_is_an_error_of_the_operating_system(code: int, number: int) -> None:
    with pytest.raises(OSError, match="SQLITE_NAME") as caught, translated("x.sqlite"):
        raise raised(code)
    assert (caught.value.errno, caught.value.filename) == (number, "x.sqlite")


@pytest.mark.parametrize(
    "code",
    [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT_NOTNULL,
     sqlite3.SQLITE_ERROR],
)  # fmt: skip
def test_wrong_content_is_damage_and_says_what_to_do(code: int) -> None:
    with pytest.raises(StorageDamaged, match=r"^x\.sqlite .*Move it"), translated("x.sqlite"):
        raise raised(code)


def test_a_value_that_cannot_be_decoded_is_damage() -> None:
    with pytest.raises(StorageDamaged, match=r"^x\.sqlite .*Move it"), translated("x.sqlite"):
        msgspec.msgpack.decode(b"\xc1")


def test_a_mistake_of_ours_stays_what_it_is() -> None:
    connection = sqlite3.connect(":memory:")
    connection.close()
    with pytest.raises(sqlite3.ProgrammingError), translated("x.sqlite"):
        connection.execute("SELECT 1")
