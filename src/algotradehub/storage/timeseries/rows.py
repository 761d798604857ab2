"""From a row of text to one candle, trade or quote, checked field by field."""

from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import NamedTuple, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import Candle, MarketEvent, Quote, Trade
from algotradehub.domain.money import ZERO
from algotradehub.storage.timeseries import fields
from algotradehub.storage.timeseries.columns import NEEDED, Columns
from algotradehub.storage.timeseries.cursor import BadRecording, Cursor
from algotradehub.storage.timeseries.layout import MarketKind

T = TypeVar("T")

Build: TypeAlias = Callable[[Sequence[str]], MarketEvent | None]


class CellReader:
    """Reads the cell of a role out of a row; what cannot be read is told with its column."""

    def __init__(self, cursor: Cursor, columns: Columns) -> None:
        self._cursor = cursor
        self._index = columns.index
        self._header = columns.header
        self._symbol: str | None = None

    def __contains__(self, role: str) -> bool:
        return role in self._index

    def text(self, row: Sequence[str], role: str) -> str:
        return row[self._index[role]]

    def read(self, row: Sequence[str], role: str, read: Callable[[str], T]) -> T:
        text = row[self._index[role]]
        try:
            return read(text)
        except ValueError as error:
            raise self._cursor.bad(
                str(error), column=self._header[self._index[role]], value=text
            ) from None

    def bad(self, row: Sequence[str], role: str, rule: str) -> BadRecording:
        position = self._index[role]
        return self._cursor.bad(rule, column=self._header[position], value=row[position])

    def same_symbol(self, row: Sequence[str], role: str) -> None:
        """Refuse a second instrument: its prices would pass for the first one's."""
        name = row[self._index[role]]
        if self._symbol is None:
            self._symbol = name
        elif name != self._symbol:
            raise self.bad(row, role, f"another symbol than {self._symbol} before; split the file")

    def is_empty(self, row: Sequence[str], roles: Sequence[str]) -> bool:
        return not any(row[self._index[role]] for role in roles)


class TradeNumbers:
    """Ids for trades without one: the time, and the count of trades at that time.

    Two files cut from one history give the same ids, except within an instant that one of them
    holds in part.
    """

    def __init__(self) -> None:
        self._at_ns = -1
        self._count = 0

    def next(self, at_ns: int) -> str:
        self._count = self._count + 1 if at_ns == self._at_ns else 0
        self._at_ns = at_ns
        return f"{at_ns}-{self._count}"


def zone_named(name: str, cursor: Cursor) -> tzinfo:
    """Look up an IANA time zone; ``UTC`` is the cheap one."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        rule = "no such time zone; use an IANA name such as Asia/Kolkata"
        raise cursor.bad(rule, value=name) from None


class _Source(NamedTuple):
    """What every row of a file is read with."""

    cell: CellReader
    cursor: Cursor
    venue: VenueId
    symbol: Symbol
    read_time: Callable[[str], int]
    read_price: Callable[[str], Decimal]


def builder(
    columns: Columns,
    cursor: Cursor,
    venue: VenueId,
    symbol: Symbol,
    *,
    read_time: Callable[[str], int],
    read_price: Callable[[str], Decimal] = fields.price,
    interval_ns: int | None = None,
) -> Build:
    """Return the function that turns a row into an event, or into None to leave it out."""
    cell = CellReader(cursor, columns)
    source = _Source(cell, cursor, venue, symbol, read_time, read_price)
    match columns.kind:
        case MarketKind.CANDLES if interval_ns is not None:
            build = _candles(source, interval_ns)
        case MarketKind.QUOTES:
            build = _quotes(source)
        case MarketKind.TRADES:
            build = _trades(source)
        case _:
            raise cursor.bad("the candles' interval is not told by the rows; give --interval")
    if "symbol" not in cell:
        return build

    def build_of_one_symbol(row: Sequence[str]) -> MarketEvent | None:
        cell.same_symbol(row, "symbol")
        return build(row)

    return build_of_one_symbol


def _candles(source: _Source, interval_ns: int) -> Build:
    cell, cursor, venue, symbol, read_time, read_price = source
    prices = NEEDED[MarketKind.CANDLES][1:]
    has_volume = "volume" in cell
    previous_ns = -1

    def build(row: Sequence[str]) -> Candle | None:
        nonlocal previous_ns
        if cell.is_empty(row, prices):
            cursor.notes["rows without prices left out"] += 1
            return None
        start_ns = cell.read(row, "time", read_time)
        opened, high, low, close = (cell.read(row, role, read_price) for role in prices)
        if not high >= max(opened, close):
            raise cell.bad(row, "high", f"high below open {opened}, low {low} or close {close}")
        if not low <= min(opened, close):
            raise cell.bad(row, "low", f"low above open {opened} or close {close}")
        if start_ns == previous_ns:
            raise cell.bad(row, "time", "a second candle for the same time")
        previous_ns = start_ns
        volume = cell.read(row, "volume", fields.quantity) if has_volume else ZERO
        return Candle(
            venue=venue, symbol=symbol, start_ns=start_ns, interval_ns=interval_ns,
            open=opened, high=high, low=low, close=close, volume=volume, final=True,
            # Known when it ended, not when it began: replay must not look ahead.
            received_ns=start_ns + interval_ns,
        )  # fmt: skip

    return build


def _trades(source: _Source) -> Build:
    cell, cursor, venue, symbol, read_time, read_price = source
    has_id, has_received = "id" in cell, "received" in cell
    has_side, has_maker = "side" in cell, "buyer_is_maker" in cell
    numbers = TradeNumbers()

    def build(row: Sequence[str]) -> Trade | None:
        at_ns = cell.read(row, "time", read_time)
        quantity = cell.read(row, "quantity", fields.quantity)
        if quantity == ZERO:  # Bitstamp's early history has some
            cursor.notes["trades of quantity zero left out"] += 1
            return None
        taker: Side | None = None
        if has_side:
            taker = cell.read(row, "side", fields.side)
        elif has_maker:
            taker = cell.read(row, "buyer_is_maker", fields.taker_from_maker_flag)
        return Trade(
            venue=venue, symbol=symbol, price=cell.read(row, "price", read_price),
            quantity=quantity, taker=taker,
            venue_trade_id=cell.text(row, "id") if has_id else numbers.next(at_ns),
            venue_time_ns=at_ns,
            received_ns=cell.read(row, "received", read_time) if has_received else at_ns,
        )  # fmt: skip

    return build


def _quotes(source: _Source) -> Build:
    cell, cursor, venue, symbol, read_time, read_price = source
    has_received = "received" in cell
    has_bid_quantity, has_ask_quantity = "bid_quantity" in cell, "ask_quantity" in cell

    def build(row: Sequence[str]) -> Quote | None:
        if cell.is_empty(row, ("bid",)) or cell.is_empty(row, ("ask",)):
            cursor.notes["quotes with one side only left out"] += 1
            return None
        at_ns = cell.read(row, "time", read_time)
        bid = cell.read(row, "bid", read_price)
        ask = cell.read(row, "ask", read_price)
        if bid > ask:
            raise cell.bad(row, "bid", f"bid above ask {ask}")
        return Quote(
            venue=venue, symbol=symbol, bid=bid, ask=ask,
            bid_quantity=cell.read(row, "bid_quantity", fields.quantity)
            if has_bid_quantity else ZERO,
            ask_quantity=cell.read(row, "ask_quantity", fields.quantity)
            if has_ask_quantity else ZERO,
            venue_time_ns=at_ns,
            received_ns=cell.read(row, "received", read_time) if has_received else at_ns,
        )  # fmt: skip

    return build
