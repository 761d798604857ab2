"""Rows of a delimited table, every one as wide as its header."""

import csv
from collections.abc import Iterable, Iterator

from algotradehub.storage.timeseries.columns import Columns
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.layout import MarketKind


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
