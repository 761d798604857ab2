"""``algotradehub stop``: stop trading, follow it until it is proven, and read its report."""

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

import typer

from algotradehub.cli import completion
from algotradehub.cli.asking import Platform
from algotradehub.cli.confirming import require_word
from algotradehub.cli.exit_codes import ExitCode
from algotradehub.cli.printing import (
    Column,
    Json,
    examples,
    instant,
    print_facts,
    print_json,
    print_line,
    print_table,
    remark,
)
from algotradehub.cli.servers import ServedData, ServerUrl, TokenFile, connect
from algotradehub.client import operations
from algotradehub.client.bodies import StopAccounts

POLL_S: Final = 0.2

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Accounts = Annotated[
    list[str] | None,
    typer.Option(
        "--account",
        metavar="ACCOUNT",
        autocompletion=completion.accounts,
        help="Of this account only, repeatable; left out, of all.",
    ),
]
Reason = Annotated[
    str | None, typer.Option(metavar="TEXT", help="For people: refused orders name it.")
]
Wait = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", min=0, max=86_400, help="Follow it so long."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing.")]
STOPS: Final = (
    Column("ACCOUNT", "account"),
    Column("STOPPED", "stopped"),
    Column("PROVEN", "proven"),
    Column("ORDERS LEFT", lambda stop: len(stop["not_proven"]), number=True),
    Column("SINCE (UTC)", lambda stop: instant(stop["asked_at"])),
    Column("BY", "by"),
    Column("REASON", "reason"),
)
ORDERS: Final = (
    Column("ORDER", "order_id"),
    Column("PERMIT", "permit"),
    Column("CANCEL ASKED (UTC)", lambda order: instant(order["cancel_asked_at"])),
    Column("RECORD", lambda order: order["cancel_seq"] or "", number=True),
    Column("ENDED (UTC)", lambda order: instant(order["ended_at"])),
    Column("RECORD", lambda order: order["ended_seq"] or "", number=True),
    Column("BY", "ended"),
)


@app.command(
    epilog=examples(
        "stop --reason 'the feed looks wrong' --wait 60",
        "stop --account paper-a --reason maintenance --yes",
        "stop --status",
        "stop --report --account paper-a --json",
    )
)
def stop(
    account: Accounts = None,
    reason: Reason = None,
    wait: Wait = None,
    yes: Yes = False,
    status: Annotated[
        bool, typer.Option("--status", help="Only show how far each stop has come.")
    ] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Only show what the journal has of the last one.")
    ] = False,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Stop trading: refuse new orders, cancel all others, and prove it.

    An account is proven to be still once none of its orders is live and its venue, asked twice,
    listed none. Positions stay: see `close-all`. `account resume` ends a stop.

    Exit codes: 0 the stop is asked for; with --wait 0 it is proven, 1 it is not in that time.
    """
    if status or report:
        if status and report:
            raise typer.BadParameter("give --status or --report")
        platform = connect(server, token_file, data)
        if status:
            _show(_picked(platform, account), as_json=as_json)
        else:
            _show_report(platform, account or [], as_json=as_json)
        return
    if not reason:
        raise typer.BadParameter("say why, with --reason TEXT")
    platform = connect(server, token_file, data, trades=True)
    where = ", ".join(account) if account else "every account"
    require_word("STOP", f"New orders of {where} are refused, all others cancelled.", yes=yes)
    told = platform.ask(operations.stop_accounts(StopAccounts(reason=reason, accounts=account)))
    if wait is not None:
        told = _proven(platform, told, wait)
    _show(told, as_json=as_json)
    left = [each for each in told["accounts"] if not each["proven"]]
    if wait is not None and left:
        for each in left:
            remark(f"{each['account']} is not proven: {_why(each)}")
        raise typer.Exit(ExitCode.FAILED)


def _proven(platform: Platform, told: dict[str, Any], wait_s: float) -> dict[str, Any]:
    """Look until every account is proven, for at least ``wait_s``; tell of each once."""
    names = [each["account"] for each in told["accounts"]]
    known: set[str] = set()
    for attempt in range(math.ceil(wait_s / POLL_S) + 1):
        if attempt:
            platform.pause(POLL_S)
            told = _picked(platform, names)
        for each in told["accounts"]:
            if each["proven"] and each["account"] not in known:
                known.add(each["account"])
                remark(f"{each['account']} is stopped: no order is left, here and at its venue")
        if known.issuperset(names):
            break
    return told


def _picked(platform: Platform, accounts: Iterable[str] | None) -> dict[str, Any]:
    told = platform.ask(operations.get_stop())
    if not accounts:
        return told
    wanted = set(accounts)
    return {**told, "accounts": [each for each in told["accounts"] if each["account"] in wanted]}


def _why(told: Mapping[str, Any]) -> str:
    if not told["stopped"]:
        return "trading was resumed meanwhile"
    if told["not_proven"]:
        return "these orders may still work: " + ", ".join(told["not_proven"])
    return "its venue has not listed twice yet that nothing is open"


def _show(told: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        print_table(STOPS, told["accounts"], empty="No accounts.")


def _show_report(platform: Platform, accounts: list[str], *, as_json: bool) -> None:
    if len(accounts) != 1:
        raise typer.BadParameter("a report is of one account: give --account ACCOUNT")
    told = platform.ask(operations.get_stop_report(account=accounts[0]))
    if as_json:
        print_json(told)
        return
    summary = told["summary"]
    shown = {k: v for k, v in summary.items() if k != "orders" and not k.endswith("_ns")}
    print_facts(shown)
    print_line("")
    print_table(ORDERS, summary["orders"], empty="No orders.")
    if not told["complete"]:
        remark("storage is behind, or there is more than fits: the report is not whole")
