"""Market data events, short to write."""

from decimal import Decimal

from algotradehub.domain.instrument import Side
from algotradehub.domain.market import BookAction, BookUpdate, Candle, Quote, Trade
from tests.unit.matching.orders import SYMBOL, VENUE, amounts

Level = tuple[int | str, int | str]


def quote(bid: Level, ask: Level, at_ns: int = 0) -> Quote:
    return Quote(
        venue=VENUE,
        symbol=SYMBOL,
        bid=Decimal(bid[0]),
        ask=Decimal(ask[0]),
        bid_quantity=Decimal(bid[1]),
        ask_quantity=Decimal(ask[1]),
        venue_time_ns=at_ns,
        received_ns=at_ns,
    )


def trade(price: int | str, quantity: int | str, taker: Side | None, at_ns: int = 0) -> Trade:
    return Trade(
        venue=VENUE,
        symbol=SYMBOL,
        price=Decimal(price),
        quantity=Decimal(quantity),
        taker=taker,
        venue_trade_id="",
        venue_time_ns=at_ns,
        received_ns=at_ns,
    )


def book(
    *,
    bids: tuple[Level, ...] = (),
    asks: tuple[Level, ...] = (),
    action: BookAction = BookAction.SNAPSHOT,
    at_ns: int = 0,
) -> BookUpdate:
    return BookUpdate(
        venue=VENUE,
        symbol=SYMBOL,
        action=action,
        bids=tuple(amounts(*bids)),
        asks=tuple(amounts(*asks)),
        first_sequence=0,
        last_sequence=0,
        venue_time_ns=at_ns,
        received_ns=at_ns,
    )


def candle(
    prices: tuple[int | str, int | str, int | str, int | str],
    *,
    start_ns: int = 100,
    volume: int | str = 1000,
    final: bool = True,
) -> Candle:
    """``prices`` are open, high, low, close; the candle lasts 60 ns."""
    opening, high, low, close = map(Decimal, prices)
    return Candle(
        venue=VENUE,
        symbol=SYMBOL,
        start_ns=start_ns,
        interval_ns=60,
        open=opening,
        high=high,
        low=low,
        close=close,
        volume=Decimal(volume),
        final=final,
        received_ns=start_ns + 60,
    )
