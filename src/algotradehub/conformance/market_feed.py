"""What every market feed must do, whatever venue is behind it.

Each check is a coroutine over a fresh ``World``; it raises ``AssertionError`` with a sentence that
says what was expected.
"""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Protocol, TypeAlias, TypeVar

from algotradehub.conformance.trader import expect
from algotradehub.domain.errors import AlgoTradeHubError, NotFound, Unsupported
from algotradehub.domain.ids import Symbol
from algotradehub.domain.market import BookAction, BookUpdate, Candle, MarketEvent, Quote, Trade
from algotradehub.domain.money import ZERO
from algotradehub.ports.venue import Channel, MarketFeed

_E = TypeVar("_E", bound=MarketEvent)

MINUTE_NS = 60_000_000_000
_SPELL_S = 10.0
_DEEP = 10_000


class World(Protocol):
    """A feed of a market in which, as time passes, books move and trades happen by the second."""

    @property
    def feed(self) -> MarketFeed: ...

    @property
    def symbol(self) -> Symbol: ...

    def now_ns(self) -> int: ...

    async def pass_time(self, seconds: float) -> None: ...


Check: TypeAlias = Callable[[World], Awaitable[None]]


async def it_lists_what_it_tells(world: World) -> None:
    instruments = {i.symbol: i for i in await world.feed.instruments()}
    expect(world.symbol in instruments, f"{world.symbol} is among {list(instruments)}")
    venues = {instrument.venue for instrument in instruments.values()}
    expect(venues == {world.feed.venue}, f"all belong to {world.feed.venue}: {venues}")


async def an_unknown_symbol_is_not_found(world: World) -> None:
    nobody = Channel(Symbol("NOBODY/KNOWS"), "quotes")
    expect(_raised_by(world.feed, nobody) is NotFound, "subscribe raises NotFound")
    try:
        await world.feed.book(nobody.symbol, 1)
    except NotFound:
        return
    raise AssertionError("book raises NotFound")


async def every_interval_it_names_has_candles(world: World) -> None:
    feed = world.feed
    intervals = feed.candle_intervals_ns
    expect(list(intervals) == sorted(set(intervals)), f"shortest first, each once: {intervals}")
    await world.pass_time(130.0)
    for interval_ns in intervals:
        # Whether there are any depends on the hour; that it may be asked for does not.
        told = await feed.candles(
            world.symbol, interval_ns=interval_ns, start_ns=0, end_ns=world.now_ns()
        )
        odd = [candle for candle in told if candle.interval_ns != interval_ns]
        expect(not odd, f"all of them last {interval_ns} ns: {odd}")


async def an_unknown_channel_is_unsupported(world: World) -> None:
    channel = Channel(world.symbol, "gossip")
    expect(_raised_by(world.feed, channel) is Unsupported, "subscribe raises Unsupported")


async def a_book_starts_with_a_snapshot_and_stays_whole(world: World) -> None:
    updates = _listen(world, Channel(world.symbol, "book"), BookUpdate)
    await world.pass_time(_SPELL_S)
    expect(len(updates) > 1, "the book moves")
    expect(updates[0].action is BookAction.SNAPSHOT, f"a snapshot comes first: {updates[0]}")
    bids: dict[Decimal, Decimal] = {}
    asks: dict[Decimal, Decimal] = {}
    for update in updates:
        for side, levels in ((bids, update.bids), (asks, update.asks)):
            if update.action is BookAction.SNAPSHOT:
                side.clear()
            side.update(levels)
            for price in [price for price, quantity in side.items() if not quantity]:
                del side[price]
        expect(max(bids) < min(asks), f"the sides do not cross after {update}")
    book = await world.feed.book(world.symbol, _DEEP)
    expect((dict(book.bids), dict(book.asks)) == (bids, asks), "the changes add up to the book")


async def sequences_of_a_book_rise(world: World) -> None:
    updates = _listen(world, Channel(world.symbol, "book"), BookUpdate)
    await world.pass_time(_SPELL_S)
    for before, after in pairwise(updates):
        expect(
            after.action is BookAction.SNAPSHOT
            or before.last_sequence + 1 == after.first_sequence <= after.last_sequence,
            f"no gap and no step back: {before.last_sequence}, {after.first_sequence}",
        )


async def a_book_is_sorted_and_cut(world: World) -> None:
    await world.pass_time(_SPELL_S)
    depth = 2
    book = await world.feed.book(world.symbol, depth)
    expect(len(book.bids) == len(book.asks) == depth, f"{depth} levels were asked for: {book}")
    expect(book.bids[0][0] > book.bids[1][0], "the best bid is first")
    expect(book.asks[0][0] < book.asks[1][0], "the best ask is first")


async def quotes_have_a_spread(world: World) -> None:
    quotes = _listen(world, Channel(world.symbol, "quotes"), Quote)
    await world.pass_time(_SPELL_S)
    expect(len(quotes) > 1, "quotes move")
    for quote in quotes:
        expect(ZERO < quote.bid < quote.ask, f"bid below ask: {quote}")
        expect(min(quote.bid_quantity, quote.ask_quantity) > ZERO, f"with quantities: {quote}")


async def trades_come_once_and_in_order(world: World) -> None:
    trades = _listen(world, Channel(world.symbol, "trades"), Trade)
    await world.pass_time(6 * _SPELL_S)
    expect(len(trades) > 1, "there are trades")
    ids = {trade.venue_trade_id for trade in trades}
    expect(len(ids) == len(trades), "no trade id comes twice")
    for before, after in pairwise(trades):
        expect(before.venue_time_ns <= after.venue_time_ns, f"in order: {before}, {after}")


async def candles_are_told_when_final(world: World) -> None:
    candles = _listen(world, Channel(world.symbol, "candles", MINUTE_NS), Candle)
    start_ns = world.now_ns() // MINUTE_NS * MINUTE_NS
    await world.pass_time(200)
    expect(len(candles) > 1, f"three minutes give at least two candles: {len(candles)}")
    for candle in candles:
        expect(candle.final and candle.interval_ns == MINUTE_NS, f"final, of a minute: {candle}")
        expect(candle.start_ns % MINUTE_NS == 0, f"on the minute: {candle}")
        ends = candle.open, candle.close
        expect(candle.low <= min(ends) <= max(ends) <= candle.high, f"low to high: {candle}")
    starts = [candle.start_ns for candle in candles]
    expect(starts == sorted(set(starts)), f"each minute once: {starts}")
    read = await world.feed.candles(
        world.symbol, interval_ns=MINUTE_NS, start_ns=start_ns, end_ns=world.now_ns()
    )
    expect(list(read) == candles, "candles read are those that were told")
    second = candles[1].start_ns
    read = await world.feed.candles(
        world.symbol, interval_ns=MINUTE_NS, start_ns=second, end_ns=second + 1
    )
    expect(list(read) == [candles[1]], "the start is included, the end is not")


async def unsubscribing_stops_the_events(world: World) -> None:
    heard: list[MarketEvent] = []
    others: list[MarketEvent] = []
    stop = world.feed.subscribe(Channel(world.symbol, "quotes"), heard.append)
    world.feed.subscribe(Channel(world.symbol, "quotes"), others.append)
    await world.pass_time(_SPELL_S)
    stop()
    count, others_count = len(heard), len(others)
    await world.pass_time(_SPELL_S)
    expect(len(heard) == count > 0, "nothing comes after unsubscribing")
    expect(len(others) > others_count, "other subscribers go on")
    stop()  # a second time does nothing


CHECKS: Sequence[Check] = (
    it_lists_what_it_tells,
    an_unknown_symbol_is_not_found,
    every_interval_it_names_has_candles,
    an_unknown_channel_is_unsupported,
    a_book_starts_with_a_snapshot_and_stays_whole,
    sequences_of_a_book_rise,
    a_book_is_sorted_and_cut,
    quotes_have_a_spread,
    trades_come_once_and_in_order,
    candles_are_told_when_final,
    unsubscribing_stops_the_events,
)


def _listen(world: World, channel: Channel, kind: type[_E]) -> list[_E]:
    heard: list[_E] = []

    def hear(event: MarketEvent) -> None:
        expect(isinstance(event, kind), f"{channel.kind} brings {kind.__name__} only: {event}")
        expect(event.symbol == channel.symbol, f"of {channel.symbol} only: {event}")
        if isinstance(event, kind):
            heard.append(event)

    world.feed.subscribe(channel, hear)
    return heard


def _raised_by(feed: MarketFeed, channel: Channel) -> type[AlgoTradeHubError] | None:
    try:
        feed.subscribe(channel, lambda _: None)
    except AlgoTradeHubError as error:
        return type(error)
    return None
