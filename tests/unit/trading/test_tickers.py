"""The ticker board: the last 24 hours to the minute, bounded; the venue's word over ours."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import Candle, Quote, Trade
from algotradehub.trading.tickers import MINUTES, TRADES_KEPT, DaySummary, TickerBoard

VENUE, BTC = VenueId("kraken"), Symbol("BTC/USDT")
MINUTE_NS = 60_000_000_000
START = 30_000_000  # a minute of 2027


def trade(minute: int, price: int, quantity: int = 1, *, received: int | None = None) -> Trade:
    return Trade(
        venue=VENUE,
        symbol=BTC,
        price=Decimal(price),
        quantity=Decimal(quantity),
        taker=None,
        venue_trade_id="",
        venue_time_ns=minute * MINUTE_NS,
        received_ns=(minute if received is None else received) * MINUTE_NS,
    )


def quote(received: int) -> Quote:
    return Quote(
        venue=VENUE,
        symbol=BTC,
        bid=Decimal(9),
        ask=Decimal(11),
        bid_quantity=Decimal(1),
        ask_quantity=Decimal(1),
        venue_time_ns=0,
        received_ns=received * MINUTE_NS,
    )


def candle(minute: int, prices: tuple[int, int, int, int], volume: int, **changes: int) -> Candle:
    opened, high, low, close = map(Decimal, prices)
    return Candle(
        venue=VENUE,
        symbol=BTC,
        start_ns=minute * MINUTE_NS,
        interval_ns=changes.get("interval_ns", MINUTE_NS),
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=Decimal(volume),
        final=bool(changes.get("final", 1)),
        received_ns=(minute + 1) * MINUTE_NS,
    )


def heard(*events: Quote | Trade | Candle) -> TickerBoard:
    board = TickerBoard()
    for event in events:
        board.hear(event)
    return board


def day(board: TickerBoard) -> tuple[int, ...] | None:
    """Open, high, low, close, volume."""
    told = board.ticker(VENUE, BTC).day
    if told is None:
        return None
    return tuple(int(each) for each in (told.open, told.high, told.low, told.close, told.volume))


def test_of_a_market_nobody_heard_of_nothing_is_known() -> None:
    board = TickerBoard()
    ticker = board.ticker(VENUE, BTC)
    assert (ticker.quote, ticker.last, ticker.day, ticker.heard_ns) == (None, None, None, 0)
    assert board.trades(VENUE, BTC) == ()
    assert board.trade(VENUE, BTC) is None
    assert board.quote(VENUE, BTC) is None


def test_trades_of_a_minute_and_of_minutes_add_up() -> None:
    board = heard(trade(START, 10, 2), trade(START, 14), trade(START, 12))
    assert day(board) == (10, 14, 10, 12, 4)
    board.hear(trade(START + 5, 8))
    assert day(board) == (10, 14, 8, 8, 5)
    assert board.ticker(VENUE, BTC).last == 8


def test_what_is_older_than_a_day_is_gone() -> None:
    board = heard(trade(START, 10), trade(START + 1, 20))
    board.hear(trade(START + MINUTES, 30))
    assert day(board) == (20, 30, 20, 30, 2)
    board.hear(quote(START + MINUTES + 1))
    assert day(board) == (30, 30, 30, 30, 1)  # quotes move time on, too
    board.hear(quote(START + 3 * MINUTES))
    assert day(board) is None
    assert board.ticker(VENUE, BTC).last == 30


def test_a_late_trade_counts_in_its_own_minute() -> None:
    board = heard(trade(START, 10), trade(START + 3, 30))
    assert day(board) == (10, 30, 10, 30, 2)
    board.hear(trade(START + 1, 50, received=START + 3))
    assert day(board) == (10, 50, 10, 30, 3)


def test_a_trade_of_an_earlier_day_does_not_push_out_one_of_today() -> None:
    board = heard(trade(START + MINUTES, 30))
    board.hear(trade(START, 10, received=START + MINUTES))
    assert day(board) == (30, 30, 30, 30, 1)


def test_a_venue_whose_clock_runs_ahead_does_not_empty_the_window() -> None:
    board = heard(trade(START, 10), trade(START + 9 * MINUTES, 20, received=START))
    assert day(board) == (10, 20, 10, 20, 2)


def test_a_trade_without_a_time_is_of_now() -> None:
    board = heard(trade(0, 10, received=START))
    assert day(board) == (10, 10, 10, 10, 1)


def test_the_venues_candle_stands_for_the_trades_of_its_minute() -> None:
    board = heard(trade(START, 10), candle(START, (9, 15, 8, 11), 7))
    assert day(board) == (9, 15, 8, 11, 7)
    board.hear(trade(START, 99, received=START + 1))  # it is in the candle already
    assert day(board) == (9, 15, 8, 11, 7)
    board.hear(trade(START + 1, 12))
    assert day(board) == (9, 15, 8, 12, 8)


def test_a_running_candle_is_replaced_by_the_next_one() -> None:
    board = heard(
        candle(START, (9, 15, 8, 11), 7, final=0), candle(START, (9, 16, 8, 12), 9, final=0)
    )
    assert day(board) == (9, 16, 8, 12, 9)


def test_a_candle_of_an_earlier_day_does_not_push_out_one_of_today() -> None:
    board = heard(trade(START + MINUTES, 30), candle(START, (1, 1, 1, 1), 1))
    assert day(board) == (30, 30, 30, 30, 1)


def test_longer_candles_are_not_counted_beside_minutes() -> None:
    board = heard(candle(START, (9, 15, 8, 11), 7, interval_ns=5 * MINUTE_NS))
    assert day(board) is None
    assert board.ticker(VENUE, BTC).last == 11


def test_a_trade_is_the_last_price_whatever_a_candle_says_later() -> None:
    board = heard(trade(START, 10), candle(START, (9, 15, 8, 11), 7))
    assert board.ticker(VENUE, BTC).last == 10


def test_the_newest_trades_are_kept_and_no_more() -> None:
    board = heard(*(trade(START, price) for price in range(1, TRADES_KEPT + 3)))
    kept = board.trades(VENUE, BTC)
    assert len(kept) == TRADES_KEPT
    assert [int(each.price) for each in board.trades(VENUE, BTC, 2)] == [1002, 1001]


def test_the_running_candle_is_what_was_heard_of_its_interval() -> None:
    first = START // 5 * 5
    board = heard(trade(first - 1, 99), trade(first, 10, 2), trade(first + 3, 14), trade(first, 1))
    running = board.running(VENUE, BTC, 5 * MINUTE_NS)
    assert running is not None
    assert (running.start_ns, running.final) == (first * MINUTE_NS, False)
    shown = (running.open, running.high, running.low, running.close, running.volume)
    assert [int(each) for each in shown] == [10, 14, 1, 14, 4]


@pytest.mark.parametrize("interval_ns", [MINUTE_NS // 60, 7 * MINUTE_NS + 1, 1441 * MINUTE_NS, 0])
def test_no_candle_runs_that_minutes_of_a_day_do_not_make(interval_ns: int) -> None:
    assert heard(trade(START, 10)).running(VENUE, BTC, interval_ns) is None


def test_no_candle_runs_where_nothing_traded() -> None:
    assert TickerBoard().running(VENUE, BTC, MINUTE_NS) is None
    assert heard(trade(START, 10), quote(START + 1)).running(VENUE, BTC, MINUTE_NS) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 3 * MINUTES), st.integers(1, 50), st.booleans()),
        min_size=1,
        max_size=60,
    )
)
def test_the_window_is_what_a_recount_finds(told: list[tuple[int, int, bool]]) -> None:
    told.sort(key=lambda each: each[0])
    board = TickerBoard()
    for minute, price, asked in told:
        board.hear(trade(START + minute, price))
        if asked:  # reading in between must not change what is told later
            day(board)
    newest = told[-1][0]
    prices = [price for minute, price, _ in told if newest - MINUTES < minute]
    expected = DaySummary(
        *map(Decimal, (prices[0], max(prices), min(prices), prices[-1], len(prices)))
    )
    assert board.ticker(VENUE, BTC).day == expected
