"""Market data in the platform's own words: immutable, exact, UTC."""

from decimal import Decimal
from enum import StrEnum

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side


class Quote(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Best bid and ask of one instrument."""

    venue: VenueId
    symbol: Symbol
    bid: Decimal  # quote currency per unit of base
    ask: Decimal
    bid_quantity: Decimal  # base units
    ask_quantity: Decimal
    venue_time_ns: int  # the venue's clock, nanoseconds since the Unix epoch
    received_ns: int  # our clock, same unit

    @property
    def mid(self) -> Decimal:
        return (self.bid + self.ask) / 2


class Trade(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """One public execution at one venue."""

    venue: VenueId
    symbol: Symbol
    price: Decimal
    quantity: Decimal
    taker: Side | None  # None where the source does not say
    venue_trade_id: str
    venue_time_ns: int
    received_ns: int


class Candle(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Open, high, low, close and volume of one interval ``[start_ns, start_ns + interval_ns)``."""

    venue: VenueId
    symbol: Symbol
    start_ns: int
    interval_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal  # base units
    final: bool  # False while the interval still runs; only final candles are stored
    received_ns: int


class BookAction(StrEnum):
    SNAPSHOT = "SNAPSHOT"  # the levels are the whole book
    DELTA = "DELTA"  # the levels replace those of the same price; quantity 0 removes


class BookUpdate(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Levels of an order book, exact. Live books keep float keys (architecture 7); this is data."""

    venue: VenueId
    symbol: Symbol
    action: BookAction
    bids: tuple[tuple[Decimal, Decimal], ...]  # (price, quantity), best first in a snapshot
    asks: tuple[tuple[Decimal, Decimal], ...]
    # The venue's own numbers of the first and last change merged in here; the previous last + 1
    # where a venue tells the previous one. Unbroken is: first <= last of the one before + 1.
    first_sequence: int  # 0: the source does not number
    last_sequence: int
    venue_time_ns: int
    received_ns: int


MarketEvent = Quote | Trade | Candle | BookUpdate
