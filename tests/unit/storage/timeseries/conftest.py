"""Reading a whole file in one call, as the tests of every format want it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.storage.timeseries.layout import ReadAs
from algotradehub.storage.timeseries.recording import open_recording

VENUE, SYMBOL = VenueId("venue"), Symbol("BTC/USD")


@pytest.fixture
def read() -> Callable[..., list[Any]]:
    def events(path: Path, **told: Any) -> list[Any]:
        mapping = ReadAs(**told)
        return list(open_recording(path, venue=VENUE, symbol=SYMBOL, mapping=mapping).events())

    return events


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a small file; its lines are told apart in the arguments."""

    def file(*lines: str, name: str = "btc.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return file
