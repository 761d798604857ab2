"""LEAN's zips: prices scaled back, wall clocks of their exchange turned to UTC."""

import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from algotradehub.storage.timeseries.cursor import BadRecording
from algotradehub.storage.timeseries.recording import recognise

Read = Callable[..., list[Any]]
SECOND_NS = 10**9

# file, rows, first and last start in epoch seconds, interval in seconds, sums of close and volume
BARS = [
    # Midnight in New York, winter (UTC-5) and summer time (UTC-4).
    ("equity_us/lean/daily/spy.zip", 5849, 883717200, 1617163200, 86400, "958679.51",
     "523995767985"),
    ("equity_us/lean/minute/spy/20131004_trade.zip", 711, 1380873960, 1380931140, 60, "119719",
     "95564623"),
    # Asia/Kolkata is UTC+5:30. The zip of the first day holds the second too.
    ("equity_india/lean/index/india/minute/nifty50/20190101_trade.zip", 756, 1546313820,
     1546423260, 60, "8196090.90", "0"),
    ("equity_india/lean/equity/india/daily/cccl.zip", 495, 1262543400, 1325183400, 86400,
     "37541.15", "44853090"),
    ("crypto/lean/crypto/coinbase/second/btcusd/20161007_trade.zip", 4063, 1475798404,
     1475884798, 1, "2499389.92", "5119.98889954"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rows", "first_s", "last_s", "interval_s", "closes", "volume"), BARS
)
def test_trade_bars(
    *, shared_data: Path, read: Read, name: str, rows: int, first_s: int, last_s: int,
    interval_s: int, closes: str, volume: str,
) -> None:  # fmt: skip
    candles = read(shared_data / "market" / name)
    assert len(candles) == rows
    assert candles[0].start_ns == first_s * SECOND_NS
    assert candles[-1].start_ns == last_s * SECOND_NS
    assert candles[0].interval_ns == interval_s * SECOND_NS
    assert sum(candle.close for candle in candles) == Decimal(closes)
    assert sum(candle.volume for candle in candles) == Decimal(volume)


def test_a_quote_bar_becomes_its_last_quote(shared_data: Path, read: Read) -> None:
    folder = shared_data / "market"
    quotes = read(folder / "forex/lean_oanda/minute/eurusd/20140501_quote.zip")
    assert len(quotes) == 1363
    assert sum(quote.bid for quote in quotes) == Decimal("1890.73838")
    assert sum(quote.ask for quote in quotes) == Decimal("1890.90964")
    assert quotes[0].venue_time_ns == (1398902400 + 60) * SECOND_NS  # the end of its bar
    quotes = read(folder / "equity_us/lean/minute/spy/20131004_quote.zip")
    assert (len(quotes), sum(quote.bid for quote in quotes)) == (855, Decimal("143930.78"))
    assert (quotes[0].bid_quantity, quotes[-1].ask_quantity) == (20000, 100)


def test_ticks(shared_data: Path, read: Read) -> None:
    trades = read(shared_data / "market/equity_us/lean/tick/spy/20131007_trade.zip")
    assert len(trades) == 250_601
    assert sum(trade.price for trade in trades) == Decimal("42082298.68")
    assert sum(trade.quantity for trade in trades) == 97_062_721
    assert trades[0].venue_time_ns == 1381132800_464_000_000  # 04:00:00.464 in New York
    assert len({trade.venue_trade_id for trade in trades}) == 250_601


def test_several_contracts_must_be_chosen_from(shared_data: Path, read: Read) -> None:
    folder = shared_data / "market/futures/lean_es/es"
    with pytest.raises(BadRecording, match="choose one with --member: 20131007_es_minute"):
        read(folder / "20131007_trade.zip")
    member = "20131007_es_minute_trade_201312.csv"
    candles = read(folder / "20131007_trade.zip", member=member)
    assert (len(candles), sum(candle.volume for candle in candles)) == (1344, 787_701)
    # An expiry so far that one side is often empty.
    quotes = read(folder / "20131007_quote.zip", member="20131007_es_minute_quote_201412.csv")
    assert len(quotes) == 40


def test_open_interest_is_none_of_it(shared_data: Path, read: Read) -> None:
    with pytest.raises(BadRecording, match="bars and trade ticks can be read, this is neither"):
        read(shared_data / "market/futures/lean_es/es/20131007_openinterest.zip")


def test_quote_ticks_are_none_of_it_either(read: Read, tmp_path: Path) -> None:
    row = ",".join("1" * 11)
    path = zipped(tmp_path / "equity/usa/tick/x/1.zip", "20200102_x_Trade_Tick.csv", row)
    with pytest.raises(BadRecording, match="this is neither"):
        read(path)


def test_a_zone_that_follows_from_the_folders_is_said(shared_data: Path) -> None:
    layout = recognise(shared_data / "market/equity_us/lean/daily/spy.zip")
    assert layout.warnings == ("times are in America/New_York, by LEAN's market-hours database",)
    assert layout.symbol == "SPY"


def zipped(path: Path, member: str, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "\n".join(lines))
    return path


MEMBER = "20200102_x_minute_trade.csv"
ROW = "34200000,20000,30000,10000,20000,5"


def test_folders_that_tell_nothing(read: Read, tmp_path: Path) -> None:
    path = zipped(tmp_path / "x/20200102_trade.zip", MEMBER, ROW)
    with pytest.raises(BadRecording, match="keep LEAN's folders"):
        read(path)
    (candle,) = read(path, zone="Europe/London", price_divisor=10_000)
    assert (candle.start_ns, candle.close) == (1577957400 * SECOND_NS, 2)


@pytest.mark.parametrize(
    ("folder", "divisor", "hours"),
    [
        ("equity/usa/minute/x", 10_000, 5),
        ("index/usa/minute/x", 1, 6),
        ("crypto/kraken/minute/x", 1, 0),
        ("future/cme/minute/x", 1, 0),
    ],
)
def test_markets_by_folder(
    read: Read, tmp_path: Path, folder: str, divisor: int, hours: int
) -> None:
    (candle,) = read(zipped(tmp_path / folder / "20200102_trade.zip", MEMBER, ROW))
    assert candle.close == Decimal(20_000) / divisor
    assert candle.start_ns == (1577957400 + hours * 3600) * SECOND_NS


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("34260000,20000,10000,30000,20000,5", 'column "high": high below'),
        ("86400001,20000,30000,10000,20000,5", 'column "time": more milliseconds than a day has'),
        ("34260000,20000,30000,10000,x,5", 'column "close": not a number: "x"'),
        ("34260000,20000,30000,10000,20000", "5 columns where the header has 6"),
    ],
)
def test_a_bad_row(read: Read, tmp_path: Path, row: str, message: str) -> None:
    path = zipped(tmp_path / "crypto/x/20200102_trade.zip", MEMBER, ROW, row)
    with pytest.raises(BadRecording) as caught:
        read(path)
    assert f"20200102_trade.zip/{MEMBER} line 2" in str(caught.value)
    assert message in str(caught.value)


def test_a_suspicious_tick_is_left_out(read: Read, tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "equity/usa/tick/x/20200102_trade.zip", "20200102_x_Trade_Tick.csv",
        "34200000,20000,1,P,0,0", "34200001,90000,1,P,0,1",
    )  # fmt: skip
    assert [trade.price for trade in read(path)] == [2]


def test_a_day_alone_needs_its_interval(read: Read, tmp_path: Path) -> None:
    path = zipped(tmp_path / "crypto/x/daily/x.zip", "x.csv", "20200102 00:00,2,3,1,2,5")
    with pytest.raises(BadRecording, match="give --interval"):
        read(path)
    assert read(path, interval_s=86400)[0].start_ns == 1577923200 * SECOND_NS


def test_an_ordinary_csv_in_a_zip_is_no_lean_file(read: Read, tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", "x.csv", "time,bid,ask", "2020-01-02,1,2")
    assert len(read(path)) == 1
