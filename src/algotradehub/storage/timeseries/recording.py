"""Opening a recording: its format is found out, its events come one by one in time order."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import Candle, MarketEvent
from algotradehub.storage.timeseries import (
    binance_capture,
    book_rows,
    book_snapshots,
    delimited,
    lean,
    wire_lines,
)
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.layout import Layout, MarketKind, ReadAs
from algotradehub.storage.timeseries.polars_extra import polars_needed
from algotradehub.storage.timeseries.text_files import Head, head

# Feeds and threads mix up neighbours; more than this is a damaged file. Candles have no excuse.
BACKWARDS_TOLERANCE_NS: Final = 1_000_000_000

_AS_TOLD: Final = ReadAs()
_FORMATS: Final[tuple[Callable[[Head], Layout | None], ...]] = (
    wire_lines.recognise,
    binance_capture.recognise,
    book_rows.recognise,
    book_snapshots.recognise,
)


class Recording:
    """One file of market data of one instrument."""

    def __init__(self, path: Path, layout: Layout, venue: VenueId, symbol: Symbol) -> None:
        self.path = path
        self.venue = venue
        self.symbol = symbol
        self._layout = layout

    @property
    def format(self) -> str:
        return self._layout.format

    @property
    def kinds(self) -> tuple[MarketKind, ...]:
        """What may occur in it; one kind, except in captures of whole streams."""
        return self._layout.kinds

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's own column names; empty where it has none."""
        return self._layout.columns

    @property
    def mapping(self) -> Mapping[str, str]:
        """Which column is read as what: ``{"time": "open_time", ...}``."""
        return self._layout.used

    @property
    def interval_ns(self) -> int | None:
        """The candles' interval; None for anything else."""
        return self._layout.interval_ns

    @property
    def recorded_symbol(self) -> str | None:
        """The file's own name for the instrument, if it tells."""
        return self._layout.symbol

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was assumed while recognising the format."""
        return self._layout.warnings

    def events(self, cursor: Cursor | None = None) -> Iterator[MarketEvent]:
        """Read the file from its start, one event at a time, ``received_ns`` never falling.

        ``received_ns`` is when the event was known here: the recorder's clock where the file has
        it, else the venue's time; for a candle its end. An event up to a second older than the one
        before is delivered with the time of that one; its ``venue_time_ns`` stays.

        Args:
            cursor: Told the place and what was left out; for reports and progress.

        Raises:
            BadRecording: At the first row that cannot be trusted.
        """
        cursor = Cursor(self.path) if cursor is None else cursor
        return _in_order(self._layout.read(cursor, self.venue, self.symbol), cursor)


def open_recording(
    path: Path, *, venue: VenueId, symbol: Symbol, mapping: ReadAs | None = None
) -> Recording:
    """Recognise a file's format by its first lines.

    Args:
        path: CSV or text, plain or gzip; LEAN, Bybit or CSV in a zip; or Parquet.
        venue: Whose data it is; written into every event.
        symbol: Unified name of the instrument; written into every event.
        mapping: How to read what the file itself does not tell.

    Raises:
        BadRecording: Not a recording we know, or damaged at its start.
        Unsupported: Parquet, and polars is not installed.
    """
    return Recording(path, recognise(path, mapping), venue, symbol)


def recognise(path: Path, mapping: ReadAs | None = None) -> Layout:
    """Find out how a file is laid out; see ``open_recording``."""
    told = _AS_TOLD if mapping is None else mapping
    start = head(path, member=told.member)
    if start.is_parquet:
        with polars_needed("reading Parquet"):
            from algotradehub.storage.timeseries import parquet  # noqa: PLC0415 - an extra
        return parquet.recognise(path, told)
    for format_of in _FORMATS:
        layout = format_of(start)
        if layout is not None:
            return layout
    layout = lean.recognise(start, told)
    # Delimited text comes last: it takes any text, and says why not.
    return delimited.recognise(start, told) if layout is None else layout


def merge(*recordings: Recording) -> Iterator[MarketEvent]:
    """Join recordings into one stream by ``received_ns``; at equal times in the order given.

    Raises:
        BadRecording: When the reading reaches a row that cannot be trusted.
    """
    return heapq.merge(
        *(recording.events() for recording in recordings), key=lambda event: event.received_ns
    )


def _in_order(events: Iterator[MarketEvent], cursor: Cursor) -> Iterator[MarketEvent]:
    latest_ns = 0
    for event in events:
        behind_ns = latest_ns - event.received_ns
        if behind_ns <= 0:
            latest_ns = event.received_ns
            yield event
        elif isinstance(event, Candle) or behind_ns > BACKWARDS_TOLERANCE_NS:
            behind_s = behind_ns // 1_000_000_000
            raise cursor.bad(f"goes back in time by {behind_s} s; sort the file by time")
        else:
            cursor.notes["events up to a second late, given the time of the one before"] += 1
            yield msgspec.structs.replace(event, received_ns=latest_ns)
