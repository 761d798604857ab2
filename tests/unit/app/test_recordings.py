"""What the command line can do with recordings: one file, described, previewed and imported."""

from pathlib import Path

import pytest

from algotradehub.app import recordings
from algotradehub.domain.ids import Symbol, VenueId

ROWS = "When,Price,Amount\n1735689600000,100.5,2\n1735689601000,100.25,1\n"
READ_AS = recordings.ReadAs(columns={"time": "When", "quantity": "Amount"})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "trades.csv"
    path.write_text(ROWS)
    return path


def test_a_recording_is_described_previewed_and_imported(source: Path, tmp_path: Path) -> None:
    venue, symbol = VenueId("binance"), Symbol("BTC/USDT")
    assert sum(recordings.info(source, mapping=READ_AS).rows.values()) == 2
    read = recordings.preview(source, venue=venue, symbol=symbol, mapping=READ_AS)
    assert len(read.events) == 2
    for added in (2, 0):
        done = recordings.import_recording(
            source, data_dir=tmp_path, venue=venue, symbol=symbol, mapping=READ_AS
        )
        assert (done.read, done.added) == (2, added)


def test_a_bad_row_is_named(source: Path) -> None:
    source.write_text(ROWS + "1735689602000,1O0,1\n")
    damage = recordings.info(source, mapping=READ_AS).damage
    assert damage is not None
    assert "line 4" in damage
    assert '"Price"' in damage
