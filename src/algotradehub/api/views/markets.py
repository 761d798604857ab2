"""Instruments, quotes, books, trades and candles as callers see them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, TypeAlias

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.market import BookUpdate, Candle, Quote, Trade

_Told: TypeAlias = msgspec.Meta


class InstrumentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Instruments by venue and symbol."""

    instruments: Sequence[Instrument]
    next_cursor: str | None


class QuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest quote, and how old it is."""

    quote: Quote
    age_ms: Annotated[int, _Told(description="Since we received it.")]


class Quotes(msgspec.Struct, frozen=True, kw_only=True):
    """The newest quotes that are known. A symbol that nobody follows has none."""

    quotes: Sequence[QuoteView]


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """The best levels of a book; none before the venue has shown any."""

    venue: VenueId
    symbol: Symbol
    bids: Annotated[
        tuple[tuple[Decimal, Decimal], ...], _Told(description="[price, quantity], best first.")
    ]
    asks: tuple[tuple[Decimal, Decimal], ...]
    sequence: Annotated[int, _Told(description="Rises with every change; 0: not numbered.")]
    at_ns: int


def book_view(book: BookUpdate) -> Book:
    return Book(
        venue=book.venue,
        symbol=book.symbol,
        bids=book.bids,
        asks=book.asks,
        sequence=book.last_sequence,
        at_ns=book.venue_time_ns,
    )


class TradeView(msgspec.Struct, frozen=True, kw_only=True):
    """One public execution."""

    id: Annotated[str, _Told(description="The venue's.")]
    price: Decimal
    quantity: Decimal
    taker: Annotated[Side | None, _Told(description="Null where the venue does not say.")]
    at_ns: int


def trade_view(trade: Trade) -> TradeView:
    return TradeView(
        id=trade.venue_trade_id,
        price=trade.price,
        quantity=trade.quantity,
        taker=trade.taker,
        at_ns=trade.venue_time_ns,
    )


class Trades(msgspec.Struct, frozen=True, kw_only=True):
    """The newest public trades that were kept, newest first."""

    venue: VenueId
    symbol: Symbol
    trades: Sequence[TradeView]


class CandleView(msgspec.Struct, frozen=True, kw_only=True):
    start_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Annotated[Decimal, _Told(description="Base units.")]
    final: Annotated[bool, _Told(description="False while the interval still runs.")]


def candle_view(candle: Candle) -> CandleView:
    return CandleView(
        start_ns=candle.start_ns,
        open=candle.open,
        high=candle.high,
        low=candle.low,
        close=candle.close,
        volume=candle.volume,
        final=candle.final,
    )


class Candles(msgspec.Struct, frozen=True, kw_only=True):
    """Candles of one market, oldest first. An interval in which nothing traded has none."""

    venue: VenueId
    symbol: Symbol
    interval: str
    candles: Sequence[CandleView]
