"""Tickers as callers see them: one line per market, null where nothing is known."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, TypeAlias

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.trading.tickers import Ticker

_Told: TypeAlias = msgspec.Meta
_NS_PER_MS = 1_000_000


class TickerView(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one market. The day is the 24 hours before its newest word."""

    venue: VenueId
    symbol: Symbol
    bid: Decimal | None
    bid_quantity: Decimal | None
    ask: Decimal | None
    ask_quantity: Decimal | None
    last: Annotated[Decimal | None, _Told(description="Price of the newest trade.")]
    mark: Annotated[Decimal | None, _Told(description="The venue's own, where it tells one.")]
    open: Annotated[
        Decimal | None, _Told(description="Of the day, as far as we listened; so are the next.")
    ]
    high: Decimal | None
    low: Decimal | None
    volume: Annotated[Decimal | None, _Told(description="Base units.")]
    change: Annotated[Decimal | None, _Told(description="``last`` minus ``open``.")]
    age_ms: Annotated[int | None, _Told(description="Since the newest word; null before any.")]
    stale: Annotated[bool, _Told(description="The venue has been silent: do not rely on it.")]
    source: Annotated[VenueId, _Told(description="The venue whose data this is.")]


def age_ms(heard_ns: int, now_ns: int) -> int | None:
    """How long ago something was heard, in ms; None if nothing ever was."""
    return max(0, now_ns - heard_ns) // _NS_PER_MS if heard_ns else None


def ticker_view(
    venue: VenueId, symbol: Symbol, ticker: Ticker, *, stale: bool, now_ns: int
) -> TickerView:
    quote, day, last = ticker.quote, ticker.day, ticker.last
    return TickerView(
        venue=venue,
        symbol=symbol,
        bid=None if quote is None else quote.bid,
        bid_quantity=None if quote is None else quote.bid_quantity,
        ask=None if quote is None else quote.ask,
        ask_quantity=None if quote is None else quote.ask_quantity,
        last=last,
        mark=None,
        open=None if day is None else day.open,
        high=None if day is None else day.high,
        low=None if day is None else day.low,
        volume=None if day is None else day.volume,
        change=None if day is None or last is None else last - day.open,
        age_ms=age_ms(ticker.heard_ns, now_ns),
        stale=stale,
        source=venue,
    )


class TickerPage(msgspec.Struct, frozen=True, kw_only=True):
    """Tickers by symbol, or in the order in which they were asked for."""

    tickers: Sequence[TickerView]
    next_cursor: str | None
