"""``data info`` and ``data import``: what a file holds, how it is read, and where it is bad."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from algotradehub.cli.main import app

TRADES = "time,price,quantity,side\n1735689600000,100.5,2,buy\n1735689601000,100.25,1,sell\n"
CANDLES = "time,open,high,low,close,volume\n" + "".join(
    f"{1735689600 + minute * 60},1,2,0.5,1.5,10\n" for minute in (0, 1, 2, 5)
)


@pytest.fixture
def trades(tmp_path: Path) -> Path:
    path = tmp_path / "trades.csv"
    path.write_text(TRADES)
    return path


@pytest.fixture
def candles(tmp_path: Path) -> Path:
    path = tmp_path / "candles.csv"
    path.write_text(CANDLES)
    return path


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["data", *map(str, arguments)])


def test_files_are_described(trades: Path, candles: Path) -> None:
    result = run("info", trades, candles, "--json")
    assert result.exit_code == 0, result.output
    told, other = json.loads(result.stdout)["files"]
    assert (told["format"], told["rows"]) == ("csv", {"trades": 2})
    assert (told["lowest"], told["highest"]) == ("100.25", "100.5")
    assert told["first_at"] == "2025-01-01T00:00:00.000000000Z"
    assert told["damage"] is None
    assert (other["interval_s"], other["gap_count"]) == (60, 1)
    assert other["gaps"][0]["missing"] == 2


def test_a_description_for_people(candles: Path) -> None:
    candles.write_text(CANDLES.replace("time", "When"))
    told = run("info", candles, "--map", "time=When").stdout
    assert "rows        candles=4" in told
    assert "gap_count   1" in told
    assert "2  candles  2025-01-01 00:03:00.000  2025-01-01 00:06:00.000" in told


def test_damage_is_told_with_line_and_column(trades: Path, candles: Path) -> None:
    trades.write_text(TRADES.replace("100.25", "1O0.25"))
    result = run("info", trades, candles, "--json")
    assert result.exit_code == 6
    told, other = json.loads(result.stdout)["files"]
    assert 'trades.csv line 3, column "price"' in told["damage"]
    assert other["damage"] is None


def test_a_file_of_no_known_format_is_told(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("Shall I compare thee\nto a summer's day?\n")
    result = run("info", path, "--json")
    assert result.exit_code == 6
    assert json.loads(result.stdout)["files"][0]["damage"].startswith("poem.txt")


def test_a_file_is_imported_once(trades: Path, tmp_path: Path) -> None:
    options = ("--venue", "binance", "--symbol", "BTC/USDT", "--data", tmp_path / "data")
    for added, duplicates in ((2, 0), (0, 2)):
        result = run("import", trades, *options, "--json")
        assert result.exit_code == 0, result.output
        (told,) = json.loads(result.stdout)["imported"]
        assert (told["read"], told["added"], told["duplicates"]) == (2, added, duplicates)
        (file,) = told["files"]
        assert Path(file).is_file()
        assert Path(file).is_relative_to(tmp_path / "data" / "market" / "binance")
    told = run("import", trades, *options).stdout
    assert "added       0" in told
    assert "duplicates  2" in told


def test_a_file_is_imported_into_the_usual_directory(trades: Path, home: Path) -> None:
    assert run("import", trades, "--venue", "binance", "--symbol", "BTC/USDT").exit_code == 0
    assert (home / "algotradehub" / "market" / "binance").is_dir()


def test_a_bad_row_stores_nothing_of_its_file(trades: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(TRADES + "1735689602000,-1,1,buy\n")
    data = tmp_path / "data"
    result = run("import", trades, bad, "--venue", "b", "--symbol", "A/B", "--data", data, "--json")
    assert result.exit_code == 6
    assert "bad.csv line 4" in result.stderr
    assert "nothing of it was stored" in result.stderr
    told = json.loads(result.stdout)
    assert (told["line"], told["column"]) == (4, "price")
    # The file before it stays.
    assert run("import", trades, "--venue", "b", "--symbol", "A/B", "--data", data).exit_code == 0
    assert len(list(data.rglob("*.parquet"))) == 1


def test_a_preview_stores_nothing(trades: Path, tmp_path: Path) -> None:
    options = ("--venue", "b", "--symbol", "A/B", "--data", tmp_path / "data", "--preview")
    result = run("import", trades, *options, "--json")
    assert result.exit_code == 0, result.output
    (told,) = json.loads(result.stdout)["previews"]
    assert told["mapping"]["time"] == "time"
    assert [event["price"] for event in told["events"]] == ["100.5", "100.25"]
    assert told["events"][0]["received_at"] == "2025-01-01T00:00:00.000000000Z"
    shown = run("import", trades, *options).stdout
    assert "2025-01-01 00:00:01.000  Trade  price=100.25 quantity=1 taker=SELL" in shown
    assert not (tmp_path / "data").exists()


def test_a_preview_of_candles_tells_their_interval(candles: Path) -> None:
    result = run("import", candles, "--venue", "b", "--symbol", "A/B", "--preview")
    assert "interval_s=60" in result.stdout
    assert "start_at=2025-01-01T00:00:00.000000000Z" in result.stdout


def test_a_file_without_names_is_told_how_to_be_read(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("2025-01-01 05:30:00,1,2,0.5,1.5,10\n2025-01-01 05:31:00,1,2,0.5,1.5,10\n")
    names = "time,open,high,low,close,volume"
    result = run(
        "info", path, "--header", names, "--zone", "Asia/Kolkata", "--close-times", "--json"
    )
    assert result.exit_code == 0, result.output
    (told,) = json.loads(result.stdout)["files"]
    assert told["first_at"] == "2025-01-01T00:00:00.000000000Z"


@pytest.mark.parametrize(
    "arguments",
    [
        ("info",),
        ("info", "/none.csv"),
        ("info", "/"),
        ("import", "FILE"),
        ("import", "FILE", "--venue", "b"),
        ("import", "FILE", "--venue", "b", "--symbol", "A/B", "--map", "time"),
        ("import", "FILE", "--venue", "b", "--symbol", "A/B", "--map", "=When"),
        ("import", "FILE", "--venue", "b", "--symbol", "A/B", "--interval", "0"),
        ("export",),
    ],
)
def test_a_wrong_command_line(arguments: tuple[str, ...], trades: Path, home: Path) -> None:
    given = [str(trades) if argument == "FILE" else argument for argument in arguments]
    assert run(*given).exit_code == 2
    assert not home.exists()


@pytest.mark.parametrize(("venue", "symbol"), [("..", "A/B"), ("b", ".")])
def test_a_name_that_can_be_no_folder(trades: Path, venue: str, symbol: str, home: Path) -> None:
    result = run("import", trades, "--venue", venue, "--symbol", symbol)
    assert result.exit_code == 4
    assert "needs a name" in result.stderr
    assert not home.exists()


def test_an_import_shows_where_it_is(trades: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from algotradehub.cli import data  # noqa: PLC0415 - the module under test, by its inside

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with data._progress(trades, quiet=False) as progress:
        assert progress is not None
        progress(1, 2)
    with data._progress(trades, quiet=True) as progress:
        assert progress is None


GERMAN = "time;open;high;low;close;volume\n" + "".join(
    f"{1735689600 + minute * 60};100,5;101,0;99,5;100,0;1.234,5\n" for minute in range(3)
)


@pytest.mark.parametrize(
    ("text", "options", "first"),
    [
        (GERMAN, ["--decimal-comma"], {"open": "100.5", "volume": "1234.5"}),
        (TRADES.replace(",", ";"), [], {"price": "100.5", "quantity": "2"}),
        (TRADES.replace(",", "\t"), [], {"price": "100.5"}),
        (f"\ufeff{TRADES}", [], {"price": "100.5"}),
        (TRADES.replace("\n", "\r\n"), [], {"price": "100.5"}),
        ("1735689600,100.5,2\n1735689601,100.25,1\n", [], {"price": "100.5"}),
        ("100.5,2,1735689600\n", ["--header", "price,size,time"], {"quantity": "2"}),
        ("Kurs;Menge;Wann\n1;2;1735689600\n",
         ["--map", "price=Kurs", "--map", "quantity=Menge", "--map", "time=Wann"],
         {"price": "1", "quantity": "2"}),
    ],
)  # fmt: skip
def test_awkward_files_are_read(
    trades: Path, text: str, options: list[str], first: dict[str, str]
) -> None:
    trades.write_text(text, newline="")
    event = previewed(trades, *options)
    assert {name: event[name] for name in first} == first


@pytest.mark.parametrize(
    ("time", "zone", "at"),
    [
        ("1735689600", None, "2025-01-01T00:00:00.000000000Z"),
        ("1735689600.5", None, "2025-01-01T00:00:00.500000000Z"),
        ("1735689600001", None, "2025-01-01T00:00:00.001000000Z"),
        ("1735689600000001", None, "2025-01-01T00:00:00.000001000Z"),
        ("1735689600000000001", None, "2025-01-01T00:00:00.000000001Z"),
        ("2025-01-01T05:30:00+05:30", None, "2025-01-01T00:00:00.000000000Z"),
        ("2025-01-01 05:30:00", "Asia/Kolkata", "2025-01-01T00:00:00.000000000Z"),
        ("2025-01-01 00:00:00", None, "2025-01-01T00:00:00.000000000Z"),
    ],
)
def test_times_of_every_kind(trades: Path, time: str, zone: str | None, at: str) -> None:
    trades.write_text(f"time,price,quantity\n{time},1,2\n")
    assert previewed(trades, *(["--zone", zone] if zone else []))["venue_time_at"] == at


def previewed(path: Path, *options: str) -> Any:
    """The first event of the file, as it would be stored."""
    result = run("import", path, "--venue", "v", "--symbol", "A/B", "--preview", "--json", *options)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)["previews"][0]["events"][0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GERMAN.encode(), 'line 2, column "open": not a number, unless with --decimal-comma'),
        (b"time,price\n1735689600,1\n", "the column quantity is missing; found: time, price"),
        (b"wann,kurs,menge\n1735689600,1,2\n", "trades need time, price, quantity"),
        (CANDLES.splitlines()[0].encode() + b"\n1735689600,1,2,0.5,1.5,10\n", "--interval"),
        (b"time,price,quantity\n01/02/2025,1,2\n", "write YYYY-MM-DD"),
        (b"time,price,quantity\n1735689600,1\n", "line 2: 2 columns where the header has 3"),
        (b"x" * 3_000_000, "line 1"),
        (b",".join(b"c%d" % n for n in range(50_000)) + b"\n1\n", "and 49,950 more"),
        (b"\x00\xff" * 1_000, "line 1: not text"),
        (b"\x1b[2J,price,quantity\n1,2,3\n", "\N{REPLACEMENT CHARACTER}[2J"),
        (b"", "the file is empty"),
        (b"time,price,quantity\n", "a header and no rows"),
        (gzip.compress(TRADES.encode(), mtime=0)[:40], "cut off or damaged"),
        (
            b"time,price,quantity\n1735689600,1,2\n1735689500,1,2\n1735689700,1,2\n",
            "line 3",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(
    trades: Path, content: bytes, said: str
) -> None:
    trades.write_bytes(content)
    target = trades.parent / "data"
    result = run("import", trades, "--venue", "v", "--symbol", "A/B", "--data", target)
    assert result.exit_code == 6
    assert said in result.stderr
    assert len(result.stderr) < 1_500
    assert result.stderr.endswith("nothing of it was stored\n")
    assert not [path for path in target.rglob("*") if path.is_file()]


def test_a_preview_does_not_speak_of_storing(trades: Path) -> None:
    trades.write_text(GERMAN)
    result = run("import", trades, "--venue", "v", "--symbol", "A/B", "--preview")
    assert result.exit_code == 6
    assert "stored" not in result.stderr


def test_a_compressed_file_is_known_by_what_is_in_it(trades: Path) -> None:
    trades.write_bytes(gzip.compress(TRADES.encode(), mtime=0))
    assert previewed(trades)["price"] == "100.5"


def test_columns_of_parquet_may_be_of_many_types(tmp_path: Path) -> None:
    path = tmp_path / "trades.parquet"
    at = [datetime(2025, 1, 1, tzinfo=UTC)]
    for price in ([Decimal("1.5")], ["1.5"], [1.5]):
        pl.DataFrame({"time": at, "price": price, "quantity": [2]}).write_parquet(path)
        assert previewed(path)["price"] == "1.5"
    for odd in ([[1.5]], [{"a": 1}], [b"1"], [True], [None], [float("nan")]):
        frame = pl.DataFrame({"time": at, "price": odd, "quantity": [2]}, strict=False)
        frame.write_parquet(path)
        result = run("import", path, "--venue", "v", "--symbol", "A/B", "--preview")
        assert result.exit_code == 6
        assert 'line 1, column "price"' in result.stderr
