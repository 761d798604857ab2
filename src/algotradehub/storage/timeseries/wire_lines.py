"""Venue messages recorded one per line: hftbacktest's ``LOCAL_NS JSON`` and Bybit's ob500 files."""

import decimal
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Final, Literal, TypeAlias

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import BookAction, BookUpdate, MarketEvent, Quote, Trade
from algotradehub.domain.money import ZERO
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.fields import MILLISECOND_NS, Level
from algotradehub.storage.timeseries.layout import Layout, MarketKind
from algotradehub.storage.timeseries.text_files import Head, byte_lines

_HFTBACKTEST = re.compile(r"([0-9]{19}) (\{.*)")
_BYBIT = re.compile(r'\{"topic":"orderbook\.[0-9]+\.([^"]+)".*')
_STAMP_DIGITS = 19  # nanoseconds since 2001 and until 2286
_SMALLEST, _LARGEST = Decimal("1e-30"), Decimal("1e30")  # money.parse's bounds

_BYBIT_ACTIONS: Final = {"snapshot": BookAction.SNAPSHOT, "delta": BookAction.DELTA}

Levels: TypeAlias = tuple[Level, ...]

# Field names are the venues' own.


class _Combined(msgspec.Struct, gc=False):
    stream: str | None = None
    data: msgspec.Raw = msgspec.Raw()


class _Depth(msgspec.Struct, gc=False):
    s: str
    U: int
    u: int
    b: Levels
    a: Levels
    E: int
    T: int | None = None
    pu: int | None = None  # futures: last id of the message before


class _BookTicker(msgspec.Struct, gc=False):
    s: str
    b: Decimal
    B: Decimal
    a: Decimal
    A: Decimal
    T: int | None = None  # spot sends no time


class _Trade(msgspec.Struct, gc=False):
    s: str
    t: int
    p: Decimal
    q: Decimal
    T: int
    m: bool  # the buyer was the maker
    X: str = "MARKET"  # futures: NA marks a correction without price, INSURANCE_FUND and others


class _RestSnapshot(msgspec.Struct, gc=False):
    lastUpdateId: int  # noqa: N815 - Binance's word
    bids: Levels
    asks: Levels
    T: int | None = None


class _BybitBook(msgspec.Struct, gc=False):
    s: str
    b: Levels
    a: Levels
    u: int


class _BybitMessage(msgspec.Struct, gc=False):
    type: Literal["snapshot", "delta"]
    ts: int
    data: _BybitBook
    cts: int | None = None  # the matching engine's time, on newer files


_combined = msgspec.json.Decoder(_Combined)
_depth = msgspec.json.Decoder(_Depth)
_book_ticker = msgspec.json.Decoder(_BookTicker)
_trade = msgspec.json.Decoder(_Trade)
_rest_snapshot = msgspec.json.Decoder(_RestSnapshot)
_bybit = msgspec.json.Decoder(_BybitMessage)


def recognise(head: Head) -> Layout | None:
    first = head.lines[0]
    if match := _HFTBACKTEST.fullmatch(first):
        symbol = re.search(r'"s(?:ymbol)?":"([^"]+)"', match[2])
        return Layout(
            format="hftbacktest",
            kinds=(MarketKind.BOOK, MarketKind.QUOTES, MarketKind.TRADES),
            columns=(),
            read=partial(_read, _hftbacktest, head),
            symbol=symbol[1] if symbol else None,
        )
    if match := _BYBIT.fullmatch(first):
        return Layout(
            format="bybit order book",
            kinds=(MarketKind.BOOK,),
            columns=(),
            read=partial(_read, _bybit_book, head),
            symbol=match[1],
            warnings=("no arrival times: the venue's own sending time is used",),
        )
    return None


def _read(
    events: Callable[..., Iterator[MarketEvent]],
    head: Head,
    cursor: Cursor,
    venue: VenueId,
    symbol: Symbol,
) -> Iterator[MarketEvent]:
    text = byte_lines(cursor, head.member)
    for _ in range(head.preamble):
        next(text)
    same = _Same(cursor)
    try:
        yield from events(text, cursor, same, venue, symbol)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise cursor.bad(f"not the message this format documents ({error})") from None
    except decimal.InvalidOperation:  # raised by comparing NaN
        raise cursor.bad("a price or quantity that is no number") from None


class _Same:
    """Refuses a second symbol in one recording."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._first: str | None = None

    def check(self, name: str) -> None:
        if self._first is None:
            self._first = name
        elif name != self._first:
            raise self._cursor.bad(f"another symbol than {self._first} before", value=name)


def _check(levels: Levels, cursor: Cursor) -> None:
    for price, quantity in levels:
        if not (_SMALLEST <= price < _LARGEST and ZERO <= quantity < _LARGEST):
            raise cursor.bad("not a price level", value=f"{price}, {quantity}")


def _hftbacktest(
    text: Iterator[bytes], cursor: Cursor, same: _Same, venue: VenueId, symbol: Symbol
) -> Iterator[MarketEvent]:
    for line in text:
        stamp, _, message = line.partition(b" ")
        if not (len(stamp) == _STAMP_DIGITS and stamp.isdigit()):
            raise cursor.bad("does not begin with a time in nanoseconds", value=stamp.decode())
        received_ns = int(stamp)
        envelope = _combined.decode(message)
        kind = envelope.stream.partition("@")[2] if envelope.stream is not None else "snapshot"
        if kind == "bookTicker":
            ticker = _book_ticker.decode(envelope.data)
            same.check(ticker.s)
            bid, ask = (ticker.b, ticker.B), (ticker.a, ticker.A)
            _check((bid, ask), cursor)
            yield Quote(
                venue=venue, symbol=symbol, bid=ticker.b, ask=ticker.a,
                bid_quantity=ticker.B, ask_quantity=ticker.A,
                venue_time_ns=received_ns if ticker.T is None else ticker.T * MILLISECOND_NS,
                received_ns=received_ns,
            )  # fmt: skip
        elif kind == "trade":
            trade = _trade.decode(envelope.data)
            same.check(trade.s)
            if trade.X == "NA":
                cursor.notes["trade messages without a price left out"] += 1
                continue
            _check(((trade.p, trade.q),), cursor)
            yield Trade(
                venue=venue, symbol=symbol, price=trade.p, quantity=trade.q,
                taker=Side.SELL if trade.m else Side.BUY, venue_trade_id=str(trade.t),
                venue_time_ns=trade.T * MILLISECOND_NS, received_ns=received_ns,
            )  # fmt: skip
        elif kind.startswith("depth"):
            depth = _depth.decode(envelope.data)
            same.check(depth.s)
            _check(depth.b, cursor)
            _check(depth.a, cursor)
            if depth.u < depth.U:
                raise cursor.bad(f"last update id {depth.u} below the first, {depth.U}")
            yield BookUpdate(
                venue=venue, symbol=symbol, action=BookAction.DELTA, bids=depth.b, asks=depth.a,
                # The ids of futures leave holes; an unbroken chain is told by pu, the last id
                # before. Counting from there makes "first <= last + 1" the rule for every book.
                first_sequence=depth.U if depth.pu is None else depth.pu + 1,
                last_sequence=depth.u,
                venue_time_ns=(depth.E if depth.T is None else depth.T) * MILLISECOND_NS,
                received_ns=received_ns,
            )  # fmt: skip
        elif kind == "snapshot":
            book = _rest_snapshot.decode(message)
            _check(book.bids, cursor)
            _check(book.asks, cursor)
            yield BookUpdate(
                venue=venue, symbol=symbol, action=BookAction.SNAPSHOT,
                bids=book.bids, asks=book.asks,
                first_sequence=book.lastUpdateId, last_sequence=book.lastUpdateId,
                venue_time_ns=received_ns if book.T is None else book.T * MILLISECOND_NS,
                received_ns=received_ns,
            )  # fmt: skip
        else:
            cursor.notes[f"{kind} messages left out"] += 1


def _bybit_book(
    text: Iterator[bytes], cursor: Cursor, same: _Same, venue: VenueId, symbol: Symbol
) -> Iterator[MarketEvent]:
    for line in text:
        message = _bybit.decode(line)
        book = message.data
        same.check(book.s)
        _check(book.b, cursor)
        _check(book.a, cursor)
        yield BookUpdate(
            venue=venue, symbol=symbol, action=_BYBIT_ACTIONS[message.type],
            bids=book.b, asks=book.a, first_sequence=book.u, last_sequence=book.u,
            venue_time_ns=(message.ts if message.cts is None else message.cts) * MILLISECOND_NS,
            received_ns=message.ts * MILLISECOND_NS,
        )  # fmt: skip
