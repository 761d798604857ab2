"""Disks for tests: one in memory that forgets what a crash would, one that fails when told to."""

import errno
from collections.abc import Callable, Sequence
from hashlib import sha256
from zlib import crc32

from algotradehub.ports.clock import Clock
from algotradehub.ports.disk import AppendFile, Disk


class Content:
    """What one file holds, and how much of it would survive power loss."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.synced = 0


class MemoryDisk:
    """Implements ``ports.disk.Disk``. A sync takes ``sync_s`` of the clock's time.

    Names are durable at once, as the port demands; data is when its sync ends.
    """

    def __init__(self, clock: Clock, *, sync_s: float = 0.001) -> None:
        self.files: dict[str, Content] = {}
        self.clock = clock
        self.sync_s = sync_s
        self.power = 0  # rises with every crash: nothing of before is answered after
        self.syncs = 0

    def names(self) -> Sequence[str]:
        return sorted(self.files)

    def read(self, name: str) -> bytes:
        return bytes(self.files[name].data)

    def open(self, name: str, *, hashed: bool = False) -> AppendFile:
        return MemoryFile(self, self.files.setdefault(name, Content()))

    def remove(self, name: str) -> None:
        del self.files[name]

    def process_dies(self) -> None:
        """What was written stays."""
        self.power += 1

    def power_fails(self, survives: Callable[[bytes], bytes] = lambda _: b"") -> None:
        """What was not synced is gone, except for what ``survives`` makes of it."""
        self.power += 1
        for content in self.files.values():
            content.data[content.synced :] = survives(bytes(content.data[content.synced :]))
            content.synced = len(content.data)


class MemoryFile:
    """Implements ``ports.disk.AppendFile``."""

    def __init__(self, disk: MemoryDisk, content: Content) -> None:
        self._disk = disk
        self._content = content
        self._power = disk.power
        self._is_open = True
        self._covered = 0

    @property
    def size(self) -> int:
        return len(self._content.data)

    @property
    def digest(self) -> tuple[int, int, str]:
        covered = self._content.data[: self._covered]
        return self._covered, crc32(covered), sha256(covered).hexdigest()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._require_life()
        self._content.data += data

    def sync(self, done: Callable[[OSError | None], None]) -> None:
        self._require_life()
        self._disk.syncs += 1
        self._disk.clock.after(self._disk.sync_s, self._synced, self.size, done)

    def truncate(self, size: int) -> None:
        self._require_life()
        del self._content.data[size:]
        self._content.synced = min(self._content.synced, size)

    def close(self) -> None:
        self._is_open = False

    def _synced(self, size: int, done: Callable[[OSError | None], None]) -> None:
        if self._power == self._disk.power:
            self._content.synced = min(size, self.size)
            self._covered = size
            done(None)

    def _require_life(self) -> None:
        assert self._is_open, "the file is closed"
        assert self._power == self._disk.power, "the process that opened this file is dead"


class FailingDisk:
    """Any ``Disk``, with errors on demand.

    Attributes:
        room: Bytes it still takes; None is without end. A write that does not fit arrives in part.
        can_cut: Whether ``truncate`` works, and whether a write cut short is cut back.
        sync_error: What the next syncs answer with; they then never reach the disk.
        can_open: Whether files can be opened.
        is_dead: Whether the process that used it died: nothing it asked for is answered any more.
        refused: Writes that found no room.
    """

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.room: int | None = None
        self.can_cut = True
        self.can_open = True
        self.is_dead = False
        self.sync_error: OSError | None = None
        self.refused = 0

    def names(self) -> Sequence[str]:
        return self.disk.names()

    def read(self, name: str) -> bytes:
        return self.disk.read(name)

    def open(self, name: str, *, hashed: bool = False) -> AppendFile:
        if not self.can_open:
            raise OSError(errno.EMFILE, "too many open files")
        return FailingFile(self, self.disk.open(name, hashed=hashed))

    def remove(self, name: str) -> None:
        self.disk.remove(name)


class FailingFile:
    """Implements ``ports.disk.AppendFile``."""

    def __init__(self, disk: FailingDisk, file: AppendFile) -> None:
        self._disk = disk
        self._file = file

    @property
    def size(self) -> int:
        return self._file.size

    @property
    def digest(self) -> tuple[int, int, str]:
        return self._file.digest

    def write(self, data: bytes | bytearray | memoryview) -> None:
        disk = self._disk
        if disk.room is None:
            self._file.write(data)
            return
        fits = data[: disk.room]
        if len(fits) == len(data) or not disk.can_cut:
            self._file.write(fits)
            disk.room -= len(fits)
        if len(fits) < len(data):
            disk.refused += 1
            raise OSError(errno.ENOSPC, "no space left on device")

    def sync(self, done: Callable[[OSError | None], None]) -> None:
        error = self._disk.sync_error

        def answer(real: OSError | None) -> None:
            if not self._disk.is_dead:
                done(error or real)

        self._file.sync(answer)  # an error, too, takes its time and its turn

    def truncate(self, size: int) -> None:
        if not self._disk.can_cut:
            raise OSError(errno.EIO, "input/output error")
        freed = self._file.size - size
        self._file.truncate(size)
        if self._disk.room is not None:
            self._disk.room += freed

    def close(self) -> None:
        self._file.close()
