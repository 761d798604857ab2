"""What the demo shows: pictures of a running platform, as tables and as lines."""

import asyncio
import io
from decimal import Decimal
from pathlib import Path

import msgspec
from rich.console import Console

from algotradehub.app.embedded import run_embedded
from algotradehub.cli import live_table
from algotradehub.cli.live_table import Picture, Watcher, line, show_lines, show_table, table
from algotradehub.ports.bus import Alert
from tests.unit.app.small import priced, request, resting, small_settings

NOTHING = Picture(
    markets=(),
    holdings=(),
    open_orders=(),
    open_count=0,
    fills=(),
    fill_count=0,
    journal_seq=1,
    orders_per_s=0.0,
    alert=None,
)


def drawn(picture: Picture) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(table(picture))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def picture(tmp_path: Path) -> Picture:
    """After one fill, with one order that rests, and an alert."""
    async with run_embedded(small_settings(tmp_path)) as platform:
        watcher = Watcher(platform)
        await priced(platform)
        platform.core.orders.submit(request("filled"))
        platform.core.orders.submit(resting("resting"))
        platform.core.bus.publish(Alert(name="look", detail="[here]", account=None, at_ns=0))
        assert watcher.has_fills
        return watcher.picture()


async def test_a_picture_is_of_everything(tmp_path: Path) -> None:
    taken = await picture(tmp_path)
    assert {(market.venue, market.symbol) for market in taken.markets} == {
        ("paper:one", "BTC/USDT"),
        ("paper:one", "ETH/USDT"),
    }
    [market] = [market for market in taken.markets if market.symbol == "BTC/USDT"]
    assert market.spread_bps is not None
    assert 0 < market.spread_bps < 10
    [holding] = taken.holdings
    assert holding.position.quantity == Decimal("0.01")
    assert holding.unrealized is not None
    assert abs(holding.unrealized) < 1
    assert [order.request.idempotency_key for order in taken.open_orders] == ["resting"]
    assert taken.open_count == 1
    assert taken.fill_count == len(taken.fills) > 0
    assert taken.alert == "look: [here]"


async def test_the_table_shows_it(tmp_path: Path) -> None:
    shown = drawn(await picture(tmp_path))
    for part in ("paper:one", "BTC/USDT", "Open orders (1)", "1000", "look: [here]", "0.01"):
        assert part in shown
    # Sums of products have fifty digits, and nobody reads them.
    assert "00000000000" not in shown


async def test_the_line_shows_it(tmp_path: Path) -> None:
    shown = line(await picture(tmp_path))
    assert "\n" not in shown
    for part in ("mine 0.01", "P&L -", "1 open orders", "last fill: BUY", "alert: look: [here]"):
        assert part in shown


def test_nothing_can_be_shown_too() -> None:
    assert "Open orders (0)" in drawn(NOTHING)
    assert (
        line(NOTHING) == "no market | no position | 0 open orders | 0 fills | seq 1 | 0.0 orders/s"
    )
    unpriced = live_table.Market(venue="v", symbol="s", last=None, quote=None, refusing=None)
    assert unpriced.spread_bps is None
    assert "v s -" in line(msgspec.structs.replace(NOTHING, markets=(unpriced,)))


async def test_the_first_fill_is_told_at_once_and_the_rest_now_and_then(tmp_path: Path) -> None:
    async with run_embedded(small_settings(tmp_path)) as platform:
        await priced(platform)
        stop = asyncio.Event()
        lines: list[str] = []

        def write(shown: str) -> None:
            lines.append(shown)
            if len(lines) == 1:
                stop.set()

        watcher = Watcher(platform)
        platform.core.orders.submit(request("a"))
        await show_lines(watcher, stop, every_s=3600, write=write)
    assert len(lines) == 1
    assert "last fill: BUY" in lines[0]


async def test_the_end_is_told(tmp_path: Path) -> None:
    async with run_embedded(small_settings(tmp_path)) as platform:
        lines: list[str] = []
        stop = asyncio.Event()
        platform.clock.after(0, stop.set)
        await show_lines(Watcher(platform), stop, every_s=3600, write=lines.append)
    assert len(lines) == 1


async def test_the_table_is_drawn_until_the_stop(tmp_path: Path) -> None:
    async with run_embedded(small_settings(tmp_path)) as platform:
        stop = asyncio.Event()
        platform.clock.after(0, stop.set)
        await show_table(Watcher(platform), stop, every_s=3600)
    assert stop.is_set()


async def test_the_rate_is_measured_over_a_second_or_more(tmp_path: Path) -> None:
    async with run_embedded(small_settings(tmp_path)) as platform:
        await priced(platform)
        watcher = Watcher(platform)
        platform.core.orders.submit(resting("a"))
        assert watcher.picture().orders_per_s == 0.0
        watcher._measured_ns -= 2_000_000_000
        assert 0.4 < watcher.picture().orders_per_s <= 0.5
        assert watcher.picture().orders_per_s > 0.4


def test_an_account_that_takes_no_orders_says_why() -> None:
    cut = live_table.Market(venue="v", symbol="s", last=None, quote=None, refusing="[cut] for 4 s")
    picture = msgspec.structs.replace(NOTHING, markets=(cut, cut))
    assert line(picture).count("v takes no orders: [cut] for 4 s") == 1
    assert "[cut] for 4 s" in drawn(picture)
