"""Who is told what, and in which order."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from algotradehub.domain.evidence import Balance, Connection, ConnectionState, Evidence
from algotradehub.domain.ids import AccountId
from algotradehub.venues.paper.outbox import BALANCES_AFTER_S, Outbox
from tests.fakes.clock import FakeClock
from tests.unit.venues.paper.markets import ALICE, BOB, USDT

UP, DOWN = Connection(state=ConnectionState.UP), Connection(state=ConnectionState.DOWN, reason="x")
MONEY = Balance(asset=USDT, total=Decimal(2), available=Decimal(1), venue_time_ns=1)


class Post:
    """An outbox, and what was heard from it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.changed: list[Balance] = [MONEY]
        self.asked: list[AccountId] = []
        self.heard: list[tuple[AccountId, Evidence]] = []
        self.outbox = Outbox(self.clock, self._balances)

    def listen(self, account: AccountId) -> None:
        def hear(words: Sequence[Evidence]) -> None:
            self.heard.extend((account, word) for word in words)

        self.outbox.listen(account, hear)

    def _balances(self, account: AccountId) -> Sequence[Balance]:
        self.asked.append(account)
        return self.changed


def test_nothing_is_told_before_its_time_nor_to_nobody() -> None:
    post = Post()
    post.listen(ALICE)
    post.outbox.add(ALICE, [UP])
    post.outbox.add(BOB, [UP])
    assert post.heard == []
    post.outbox.tell()
    assert post.heard == [(ALICE, UP)]
    post.outbox.add_for_all(DOWN)
    post.outbox.tell()
    assert post.heard[1:] == [(ALICE, DOWN)]


def test_one_wallet_has_one_stream() -> None:
    outbox = Post().outbox
    hang_up = outbox.listen(ALICE, lambda _: None)
    with pytest.raises(ValueError, match="alice is connected already"):
        outbox.listen(ALICE, lambda _: None)
    hang_up()
    hang_up()
    outbox.listen(ALICE, lambda _: None)


def test_what_is_added_while_somebody_is_told_comes_after_the_rest() -> None:
    outbox = Post().outbox
    told: list[str] = []

    def first() -> None:
        outbox.add_call(told.append, "third")
        outbox.tell()
        told.append("first")

    outbox.add_call(first)
    outbox.add_call(told.append, "second")
    outbox.tell()
    assert told == ["first", "second", "third"]


def test_a_failing_listener_does_not_silence_the_outbox() -> None:
    post = Post()
    post.listen(ALICE)

    def fail() -> None:
        raise RuntimeError("a listener's mistake")

    post.outbox.add_call(fail)
    post.outbox.add(ALICE, [UP])
    with pytest.raises(RuntimeError):
        post.outbox.tell()
    post.outbox.tell()
    assert post.heard == [(ALICE, UP)]


def test_what_is_available_is_told_once_for_many_changes() -> None:
    post = Post()
    post.listen(ALICE)
    for account in (ALICE, BOB, ALICE):
        post.outbox.add_balances(account)
    post.clock.advance(BALANCES_AFTER_S / 2)
    assert post.asked == []
    post.clock.advance(BALANCES_AFTER_S)
    assert post.asked == [ALICE, BOB]
    assert post.heard == [(ALICE, MONEY)]
    post.outbox.add_balances(ALICE)
    post.clock.advance(BALANCES_AFTER_S)
    assert post.heard == [(ALICE, MONEY), (ALICE, MONEY)]


def test_balances_told_meanwhile_are_not_told_again() -> None:
    post = Post()
    post.listen(ALICE)
    post.changed = []
    post.outbox.add_balances(ALICE)
    post.clock.advance(BALANCES_AFTER_S)
    assert post.heard == []
