"""Columns are found by their common names, and what is missing is listed."""

from pathlib import Path

import pytest

from algotradehub.storage.timeseries.columns import find_columns
from algotradehub.storage.timeseries.cursor import BadRecording, Cursor
from algotradehub.storage.timeseries.layout import MarketKind

HERE = Cursor(Path("btc.csv"))


def names(header: str, letters: str = "", **told: str) -> dict[str, str]:
    return find_columns(header.split(","), told, HERE, letters=letters).names()


def test_candles_as_pandas_writes_them() -> None:
    found = names("Date Time,Open,High,Low,Close,Volume,Adj Close")
    assert found == {
        "time": "Date Time", "open": "Open", "high": "High", "low": "Low", "close": "Close",
        "volume": "Volume",
    }  # fmt: skip


def test_the_opening_time_comes_before_the_closing_time() -> None:
    header = "close_time,open_time,open,high,low,close"
    assert names(header)["time"] == "open_time"
    assert names(",open,high,low,close")["time"] == ""  # an index without a name


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("timestamp,price,qty,side", MarketKind.TRADES),
        ("id,price,qty,quote_qty,time,is_buyer_maker", MarketKind.TRADES),
        ("timestamp,bid,ask", MarketKind.QUOTES),
        ("timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount", MarketKind.QUOTES),
    ],
)
def test_trades_and_quotes(header: str, kind: MarketKind) -> None:
    assert find_columns(header.split(","), {}, HERE).kind is kind


def test_the_volume_in_base_units_is_taken() -> None:
    header = "date,symbol,open,high,low,close,volume_btc,volume"
    assert names(header, "BTCUSD")["volume"] == "volume_btc"
    assert names(header, "ETHUSD")["volume"] == "volume"
    assert (
        names("date,open,high,low,close,Volume USDT,Volume BTC", "BTCUSDT")["volume"]
        == "Volume BTC"
    )


def test_mt_gox_keeps_its_time_in_the_id() -> None:
    found = names("id,price,amount,type")
    assert (found["time"], found["id"], found["side"]) == ("id", "id", "type")


def test_what_the_user_says_wins() -> None:
    assert names("time,when,open,high,low,close", time="when")["time"] == "when"


def test_what_is_missing_is_listed_beside_what_was_found() -> None:
    with pytest.raises(
        BadRecording, match="for candles the column close is missing; found: time, o"
    ):
        names("time,open,high,low")
    with pytest.raises(BadRecording, match="columns time and quantity are missing"):
        names("price,side")


def test_a_mapping_must_name_what_exists() -> None:
    with pytest.raises(BadRecording, match='column "wen": no such column'):
        names("time,open,high,low,close", time="wen")
    with pytest.raises(BadRecording, match="no such role"):
        names("time,open,high,low,close", colour="open")


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        ("time,price", "found: time, price. .* --map quantity=NAME$"),
        ("time,price,menge", "the column quantity is missing; .* --map quantity=menge$"),
        ("when,kurs", "no column has a name we know. Candles need .*--map time=when$"),
        (",".join(f"c{n}" for n in range(1_000)), "c48, c49 and 950 more. "),
    ],
)
def test_it_says_what_to_map(header: str, advice: str) -> None:
    with pytest.raises(BadRecording, match=advice):
        names(header)
