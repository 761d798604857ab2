"""Market data as topics: one source for all who read the same, open while somebody does."""

from collections.abc import Callable
from typing import Final

from algotradehub.api.market_query import INTERVALS_NS
from algotradehub.api.refusals import nearest_word
from algotradehub.api.stream.book import BookTopic
from algotradehub.api.stream.changes import ChangeLog
from algotradehub.api.stream.protocol import TopicKey
from algotradehub.api.stream.topic import LogTopic, Topic
from algotradehub.api.views.markets import candle_view, trade_view
from algotradehub.api.views.tickers import ticker_view
from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import Candle, MarketEvent, Trade
from algotradehub.ports.venue import Channel, MarketSink
from algotradehub.trading.market_data import MarketDataManager
from algotradehub.trading.tickers import Ticker

TRADES_KEPT: Final = 100  # a reader further behind is told how many it missed
CANDLES_KEPT: Final = 5  # the final one must not be replaced by the one that runs


def open_market_topic(
    market: MarketDataManager, key: TopicKey, changed: Callable[[], None]
) -> tuple[Topic, Callable[[], None]]:
    """Begin to hear what ``key`` names; ``changed`` follows whatever is heard.

    Returns:
        The topic, and what ends it.

    Raises:
        NotFound: No such venue or symbol; who names them is told before.
        Unsupported: The venue has no such data.
        InvalidRequest: No such interval.
    """
    venue, symbol = VenueId(key.venue), Symbol(key.symbol)
    match key.topic:
        case "book":
            book = BookTopic(key, changed)
            return book, market.listen(venue, Channel(symbol, "book"), book.hear)
        case "ticker":
            return _open_ticker(market, key, changed)
        case "trades":
            log = ChangeLog(kept=TRADES_KEPT)
            hear = _into(log, changed, _take_trade)
            topic = LogTopic(key, log, ["trades"], counts_missed=True)
            return topic, market.listen(venue, Channel(symbol, "trades"), hear)
        case _:
            log = ChangeLog(kept=CANDLES_KEPT)
            hear = _into(log, changed, _take_candle)
            channel = Channel(symbol, "candles", interval_ns_of(key.interval))
            return LogTopic(key, log, ["candles"]), market.listen(venue, channel, hear)


def interval_ns_of(name: str) -> int:
    """How long a candle called ``name`` is.

    Raises:
        InvalidRequest: There is no such interval.
    """
    interval_ns = INTERVALS_NS.get(name)
    if interval_ns is None:
        rule, nearest = f"one of {', '.join(INTERVALS_NS)}", nearest_word(name, INTERVALS_NS)
        raise InvalidRequest(Refusal(field="interval", rule=rule, value=name, nearest=nearest))
    return interval_ns


def _open_ticker(
    market: MarketDataManager, key: TopicKey, changed: Callable[[], None]
) -> tuple[Topic, Callable[[], None]]:
    venue, symbol = VenueId(key.venue), Symbol(key.symbol)
    log = ChangeLog(kept=1)

    def show(ticker: Ticker) -> object:
        return ticker_view(venue, symbol, ticker, stale=False, now_ns=ticker.heard_ns)

    def hear(_: MarketEvent) -> None:
        log.put("tickers", symbol, market.ticker(venue, symbol), show)
        changed()

    leave_quotes = market.listen(venue, Channel(symbol, "quotes"), hear)
    try:
        leave_trades = market.listen(venue, Channel(symbol, "trades"), hear)
    except BaseException:
        leave_quotes()
        raise
    known = market.ticker(venue, symbol)
    if known.heard_ns:
        log.put("tickers", symbol, known, show)

    def leave() -> None:
        leave_quotes()
        leave_trades()

    return LogTopic(key, log, ["tickers"]), leave


def _into(
    log: ChangeLog, changed: Callable[[], None], take: Callable[[ChangeLog, MarketEvent], None]
) -> MarketSink:
    def hear(event: MarketEvent) -> None:
        take(log, event)
        changed()

    return hear


def _take_trade(log: ChangeLog, event: MarketEvent) -> None:
    if isinstance(event, Trade):
        log.put("trades", log.version, event, trade_view)


def _take_candle(log: ChangeLog, event: MarketEvent) -> None:
    if isinstance(event, Candle):
        log.put("candles", event.start_ns, event, candle_view)
