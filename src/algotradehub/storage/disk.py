"""The production ``Disk``: one directory, and the one thread that waits for it."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self, TypeAlias
from zlib import crc32

from algotradehub.ports.disk import AppendFile

_Done: TypeAlias = Callable[[OSError | None], None]
# What the thread is asked: sync the file, so many bytes of it, and say so; close it (no callback);
# end (no file).
_Job: TypeAlias = tuple["_OsFile | None", int, _Done | None]

_CHUNK_BYTES: Final = 1 << 20


class OsDisk:
    """Implements ``ports.disk.Disk`` while its context is open, for the event loop it runs in.

    Leaving the context waits until every ``sync`` asked for so far is answered. A tool that only
    reads need not enter it.

    Args:
        directory: Created if it does not exist, readable by its owner only.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._worker: threading.Thread | None = None

    async def __aenter__(self) -> Self:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        # A daemon: a process that dies of an error must not wait for a hanging disk.
        self._worker = threading.Thread(
            target=_work, args=(self._jobs, loop), name="disk-sync", daemon=True
        )
        self._worker.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        thread, self._worker = self._worker, None
        ended = asyncio.get_running_loop().create_future()
        self._jobs.put((None, 0, ended.set_result))
        await ended
        if thread is not None:
            thread.join()

    def names(self) -> Sequence[str]:
        return sorted(path.name for path in self._directory.iterdir() if path.is_file())

    def read(self, name: str) -> bytes:
        return (self._directory / name).read_bytes()

    def open(self, name: str, *, hashed: bool = False) -> AppendFile:
        if self._worker is None:
            raise RuntimeError(f"enter the disk's context before opening {name}")
        flags = (os.O_RDWR if hashed else os.O_WRONLY) | os.O_APPEND | os.O_CREAT
        fd = os.open(self._directory / name, flags, mode=0o600)
        try:
            # Always, not only for a new file: a crash may have come between the two before.
            sync_directory(self._directory)
        except OSError:
            os.close(fd)
            raise
        return _OsFile(fd, self._jobs, _Hash(fd) if hashed else None)

    def remove(self, name: str) -> None:
        (self._directory / name).unlink()
        sync_directory(self._directory)


class _Hash:
    """Sums of a growing file; belongs to the thread that syncs it.

    It reads what was written, from the page cache: so it covers what readers will find, and the
    loop hands nothing over.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._size = 0
        self._crc32 = 0
        self._sha256 = hashlib.sha256()
        self._is_cut = False

    def cut(self) -> None:
        """Bytes that may have been read are gone: begin anew. Called on the loop thread."""
        self._is_cut = True

    def at(self, size: int) -> tuple[int, int, str]:
        """Cover the first ``size`` bytes.

        Raises:
            OSError: They cannot be read.
        """
        if self._is_cut:
            self._is_cut = False
            self._size, self._crc32, self._sha256 = 0, 0, hashlib.sha256()
        while self._size < size:
            chunk = os.pread(self._fd, min(size - self._size, _CHUNK_BYTES), self._size)
            if not chunk:
                break
            self._crc32 = crc32(chunk, self._crc32)
            self._sha256.update(chunk)
            self._size += len(chunk)
        return self._size, self._crc32, self._sha256.hexdigest()


class _OsFile:
    """Implements ``ports.disk.AppendFile``."""

    def __init__(self, fd: int, jobs: SimpleQueue[_Job], hashed: _Hash | None) -> None:
        self.fd = fd
        self.hashed = hashed
        self.digest: tuple[int, int, str] = (0, 0, "")
        self._jobs = jobs
        self.size = os.fstat(fd).st_size

    def write(self, data: bytes | bytearray | memoryview) -> None:
        try:
            written = os.write(self.fd, data)
            if written < len(data):
                # A full disk takes a part first, and says so at the next call.
                with memoryview(data) as rest:
                    while written < len(rest):
                        written += os.write(self.fd, rest[written:])
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self.fd, self.size)
            self.size = os.fstat(self.fd).st_size
            raise
        self.size += written

    def sync(self, done: _Done) -> None:
        self._jobs.put((self, self.size, done))

    def truncate(self, size: int) -> None:
        os.ftruncate(self.fd, size)
        self.size = size
        if self.hashed is not None:
            self.hashed.cut()

    def close(self) -> None:
        # Behind the syncs that were asked for: they need the descriptor.
        self._jobs.put((self, 0, None))


def _work(jobs: SimpleQueue[_Job], loop: asyncio.AbstractEventLoop) -> None:
    """Answer all the calls that queued up during one sync with the next one."""
    ended = False
    while not ended:
        batch = [jobs.get()]
        while not jobs.empty():
            batch.append(jobs.get())
        sizes = {file: size for file, size, done in batch if file and done}
        errors = {file: _error_of_sync(file, size) for file, size in sizes.items()}
        for file, _, done in batch:
            if done:
                loop.call_soon_threadsafe(done, errors[file] if file else None)
            elif file:
                os.close(file.fd)
        # Whatever is asked behind that is not answered: there is nobody left to hear it.
        ended = any(file is None for file, _, _ in batch)


def sync_directory(directory: Path) -> None:
    """Make the names in ``directory`` survive power loss.

    Raises:
        OSError: They may not.
    """
    fd = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _error_of_sync(file: _OsFile, size: int) -> OSError | None:
    fd = file.fd
    try:
        if sys.platform == "darwin":
            # fsync leaves the data in the drive's cache there: fcntl(2) of macOS, F_FULLFSYNC.
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        else:
            os.fdatasync(fd)
        if file.hashed is not None:
            file.digest = file.hashed.at(size)
    except OSError as error:
        return error
    return None
