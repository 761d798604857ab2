"""``algotradehub data info|import``: recorded market data, described and brought in."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import msgspec
import typer

from algotradehub.api import instants
from algotradehub.app import recordings
from algotradehub.app.announcement import usual_directories
from algotradehub.app.recordings import BadRecording, ImportSummary, Preview, ReadAs, RecordingInfo
from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.printing import (
    Column,
    Json,
    Row,
    examples,
    instant,
    print_facts,
    print_json,
    print_line,
    print_table,
    shown,
)
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import BookUpdate, MarketEvent

_SECOND_NS: Final = 1_000_000_000

app = typer.Typer(
    help="Recorded market data: look at it, import it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Files: TypeAlias = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...",
        exists=True,
        dir_okay=False,
        help="CSV or text, also in gzip or zip; captures of streams; LEAN; Parquet.",
    ),
]
Columns: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="ROLE=NAME",
        help="Which column is what, such as time=When; repeatable. Roles: time, price, quantity, "
        "side; bid, ask; open, high, low, close, volume.",
    ),
]
Header: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="NAMES", help="Columns of a file without names: time,price,quantity."),
]
Interval: TypeAlias = Annotated[
    int | None, typer.Option(metavar="SECONDS", min=1, help="Of candles, if the rows mislead.")
]
Zone: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="ZONE", help="Of times without one, such as Asia/Kolkata; else UTC."),
]
CloseTimes: TypeAlias = Annotated[
    bool, typer.Option("--close-times", help="Candles are stamped with their end.")
]
DecimalComma: TypeAlias = Annotated[
    bool, typer.Option("--decimal-comma", help="Numbers are written 1.234,5.")
]
Member: TypeAlias = Annotated[str | None, typer.Option(metavar="NAME", help="Which file of a zip.")]

_GAPS: Final = (
    Column("MISSING", "missing", number=True),
    Column("OF", "kind"),
    Column("AFTER (UTC)", lambda gap: instant(gap["after"])),
    Column("BEFORE (UTC)", lambda gap: instant(gap["before"])),
)
_PREVIEW: Final = (Column("TIME (UTC)", "at"), Column("KIND", "kind"), Column("READ AS", "values"))


@app.command(epilog=examples("data info trades.csv.gz", "data info candles.csv --map time=When"))
def info(
    files: Files,
    columns: Columns = None,
    header: Header = None,
    interval: Interval = None,
    zone: Zone = None,
    close_times: CloseTimes = False,
    decimal_comma: DecimalComma = False,
    member: Member = None,
    as_json: Json = False,
) -> None:
    """Say what is in files: rows, times, prices, gaps, damage.

    The exit code is 6 if one of them is damaged or cannot be read.
    """
    told = ReadAs(
        columns=_roles(columns),
        header=tuple(header.split(",")) if header else (),
        interval_s=interval,
        zone=zone,
        time_is_close=close_times,
        decimal_comma=decimal_comma,
        member=member,
    )
    documents = [_info(path, told) for path in files]
    if as_json:
        print_json({"files": documents})
    else:
        for document in documents:
            _print_found(document)
    if any(document["damage"] for document in documents):
        raise typer.Exit(ExitCode.DAMAGED)


@app.command(
    "import",
    epilog=examples(
        "data import prices.csv --venue nse --symbol TCS/INR --preview",
        "data import trades.zip --venue binance --symbol BTC/USDT",
    ),
)
def import_files(
    files: Files,
    venue: Annotated[str, typer.Option(metavar="VENUE", help="Whose data it is, such as binance.")],
    symbol: Annotated[str, typer.Option(metavar="SYMBOL", help="Of what, such as BTC/USDT.")],
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Data directory; the usual one if left out."),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show how the first rows are read; store nothing.")
    ] = False,
    columns: Columns = None,
    header: Header = None,
    interval: Interval = None,
    zone: Zone = None,
    close_times: CloseTimes = False,
    decimal_comma: DecimalComma = False,
    member: Member = None,
    as_json: Json = False,
) -> None:
    """Store recorded market data of one instrument.

    A file is read to its end first: one bad row, named with its line and column, and nothing of
    the file is stored. Files before it stay. Importing a file again changes nothing. Needs the
    extra `data`.
    """
    told = ReadAs(
        columns=_roles(columns),
        header=tuple(header.split(",")) if header else (),
        interval_s=interval,
        zone=zone,
        time_is_close=close_times,
        decimal_comma=decimal_comma,
        member=member,
    )
    if preview:
        read = [(path, _preview(path, VenueId(venue), Symbol(symbol), told)) for path in files]
        _print_previews(read, as_json=as_json)
        return
    directory = data or usual_directories(os.environ)[0]
    documents = []
    for path in files:
        with _progress(path, quiet=as_json) as progress, _exact(path):
            done = recordings.import_recording(
                path,
                data_dir=directory,
                venue=VenueId(venue),
                symbol=Symbol(symbol),
                mapping=told,
                progress=progress,
            )
        documents.append(_imported(path, done))
        if not as_json:
            _print_found(documents[-1])
    if as_json:
        print_json({"data_dir": str(directory), "imported": documents})


def _roles(columns: Sequence[str] | None) -> dict[str, str]:
    roles = {}
    for text in columns or ():
        role, equals, name = text.partition("=")
        if not (role and equals and name):
            raise typer.BadParameter(f"--map takes ROLE=NAME, such as time=When, not {text!r}")
        roles[role] = name
    return roles


def _info(path: Path, told: ReadAs) -> dict[str, Any]:
    try:
        found = recordings.info(path, mapping=told)
    except BadRecording as error:
        return {"path": str(path), "damage": str(error)}
    return {
        "path": str(path),
        "format": found.format,
        "kinds": found.kinds,
        "columns": found.columns,
        "symbol": found.symbol,
        "interval_s": _seconds(found.interval_ns),
        "rows": {str(kind): count for kind, count in found.rows.items()},
        **_span(found),
        "lowest": found.lowest,
        "highest": found.highest,
        "warnings": found.warnings,
        "damage": found.damage,
    }


def _imported(path: Path, done: ImportSummary) -> dict[str, Any]:
    return {
        "path": str(path),
        "read": done.read,
        "added": done.added,
        "changed": done.changed,
        "duplicates": done.duplicates,
        **_span(done),
        "files": [str(file) for file in done.files],
        "warnings": done.warnings,
    }


def _span(found: RecordingInfo | ImportSummary) -> dict[str, Any]:
    """From when to when, and what is missing between."""
    return {
        "first_at": _instant(found.first_ns),
        "last_at": _instant(found.last_ns),
        "gap_count": found.gap_count,
        "gaps": [
            {
                "kind": gap.kind,
                "after": _instant(gap.after_ns),
                "before": _instant(gap.before_ns),
                "missing": gap.missing,
            }
            for gap in found.gaps
        ],
    }


def _print_found(document: dict[str, Any]) -> None:
    gaps = document.pop("gaps", [])
    print_facts(document)
    if gaps:
        print_line("")
        print_table(_GAPS, gaps, empty="")
    print_line("")


def _preview(path: Path, venue: VenueId, symbol: Symbol, told: ReadAs) -> Preview:
    with _exact(path, stores=False):
        return recordings.preview(path, venue=venue, symbol=symbol, mapping=told)


def _print_previews(previews: Sequence[tuple[Path, Preview]], *, as_json: bool) -> None:
    documents: list[dict[str, Any]] = [
        {
            "path": str(path),
            "format": read.format,
            "kinds": read.kinds,
            "columns": read.columns,
            "mapping": dict(read.mapping),
            "interval_s": _seconds(read.interval_ns),
            "warnings": read.warnings,
            "events": [_event(event) for event in read.events],
        }
        for path, read in previews
    ]
    if as_json:
        print_json({"previews": documents})
        return
    for document in documents:
        rows: list[Row] = [
            {"at": instant(event.pop("received_at")), "kind": event.pop("kind"), "values": event}
            for event in document.pop("events")
        ]
        print_facts(document)
        print_table(_PREVIEW, rows, empty="No rows.")
        print_line("")


def _event(event: MarketEvent) -> dict[str, Any]:
    """An event's own values; venue and symbol are what the command was given."""
    values: dict[str, Any] = {"kind": type(event).__name__}
    for name, value in msgspec.structs.asdict(event).items():
        if name == "interval_ns":
            values["interval_s"] = _seconds(value)
        elif name.endswith("_ns"):
            values[f"{name.removesuffix('_ns')}_at"] = _instant(value)
        elif name not in {"venue", "symbol"}:
            values[name] = value
    if isinstance(event, BookUpdate):
        values["bids"], values["asks"] = len(event.bids), len(event.asks)
    return values


@contextmanager
def _exact(path: Path, *, stores: bool = True) -> Iterator[None]:
    """A file that cannot be trusted ends the command; the message names line and column."""
    try:
        yield
    except BadRecording as error:
        document: dict[str, object] = {
            "error_code": "bad_recording",
            "error_message": str(error),
            "path": str(path),
            "line": error.line,
            "column": error.column,
        }
        told = shown(str(error))
        message = f"{told}; nothing of it was stored" if stores else told
        raise Failure(ExitCode.DAMAGED, message, document) from error


@contextmanager
def _progress(path: Path, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on stderr, where a person watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    # Here, because a pipe does without it.
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.progress import Progress  # noqa: PLC0415 - see above

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(path.name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _instant(at_ns: int | None) -> str | None:
    return None if at_ns is None else instants.text(at_ns)


def _seconds(interval_ns: int | None) -> int | None:
    return None if interval_ns is None else interval_ns // _SECOND_NS
