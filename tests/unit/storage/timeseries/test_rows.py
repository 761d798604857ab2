"""A row becomes one event, and each rule between its fields is kept."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import Candle
from algotradehub.storage.timeseries import fields
from algotradehub.storage.timeseries.columns import find_columns
from algotradehub.storage.timeseries.cursor import BadRecording, Cursor
from algotradehub.storage.timeseries.rows import TradeNumbers, builder, zone_named

AT = "1600000000"
AT_NS = 1_600_000_000_000_000_000
CANDLES = "time,open,high,low,close,volume"


def build(header: str, *rows: str, interval_ns: int | None = 60 * 10**9) -> list[Any]:
    cursor = Cursor(Path("btc.csv"))
    build_row = builder(
        find_columns(header.split(","), {}, cursor), cursor, VenueId("v"), Symbol("A/B"),
        read_time=fields.time_ns, interval_ns=interval_ns,
    )  # fmt: skip
    return [build_row(row.split(",")) for row in rows]


def test_a_candle_is_known_when_it_ends() -> None:
    (candle,) = build(CANDLES, f"{AT},2,3,1,2.50,7")
    assert (candle.start_ns, candle.received_ns) == (AT_NS, AT_NS + 60 * 10**9)
    assert (str(candle.close), str(candle.volume), candle.final) == ("2.50", "7", True)


prices = st.integers(1, 5)


@given(prices, prices, prices, prices)
def test_a_candle_passes_if_high_and_low_hold_the_others(o: int, h: int, lo: int, c: int) -> None:
    row = f"{AT},{o},{h},{lo},{c},0"
    if h == max(o, h, lo, c) and lo == min(o, h, lo, c):
        assert isinstance(build(CANDLES, row)[0], Candle)
    else:
        with pytest.raises(BadRecording, match=r'column "(high|low)": (high below|low above)'):
            build(CANDLES, row)


def test_a_second_candle_for_the_same_time() -> None:
    with pytest.raises(BadRecording, match="second candle"):
        build(CANDLES, f"{AT},2,3,1,2,7", f"{AT},2,3,1,2,7")


def test_candles_without_an_interval() -> None:
    with pytest.raises(BadRecording, match="interval"):
        build(CANDLES, interval_ns=None)


def test_a_row_without_prices_is_left_out() -> None:
    assert build(CANDLES, f"{AT},,,,,") == [None]


def test_trades_say_who_took() -> None:
    sides = [
        build("time,price,amount,side", f"{AT},5,1,{text}")[0].taker for text in ("buy", "Ask", "")
    ]
    assert sides == [Side.BUY, Side.SELL, None]
    assert build("time,price,qty,is_buyer_maker", f"{AT},5,1,true")[0].taker is Side.SELL
    assert build("time,price,qty", f"{AT},5,1")[0].taker is None


def test_trades_without_an_id_are_numbered_within_their_instant() -> None:
    trades = build("time,price,qty", f"{AT},5,1", f"{AT},5,1", "1600000001,5,1")
    ids = [trade.venue_trade_id for trade in trades]
    assert ids == [f"{AT_NS}-0", f"{AT_NS}-1", f"{AT_NS + 10**9}-0"]
    numbers = TradeNumbers()
    assert [numbers.next(1), numbers.next(1), numbers.next(2)] == ["1-0", "1-1", "2-0"]


def test_a_trade_of_nothing_is_left_out() -> None:
    assert build("time,price,qty", f"{AT},5,0.0") == [None]


def test_when_the_recorder_has_a_clock_it_counts() -> None:
    (trade,) = build("timestamp,local_timestamp,id,price,amount", f"{AT},1600000002,x,5,1")
    assert (trade.venue_time_ns, trade.received_ns) == (AT_NS, AT_NS + 2 * 10**9)
    assert trade.venue_trade_id == "x"


def test_quotes() -> None:
    (quote,) = build("time,bid,ask,bid_size,ask_size", f"{AT},5,6,1,2")
    assert (quote.bid, quote.ask, quote.bid_quantity, quote.ask_quantity) == (5, 6, 1, 2)
    assert build("time,bid,ask", f"{AT},5,5")[0].bid_quantity == 0
    assert build("time,bid,ask", f"{AT},,5", f"{AT},5,") == [None, None]
    with pytest.raises(BadRecording, match='column "bid": bid above ask 5: "6"'):
        build("time,bid,ask", f"{AT},6,5")


def test_one_symbol_in_one_file() -> None:
    with pytest.raises(BadRecording, match="another symbol than A before"):
        build("time,symbol,bid,ask", f"{AT},A,5,6", f"{AT},B,5,6")


def test_zones_by_name() -> None:
    cursor = Cursor(Path("a.csv"))
    assert str(zone_named("Asia/Kolkata", cursor)) == "Asia/Kolkata"
    for name in ("Mars/Olympus", "../etc"):
        with pytest.raises(BadRecording, match="no such time zone"):
            zone_named(name, cursor)
