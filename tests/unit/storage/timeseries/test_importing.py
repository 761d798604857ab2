"""An import stores all of a file or nothing, and the same file twice changes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import MarketEvent
from algotradehub.storage.timeseries import importing
from algotradehub.storage.timeseries.cursor import BadRecording
from algotradehub.storage.timeseries.importing import (
    ImportSummary,
    import_recording,
    partition_path,
    preview,
)
from algotradehub.storage.timeseries.recording import merge, open_recording

Write = Callable[..., Path]
VENUE, SYMBOL = VenueId("binance"), Symbol("BTC/USDT")


def bring(source: Path, data_dir: Path) -> ImportSummary:
    return import_recording(source, data_dir=data_dir, venue=VENUE, symbol=SYMBOL)


def read(path: Path) -> list[MarketEvent]:
    return list(open_recording(path, venue=VENUE, symbol=SYMBOL).events())


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file below, with what tells whether it was replaced."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): (p.stat().st_ino, p.stat().st_mtime_ns) for p in found}


def test_real_candles_come_back_exactly(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "market/crypto/binance_1m_2025/BTCUSDT_1m.csv.gz"
    done = bring(source, tmp_path)
    assert (done.read, done.added, done.changed, done.duplicates) == (4320, 4320, 0, 0)
    assert (done.first_ns, done.last_ns) == (1761711780 * 10**9, 1761970920 * 10**9)
    assert done.gap_count == 0
    folder = tmp_path / "market/binance/BTC%2FUSDT/candles-1m"
    assert done.files == (folder / "2025-10.parquet", folder / "2025-11.parquet")
    stored = [event for path in done.files for event in read(path)]
    assert stored == read(source)
    assert list(map(repr, stored)) == list(map(repr, read(source)))


@pytest.mark.parametrize(
    "name", ["spot_ethusdt_20240808", "spot_btcusdt_20240809"]
)  # fmt: skip
def test_a_real_capture_comes_back_exactly(
    shared_data: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PART_ROWS", 20_000)  # several parts
    source = shared_data / f"l2/hftbacktest/{name}.gz"
    done = bring(source, tmp_path)
    original = read(source)
    assert (done.read, done.added, done.gap_count) == (len(original), len(original), 0)
    assert [path.parent.name for path in done.files].count("book") == 1
    opened = [open_recording(path, venue=VENUE, symbol=SYMBOL) for path in done.files]
    assert {recording.format for recording in opened} == {"algotradehub parquet"}
    # Between kinds the order within one instant is not kept; within a kind it is.
    for kind in {type(event) for event in original}:
        expected = [event for event in original if type(event) is kind]
        assert [event for event in merge(*opened) if type(event) is kind] == expected


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("market/crypto/nautilus/binance/btcusdt-trades.parquet", 2001),
        ("market/crypto/pyalgotrade/bitstampUSD.csv", 9998),  # without sides
        ("l2/bybit/xrpusdt-ob500.data.zip", 50),
        ("l2/hftbacktest/spot_ethusdt_20240808.gz", 33618),
    ],
)
def test_the_same_file_twice_changes_nothing(
    shared_data: Path, tmp_path: Path, name: str, rows: int
) -> None:
    first = bring(shared_data / name, tmp_path)
    before = files(tmp_path)
    again = bring(shared_data / name, tmp_path)
    assert (first.added, again.added, again.changed, again.duplicates) == (rows, 0, 0, rows)
    assert files(tmp_path) == before
    assert again.files == first.files


def test_overlapping_files_merge(shared_data: Path, tmp_path: Path, write: Write) -> None:
    lines = (shared_data / "market/crypto/pyalgotrade/bitstampUSD.csv").read_text().splitlines()
    one = bring(write(*lines[:6000], name="one.csv"), tmp_path / "data")
    # Cut between two instants, so that both files number the same trades alike.
    start = next(
        n for n in range(3000, 6000) if lines[n].split(",")[0] != lines[n - 1].split(",")[0]
    )
    two = bring(write(*lines[start:], name="two.csv"), tmp_path / "data")
    assert two.duplicates == one.read - start
    whole = bring(write(*lines, name="whole.csv"), tmp_path / "data")
    assert (whole.read, whole.added, whole.changed) == (9998, 0, 0)


def test_a_correction_replaces(tmp_path: Path, write: Write) -> None:
    header = "time,open,high,low,close,volume"
    bring(write(header, "2020-01-01,1,2,1,2,5", "2020-01-02,2,2,1,2,5"), tmp_path / "data")
    done = bring(write(header, "2020-01-01,1,2,1,1.5,5", "2020-01-02,2,2,1,2,5"), tmp_path / "data")
    assert (done.added, done.changed, done.duplicates) == (0, 1, 1)


def test_a_damaged_file_stores_nothing(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PART_ROWS", 100)  # parts have been written when it fails
    path = tmp_path / "cut.csv.gz"
    whole = (shared_data / "market/crypto/binance_1m_2025/BTCUSDT_1m.csv.gz").read_bytes()
    path.write_bytes(whole[:-20_000])
    with pytest.raises(BadRecording, match="cut off"):
        bring(path, tmp_path / "data")
    assert files(tmp_path / "data") == {}


def test_nothing_is_left_beside_the_partitions(shared_data: Path, tmp_path: Path) -> None:
    done = bring(shared_data / "market/crypto/basana/binance_btcusdt_day_2020.csv", tmp_path)
    assert len(done.files) == 12
    assert {tmp_path / name for name in files(tmp_path)} == set(done.files)


def test_progress_ends_at_the_whole(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "market/crypto/nautilus/btc-perp-20211231-20220201_1m.csv.gz"
    seen: list[tuple[int, int]] = []
    import_recording(
        source, data_dir=tmp_path, venue=VENUE, symbol=SYMBOL,
        progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    size = source.stat().st_size
    assert seen[-1] == (size, size)
    assert seen == sorted(seen)


def test_a_preview_reads_a_few_rows_only(shared_data: Path) -> None:
    path = shared_data / "market/crypto/binance_1m_2025/BTCUSDT_1m.csv.gz"
    shown = preview(path, venue=VENUE, symbol=SYMBOL)
    assert shown.events == tuple(read(path)[:5])
    assert shown.mapping["volume"] == "volume"
    assert shown.interval_ns == 60 * 10**9


def test_where_a_series_lies() -> None:
    path = partition_path(Path("data"), VENUE, Symbol("BTC/USDT:USDT-261225"), "trades", "2026-01")
    assert path == Path("data/market/binance/BTC%2FUSDT%3AUSDT-261225/trades/2026-01.parquet")
    escape = partition_path(Path("data"), VENUE, Symbol("../x"), "trades", "2026-01")
    assert escape.parts[:3] == ("data", "market", "binance")
    assert ".." not in escape.parts


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_is_no_folder(name: str) -> None:
    with pytest.raises(InvalidRequest, match="needs a name"):
        partition_path(Path("data"), VENUE, Symbol(name), "trades", "2026-01")
