"""Our own Parquet files: their columns, and the way of an event into a row and back.

Prices and quantities are text, exactly as the venue wrote them: every decimal type of Parquet has
one scale per column, and floats are not exact. Times are int64 nanoseconds, UTC.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import BookAction, BookUpdate, Candle, MarketEvent, Quote, Trade
from algotradehub.domain.money import text
from algotradehub.storage.timeseries.fields import SECOND_NS, Level
from algotradehub.storage.timeseries.layout import MarketKind, kind_of

# ``ordinal`` counts the events of one instant, so that they keep their order.
COLUMNS: Final[dict[MarketKind, tuple[str, ...]]] = {
    MarketKind.CANDLES: (
        "received_ns", "interval_ns", "start_ns", "open", "high", "low", "close", "volume",
    ),
    MarketKind.TRADES: (
        "received_ns", "ordinal", "venue_time_ns", "price", "quantity", "taker", "trade_id",
    ),
    MarketKind.QUOTES: (
        "received_ns", "ordinal", "venue_time_ns", "bid", "ask", "bid_quantity", "ask_quantity",
    ),
    MarketKind.BOOK: (
        "received_ns", "ordinal", "venue_time_ns", "action", "first_sequence", "last_sequence",
        "bid_prices", "bid_quantities", "ask_prices", "ask_quantities",
    ),
}  # fmt: skip
# Rows with an equal key are one fact: the later import replaces the earlier.
KEYS: Final[dict[MarketKind, tuple[str, ...]]] = {
    MarketKind.CANDLES: ("start_ns",),
    MarketKind.TRADES: ("trade_id",),
    MarketKind.QUOTES: ("received_ns", "ordinal"),
    MarketKind.BOOK: ("received_ns", "ordinal"),
}
_STEPS: Final = ((86_400 * SECOND_NS, "d"), (3_600 * SECOND_NS, "h"), (60 * SECOND_NS, "m"))


def series_name(kind: MarketKind, interval_ns: int | None) -> str:
    """Name a series as its folder: ``trades``, ``quotes``, ``book``, ``candles-1m``."""
    if interval_ns is None:
        return str(kind)
    for step_ns, letter in _STEPS:
        if interval_ns % step_ns == 0:
            return f"{kind}-{interval_ns // step_ns}{letter}"
    return f"{kind}-{interval_ns // SECOND_NS}s"


def series_of(event: MarketEvent) -> str:
    return series_name(kind_of(event), event.interval_ns if isinstance(event, Candle) else None)


def to_row(event: MarketEvent, ordinal: int) -> tuple[Any, ...]:
    """Lay an event out by ``COLUMNS``."""
    match event:
        case Candle():
            prices = (event.open, event.high, event.low, event.close, event.volume)
            return event.received_ns, event.interval_ns, event.start_ns, *map(text, prices)
        case Trade():
            return (
                event.received_ns, ordinal, event.venue_time_ns, text(event.price),
                text(event.quantity), event.taker, event.venue_trade_id,
            )  # fmt: skip
        case Quote():
            values = (event.bid, event.ask, event.bid_quantity, event.ask_quantity)
            return event.received_ns, ordinal, event.venue_time_ns, *map(text, values)
        case BookUpdate():
            return (
                event.received_ns, ordinal, event.venue_time_ns, event.action,
                event.first_sequence, event.last_sequence, *_split(event.bids), *_split(event.asks),
            )  # fmt: skip


def from_row(kind: MarketKind, row: Sequence[Any], venue: VenueId, symbol: Symbol) -> MarketEvent:
    """Read a row back. Written by ``to_row``, so amounts are taken without further checks."""
    match kind:
        case MarketKind.CANDLES:
            opened, high, low, close, volume = map(Decimal, row[3:])
            return Candle(
                venue=venue, symbol=symbol, received_ns=row[0], interval_ns=row[1],
                start_ns=row[2], open=opened, high=high, low=low, close=close, volume=volume,
                final=True,
            )  # fmt: skip
        case MarketKind.TRADES:
            return Trade(
                venue=venue, symbol=symbol, received_ns=row[0], venue_time_ns=row[2],
                price=Decimal(row[3]), quantity=Decimal(row[4]),
                taker=None if row[5] is None else Side(row[5]), venue_trade_id=row[6],
            )  # fmt: skip
        case MarketKind.QUOTES:
            bid, ask, bid_quantity, ask_quantity = map(Decimal, row[3:])
            return Quote(
                venue=venue, symbol=symbol, received_ns=row[0], venue_time_ns=row[2], bid=bid,
                ask=ask, bid_quantity=bid_quantity, ask_quantity=ask_quantity,
            )  # fmt: skip
        case MarketKind.BOOK:
            return BookUpdate(
                venue=venue, symbol=symbol, received_ns=row[0], venue_time_ns=row[2],
                action=BookAction(row[3]), first_sequence=row[4], last_sequence=row[5],
                bids=_join(row[6], row[7]), asks=_join(row[8], row[9]),
            )  # fmt: skip


def _split(levels: tuple[Level, ...]) -> tuple[list[str], list[str]]:
    return [text(price) for price, _ in levels], [text(quantity) for _, quantity in levels]


def _join(prices: list[str], quantities: list[str]) -> tuple[Level, ...]:
    return tuple(zip(map(Decimal, prices), map(Decimal, quantities), strict=True))
