"""The table of ``order list --watch``: what fits, and how often it is drawn."""

import io

import pytest
from rich.console import Console

from algotradehub.cli.listing import ORDERS
from algotradehub.cli.watch_table import WatchTable, fitting_columns
from algotradehub.cli.watched import Wanted, Watched
from tests.unit.cli.answering import ORDER_ID
from tests.unit.cli.streaming import seen


def watched(count: int) -> Watched:
    known = Watched(Wanted(account=None, symbol=None, statuses=(), limit=50))
    for number in range(count):
        known.hear(seen(order_id=f"{number:032}"))
    return known


def drawn(known: Watched, *, width: int, height: int = 20) -> str:
    """A table as a terminal of this size shows it."""
    screen = io.StringIO()
    console = Console(file=screen, width=width, height=height, force_terminal=True)
    console.print(WatchTable(known, ORDERS, console).picture())
    return screen.getvalue()


@pytest.mark.parametrize(
    ("width", "missing"),
    [
        (200, set()),
        (110, {"AVERAGE", "TYPE", "CREATED (UTC)"}),
        (80, {"AVERAGE", "TYPE", "CREATED (UTC)", "ORDER"}),
        (40, {"AVERAGE", "TYPE", "CREATED (UTC)", "ORDER", "FILLED", "ACCOUNT"}),
    ],
)
def test_a_narrow_terminal_does_without_some_columns(width: int, missing: set[str]) -> None:
    columns = fitting_columns(ORDERS, [seen(account="binance-paper")], width)
    assert {column.title for column in ORDERS} - {column.title for column in columns} == missing


def test_it_is_no_higher_than_the_terminal() -> None:
    text = drawn(watched(30), width=200, height=10)
    assert len(text.splitlines()) == 10
    assert "30 orders, 23 below   Ctrl-C stops" in text
    assert f"{29:032}" in text
    assert f"{22:032}" not in text


def test_without_orders_it_says_so() -> None:
    assert "No orders." in drawn(watched(0), width=80)
    assert "1 order   " in drawn(watched(1), width=80)


def test_many_changes_are_one_drawing_and_a_lost_platform_is_told_at_once() -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=200, height=10, force_terminal=True)
    known = watched(0)
    with WatchTable(known, ORDERS, console) as table:
        table.refresh()
        first = screen.tell()
        known.hear(seen())
        table.tell([seen()])
        table.refresh()
        assert screen.tell() == first
        assert 0 <= table.due_s < 1
        table.note("gone")
        table.refresh()
        assert "gone" in screen.getvalue()[first:]
        assert ORDER_ID in screen.getvalue()[first:]
        assert table.due_s > 1
