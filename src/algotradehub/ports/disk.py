"""A directory of append-only files. Writing and making durable are two separate effects."""

from collections.abc import Callable, Sequence
from typing import Protocol


class AppendFile(Protocol):
    """One open file, written at its end only."""

    @property
    def size(self) -> int:
        """Bytes in the file, as far as this process wrote or found them."""
        ...

    @property
    def digest(self) -> tuple[int, int, str]:
        """How many bytes the last answered sync covered, their crc32, and SHA-256 in hexadecimal.

        Kept only for a file that was opened with ``hashed``.
        """
        ...

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Hand all of ``data`` to the operating system: it survives the death of the process.

        Raises:
            OSError: Not all was taken. Whatever part arrived has been cut off again, or
                ``size`` tells that it could not be.
        """
        ...

    def sync(self, done: Callable[[OSError | None], None]) -> None:
        """Make what was written before this call survive power loss.

        Returns at once; ``done`` is called on the loop thread, in the order of the calls on this
        file. After an error, what it covered may never become durable.
        """
        ...

    def truncate(self, size: int) -> None:
        """Cut the file to ``size`` bytes."""
        ...

    def close(self) -> None: ...


class Disk(Protocol):
    """One directory, owned by this process."""

    def names(self) -> Sequence[str]:
        """Names of the files, sorted."""
        ...

    def read(self, name: str) -> bytes:
        """Return the whole file.

        Raises:
            FileNotFoundError: There is no such file.
        """
        ...

    def open(self, name: str, *, hashed: bool = False) -> AppendFile:
        """Open for appending, creating the file; its name is durable when this returns.

        With ``hashed`` its ``digest`` is kept up, where the syncs are done.
        """
        ...

    def remove(self, name: str) -> None:
        """Remove a file.

        Raises:
            FileNotFoundError: There is no such file.
        """
        ...
