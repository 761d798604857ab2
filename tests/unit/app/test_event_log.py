"""The log of ``serve``: what is worth a line, and what the line says."""

import io
import json

import msgspec
import pytest

from algotradehub.app.event_log import EventLog
from algotradehub.bus.memory import MemoryBus
from algotradehub.domain.ids import AccountId
from algotradehub.domain.order import Order, OrderStatus, Origin
from algotradehub.ports.bus import Alert, OrderChanged
from tests.unit.domain.examples import order

ACCOUNT = AccountId("mine")


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def logged(*orders: Order) -> list[dict[str, object]]:
    stream = io.StringIO()
    bus = MemoryBus(on_failure=lambda *_: None)
    leave = EventLog(as_json=True, stream=stream).follow(bus)
    for each in orders:
        bus.publish(OrderChanged(account=ACCOUNT, account_seq=1, order=each))
    leave()
    bus.publish(Alert(name="late", detail="", account=None, at_ns=0))
    return lines(stream)


def test_a_line_has_time_level_name_and_facts() -> None:
    stream = io.StringIO()
    EventLog(stream=stream).write("started", {"url": "http://x", "epoch": 3})
    [line] = stream.getvalue().splitlines()
    at, rest = line.split(" ", 1)
    assert at.startswith("at=20")
    assert at.endswith("Z")
    assert rest == "level=info event=started url=http://x epoch=3"


def test_alerts_are_warnings() -> None:
    stream = io.StringIO()
    bus = MemoryBus(on_failure=lambda *_: None)
    EventLog(as_json=True, stream=stream).follow(bus)
    bus.publish(Alert(name="journal_failed", detail="no space", account=ACCOUNT, at_ns=0))
    [line] = lines(stream)
    assert line["level"] == "warning"
    assert line["event"] == "journal_failed"
    assert (line["detail"], line["account"]) == ("no space", ACCOUNT)


def test_an_order_in_doubt_is_a_warning() -> None:
    [line] = logged(msgspec.structs.replace(order(), status=OrderStatus.UNKNOWN))
    assert (line["level"], line["event"]) == ("warning", "order_unknown")


@pytest.mark.parametrize("origin", [Origin.UNSENT, Origin.VENUE])
def test_a_rejection_tells_who_and_why(origin: Origin) -> None:
    rejected = msgspec.structs.replace(
        order(), status=OrderStatus.REJECTED, origin=origin, reason="too small"
    )
    [line] = logged(rejected)
    assert (line["event"], line["origin"], line["reason"]) == (
        "order_rejected",
        origin,
        "too small",
    )


def test_what_goes_well_is_in_the_journal_and_not_here() -> None:
    assert logged(order()) == []
