"""``algotradehub order explain``: what every rule would say to an order."""

from typing import Annotated, Any, Final

import typer

from algotradehub.cli import completion
from algotradehub.cli.exit_codes import ExitCode
from algotradehub.cli.printing import Column, Json, print_json, print_line, print_table
from algotradehub.cli.servers import ServedData, ServerUrl, TokenFile, connect
from algotradehub.client import operations
from algotradehub.client.bodies import PlaceOrder
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import OrderType

AnyAccount = Annotated[
    str,
    typer.Argument(
        metavar="ACCOUNT",
        autocompletion=completion.accounts,
        help="Such as paper-a; see `account list`.",
    ),
]
AnySymbol = Annotated[
    str,
    typer.Argument(
        metavar="SYMBOL",
        autocompletion=completion.symbols,
        help="BTC/USDT spot, BTC/USDT:USDT perpetual.",
    ),
]
AnySide = Annotated[
    Side,
    typer.Argument(
        metavar="SIDE",
        case_sensitive=False,
        autocompletion=completion.words(Side),
        help="buy or sell.",
    ),
]
Quantity = Annotated[
    str | None,
    typer.Argument(metavar="QUANTITY", help="In base units; leave it out with --value."),
]
Value = Annotated[
    str | None, typer.Option(metavar="AMOUNT", help="To spend or receive, in quote units.")
]
ReduceOnly = Annotated[bool, typer.Option("--reduce-only", help="Only make a position smaller.")]
VERDICTS: Final = (
    Column("SCOPE", "scope"),
    Column("NAME", "name"),
    Column("RULE", "rule"),
    Column("NOW", "now", number=True),
    Column("AFTER", "after", number=True),
    Column("LIMIT", "limit", number=True),
    Column("UNIT", "unit"),
    Column("VERDICT", lambda verdict: "ok" if verdict["passes"] else "fail"),
    Column("NOTE", "note"),
)


def explain(
    account: AnyAccount,
    symbol: AnySymbol,
    side: AnySide,
    quantity: Quantity = None,
    price: Annotated[
        str | None, typer.Option(metavar="PRICE", help="Limit price; without it, a market order.")
    ] = None,
    value: Value = None,
    reduce_only: ReduceOnly = False,
    strategy: Annotated[
        str | None, typer.Option(metavar="NAME", help="As an order of this strategy.")
    ] = None,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Show what every rule would say to an order; nothing is placed.

    Exit codes: 0 it would pass, 4 a rule would refuse it.
    """
    given: dict[str, Any] = {
        "account": account,
        "symbol": symbol,
        "side": side,
        "type": OrderType.MARKET if price is None else OrderType.LIMIT,
        "quantity": quantity,
        "value": value,
        "limit_price": price,
        "reduce_only": reduce_only or None,
        "strategy": strategy,
    }
    wanted = PlaceOrder(
        **{name: each for name, each in given.items() if each is not None},
    )
    told = connect(server, token_file, data).ask(operations.explain_order(wanted))
    if as_json:
        print_json(told)
    else:
        for refusal in told["refusals"]:
            print_line(f"{refusal['field']}: {refusal['rule']}, was {refusal['value']}")
        if told["closed"] is not None:
            print_line(told["closed"])
        if not told["refusals"]:
            print_table(VERDICTS, told["verdicts"], empty="No limits.")
        print_line("It would pass." if told["passes"] else "It would be refused.")
    raise typer.Exit(ExitCode.OK if told["passes"] else ExitCode.REFUSED)
