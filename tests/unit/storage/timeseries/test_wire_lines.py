"""Recorded messages keep their ids, their exact numbers and both clocks."""

import gzip
import zipfile
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from algotradehub.domain.instrument import Side
from algotradehub.domain.market import BookAction, BookUpdate, Quote, Trade
from algotradehub.storage.timeseries.cursor import BadRecording

Read = Callable[..., list[Any]]

# file, book updates, quotes, trades, quantity traded, of it by sellers, levels, sum of the bids
CAPTURES = [
    ("spot_btcusdt_20240808", 3452, 28040, 9757, "212.03315", "115.38197", 126090,
     "1731227136.30"),
    ("spot_btcusdt_20240809", 3044, 45134, 10147, "225.88237", "118.04243", 174021,
     "2782340777.31"),
    ("spot_ethusdt_20240808", 3435, 24077, 6106, "2261.3149", "1308.279", 108814, "64586727.48"),
    ("usdm_btcusdt_20240808", 6552, 66089, 21313, "2429.366", "1177.790", 445521,
     "4078794124.50"),
    ("cm_btcusd_perp_20240808", 26848, 19136, 2286, "83241", "47638", 298013, "1181136028.2"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "books", "quotes", "trades", "traded", "sold", "levels", "bids"), CAPTURES
)
def test_hftbacktest_totals(
    *, shared_data: Path, read: Read, name: str, books: int, quotes: int, trades: int, traded: str,
    sold: str, levels: int, bids: str,
) -> None:  # fmt: skip
    events = read(shared_data / f"l2/hftbacktest/{name}.gz")
    book_updates = [event for event in events if isinstance(event, BookUpdate)]
    all_quotes = [event for event in events if isinstance(event, Quote)]
    all_trades = [event for event in events if isinstance(event, Trade)]
    assert (len(book_updates), len(all_quotes), len(all_trades)) == (books, quotes, trades)
    assert sum(trade.quantity for trade in all_trades) == Decimal(traded)
    sellers = [trade.quantity for trade in all_trades if trade.taker is Side.SELL]
    assert sum(sellers) == Decimal(sold)
    assert sum(len(update.bids) + len(update.asks) for update in book_updates) == levels
    assert sum(quote.bid for quote in all_quotes) == Decimal(bids)
    received = [event.received_ns for event in events]
    assert received == sorted(received)


@pytest.mark.parametrize("name", ["spot_btcusdt", "usdm_btcusdt", "cm_btcusd_perp"])
def test_the_chain_of_updates_has_no_gap(shared_data: Path, read: Read, name: str) -> None:
    """Spot counts on by one; futures leave holes, which their previous-update id closes."""
    files = sorted((shared_data / "l2/hftbacktest").glob(f"{name}_*.gz"))
    updates = [
        event
        for path in files
        for event in read(path)
        if isinstance(event, BookUpdate) and event.action is BookAction.DELTA
    ]
    assert len(files) == (2 if name == "spot_btcusdt" else 1)
    for before, after in pairwise(updates):
        assert after.first_sequence == before.last_sequence + 1
        assert after.last_sequence >= after.first_sequence


def test_the_book_rebuilt_agrees_with_the_best_bid_and_ask(shared_data: Path, read: Read) -> None:
    """Where a quote follows the change with the same id, the book shows the same best prices."""
    bids: dict[Decimal, Decimal] = {}
    asks: dict[Decimal, Decimal] = {}
    synced, last, compared = False, 0, 0
    path = shared_data / "l2/hftbacktest/usdm_btcusdt_20240808.gz"
    lines = gzip.decompress(path.read_bytes()).splitlines()
    for line, event in zip(lines, read(path), strict=True):
        if isinstance(event, BookUpdate):
            if event.action is BookAction.SNAPSHOT:
                bids, asks, synced = dict(event.bids), dict(event.asks), True
            last = event.last_sequence
            for side, levels in ((bids, event.bids), (asks, event.asks)):
                for price, quantity in levels:
                    side[price] = quantity
                    if not quantity:
                        del side[price]
        elif synced and isinstance(event, Quote) and f'"u":{last},'.encode() in line:
            assert (max(bids), min(asks)) == (event.bid, event.ask)
            compared += 1
    assert compared == 126


def test_both_clocks_and_exact_text(shared_data: Path, read: Read) -> None:
    events = read(shared_data / "l2/hftbacktest/spot_btcusdt_20240808.gz")
    trade = next(event for event in events if isinstance(event, Trade))
    assert (str(trade.price), str(trade.quantity)) == ("61837.63000000", "0.02000000")
    assert (trade.venue_trade_id, trade.taker) == ("3735683259", Side.SELL)
    assert trade.received_ns == 1723161254087896568
    assert trade.venue_time_ns == 1723161255342 * 10**6
    snapshot = next(e for e in events if isinstance(e, BookUpdate) and e.action == "SNAPSHOT")
    assert (snapshot.first_sequence, snapshot.last_sequence) == (50093239218, 50093239218)
    assert len(snapshot.bids) == len(snapshot.asks) == 1000


def test_bybit_book(shared_data: Path, read: Read) -> None:
    updates = read(shared_data / "l2/bybit/xrpusdt-ob500.data.zip")
    assert len(updates) == 50
    assert [update.action for update in updates[:2]] == [BookAction.SNAPSHOT, BookAction.DELTA]
    assert [u.last_sequence for u in updates] == list(range(20254869, 20254919))
    assert sum(len(update.bids) + len(update.asks) for update in updates) == 3966
    assert (len(updates[0].bids), str(updates[0].bids[0][0])) == (500, "1.9531")
    assert updates[0].venue_time_ns == 1733011200589 * 10**6
    assert updates[0].received_ns == 1733011200691 * 10**6


# --- broken lines ---------------------------------------------------------------------------------

TRADE = '{"stream":"x@trade","data":{"s":"X","t":1,"p":"5","q":"1","T":1700000000000,"m":true}}'
DEPTH = '{"stream":"x@depth@0ms","data":{"s":"X","U":5,"u":6,"b":[["4","1"]],"a":[],"E":1}}'


def capture(folder: Path, *messages: str) -> Path:
    path = folder / "capture.gz"
    start = 1_700_000_000_000_000_000
    lines = [f"{start + n} {message}\n" for n, message in enumerate(messages)]
    path.write_bytes(gzip.compress("".join(lines).encode()))
    return path


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        (TRADE[:-1], "not the message this format documents"),
        (TRADE.replace('"p":"5"', '"p":"five"'), "not the message"),
        (TRADE.replace('"p":"5"', '"p":"NaN"'), "no number"),
        (TRADE.replace('"p":"5"', '"p":"0"'), "not a price level"),
        (TRADE.replace('"q":"1"', '"q":"-1"'), "not a price level"),
        (TRADE.replace('"q":"1"', '"q":"Infinity"'), "not a price level"),
        (TRADE.replace('"s":"X"', '"s":"Y"'), 'another symbol than X before: "Y"'),
        (DEPTH.replace('"4"', '"1e-31"'), "not a price level"),
        (DEPTH.replace('"u":6', '"u":4'), "last update id 4 below the first, 5"),
    ],
)
def test_a_bad_message_is_told_by_line(read: Read, tmp_path: Path, message: str, rule: str) -> None:
    with pytest.raises(BadRecording) as caught:
        read(capture(tmp_path, TRADE, DEPTH, message))
    assert str(caught.value).startswith("capture.gz line 3: ")
    assert rule in str(caught.value)


def test_a_line_without_a_time(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_text(f"1700000000000000000 {TRADE}\n{TRADE}\n")
    with pytest.raises(BadRecording, match="line 2: does not begin with a time"):
        read(path)


def test_messages_without_market_data_are_left_out(read: Read, tmp_path: Path) -> None:
    nothing = TRADE.replace('"p":"5","q":"1"', '"p":"0","q":"0","X":"NA"')
    funding = '{"stream":"x@markPrice","data":{"s":"X"}}'
    assert len(read(capture(tmp_path, TRADE, nothing, funding, DEPTH))) == 2


def test_bybit_messages_of_another_type(shared_data: Path, read: Read, tmp_path: Path) -> None:
    with zipfile.ZipFile(shared_data / "l2/bybit/xrpusdt-ob500.data.zip") as archive:
        text = archive.read(archive.namelist()[0]).decode()
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.data", text.replace('"type":"delta"', '"type":"other"', 1))
    with pytest.raises(BadRecording, match=r"x.zip/x.data line 2: not the message"):
        read(path)
