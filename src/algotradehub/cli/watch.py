"""``order list --watch``: the orders as they are, then every change, until Ctrl-C.

What is live comes from the stream's snapshots and everything later from its deltas; a list tells
what had ended before. So there is no moment between the two in which a change could be missed.
After a cut the same is done again, and what differs from what is known is the news.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final, Protocol

import typer

from algotradehub.api.bridge import encode
from algotradehub.cli.asking import Platform
from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.printing import (
    Column,
    instant,
    print_line,
    remark,
    shown,
)
from algotradehub.cli.servers import Server, platform_at
from algotradehub.cli.stream import SILENT_FOR_S, Stream, open_stream
from algotradehub.cli.watched import Order, Wanted, Watched, age, ended
from algotradehub.client import operations
from algotradehub.connectivity import clock
from algotradehub.domain.order import FINAL_STATUSES

# Between attempts to find the platform again: about a minute, then it is given up.
PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0, *(5.0,) * 11)


class Display(Protocol):
    """Where changes are told."""

    @property
    def due_s(self) -> float:
        """How long it can wait for more before ``refresh``."""
        ...

    def tell(self, changed: Iterable[Order]) -> None: ...

    def note(self, state: str) -> None:
        """Tell of the connection."""
        ...

    def refresh(self) -> None: ...


class Lines:
    """A line for each change: text in columns, or a JSON object."""

    due_s = SILENT_FOR_S

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def tell(self, changed: Iterable[Order]) -> None:
        for order in changed:
            print_line(encode(order).decode() if self._as_json else line(order))
        sys.stdout.flush()

    def note(self, state: str) -> None:
        remark(state)

    def refresh(self) -> None:
        pass


def watch_orders(
    find: Callable[[], Server],
    wanted: Wanted,
    columns: Sequence[Column],
    *,
    as_json: bool,
    pause: Callable[[float], None] = clock.pause,
) -> None:
    """Show orders and what becomes of them until Ctrl-C.

    Args:
        find: Finds the platform, also again: after a restart it may be at another port.
        wanted: Which orders.
        columns: Of the table, for a terminal.
        as_json: A line of JSON for each change, on a terminal too.
        pause: Waits before another attempt, seconds.

    Raises:
        Failure: There is no platform, it refuses, or it was gone for too long.
    """
    watched = Watched(wanted)
    with ExitStack() as stack:
        display: Display = Lines(as_json=as_json)
        if sys.stdout.isatty() and not as_json:
            # Here, because a pipe does without it.
            from algotradehub.cli.watch_table import WatchTable  # noqa: PLC0415 - see above

            display = stack.enter_context(WatchTable(watched, columns))
        try:
            _watch(find, watched, wanted, display, pause)
        except KeyboardInterrupt:
            return
        except Failure as error:
            if not as_json:
                raise
            remark(f"error: {error}")
            print_line(encode(error.document).decode())  # a line, like all before it
            raise typer.Exit(error.code) from error


def _watch(
    find: Callable[[], Server],
    watched: Watched,
    wanted: Wanted,
    display: Display,
    pause: Callable[[float], None],
) -> None:
    pauses: Iterator[float] = iter(())
    gone: Failure | None = None
    while True:
        try:
            server = find()
            with open_stream(server) as stream:
                platform = platform_at(server)
                changed = _caught_up(stream, platform, watched, wanted)
                if gone is not None:
                    display.note(f"connected again: {server.url}")
                gone, pauses = None, iter(PAUSES_S)
                display.tell(changed)
                display.refresh()
                while True:
                    message = stream.receive(display.due_s)
                    if message is not None:
                        display.tell(_news(message, platform, watched))
                    display.refresh()
        except Failure as error:
            pause_s = next(pauses, None) if error.code is ExitCode.UNREACHABLE else None
            if pause_s is None:
                raise (gone or error) from None
            if gone is None:
                display.note(f"{error}; looking for it again, for {sum(PAUSES_S):.0f} s")
                display.refresh()
            gone = gone or error
            pause(pause_s)


def _caught_up(stream: Stream, platform: Platform, watched: Watched, wanted: Wanted) -> list[Order]:
    """Follow every account and learn how things stand; return what is news, oldest first."""
    accounts = [wanted.account] if wanted.account else _accounts(platform)
    for name in accounts:
        stream.subscribe("account", account=name)
    waiting = set(accounts)
    changed: list[Order] = []
    while waiting:
        message = stream.receive()
        if message is not None:
            changed += _news(message, platform, watched)
            if message["type"] == "snapshot":
                waiting.discard(message["account"])
    changed += [order for order in _ended_before(platform, wanted) if watched.hear(order)]
    newest = {order["order_id"]: order for order in changed}
    return sorted(newest.values(), key=age)[-wanted.limit :]


def _accounts(platform: Platform) -> list[str]:
    return [account["id"] for account in platform.ask(operations.list_accounts())["accounts"]]


def _ended_before(platform: Platform, wanted: Wanted) -> list[Order]:
    if wanted.statuses and not wanted.statuses & FINAL_STATUSES:
        return []
    every = operations.list_orders(account=wanted.account, symbol=wanted.symbol)
    every = every.asking(status=sorted(wanted.statuses) or None)
    page = platform.pages(every, "orders", limit=wanted.limit)
    return [order for order in page["orders"] if ended(order)]


def _news(message: Mapping[str, Any], platform: Platform, watched: Watched) -> list[Order]:
    """What a message of the stream tells of orders that is worth telling on."""
    told = message.get("orders", [])
    changed = [order for order in told if watched.hear(order)]
    if message["type"] == "snapshot":
        gone = watched.live(message["account"]) - {order["order_id"] for order in told}
        for order_id in sorted(gone):  # they ended while nobody told us
            order = _looked_up(platform, order_id)
            if order is None:
                watched.drop(order_id)
            elif watched.hear(order):
                changed.append(order)
    return changed


def _looked_up(platform: Platform, order_id: str) -> Order | None:
    """The order as it is; None where the platform knows of none, such as one with other data."""
    try:
        return platform.ask(operations.get_order(order_id))
    except Failure as error:
        if error.document.get("error_code") == "not_found":
            return None
        raise


def line(order: Order) -> str:
    """An order in one line, in columns that ``awk`` can count: what is not there is a dash."""
    quantity = order["quantity"] if order["quantity"] is not None else order["value"]
    cells = (
        (instant(order["updated_at"]), 23),
        (order["status"], 16),
        (order["account"], 12),
        (order["symbol"], 9),
        (order["side"], 4),
        (order["type"], 6),
        (quantity, 10),
        (order["limit_price"], 9),
        (order["filled"], 10),
        (order["average_price"], 9),
        (order["order_id"], 0),
    )
    return "  ".join(f"{shown(value) or '-':<{width}}" for value, width in cells)
