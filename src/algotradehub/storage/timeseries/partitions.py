"""Months of a series as Parquet files: merged by key, replaced whole; needs polars."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from algotradehub.storage.timeseries.layout import MarketKind
from algotradehub.storage.timeseries.stored import COLUMNS, KEYS


class Merged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one merge did to a partition."""

    added: int  # rows with a new key
    changed: int  # rows that replaced one with the same key and other values


def write_part(path: Path, kind: MarketKind, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows laid out by ``stored.COLUMNS`` to a file of their own."""
    pl.DataFrame(rows, schema=_schema(kind), orient="row").write_parquet(path)


def merge_into(partition: Path, kind: MarketKind, parts: Sequence[Path]) -> Merged:
    """Bring the rows of ``parts`` into a partition.

    A row whose key is stored already replaces the stored one; of several with one key in the
    parts, the last counts. Nothing is written if nothing changes. The file is replaced by a
    rename after a sync, so a reader sees the old month or the new, and a crash leaves the old.
    Memory is one month of the series, in columns.
    """
    key = list(KEYS[kind])
    new = pl.read_parquet(list(parts)).unique(key, keep="last", maintain_order=True)
    stored = pl.read_parquet(partition) if partition.exists() else new.clear()
    changes = new.join(stored, on=list(COLUMNS[kind]), how="anti", nulls_equal=True)
    if changes.is_empty():
        return Merged(added=0, changed=0)
    kept = stored.join(changes, on=key, how="anti")
    order = list(COLUMNS[kind][:2])  # received_ns, then ordinal or interval
    whole = pl.concat([kept, changes]).sort(order, maintain_order=True)
    partition.parent.mkdir(parents=True, exist_ok=True)
    beside = partition.with_suffix(".parquet.new")
    with beside.open("wb") as file:
        whole.write_parquet(file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(partition)
    changed = stored.height - kept.height
    return Merged(added=changes.height - changed, changed=changed)


def _schema(kind: MarketKind) -> dict[str, Any]:
    return {name: _type(name) for name in COLUMNS[kind]}


def _type(name: str) -> Any:
    if name.endswith(("_ns", "_sequence")) or name == "ordinal":
        return pl.Int64
    return pl.List(pl.String) if name.endswith(("_prices", "_quantities")) else pl.String
