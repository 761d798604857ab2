"""``algotradehub audit ...``: prove what happened, list it, count it, export it, archive it."""

import csv
import io
import os
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from algotradehub.api import instants
from algotradehub.api.bridge import encode, plain
from algotradehub.api.views.audit import action_view, operation_view, stats_view
from algotradehub.api.views.orders import timeline_entry
from algotradehub.app import auditing
from algotradehub.app.announcement import usual_directories
from algotradehub.app.retiring import retire as retire_segments
from algotradehub.cli.printing import (
    Column,
    Json,
    examples,
    instant,
    print_json,
    print_line,
    print_table,
)
from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.ids import AccountId, ClientOrderId, VenueId
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import Record
from algotradehub.ports.audit import OperationFilter

app = typer.Typer(
    help="The audit log: prove what happened, list it, count it, export it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

MAX_ROWS: Final = 100_000


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


class Period(StrEnum):
    HOUR = "hour"
    DAY = "day"

    @property
    def ns(self) -> int:
        hours = 1 if self is Period.HOUR else 24
        return hours * 3600 * 1_000_000_000


Data: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Data directory; the usual one if left out.")
]
Archive: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where segments were retired to, to read as well."),
]
Account: TypeAlias = Annotated[
    str | None, typer.Option(metavar="ACCOUNT", help="Of this account only.")
]
OrderId: TypeAlias = Annotated[
    str | None, typer.Option("--order", metavar="ORDER_ID", help="About this order only.")
]
OfOperation: TypeAlias = Annotated[
    Operation | None,
    typer.Option(
        "--operation",
        metavar="KIND",
        help="Such as order_submit or fills_query.",
        case_sensitive=False,
    ),
]
From: TypeAlias = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="2027-01-15 or 2027-01-15T08:00:00Z, in UTC."),
]
To: TypeAlias = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Exclusive.")]
Limit: TypeAlias = Annotated[
    int, typer.Option(metavar="COUNT", min=1, max=MAX_ROWS, help="At most so many.")
]

_OUTCOMES: Final = {True: "done", False: "failed", None: "unanswered"}
_OPERATIONS: Final = (
    Column("TIME (UTC)", lambda row: instant(row["requested_at"])),
    Column("ACCOUNT", "account"),
    Column("OPERATION", "operation"),
    Column("ORDER", "order_id"),
    Column("MS", "latency_ms", number=True),
    Column("", lambda row: _OUTCOMES[row["success"]]),
    Column("CATEGORY", "category"),
    Column("ERROR", "error"),
)
_STATS: Final = (
    Column("FROM (UTC)", lambda row: instant(row["from_at"]) if row["from_at"] else "all"),
    Column("OPERATION", lambda row: row["operation"] or "all"),
    Column("COUNT", "total", number=True),
    Column("ANSWERED", "answered", number=True),
    Column("SUCCESS", lambda row: _percent(row["success_rate"]), number=True),
    Column("MEAN MS", "mean_latency_ms", number=True),
    Column("P95 MS", "p95_latency_ms", number=True),
    Column("ERRORS", lambda row: ", ".join(f"{k} {v}" for k, v in row["errors"].items())),
)
_ACTIONS: Final = (
    Column("TIME (UTC)", lambda row: instant(row["at"])),
    Column("ACCOUNT", "account"),
    Column("WHAT", "what"),
    Column("BY", "by"),
    Column("DETAIL", "detail"),
)


@app.command(
    epilog=examples(
        "audit verify",
        "audit verify --data ./data --archive nas/journal",
    )
)
def verify(
    data: Data = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="HEAD", help="What `audit head` printed earlier, kept elsewhere."),
    ] = None,
    archive: Archive = None,
    as_json: Json = False,
) -> None:
    """Prove that the journal is what was written.

    Reads every record: checksums, numbers without a gap, checkpoints, and the chain in which each
    segment holds the SHA-256 of the one before. Whoever can write the files can also rewrite all of
    them, so keep heads elsewhere: --against proves that nothing before one was changed. The exit
    code is 6 if something was, and the message names it. May run beside a platform.
    """
    found = auditing.verify(_chosen(data), against=against, archive=archive)
    if as_json:
        print_json(_verified(found) | {"against": against})
        return
    print_line(
        f"{found.segments} segments, {found.records:,} records, {found.size:,} bytes: whole, and "
        "the chain holds"
    )
    if found.retired:
        print_line(f"{found.retired} older segments are retired; add --archive to read them, too")
    if found.torn_bytes:
        print_line(f"{found.torn_bytes} bytes at the end are no whole record, as a crash leaves")
    if against is not None:
        print_line(f"nothing up to record {against.partition(':')[0]} was changed")
    print_line(f"head {found.head}")


@app.command(epilog=examples("audit head", "audit head --data ./data --json"))
def head(data: Data = None, as_json: Json = False) -> None:
    """Print what stands for the whole journal, after proving it.

    It is the number of the last record and a SHA-256 of everything up to it. Keep it where nobody
    here can write: `audit verify --against` proves later that nothing before it was changed.
    """
    found = auditing.verify(_chosen(data))
    if as_json:
        print_json({"head": str(found.head), "seq": found.seq})
    else:
        print_line(str(found.head))


@app.command(
    "list",
    epilog=examples("audit list --failed", "audit list --operation order_submit --from 2027-01-15"),
)
def list_operations(
    data: Data = None,
    account: Account = None,
    venue: Annotated[str | None, typer.Option(metavar="VENUE", help="Of this venue only.")] = None,
    order: OrderId = None,
    operation: OfOperation = None,
    failed: Annotated[
        bool | None, typer.Option("--failed/--done", help="Only what failed, or what did not.")
    ] = None,
    from_: From = None,
    to: To = None,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """List what venues were asked, newest first, and what became of it."""
    with auditing.views_of(_chosen(data)) as store:
        wanted = OperationFilter(
            accounts=_accounts(store, account, venue),
            order_id=None if order is None else ClientOrderId(order),
            operation=operation,
            success=None if failed is None else not failed,
            from_ns=_time(from_, "--from"),
            to_ns=_time(to, "--to"),
            limit=limit,
        )
        found = [plain(operation_view(each)) for each in store.operations(wanted)]
    if as_json:
        print_json({"operations": found})
    else:
        print_table(_OPERATIONS, found, empty="No such operation.")


@app.command(epilog=examples("audit stats --by day", "audit stats --venue paper:binance --json"))
def stats(
    data: Data = None,
    account: Account = None,
    venue: Annotated[str | None, typer.Option(metavar="VENUE", help="Of this venue only.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Asked at that time or later.")
    ] = None,
    by: Annotated[Period | None, typer.Option(help="One line per hour or day.")] = None,
    as_json: Json = False,
) -> None:
    """Count operations, their failures, and how long they took."""
    with auditing.views_of(_chosen(data)) as store:
        wanted = OperationFilter(
            accounts=_accounts(store, account, venue), from_ns=_time(since, "--since")
        )
        counted = store.operation_stats(wanted, period_ns=None if by is None else by.ns)
    found = [plain(stats_view(each)) for each in counted]
    if as_json:
        print_json({"stats": found})
    else:
        print_table(_STATS, found, empty="No operation yet.")


@app.command(epilog=examples("audit actions", "audit actions --account paper-a --json"))
def actions(
    data: Data = None,
    account: Account = None,
    from_: From = None,
    to: To = None,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """List halts, stops, resumptions and corrections, newest first."""
    wanted = OperationFilter(
        accounts=None if account is None else frozenset({AccountId(account)}),
        from_ns=_time(from_, "--from"),
        to_ns=_time(to, "--to"),
        limit=limit,
    )
    with auditing.views_of(_chosen(data)) as store:
        found = [plain(action_view(each)) for each in store.actions(wanted)]
    if as_json:
        print_json({"actions": found})
    else:
        print_table(_ACTIONS, found, empty="Nothing was decided yet.")


@app.command(
    epilog=examples("audit export --account paper-a", "audit export --from 2027-01-01 --format csv")
)
def export(
    data: Data = None,
    account: Account = None,
    order: OrderId = None,
    kind: Annotated[
        list[Kind] | None, typer.Option(metavar="KIND", help="Such as intent or event; repeatable.")
    ] = None,
    operation: OfOperation = None,
    from_: From = None,
    to: To = None,
    format_: Annotated[Format, typer.Option("--format")] = Format.JSONL,
    archive: Archive = None,
) -> None:
    """Print records of the journal, oldest first, one a line.

    They are read as they are printed: an export may be larger than the memory.
    """
    wanted = auditing.Wanted(
        from_ns=_time(from_, "--from"),
        to_ns=_time(to, "--to"),
        account=None if account is None else AccountId(account),
        order_id=None if order is None else ClientOrderId(order),
        kinds=frozenset(kind) if kind else None,
        operation=operation,
    )
    lines = _LINES[format_](auditing.export(_chosen(data), wanted, archive=archive))
    for line in lines:
        print_line(line)


@app.command(
    epilog=examples(
        "audit retire --before 2027-01-01 --to nas/journal",
        "audit retire --before 2027-01-01 --to nas/journal --json",
    )
)
def retire(
    before: Annotated[str, typer.Option(metavar="TIME", help="Whole segments of before that.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="Archive; made if it is not there.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Move old segments of the journal to an archive.

    Only what the database has applied, and what is about no order that may still change. What
    stays behind are their numbers, sizes and SHA-256: `audit verify` proves the rest with them, and
    all of it with --archive. From then on a start needs the database: back it up. Refused while a
    platform uses the directory.
    """
    before_ns = _time(before, "--before")
    assert before_ns is not None  # noqa: S101 - it was given
    moved = retire_segments(_chosen(data), to, before_ns=before_ns)
    if as_json:
        print_json({"archive": str(to), "segments": moved})
        return
    print_line(
        f"{len(moved)} segments are in {to}: records {moved[0].first_seq:,} to "
        f"{moved[-1].last_seq:,}, {sum(each.size for each in moved):,} bytes"
    )


def _chosen(data: Path | None) -> Path:
    return data or usual_directories(os.environ)[0]


def _time(text: str | None, option: str) -> int | None:
    """Nanoseconds of an instant, or of the beginning of a day."""
    if text is None:
        return None
    try:
        return instants.parse(text if "T" in text else f"{text}T00:00:00Z")
    except instants.NotAnInstant:
        rule = f"a day such as 2027-01-15, or {instants.RULE}"
        raise InvalidRequest(Refusal(field=option, rule=rule, value=text)) from None


def _accounts(
    store: auditing.Views, account: str | None, venue: str | None
) -> frozenset[AccountId] | None:
    at_venue = None if venue is None else auditing.accounts_at(store, VenueId(venue))
    if account is None:
        return at_venue
    named = frozenset({AccountId(account)})
    return named if at_venue is None else named & at_venue


def _verified(found: auditing.Verified) -> dict[str, object]:
    return {
        "segments": found.segments,
        "retired": found.retired,
        "records": found.records,
        "size": found.size,
        "torn_bytes": found.torn_bytes,
        "head": str(found.head),
    }


def _percent(rate: str | None) -> str:
    return "" if rate is None else f"{float(rate):.1%}"


def _json_lines(records: Iterator[Record]) -> Iterator[str]:
    for record in records:
        yield encode(timeline_entry(record)).decode()


def _csv_lines(records: Iterator[Record]) -> Iterator[str]:
    yield "seq,at,account,account_seq,kind,operation,body"
    for record in records:
        line = io.StringIO()
        body = encode(record.body).decode()
        csv.writer(line, lineterminator="").writerow(
            (
                record.seq,
                instants.text(record.at_ns),
                record.account,
                record.account_seq,
                record.kind,
                auditing.operation_of(record) or "",
                body,
            )
        )
        yield line.getvalue()


_LINES: Final[dict[Format, Callable[[Iterator[Record]], Iterator[str]]]] = {
    Format.JSONL: _json_lines,
    Format.CSV: _csv_lines,
}
