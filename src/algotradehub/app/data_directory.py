"""The data directory: who may use it, what lies where in it, and which installation it is."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.domain.ids import VenueId
from algotradehub.storage.disk import sync_directory
from algotradehub.storage.journal.lock import DirectoryLeases

_RESOURCE = "platform"
_OWNER = "algotradehub"


class DataDirectory(msgspec.Struct, frozen=True, kw_only=True):
    """One directory, owned by this process alone.

    ``journal/`` is the truth, ``projection.db`` what it adds up to, ``paper/`` the paper venues'
    own records, ``installation`` the tag in every order id, ``token`` the secret of the API.
    """

    path: Path
    epoch: int  # of the lease; rises with every start
    tag: int

    @property
    def journal(self) -> Path:
        return self.path / "journal"

    @property
    def projection(self) -> Path:
        return self.path / "projection.db"

    @property
    def token(self) -> Path:
        return self.path / "token"

    def paper(self, venue: VenueId) -> Path:
        return self.path / "paper" / venue.replace(":", "-")


@contextmanager
def open_data_directory(path: Path) -> Iterator[DataDirectory]:
    """Own the directory while the context lasts.

    Raises:
        NotReady: Another process uses it; the message says which.
        StorageDamaged: A file in it cannot be understood; the message says what to do.
        OSError: It cannot be created or written.
    """
    leases = DirectoryLeases(path)
    lease = leases.acquire(_RESOURCE, _OWNER)
    try:
        yield DataDirectory(path=path, epoch=lease.epoch, tag=_installation_tag(path))
    finally:
        leases.release(lease)


@contextmanager
def start_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says at the start into one sentence that says what to do.

    Raises:
        NotReady: In place of any OSError.
    """
    try:
        yield
    except OSError as error:
        where = error.filename if isinstance(error.filename, str) else path
        match error.errno:
            case errno.ENOSPC | errno.EDQUOT:
                advice = "the disk is full; make room there, then start again"
            case errno.EACCES | errno.EPERM | errno.EROFS:
                advice = "it may not be written; change its permissions or use --data DIR"
            case errno.ENOTDIR | errno.EEXIST:
                advice = "something that is no directory is in the way; use --data DIR"
            case _:
                advice = f"{error.strerror or error}; see to that disk or use --data DIR"
        raise NotReady(f"{where}: {advice}") from error


def _installation_tag(directory: Path) -> int:
    """The tag of this installation, drawn at its first start (order-path 1)."""
    path = directory / "installation"
    try:
        text = path.read_text().strip()
    except FileNotFoundError:
        text = InstallationIds(0).token()[:4]  # 16 random bits
        write_durably(path, text)
    if not re.fullmatch(r"[0-9a-f]{4}", text):
        raise StorageDamaged(
            f"{path} should hold 4 hexadecimal digits and holds {text[:40]!r}: restore it from a "
            "backup, or write digits 17 to 20 of any order id of this installation into it"
        )
    return int(text, 16)


def write_durably(path: Path, text: str) -> None:
    """Write a file of the data directory: a crash leaves the old one or the new one."""
    written = path.with_name(f"{path.name}-new")
    fd = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode=0o600)
    with os.fdopen(fd, "w") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)
    sync_directory(path.parent)
