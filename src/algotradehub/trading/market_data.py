"""The market data hub: every feed in, bounded readers out, the newest price always at hand."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from decimal import Decimal
from typing import TypeAlias

import msgspec

from algotradehub.domain.errors import NotFound, NotReady
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import (
    BookAction,
    BookUpdate,
    Candle,
    MarketEvent,
    Quote,
    Trade,
)
from algotradehub.ports.venue import Channel, MarketFeed, MarketSink
from algotradehub.trading.tickers import Ticker, TickerBoard

TRADES_WAITING = 10_000  # per reader: a reader that falls further behind is closed
READERS = 1_000
STALE_AFTER_NS = 5_000_000_000  # quotes come by the second

_Subscription: TypeAlias = tuple[VenueId, Channel, object]
_Levels: TypeAlias = tuple[tuple[Decimal, Decimal], ...]


class SlowReader(NotReady):
    """The reader did not keep pace, and trades would have been lost: it is closed instead."""


class Reader:
    """A bounded stream of market events for one consumer.

    Quotes and candles conflate: the newest of each symbol wins. Changes of a book that wait are
    merged into one, which leaves the book the same. ``conflated`` counts what was passed over.
    Trades come in order, all of them, or the reader ends in ``SlowReader``.
    """

    def __init__(self, *, trades_waiting: int, close: Callable[[], None]) -> None:
        self.conflated = 0
        self._newest: dict[tuple[type, VenueId, Symbol, int], Quote | Candle | BookUpdate] = {}
        self._trades: deque[Trade] = deque()
        self._limit = trades_waiting
        self._close = close
        self._wake = asyncio.Event()
        self._overrun = False

    def offer(self, event: MarketEvent) -> None:
        """Take an event; never blocks."""
        if isinstance(event, Trade):
            if len(self._trades) >= self._limit:
                self._overrun = True
                self._close()
            else:
                self._trades.append(event)
        else:
            interval_ns = event.interval_ns if isinstance(event, Candle) else 0
            key = (type(event), event.venue, event.symbol, interval_ns)
            waiting = self._newest.get(key)
            self.conflated += waiting is not None
            if isinstance(waiting, BookUpdate) and isinstance(event, BookUpdate):
                event = _merged(waiting, event)
            self._newest[key] = event
        self._wake.set()

    async def events(self) -> AsyncGenerator[MarketEvent, None]:
        """Yield what arrives; close it (``contextlib.aclosing``) to end the reader.

        Raises:
            SlowReader: Trades would have been lost.
        """
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._trades or self._newest:
                    while self._trades:
                        yield self._trades.popleft()
                    if self._newest:
                        yield self._newest.pop(next(iter(self._newest)))
                if self._overrun:
                    raise SlowReader(f"more than {self._limit} trades were waiting to be read")
        finally:
            self._close()


class MarketDataManager:
    """Feeds in, readers and listeners out.

    One feed subscription serves all who want the same; of a book each has one of its own.
    """

    def __init__(self) -> None:
        self._feeds: dict[VenueId, MarketFeed] = {}
        self._listed: dict[VenueId, dict[Symbol, None]] = {}
        self._board = TickerBoard()
        self._heard_ns: dict[VenueId, int] = {}
        self._listeners: dict[_Subscription, dict[object, MarketSink]] = {}
        self._unsubscribe: dict[_Subscription, Callable[[], None]] = {}
        self._readers = 0

    def attach(self, feed: MarketFeed, listed: Iterable[Symbol] = ()) -> None:
        """Take a feed in; ``listed`` are the symbols that its venue is asked about by name."""
        self._feeds[feed.venue] = feed
        self._listed[feed.venue] = dict.fromkeys(sorted(listed))

    @property
    def venues(self) -> tuple[VenueId, ...]:
        return tuple(self._feeds)

    def feed(self, venue: VenueId) -> MarketFeed:
        """Return the feed of a venue.

        Raises:
            NotFound: No such feed is open here.
        """
        feed = self._feeds.get(venue)
        if feed is None:
            raise NotFound(f"no market data of {venue} here; there is {', '.join(self._feeds)}")
        return feed

    def symbols(self, venue: VenueId) -> Sequence[Symbol]:
        """What the venue lists, by name.

        Raises:
            NotFound: No such feed is open here.
        """
        return tuple(self._listed[self.feed(venue).venue])

    def require_listed(self, venue: VenueId, symbol: Symbol) -> MarketFeed:
        """Return the feed that tells of ``symbol``.

        Raises:
            NotFound: No such feed is open here, or its venue does not list the symbol.
        """
        feed = self.feed(venue)
        if symbol not in self._listed[venue]:
            raise NotFound(f"{venue} does not list {symbol}")
        return feed

    def listen(self, venue: VenueId, channel: Channel, sink: MarketSink) -> Callable[[], None]:
        """Call ``sink`` with every event, in the loop iteration in which it was read.

        Raises:
            NotFound: No such venue or symbol.
            Unsupported: The venue has no such channel.
        """
        token = object()
        # A book begins with a snapshot, which only a subscription of its own brings.
        key = (venue, channel, token if channel.kind == "book" else None)
        listeners = self._listeners.get(key)
        if listeners is None:
            feed = self.feed(venue)
            listeners = self._listeners[key] = {}
            listeners[token] = sink
            try:
                self._unsubscribe[key] = feed.subscribe(
                    channel, lambda event: self._receive(key, event)
                )
            except BaseException:
                del self._listeners[key]
                raise
        else:
            listeners[token] = sink
        return lambda: self._leave(key, token)

    def read(
        self, wanted: list[tuple[VenueId, Channel]], *, trades_waiting: int = TRADES_WAITING
    ) -> Reader:
        """Open a bounded reader over several channels.

        Raises:
            NotFound: No such venue or symbol.
            NotReady: Too many readers are open.
        """
        if self._readers >= READERS:
            raise NotReady(f"{READERS} readers are open already; close some")
        self._readers += 1
        leave: list[Callable[[], None]] = [self._one_reader_less]

        def close() -> None:
            while leave:
                leave.pop()()

        reader = Reader(trades_waiting=trades_waiting, close=close)
        try:
            for venue, channel in wanted:
                leave.append(self.listen(venue, channel, reader.offer))
        except BaseException:
            close()
            raise
        return reader

    def quote(self, venue: VenueId, symbol: Symbol) -> Quote | None:
        return self._board.quote(venue, symbol)

    def ticker(self, venue: VenueId, symbol: Symbol) -> Ticker:
        """What is known of a market: best prices, last price, the last 24 hours."""
        return self._board.ticker(venue, symbol)

    def trades(self, venue: VenueId, symbol: Symbol, limit: int) -> Sequence[Trade]:
        """The newest public trades that were kept, newest first."""
        return self._board.trades(venue, symbol, limit)

    def running_candle(self, venue: VenueId, symbol: Symbol, interval_ns: int) -> Candle | None:
        """The candle of the interval that runs now, as far as it was heard of."""
        return self._board.running(venue, symbol, interval_ns)

    def heard_ns(self, venue: VenueId) -> int:
        """When the venue last said anything useful; 0: never."""
        return self._heard_ns.get(venue, 0)

    def is_stale(self, venue: VenueId, now_ns: int) -> bool:
        """Whether the venue has been silent for so long that its prices may be old."""
        return now_ns - self.heard_ns(venue) > STALE_AFTER_NS

    def last(self, venue: VenueId, symbol: Symbol) -> Decimal | None:
        """Price of the newest public trade, or the middle of the newest quote."""
        trade = self._board.trade(venue, symbol)
        if trade is not None:
            return trade.price
        quote = self._board.quote(venue, symbol)
        return None if quote is None else quote.mid

    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal | None:
        """The price ``side`` would trade at now: the opposite best, else the last trade."""
        quote = self._board.quote(venue, symbol)
        if quote is not None:
            return quote.ask if side is Side.BUY else quote.bid
        trade = self._board.trade(venue, symbol)
        return None if trade is None else trade.price

    def _receive(self, key: _Subscription, event: MarketEvent) -> None:
        self._heard_ns[event.venue] = event.received_ns
        if not isinstance(event, BookUpdate):
            self._board.hear(event)
        for sink in tuple(self._listeners.get(key, {}).values()):
            sink(event)

    def _leave(self, key: _Subscription, token: object) -> None:
        listeners = self._listeners.get(key)
        if listeners is None or listeners.pop(token, None) is None or listeners:
            return
        del self._listeners[key]
        self._unsubscribe.pop(key)()

    def _one_reader_less(self) -> None:
        self._readers -= 1


def _merged(older: BookUpdate, newer: BookUpdate) -> BookUpdate:
    """One update that does to a book what the two do one after the other."""
    if newer.action is BookAction.SNAPSHOT:
        return newer
    whole = older.action is BookAction.SNAPSHOT
    return msgspec.structs.replace(
        newer,
        action=older.action,
        bids=_merged_side(older.bids, newer.bids, whole=whole, descending=True),
        asks=_merged_side(older.asks, newer.asks, whole=whole, descending=False),
        first_sequence=older.first_sequence,
    )


def _merged_side(older: _Levels, newer: _Levels, *, whole: bool, descending: bool) -> _Levels:
    levels = dict(older) | dict(newer)
    # In a snapshot a level that is gone is left out; in a change it must be told.
    kept = (level for level in levels.items() if level[1] or not whole)
    return tuple(sorted(kept, reverse=descending))
