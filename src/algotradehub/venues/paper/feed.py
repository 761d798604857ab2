"""The public side of a paper venue as a market feed."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.market import BookUpdate, Candle
from algotradehub.ports.venue import Channel, FeedOpener, MarketFeed, MarketSink
from algotradehub.venues.paper.candles import USUAL_INTERVALS_NS
from algotradehub.venues.paper.venue import PaperVenue


class PaperFeed:
    """Implements ``MarketFeed`` over the tape of a ``PaperVenue``."""

    def __init__(self, venue: PaperVenue) -> None:
        self._venue = venue

    @property
    def venue(self) -> VenueId:
        return self._venue.id

    @property
    def candle_intervals_ns(self) -> Sequence[int]:
        return USUAL_INTERVALS_NS

    async def instruments(self) -> Sequence[Instrument]:
        return list(self._venue.instruments.values())

    def subscribe(self, channel: Channel, sink: MarketSink) -> Callable[[], None]:
        """See ``MarketFeed``; a known book or quote is delivered before this returns."""
        return self._venue.tape.subscribe(channel, sink)

    async def book(self, symbol: Symbol, depth: int) -> BookUpdate:
        return self._venue.tape.book(symbol, depth)

    async def candles(
        self, symbol: Symbol, *, interval_ns: int, start_ns: int, end_ns: int
    ) -> Sequence[Candle]:
        return self._venue.tape.candles(
            symbol, interval_ns=interval_ns, start_ns=start_ns, end_ns=end_ns
        )


def feed_opener(venue: PaperVenue) -> FeedOpener:
    @asynccontextmanager
    async def opened() -> AsyncIterator[MarketFeed]:
        yield PaperFeed(venue)

    return opened
