"""Rows of one update become one update."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from algotradehub.domain.market import BookAction
from algotradehub.storage.timeseries import book_rows
from algotradehub.storage.timeseries.cursor import BadRecording

Read = Callable[..., list[Any]]
Write = Callable[..., Path]

VISION = "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu"
TARDIS = "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount"


def test_binance_historical_snapshot(shared_data: Path, read: Read) -> None:
    (book,) = read(shared_data / "l2/binance_vision_2022/btcusdt-depth-snap.csv")
    assert book.action is BookAction.SNAPSHOT
    assert (len(book.bids), len(book.asks)) == (100, 0)
    assert [str(part) for part in book.bids[0]] == ["20377.00", "1.770"]
    assert list(book.bids) == sorted(book.bids, reverse=True)
    assert book.first_sequence == book.last_sequence == 2098021528332
    assert book.venue_time_ns == 1667346579146 * 10**6


def test_binance_historical_update(shared_data: Path, read: Read) -> None:
    (update,) = read(shared_data / "l2/binance_vision_2022/btcusdt-depth-update.csv")
    assert update.action is BookAction.DELTA
    assert (len(update.bids), len(update.asks)) == (23, 77)
    # It continues the update that ended at pu.
    assert (update.first_sequence, update.last_sequence) == (2098041693400 + 1, 2098041696700)


def test_tardis_increments(shared_data: Path, read: Read) -> None:
    (book,) = read(shared_data / "l2/tardis_csv/deribit_incremental_book_L2_BTC-PERPETUAL.csv")
    assert book.action is BookAction.SNAPSHOT
    assert (len(book.bids), len(book.asks)) == (0, 15)
    assert book.asks[0] == (Decimal("6421.5"), Decimal(18640))
    assert (book.venue_time_ns, book.received_ns) == (1585699200245000000, 1585699200355684000)
    assert (book.first_sequence, book.last_sequence) == (0, 0)  # it numbers nothing


def test_neighbours_join_and_others_do_not(read: Read, write: Write) -> None:
    path = write(
        VISION,
        "X,1700000000000,5,6,b,set,10.0,1,4",
        "X,1700000000000,5,6,a,set,11.0,0,4",
        "X,1700000000100,7,8,b,set,10.0,2,6",
    )
    first, second = read(path)
    assert (first.bids, first.asks) == (((10, 1),), ((11, 0),))
    assert (second.first_sequence, second.last_sequence) == (7, 8)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("X,1700000000000,6,5,b,set,10,1,4", 'column "last_update_id": below first_update_id 6'),
        ("X,1700000000000,5,6,c,set,10,1,4", 'column "side": not a side of a book: "c"'),
        ("X,1700000000000,5,6,b,set,0,1,4", 'column "price": a price must be above zero'),
        ("X,1700000000000,5,6,b,set,10,-1,4", 'column "qty": a quantity must not be negative'),
        ("X,1700000000000,5,6,b,set,10,1,-1", 'column "pu": not a whole number'),
        ("Y,1700000000000,5,6,b,set,10,1,4", "another symbol than X before"),
    ],
)
def test_a_bad_row(read: Read, write: Write, row: str, message: str) -> None:
    path = write(VISION, "X,1700000000000,4,4,b,set,10,1,3", row)
    with pytest.raises(BadRecording) as caught:
        read(path)
    assert "line 3" in str(caught.value)
    assert message in str(caught.value)


def test_an_update_has_a_limit(read: Read, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_rows, "MAX_LEVELS", 3)
    row = "d,X,1585699200245000,1585699200355684,false,bid,{},1"
    assert len(read(write(TARDIS, *(row.format(n) for n in range(1, 4))))[0].bids) == 3
    with pytest.raises(BadRecording, match="more than 3 levels"):
        read(write(TARDIS, *(row.format(n) for n in range(1, 5))))
