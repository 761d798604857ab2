"""A disk that keeps no more than it must: what was synced, and a torn part of the rest."""

import errno
import os
from collections import deque
from collections.abc import Callable, Sequence
from hashlib import sha256
from random import Random
from zlib import crc32

from algotradehub.simulation.timeline import SimulationFailed, Source, Timeline

SYNC_NS = (50_000, 3_000_000)


class _Content:
    """The bytes of one file: as programs see them, and as power loss would leave them."""

    def __init__(self, durable: bytes = b"") -> None:
        self.durable = bytearray(durable)
        self.visible = bytearray(durable)
        self.waiting: deque[bytes | int] = deque()  # not durable: appended bytes, or a cut to size
        self.settled = 0  # operations that left ``waiting``
        self.name_durable = False

    def append(self, data: bytes) -> None:
        self.visible += data
        self.waiting.append(data)

    def cut(self, size: int) -> None:
        del self.visible[size:]
        self.waiting.append(size)

    def settle(self, operations: int) -> None:
        """Make the oldest operations durable, up to the ``operations``-th since the beginning."""
        while self.settled < operations:
            operation = self.waiting.popleft()
            self.settled += 1
            if isinstance(operation, int):
                del self.durable[operation:]
            else:
                self.durable += operation

    def forget(self, operations: int, random: Random) -> None:
        """A sync failed: of what it covered, some blocks will never be written.

        Linux marks the pages clean all the same, so the next sync succeeds and a hole stays behind
        (https://wiki.postgresql.org/wiki/Fsync_Errors).
        """
        for index in range(operations - self.settled):
            operation = self.waiting[index]
            if isinstance(operation, bytes) and random.getrandbits(1):
                self.waiting[index] = bytes(len(operation))

    def after_power_loss(self, random: Random) -> "_Content":
        """Keep some of the oldest waiting operations, or none; the last may arrive in part."""
        self.settle(self.settled + random.choice((0, random.randint(0, len(self.waiting)))))
        if self.waiting and isinstance(torn := self.waiting[0], bytes):
            self.durable += torn[: random.randint(0, len(torn))]
        return _Content(bytes(self.durable))


class SimDisk:
    """Implements ``Disk`` for all incarnations of one process.

    Everything that changes the disk is an effect: ``effect("before write")``, the change,
    ``effect("after write")``; likewise for ``create``, ``make name durable``, ``sync``,
    ``truncate`` and ``remove``. The hook may raise ``Crash``, and must do so for a dead process.

    The model: a file survives power loss as its synced operations plus some of the following ones,
    in order, the last possibly torn. A removed name may come back until the next new name is made
    durable, which syncs the directory.

    Args:
        timeline: Where syncs take their time, one after another for each file.
        random: Draws latencies and what survives.
        effect: Called before and after each effect.
        sync_ns: Shortest and longest time of a sync.
    """

    def __init__(
        self,
        timeline: Timeline,
        random: Random,
        *,
        effect: Callable[[str], None],
        sync_ns: tuple[int, int] = SYNC_NS,
    ) -> None:
        self.timeline = timeline
        self.random = random
        self.effect = effect
        self.sync_ns = sync_ns
        self.life = 0  # files opened in an earlier one are gone
        self._files: dict[str, _Content] = {}
        self._removed: dict[str, _Content] = {}
        self._write_faults: deque[tuple[int, bool]] = deque()
        self._sync_faults: deque[int] = deque()

    # --- the port

    def names(self) -> Sequence[str]:
        return sorted(self._files)

    def read(self, name: str) -> bytes:
        """Return the file as this process sees it, synced or not.

        Raises:
            FileNotFoundError: There is no such file.
        """
        return bytes(self._content(name).visible)

    def open(self, name: str, *, hashed: bool = False) -> "SimFile":
        if name not in self._files:
            self.effect("before create")
            self._files[name] = _Content()
            self.effect("after create")
        content = self._files[name]
        if not content.name_durable:
            self.effect("before make name durable")
            for created in self._files.values():  # a directory is synced as a whole
                created.name_durable = True
            self._removed.clear()
            self.effect("after make name durable")
        return SimFile(self, content)

    def remove(self, name: str) -> None:
        """Remove a file.

        Raises:
            FileNotFoundError: There is no such file.
        """
        self._content(name)
        self.effect("before remove")
        self._removed[name] = self._files.pop(name)
        self.effect("after remove")

    def _content(self, name: str) -> _Content:
        if name not in self._files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return self._files[name]

    # --- the world's side

    def fail_write(self, code: int = errno.ENOSPC, *, leaves_part: bool = False) -> None:
        """Let the next write without a fate fail with ``code`` after a random part of it.

        The part is cut off again; with ``leaves_part`` that fails, too.
        """
        self._write_faults.append((code, leaves_part))

    def fail_sync(self, code: int = errno.EIO) -> None:
        """Let the next sync without a fate fail with ``code``."""
        self._sync_faults.append(code)

    def next_write_fault(self) -> tuple[int, bool] | None:
        return self._write_faults.popleft() if self._write_faults else None

    def next_sync_fault(self) -> int | None:
        return self._sync_faults.popleft() if self._sync_faults else None

    def kill(self) -> None:
        """End the process, in order or not: all it wrote is still there, synced or not."""
        self.life += 1

    def crash(self) -> None:
        """Cut the power: what was not synced survives in part."""
        self.kill()
        for name, content in sorted(self._removed.items()):
            if name not in self._files and self.random.getrandbits(1):
                self._files[name] = content
        self._removed.clear()
        for name in self.names():
            content = self._files[name]
            if not content.name_durable and self.random.getrandbits(1):
                del self._files[name]
                continue
            self._files[name] = content.after_power_loss(self.random)
            self._files[name].name_durable = True


class SimFile:
    """Implements ``AppendFile``; belongs to one life of the process."""

    def __init__(self, disk: SimDisk, content: _Content) -> None:
        self._disk = disk
        self._content = content
        self._life = disk.life
        self._closed = False
        self._syncs = Source(disk.timeline)
        self._covered = 0

    @property
    def size(self) -> int:
        return len(self._content.visible)

    @property
    def digest(self) -> tuple[int, int, str]:
        covered = self._content.visible[: self._covered]
        return self._covered, crc32(covered), sha256(covered).hexdigest()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        content, disk = self._usable(), self._disk
        size, data = self.size, bytes(data)
        disk.effect("before write")
        fault = disk.next_write_fault()
        if fault is None:
            content.append(data)
            disk.effect("after write")
            return
        code, leaves_part = fault
        content.append(data[: disk.random.randrange(len(data) or 1)])
        disk.effect("after write")
        if not leaves_part:
            self.truncate(size)
        raise OSError(code, os.strerror(code))

    def sync(self, done: Callable[[OSError | None], None]) -> None:
        content = self._usable()
        operations = content.settled + len(content.waiting)
        delay_ns = self._disk.random.randint(*self._disk.sync_ns)
        self._syncs.after(delay_ns, self._finish, operations, self.size, done)

    def _finish(self, operations: int, size: int, done: Callable[[OSError | None], None]) -> None:
        content, disk = self._content, self._disk
        if self._life != disk.life:
            return  # it was under way when the process died
        disk.effect("before sync")
        fault = disk.next_sync_fault()
        if fault is None:
            content.settle(operations)
        else:
            content.forget(operations, disk.random)
        disk.effect("after sync")
        self._covered = size
        done(None if fault is None else OSError(fault, os.strerror(fault)))

    def truncate(self, size: int) -> None:
        content = self._usable()
        if not 0 <= size <= self.size:
            raise ValueError(f"cut to between 0 and {self.size} bytes, was {size}")
        self._disk.effect("before truncate")
        content.cut(size)
        self._disk.effect("after truncate")

    def close(self) -> None:
        self._closed = True

    def _usable(self) -> _Content:
        if self._life != self._disk.life:
            raise SimulationFailed("a dead process still writes: the world kept something of it")
        if self._closed:
            raise ValueError("the file is closed")
        return self._content
