"""Market data: one source for all readers, the newest of it, and nothing made up."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from algotradehub.api.stream.market import CANDLES_KEPT, TRADES_KEPT, open_market_topic
from algotradehub.api.stream.protocol import TopicKey
from algotradehub.domain.errors import InvalidRequest, NotFound, Unsupported
from algotradehub.domain.ids import Symbol
from algotradehub.domain.market import BookAction, Candle, Trade
from algotradehub.ports.venue import Channel
from algotradehub.trading.market_data import MarketDataManager
from tests.fakes.feed import SilentFeed
from tests.unit.api.gateway import SPOT, VENUE, quote
from tests.unit.api.stream.test_book import update

MINUTE_NS = 60_000_000_000
TRADES, CANDLES = Channel(SPOT.symbol, "trades"), Channel(SPOT.symbol, "candles", MINUTE_NS)
QUOTES, BOOK = Channel(SPOT.symbol, "quotes"), Channel(SPOT.symbol, "book")


class Followed:
    """One topic over a feed that says what the test pushes."""

    def __init__(self, topic: str, **parameters: str) -> None:
        self.market, self.feed = MarketDataManager(), SilentFeed(VENUE, [SPOT.symbol])
        self.market.attach(self.feed)
        self.changes = 0
        key = TopicKey(topic=topic, **({"venue": VENUE, "symbol": SPOT.symbol} | parameters))
        self.topic, self.leave = open_market_topic(self.market, key, self._changed)
        self._cursor: Any = None

    def read(self) -> Any:
        reading = self.topic.read(self._cursor)
        self._cursor = reading.cursor
        told = [json.loads(text) for text in reading.messages]
        return told[0] if told else None

    def _changed(self) -> None:
        self.changes += 1


def trade(number: int) -> Trade:
    return Trade(
        venue=VENUE,
        symbol=SPOT.symbol,
        price=Decimal(number),
        quantity=Decimal(1),
        taker=None,
        venue_trade_id=str(number),
        venue_time_ns=number,
        received_ns=number,
    )


def candle(start: int, close: int, *, final: bool) -> Candle:
    price = Decimal(close)
    return Candle(
        venue=VENUE,
        symbol=SPOT.symbol,
        start_ns=start * MINUTE_NS,
        interval_ns=MINUTE_NS,
        open=price,
        high=price,
        low=price,
        close=price,
        volume=Decimal(1),
        final=final,
        received_ns=1,
    )


def test_a_ticker_is_the_newest_quote_and_the_last_price() -> None:
    followed = Followed("ticker")
    assert followed.read()["tickers"] == []
    followed.feed.push(QUOTES, quote("10", "12", 1), quote("11", "12.50", 2))
    followed.feed.push(TRADES, trade(11))
    delta = followed.read()
    (ticker,) = delta["tickers"]
    assert (ticker["bid"], ticker["ask"], ticker["last"]) == ("11", "12.50", "11")
    assert (ticker["high"], ticker["age_ms"], delta["seq"]) == ("11", 0, 2)
    assert followed.read() is None


def test_a_ticker_that_is_known_already_is_in_the_snapshot() -> None:
    market, feed = MarketDataManager(), SilentFeed(VENUE, [SPOT.symbol])
    market.attach(feed)
    market.listen(VENUE, QUOTES, lambda event: None)
    market.listen(VENUE, TRADES, lambda event: None)
    feed.push(QUOTES, quote("10", "12", 1))
    feed.push(TRADES, trade(11))
    key = TopicKey(topic="ticker", venue=VENUE, symbol=SPOT.symbol)
    topic, _ = open_market_topic(market, key, lambda: None)
    (text,) = topic.read(None).messages
    (ticker,) = json.loads(text)["tickers"]
    assert (ticker["bid"], ticker["last"]) == ("10", "11")


def test_trades_come_in_order_and_what_was_missed_is_counted() -> None:
    followed = Followed("trades")
    assert followed.read()["trades"] == []
    followed.feed.push(TRADES, trade(1), trade(2))
    assert [told["price"] for told in followed.read()["trades"]] == ["1", "2"]
    followed.feed.push(TRADES, *map(trade, range(TRADES_KEPT + 5)))
    delta = followed.read()
    assert (len(delta["trades"]), delta["missed"]) == (TRADES_KEPT, 5)


def test_the_final_candle_is_told_although_the_next_one_runs() -> None:
    followed = Followed("candles", interval="1m")
    followed.read()
    followed.feed.push(
        CANDLES, candle(1, 5, final=False), candle(1, 6, final=True), candle(2, 7, final=False)
    )
    told = followed.read()["candles"]
    assert [(each["close"], each["final"]) for each in told] == [("6", True), ("7", False)]
    followed.feed.push(CANDLES, *(candle(start, 1, final=True) for start in range(3, 20)))
    assert len(followed.read()["candles"]) == CANDLES_KEPT


def test_a_book_is_whole_for_whoever_comes_later() -> None:
    followed = Followed("book")
    followed.feed.push(BOOK, update(BookAction.SNAPSHOT, {10: 1}, {12: 1}))
    assert followed.read()["bids"] == [["10", "1"]]
    assert followed.changes == 1
    followed.leave()
    assert followed.feed.open_channels == []


@pytest.mark.parametrize("topic", ["ticker", "book", "trades", "candles"])
def test_who_leaves_lets_the_feed_go(topic: str) -> None:
    interval = {"interval": "1m"} if topic == "candles" else {}
    followed = Followed(topic, **interval)
    assert followed.feed.open_channels
    followed.leave()
    assert followed.feed.open_channels == []


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"venue": "nowhere"}, NotFound),
        ({"symbol": "NO/SUCH"}, NotFound),
        ({"interval": "7m"}, InvalidRequest),
    ],
)
def test_what_is_not_there_is_refused(parameters: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        Followed("candles", **({"interval": "1m"} | parameters))


def test_a_ticker_without_trades_leaves_nothing_open() -> None:
    market = MarketDataManager()
    feed = SilentFeed(VENUE, [SPOT.symbol], kinds=["quotes"])
    market.attach(feed)
    key = TopicKey(topic="ticker", venue=VENUE, symbol=SPOT.symbol)
    with pytest.raises(Unsupported):
        open_market_topic(market, key, lambda: None)
    assert feed.open_channels == []
    with pytest.raises(NotFound):
        open_market_topic(market, msgspec.structs.replace(key, symbol=Symbol("X/Y")), print)
