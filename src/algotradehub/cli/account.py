"""``algotradehub account ...``: list, halt, resume and reconcile accounts, look at limits."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer

from algotradehub.cli import completion
from algotradehub.cli.listing import accounts
from algotradehub.cli.printing import (
    Column,
    Json,
    examples,
    instant,
    print_json,
    print_line,
    print_table,
    remark,
)
from algotradehub.cli.servers import ServedData, ServerUrl, TokenFile, connect
from algotradehub.client import operations
from algotradehub.client.bodies import HaltAccount

app = accounts

Name = Annotated[
    str,
    typer.Argument(
        metavar="ACCOUNT",
        autocompletion=completion.accounts,
        help="Its name, as `account list` has it.",
    ),
]

LIMITS: Final = (
    Column("LIMIT", "name"),
    Column("SYMBOL", "symbol"),
    Column("NOW", "now", number=True),
    Column("MOST", "limit", number=True),
)
COMPARED: Final = ("orders", "fills", "balances", "positions")
DIFFERENCES: Final = (
    Column("WHAT", "subject"),
    Column("NAME", "name"),
    Column("OURS", "ours"),
    Column("THE VENUE'S", "theirs"),
    Column("MEANING", "meaning"),
)
_WHEN: Final = (
    Column("TIME (UTC)", lambda row: instant(row["asked_at"])),
    Column("OCCASION", "occasion"),
)
_OF_EACH_ORDER: Final = ("max_order_notional", "price_band_bps")


@app.command(
    epilog=examples(
        "account halt paper-a maintenance", "account halt paper-a 'the feed looks wrong'"
    )
)
def halt(
    account: Name,
    reason: Annotated[
        str, typer.Argument(metavar="REASON", help="For people; refused orders name it.")
    ],
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Refuse new orders of an account until it is resumed.

    Cancels go on, and orders that rest at the venue stay there.
    """
    wanted = operations.halt_account(account, HaltAccount(reason=reason))
    _print_halt(connect(server, token_file, data).ask(wanted), as_json=as_json)


@app.command(epilog=examples("account resume paper-a", "account resume paper-a --json"))
def resume(
    account: Name,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Let an account take new orders again."""
    wanted = operations.resume_account(account)
    _print_halt(connect(server, token_file, data).ask(wanted), as_json=as_json)


@app.command(epilog=examples("account limits paper-a", "account limits paper-a --json"))
def limits(
    account: Name,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Show the limits of an account, and how much of each is used."""
    answer = connect(server, token_file, data).ask(operations.get_limits(account))
    if as_json:
        print_json(answer)
    else:
        print_table(LIMITS, _lines(answer), empty="")


@app.command(epilog=examples("account reconcile paper-a", "account reconcile paper-a --json"))
def reconcile(
    account: Name,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Compare our books with the venue now.

    A balance or position is corrected when it differs twice: ask again a moment later.
    """
    told = connect(server, token_file, data).ask(operations.reconcile_account(account))
    if as_json:
        print_json(told)
        return
    compared = ", ".join(f"{told[what]} {what}" for what in COMPARED)
    print_line(f"{account}: compared {compared}.")
    print_table(DIFFERENCES, told["differences"], empty="No differences.")
    if told["skipped"]:
        remark(f"balances and positions were not compared: {told['skipped']}")


@app.command(epilog=examples("account differences paper-a", "account differences paper-a --json"))
def differences(
    account: Name,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Show where books and venue differed, newest first."""
    told = connect(server, token_file, data).ask(operations.list_reconciliations(account))
    if as_json:
        print_json(told)
        return
    found = (
        {"asked_at": each["asked_at"], "occasion": each["occasion"], **difference}
        for each in told["reconciliations"]
        for difference in each["differences"]
    )
    count = len(told["reconciliations"])
    empty = f"No differences in the last {count} comparisons."
    print_table((*_WHEN, *DIFFERENCES), found, empty=empty)


def _lines(answer: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """One line per limit, and per instrument where it is one of instruments."""
    whole = answer["limits"]
    for name in _OF_EACH_ORDER:
        yield {"name": name, "symbol": None, "now": None, "limit": whole[name]}
    yield {"name": "max_open_orders", "symbol": None, **answer["open_orders"]}
    for use in answer["positions"]:
        yield {"name": "max_position", "symbol": use["symbol"], **use["position"]}
        yield {"name": "max_position_notional", "symbol": use["symbol"], **use["notional"]}


def _print_halt(told: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    elif told["halted"]:
        print_line(f"{told['account']} is halted by {told['by']}: {told['reason']}")
    else:
        print_line(f"{told['account']} is not halted.")
