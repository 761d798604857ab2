"""Whatever happens, and wherever a client is cut off: what it knows in the end is what is true."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.api.stream.account_log import KEPT_NS
from algotradehub.api.stream.protocol import Position
from tests.unit.api.stream.accounts import EPOCH, STEPS, Account, Step
from tests.unit.api.stream.mirror import AccountMirror

HISTORIES = st.lists(STEPS, max_size=25)


class Reader:
    """Reads an account's topic into a mirror; may be cut off and come back."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.mirror = AccountMirror()
        self._cursor: Any = account.topic.start(None)

    def read(self, times: int = 100) -> None:
        for _ in range(times):
            reading = self.account.topic.read(self._cursor)
            self._cursor = reading.cursor
            for text in reading.messages:
                self.mirror.hear(text)
            if not reading.more:
                assert not self.account.topic.read(self._cursor).messages
                assert self.mirror.holdings == self.account.shown
                return

    def come_back(self, **changes: int) -> None:
        position = Position(**(self.mirror.position | changes))
        self._cursor = self.account.topic.start(position)


def fills_of(account: Account) -> set[tuple[str, str]]:
    return {(order_id, execution_id) for order_id, execution_id in account.fills}


@given(
    history=HISTORIES,
    away=st.integers(0, 12),
    kept=st.sampled_from([1, 3, 8, 1000]),
    longest=st.sampled_from([1, 2000, 1 << 18]),
    reads=st.lists(st.integers(0, 3), min_size=25, max_size=25),
)
def test_a_cut_anywhere_changes_nothing(
    history: list[Step], away: int, kept: int, longest: int, reads: list[int]
) -> None:
    """Read now and then, cut off after any step, away for some, back: as if never away."""
    for cut in range(len(history) + 1):
        account = Account(kept=kept, longest=longest)
        steady, cut_off = Reader(account), Reader(account)
        steady.read()
        cut_off.read()
        for number, step in enumerate(history):
            account.step(step)
            steady.read()
            if number < cut:
                cut_off.read(reads[number])
            elif number == cut + away:
                cut_off.come_back()
            elif number > cut + away:
                cut_off.read(reads[number])
        cut_off.come_back()
        cut_off.read()
        assert cut_off.mirror.holdings == steady.mirror.holdings == account.shown
        assert steady.mirror.resets == []
        assert set(steady.mirror.fills) == fills_of(account)
        if cut_off.mirror.resets:
            assert kept < 1000
            assert set(cut_off.mirror.resets) == {"too_old"}
        else:
            assert set(cut_off.mirror.fills) == fills_of(account)


@given(history=HISTORIES, longest=st.sampled_from([1, 2000, 1 << 18]))
def test_a_reader_that_stood_still_for_too_long_begins_anew(
    history: list[Step], longest: int
) -> None:
    account = Account(kept=3, longest=longest)
    reader = Reader(account)
    reader.read()
    for step in history:
        account.step(step)
    reader.read()
    assert reader.mirror.holdings == account.shown


def test_a_snapshot_is_first_and_says_where_it_stands() -> None:
    account = Account()
    account.step(("order", 0, 1))
    reader = Reader(account)
    reader.read()
    assert reader.mirror.kinds == ["snapshot"]
    assert reader.mirror.position == {"epoch": EPOCH, "seq": 101}


def test_what_was_known_is_resumed_even_if_there_is_nothing_to_tell() -> None:
    account = Account()
    account.step(("order", 0, 1))
    reading = account.topic.read(account.topic.start(Position(epoch=EPOCH, seq=100)))
    (told,) = map(json.loads, reading.messages)
    assert (told["type"], told["resumed"], told["seq"]) == ("delta", True, 101)
    assert [order["order_id"] for order in told["orders"]] == [f"{0:032x}"]
    account.step(("record", 0, 2))
    (message,) = account.topic.read(account.topic.start(Position(epoch=EPOCH, seq=103))).messages
    assert json.loads(message) == {
        "type": "delta",
        "topic": "account",
        "account": "a",
        "seq": 103,
        "resumed": True,
    }


def test_what_the_last_number_changed_is_told_once_more() -> None:
    """Its values come one by one, and a client may have been cut off between them."""
    account = Account()
    for what in ("order", "fill", "balance"):
        account.step((what, 0, 0))
    reading = account.topic.read(account.topic.start(Position(epoch=EPOCH, seq=100)))
    assert {"orders", "fills", "balances"} <= json.loads(reading.messages[0]).keys()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"epoch": EPOCH - 1}, "unknown_epoch"),
        ({"epoch": EPOCH + 1}, "unknown_epoch"),
        ({"seq": 1000}, "unknown_epoch"),
        ({"seq": 99}, "too_old"),
    ],
)
def test_a_position_that_means_nothing_here_is_reset(changes: dict[str, int], reason: str) -> None:
    account = Account()
    reader = Reader(account)
    reader.read()
    account.step(("order", 0, 1))
    reader.come_back(**changes)
    reader.read()
    assert reader.mirror.resets == [reason]
    assert reader.mirror.kinds == ["snapshot", "reset", "snapshot"]


def test_what_is_older_than_a_day_is_let_go() -> None:
    account = Account()
    account.step(("order", 0, 1))
    account.now_ns = KEPT_NS + 1
    account.step(("balance", 0, 1))
    reader = Reader(account)
    reader.read()
    reader.come_back(seq=101)
    reader.read()
    assert reader.mirror.resets == ["too_old"]
    reader.come_back(seq=102)
    reader.read()
    assert reader.mirror.resets == ["too_old"]


def test_a_long_delta_comes_in_parts_and_says_so() -> None:
    account = Account(longest=1)
    topic = account.topic
    for number in range(3):
        account.step(("balance", number, 1))
    reading = topic.read(topic.start(Position(epoch=EPOCH, seq=100)))
    seqs = [json.loads(reading.messages[0])["seq"]]
    while reading.more:
        reading = topic.read(reading.cursor)
        seqs.append(json.loads(reading.messages[0])["seq"])
    assert seqs == [101, 102, 103]


def test_readers_at_the_same_place_are_handed_the_same_text() -> None:
    account = Account()
    cursors = [account.topic.read(None).cursor for _ in range(3)]
    account.step(("order", 0, 1))
    texts = [account.topic._delta(cursor)[0] for cursor in cursors]
    assert len({id(text) for text in texts}) == 1


def test_an_order_that_did_not_change_is_not_written_again_for_the_next_snapshot() -> None:
    account = Account()
    account.step(("order", 0, 1))
    account.step(("order", 1, 1))
    account.topic.read(None)
    before = dict(account.topic._texts)
    account.step(("order", 1, 1))
    account.topic.read(None)
    same = [account.topic._texts[order_id] is text for order_id, text in before.items()]
    assert same == [True, False]
    account.step(("end", 0, 1))
    account.topic.read(None)
    assert len(account.topic._texts) == 1
