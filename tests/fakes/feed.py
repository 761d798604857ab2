"""A market feed that says nothing by itself: the test pushes what it tells."""

from collections.abc import Callable, Sequence

import msgspec

from algotradehub.domain.errors import NotFound, Unsupported
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.market import BookUpdate, Candle, MarketEvent
from algotradehub.ports.venue import Channel, MarketSink


class SilentFeed:
    """Implements ``ports.venue.MarketFeed``.

    Attributes:
        subscribed: Every channel ever subscribed, in order.
        at_once: What a new subscription is told before ``subscribe`` returns.
        books: What ``book`` answers, by symbol.
        history: The candles there are.
    """

    def __init__(
        self,
        venue: VenueId,
        symbols: Sequence[Symbol],
        *,
        kinds: Sequence[str] = ("quotes", "trades", "book", "candles"),
    ) -> None:
        self.venue = venue
        self.subscribed: list[Channel] = []
        self.at_once: list[MarketEvent] = []
        self.books: dict[Symbol, BookUpdate] = {}
        self.history: list[Candle] = []
        self._symbols = symbols
        self._kinds = kinds
        self._sinks: dict[Channel, list[MarketSink]] = {}

    @property
    def open_channels(self) -> list[Channel]:
        """What is subscribed now; a channel subscribed twice is there twice."""
        return [channel for channel, sinks in self._sinks.items() for _ in sinks]

    def push(self, channel: Channel, *events: MarketEvent) -> None:
        for event in events:
            for sink in tuple(self._sinks.get(channel, ())):
                sink(event)

    @property
    def candle_intervals_ns(self) -> Sequence[int]:
        return 60_000_000_000, 300_000_000_000

    async def instruments(self) -> Sequence[Instrument]:
        raise NotImplementedError

    def subscribe(self, channel: Channel, sink: MarketSink) -> Callable[[], None]:
        if channel.symbol not in self._symbols:
            raise NotFound(f"{self.venue} does not list {channel.symbol}")
        if channel.kind not in self._kinds:
            raise Unsupported(f"{self.venue} tells no {channel.kind}")
        self.subscribed.append(channel)
        sinks = self._sinks.setdefault(channel, [])
        sinks.append(sink)
        for event in self.at_once:
            sink(event)
        return lambda: sinks.remove(sink)  # raises if it is called twice

    async def book(self, symbol: Symbol, depth: int) -> BookUpdate:
        whole = self.books[symbol]
        return msgspec.structs.replace(whole, bids=whole.bids[:depth], asks=whole.asks[:depth])

    async def candles(
        self, symbol: Symbol, *, interval_ns: int, start_ns: int, end_ns: int
    ) -> Sequence[Candle]:
        if interval_ns not in self.candle_intervals_ns:
            raise Unsupported(f"{self.venue} has no candles of {interval_ns} ns")
        return [
            candle
            for candle in self.history
            if (candle.symbol, candle.interval_ns) == (symbol, interval_ns)
            and start_ns <= candle.start_ns < end_ns
        ]
