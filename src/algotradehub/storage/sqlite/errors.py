"""SQLite's errors in the platform's words, chosen by code (order-path 2: only a projection)."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from algotradehub.domain.errors import StorageDamaged

WHAT_TO_DO = (
    "Move it and its -wal and -shm files away and start again: orders, fills and positions are "
    "rebuilt from the journal, users and accounts come from the last backup."
)

# What passes, or can be repaired from outside, and may then be tried again.
_OPERATING_SYSTEM = {
    sqlite3.SQLITE_BUSY: (errno.EBUSY, "another process holds it; stop that one"),
    sqlite3.SQLITE_CANTOPEN: (
        errno.EACCES,
        "it cannot be opened; see that its folder exists and may be written to",
    ),
    sqlite3.SQLITE_FULL: (
        errno.ENOSPC,
        "no space is left; free some, nothing is lost: the journal holds what is missing here",
    ),
    sqlite3.SQLITE_IOERR: (errno.EIO, "reading or writing failed; see to the disk"),
    sqlite3.SQLITE_LOCKED: (errno.EBUSY, "another connection holds it; try again"),
    sqlite3.SQLITE_NOMEM: (errno.ENOMEM, "there is not enough memory; free some"),
    sqlite3.SQLITE_PERM: (errno.EACCES, "access is not permitted; give this user the right"),
    sqlite3.SQLITE_READONLY: (errno.EROFS, "it may only be read; make file and folder writable"),
}
_PRIMARY_CODE = 0xFF  # the rest of a code only says more about the same error


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn what SQLite and msgspec raise about the file at ``path`` into our errors.

    Raises:
        OSError: The disk, its space or its permissions; may be tried again.
        StorageDamaged: The content is not what this program wrote.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:  # raised by the driver itself: a mistake of ours, such as use after close
            raise
        known = _OPERATING_SYSTEM.get(code & _PRIMARY_CODE)
        if known is not None:
            number, what = known
            raise OSError(number, f"{what} ({error.sqlite_errorname})", path) from error
        raise StorageDamaged(
            f"{path} is no database, or a damaged one ({error.sqlite_errorname}: {error}). "
            f"{WHAT_TO_DO}"
        ) from error
    except msgspec.DecodeError as error:
        raise StorageDamaged(f"{path} holds a value nobody can read ({error}). {WHAT_TO_DO}") from (
            error
        )
