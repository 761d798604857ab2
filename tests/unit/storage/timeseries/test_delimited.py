"""CSV files of many hands, real ones with checked totals and broken ones with one clear error."""

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from algotradehub.domain.instrument import Side
from algotradehub.storage.timeseries import delimited
from algotradehub.storage.timeseries.cursor import BadRecording
from algotradehub.storage.timeseries.recording import recognise

Read = Callable[..., list[Any]]
Write = Callable[..., Path]
SECOND_NS = 10**9

# file, rows, first and last start in epoch seconds, interval in seconds, sum of the closes
CANDLES = [
    ("binance_1m_2025/BTCUSDT_1m.csv.gz", 4320, 1761711720, 1761970860, 60, "475868624.29"),
    ("nautilus/btc-perp-20211231-20220201_1m.csv.gz", 45031, 1640991660, 1643693460, 60,
     "1852778648.500"),
    ("cryptodatadownload/Coinbase_BTCUSD_d.csv.gz", 1770, 1417392000, 1571270400, 86400,
     "6570987.24"),
    ("../equity_india/nse_daily_2015_2021/INFY.csv.gz", 1734, 1420070400, 1640908800, 86400,
     "1934202.20"),
    # 2017-01-02 02:00 Eastern Standard Time is 07:00 UTC.
    ("../forex/histdata_eurusd_m1_2017/DAT_ASCII_EURUSD_M1_201701.csv.gz", 31500, 1483340400,
     1485925080, 60, "33477.616460"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "first_s", "last_s", "interval_s", "closes"), CANDLES)
def test_real_candles(
    *, shared_data: Path, read: Read, name: str, rows: int, first_s: int, last_s: int,
    interval_s: int, closes: str,
) -> None:  # fmt: skip
    candles = read(shared_data / "market/crypto" / name)
    assert len(candles) == rows
    assert candles[0].start_ns == first_s * SECOND_NS
    assert candles[-1].start_ns == last_s * SECOND_NS
    assert {candle.interval_ns for candle in candles} == {interval_s * SECOND_NS}
    assert sum(candle.close for candle in candles) == Decimal(closes)


def test_values_are_the_texts_of_the_file(shared_data: Path, read: Read) -> None:
    first = read(shared_data / "market/crypto/binance_1m_2025/BTCUSDT_1m.csv.gz")[0]
    values = (first.open, first.high, first.low, first.close, first.volume)
    assert [str(v) for v in values] == [
        "112731.29", "112749.73", "112730.4", "112749.72", "4.75297",
    ]  # fmt: skip


def test_newest_first_is_turned_round_with_volume_in_base_units(
    shared_data: Path, read: Read
) -> None:
    path = shared_data / "market/crypto/cryptodatadownload/Coinbase_BTCUSD_d.csv.gz"
    candles = read(path)
    assert (str(candles[0].close), str(candles[-1].close)) == ("370", "8034.32")
    assert sum(candle.volume for candle in candles) == Decimal("18770612.73286")
    layout = recognise(path)
    assert layout.used["volume"] == "volume_btc"
    assert "newest row first: read from the end" in layout.warnings
    assert "times carry no zone: read as UTC" in layout.warnings


def test_a_real_file_with_hours_told_twice_is_refused(shared_data: Path, read: Read) -> None:
    """Coinbase's hours of 2017-11-12 stand there twice, five hours apart."""
    path = shared_data / "market/crypto/cryptodatadownload/Coinbase_BTCUSD_1h.csv.gz"
    with pytest.raises(BadRecording, match="line 16908: goes back in time by 18000 s"):
        read(path)


TRADES = [
    ("pyalgotrade/bitstampUSD.csv", 9998, 1315922016 * 10**9, 1338453678 * 10**9,
     "58547.999940710000"),
    ("pyalgotrade/trades-mgtox-usd-2013-01-01.csv", 2331, 1356998659486096000,
     1357084711193969000, "28168.91145963"),
    ("gocryptotrader/binance_BTCUSDT_24h-trades_2020_11_16.csv", 1000, 1605499846 * 10**9,
     1605500030 * 10**9, "36.143571"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "first_ns", "last_ns", "quantity"), TRADES)
def test_real_trades(
    *,
    shared_data: Path,
    read: Read,
    name: str,
    rows: int,
    first_ns: int,
    last_ns: int,
    quantity: str,
) -> None:
    trades = read(shared_data / "market/crypto" / name)
    assert len(trades) == rows
    assert (trades[0].venue_time_ns, trades[-1].venue_time_ns) == (first_ns, last_ns)
    assert sum(trade.quantity for trade in trades) == Decimal(quantity)
    assert len({trade.venue_trade_id for trade in trades}) == rows


def test_mt_gox_sides(shared_data: Path, read: Read) -> None:
    trades = read(shared_data / "market/crypto/pyalgotrade/trades-mgtox-usd-2013-01-01.csv")
    bought = [trade.quantity for trade in trades if trade.taker is Side.BUY]
    assert (len(bought), sum(bought)) == (812, Decimal("6393.77402496"))


def test_quote_ticks_without_a_header(shared_data: Path, read: Read) -> None:
    quotes = read(shared_data / "market/forex/nautilus_ticks/quote_tick_data.csv")
    assert len(quotes) == 9500
    assert quotes[0].venue_time_ns == 1577916000065000000  # 17:00:00.065 EST
    assert sum(quote.bid for quote in quotes) == Decimal("10657.904780")
    assert sum(quote.ask for quote in quotes) == Decimal("10658.373070")


def test_binance_klines_without_a_header(shared_data: Path, read: Read) -> None:
    candles = read(shared_data / "market/crypto/nautilus/ADABTC-1m-2021-11-27.csv")
    assert len(candles) == 10
    assert sum(candle.volume for candle in candles) == Decimal("384968.00000000")
    assert (candles[-1].start_ns, str(candles[-1].close)) == (1637971740 * SECOND_NS, "0.00002865")


def test_one_of_three_instruments_by_mapping(shared_data: Path, read: Read) -> None:
    path = shared_data / "market/crypto/cryptodatadownload/bitstamp_(BTC,ETH,LTC)USD_d.csv.gz"
    with pytest.raises(
        BadRecording, match="open and high and low and close are missing; found: , BTC"
    ):
        read(path)
    roles = ("open", "high", "low", "close", "volume")
    candles = read(path, columns={role: f"ETH:{role}" for role in roles})
    assert len(candles) == 788  # the days before it was listed are empty
    assert candles[0].start_ns == 1510185600 * SECOND_NS
    assert sum(candle.close for candle in candles) == Decimal("269931.65")


def test_the_bars_close_as_their_time(shared_data: Path, read: Read) -> None:
    path = shared_data / "market/crypto/nautilus/btc-perp-20211231-20220201_1m.csv.gz"
    assert read(path, time_is_close=True)[0].start_ns == (1640991660 - 60) * SECOND_NS


# --- forms without recorded files -----------------------------------------------------------------


def test_binance_trades_without_a_header(read: Read, write: Write) -> None:
    path = write("1,50000.1,0.2,10000.02,1700000000000000,True,True")
    (trade,) = read(path)
    assert (trade.venue_trade_id, trade.taker) == ("1", Side.SELL)
    assert trade.venue_time_ns == 1700000000 * SECOND_NS
    path = write("7,50000.1,0.2,1,3,1700000000000,False,True")
    assert (read(path)[0].venue_trade_id, read(path)[0].taker) == ("7", Side.BUY)


@pytest.mark.parametrize("numbers", ["2,3,1,2,900", "900,2,3,1,2"])
def test_six_numbers_tell_where_the_volume_stands(read: Read, write: Write, numbers: str) -> None:
    path = write(f"1700000000,{numbers}", f"1700000060,{numbers}")
    assert [str(candle.volume) for candle in read(path)] == ["900", "900"]


def test_six_numbers_that_fit_no_order(shared_data: Path, read: Read) -> None:
    """In this real file the highest price of the day is missing: it repeats the close instead."""
    folder = shared_data / "market/crypto/gocryptotrader"
    path = folder / "binance_BTCUSDT_24h_2019_01_01_2020_01_01.csv"
    with pytest.raises(BadRecording, match=r"neither .* fits every row"):
        read(path)
    with pytest.raises(BadRecording, match=r'line 3, column "high": high below open 3857\.57'):
        read(path, header=("time", "volume", "open", "high", "low", "close"))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(read: Read, write: Write, delimiter: str) -> None:
    path = write(
        *(line.replace(",", delimiter) for line in ("time,bid,ask", "2020-01-01 00:00:00.5,1,2"))
    )
    (quote,) = read(path)
    assert quote.venue_time_ns == 1577836800_500_000_000


def test_comments_before_the_header(read: Read, write: Write) -> None:
    path = write("# made by hand", "time,bid,ask", "2020-01-01,1,2", "2020-01-02,1,x")
    with pytest.raises(BadRecording, match=r'btc\.csv line 4, column "ask": not a number: "x"'):
        read(path)


def test_times_in_the_zone_the_user_names(read: Read, write: Write) -> None:
    path = write("time,bid,ask", "2020-07-01 09:30,1,2")
    (quote,) = read(path, zone="America/New_York")
    assert quote.venue_time_ns == 1593610200 * SECOND_NS  # 13:30 UTC


def test_the_users_zone_wins_over_the_formats(read: Read, write: Write) -> None:
    path = write("20200102 000000;1;1;1;1;0", "20200102 000100;1;1;1;1;0")
    assert read(path)[0].start_ns == (1577923200 + 5 * 3600) * SECOND_NS
    assert read(path, zone="UTC")[0].start_ns == 1577923200 * SECOND_NS


def test_closing_times_of_binance_end_a_millisecond_early(read: Read, write: Write) -> None:
    rows = [f"{1_700_000_039_999 + 60_000 * n},1,1,1,1,1" for n in range(3)]
    candles = read(write("close_time,open,high,low,close,volume", *rows))
    assert candles[0].start_ns == 1_699_999_980 * SECOND_NS


def test_one_candle_needs_its_interval(read: Read, write: Write) -> None:
    path = write("time,open,high,low,close", "2020-01-01,1,2,1,2")
    with pytest.raises(BadRecording, match="give --interval"):
        read(path)
    assert read(path, interval_s=86400)[0].interval_ns == 86400 * SECOND_NS


# --- broken files ---------------------------------------------------------------------------------

HEADER = "time,open,high,low,close,volume"
GOOD = [f"2020-01-{day:02},10,12,9,11,5" for day in range(1, 31)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('2020-01-15,10,12,9,"12,3x",5', 'line 16, column "close": not a number: "12,3x"'),
        ("2020-01-15,10,12,9,NaN,5", 'line 16, column "close": needs a finite number: "NaN"'),
        ("2020-01-15,10,12,-9,11,5", 'column "low": a price must be above zero: "-9"'),
        ("2020-01-15,10,12,9,,5", 'column "close": empty where a number is needed'),
        ("2020-01-15,10,8,9,11,5", 'column "high": high below open 10, low 9 or close 11: "8"'),
        ("2020-01-15,10,12,9,11,-5", 'column "volume": a quantity must not be negative: "-5"'),
        ("2020-01-15,10,12,9,11", "line 16: 5 columns where the header has 6"),
        ("2020-01-45,10,12,9,11,5", 'column "time": day is out of range'),
        ("01/15/2020,10,12,9,11,5", 'column "time": a date with slashes'),
        ("2020-01-14,10,12,9,11,5", 'column "time": a second candle for the same time'),
        ("2020-01-03,10,12,9,11,5", "line 16: goes back in time by 950400 s"),
        ('2020-01-15,10,12,9,"11,5', "not a row"),
    ],
)  # fmt: skip
def test_one_broken_row(read: Read, write: Write, row: str, message: str) -> None:
    rows = GOOD.copy()
    rows[14] = row
    with pytest.raises(BadRecording) as caught:
        read(write(HEADER, *rows))
    assert message in str(caught.value)


def test_a_broken_row_of_a_file_read_from_its_end(read: Read, write: Write) -> None:
    rows = GOOD[::-1]
    rows[3] = rows[3].replace(",9,", ",nine,")
    with pytest.raises(BadRecording, match='line 5, column "low": not a number: "nine"'):
        read(write(HEADER, *rows))


def test_too_long_to_be_turned_round(
    read: Read, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(HEADER, *GOOD[::-1])
    monkeypatch.setattr(delimited, "MAX_REVERSED_LINES", 30)
    assert len(read(path)) == 30
    monkeypatch.setattr(delimited, "MAX_REVERSED_LINES", 29)
    with pytest.raises(BadRecording, match="newest first with more than 29 rows"):
        read(path)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["time,open,high,low,close"], "a header and no rows"),
        (["hello"], "not a header, and no known form without one"),
        (["time,open,high,low,volume", "1,2,3,4,5"], "the column close is missing; found: time,"),
        (["{", '"a": 1', "}"], "no format we know"),
        (["20201229 00:00:00,0.0002"], "no format we know"),
    ],
)
def test_no_market_data(read: Read, write: Write, lines: list[str], message: str) -> None:
    with pytest.raises(BadRecording) as caught:
        read(write(*lines))
    assert message in str(caught.value)


def test_a_real_file_cut_off_in_its_gzip(shared_data: Path, read: Read, tmp_path: Path) -> None:
    whole = (shared_data / "market/crypto/binance_1m_2025/BTCUSDT_1m.csv.gz").read_bytes()
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(whole[:-20_000])
    with pytest.raises(BadRecording, match=r"cut.csv.gz line \d+: the compressed file is cut off"):
        read(path)
    path.write_bytes(gzip.compress(gzip.decompress(whole) + b"\xff\xfe\n"))
    with pytest.raises(BadRecording, match="line 4322: not text in UTF-8"):
        read(path)
