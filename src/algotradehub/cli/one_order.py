"""``algotradehub order show|timeline|fire``: one order, its past, and what becomes of it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from algotradehub.cli import completion
from algotradehub.cli.asking import MAX_ROWS
from algotradehub.cli.listing import FILLS, print_order
from algotradehub.cli.printing import (
    Column,
    Json,
    instant,
    print_facts,
    print_json,
    print_line,
    print_table,
)
from algotradehub.cli.servers import ServedData, ServerUrl, TokenFile, connect
from algotradehub.client import operations

ID_HELP: Final = "The order's id, 32 characters."
OrderId = Annotated[
    str, typer.Argument(metavar="ID", autocompletion=completion.open_orders, help=ID_HELP)
]
AnyOrderId = Annotated[
    str, typer.Argument(metavar="ID", autocompletion=completion.orders, help=ID_HELP)
]

RECORDS: Final = (
    Column("AT", lambda line: instant(line["at"])),
    Column("AFTER S", lambda line: f"{line['after_s']:.3f}", number=True),
    Column("WHAT", lambda line: line["body"]["type"]),
    Column("TOLD", lambda line: _told(line["body"])),
)


def show(
    order_id: AnyOrderId,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Show all that is known of one order, and its fills."""
    platform = connect(server, token_file, data)
    order = platform.ask(operations.get_order(order_id))
    of_it = operations.list_fills(order_id=order_id)
    fills = platform.pages(of_it, "fills", limit=MAX_ROWS)["fills"]
    timeline = platform.ask(operations.get_order_timeline(order_id))
    found = {name: timeline[name] for name in ("why_not_sent", "if_unplugged")}
    if as_json:
        print_json({**order, **found, "fills": fills})
        return
    facts = {name: value for name, value in order.items() if not name.endswith("_ns")}
    print_facts({**facts, **_outlook(timeline)})
    print_line("")
    print_table(FILLS, fills, empty="No fills.")


def timeline(
    order_id: AnyOrderId,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Show the records of one order, oldest first."""
    found = connect(server, token_file, data).ask(operations.get_order_timeline(order_id))
    if as_json:
        print_json(found)
        return
    print_table(RECORDS, found["records"], empty="No records.")
    print_line("")
    print_facts(_outlook(found))


def fire(
    order_id: OrderId,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Send an order that waits for its price, now.

    Meant for one whose price came while nobody could watch it; `order show` says so.
    """
    platform = connect(server, token_file, data, trades=True)
    print_order(platform.ask(operations.fire_order(order_id)), as_json=as_json)


def _outlook(timeline: Mapping[str, Any]) -> dict[str, object]:
    unplugged = timeline["if_unplugged"]
    at = instant(unplugged.get("at"))
    return {
        "why_not_sent": timeline["why_not_sent"],
        "if_unplugged": f"{unplugged['text']} ({at})" if at else unplugged["text"],
    }


def _told(body: Mapping[str, Any]) -> object:
    """What of a record a person wants to see first."""
    evidence = body.get("evidence")
    if evidence is not None:
        return evidence.get("reason") or evidence["word"]
    return body.get("reason") or body.get("what") or body.get("price") or body.get("best")
