"""Bringing a recording into the data directory, and showing beforehand how it will be read."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import msgspec

from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import BookUpdate, Candle, MarketEvent
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.fields import SECOND_NS
from algotradehub.storage.timeseries.layout import MarketKind, ReadAs, kind_of
from algotradehub.storage.timeseries.polars_extra import polars_needed
from algotradehub.storage.timeseries.recording import open_recording
from algotradehub.storage.timeseries.stored import series_of, to_row
from algotradehub.storage.timeseries.summary import Gap, Tally, notes

PART_ROWS: Final = 100_000  # held in memory before they are written aside; a level counts as one
PREVIEW_ROWS: Final = 5
_DAY_S: Final = 86_400
_DAY_NS: Final = _DAY_S * SECOND_NS

Progress: TypeAlias = Callable[[int, int], None]


class ImportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did."""

    read: int  # events in the file that can be stored
    added: int
    changed: int  # were stored with other values, which the file replaced
    duplicates: int  # were stored just so, or stood twice in the file
    first_ns: int | None
    last_ns: int | None
    gap_count: int
    gaps: tuple[Gap, ...]
    files: tuple[Path, ...]  # the partitions the file belongs to, changed or not
    warnings: tuple[str, ...]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The first rows of a file as an import would read them."""

    format: str
    kinds: tuple[MarketKind, ...]
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    interval_ns: int | None
    warnings: tuple[str, ...]
    events: tuple[MarketEvent, ...]


def preview(
    path: Path, *, venue: VenueId, symbol: Symbol, mapping: ReadAs | None = None
) -> Preview:
    """Read the first five rows.

    Raises:
        BadRecording: The format cannot be told, or one of these rows is bad.
        Unsupported: Parquet, and polars is not installed.
    """
    recording = open_recording(path, venue=venue, symbol=symbol, mapping=mapping)
    return Preview(
        format=recording.format,
        kinds=recording.kinds,
        columns=recording.columns,
        mapping=recording.mapping,
        interval_ns=recording.interval_ns,
        warnings=recording.warnings,
        events=tuple(islice(recording.events(), PREVIEW_ROWS)),
    )


def partition_path(data_dir: Path, venue: VenueId, symbol: Symbol, series: str, month: str) -> Path:
    """Return ``<data_dir>/market/<venue>/<symbol>/<series>/<month>.parquet``.

    Venue and symbol are percent-encoded (``BTC%2FUSDT``), so no two share a folder.

    Raises:
        InvalidRequest: A name that would leave the folder.
    """
    return _folder(data_dir, venue, symbol) / series / f"{month}.parquet"


def _folder(data_dir: Path, venue: VenueId, symbol: Symbol) -> Path:
    for field, name in (("venue", venue), ("symbol", symbol)):
        if not name.strip("."):  # . and .. are folders already
            raise InvalidRequest(Refusal(field=field, rule="needs a name", value=name))
    return data_dir / "market" / quote(venue, safe="") / quote(symbol, safe="")


def import_recording(
    source: Path,
    *,
    data_dir: Path,
    venue: VenueId,
    symbol: Symbol,
    mapping: ReadAs | None = None,
    progress: Progress | None = None,
) -> ImportSummary:
    """Store a recording as monthly Parquet partitions, see ``partition_path``.

    The file is read to its end first: one bad row, and nothing is stored. Importing a file again
    changes nothing; overlapping files merge by key (``stored.KEYS``). Candles that are not final
    are left out. One import into a series at a time.

    Args:
        source: Any file ``open_recording`` reads.
        data_dir: The installation's data directory.
        venue: Whose data it is.
        symbol: Unified name of the instrument.
        mapping: How to read what the file itself does not tell.
        progress: Called now and then with (done, in all): bytes of the file, or rows of Parquet.

    Raises:
        BadRecording: The file cannot be trusted.
        InvalidRequest: The venue's or symbol's name cannot be a folder.
        Unsupported: Polars is not installed.
    """
    with polars_needed("importing"):
        from algotradehub.storage.timeseries import partitions  # noqa: PLC0415 - an extra
    recording = open_recording(source, venue=venue, symbol=symbol, mapping=mapping)
    folder = _folder(data_dir, venue, symbol)
    folder.mkdir(parents=True, exist_ok=True)
    cursor = Cursor(source)
    tally = Tally()
    added = changed = 0
    files = []

    def report() -> None:
        if progress is not None:
            progress(*cursor.progress())

    with tempfile.TemporaryDirectory(prefix=".import-", dir=folder) as aside:
        spool = _Spool(Path(aside), partitions.write_part, report)
        for event in recording.events(cursor):
            if isinstance(event, Candle) and not event.final:
                continue
            tally.add(event)
            spool.add(event)
        for (kind, series, month), parts in spool.end().items():
            path = partition_path(data_dir, venue, symbol, series, month)
            merged = partitions.merge_into(path, kind, parts)
            added += merged.added
            changed += merged.changed
            files.append(path)
    read = sum(tally.rows.values())
    return ImportSummary(
        read=read,
        added=added,
        changed=changed,
        duplicates=read - added - changed,
        first_ns=tally.first_ns,
        last_ns=tally.last_ns,
        gap_count=tally.gap_count,
        gaps=tuple(tally.gaps),
        files=tuple(files),
        warnings=(*recording.warnings, *notes(cursor)),
    )


_Slot: TypeAlias = tuple[MarketKind, str, str]  # kind, series, month


class _Spool:
    """Holds rows by month, and writes them aside before they grow too many."""

    def __init__(
        self,
        aside: Path,
        write_part: Callable[[Path, MarketKind, Sequence[tuple[Any, ...]]], None],
        report: Callable[[], None],
    ) -> None:
        self._aside = aside
        self._write_part = write_part
        self._report = report
        self._rows: defaultdict[_Slot, list[tuple[Any, ...]]] = defaultdict(list)
        self._weight = 0
        self._parts: defaultdict[_Slot, list[Path]] = defaultdict(list)
        self._instants: dict[str, tuple[int, int]] = {}  # series -> last time, events at it

    def add(self, event: MarketEvent) -> None:
        series = series_of(event)
        at_ns, count = self._instants.get(series, (-1, 0))
        count = count + 1 if at_ns == event.received_ns else 0
        self._instants[series] = (event.received_ns, count)
        at_ns = event.start_ns if isinstance(event, Candle) else event.received_ns
        self._rows[kind_of(event), series, _month(at_ns // _DAY_NS)].append(to_row(event, count))
        self._weight += 1
        if isinstance(event, BookUpdate):
            self._weight += len(event.bids) + len(event.asks)
        if self._weight >= PART_ROWS:
            self._write()

    def end(self) -> Mapping[_Slot, Sequence[Path]]:
        """Write what is held and return every part."""
        self._write()
        return self._parts

    def _write(self) -> None:
        for slot, rows in self._rows.items():
            number = len(self._parts[slot])
            part = self._aside / f"{'_'.join(slot)}.{number:06}.parquet"
            self._write_part(part, slot[0], rows)
            self._parts[slot].append(part)
        self._rows.clear()
        self._weight = 0
        self._report()


@lru_cache(maxsize=64)
def _month(day: int) -> str:
    return datetime.fromtimestamp(day * _DAY_S, UTC).strftime("%Y-%m")
