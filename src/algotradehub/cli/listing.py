"""``algotradehub position|fill|balance|account|instrument list``: what a platform holds."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from algotradehub.cli import completion
from algotradehub.cli.asking import MAX_ROWS
from algotradehub.cli.exit_codes import ExitCode
from algotradehub.cli.printing import (
    Column,
    Json,
    examples,
    instant,
    print_json,
    print_table,
    remark,
)
from algotradehub.cli.servers import ServedData, ServerUrl, TokenFile, connect
from algotradehub.client import operations

Account = Annotated[
    str | None,
    typer.Option(
        metavar="ACCOUNT", autocompletion=completion.accounts, help="Of this account only."
    ),
]
Symbol = Annotated[
    str | None,
    typer.Option(
        metavar="SYMBOL",
        autocompletion=completion.symbols,
        help="Of this symbol only, such as BTC/USDT.",
    ),
]
Limit = Annotated[int, typer.Option(metavar="COUNT", min=1, max=MAX_ROWS, help="At most so many.")]
All = Annotated[bool, typer.Option("--all", help=f"Without that limit, up to {MAX_ROWS:,}.")]


def _price_step(rule: Mapping[str, Any]) -> str:
    if "tick" in rule:
        return str(rule["tick"])
    if "figures" in rule:
        return f"{rule['figures']} figures"
    return "in bands"


def _answers_in(account: Mapping[str, Any]) -> str | None:
    """Of the last requests, 95 % at least."""
    answer_s = account["line"]["answer_p95_s"]
    return None if answer_s is None else f"{answer_s:.3f}s"


def _amount(order: Mapping[str, Any]) -> str:
    """Quantity in base units, or a value with the currency it is in."""
    if order["quantity"] is not None:
        return str(order["quantity"])
    quote = order["symbol"].partition("/")[2].partition(":")[0]
    return f"{order['value']} {quote}"


FILLS: Final = (
    Column("TIME (UTC)", lambda fill: instant(fill["venue_time"])),
    Column("ACCOUNT", "account"),
    Column("SYMBOL", "symbol"),
    Column("SIDE", "side"),
    Column("QUANTITY", "quantity", number=True),
    Column("PRICE", "price", number=True),
    # A fee that was not told yet is unknown, never 0.
    Column("FEE", lambda fill: "?" if fill["fee"] is None else fill["fee"], number=True),
    Column("IN", "fee_asset"),
    Column("LIQUIDITY", "liquidity"),
    Column("CAUSE", "cause"),
    Column("ORDER", "order_id"),
)
ORDERS: Final = (
    Column("ORDER", "order_id"),
    Column("CREATED (UTC)", lambda order: instant(order["created_at"])[:19]),
    Column("ACCOUNT", "account"),
    Column("SYMBOL", "symbol"),
    Column("SIDE", "side"),
    Column("TYPE", "type"),
    Column("QUANTITY", _amount, number=True),
    Column("PRICE", "limit_price", number=True),
    Column("FILLED", "filled", number=True),
    Column("AVERAGE", "average_price", number=True),
    Column("STATUS", "status"),
)
POSITIONS: Final = (
    Column("ACCOUNT", "account"),
    Column("SYMBOL", "symbol"),
    Column("SIDE", "side"),
    Column("QUANTITY", "quantity", number=True),
    Column("ENTRY", "entry_price", number=True),
    Column("MARK", "mark_price", number=True),
    Column("UNREALIZED", "unrealized", number=True),
    Column("REALIZED", "realized", number=True),
    Column("FEES", "fees"),
)
BALANCES: Final = (
    Column("ACCOUNT", "account"),
    Column("ASSET", "asset"),
    Column("TOTAL", "total", number=True),
    Column("AVAILABLE", "available", number=True),
    Column("EXPECTED", "expected", number=True),
    Column("DIFFERENCE", "difference", number=True),
)
ACCOUNTS: Final = (
    Column("ACCOUNT", "id"),
    Column("VENUE", "venue"),
    Column("ENVIRONMENT", "environment"),
    Column("ACCEPTING", "accepting"),
    Column("OPEN ORDERS", "open_orders", number=True),
    Column("INSTRUMENTS", "instruments", number=True),
    Column("LINE", lambda account: "degraded" if account["line"]["degraded"] else "good"),
    Column("LOST", lambda account: f"{account['line']['lost']}/{account['line']['requests']}"),
    Column("ANSWERS IN", _answers_in, number=True),
    Column("WHY NOT", "refusing"),
)
INSTRUMENTS: Final = (
    Column("VENUE", "venue"),
    Column("SYMBOL", "symbol"),
    Column("KIND", "kind"),
    Column("PRICE STEP", lambda instrument: _price_step(instrument["price_rule"]), number=True),
    Column("LOT", "lot", number=True),
    Column("LEAST", "min_quantity", number=True),
    Column("LEAST VALUE", "min_notional", number=True),
    Column("MAKER FEE", "maker_fee", number=True),
    Column("TAKER FEE", "taker_fee", number=True),
)


def _group(about: str) -> typer.Typer:
    group = typer.Typer(
        help=about, no_args_is_help=True, rich_markup_mode=None, add_completion=False
    )
    # Without a callback a group of one command would be that command.
    group.callback()(_nothing)
    return group


def _nothing() -> None: ...


positions = _group("Positions and their profit.")
fills = _group("Fills, one by one.")
balances = _group("Balances, by our books and by the venue's.")
accounts = _group("Accounts, and whether they accept orders.")
instruments = _group("Instruments, and the rules of price and quantity.")


@positions.command(
    "list", epilog=examples("position list", "position list --account paper-a --all")
)
def list_positions(
    account: Account = None,
    all_of_them: Annotated[bool, typer.Option("--all", help="Also those that are flat.")] = False,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List positions and their profit.

    Quantities are in base units, prices in quote units, profit before fees in what is settled in.
    """
    wanted = operations.list_positions(account=account, flat=all_of_them)
    page = connect(server, token_file, data).ask(wanted)
    print_page(page, "positions", POSITIONS, as_json=as_json, empty="No positions.")


@fills.command(
    "list",
    epilog=examples(
        "fill list --symbol BTC/USDT --limit 10",
        "fill list --order 0192f1c3a5b07a1e9c4d5e6f7a8b9c0d --json",
    ),
)
def list_fills(
    account: Account = None,
    symbol: Symbol = None,
    order: Annotated[
        str | None,
        typer.Option(metavar="ID", autocompletion=completion.orders, help="Of this order only."),
    ] = None,
    limit: Limit = 50,
    all_of_them: All = False,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List fills, newest first. A fee that is not known yet is shown as ?."""
    wanted = operations.list_fills(account=account, symbol=symbol, order_id=order)
    platform = connect(server, token_file, data)
    page = platform.pages(wanted, "fills", limit=MAX_ROWS if all_of_them else limit)
    print_page(page, "fills", FILLS, as_json=as_json, empty="No fills.")


@balances.command("list", epilog=examples("balance list", "balance list --account paper-a"))
def list_balances(
    account: Account = None,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List balances: what the venue says, and what our own books expect."""
    page = connect(server, token_file, data).ask(operations.list_balances(account=account))
    print_page(page, "balances", BALANCES, as_json=as_json, empty="No balances.")


@accounts.command("list", epilog=examples("account list", "account list --json"))
def list_accounts(
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List accounts, and why one takes no orders."""
    page = connect(server, token_file, data).ask(operations.list_accounts())
    print_page(page, "accounts", ACCOUNTS, as_json=as_json, empty="No accounts.")


@instruments.command(
    "list", epilog=examples("instrument list eth", "instrument list --account paper-a")
)
def list_instruments(
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT",
            help="Part of the symbol, such as btc; left out, all are listed.",
            show_default=False,
        ),
    ] = "",
    account: Annotated[
        str | None,
        typer.Option(
            metavar="ACCOUNT", autocompletion=completion.accounts, help="Traded by this account."
        ),
    ] = None,
    venue: Annotated[
        str | None,
        typer.Option(metavar="VENUE", autocompletion=completion.venues, help="Of this venue only."),
    ] = None,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List what can be traded, its rules and fees.

    Prices are in quote units, lot and least quantity in base units; a fee of 0.001 is 0.1 %.
    """
    platform = connect(server, token_file, data)
    every = operations.list_instruments(account=account, venue=venue)
    page = platform.pages(every, "instruments", limit=MAX_ROWS)
    wanted = text.upper()
    found = [each for each in page["instruments"] if wanted in each["symbol"]]
    shown = {**page, "instruments": found}
    print_page(shown, "instruments", INSTRUMENTS, as_json=as_json, empty="No instruments.")


def print_page(
    page: Mapping[str, Any], rows: str, columns: Sequence[Column], *, as_json: bool, empty: str
) -> None:
    """Print the rows of one answer; on stderr, what of them is missing."""
    if as_json:
        print_json(page)
    else:
        print_table(columns, page[rows], empty=empty)
    if not page.get("complete", True):
        remark("storage is behind: the newest changes may be missing")
    if page.get("next_cursor"):
        remark("there may be more: give a larger --limit, or --all")


def print_outcomes(answer: Mapping[str, Any], *, as_json: bool) -> ExitCode:
    """Print what became of each order; one that could not be cancelled makes it a failure."""
    results = answer["results"]
    if as_json:
        print_json(answer)
    else:
        done = [each["order"] for each in results if "order" in each]
        print_table(ORDERS, done, empty="No live orders.")
    problems = [each["problem"] for each in results if "problem" in each]
    for problem in problems:
        remark(f"{problem['order_id']} is not cancelled: {problem['detail']}")
    return ExitCode.FAILED if problems else ExitCode.OK


def print_order(order: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(order)
        return
    print_table(ORDERS, [order], empty="")
    if order["reason"]:
        remark(f"{order['origin'] or 'the venue'}: {order['reason']}")
    emulated = order.get("emulated")
    if emulated and emulated["waiting"]:
        remark("emulated: it waits here for its price; `order show` tells whether it is guarded")
    if order["cancel_pending"]:
        remark("the cancel was asked for and is repeated until the venue answers")
    if order["amend_pending"]:
        remark("the change was asked for; the order changes when the venue confirms")
