"""The segment that is written just now, and the promise that it ends with a whole record."""

from collections.abc import Callable

from algotradehub.ports.disk import AppendFile, Disk
from algotradehub.storage.journal import segments
from algotradehub.storage.journal.segments import Tail


class OpenSegment:
    """One segment file.

    Args:
        name: Of the file.
        file: Open for appending; what it holds behind ``size`` is cut before the next write.
        size: Bytes of whole records in it.
        previous: Size, crc32 and SHA-256 of the segment before.
    """

    def __init__(
        self,
        name: str,
        file: AppendFile,
        *,
        size: int = 0,
        previous: tuple[int, int, str] = segments.NOTHING_BEFORE,
    ) -> None:
        self.name = name
        self.previous = previous
        self.size = size
        self._file = file

    @classmethod
    def after(cls, disk: Disk, tail: Tail | None) -> "OpenSegment":
        """Open the segment in which the journal goes on, and cut what a crash left at its end.

        Raises:
            OSError: It cannot be opened or cut.
        """
        if tail is None:
            name = segments.name_of(1)
            return cls(name, disk.open(name, hashed=True))
        file = disk.open(tail.name, hashed=True)
        if file.size > tail.size:
            file.truncate(tail.size)
        return cls(tail.name, file, size=tail.size, previous=tail.previous)

    def next(self, disk: Disk) -> "OpenSegment":
        """Create the segment that follows this one, all of which is synced.

        Raises:
            OSError: It cannot be created.
        """
        digest = self._file.digest
        if digest[0] != self.size:
            raise OSError(f"{self.name} is hashed up to {digest[0]} of {self.size} bytes")
        name = segments.name_of(segments.number_of(self.name) + 1)
        return OpenSegment(name, disk.open(name, hashed=True), previous=digest)

    def write(self, frames: bytearray) -> None:
        """Append whole records.

        Raises:
            OSError: None of them counts. What arrived of them is cut off: by the file itself, or
                before the next write.
        """
        if self._file.size != self.size:
            self._file.truncate(self.size)
        self._file.write(frames)
        self.size += len(frames)

    def sync(self, done: Callable[[OSError | None], None]) -> None:
        self._file.sync(done)

    def close(self) -> None:
        self._file.close()
