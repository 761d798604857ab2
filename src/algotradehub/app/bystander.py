"""A data directory seen from outside, while another process may own it: nothing is changed."""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from algotradehub.app.data_directory import DataDirectory
from algotradehub.ports.disk import AppendFile, Disk

_LOCK = "platform.lock"
_LONGEST_BYTES = 4096


def names_in(path: Path) -> DataDirectory:
    """Where things lie in the directory at ``path``, without owning it: its epoch and tag are 0."""
    return DataDirectory(path=path, epoch=0, tag=0)


def holder_of(path: Path) -> str | None:
    """Return who owns the directory at ``path`` now; None if nobody does.

    A platform that starts in the very instant of the question is told that it is in use.

    Raises:
        OSError: The lock cannot be read.
    """
    try:
        fd = os.open(path / _LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)  # given back when the file is closed
    except BlockingIOError:
        return os.read(fd, _LONGEST_BYTES).decode(errors="replace") or "another process"
    else:
        return None
    finally:
        os.close(fd)


class FrozenDisk:
    """A ``Disk`` of append-only files as it was when this was made, though it may grow since.

    Names are read before sizes. A journal leaves a segment for good before it begins the next, so
    every file but the last has its final size, and the last is cut at some instant.

    Raises:
        OSError: The directory, or a file's size, cannot be read.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        names = sorted(path.name for path in directory.iterdir() if path.is_file())
        self._sizes = {name: (directory / name).stat().st_size for name in names}

    def names(self) -> Sequence[str]:
        return list(self._sizes)

    def size(self, name: str) -> int:
        return self._sizes[name]

    def read(self, name: str) -> bytes:
        with (self.directory / name).open("rb") as file:
            return file.read(self._sizes[name])

    def open(self, name: str, *, hashed: bool = False) -> AppendFile:
        self._refuse(name)

    def remove(self, name: str) -> None:
        self._refuse(name)

    def _refuse(self, name: str) -> NoReturn:
        raise PermissionError(f"{self.directory / name} is only looked at")


class JoinedDisk:
    """Files of two directories as if they were one, the second one's first."""

    def __init__(self, older: Disk, newer: Disk) -> None:
        self._older = older
        self._newer = newer

    def names(self) -> Sequence[str]:
        return sorted({*self._older.names(), *self._newer.names()})

    def read(self, name: str) -> bytes:
        return (self._newer if name in self._newer.names() else self._older).read(name)

    def open(self, name: str, *, hashed: bool = False) -> AppendFile:
        return self._newer.open(name)

    def remove(self, name: str) -> None:
        self._newer.remove(name)
