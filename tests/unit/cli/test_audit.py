"""``audit`` as commands: sentences, documents, lines and codes."""

import csv
import io
import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from algotradehub.cli.main import app
from algotradehub.conformance.store_samples import order_of, record_of
from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.ids import Asset
from algotradehub.domain.order import OrderStatus, PositionSide
from algotradehub.domain.records import (
    BalanceCorrected,
    Body,
    HaltSet,
    Intent,
    PositionCorrected,
    Requested,
    Responded,
    StopProven,
)
from algotradehub.ports.store import Changes
from algotradehub.storage.sqlite.store import SqliteStore
from tests.unit.api.gateway import SPOT
from tests.unit.app.installed import ACCOUNT, install
from tests.unit.storage.sqlite.test_operations import at

pytestmark = pytest.mark.design_property(9)

_MS = 1_000_000
DAY_NS = 24 * 3600 * 1_000 * _MS


@pytest.fixture
def data(home: Path) -> Path:
    """The usual directory, so that no option has to name it."""
    return install(home / "algotradehub", records=30, segment_bytes=700).path


@pytest.fixture
def asked(data: Path) -> Path:
    """One order placed, one query that failed on the next day, a halt and its end."""
    order = order_of(1, status=OrderStatus.PENDING)
    query = Operation.BALANCE_QUERY
    lines = [
        at(_MS, record_of(900, Intent(order=order), account=ACCOUNT)),
        at(
            DAY_NS,
            record_of(
                901,
                Requested(request_id=1, operation=query, client_order_id=None, body=b"GET"),
                account=ACCOUNT,
            ),
        ),
        at(
            DAY_NS + 38 * _MS,
            record_of(
                902,
                Responded(
                    request_id=1,
                    operation=query,
                    client_order_id=None,
                    body=b"busy",
                    category=ErrorCategory.RATE_LIMITED,
                    error="too many requests",
                ),
                account=ACCOUNT,
            ),
        ),
        at(DAY_NS, record_of(903, HaltSet(halted=True, reason="odd", by="ann"), account=ACCOUNT)),
        at(DAY_NS, record_of(904, HaltSet(halted=False, reason="", by="ann"), account=ACCOUNT)),
    ]
    with closing(SqliteStore(data / "projection.db")) as store:
        listed = {(ACCOUNT, SPOT.symbol): SPOT}
        store.apply(Changes(applied_seq=904, records=lines, instruments=listed))
    return data


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["audit", *(str(argument) for argument in arguments)])


def document(*arguments: object) -> Any:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_head_proves_later_that_nothing_was_changed(data: Path) -> None:
    head = run("head").stdout.strip()
    assert document("head") == {"head": head, "seq": int(head.split(":")[0])}
    proven = run("verify", "--against", head)
    assert proven.exit_code == 0
    assert "whole, and the chain holds" in proven.stdout
    assert f"nothing up to record {head.split(':')[0]} was changed" in proven.stdout
    assert document("verify", "--data", data)["head"] == head


def test_a_change_is_named_and_has_its_exit_code(data: Path) -> None:
    path = data / "journal" / "journal-00000002.seg"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    found = run("verify")
    assert found.exit_code == 6
    assert "journal-00000002.seg is damaged at byte" in found.stderr


def test_what_is_no_head_is_refused(data: Path) -> None:
    assert run("verify", "--against", "7").exit_code == 4


def test_operations_are_listed(asked: Path) -> None:
    newest, oldest = document("list")["operations"]
    assert (newest["operation"], newest["latency_ms"], newest["success"]) == (
        "BALANCE_QUERY",
        "38.000000",
        False,
    )
    assert (newest["request"]["body"]["body"], newest["response"]["body"]["body"]) == (
        "GET",
        "busy",
    )
    assert (oldest["operation"], oldest["success"], oldest["response"]) == (
        "ORDER_SUBMIT",
        None,
        None,
    )
    shown = run("list").stdout
    assert "too many requests" in shown
    assert "unanswered" in shown
    for options, count in (
        (("--failed",), 1),
        (("--done",), 0),
        (("--operation", "order_submit"), 1),
        (("--from", "1970-01-02"), 1),
        (("--to", "1970-01-01T00:00:00Z"), 0),
        (("--account", ACCOUNT, "--venue", SPOT.venue), 2),
        (("--account", "other"), 0),
        (("--order", order_of(1).order_id), 1),
        (("--limit", 1), 1),
    ):
        assert len(document("list", *options)["operations"]) == count, options
    assert run("list", "--venue", "nowhere").exit_code == 4
    assert run("list", "--from", "yesterday").exit_code == 4


def test_operations_are_counted(asked: Path) -> None:
    whole, *_ = document("stats")["stats"]
    assert (whole["total"], whole["answered"], whole["success_rate"]) == (2, 1, "0")
    assert whole["errors"] == {"RATE_LIMITED": 1}
    by_day = document("stats", "--by", "day")["stats"]
    assert [(each["from_at"], each["operation"]) for each in by_day[:2]] == [
        (None, None),
        ("1970-01-02T00:00:00.000000000Z", None),
    ]
    assert len(document("stats", "--since", "1970-01-02", "--by", "hour")["stats"]) == 2
    assert "RATE_LIMITED 1" in run("stats").stdout


def test_actions_are_listed(asked: Path) -> None:
    resumed, halted = document("actions")["actions"]
    assert (resumed["what"], halted["what"], halted["by"], halted["detail"]) == (
        "resume",
        "halt",
        "ann",
        "odd",
    )
    assert "halt" in run("actions", "--account", ACCOUNT).stdout
    assert document("actions", "--to", "1970-01-02")["actions"] == []


def test_records_are_exported_line_by_line(data: Path) -> None:
    lines = [json.loads(line) for line in run("export").stdout.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[0]["kind"] == "checkpoint"
    options = ("--format", "csv", "--kind", "command", "--account", ACCOUNT)
    rows = list(csv.DictReader(io.StringIO(run("export", *options).stdout)))
    assert len(rows) == 30
    assert {row["operation"] for row in rows} == {"ORDER_CANCEL"}
    assert json.loads(rows[0]["body"]) == {
        "type": "cancel_asked",
        "order_id": "0" * 32,
        "expired": False,
    }
    narrowed = run("export", "--operation", "order_submit", "--from", "1980-01-01", "--to", "9999")
    assert narrowed.exit_code == 4
    assert run("export", "--order", "0" * 32).stdout.count("\n") == 1


def test_segments_are_retired(data: Path, tmp_path: Path) -> None:
    head = run("head").stdout.strip()
    early = run("retire", "--before", "2020-01-01", "--to", tmp_path / "archive")
    assert early.exit_code == 5
    assert "nothing can be retired" in early.stderr
    done = run("retire", "--before", "2100-01-01", "--to", tmp_path / "archive")
    assert done.exit_code == 0, done.output
    assert f"segments are in {tmp_path / 'archive'}: records 1 to " in done.stdout
    left = run("verify", "--against", head)
    assert "older segments are retired; add --archive" in left.stdout
    assert document("verify", "--archive", tmp_path / "archive", "--against", head)["retired"] == 0


def test_every_action_has_its_words(asked: Path) -> None:
    bodies: tuple[Body, ...] = (
        HaltSet(halted=True, reason="all", by="ann", stop=True),
        StopProven(looked_ns=(1, 2)),
        BalanceCorrected(asset=Asset("BTC"), amount=Decimal("-0.1")),
        PositionCorrected(
            symbol=SPOT.symbol, side=PositionSide.NET, quantity=Decimal(2), price=Decimal(7)
        ),
    )
    lines = [record_of(seq, body, account=ACCOUNT) for seq, body in enumerate(bodies, 1000)]
    with closing(SqliteStore(asked / "projection.db")) as store:
        store.apply(Changes(applied_seq=1003, records=lines))
    found = document("actions", "--limit", 4)["actions"][::-1]
    assert [(each["what"], each["detail"]) for each in found] == [
        ("stop", "all"),
        ("stop_proven", ""),
        ("balance_corrected", "-0.1 BTC"),
        ("position_corrected", "2 BTC/USDT at 7"),
    ]
