"""Rows of a delimited table, every one as wide as its header."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from algotradehub.storage.timeseries.columns import Columns
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.layout import MarketKind
from algotradehub.storage.timeseries.text_files import Head


def table(
    text: Iterable[str], cursor: Cursor, *, width: int, delimiter: str = ","
) -> Iterator[list[str]]:
    """Yield the rows; empty lines are passed over.

    Raises:
        BadRecording: A row is wider or narrower than ``width``, or its quotes do not close.
    """
    # strict refuses a quote inside a field; without it half a file can vanish into one value.
    rows = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for row in rows:
            if len(row) == width:
                yield row
            elif row:
                raise cursor.bad(f"{len(row)} columns where the header has {width}")
    except csv.Error as error:
        raise cursor.bad(f"not a row ({error})") from None


def cells(line: str, delimiter: str, cursor: Cursor) -> list[str]:
    """Split one line, such as a header.

    Raises:
        BadRecording: It holds what no row can, such as a lone carriage return.
    """
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise cursor.bad(f"not a row ({error})") from None


def own_columns(
    header: tuple[str, ...], kind: MarketKind, needed: Iterable[str], cursor: Cursor
) -> Columns:
    """Let every column play a role of its own name, for tables whose names are fixed.

    Raises:
        BadRecording: A needed one is missing.
    """
    index = {name: position for position, name in enumerate(header)}
    missing = [name for name in needed if name not in index]
    if missing:
        raise cursor.bad(f"the column {' and '.join(missing)} is missing")
    return Columns(kind=kind, header=header, index=index)


def first_value(head: Head, header: Sequence[str], name: str) -> str | None:
    """Return what the first row holds in a column; None if that cannot be told."""
    row = head.lines[1].split(",") if len(head.lines) > 1 else []
    return row[header.index(name)] if name in header and len(row) == len(header) else None
