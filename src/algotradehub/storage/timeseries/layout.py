"""What a recognised recording is: its kind, its columns, and the function that reads it."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import BookUpdate, Candle, MarketEvent, Quote, Trade
from algotradehub.storage.timeseries.cursor import Cursor


class MarketKind(StrEnum):
    CANDLES = "candles"
    TRADES = "trades"
    QUOTES = "quotes"
    BOOK = "book"


_KINDS: dict[type, MarketKind] = {
    Candle: MarketKind.CANDLES,
    Trade: MarketKind.TRADES,
    Quote: MarketKind.QUOTES,
    BookUpdate: MarketKind.BOOK,
}


def kind_of(event: MarketEvent) -> MarketKind:
    return _KINDS[type(event)]


class ReadAs(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read where its own names do not tell, or tell it wrongly."""

    columns: Mapping[str, str] = {}  # role -> the file's column: {"time": "When", "close": "Last"}
    header: tuple[str, ...] = ()  # column names for a file without a header line
    interval_s: int | None = None  # of candles; else the commonest distance between the first rows
    zone: str | None = None  # IANA name, for times that carry no zone; else UTC is assumed
    time_is_close: bool = False  # candles are stamped with their end
    member: str | None = None  # which file of a zip
    decimal_comma: bool = False  # 1.234,5 is one thousand and some
    price_divisor: int | None = None  # LEAN: 10,000 for equities


Reader: TypeAlias = Callable[[Cursor, VenueId, Symbol], Iterator[MarketEvent]]


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose format was recognised from its first lines."""

    format: str
    kinds: tuple[MarketKind, ...]
    columns: tuple[str, ...]  # as the file names them; empty where it has no columns
    read: Reader  # in file order, which may go back in time by a little
    used: Mapping[str, str] = {}  # role -> column, where a header was mapped
    symbol: str | None = None  # the file's own name for what it records
    interval_ns: int | None = None
    warnings: tuple[str, ...] = ()
