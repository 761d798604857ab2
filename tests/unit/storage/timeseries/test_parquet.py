"""Other people's Parquet files, and what is none."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from algotradehub.domain.instrument import Side
from algotradehub.storage.timeseries import parquet
from algotradehub.storage.timeseries.cursor import BadRecording
from algotradehub.storage.timeseries.recording import recognise

Read = Callable[..., list[Any]]
FOLDER = "market/crypto/nautilus/binance"
FLOATS = "numbers are stored as floats: each is taken as its shortest text"


def test_real_trades(shared_data: Path, read: Read) -> None:
    path = shared_data / FOLDER / "btcusdt-trades.parquet"
    trades = read(path)
    assert len(trades) == 2001
    assert (trades[0].venue_trade_id, trades[-1].venue_trade_id) == ("553287559", "553289559")
    assert trades[0].venue_time_ns == 1610064000278 * 10**6
    assert (str(trades[0].price), str(trades[0].quantity)) == ("39432.48", "0.000263")
    assert sum(trade.taker is Side.SELL for trade in trades) == 914
    # The file's own floats, noise of their making included.
    assert sum(trade.quantity for trade in trades) == Decimal("87.071595999999999587898")
    assert recognise(path).warnings == (FLOATS,)


def test_real_quotes(shared_data: Path, read: Read) -> None:
    path = shared_data / FOLDER / "btcusdt-quotes.parquet"
    quotes = read(path)
    assert len(quotes) == 451
    assert sum(quote.bid for quote in quotes) == Decimal("17812579.74")
    assert (quotes[0].venue_time_ns, quotes[-1].venue_time_ns) == (
        1610064001076 * 10**6, 1610064046674 * 10**6,
    )  # fmt: skip
    assert recognise(path).symbol == "BTC/USDT"


def test_files_are_read_in_batches(
    shared_data: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shared_data / FOLDER / "btcusdt-trades.parquet"
    whole = read(path)
    monkeypatch.setattr(parquet, "BATCH_ROWS", 100)
    assert read(path) == whole


def candles(folder: Path, **columns: Any) -> Path:
    path = folder / "candles.parquet"
    days = [datetime(2020, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    frame = {
        "date": days,
        "open": [1.5] * 3,
        "high": [2.5] * 3,
        "low": [1.0] * 3,
        "close": [2.0] * 3,
    }
    pl.DataFrame(frame | columns).write_parquet(path)
    return path


def test_dates_and_narrow_floats(read: Read, tmp_path: Path) -> None:
    days = pl.Series([18262, 18263, 18264]).cast(pl.Date)  # from 2020-01-01
    narrow = pl.Series([0.1, 0.1, 0.1], dtype=pl.Float32)
    found = read(candles(tmp_path, date=days, low=narrow))
    assert [str(candle.low) for candle in found] == ["0.1"] * 3
    assert found[0].start_ns == 1577836800 * 10**9
    assert found[0].interval_ns == 86400 * 10**9


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"close": [2.0, float("nan"), 2.0]},
            'row 2, column "close": needs a finite number: "nan"',
        ),
        ({"close": [2.0, None, 2.0]}, 'column "close": empty where a number is needed'),
        ({"high": [2.5, 2.5, 1.0]}, 'column "high": high below'),
        ({"symbol": ["A", "A", "B"]}, "another symbol than A before"),
    ],
)
def test_a_bad_row(read: Read, tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRecording) as caught:
        read(candles(tmp_path, **columns))
    assert message.replace("row", "line") in str(caught.value)


def test_missing_columns_are_listed(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"time": [1], "what": [2]}).write_parquet(path)
    with pytest.raises(BadRecording, match="are missing; found: time, what"):
        read(path)


def test_no_rows_and_no_parquet(shared_data: Path, read: Read, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"time": pl.Series([], dtype=pl.Int64)}).write_parquet(path)
    with pytest.raises(BadRecording, match="holds no rows"):
        read(path)
    whole = (shared_data / FOLDER / "btcusdt-trades.parquet").read_bytes()
    path.write_bytes(whole[:-100])
    with pytest.raises(BadRecording, match=r"x.parquet: cannot be read as Parquet"):
        read(path)


def test_a_zone_is_for_text(shared_data: Path, read: Read) -> None:
    with pytest.raises(BadRecording, match="for text files only"):
        read(shared_data / FOLDER / "btcusdt-quotes.parquet", zone="Asia/Tokyo")
