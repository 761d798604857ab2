"""What is in a recording: counted, measured and judged, for ``data info`` and the importer."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import BookAction, BookUpdate, Candle, MarketEvent, Quote, Trade
from algotradehub.storage.timeseries.cursor import BadRecording, Cursor
from algotradehub.storage.timeseries.layout import MarketKind, ReadAs, kind_of
from algotradehub.storage.timeseries.recording import open_recording

MAX_GAPS_LISTED: Final = 20


class Gap(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A hole: candles that are not there, or update ids of a book that were never seen."""

    kind: MarketKind
    after_ns: int  # received_ns of the event before the hole, and of the one behind it
    before_ns: int
    missing: int  # candles, or ids


class RecordingInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What ``data info`` shows of a file."""

    path: Path
    format: str
    kinds: tuple[MarketKind, ...]
    columns: tuple[str, ...]
    symbol: str | None  # the file's own name for the instrument
    interval_ns: int | None
    rows: dict[MarketKind, int]  # events, by kind
    first_ns: int | None
    last_ns: int | None
    lowest: Decimal | None  # price of candles, trades and quotes; books are not looked at
    highest: Decimal | None
    gap_count: int
    gaps: tuple[Gap, ...]  # the first 20
    warnings: tuple[str, ...]
    damage: str | None  # why reading stopped; what stands above is then true up to there only


class Tally:
    """Counts events as they pass."""

    def __init__(self) -> None:
        self.rows: dict[MarketKind, int] = {}
        self.first_ns: int | None = None
        self.last_ns: int | None = None
        self.lowest: Decimal | None = None
        self.highest: Decimal | None = None
        self.gap_count = 0
        self.gaps: list[Gap] = []
        self._candle: Candle | None = None
        self._sequence = 0  # last one of the book; 0 before the first and where there are none
        self._book_ns = 0

    def add(self, event: MarketEvent) -> None:
        kind = kind_of(event)
        self.rows[kind] = self.rows.get(kind, 0) + 1
        if self.first_ns is None:
            self.first_ns = event.received_ns
        self.last_ns = event.received_ns
        match event:
            case Candle():
                self._price(event.low, event.high)
                self._candles(event)
            case Trade():
                self._price(event.price, event.price)
            case Quote():
                self._price(event.bid, event.ask)
            case BookUpdate():
                self._books(event)

    def _price(self, low: Decimal, high: Decimal) -> None:
        if self.lowest is None or low < self.lowest:
            self.lowest = low
        if self.highest is None or high > self.highest:
            self.highest = high

    def _candles(self, candle: Candle) -> None:
        before = self._candle
        self._candle = candle
        if before is not None:
            missing = (candle.start_ns - before.start_ns) // candle.interval_ns - 1
            self._gap(MarketKind.CANDLES, before.received_ns, candle.received_ns, missing)

    def _books(self, update: BookUpdate) -> None:
        if update.action is BookAction.DELTA and self._sequence:
            missing = update.first_sequence - self._sequence - 1
            self._gap(MarketKind.BOOK, self._book_ns, update.received_ns, missing)
        # A snapshot may be older than the changes already seen: then nothing is missing.
        self._sequence = max(self._sequence, update.last_sequence)
        self._book_ns = update.received_ns

    def _gap(self, kind: MarketKind, after_ns: int, before_ns: int, missing: int) -> None:
        if missing <= 0:
            return
        self.gap_count += 1
        if len(self.gaps) < MAX_GAPS_LISTED:
            gap = Gap(kind=kind, after_ns=after_ns, before_ns=before_ns, missing=missing)
            self.gaps.append(gap)


def info(path: Path, *, mapping: ReadAs | None = None) -> RecordingInfo:
    """Read a file to its end and say what is in it.

    Damage inside the file is part of the answer: ``damage`` tells it.

    Raises:
        BadRecording: The format cannot be told, so there is nothing to say.
        Unsupported: Parquet, and polars is not installed.
    """
    recording = open_recording(path, venue=VenueId(""), symbol=Symbol(""), mapping=mapping)
    cursor = Cursor(path)
    tally = Tally()
    damage = None
    try:
        for event in recording.events(cursor):
            tally.add(event)
    except BadRecording as error:
        damage = str(error)
    return RecordingInfo(
        path=path,
        format=recording.format,
        kinds=recording.kinds,
        columns=recording.columns,
        symbol=recording.recorded_symbol,
        interval_ns=recording.interval_ns,
        rows=tally.rows,
        first_ns=tally.first_ns,
        last_ns=tally.last_ns,
        lowest=tally.lowest,
        highest=tally.highest,
        gap_count=tally.gap_count,
        gaps=tuple(tally.gaps),
        warnings=(*recording.warnings, *notes(cursor)),
        damage=damage,
    )


def notes(cursor: Cursor) -> Iterable[str]:
    """Say what a reading left out or put right."""
    return (f"{what}: {count}" for what, count in cursor.notes.items())
