"""Parquet files, our own and other people's, read in batches; needs polars (the data extra).

Other people's files hold prices as float64. Each is taken as the shortest decimal text that reads
back as the same float (``repr``): for a price of up to 15 digits, the text it was made from.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import MarketEvent
from algotradehub.storage.timeseries import fields
from algotradehub.storage.timeseries.columns import Columns, find_columns
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.layout import Layout, MarketKind, ReadAs
from algotradehub.storage.timeseries.rows import builder
from algotradehub.storage.timeseries.stored import COLUMNS, from_row
from algotradehub.storage.timeseries.text_files import HEAD_LINES

BATCH_ROWS = 50_000


def recognise(path: Path, told: ReadAs) -> Layout:
    """Recognise by the column names.

    Raises:
        BadRecording: Damaged, empty, or without the columns any kind of market data needs.
    """
    cursor = Cursor(path)
    with _told_as_bad(cursor):
        start = pl.scan_parquet(path).head(HEAD_LINES).collect()
    if start.is_empty():
        raise cursor.bad("holds no rows")
    names = tuple(start.columns)
    for kind, own in COLUMNS.items():
        if names == own:
            interval_ns = start["interval_ns"][0] if kind is MarketKind.CANDLES else None
            return Layout(
                format="algotradehub parquet", kinds=(kind,), columns=names,
                read=partial(_read_own, kind), interval_ns=interval_ns,
            )  # fmt: skip
    columns = find_columns(names, told.columns, cursor)
    if told.zone is not None:
        raise cursor.bad("a zone can be given for text files only", value=told.zone)
    rows = list(_as_text(start))
    time_at, symbol_at = columns.index["time"], columns.index.get("symbol")
    interval_ns = None
    warnings = []
    if columns.kind is MarketKind.CANDLES:
        times = fields.readable_times(row[time_at] for row in rows)
        interval_ns = (told.interval_s or 0) * fields.SECOND_NS or fields.modal_step(times)
    if any(start.schema[names[position]].is_float() for position in columns.index.values()):
        warnings.append("numbers are stored as floats: each is taken as its shortest text")
    return Layout(
        format="parquet",
        kinds=(columns.kind,),
        columns=names,
        read=partial(
            _read_foreign,
            columns=columns,
            interval_ns=interval_ns,
            time_is_close=told.time_is_close,
        ),
        used=columns.names(),
        symbol=None if symbol_at is None else rows[0][symbol_at],
        interval_ns=interval_ns,
        warnings=tuple(warnings),
    )


def _read_own(
    kind: MarketKind, cursor: Cursor, venue: VenueId, symbol: Symbol
) -> Iterator[MarketEvent]:
    for batch in _batches(cursor):
        for row in batch.iter_rows():
            cursor.line += 1
            yield from_row(kind, row, venue, symbol)


def _read_foreign(
    cursor: Cursor,
    venue: VenueId,
    symbol: Symbol,
    *,
    columns: Columns,
    interval_ns: int | None,
    time_is_close: bool,
) -> Iterator[MarketEvent]:
    shift_ns = (interval_ns or 0) if time_is_close else 0
    build = builder(
        columns, cursor, venue, symbol, interval_ns=interval_ns,
        read_time=lambda text: fields.time_ns(text) - shift_ns,
    )  # fmt: skip
    for batch in _batches(cursor):
        for row in _as_text(batch):
            cursor.line += 1
            event = build(row)
            if event is not None:
                yield event


def _batches(cursor: Cursor) -> Iterator[pl.DataFrame]:
    cursor.line = 0
    with _told_as_bad(cursor):
        content = pl.scan_parquet(cursor.path)
        total = content.select(pl.len()).collect().item()
    cursor.progress = lambda: (cursor.line, total)
    for start in range(0, total, BATCH_ROWS):
        with _told_as_bad(cursor):
            batch = content.slice(start, BATCH_ROWS).collect()
        yield batch


def _as_text(batch: pl.DataFrame) -> Iterator[Sequence[str]]:
    return zip(*(_column_text(column) for column in batch), strict=True)


def _column_text(column: pl.Series) -> list[str]:
    if column.dtype == pl.Date:
        column = column.cast(pl.Datetime("ns"))
    if column.dtype == pl.Datetime:
        column = column.dt.epoch("ns")  # of a time without zone too: it is taken as UTC
    if column.dtype == pl.Float32:
        column = column.cast(pl.String)  # in float64 a float32's shortest text would be lost
    return [_text(value) for value in column.to_list()]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)


@contextmanager
def _told_as_bad(cursor: Cursor) -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise cursor.bad(f"cannot be read as Parquet ({reason}); get it again") from None
