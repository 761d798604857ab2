"""The hub: one subscription for all, newest prices at hand, readers bounded and never lied to."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from decimal import Decimal
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.errors import NotFound, NotReady, Unsupported
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import BookAction, BookUpdate, Candle, MarketEvent, Quote, Trade
from algotradehub.ports.venue import Channel
from algotradehub.trading.market_data import READERS, MarketDataManager, Reader, SlowReader
from tests.fakes.feed import SilentFeed

KRAKEN = VenueId("kraken")
BTC, ETH = Symbol("BTC/USDT"), Symbol("ETH/USDT")
QUOTES, TRADES, BOOK = Channel(BTC, "quotes"), Channel(BTC, "trades"), Channel(BTC, "book")
MINUTE_NS = 60_000_000_000
SNAPSHOT, DELTA = BookAction.SNAPSHOT, BookAction.DELTA
Levels: TypeAlias = tuple[tuple[Decimal, Decimal], ...]


def quote(bid: int, symbol: Symbol = BTC) -> Quote:
    return Quote(
        venue=KRAKEN,
        symbol=symbol,
        bid=Decimal(bid),
        ask=Decimal(bid + 2),
        bid_quantity=Decimal(1),
        ask_quantity=Decimal(1),
        venue_time_ns=0,
        received_ns=0,
    )


def trade(number: int) -> Trade:
    return Trade(
        venue=KRAKEN,
        symbol=BTC,
        price=Decimal(number),
        quantity=Decimal(1),
        taker=None,
        venue_trade_id=str(number),
        venue_time_ns=0,
        received_ns=0,
    )


def candle(close: int, interval_ns: int = MINUTE_NS) -> Candle:
    price = Decimal(close)
    return Candle(
        venue=KRAKEN,
        symbol=BTC,
        start_ns=0,
        interval_ns=interval_ns,
        open=price,
        high=price,
        low=price,
        close=price,
        volume=Decimal(1),
        final=False,
        received_ns=0,
    )


def book(
    action: BookAction, bids: dict[int, int], asks: dict[int, int], sequence: int = 1
) -> BookUpdate:
    def levels(of: dict[int, int], *, descending: bool) -> Levels:
        return tuple((Decimal(p), Decimal(q)) for p, q in sorted(of.items(), reverse=descending))

    return BookUpdate(
        venue=KRAKEN,
        symbol=BTC,
        action=action,
        bids=levels(bids, descending=True),
        asks=levels(asks, descending=False),
        first_sequence=sequence,
        last_sequence=sequence,
        venue_time_ns=0,
        received_ns=0,
    )


def hub() -> tuple[MarketDataManager, SilentFeed]:
    market, feed = MarketDataManager(), SilentFeed(KRAKEN, [BTC, ETH])
    market.attach(feed)
    return market, feed


async def drained(reader: Reader) -> list[MarketEvent]:
    """What waits in ``reader`` now; it is closed then."""
    marker = quote(-1, Symbol("END"))
    reader.offer(marker)
    got: list[MarketEvent] = []
    async with aclosing(reader.events()) as events:
        async for event in events:
            if event is marker:
                break
            got.append(event)
    return got


# Feeds and listeners


def test_a_venue_without_a_feed_is_named_with_those_there_are() -> None:
    market, feed = hub()
    assert market.venues == (KRAKEN,)
    assert market.feed(KRAKEN) is feed
    with pytest.raises(NotFound, match="no market data of okx here; there is kraken"):
        market.listen(VenueId("okx"), QUOTES, print)


@pytest.mark.parametrize(
    ("channel", "error"),
    [(Channel(Symbol("X/Y"), "quotes"), NotFound), (Channel(BTC, "rumours"), Unsupported)],
)
def test_what_the_feed_refuses_leaves_nothing_behind(
    channel: Channel, error: type[Exception]
) -> None:
    market, feed = hub()
    for _ in range(READERS + 1):
        with pytest.raises(error):
            market.read([(KRAKEN, QUOTES), (KRAKEN, channel)])
        with pytest.raises(error):
            market.read([(KRAKEN, channel)])
    assert not feed.open_channels
    market.listen(KRAKEN, QUOTES, print)
    assert feed.open_channels == [QUOTES]


def test_every_listener_hears_every_event_at_once() -> None:
    market, feed = hub()
    first: list[MarketEvent] = []
    second: list[MarketEvent] = []
    leave = market.listen(KRAKEN, QUOTES, first.append)
    market.listen(KRAKEN, QUOTES, second.append)
    feed.push(QUOTES, quote(1))
    leave()
    leave()
    feed.push(QUOTES, quote(2))
    assert (first, second) == ([quote(1)], [quote(1), quote(2)])


def test_a_listener_may_leave_while_it_is_told() -> None:
    market, feed = hub()
    heard: list[MarketEvent] = []
    leaving: list[Callable[[], None]] = []
    leaving.append(market.listen(KRAKEN, QUOTES, lambda _: leaving[0]()))
    market.listen(KRAKEN, QUOTES, heard.append)
    feed.push(QUOTES, quote(1), quote(2))
    assert heard == [quote(1), quote(2)]


def test_what_a_feed_tells_while_it_subscribes_is_heard() -> None:
    market, feed = hub()
    feed.at_once = [book(SNAPSHOT, {1: 1}, {2: 1})]
    heard: list[MarketEvent] = []
    market.listen(KRAKEN, BOOK, heard.append)
    assert heard == feed.at_once


channels = st.sampled_from([QUOTES, TRADES, Channel(ETH, "quotes")])


@given(st.lists(st.tuples(channels, st.booleans(), st.integers(0, 9)), max_size=40))
def test_a_feed_is_subscribed_once_while_anybody_listens(
    steps: list[tuple[Channel, bool, int]],
) -> None:
    """However many come and go: one subscription per channel in use, none for the others."""
    market, feed = hub()
    present: list[tuple[Channel, Callable[[], None]]] = []
    for channel, comes, which in steps:
        if comes:
            present.append((channel, market.listen(KRAKEN, channel, lambda _: None)))
        elif present:
            _, leave = present.pop(which % len(present))
            leave()
            leave()
        assert Counter(feed.open_channels) == Counter({channel for channel, _ in present})


def test_each_listener_of_a_book_is_told_its_snapshot() -> None:
    market, feed = hub()
    feed.at_once = [book(SNAPSHOT, {1: 1}, {2: 1})]
    first: list[MarketEvent] = []
    second: list[MarketEvent] = []
    market.listen(KRAKEN, BOOK, first.append)
    leave = market.listen(KRAKEN, BOOK, second.append)
    assert first == second == feed.at_once
    leave()
    leave()
    feed.push(BOOK, book(DELTA, {1: 2}, {}))
    assert (len(first), len(second)) == (2, 1)
    assert feed.open_channels == [BOOK]


def test_it_knows_when_a_venue_was_last_heard() -> None:
    market, feed = hub()
    assert market.heard_ns(KRAKEN) == 0
    market.listen(KRAKEN, QUOTES, lambda _: None)
    feed.push(QUOTES, msgspec.structs.replace(quote(1), received_ns=7))
    assert market.heard_ns(KRAKEN) == 7


# Newest prices


def test_the_newest_prices_are_at_hand() -> None:
    market, feed = hub()
    assert market.quote(KRAKEN, BTC) is None
    assert market.last(KRAKEN, BTC) is None
    assert market.reference(KRAKEN, BTC, Side.BUY) is None
    for channel in (QUOTES, TRADES, BOOK, Channel(BTC, "candles")):
        market.listen(KRAKEN, channel, lambda _: None)
    feed.push(TRADES, trade(99))
    assert market.reference(KRAKEN, BTC, Side.BUY) == 99
    feed.push(QUOTES, quote(90), quote(100))
    assert market.quote(KRAKEN, BTC) == quote(100)
    assert market.last(KRAKEN, BTC) == 99
    sides = [market.reference(KRAKEN, BTC, side) for side in (Side.BUY, Side.SELL)]
    assert sides == [102, 100], "what each side would trade at"
    feed.push(BOOK, book(SNAPSHOT, {1: 1}, {2: 1}))
    feed.push(Channel(BTC, "candles"), candle(5))
    assert market.last(KRAKEN, BTC) == 99


def test_without_a_trade_the_last_price_is_the_middle() -> None:
    market, feed = hub()
    market.listen(KRAKEN, QUOTES, lambda _: None)
    feed.push(QUOTES, quote(100))
    assert market.last(KRAKEN, BTC) == 101


# Readers


async def test_a_reader_gets_the_newest_quote_and_a_count_of_the_others() -> None:
    market, feed = hub()
    reader = market.read([(KRAKEN, QUOTES), (KRAKEN, Channel(ETH, "quotes"))])
    feed.push(QUOTES, quote(1), quote(2), quote(3))
    feed.push(Channel(ETH, "quotes"), quote(7, ETH))
    assert await drained(reader) == [quote(3), quote(7, ETH)]
    assert reader.conflated == 2
    assert not feed.open_channels, "its end is the end of its subscriptions"


async def test_candles_conflate_within_their_interval() -> None:
    market, feed = hub()
    minute, hour = Channel(BTC, "candles", MINUTE_NS), Channel(BTC, "candles", 60 * MINUTE_NS)
    reader = market.read([(KRAKEN, minute), (KRAKEN, hour)])
    feed.push(minute, candle(1), candle(2))
    feed.push(hour, candle(3, 60 * MINUTE_NS))
    assert await drained(reader) == [candle(2), candle(3, 60 * MINUTE_NS)]


async def test_trades_come_in_order_and_all_of_them() -> None:
    market, feed = hub()
    reader = market.read([(KRAKEN, TRADES)])
    told = [trade(number) for number in range(50)]
    feed.push(TRADES, *told)
    assert await drained(reader) == told
    assert reader.conflated == 0


async def test_a_reader_waits_for_what_is_to_come() -> None:
    market, feed = hub()
    reader = market.read([(KRAKEN, TRADES)])
    got: asyncio.Queue[MarketEvent] = asyncio.Queue()

    async def consume() -> None:
        async with aclosing(reader.events()) as events:
            async for event in events:
                got.put_nowait(event)

    async with asyncio.TaskGroup() as group:
        consumer = group.create_task(consume())
        for number in (1, 2):
            feed.push(TRADES, trade(number))
            assert await got.get() == trade(number)
        consumer.cancel()
    assert not feed.open_channels


async def test_a_slow_reader_is_closed_rather_than_lied_to() -> None:
    market, feed = hub()
    reader = market.read([(KRAKEN, TRADES)], trades_waiting=2)
    feed.push(TRADES, trade(1), trade(2), trade(3), trade(4))
    assert not feed.open_channels
    events = reader.events()
    assert [await anext(events), await anext(events)] == [trade(1), trade(2)]
    with pytest.raises(SlowReader, match="more than 2 trades"):
        await anext(events)  # nothing that comes after the gap


async def test_readers_are_counted_and_bounded() -> None:
    market, feed = hub()
    readers = [market.read([(KRAKEN, QUOTES)]) for _ in range(READERS - 1)]
    idle = market.read([])
    with pytest.raises(NotReady, match="1000 readers are open"):
        market.read([(KRAKEN, QUOTES)])
    await drained(idle)
    readers.append(market.read([(KRAKEN, QUOTES)]))
    assert feed.open_channels == [QUOTES]
    for reader in readers:
        await drained(reader)
    assert not feed.open_channels


# Books conflate by merging

prices = st.integers(1, 5)
sides = st.dictionaries(prices, st.integers(0, 3), max_size=4)
full_sides = st.dictionaries(prices, st.integers(1, 3), max_size=4)
updates = st.builds(book, st.just(DELTA), sides, sides) | st.builds(
    book, st.just(SNAPSHOT), full_sides, full_sides
)


def applied(book_: list[dict[Decimal, Decimal]], update: BookUpdate) -> None:
    for levels, changes in zip(book_, (update.bids, update.asks), strict=True):
        if update.action is SNAPSHOT:
            levels.clear()
        levels.update(changes)
        for price in [price for price, quantity in levels.items() if not quantity]:
            del levels[price]


@given(st.lists(updates, min_size=1, max_size=8), st.lists(st.booleans(), min_size=8, max_size=8))
async def test_a_reader_that_lags_sees_the_same_book(
    told: list[BookUpdate], reads: list[bool]
) -> None:
    """Whatever is merged while it waits: after reading, its book is the one of who kept pace."""
    told = [
        msgspec.structs.replace(update, first_sequence=number, last_sequence=number)
        for number, update in enumerate(told)
    ]
    reader = Reader(trades_waiting=1, close=lambda: None)
    fast: list[dict[Decimal, Decimal]] = [{}, {}]
    slow: list[dict[Decimal, Decimal]] = [{}, {}]
    next_sequence = 0
    async with aclosing(reader.events()) as events:
        for update, reads_now in zip(told, [*reads[: len(told) - 1], True], strict=True):
            applied(fast, update)
            reader.offer(update)
            if reads_now:
                got = await anext(events)
                assert isinstance(got, BookUpdate)
                if got.action is DELTA:
                    assert got.first_sequence == next_sequence, "nothing is left out"
                assert got.last_sequence == update.last_sequence
                assert list(got.bids) == sorted(got.bids, reverse=True)
                assert list(got.asks) == sorted(got.asks)
                next_sequence = update.last_sequence + 1
                applied(slow, got)
                assert slow == fast


def test_what_a_venue_lists_is_known_by_name() -> None:
    market = MarketDataManager()
    feed = SilentFeed(KRAKEN, [BTC, ETH])
    market.attach(feed, [ETH, BTC])
    assert market.symbols(KRAKEN) == (BTC, ETH)
    assert market.require_listed(KRAKEN, BTC) is feed
    with pytest.raises(NotFound, match="does not list"):
        market.require_listed(KRAKEN, Symbol("NONE/USDT"))
    with pytest.raises(NotFound, match="no market data of bitstamp"):
        market.require_listed(VenueId("bitstamp"), BTC)


def test_tickers_and_trades_are_of_what_was_heard() -> None:
    market, feed = hub()
    for channel in (QUOTES, TRADES):
        market.listen(KRAKEN, channel, lambda event: None)
    feed.push(QUOTES, quote(100))
    feed.push(TRADES, trade(1), trade(2))
    ticker = market.ticker(KRAKEN, BTC)
    assert (ticker.quote, ticker.last) == (quote(100), Decimal(2))
    assert market.trades(KRAKEN, BTC, 5) == [trade(2), trade(1)]


def test_the_newest_word_of_a_venue_is_remembered() -> None:
    market, feed = hub()
    assert market.heard_ns(KRAKEN) == 0
    market.listen(KRAKEN, BOOK, lambda event: None)
    feed.push(BOOK, msgspec.structs.replace(book(SNAPSHOT, {}, {}), received_ns=5))
    assert market.heard_ns(KRAKEN) == 5
