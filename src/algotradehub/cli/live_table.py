"""What the demo shows while it runs: a table in a terminal, lines anywhere else."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Decimal
from typing import Final

import msgspec
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from algotradehub.app.embedded import Platform
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.market import Quote
from algotradehub.domain.money import ZERO, text
from algotradehub.domain.order import Order
from algotradehub.domain.position import Position
from algotradehub.ports.bus import Alert, Fact, FillChanged, OrderChanged

FILLS_SHOWN: Final = 8
ORDERS_SHOWN: Final = 8
_LOOK_EVERY_S: Final = 0.1
_CENT: Final = Decimal("0.01")
_BPS: Final = Decimal(10_000)
_NS_PER_S: Final = 1_000_000_000


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """One symbol of one venue, as a row."""

    venue: str
    symbol: str
    last: Decimal | None
    quote: Quote | None
    refusing: str | None  # why its account takes no new orders just now

    @property
    def spread_bps(self) -> Decimal | None:
        if self.quote is None or not self.quote.mid:
            return None
        return (self.quote.ask - self.quote.bid) / self.quote.mid * _BPS


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """One position with its profit before fees, in quote units."""

    position: Position
    instrument: Instrument
    unrealized: Decimal | None  # None: no price is known


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is shown, at one instant."""

    markets: tuple[Market, ...]
    holdings: tuple[Holding, ...]
    open_orders: tuple[Order, ...]  # the newest
    open_count: int
    fills: tuple[Fill, ...]  # newest first
    fill_count: int  # since the start
    journal_seq: int
    orders_per_s: float  # over the last second or more
    alert: str | None  # the newest


class Watcher:
    """Follows a platform and takes pictures of it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._clock = platform.clock
        self._fills: deque[Fill] = deque(maxlen=FILLS_SHOWN)
        self._fill_count = 0
        self._alert: str | None = None
        self._newest = ClientOrderId("")
        self._orders = 0
        self._orders_per_s = 0.0
        self._measured_ns = self._clock.monotonic_ns()
        platform.core.bus.subscribe(self._on_fact)

    @property
    def has_fills(self) -> bool:
        return self._fill_count > 0

    def picture(self) -> Picture:
        state = self._platform.core.state
        self._measure()
        live = [order_id for orders in state.live.values() for order_id in orders]
        newest = sorted(live, reverse=True)[:ORDERS_SHOWN]
        return Picture(
            markets=tuple(self._markets()),
            holdings=tuple(self._holdings()),
            open_orders=tuple(state.orders[order_id] for order_id in newest),
            open_count=len(live),
            fills=tuple(self._fills),
            fill_count=self._fill_count,
            journal_seq=self._platform.core.journal.seq,
            orders_per_s=self._orders_per_s,
            alert=self._alert,
        )

    def _measure(self) -> None:
        now_ns = self._clock.monotonic_ns()
        elapsed_s = (now_ns - self._measured_ns) / _NS_PER_S
        if elapsed_s >= 1:
            self._orders_per_s = self._orders / elapsed_s
            self._orders, self._measured_ns = 0, now_ns

    def _on_fact(self, fact: Fact) -> None:
        match fact:
            case FillChanged(fill=fill):
                self._fills.appendleft(fill)
                self._fill_count += 1
            case OrderChanged(order=order) if order.order_id > self._newest:
                self._newest = order.order_id  # ids rise with time: never seen before
                self._orders += 1
            case Alert(name=name, detail=detail):
                self._alert = f"{name}: {detail}"
            case _:
                pass

    def _markets(self) -> Iterable[Market]:
        market, standing = self._platform.market, self._platform.core.state.standing
        for desk in self._platform.core.orders.desks:
            venue = desk.account.venue
            for symbol in desk.instruments:
                yield Market(
                    venue=venue,
                    symbol=symbol,
                    last=market.last(venue, symbol),
                    quote=market.quote(venue, symbol),
                    refusing=desk.closed(standing),
                )

    def _holdings(self) -> Iterable[Holding]:
        positions = self._platform.core.state.positions
        for position in positions.all():
            instrument = positions.instrument(position.account, position.symbol)
            if instrument is None:
                continue
            mark = self._platform.market.last(instrument.venue, instrument.symbol)
            yield Holding(
                position=position,
                instrument=instrument,
                unrealized=None if mark is None else position.unrealized(mark, instrument),
            )


async def show_table(watcher: Watcher, stop: asyncio.Event, *, every_s: float) -> None:
    """Redraw a table in the terminal until ``stop`` is set."""
    with Live(console=Console(), auto_refresh=False) as live:
        while not stop.is_set():
            live.update(table(watcher.picture()), refresh=True)
            await _wait(stop, every_s)


async def show_lines(
    watcher: Watcher, stop: asyncio.Event, *, every_s: float, write: Callable[[str], None]
) -> None:
    """Write a line at the first fill, every ``every_s``, and at the end."""
    waited_s, filled = 0.0, False
    while not stop.is_set():
        await _wait(stop, _LOOK_EVERY_S)
        waited_s += _LOOK_EVERY_S
        first_fill = watcher.has_fills and not filled
        if first_fill or waited_s >= every_s or stop.is_set():
            waited_s, filled = 0.0, filled or first_fill
            write(line(watcher.picture()))


async def _wait(stop: asyncio.Event, timeout_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await stop.wait()


def line(picture: Picture) -> str:
    """Everything in one line: prices, positions, counts, the last fill."""
    markets = " ".join(
        f"{market.venue} {market.symbol} {_amount(market.last)}" for market in picture.markets
    )
    held = " ".join(
        f"{holding.position.account} {text(holding.position.quantity)} {holding.position.symbol} "
        f"P&L {_money(_total(holding))}"
        for holding in picture.holdings
    )
    refusing = {market.venue: market.refusing for market in picture.markets if market.refusing}
    parts = [
        markets or "no market",
        held or "no position",
        f"{picture.open_count} open orders",
        f"{picture.fill_count} fills",
        f"seq {picture.journal_seq}",
        f"{picture.orders_per_s:.1f} orders/s",
    ]
    if picture.fills:
        parts.append(f"last fill: {_fill(picture.fills[0])}")
    parts += [f"{venue} takes no orders: {reason}" for venue, reason in refusing.items()]
    if picture.alert is not None:
        parts.append(f"alert: {picture.alert}")
    return " | ".join(parts)


def table(picture: Picture) -> Group:
    """Everything as tables, one below the other."""
    counts = (
        f"journal seq {picture.journal_seq}   {picture.orders_per_s:.1f} orders/s   "
        f"{picture.fill_count} fills since the start   Ctrl-C stops"
    )
    alert = [] if picture.alert is None else [f"[yellow]{escape(picture.alert)}[/yellow]"]
    return Group(
        _markets_table(picture),
        _holdings_table(picture),
        _orders_table(picture),
        _fills_table(picture),
        counts,
        *alert,
    )


def _markets_table(picture: Picture) -> Table:
    shown = _table("Markets", "venue", "symbol", "last", "bid", "ask", "spread bps", "orders")
    for market in picture.markets:
        quote = market.quote
        shown.add_row(
            market.venue,
            market.symbol,
            _amount(market.last),
            _amount(None if quote is None else quote.bid),
            _amount(None if quote is None else quote.ask),
            _money(market.spread_bps),
            "taken" if market.refusing is None else f"[yellow]{escape(market.refusing)}[/yellow]",
        )
    return shown


def _holdings_table(picture: Picture) -> Table:
    shown = _table(
        "Positions", "account", "symbol", "quantity", "entry", "unrealized", "realized", "fees"
    )
    for holding in picture.holdings:
        position = holding.position
        entry = position.entry_price(holding.instrument)
        fees = ", ".join(f"{_money(fee)} {asset}" for asset, fee in position.fees.items())
        shown.add_row(
            position.account,
            position.symbol,
            text(position.quantity),
            _money(entry),
            _money(holding.unrealized),
            _money(position.realized),
            fees or "-",
        )
    return shown


def _orders_table(picture: Picture) -> Table:
    title = f"Open orders ({picture.open_count})"
    shown = _table(title, "account", "symbol", "side", "price", "remaining", "status")
    for order in picture.open_orders:
        request = order.request
        shown.add_row(
            request.account,
            request.symbol,
            request.side,
            _amount(order.leg.limit_price),
            text(order.remaining),
            order.status,
        )
    return shown


def _fills_table(picture: Picture) -> Table:
    shown = _table("Last fills", "account", "symbol", "side", "quantity", "price", "fee")
    for fill in picture.fills:
        fee = "-" if fill.fee is None else f"{_amount(fill.fee)} {fill.fee_asset}"
        shown.add_row(
            fill.account, fill.symbol, fill.side, text(fill.quantity), text(fill.price), fee
        )
    return shown


def _table(title: str, *columns: str) -> Table:
    shown = Table(title=title, title_justify="left", expand=True)
    for column in columns:
        words = column in {"venue", "account", "symbol", "side", "status"}
        shown.add_column(column, justify="left" if words else "right")
    return shown


def _total(holding: Holding) -> Decimal | None:
    """Profit of the open and the closed quantity, less fees paid in what it is counted in."""
    if holding.unrealized is None:
        return None
    fees = holding.position.fees.get(holding.instrument.settle, ZERO)
    return holding.position.realized + holding.unrealized - fees


def _fill(fill: Fill) -> str:
    return f"{fill.side} {text(fill.quantity)} {fill.symbol} at {text(fill.price)}"


def _amount(amount: Decimal | None) -> str:
    """As the venue said it, without the zeros behind it."""
    return "-" if amount is None else text(amount.normalize())


def _money(amount: Decimal | None) -> str:
    """To the cent: sums of products have more digits than anybody reads."""
    return "-" if amount is None else text(amount.quantize(_CENT))
