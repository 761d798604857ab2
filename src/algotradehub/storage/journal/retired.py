"""Segments that were moved to an archive: what is left of them here, so that the chain goes on."""

from typing import Final, TypeAlias

import msgspec

from algotradehub.domain.errors import StorageDamaged
from algotradehub.ports.disk import Disk

NAME: Final = "retired.json"
FORMAT: Final = 1

# Size in bytes, crc32 and SHA-256 of a whole segment.
Sums: TypeAlias = tuple[int, int, str]


class Retired(msgspec.Struct, frozen=True, kw_only=True):
    """One segment that is elsewhere."""

    name: str
    first_seq: int
    last_seq: int
    size: int  # bytes
    crc32: int
    sha256: str  # hexadecimal

    @property
    def sums(self) -> Sums:
        return self.size, self.crc32, self.sha256


class Retirement(msgspec.Struct, frozen=True, kw_only=True):
    """Every segment that ever left, from the first one on."""

    format: int = FORMAT
    segments: tuple[Retired, ...] = ()


def retired_from(disk: Disk) -> tuple[Retired, ...]:
    """Return the segments that have left this journal, oldest first.

    Raises:
        StorageDamaged: What is told of them cannot be read.
    """
    if NAME not in disk.names():
        return ()
    try:
        told = msgspec.json.decode(disk.read(NAME), type=Retirement)
    except msgspec.DecodeError as error:
        what = f"{NAME} cannot be read ({error}): restore it from a backup"
        raise StorageDamaged(what) from error
    if told.format > FORMAT:
        raise StorageDamaged(f"{NAME} was written by a newer version of AlgoTradeHub; start it")
    return told.segments
