"""``algotradehub order ...``: place, cancel, amend, list and show orders of a running platform."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from algotradehub.cli import completion, one_order
from algotradehub.cli.asking import MAX_ROWS, Lost, Platform
from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.listing import (
    ORDERS,
    Account,
    All,
    Limit,
    Symbol,
    print_order,
    print_outcomes,
    print_page,
)
from algotradehub.cli.one_order import ID_HELP, OrderId
from algotradehub.cli.order_explain import (
    AnyAccount,
    AnySide,
    AnySymbol,
    Quantity,
    ReduceOnly,
    Value,
    explain,
)
from algotradehub.cli.printing import (
    Json,
    examples,
    remark,
)
from algotradehub.cli.servers import ServedData, ServerUrl, TokenFile, connect, find
from algotradehub.client import operations
from algotradehub.client.bodies import CancelOrders, ChangeOrder, PlaceOrder, TrailBody, TriggerBody
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.emulation import Emulation
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    FINAL_STATUSES,
    OrderStatus,
    OrderType,
    Origin,
    TimeInForce,
    TriggerDirection,
)

POLL_S: Final = 0.2
_KEY_CHARACTERS: Final = 32

app = typer.Typer(
    help="Place, cancel, amend, list, show and fire orders.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.command(
    epilog=examples(
        "order place paper-a BTC/USDT buy 0.01 --price 60000",
        "order place paper-a BTC/USDT sell --value 250 --wait 5",
        "order place paper-a BTC/USDT sell 0.01 --trigger 58000",
    )
)
def place(
    account: AnyAccount,
    symbol: AnySymbol,
    side: AnySide,
    quantity: Quantity = None,
    price: Annotated[
        str | None,
        typer.Option(
            metavar="PRICE", help="Limit price in quote units; without it, a market order."
        ),
    ] = None,
    order_type: Annotated[
        OrderType | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            case_sensitive=False,
            autocompletion=completion.words(OrderType),
            help=f"Follows from the other options if left out: {', '.join(OrderType).lower()}.",
        ),
    ] = None,
    value: Value = None,
    trigger: Annotated[
        str | None,
        typer.Option(metavar="PRICE", help="Where a stop or take-profit order starts to work."),
    ] = None,
    trail: Annotated[
        str | None, typer.Option(metavar="DISTANCE", help="Of a trailing stop, in quote units.")
    ] = None,
    trail_bps: Annotated[
        str | None, typer.Option(metavar="BPS", help="The same, in hundredths of a per cent.")
    ] = None,
    tif: Annotated[
        TimeInForce | None,
        typer.Option(
            case_sensitive=False,
            autocompletion=completion.words(TimeInForce),
            metavar="TIF",
            help="Time in force: gtc (left out), ioc, fok, or gtd with --expires.",
        ),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="In UTC, such as 2027-01-15T08:00:00Z.")
    ] = None,
    post_only: Annotated[
        bool, typer.Option("--post-only", help="Only rest; refused where it would match at once.")
    ] = False,
    reduce_only: ReduceOnly = False,
    emulation: Annotated[
        Emulation | None,
        typer.Option(
            case_sensitive=False,
            autocompletion=completion.words(Emulation),
            metavar="HOW",
            help="Of what the venue lacks: refuse, alert or fire_late; see `order show`.",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="Idempotency key, up to 64 characters; made up if left out."
        ),
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", min=0, max=86_400, help="Wait so long for the order's end."
        ),
    ] = None,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Place an order.

    The same order under the same key, sent again, is placed once. So a request whose answer was
    lost is repeated, and you may do the same: give the key again.

    Exit codes: 0 the order is recorded; with --wait 0 it filled, 1 it did not; 3 it may have been
    placed; 4 a rule refused it; 5 it was never sent.
    """
    platform = connect(server, token_file, data, trades=True)
    body: dict[str, Any] = {
        "account": account,
        "symbol": symbol,
        "side": side,
        "type": order_type or _type_of(price, trigger, trail or trail_bps),
        "quantity": quantity,
        "value": value,
        "limit_price": price,
        "time_in_force": tif or (TimeInForce.GTD if expires else None),
        "expires_at": expires,
        "post_only": post_only or None,
        "reduce_only": reduce_only or None,
        "emulation": emulation,
    }
    if trigger is not None:
        direction: Any = _direction(body["type"], side)
        body["trigger"] = TriggerBody(price=trigger, direction=direction)
    if trail is not None or trail_bps is not None:
        body["trail"] = TrailBody(offset=trail, offset_bps=trail_bps)
    if key is None:
        key = InstallationIds(0).token()[:_KEY_CHARACTERS]
        remark(f"idempotency key {key}")
    try:
        wanted = PlaceOrder(**_given(body))
        order = platform.ask(operations.place_order(wanted, idempotency_key=key))
    except Lost as error:
        raise Failure(
            error.code,
            f"{error}\nThe order may have been placed. Give the same command again with "
            f"--key {key}: that places it at most once.",
        ) from error
    if wait is not None:
        order = _ended(platform, order, wait)
    print_order(order, as_json=as_json)
    raise typer.Exit(_verdict(order, waited=wait is not None))


app.command(
    epilog=examples(
        "order explain paper-a BTC/USDT buy 0.01 --price 60000",
        "order explain paper-a BTC/USDT sell 0.01 --json",
    )
)(explain)


@app.command(
    epilog=examples(
        "order cancel 0192f1c3a5b07a1e9c4d5e6f7a8b9c0d",
        "order cancel --all --account paper-a --symbol BTC/USDT",
    )
)
def cancel(
    order_id: Annotated[
        str | None,
        typer.Argument(metavar="ID", autocompletion=completion.open_orders, help=ID_HELP),
    ] = None,
    all_of_them: Annotated[
        bool, typer.Option("--all", help="Every live order, or those of --account and --symbol.")
    ] = False,
    account: Account = None,
    symbol: Symbol = None,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Cancel an order, or with --all every live one.

    The venue is asked until it says that the order ended: there is no need to repeat this. An order
    that has ended already is shown as it is. The exit code is 1 if one could not be cancelled.
    """
    if (order_id is None) is not all_of_them:
        raise typer.BadParameter("give either the ID of one order, or --all")
    if not all_of_them and (account or symbol):
        raise typer.BadParameter("--account and --symbol go with --all")
    platform = connect(server, token_file, data)
    if order_id is not None:
        print_order(platform.ask(operations.cancel_order(order_id)), as_json=as_json)
        return
    which = CancelOrders(account=account, symbol=symbol)
    answer = platform.ask(operations.cancel_orders(which))
    raise typer.Exit(print_outcomes(answer, as_json=as_json))


@app.command(
    epilog=examples(
        "order amend 0192f1c3a5b07a1e9c4d5e6f7a8b9c0d --price 59990",
        "order amend 0192f1c3a5b07a1e9c4d5e6f7a8b9c0d --quantity 0.02",
    )
)
def amend(
    order_id: OrderId,
    quantity: Annotated[
        str | None,
        typer.Option(metavar="AMOUNT", help="New total in base units, the filled part included."),
    ] = None,
    price: Annotated[str | None, typer.Option(metavar="PRICE", help="New limit price.")] = None,
    trigger: Annotated[str | None, typer.Option(metavar="PRICE", help="New trigger price.")] = None,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Change a resting order; what is left out stays as it is.

    The order changes when the venue confirms; `order show` tells what is still pending. If the
    answer is lost (exit code 3), look at the order before you ask again.
    """
    changes = ChangeOrder(quantity=quantity, limit_price=price, trigger_price=trigger)
    if changes == ChangeOrder():
        raise typer.BadParameter("give at least one of --quantity, --price and --trigger")
    platform = connect(server, token_file, data)
    print_order(platform.ask(operations.change_order(order_id, changes)), as_json=as_json)


@app.command(
    "list",
    epilog=examples(
        "order list --status open --status partially_filled",
        "order list --account paper-a --all --json",
        "order list --watch",
    ),
)
def list_orders(
    account: Account = None,
    symbol: Symbol = None,
    status: Annotated[
        list[OrderStatus] | None,
        typer.Option(
            case_sensitive=False,
            autocompletion=completion.words(OrderStatus),
            metavar="STATUS",
            help=f"Any of these, repeatable: {', '.join(OrderStatus).lower()}.",
        ),
    ] = None,
    limit: Limit = 50,
    all_of_them: All = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and show changes.")] = False,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List orders, newest first.

    With --watch a terminal shows a table that is kept up to date; a pipe gets the orders, oldest
    first, then a line for each change, or with --json a JSON object. Ctrl-C ends it (exit code 0).
    A platform that goes away is looked for again for a minute (then 3).
    """
    limit = MAX_ROWS if all_of_them else limit
    if watch:
        # Here, because a list does without a stream.
        from algotradehub.cli.watch import watch_orders  # noqa: PLC0415 - see above
        from algotradehub.cli.watched import Wanted  # noqa: PLC0415 - see above

        wanted = Wanted(account=account, symbol=symbol, statuses=status or (), limit=limit)
        watch_orders(lambda: find(server, token_file, data), wanted, ORDERS, as_json=as_json)
        return
    platform = connect(server, token_file, data)
    every = operations.list_orders(account=account, symbol=symbol).asking(status=status)
    page = platform.pages(every, "orders", limit=limit)
    print_page(page, "orders", ORDERS, as_json=as_json, empty="No orders.")


app.command(
    epilog=examples(
        "order show 0192f1c3a5b07a1e9c4d5e6f7a8b9c0d",
        "order show 0192f1c3a5b07a1e9c4d5e6f7a8b9c0d --json",
    )
)(one_order.show)
app.command(
    epilog=examples(
        "order timeline 0192f1c3a5b07a1e9c4d5e6f7a8b9c0d",
        "order timeline 0192f1c3a5b07a1e9c4d5e6f7a8b9c0d --json",
    )
)(one_order.timeline)
app.command(
    epilog=examples(
        "order fire 0192f1c3a5b07a1e9c4d5e6f7a8b9c0d",
        "order fire 0192f1c3a5b07a1e9c4d5e6f7a8b9c0d --json",
    )
)(one_order.fire)


def _type_of(price: str | None, trigger: str | None, trail: str | None) -> OrderType:
    if trail is not None:
        return OrderType.TRAILING_STOP
    if trigger is not None:
        return OrderType.STOP_MARKET if price is None else OrderType.STOP_LIMIT
    return OrderType.MARKET if price is None else OrderType.LIMIT


def _direction(order_type: object, side: Side) -> TriggerDirection:
    """A stop sells when the price falls; a take-profit order, when it rises."""
    takes_profit = order_type in (OrderType.TAKE_PROFIT_LIMIT, OrderType.TAKE_PROFIT_MARKET)
    rises = (side is Side.BUY) != takes_profit
    return TriggerDirection.RISES_TO if rises else TriggerDirection.FALLS_TO


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _ended(platform: Platform, order: dict[str, Any], wait_s: float) -> dict[str, Any]:
    """Look until the order has ended, for at least ``wait_s``."""
    if order["status"] not in FINAL_STATUSES:
        remark(f"order {order['order_id']} is {order['status']}, waiting for its end")
    for _ in range(math.ceil(wait_s / POLL_S)):
        if order["status"] in FINAL_STATUSES:
            break
        platform.pause(POLL_S)
        order = platform.ask(operations.get_order(order["order_id"]))
    return order


def _verdict(order: Mapping[str, Any], *, waited: bool) -> ExitCode:
    match order["status"]:
        case OrderStatus.REJECTED:
            unsent = order["origin"] == Origin.UNSENT
            return ExitCode.NOT_READY if unsent else ExitCode.REFUSED
        case OrderStatus.FILLED:
            return ExitCode.OK
        case _:
            return ExitCode.FAILED if waited else ExitCode.OK
