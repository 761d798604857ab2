"""The life of a stream: what is sent, what is told, where it goes on, and what ends it."""

import json
from typing import Any

import pytest

from algotradehub.client import ApiProblem, Unreadable
from algotradehub.client.stream.machine import PAUSES_S, Heard, StreamMachine
from algotradehub.client.stream.messages import (
    AccountChange,
    AccountReset,
    BookChange,
    Interrupted,
)
from algotradehub.client.stream.topics import Topic, account, book, system

OF_ACCOUNT = {"topic": "account", "account": "a"}
OF_BOOK: dict[str, Any] = {"topic": "book", "venue": "v", "symbol": "s"}
BOOK = {**OF_BOOK, "bids": [], "asks": [], "at": None, "at_ns": None}


def machine(*topics: Topic) -> StreamMachine:
    followed = topics or (account("a"), book("v", "s"))
    return StreamMachine(followed, url="http://h", token="secret")


def hear(stream: StreamMachine, **told: Any) -> Heard:
    return stream.heard(json.dumps(told))


def frames(heard: Heard) -> list[Any]:
    return [json.loads(frame) for frame in heard.frames]


def welcomed(stream: StreamMachine, epoch: int = 7) -> list[Any]:
    stream.opened()
    return frames(hear(stream, type="welcome", epoch=epoch, version="1", heartbeat_s=15))


def test_it_says_hello_then_subscribes() -> None:
    stream = machine()
    assert json.loads(stream.opened()) == {"op": "hello", "token": "secret"}
    assert not stream.live
    assert welcomed(stream) == [{"op": "subscribe", **OF_ACCOUNT}, {"op": "subscribe", **OF_BOOK}]
    assert stream.was_live


def test_without_a_token_it_says_none() -> None:
    stream = StreamMachine([system()], url="http://h", token=None)
    assert json.loads(stream.opened()) == {"op": "hello"}


def test_changes_are_told() -> None:
    stream = machine()
    welcomed(stream)
    (first,) = hear(stream, type="snapshot", **OF_ACCOUNT, seq=5, epoch=7, orders=[]).messages
    assert first == AccountChange(type="snapshot", topic="account", account="a", seq=5, epoch=7)
    (second,) = hear(stream, type="delta", **OF_ACCOUNT, seq=5).messages  # a balance changed
    (third,) = hear(stream, type="delta", **OF_ACCOUNT, seq=9).messages
    assert [second.seq, third.seq] == [5, 9]  # type: ignore[union-attr]


def test_an_account_goes_on_where_it_was_and_a_market_begins_anew() -> None:
    stream = machine()
    welcomed(stream)
    hear(stream, type="snapshot", **OF_ACCOUNT, seq=5)
    hear(stream, type="delta", **OF_ACCOUNT, seq=9)
    hear(stream, type="snapshot", **BOOK, seq=1)
    assert stream.closed("cut") == Interrupted(reason="cut")
    assert not stream.live
    of_account, of_book = welcomed(stream)
    assert of_account == {"op": "subscribe", **OF_ACCOUNT, "after": {"epoch": 7, "seq": 9}}
    assert of_book == {"op": "subscribe", **OF_BOOK}
    (told,) = hear(stream, type="delta", **OF_ACCOUNT, seq=9, resumed=True).messages
    assert isinstance(told, AccountChange)
    assert told.resumed
    # Of the book nothing is believed before its snapshot.
    assert hear(stream, type="delta", **BOOK, seq=2) == Heard()
    assert hear(stream, type="snapshot", **BOOK, seq=1).messages


def test_a_reset_is_told_and_forgets_where_it_was() -> None:
    stream = machine()
    welcomed(stream)
    hear(stream, type="snapshot", **OF_ACCOUNT, seq=5)
    stream.closed("cut")
    assert welcomed(stream, epoch=8)[0]["after"] == {"epoch": 7, "seq": 5}
    reset = hear(stream, type="reset", **OF_ACCOUNT, reason="unknown_epoch")
    assert reset.messages == [AccountReset(account="a", reason="unknown_epoch")]
    assert hear(stream, type="delta", **OF_ACCOUNT, seq=6) == Heard()
    stream.closed("cut again, before the snapshot")
    assert "after" not in welcomed(stream, epoch=8)[0]
    hear(stream, type="snapshot", **OF_ACCOUNT, seq=2)
    stream.closed("cut")
    assert welcomed(stream, epoch=8)[0]["after"] == {"epoch": 8, "seq": 2}


def test_a_book_with_a_gap_is_asked_for_again() -> None:
    stream = machine()
    welcomed(stream)
    hear(stream, type="snapshot", **BOOK, seq=1)
    (told,) = hear(stream, type="delta", **BOOK, seq=2).messages
    assert isinstance(told, BookChange)
    gap = hear(stream, type="delta", **BOOK, seq=4)
    assert (frames(gap), gap.messages) == ([{"op": "subscribe", **OF_BOOK}], [])
    assert hear(stream, type="delta", **BOOK, seq=5) == Heard()
    assert hear(stream, type="snapshot", **BOOK, seq=1).messages


def test_an_account_whose_number_falls_begins_anew() -> None:
    stream = machine()
    welcomed(stream)
    hear(stream, type="snapshot", **OF_ACCOUNT, seq=5)
    fell = hear(stream, type="delta", **OF_ACCOUNT, seq=4)
    assert frames(fell) == [{"op": "subscribe", **OF_ACCOUNT}]
    assert fell.messages == [AccountReset(account="a", reason="out_of_order")]


@pytest.mark.parametrize(
    "told",
    [
        {"type": "heartbeat", "at": "x"},
        {"type": "subscribed", "id": None, "topic": "system"},
        {"type": "of_a_later_version", "epoch": 3},
        {"op": "ping"},
        {"type": "snapshot", "topic": "weather", "seq": 1},
        {"type": "delta", "topic": "account", "account": "another", "seq": 1},
        {"type": "reset", "topic": "account", "account": "another"},
    ],
)
def test_what_it_did_not_ask_for_changes_nothing(told: dict[str, Any]) -> None:
    stream = machine()
    welcomed(stream)
    assert hear(stream, **told) == Heard()


@pytest.mark.parametrize(("problem", "status"), [({"status": 404}, 404), ({}, 400)])
def test_a_refusal_ends_it(problem: dict[str, Any], status: int) -> None:
    with pytest.raises(ApiProblem) as raised:
        hear(machine(), type="error", id=None, problem=problem)
    assert raised.value.status == status


@pytest.mark.parametrize(
    "text", ["", "x", "[]", b"\xff", '{"type": 1}', '{"type":"snapshot","topic":"system"}']
)
def test_what_cannot_be_read_ends_it(text: str | bytes) -> None:
    stream = machine(system())
    with pytest.raises(Unreadable, match="does not know"):
        stream.heard(text)


def test_pauses_grow_to_a_limit_and_begin_anew_after_a_welcome() -> None:
    stream = machine()
    pauses = [stream.pause_s(0.5) for _ in range(7)]
    assert pauses == [*PAUSES_S, PAUSES_S[-1], PAUSES_S[-1]]
    welcomed(stream)
    assert stream.pause_s(0) == PAUSES_S[0] * 0.75
    assert stream.pause_s(0.999) < PAUSES_S[1] * 1.25


def test_nothing_to_follow_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one topic"):
        StreamMachine((), url="http://h", token=None)
