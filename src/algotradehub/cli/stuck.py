"""``algotradehub stuck ...``: orders nobody can tell the fate of, and what a person does then."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer

from algotradehub.cli import completion
from algotradehub.cli.printing import (
    Column,
    Json,
    examples,
    print_facts,
    print_json,
    print_line,
    print_table,
    remark,
)
from algotradehub.cli.servers import ServedData, ServerUrl, TokenFile, connect
from algotradehub.client import operations
from algotradehub.client.bodies import DecideOrder
from algotradehub.trading.resolution import Ending

app = typer.Typer(
    help="Orders that are stuck: look, ask again, decide.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

_ID = "0192f1c3a5b07a1e9c4d5e6f7a8b9c0d"
OrderId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        autocompletion=completion.open_orders,
        help="The order's id, 32 characters.",
    ),
]
STUCK: Final = (
    Column("ORDER", lambda row: row["order"]["order_id"]),
    Column("ACCOUNT", lambda row: row["order"]["account"]),
    Column("SYMBOL", lambda row: row["order"]["symbol"]),
    Column("SIDE", lambda row: row["order"]["side"]),
    Column("STATUS", lambda row: row["order"]["status"]),
    Column("SINCE (UTC)", lambda row: _seconds(row["since_at"])),
    Column("LOOK-UPS", "look_ups", number=True),
    Column("QUESTION", "question"),
    Column("POSSIBLE", lambda row: ", ".join(row["actions"]).replace("_", "-")),
)
EVIDENCE: Final = (
    Column("AT (UTC)", lambda row: _seconds(row["at"])),
    Column("WHAT", lambda row: row["body"]["type"]),
    Column("SAYS", lambda row: _says(row["body"])),
)
_SAYS_AT_MOST: Final = 120


@app.command("list", epilog=examples("stuck list", "stuck list --json"))
def list_stuck(
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List orders that a person should look at."""
    answer = connect(server, token_file, data).ask(operations.list_stuck_orders())
    if as_json:
        print_json(answer)
    else:
        print_table(STUCK, answer["stuck"], empty="No order is stuck.")


@app.command(epilog=examples(f"stuck show {_ID}", f"stuck show {_ID} --json"))
def show(
    order_id: OrderId,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Show one order and all that is recorded of it."""
    answer = connect(server, token_file, data).ask(operations.get_stuck_order(order_id))
    if as_json:
        print_json(answer)
        return
    _print_facts(answer["stuck"])
    print_line("")
    print_table(EVIDENCE, answer["evidence"], empty="Nothing is recorded.")
    if not answer["complete"]:
        remark("storage is behind: the newest records may be missing")


@app.command(
    "ask-again", epilog=examples(f"stuck ask-again {_ID}", f"stuck ask-again {_ID} --json")
)
def ask_again(
    order_id: OrderId,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Ask the venue about an order now, and compare its account."""
    _print(connect(server, token_file, data).ask(operations.ask_again(order_id)), as_json=as_json)


@app.command(epilog=examples(f"stuck cancel {_ID}", f"stuck cancel {_ID} --json"))
def cancel(
    order_id: OrderId,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Cancel all of an order that may rest, now."""
    answer = connect(server, token_file, data).ask(operations.force_cancel(order_id))
    _print(answer, as_json=as_json)


@app.command(
    epilog=examples(
        "stuck decide ID rejected --reason 'not in the order history'",
        "stuck decide ID filled --price 64010 --reason 'order history'",
    )
)
def decide(
    order_id: OrderId,
    status: Annotated[
        Ending,
        typer.Argument(
            metavar="STATUS",
            case_sensitive=False,
            autocompletion=completion.words(Ending),
            help="filled, cancelled, or rejected: nothing of it ever existed.",
        ),
    ],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="What you saw, and where; it is kept.")
    ],
    filled: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="How much had filled, in base units.")
    ] = None,
    price: Annotated[
        str | None, typer.Option(metavar="PRICE", help="Average price of all that filled.")
    ] = None,
    value: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Or its total, in quote units.")
    ] = None,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Say how an order ended that the venue cannot tell of.

    Look at the venue's own page first: positions and balances follow from what you say. Where two
    people are asked for, this proposes it. The venue's later word wins.
    """
    told = DecideOrder(
        status=status.value, reason=reason, filled=filled, average_price=price, value=value
    )
    answer = connect(server, token_file, data).ask(operations.decide_order(order_id, told))
    _print(answer, as_json=as_json)


@app.command(epilog=examples(f"stuck approve {_ID}", f"stuck approve {_ID} --json"))
def approve(
    order_id: OrderId,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Approve what another person has proposed.

    Your own token tells who you are: give its file with --token-file.
    """
    answer = connect(server, token_file, data).ask(operations.approve_decision(order_id))
    _print(answer, as_json=as_json)


def _print(stuck: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(stuck)
    else:
        _print_facts(stuck)


def _print_facts(stuck: Mapping[str, Any]) -> None:
    order, proposal = stuck["order"], stuck["proposal"]
    waits = None
    if proposal is not None:
        until = _seconds(proposal["expires_at"])
        waits = (
            f"{proposal['status']} with {proposal['filled']} filled, proposed by {proposal['by']}: "
            f"{proposal['reason']}; another person approves until {until}"
        )
    print_facts(
        {
            "order": order["order_id"],
            "account": order["account"],
            "what": f"{order['side']} {order['quantity'] or order['value']} {order['symbol']}",
            "status": order["status"],
            "filled": order["filled"],
            "question": stuck["question"],
            "since": None if stuck["since_at"] is None else _seconds(stuck["since_at"]),
            "look-ups": stuck["look_ups"],
            "last answer": stuck["last_answer"],
            "silence ends it": "yes" if stuck["absence_provable"] else "never: a person decides",
            "waits": waits,
            "possible": ", ".join(stuck["actions"]).replace("_", "-"),
        }
    )


def _says(body: Mapping[str, Any]) -> str:
    """The fields of a record that are not nested further, in one line."""
    text = ", ".join(f"{name} {value}" for name, value in _plain(body))
    return text if len(text) <= _SAYS_AT_MOST else f"{text[:_SAYS_AT_MOST]}..."


def _plain(body: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for name, value in body.items():
        if name in {"type", "order_id", "client_order_id"} or name.endswith("_ns"):
            continue
        if isinstance(value, Mapping):
            yield from _plain(value)
            if "type" in value:
                yield name, value["type"]
        elif value not in (None, "", [], False):
            yield name, value


def _seconds(told: str | None) -> str:
    return "" if told is None else told[:19].replace("T", " ")
