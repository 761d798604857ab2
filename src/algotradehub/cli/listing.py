"""``algotradehub position|fill|balance|account|instrument list``: what a platform holds."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from algotradehub.cli.asking import MAX_ROWS
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

Account = Annotated[str | None, typer.Option(help="Of this account only.")]
Symbol = Annotated[str | None, typer.Option(help="Of this symbol only, such as BTC/USDT.")]
Limit = Annotated[int, typer.Option(min=1, max=MAX_ROWS, help="At most so many.")]
All = Annotated[bool, typer.Option("--all", help=f"Without that limit, up to {MAX_ROWS:,}.")]


def _price_step(rule: Mapping[str, Any]) -> str:
    if "tick" in rule:
        return str(rule["tick"])
    if "figures" in rule:
        return f"{rule['figures']} figures"
    return "in bands"


def _why_not(account: Mapping[str, Any]) -> str | None:
    halt = account["halt"]
    if halt is not None and halt["halted"]:
        return f"halted by {halt['by']}: {halt['reason']}"
    reason: str | None = account["refusing"]
    return reason


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
    Column("WHY NOT", _why_not),
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
    group = typer.Typer(help=about, no_args_is_help=True, rich_markup_mode=None)
    # Without a callback a group of one command would be that command.
    group.callback()(_nothing)
    return group


def _nothing() -> None: ...


positions = _group("Positions and their profit.")
fills = _group("Fills, one by one.")
balances = _group("Balances, by our books and by the venue's.")
accounts = _group("Accounts, and whether they accept orders.")
instruments = _group("Instruments, and the rules of price and quantity.")


@positions.command("list", epilog=examples("position list --account paper-a"))
def list_positions(
    account: Account = None,
    all_of_them: Annotated[bool, typer.Option("--all", help="Flat ones too.")] = False,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List positions."""
    wanted = operations.list_positions(account=account, flat=all_of_them)
    page = connect(server, token_file, data).ask(wanted)
    print_page(page, "positions", POSITIONS, as_json=as_json, empty="No positions.")


@fills.command("list", epilog=examples("fill list --symbol BTC/USDT --limit 10"))
def list_fills(
    account: Account = None,
    symbol: Symbol = None,
    order: Annotated[str | None, typer.Option(metavar="ID", help="Of this order only.")] = None,
    limit: Limit = 50,
    all_of_them: All = False,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List fills, newest first."""
    wanted = operations.list_fills(account=account, symbol=symbol, order_id=order)
    platform = connect(server, token_file, data)
    page = platform.pages(wanted, "fills", limit=MAX_ROWS if all_of_them else limit)
    print_page(page, "fills", FILLS, as_json=as_json, empty="No fills.")


@balances.command("list", epilog=examples("balance list --account paper-a"))
def list_balances(
    account: Account = None,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List balances: the venue's word, and what our own books expect."""
    page = connect(server, token_file, data).ask(operations.list_balances(account=account))
    print_page(page, "balances", BALANCES, as_json=as_json, empty="No balances.")


@accounts.command("list", epilog=examples("account list"))
def list_accounts(
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List accounts."""
    page = connect(server, token_file, data).ask(operations.list_accounts())
    print_page(page, "accounts", ACCOUNTS, as_json=as_json, empty="No accounts.")


@instruments.command("list", epilog=examples("instrument list eth"))
def list_instruments(
    text: Annotated[
        str, typer.Argument(help="Part of the symbol, in upper or lower case.", show_default=False)
    ] = "",
    account: Annotated[str | None, typer.Option(help="Traded by this account.")] = None,
    venue: Annotated[str | None, typer.Option(help="Of this venue only.")] = None,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List what can be traded."""
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
