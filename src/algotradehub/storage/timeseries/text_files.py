"""Lines of plain, gzip and zip files, one at a time, with damage told by line."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from algotradehub.storage.timeseries.cursor import BadRecording, Cursor

MAX_LINE_BYTES = 4 << 20  # a snapshot of 1,000 levels has about 60,000
MAX_PREAMBLE_LINES = 1000  # comments and empty lines before the data
HEAD_LINES = 50  # what a format is recognised from
_BUFFER_BYTES = 1 << 18
# RuntimeError is how zipfile says that a file is encrypted or packed in an unknown way.
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, RuntimeError)

_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What can be known of a file by looking at its start."""

    path: Path
    members: tuple[str, ...] = ()  # files inside a zip, by name; empty for any other file
    member: str | None = None  # the one looked at
    lines: tuple[str, ...] = ()  # up to HEAD_LINES after the preamble, without line ends
    preamble: int = 0  # lines before them: empty, or comments that start with #
    is_parquet: bool = False


def head(path: Path, *, member: str | None = None) -> Head:
    """Look at the start of a file.

    Args:
        path: The file.
        member: Which file of a zip to look at; the first by name if None.

    Raises:
        BadRecording: No such file, empty, not text, or damaged.
    """
    cursor = Cursor(path)
    start = _first_bytes(cursor)
    if start.startswith(_PARQUET):
        return Head(path=path, is_parquet=True)
    members = _members(cursor) if start.startswith(_ZIP) else ()
    if members and member is None:
        member = members[0]
    if member is not None and member not in members:
        raise cursor.bad(f"has no such file inside; it holds {', '.join(members)}", value=member)
    found: list[str] = []
    preamble = 0
    for line in lines(cursor, member):
        if "\0" in line:
            raise cursor.bad("not text: a binary file that is neither gzip, zip nor Parquet")
        if not found and (line.startswith("#") or not line.strip()):
            preamble += 1
            if preamble > MAX_PREAMBLE_LINES:
                raise cursor.bad(f"more than {MAX_PREAMBLE_LINES} lines without data at the start")
            continue
        found.append(line)
        if len(found) == HEAD_LINES:
            break
    if not found:
        raise BadRecording(path, "holds no rows", member=member)
    return Head(path=path, members=members, member=member, lines=tuple(found), preamble=preamble)


def lines(cursor: Cursor, member: str | None = None) -> Iterator[str]:
    """Yield a file's lines without their ends, moving ``cursor.line``.

    Raises:
        BadRecording: See ``byte_lines``; also a line that is not UTF-8.
    """
    for raw in byte_lines(cursor, member):
        try:
            yield raw.decode("utf-8-sig" if cursor.line == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise cursor.bad("not text in UTF-8") from None


def byte_lines(cursor: Cursor, member: str | None = None) -> Iterator[bytes]:
    """Yield a file's lines with their ends, moving ``cursor.line``.

    Raises:
        BadRecording: No such file, a line over 4 MiB, or a compressed file cut off or damaged.
    """
    cursor.line = 0
    cursor.member = member
    try:
        with ExitStack() as stack:
            content = _open(cursor, member, stack)
            for line in iter(partial(content.readline, MAX_LINE_BYTES), b""):
                cursor.line += 1
                if len(line) == MAX_LINE_BYTES:
                    raise cursor.bad(f"a line of more than {MAX_LINE_BYTES} bytes")
                yield line
    except _DAMAGE as error:
        rule = f"the compressed file is cut off or damaged after this line ({error}); get it again"
        raise cursor.bad(rule) from error


def _open(cursor: Cursor, member: str | None, stack: ExitStack) -> BinaryIO:
    start = _first_bytes(cursor)
    raw = stack.enter_context(cursor.path.open("rb"))
    size = cursor.path.stat().st_size
    # Of the file on disk, so compressed bytes; closed means read to its end.
    cursor.progress = lambda: (size if raw.closed else raw.tell(), size)
    content: object = raw
    if member is not None:
        content = stack.enter_context(stack.enter_context(zipfile.ZipFile(raw)).open(member))
    elif start.startswith(_GZIP):
        content = stack.enter_context(gzip.GzipFile(fileobj=raw))
    return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", content), _BUFFER_BYTES))


def _first_bytes(cursor: Cursor) -> bytes:
    try:
        with cursor.path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError:
        raise cursor.bad("there is no such file") from None
    except IsADirectoryError:
        raise cursor.bad("is a folder; name a file") from None
    if not start:
        raise cursor.bad("the file is empty")
    return start


def _members(cursor: Cursor) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(cursor.path) as archive:
            names = sorted(info.filename for info in archive.infolist() if not info.is_dir())
    except zipfile.BadZipFile as error:
        rule = f"the zip is cut off or damaged ({error}); get it again"
        raise cursor.bad(rule) from error
    if not names:
        raise cursor.bad("the zip holds no file")
    return tuple(names)
