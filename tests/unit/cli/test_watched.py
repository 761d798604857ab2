"""What is news of the orders that are watched, and which are shown."""

import pytest

from algotradehub.cli import watched
from algotradehub.cli.watched import Wanted, Watched
from algotradehub.domain.order import OrderStatus
from tests.unit.cli.streaming import seen


def wanted(*statuses: OrderStatus, symbol: str | None = None, limit: int = 50) -> Wanted:
    return Wanted(account=None, symbol=symbol, statuses=statuses, limit=limit)


def test_a_change_is_news_once() -> None:
    known = Watched(wanted())
    assert known.hear(seen())
    assert not known.hear(seen())
    assert known.hear(seen(filled="0.005", status="PARTIALLY_FILLED"))


def test_an_order_that_leaves_is_told_of_and_shown_no_more() -> None:
    known = Watched(wanted(OrderStatus.OPEN))
    assert known.hear(seen())
    assert known.hear(seen(status="FILLED"))
    assert known.newest() == []
    assert not known.hear(seen(status="FILLED", reason="late word"))


def test_what_is_not_wanted_is_no_news() -> None:
    known = Watched(wanted(OrderStatus.OPEN, symbol="BTC/USDT"))
    assert not known.hear(seen(symbol="ETH/USDT"))
    assert not known.hear(seen(order_id="2", status="CANCELLED"))
    assert known.newest() == []


def test_an_end_that_a_list_told_is_not_taken_back() -> None:
    known = Watched(wanted())
    known.hear(seen(status="FILLED"))
    assert not known.hear(seen(status="PARTIALLY_FILLED"))
    assert known.hear(seen(status="UNKNOWN"))  # the venue contradicts itself
    assert known.hear(seen(status="OPEN"))


def test_the_newest_are_shown() -> None:
    known = Watched(wanted(limit=2))
    for name in ("1", "3", "2"):
        known.hear(seen(order_id=name))
    assert [order["order_id"] for order in known.newest()] == ["3", "2"]


def test_what_ended_long_ago_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "SPARE", 10)
    known = Watched(wanted(limit=3))
    known.hear(seen(order_id="00"))
    for number in range(1, 200):
        known.hear(seen(order_id=f"{number:03}", status="FILLED"))
    assert known.live("paper-a") == {"00"}
    assert len(known._known) <= 3 + 1 + 10
    assert [order["order_id"] for order in known.newest()] == ["199", "198", "197"]
