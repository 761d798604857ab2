"""What is said of a file: counts, range, holes, and where reading had to stop."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from algotradehub.storage.timeseries.cursor import BadRecording
from algotradehub.storage.timeseries.layout import MarketKind, ReadAs
from algotradehub.storage.timeseries.summary import MAX_GAPS_LISTED, Gap, info

Write = Callable[..., Path]


def test_a_month_of_minutes_without_a_hole(shared_data: Path) -> None:
    path = shared_data / "market/crypto/nautilus/btc-perp-20211231-20220201_1m.csv.gz"
    found = info(path)
    assert found.rows == {MarketKind.CANDLES: 45_031}
    assert (found.lowest, found.highest) == (Decimal("32837.0"), Decimal("48080.0"))
    assert (found.first_ns, found.last_ns) == (1640991720 * 10**9, 1643693520 * 10**9)
    assert (found.gap_count, found.gaps, found.damage) == (0, (), None)
    assert found.warnings == ("times carry no zone: read as UTC",)


def test_the_days_coinbase_did_not_trade(shared_data: Path) -> None:
    found = info(shared_data / "market/crypto/cryptodatadownload/Coinbase_BTCUSD_d.csv.gz")
    assert found.symbol == "BTCUSD"
    assert found.gap_count == 1
    assert found.gaps[0].missing * 86_400 * 10**9 == (
        found.gaps[0].before_ns - found.gaps[0].after_ns - 86_400 * 10**9
    )


def test_a_capture_of_whole_streams(shared_data: Path) -> None:
    found = info(shared_data / "l2/hftbacktest/spot_btcusdt_20240808.gz")
    assert found.rows == {
        MarketKind.BOOK: 3452, MarketKind.QUOTES: 28040, MarketKind.TRADES: 9757,
    }  # fmt: skip
    assert found.gap_count == 0
    assert found.lowest == Decimal("61583.22")


def test_damage_is_part_of_the_answer(shared_data: Path) -> None:
    name = "test_negative_binance_trade_stream_spot_trxusdt_04-03-2025.csv.gz"
    found = info(shared_data / "l2/binance_capture_2025" / name)
    assert found.rows == {MarketKind.TRADES: 2}
    assert found.damage is not None
    assert 'line 4, column "TradeId": does not rise after 348656871' in found.damage


def test_what_was_left_out_is_said(shared_data: Path) -> None:
    found = info(shared_data / "market/crypto/pyalgotrade/bitstampUSD.csv")
    assert "trades of quantity zero left out: 1" in found.warnings


def test_a_file_of_nothing_known_is_an_error(shared_data: Path) -> None:
    with pytest.raises(BadRecording, match="Exchange rate"):
        info(shared_data / "market/forex/fed_monthly/annual.csv")


def test_missing_candles(write: Write) -> None:
    starts = [0, 60, 120, 300, 360, 600]
    rows = [f"{1_700_000_000 + start},1,1,1,1,1" for start in starts]
    found = info(write("time,open,high,low,close,volume", *rows))
    start_ns = 1_700_000_000 * 10**9
    assert found.gap_count == 2
    assert found.gaps[0] == Gap(
        kind=MarketKind.CANDLES, after_ns=start_ns + 180 * 10**9, before_ns=start_ns + 360 * 10**9,
        missing=2,
    )  # fmt: skip
    assert found.gaps[1].missing == 3


def test_missing_updates_of_a_book_and_the_limit_of_the_list(write: Write) -> None:
    header = "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu"
    rows = [
        f"X,{1_700_000_000_000 + n},{10 * n},{10 * n},b,set,1,1,{10 * n - 1}" for n in range(1, 32)
    ]
    found = info(write(header, *rows))
    assert found.gap_count == 30
    assert len(found.gaps) == MAX_GAPS_LISTED
    assert {gap.missing for gap in found.gaps} == {9}


def test_an_older_snapshot_is_no_gap(write: Write) -> None:
    header = "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu"
    found = info(
        write(
            header,
            "X,1700000000000,1,10,b,set,1,1,0",
            "X,1700000000001,5,5,b,snap,1,1,-1",
            "X,1700000000002,11,12,b,set,1,1,10",
        )
    )
    assert (found.rows, found.gap_count) == ({MarketKind.BOOK: 3}, 0)


def test_the_mapping_is_passed_on(write: Write) -> None:
    path = write("when,bid,ask", "2020-01-01,1,2")
    assert info(path, mapping=ReadAs(columns={"time": "when"})).rows == {MarketKind.QUOTES: 1}
