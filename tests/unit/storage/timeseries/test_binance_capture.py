"""Sound captures are read whole; the ones damaged on purpose are noticed, each at its damage."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import BookAction, BookUpdate, Trade
from algotradehub.storage.timeseries.cursor import BadRecording, Cursor
from algotradehub.storage.timeseries.recording import open_recording

Read = Callable[..., list[Any]]
Write = Callable[..., Path]

FOLDER = "l2/binance_capture_2025"
MERGED = (
    "merged_depth_snapshot_difference_depth_stream_trade_stream_usd_m_futures_trxusdt_"
    "14-04-2025_{}.csv.gz"
)
DIFFERENCES = "test_{}_binance_difference_depth_stream_{}_04-03-2025.csv.gz"
TRADES = "test_{}_binance_trade_stream_{}_04-03-2025.csv.gz"


def test_differences(shared_data: Path, read: Read) -> None:
    path = shared_data / FOLDER / DIFFERENCES.format("positive", "coin_m_futures_trxusd_perp")
    updates = read(path)
    assert len(updates) == 1149
    levels = [level for update in updates for level in (*update.bids, *update.asks)]
    assert len(levels) == 10_000
    assert sum(quantity for _, quantity in levels) == Decimal("2901928.0")
    for before, after in pairwise(updates):
        assert after.first_sequence == before.last_sequence + 1
    # The author moved the last row's times to the end of the day.
    assert updates[-1].received_ns == 1741046562339 * 10**6


def test_trades(shared_data: Path, read: Read) -> None:
    path = shared_data / FOLDER / TRADES.format("positive", "coin_m_futures_trxusd_perp")
    trades = read(path)
    assert len(trades) == 10_000
    assert sum(trade.quantity for trade in trades) == Decimal("416461.0")
    assert (trades[0].taker, trades[0].venue_trade_id) == (Side.SELL, "39605682")
    assert trades[0].venue_time_ns == 1741046404986 * 10**6
    assert trades[0].received_ns == 1741046404989 * 10**6


def test_a_trade_that_was_undone_is_left_out_and_counted(shared_data: Path) -> None:
    path = shared_data / FOLDER / TRADES.format("positive", "usd_m_futures_trxusdt")
    cursor = Cursor(path)
    recording = open_recording(path, venue=VenueId("v"), symbol=Symbol("TRX/USDT:USDT"))
    assert sum(1 for _ in recording.events(cursor)) == 9_999
    assert cursor.notes == {"trade messages without a price left out": 1}


def test_rest_snapshots(shared_data: Path, read: Read) -> None:
    path = (
        shared_data / FOLDER / "test_positive_binance_depth_snapshot_spot_btcusdt_14-04-2025.csv.gz"
    )
    books = read(path)
    assert [book.action for book in books] == [BookAction.SNAPSHOT] * 2
    assert [book.last_sequence for book in books] == [66711751276, 66813971942]
    assert {(len(book.bids), len(book.asks)) for book in books} == {(5000, 5000)}
    assert str(books[0].bids[0][0]) == "83759.99000000"


def test_merged_streams(shared_data: Path, read: Read) -> None:
    events = read(shared_data / FOLDER / MERGED.format("positive"))
    books = [event for event in events if isinstance(event, BookUpdate)]
    snapshots = [book for book in books if book.action is BookAction.SNAPSHOT]
    assert [len(book.bids) + len(book.asks) for book in snapshots] == [5521, 2000]
    assert len(books) - len(snapshots) == 155
    assert sum(isinstance(event, Trade) for event in events) == 199


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (MERGED.format("negative"), 'line 147, column "TimestampOfReceiveUS": 1744580000000000 in'),
        (DIFFERENCES.format("negative", "coin_m_futures_trxusd_perp"), 'line 2, column "Price"'),
        (DIFFERENCES.format("negative", "spot_trxusdt"), 'line 2, column "EventTime"'),
        (TRADES.format("negative", "coin_m_futures_trxusd_perp"), 'line 4, column "TradeId"'),
        (TRADES.format("negative", "spot_trxusdt"), 'line 4, column "TradeId"'),
    ],
)
def test_damaged_on_purpose(shared_data: Path, read: Read, name: str, message: str) -> None:
    with pytest.raises(BadRecording) as caught:
        read(shared_data / FOLDER / name)
    assert message in str(caught.value)


# --- each kind of damage by itself ----------------------------------------------------------------

HEADER = (
    "TimestampOfReceive,Stream,EventType,EventTime,TransactionTime,Symbol,FirstUpdateId,"
    "FinalUpdateId,FinalUpdateIdInLastStream,IsAsk,Price,Quantity"
)
FIRST = "1741046400085,s,depthUpdate,1741046400083,1741046400049,X,10,20,5,0,9,1"
SECOND = "1741046400185,s,depthUpdate,1741046400183,1741046400149,X,22,30,20,1,10,1"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",22,30,", ",40,30,", '"FinalUpdateId": below FirstUpdateId 40: "30"'),
        (",30,20,", ",30,19,", '"FinalUpdateIdInLastStream": the update before ended at 20: "19"'),
        (",1,10,1", ",2,10,1", '"IsAsk": not true or false (1 or 0): "2"'),
        ("depthUpdate", "trade", '"EventType": not depthUpdate: "trade"'),
        (",X,", ",Y,", '"Symbol": another symbol than X before'),
        (",10,1", ",10,-1", '"Quantity": a quantity must not be negative'),
    ],
)
def test_one_damage(read: Read, write: Write, old: str, new: str, message: str) -> None:
    assert len(read(write(HEADER, FIRST, SECOND))) == 2
    with pytest.raises(BadRecording) as caught:
        read(write(HEADER, FIRST, SECOND.replace(old, new)))
    assert "line 3" in str(caught.value)
    assert message in str(caught.value)


def test_a_hole_in_the_chain_is_counted(write: Write) -> None:
    path = write(HEADER, FIRST, SECOND.replace(",30,20,", ",30,21,"))
    cursor = Cursor(path)
    recording = open_recording(path, venue=VenueId("v"), symbol=Symbol("X/Y"))
    assert len(list(recording.events(cursor))) == 2
    assert cursor.notes == {"gaps in the update ids": 1}


def test_rows_of_one_update_must_agree_except_in_the_last_row(read: Read, write: Write) -> None:
    other = FIRST.replace("1741046400083", "1741046499999")
    assert len(read(write(HEADER, FIRST, other))) == 1
    with pytest.raises(BadRecording, match='line 3, column "EventTime": 1741046400083 in other'):
        read(write(HEADER, FIRST, other, SECOND))


def test_a_column_that_is_missing(read: Read, write: Write) -> None:
    with pytest.raises(BadRecording, match="line 1: the column EventTime is missing"):
        read(write(HEADER.replace("EventTime", "Event"), FIRST))


def test_a_stream_we_do_not_know(shared_data: Path, read: Read, write: Write) -> None:
    header = f"{HEADER},StreamType,LastUpdateId,TradeId,IsBuyerMarketMaker"
    with pytest.raises(BadRecording, match='"StreamType": no stream of this format: "OTHER"'):
        read(write(header, f"{FIRST},OTHER,,,"))
