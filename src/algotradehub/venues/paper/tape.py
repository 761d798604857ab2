"""What a paper venue shows in public: books, quotes, trades and candles, and who listens."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

from algotradehub.domain.errors import NotFound, Unsupported
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import (
    BookAction,
    BookUpdate,
    Candle,
    MarketEvent,
    Quote,
    Trade,
)
from algotradehub.ports.venue import Channel, MarketSink
from algotradehub.venues.paper.candles import CandleSeries

Level: TypeAlias = tuple[Decimal, Decimal]  # price, quantity

_KINDS: Final = ("quotes", "trades", "book", "candles")
MAX_LISTENERS: Final = 1_000  # per symbol: a reader that never unsubscribes is a leak, not a load


class _Page:
    """The public side of one symbol."""

    def __init__(self) -> None:
        self.bids: dict[Decimal, Decimal] = {}
        self.asks: dict[Decimal, Decimal] = {}
        self.has_book = False
        self.sequence = 0
        self.time_ns = 0
        self.received_ns = 0
        self.quote: Quote | None = None
        self.quotes_recorded = False
        self.candles = CandleSeries()
        self.listeners: dict[int, tuple[Channel, MarketSink]] = {}


class Tape:
    """Takes what happens in the venue's markets and hands it to the listeners, at once.

    Book updates get numbers of our own, so that they rise without a gap whatever a recording
    holds. Candles are told when final.
    """

    def __init__(self, venue: VenueId, symbols: Sequence[Symbol]) -> None:
        self._venue = venue
        self._pages = {symbol: _Page() for symbol in symbols}
        self._next_listener = 0

    def quote(self, symbol: Symbol) -> Quote | None:
        return self._page(symbol).quote

    def take(self, event: MarketEvent) -> None:
        """Publish an event as a recording has it."""
        page = self._page(event.symbol)
        match event:
            case Quote():
                page.quotes_recorded = True
                self._pass_time(page, event.venue_time_ns)
                self._show_quote(page, event)
            case Trade():
                self._pass_time(page, event.venue_time_ns)
                page.candles.trade(event)
                _tell(page, "trades", event)
            case Candle():
                if event.final:
                    page.candles.record(event)
                    _tell(page, "candles", event)
            case BookUpdate():
                self._pass_time(page, event.venue_time_ns)
                self._take_book(page, event)

    def show_book(
        self, symbol: Symbol, bids: Sequence[Level], asks: Sequence[Level], at_ns: int
    ) -> None:
        """Publish what changed since the book was last shown."""
        page = self._page(symbol)
        self._pass_time(page, at_ns)
        changed_bids = _changes(page.bids, bids)
        changed_asks = _changes(page.asks, asks)
        if not changed_bids and not changed_asks:
            return
        event = BookUpdate(
            venue=self._venue,
            symbol=symbol,
            action=BookAction.DELTA if page.has_book else BookAction.SNAPSHOT,
            bids=changed_bids,
            asks=changed_asks,
            first_sequence=0,
            last_sequence=0,
            venue_time_ns=at_ns,
            received_ns=at_ns,
        )
        self._take_book(page, event)

    def subscribe(self, channel: Channel, sink: MarketSink) -> Callable[[], None]:
        """Deliver events of ``channel``, a book's snapshot first, until the result is called.

        Raises:
            NotFound: The symbol is not listed here.
            Unsupported: No such channel or candle interval, or too many listeners.
        """
        page = self._page(channel.symbol)
        if channel.kind not in _KINDS:
            raise Unsupported(f"no channel {channel.kind!r}; there are {', '.join(_KINDS)}")
        if len(page.listeners) >= MAX_LISTENERS:
            raise Unsupported(f"{channel.symbol} has {MAX_LISTENERS} listeners; unsubscribe some")
        if channel.kind == "candles":
            page.candles.want(channel.interval_ns)
        self._next_listener += 1
        number = self._next_listener
        page.listeners[number] = (channel, sink)
        if channel.kind == "book" and page.has_book:
            sink(self.book(channel.symbol, len(page.bids) + len(page.asks)))
        elif channel.kind == "quotes" and page.quote is not None:
            sink(page.quote)
        return lambda: page.listeners.pop(number, None) and None

    def book(self, symbol: Symbol, depth: int) -> BookUpdate:
        page = self._page(symbol)
        return BookUpdate(
            venue=self._venue,
            symbol=symbol,
            action=BookAction.SNAPSHOT,
            bids=tuple(sorted(page.bids.items(), reverse=True)[:depth]),
            asks=tuple(sorted(page.asks.items())[:depth]),
            first_sequence=page.sequence,
            last_sequence=page.sequence,
            venue_time_ns=page.time_ns,
            received_ns=page.received_ns,
        )

    def candles(
        self, symbol: Symbol, *, interval_ns: int, start_ns: int, end_ns: int
    ) -> list[Candle]:
        return self._page(symbol).candles.between(interval_ns, start_ns, end_ns)

    def _page(self, symbol: Symbol) -> _Page:
        page = self._pages.get(symbol)
        if page is None:
            raise NotFound(f"{self._venue} does not list {symbol}")
        return page

    def _pass_time(self, page: _Page, at_ns: int) -> None:
        for candle in page.candles.pass_time(at_ns):
            _tell(page, "candles", candle)

    def _show_quote(self, page: _Page, quote: Quote) -> None:
        page.quote = quote
        _tell(page, "quotes", quote)

    def _take_book(self, page: _Page, event: BookUpdate) -> None:
        if event.action is BookAction.SNAPSHOT:
            page.bids.clear()
            page.asks.clear()
            page.has_book = True
        elif not page.has_book:
            return  # changes of a book nobody has seen
        _apply(page.bids, event.bids)
        _apply(page.asks, event.asks)
        page.sequence += 1
        page.time_ns, page.received_ns = event.venue_time_ns, event.received_ns
        _tell(
            page,
            "book",
            msgspec.structs.replace(
                event, first_sequence=page.sequence, last_sequence=page.sequence
            ),
        )
        if not page.quotes_recorded and page.bids and page.asks:
            self._quote_from_book(page, event)

    def _quote_from_book(self, page: _Page, event: BookUpdate) -> None:
        bid, ask = max(page.bids), min(page.asks)
        shown = (bid, ask, page.bids[bid], page.asks[ask])
        last = page.quote
        if last is not None and shown == (
            last.bid,
            last.ask,
            last.bid_quantity,
            last.ask_quantity,
        ):
            return
        quote = Quote(
            venue=self._venue,
            symbol=event.symbol,
            bid=bid,
            ask=ask,
            bid_quantity=page.bids[bid],
            ask_quantity=page.asks[ask],
            venue_time_ns=event.venue_time_ns,
            received_ns=event.received_ns,
        )
        self._show_quote(page, quote)


def _tell(page: _Page, kind: str, event: MarketEvent) -> None:
    # A listener may unsubscribe, itself or another, while it is told.
    for number, (channel, sink) in list(page.listeners.items()):
        if channel.kind != kind or number not in page.listeners:
            continue
        if isinstance(event, Candle) and channel.interval_ns != event.interval_ns:
            continue
        sink(event)


def _changes(shown: dict[Decimal, Decimal], levels: Sequence[Level]) -> tuple[Level, ...]:
    now = dict(levels)
    gone = [(price, Decimal(0)) for price in shown if price not in now]
    moved = [(price, quantity) for price, quantity in levels if shown.get(price) != quantity]
    return (*gone, *moved)


def _apply(side: dict[Decimal, Decimal], levels: Sequence[Level]) -> None:
    for price, quantity in levels:
        if quantity:
            side[price] = quantity
        else:
            side.pop(price, None)
