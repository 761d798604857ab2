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
