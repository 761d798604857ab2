"""The lock on a data directory: one process at a time, told apart by an epoch that only rises."""

import fcntl
import os
import socket
from pathlib import Path
from urllib.parse import quote

from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.ports.lease import Lease
from algotradehub.storage.disk import sync_directory

_MAX_OWNER_BYTES = 4096


class DirectoryLeases:
    """Implements ``ports.lease.Leases`` for processes that share one local directory.

    ``<resource>.lock`` is locked with flock(2), which ends with the process however it dies, so a
    lease has no time limit. The file tells who holds it and is never removed: two processes could
    else lock two files of one name. ``<resource>.epoch`` holds the number of the last owner.

    Args:
        directory: On a local file system; created if it does not exist.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._held: dict[Lease, int] = {}  # file descriptors

    def acquire(self, resource: str, owner: str) -> Lease:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        stem = quote(resource, safe="")
        fd = os.open(self._directory / f"{stem}.lock", os.O_RDWR | os.O_CREAT, mode=0o600)
        try:
            self._lock(fd, resource)
            os.ftruncate(fd, 0)
            holder = f"process {os.getpid()} on {socket.gethostname()} ({owner})"
            os.pwrite(fd, holder.encode()[:_MAX_OWNER_BYTES], 0)
            epoch = self._next_epoch(self._directory / f"{stem}.epoch")
        except BaseException:
            os.close(fd)
            raise
        lease = Lease(resource=resource, owner=owner, epoch=epoch, expires_monotonic_ns=None)
        self._held[lease] = fd
        return lease

    def renew(self, lease: Lease) -> Lease:
        if lease not in self._held:
            raise NotReady(f"{lease.resource} is not held any more: stop, then start again")
        return lease

    def release(self, lease: Lease) -> None:
        fd = self._held.pop(lease, None)
        if fd is not None:
            os.close(fd)

    def _lock(self, fd: int, resource: str) -> None:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(fd, _MAX_OWNER_BYTES, 0).decode(errors="replace")
            raise NotReady(
                f"{resource} in {self._directory} is in use by {holder or 'another process'}; "
                "stop it first, or use another directory"
            ) from error

    def _next_epoch(self, path: Path) -> int:
        """Raise the stored number by one; it is on the disk before anybody acts under it."""
        try:
            text = path.read_text()
        except FileNotFoundError:
            text = "0"
        if not (text.isascii() and text.isdigit()):
            raise StorageDamaged(
                f"{path} should hold a number and holds {text[:40]!r}; write a number into it that "
                "is higher than every epoch used before, such as today's date as 20261231"
            )
        epoch = int(text) + 1
        written = path.with_suffix(".epoch-new")
        with written.open("w") as file:
            file.write(str(epoch))
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
        sync_directory(self._directory)
        return epoch
