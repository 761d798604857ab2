"""``algotradehub close-all``: close every position, and follow it until nothing is held."""

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer

from algotradehub.cli import stop
from algotradehub.cli.asking import Platform
from algotradehub.cli.confirming import require_word
from algotradehub.cli.exit_codes import ExitCode
from algotradehub.cli.printing import Column, Json, examples, print_json, print_table, remark
from algotradehub.cli.servers import ServedData, ServerUrl, TokenFile, connect
from algotradehub.client import operations
from algotradehub.client.bodies import CloseAll

app = typer.Typer(rich_markup_mode=None, add_completion=False)

POSITIONS: Final = (
    Column("ACCOUNT", "account"),
    Column("SYMBOL", "symbol"),
    Column("SIDE", "side"),
    Column("WAS", "was", number=True),
    Column("LEFT", "left", number=True),
    Column("ORDERS", "orders"),
    Column("WHY", "reason"),
)


@app.command(
    "close-all",
    epilog=examples(
        "close-all --reason 'out for today' --cancel-first --wait 60",
        "close-all --account paper-a --reason maintenance --spot --yes",
        "close-all --status",
    ),
)
def close_all(
    account: stop.Accounts = None,
    reason: stop.Reason = None,
    spot: Annotated[
        bool, typer.Option("--spot", help="Sell what is held of spot, too, as far as it is free.")
    ] = False,
    cancel_first: Annotated[
        bool, typer.Option("--cancel-first", help="Stop the accounts first, as `stop` does.")
    ] = False,
    wait: stop.Wait = None,
    yes: stop.Yes = False,
    status: Annotated[
        bool, typer.Option("--status", help="Only show how far it has come.")
    ] = False,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Close every position with reduce-only market orders.

    They pass halts, stops and limits. Orders must not work any more: stop the accounts first, or
    give --cancel-first. What is left is listed with the reason.

    Exit codes: 0 it is asked for; with --wait 0 nothing is held, 1 something is, or may be.
    """
    if status:
        told = connect(server, token_file, data).ask(operations.get_close_all())
        _show(told, as_json=as_json)
        return
    if not reason:
        raise typer.BadParameter("say why, with --reason TEXT")
    platform = connect(server, token_file, data, trades=True)
    where = ", ".join(account) if account else "every account"
    require_word("CLOSE", f"Every position of {where} is closed at the market's price.", yes=yes)
    wanted = CloseAll(reason=reason, accounts=account, spot=spot, cancel_first=cancel_first)
    told = platform.ask(operations.close_all(wanted))
    if wait is not None:
        told = _flat(platform, told, wait)
    _show(told, as_json=as_json)
    left = [each for each in told["accounts"] if not each["flat"]]
    if wait is not None and left:
        for each in left:
            waiting = each["waiting"] or ("" if each["ended_ns"] else "it is still at it")
            remark(f"{each['account']} is not flat{': ' if waiting else ''}{waiting}")
        raise typer.Exit(ExitCode.FAILED)


def _flat(platform: Platform, told: dict[str, Any], wait_s: float) -> dict[str, Any]:
    """Look until every account has come to its end, for at least ``wait_s``."""
    names = {each["account"] for each in told["accounts"]}
    known: set[str] = set()
    for attempt in range(math.ceil(wait_s / stop.POLL_S) + 1):
        if attempt:
            platform.pause(stop.POLL_S)
            answer = platform.ask(operations.get_close_all())
            every = answer["accounts"]
            told = {**answer, "accounts": [each for each in every if each["account"] in names]}
        for each in told["accounts"]:
            if each["flat"] and each["account"] not in known:
                known.add(each["account"])
                remark(f"{each['account']} is flat: nothing is held, here and at its venue")
        if all(each["ended_ns"] for each in told["accounts"]):
            break
    return told


def _show(told: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        print_table(POSITIONS, _lines(told), empty="No position was to be closed.")


def _lines(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in told["accounts"]:
        for position in each["positions"]:
            yield {"account": each["account"], **position}
