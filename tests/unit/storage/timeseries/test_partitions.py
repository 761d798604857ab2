"""A month is merged by key and replaced whole."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.storage.timeseries.layout import MarketKind
from algotradehub.storage.timeseries.partitions import Merged, merge_into, write_part

CANDLES = MarketKind.CANDLES


def candle(start: int, close: str = "1.50") -> tuple[Any, ...]:
    return start + 60, 60, start, "1", "2", "1", close, "3"


def merge(folder: Path, *batches: list[tuple[Any, ...]]) -> Merged:
    parts = []
    for number, rows in enumerate(batches):
        parts.append(folder / f"part-{number}.parquet")
        write_part(parts[-1], CANDLES, rows)
    return merge_into(folder / "m/2020-01.parquet", CANDLES, parts)


def stored(folder: Path) -> list[tuple[Any, ...]]:
    return pl.read_parquet(folder / "m/2020-01.parquet").rows()


def test_new_rows_changed_rows_and_rows_known(tmp_path: Path) -> None:
    assert merge(tmp_path, [candle(60), candle(0)]) == Merged(added=2, changed=0)
    assert merge(tmp_path, [candle(60)], [candle(120)]) == Merged(added=1, changed=0)
    assert merge(tmp_path, [candle(60, "1.75"), candle(120)]) == Merged(added=0, changed=1)
    assert stored(tmp_path) == [candle(0), candle(60, "1.75"), candle(120)]


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    merge(tmp_path, [candle(0)])
    path = tmp_path / "m/2020-01.parquet"
    before = path.stat()
    assert merge(tmp_path, [candle(0)]) == Merged(added=0, changed=0)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_last_of_equal_keys_counts(tmp_path: Path) -> None:
    assert merge(tmp_path, [candle(0, "1")], [candle(0, "2")]) == Merged(added=1, changed=0)
    assert stored(tmp_path) == [candle(0, "2")]


def test_a_failed_write_leaves_the_old_month(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge(tmp_path, [candle(0)])

    def full(*_: Any) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        merge(tmp_path, [candle(60)])
    assert stored(tmp_path) == [candle(0)]
    monkeypatch.undo()
    assert merge(tmp_path, [candle(60)]) == Merged(added=1, changed=0)


rows = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["1", "2"])), min_size=1, max_size=8)


@given(st.lists(rows, min_size=1, max_size=4))
def test_any_imports_end_in_the_last_word_on_each_key(
    tmp_path_factory: pytest.TempPathFactory, imports: list[list[tuple[int, str]]]
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    known: dict[int, str] = {}
    for batch in imports:
        merged = merge(folder, [candle(start * 60, close) for start, close in batch])
        now = known | dict(batch)
        assert merged.added == len(now) - len(known)
        assert merged.changed == sum(now[key] != known[key] for key in known)
        known = now
    assert stored(folder) == [candle(key * 60, known[key]) for key in sorted(known)]
