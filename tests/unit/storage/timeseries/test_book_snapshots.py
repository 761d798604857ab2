"""Whole books in one row."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from algotradehub.domain.market import BookAction
from algotradehub.storage.timeseries.cursor import BadRecording

Read = Callable[..., list[Any]]
Write = Callable[..., Path]

COINBASE = "l2/coinbase_1min_15levels_2021/btc_usd_1min_lob_20210417.csv.gz"


@pytest.mark.parametrize("depth", [5, 25])
def test_tardis_snapshots(shared_data: Path, read: Read, depth: int) -> None:
    name = f"l2/tardis_csv/binance-futures_book_snapshot_{depth}_BTCUSDT.csv"
    books = read(shared_data / name)
    assert len(books) == 10
    assert {(len(book.bids), len(book.asks)) for book in books} == {(depth, depth)}
    first = books[0]
    assert first.action is BookAction.SNAPSHOT
    assert [str(part) for part in (*first.bids[0], *first.asks[0])] == [
        "11657.07", "10.896", "11657.08", "1.714",
    ]  # fmt: skip
    assert (first.venue_time_ns, first.received_ns) == (1598918403696000000, 1598918403810979000)


def test_prices_as_distances_come_back_as_cents(shared_data: Path, read: Read) -> None:
    books = read(shared_data / COINBASE)
    assert len(books) == 600
    assert books[0].venue_time_ns == 1618680120172344000
    assert books[-1].venue_time_ns == 1618716186377516000
    prices = [price for book in books for price, _ in (*book.bids, *book.asks)]
    assert all(price == price.quantize(Decimal("0.01")) for price in prices)
    # 18,000 levels, of which eight had been emptied within their minute.
    assert len(prices) == 600 * 30 - 8
    assert (books[0].bids[0][0], books[0].asks[0][0]) == (Decimal("60590.01"), Decimal("60590.02"))
    assert books[0].bids[0][1] == Decimal("0.50881241")  # 30828.94921875 dollars
    for book in books:
        assert list(book.bids) == sorted(book.bids, reverse=True)
        assert list(book.asks) == sorted(book.asks)


HEADER = "exchange,symbol,timestamp,local_timestamp," + ",".join(
    f"{side}[{level}].{part}"
    for level in range(2)
    for side in ("asks", "bids")
    for part in ("price", "amount")
)
STAMP = "x,X,1598918403696000,1598918403810979"


def test_a_thin_book_has_fewer_levels(read: Read, write: Write) -> None:
    (book,) = read(write(HEADER, f"{STAMP},11,1,10,1,,,9,1"))
    assert (book.asks, book.bids) == (((11, 1),), ((10, 1), (9, 1)))


def test_a_column_that_is_missing(read: Read, write: Write) -> None:
    with pytest.raises(BadRecording, match=r"line 1: the column bids\[1\]\.amount is missing"):
        read(write(HEADER.removesuffix(",bids[1].amount"), STAMP))


def test_a_crossed_book(read: Read, write: Write) -> None:
    with pytest.raises(BadRecording, match="line 2: crossed: best bid 12 is not below"):
        read(write(HEADER, f"{STAMP},11,1,12,1,,,9,1"))


def test_a_distance_below_the_ground(read: Read, write: Write) -> None:
    names = [f"{s}_{what}_0" for s in ("bids", "asks") for what in ("distance", "notional")]
    path = write(",".join(["system_time", "midpoint", *names]), "2021-01-01,100,-1.5,10,0.1,10")
    with pytest.raises(BadRecording, match=r'"bids_distance_0": gives a price below zero: "-1\.5"'):
        read(path)
