"""Events come in time order, alone and merged."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import Candle
from algotradehub.storage.timeseries.cursor import BadRecording, Cursor
from algotradehub.storage.timeseries.layout import MarketKind
from algotradehub.storage.timeseries.recording import Recording, merge, open_recording
from algotradehub.storage.timeseries.text_files import byte_lines

Write = Callable[..., Path]
VENUE = VenueId("binance")
MS_NS = 1_000_000


def opened(path: Path, symbol: str = "BTC/USDT") -> Recording:
    return open_recording(path, venue=VENUE, symbol=Symbol(symbol))


def test_a_recording_knows_itself(shared_data: Path) -> None:
    recording = opened(shared_data / "market/crypto/binance_1m_2025/BTCUSDT_1m.csv.gz")
    assert (recording.format, recording.kinds) == ("csv", (MarketKind.CANDLES,))
    assert recording.columns[:3] == ("open_time", "open", "high")
    assert recording.mapping["time"] == "open_time"
    assert recording.interval_ns == 60 * 10**9
    assert recording.recorded_symbol == "BTCUSDT"
    assert recording.warnings == ()
    first = next(recording.events())
    assert (first.venue, first.symbol) == (VENUE, "BTC/USDT")


def test_events_start_anew_each_time(shared_data: Path) -> None:
    recording = opened(shared_data / "market/crypto/nautilus/ADABTC-1m-2021-11-27.csv")
    assert list(recording.events()) == list(recording.events())


def test_the_first_event_costs_no_whole_file(shared_data: Path) -> None:
    path = shared_data / "l2/hftbacktest/usdm_btcusdt_20240808.gz"
    cursor = Cursor(path)
    events = opened(path).events(cursor)
    next(events)
    done, total = cursor.progress()
    assert (cursor.line, total) == (1, path.stat().st_size)
    assert done < total / 5


TIMES = st.lists(st.integers(0, 3_000), min_size=1, max_size=30)


@given(times=TIMES)
def test_small_disorder_is_put_right_and_large_is_refused(
    tmp_path_factory: pytest.TempPathFactory, times: list[int]
) -> None:
    path = tmp_path_factory.mktemp("order") / "trades.csv"
    start = 1_700_000_000_000
    rows = [f"{start + ms},1,1" for ms in [*times, 10**6]]  # the last keeps it oldest first
    path.write_text("\n".join(["time,price,qty", *rows]))
    latest, expected = 0, []
    for ms in [*times, 10**6]:
        latest = max(latest, ms)
        expected.append((start + latest) * MS_NS)
        if latest - ms > 1_000:
            with pytest.raises(BadRecording, match="goes back in time"):
                list(opened(path).events())
            return
    events = list(opened(path).events())
    assert [event.received_ns for event in events] == expected
    assert len(events) == len(times) + 1


def test_merged_symbols_come_in_time_order(shared_data: Path) -> None:
    folder = shared_data / "market/crypto/binance_1m_2025"
    btc = opened(folder / "BTCUSDT_1m.csv.gz", "BTC/USDT")
    eth = opened(folder / "ETHUSDT_1m.csv.gz", "ETH/USDT")
    events = list(merge(btc, eth))
    assert len(events) == 2 * 4320
    assert [event.symbol for event in events[:4]] == ["BTC/USDT", "ETH/USDT"] * 2
    received = [event.received_ns for event in events]
    assert received == sorted(received)


def test_a_candle_comes_after_the_trades_it_sums_up(write: Write) -> None:
    """By its opening time it would tell the next minute's prices before they happened."""
    trades = opened(write("time,price,qty", "1700000010,5,1", "1700000059,6,1", name="t.csv"))
    rows = ["1700000000,5,6,5,6,2", "1700000060,6,6,6,6,0"]
    candles = opened(write("time,open,high,low,close,volume", *rows, name="c.csv"))
    kinds = [isinstance(event, Candle) for event in merge(candles, trades)]
    assert kinds == [False, False, True, True]


CAPTURES = "l2/binance_capture_2025"
SAMPLES = [
    "market/crypto/binance_1m_2025/BTCUSDT_1m.csv.gz",
    "market/crypto/nautilus/ADABTC-1m-2021-11-27.csv",
    "market/crypto/pyalgotrade/trades-mgtox-usd-2013-01-01.csv",
    "market/equity_india/nse_daily_2015_2021/INFY.csv.gz",
    "market/forex/histdata_eurusd_m1_2017/DAT_ASCII_EURUSD_M1_201701.csv.gz",
    "l2/tardis_csv/binance-futures_book_snapshot_5_BTCUSDT.csv",
    "l2/tardis_csv/deribit_incremental_book_L2_BTC-PERPETUAL.csv",
    "l2/binance_vision_2022/btcusdt-depth-update.csv",
    "l2/hftbacktest/usdm_btcusdt_20240808.gz",
    f"{CAPTURES}/test_positive_binance_trade_stream_coin_m_futures_trxusd_perp_04-03-2025.csv.gz",
]


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
def test_whatever_stands_in_a_file_it_is_read_or_refused(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    """Damage a few bytes of a real file's start: no other error may come out."""
    content = bytearray(b"".join(beginning(shared_data / name)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.sampled_from(PIECES) | st.binary(max_size=3))
        content[at : at + data.draw(st.integers(0, 4))] = piece
    path = tmp_path_factory.mktemp("damage") / "BTCUSDT.csv"
    path.write_bytes(content)
    try:
        received = [event.received_ns for event in opened(path).events()]
    except BadRecording as error:
        assert str(error).startswith("BTCUSDT.csv")  # noqa: PT017 - either outcome is right
        return
    assert received == sorted(received)


PIECES = [b"", b",", b'"', b"\n", b"-", b"NaN", b"1e99", b"0", b";", b"\x00", b"\xff", b"{", b"#"]


def beginning(path: Path) -> list[bytes]:
    lines = byte_lines(Cursor(path))
    return [line for line, _ in zip(lines, range(12), strict=False)]
