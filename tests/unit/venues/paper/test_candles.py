"""Candles are built from trades, told when their time is over, and merged into longer ones."""

from decimal import Decimal

import msgspec
import pytest

from algotradehub.domain.errors import Unsupported
from algotradehub.domain.market import Candle, Trade
from algotradehub.venues.paper.candles import BASE_INTERVAL_NS as M
from algotradehub.venues.paper.candles import KEPT, MAX_INTERVALS, CandleSeries
from tests.unit.venues.paper.markets import VENUE, spot

SYMBOL = spot().symbol


def trade(at_ns: int, price: int, quantity: int = 1) -> Trade:
    return Trade(
        venue=VENUE,
        symbol=SYMBOL,
        price=Decimal(price),
        quantity=Decimal(quantity),
        taker=None,
        venue_trade_id=str(at_ns),
        venue_time_ns=at_ns,
        received_ns=at_ns,
    )


def feed(series: CandleSeries, *trades: Trade) -> list[Candle]:
    told = []
    for one in trades:
        told += series.pass_time(one.venue_time_ns)
        series.trade(one)
    return told


def values(candle: Candle) -> tuple[int, ...]:
    parts = (candle.open, candle.high, candle.low, candle.close, candle.volume)
    return tuple(int(part) for part in parts)


def test_a_candle_is_told_once_its_minute_is_over() -> None:
    series = CandleSeries()
    series.want(M)
    assert feed(series, trade(10 * M, 5), trade(10 * M + 1, 9), trade(11 * M - 1, 3, 4)) == []
    (candle,) = series.pass_time(11 * M)
    assert values(candle) == (5, 9, 3, 3, 6)
    assert (candle.start_ns, candle.interval_ns, candle.final) == (10 * M, M, True)
    assert series.pass_time(11 * M + 1) == []


def test_minutes_without_trades_have_no_candle() -> None:
    series = CandleSeries()
    feed(series, trade(10 * M, 5), trade(14 * M, 6))
    series.pass_time(20 * M)
    assert [c.start_ns for c in series.between(M, 0, 99 * M)] == [10 * M, 14 * M]
    assert [c.start_ns for c in series.between(M, 11 * M, 15 * M)] == [14 * M]
    assert series.between(M, 11 * M, 14 * M) == []


def test_longer_candles_are_merged_and_final_only() -> None:
    series = CandleSeries()
    series.want(5 * M)
    told = feed(
        series,
        trade(10 * M, 5),
        trade(11 * M, 9),
        trade(14 * M, 3),
        trade(15 * M, 7),
        trade(16 * M, 8),
    )
    assert [values(candle) for candle in told] == [(5, 9, 3, 3, 3)]
    assert series.between(5 * M, 0, 99 * M) == told
    series.pass_time(20 * M)
    assert [values(c) for c in series.between(5 * M, 0, 99 * M)] == [
        (5, 9, 3, 3, 3),
        (7, 8, 7, 8, 2),
    ]


def test_only_whole_minutes_are_built() -> None:
    series = CandleSeries()
    for interval_ns in (M // 2, M + 1, 0, -M):
        with pytest.raises(Unsupported, match="whole minutes"):
            series.want(interval_ns)
        with pytest.raises(Unsupported, match="whole minutes"):
            series.between(interval_ns, 0, 1)


def test_a_window_that_lost_its_beginning_is_not_shown() -> None:
    series = CandleSeries()
    for minute in range(KEPT + 3):
        feed(series, trade(minute * M, 1))
    series.pass_time((KEPT + 10) * M)
    assert len(series.between(M, 0, 2**62)) == KEPT
    assert series.between(5 * M, 0, 2**62)[0].start_ns == 5 * M


def recorded(start_ns: int, close: int) -> Candle:
    price = Decimal(close)
    return Candle(
        venue=VENUE,
        symbol=SYMBOL,
        start_ns=start_ns,
        interval_ns=3 * M,
        open=price,
        high=price,
        low=price,
        close=price,
        volume=price,
        final=True,
        received_ns=start_ns + 3 * M,
    )


def test_recorded_candles_are_kept_and_not_built_over() -> None:
    series = CandleSeries()
    series.record(recorded(0, 1))
    series.record(recorded(3 * M, 2))
    feed(series, trade(7 * M, 5), trade(9 * M, 5))
    assert series.between(3 * M, 0, 99 * M) == [recorded(0, 1), recorded(3 * M, 2)]
    assert series.between(M, 0, 99 * M) == []
    series.record(recorded(3 * M, 4))  # played again
    assert series.between(3 * M, 0, 99 * M) == [recorded(0, 1), recorded(3 * M, 4)]


def test_an_interval_of_the_recording_can_be_wanted_once_it_came() -> None:
    series = CandleSeries()
    with pytest.raises(Unsupported):
        series.want(M // 2)
    series.record(msgspec.structs.replace(recorded(0, 1), interval_ns=M // 2))
    series.want(M // 2)
    assert len(series.between(M // 2, 0, M)) == 1


def test_intervals_are_bounded() -> None:
    series = CandleSeries()
    for minutes in range(1, MAX_INTERVALS + 1):
        series.want(minutes * M)
    series.want(M)
    with pytest.raises(Unsupported, match="merge"):
        series.want(100 * M)


def test_minutes_can_be_wanted_after_some_were_built() -> None:
    series = CandleSeries()
    feed(series, trade(10 * M, 5), trade(11 * M, 6))
    series.want(M)
    assert [candle.start_ns for candle in feed(series, trade(12 * M, 7))] == [11 * M]
