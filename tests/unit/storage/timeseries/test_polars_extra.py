"""A missing extra is told with the command that installs it; nothing else is hidden."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from algotradehub.domain.errors import Unsupported
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.storage.timeseries.importing import import_recording
from algotradehub.storage.timeseries.polars_extra import polars_needed
from algotradehub.storage.timeseries.recording import recognise

Write = Callable[..., Path]


@pytest.fixture
def no_polars(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("parquet", "partitions"):
        monkeypatch.delitem(sys.modules, f"algotradehub.storage.timeseries.{name}", raising=False)
    package: Any = sys.modules["algotradehub.storage.timeseries"]
    for name in ("parquet", "partitions"):
        monkeypatch.delattr(package, name, raising=False)
    monkeypatch.setitem(sys.modules, "polars", None)


@pytest.mark.usefixtures("no_polars")
def test_reading_parquet_and_importing_say_what_to_run(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(Unsupported, match=r'Parquet needs .* pip install "algotradehub\[data\]"'):
        recognise(path)
    source = write("time,bid,ask", "2020-01-01,1,2")
    with pytest.raises(Unsupported, match="importing needs the data extra"):
        import_recording(source, data_dir=tmp_path, venue=VenueId("v"), symbol=Symbol("A/B"))
    assert recognise(source).format == "csv"


def test_another_missing_module_is_not_blamed_on_polars() -> None:
    with pytest.raises(ModuleNotFoundError, match="numpy"), polars_needed("x"):
        raise ModuleNotFoundError("no numpy", name="numpy")
