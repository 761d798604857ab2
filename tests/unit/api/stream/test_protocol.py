"""What clients may say, and how each mistake is explained."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.api.stream.protocol import (
    LONGEST_FRAME,
    Failed,
    Frame,
    Heartbeat,
    Hello,
    Mistake,
    Ping,
    Pong,
    Position,
    Subscribe,
    TopicKey,
    Unsubscribe,
    Welcome,
    about,
    decode,
    failed,
)
from algotradehub.domain.errors import InvalidRequest, NotFound


def frame(**fields: Any) -> str:
    return json.dumps(fields)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (frame(op="hello"), Hello()),
        (frame(op="hello", token="t"), Hello(token="t")),
        (frame(op="ping", n=4), Ping(n=4)),
        (
            frame(op="subscribe", id=1, topic="account", account="a", after={"epoch": 7, "seq": 8}),
            Subscribe(id=1, topic="account", account="a", after=Position(epoch=7, seq=8)),
        ),
        (
            frame(op="unsubscribe", topic="book", venue="v", symbol="s"),
            Unsubscribe(topic="book", venue="v", symbol="s"),
        ),
    ],
)
def test_what_is_well_said_is_understood(text: str, read: Frame) -> None:
    assert decode(text) == read


@pytest.mark.parametrize(
    ("text", "status", "detail"),
    [
        ("", 400, "not JSON"),
        ("{", 400, "not JSON"),
        ("[]", 400, "not a JSON object"),
        ("7", 400, "not a JSON object"),
        ('{"op":"ping"} x', 400, "not JSON"),
        ("[" * 5000, 400, "not JSON"),
        (b"{}", 400, "binary"),
        ('{"op":"ping","x":"' + "é" * (LONGEST_FRAME // 2) + '"}', 413, "65536 bytes"),
        ("{}", 422, "op: one of hello, ping, subscribe, unsubscribe, was 'missing'"),
        (frame(op="subscibe"), 422, "nearest valid value subscribe"),
        (frame(op=7), 422, "was '7'"),
        (frame(op=["ping"]), 422, "an array"),
    ],
)
def test_garbage_is_explained(text: str | bytes, status: int, detail: str) -> None:
    with pytest.raises(Mistake) as caught:
        decode(text)
    assert caught.value.garbage
    assert caught.value.problem.status == status
    assert detail in caught.value.problem.detail


@pytest.mark.parametrize(
    ("fields", "field", "rule", "value"),
    [
        ({"op": "subscribe"}, "topic", "needed", "missing"),
        ({"op": "ping", "n": "1"}, "n", "Expected int, got str", "1"),
        ({"op": "ping", "n": -1}, "n", "Expected int >= 0", "-1"),
        ({"op": "ping", "n": 1.5}, "n", "Expected int, got float", "1.5"),
        ({"op": "ping", "m": 1}, "m", "no such field", "given"),
        ({"op": "hello", "token": 5}, "token", "Expected str | null, got int", "5"),
        ({"op": "hello", "token": "x" * 5000}, "token", "Expected str of length <= 4096", "x"),
        ({"op": "subscribe", "topic": "system", "id": "x"}, "id", "Expected int | null", "x"),
        (
            {"op": "subscribe", "topic": "account", "account": "a", "after": {"epoch": 1}},
            "after.seq",
            "needed",
            "missing",
        ),
        (
            {"op": "subscribe", "topic": "account", "after": {"epoch": "x", "seq": 1}},
            "after.epoch",
            "Expected int, got str",
            "x",
        ),
        ({"op": "subscribe", "topic": "account", "account": ""}, "account", "length >= 1", ""),
    ],
)
def test_a_broken_field_is_named_with_its_rule(
    fields: dict[str, Any], field: str, rule: str, value: str
) -> None:
    with pytest.raises(Mistake) as caught:
        decode(json.dumps(fields))
    (found,) = caught.value.problem.errors
    assert found.field == field
    assert rule in found.rule
    assert found.value.startswith(value)
    assert not caught.value.garbage


def test_a_mistake_is_answered_under_its_id_where_that_can_be_read() -> None:
    with pytest.raises(Mistake) as caught:
        decode(frame(op="subscribe", id=9))
    assert caught.value.id == 9
    with pytest.raises(Mistake) as caught:
        decode(frame(op="subscribe", id=True))
    assert caught.value.id is None


@given(st.text(max_size=50) | st.from_regex(r'\{"op":"(ping|subscribe)",[^{}]{0,30}\}'))
def test_whatever_is_said_is_read_or_explained(text: str) -> None:
    explained: Any = {"type": "error"}
    try:
        decode(text)
    except Mistake as mistake:
        explained = json.loads(Failed(id=mistake.id, problem=mistake.problem).text)
    assert explained["type"] == "error"


def test_a_topic_has_all_its_parameters_and_no_others() -> None:
    assert Subscribe(topic="system").key == TopicKey(topic="system")
    key = Subscribe(topic="candles", venue="v", symbol="s", interval="1m").key
    assert json.loads(f"{{{key.head}}}") == {
        "topic": "candles",
        "venue": "v",
        "symbol": "s",
        "interval": "1m",
    }
    for wrong, fields in (
        (Subscribe(topic="candles", venue="v"), ["symbol", "interval"]),
        (Subscribe(topic="account", account="a", venue="v"), ["venue"]),
        (Subscribe(topic="acount"), ["topic"]),
    ):
        with pytest.raises(InvalidRequest) as caught:
            _ = wrong.key
        assert [refusal.field for refusal in caught.value.refusals] == fields


def test_answers_are_objects_of_one_type_each() -> None:
    at_ns = 1_800_000_000_000_000_000
    assert json.loads(Welcome(epoch=7, version="1", at_ns=at_ns).text) == {
        "type": "welcome",
        "epoch": 7,
        "version": "1",
        "at": "2027-01-15T08:00:00.000000000Z",
        "at_ns": str(at_ns),
        "heartbeat_s": 15,
    }
    assert json.loads(Heartbeat(at_ns=at_ns).text)["type"] == "heartbeat"
    assert json.loads(Pong(n=3).text) == {"type": "pong", "n": 3}
    told = json.loads(failed(NotFound("no such account"), 4).text)
    assert (told["type"], told["id"], told["problem"]["status"]) == ("error", 4, 404)
    assert json.loads(about("subscribed", None, TopicKey(topic="system"))) == {
        "type": "subscribed",
        "id": None,
        "topic": "system",
    }
