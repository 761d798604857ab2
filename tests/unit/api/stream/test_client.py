"""One client: answered in turn, never in another's way, sent away when it makes no sense."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.api.stream.client import (
    GARBAGE,
    GARBAGE_CLOSE,
    SUBSCRIPTIONS,
    TOKEN_CLOSE,
    Client,
)
from algotradehub.api.stream.protocol import Heartbeat, TopicKey, Welcome
from algotradehub.api.stream.topic import Topic
from algotradehub.domain.errors import NotFound
from algotradehub.domain.ids import AccountId
from tests.unit.api.stream.accounts import EPOCH, STEPS, Account, Step
from tests.unit.api.stream.mirror import AccountMirror

AFTER = {"epoch": 1, "seq": 1}


class Accounts:
    """Implements ``Topics`` over accounts; a change wakes at once."""

    def __init__(self, *accounts: Account) -> None:
        self.accounts = {account.name: account for account in accounts}
        self.wakes: dict[str, list[Callable[[], None]]] = {name: [] for name in self.accounts}

    def join(self, key: TopicKey, wake: Callable[[], None]) -> tuple[Topic, Callable[[], None]]:
        account = self.accounts.get(AccountId(key.account))
        if account is None:
            raise NotFound(f"no account {key.account}")
        wakes = self.wakes[key.account]
        wakes.append(wake)
        return account.topic, lambda: wakes.remove(wake)

    def step(self, name: str, step: Step) -> None:
        self.accounts[AccountId(name)].step(step)
        for wake in self.wakes[name]:
            wake()


class Talk:
    """A client, and what it was told."""

    def __init__(self, topics: Accounts, *, token: str | None = None, hello: bool = True) -> None:
        self.ready = 0
        self.client = Client(
            topics,
            admit=lambda given: given == token,
            welcome=lambda: Welcome(epoch=EPOCH, version="1", at_ns=1),
            ready=self._ready,
        )
        if hello:
            assert self.say(op="hello")[0]["type"] == "welcome"

    def say(self, **fields: Any) -> list[Any]:
        return self.send(json.dumps(fields))

    def send(self, frame: str | bytes) -> list[Any]:
        self.client.receive(frame)
        return self.told()

    def told(self) -> list[Any]:
        told = []
        while (text := self.client.take()) is not None:
            told.append(json.loads(text))
        return told

    def _ready(self) -> None:
        self.ready += 1


def a_and_b() -> Accounts:
    return Accounts(Account(AccountId("a")), Account(AccountId("b")))


def test_a_subscription_is_answered_before_its_snapshot() -> None:
    talk = Talk(a_and_b())
    subscribed, snapshot = talk.say(op="subscribe", id=5, topic="account", account="a")
    assert subscribed == {"type": "subscribed", "id": 5, "topic": "account", "account": "a"}
    assert (snapshot["type"], snapshot["account"]) == ("snapshot", "a")
    assert talk.told() == []


def test_it_hears_of_what_it_follows_until_it_leaves() -> None:
    topics = a_and_b()
    talk = Talk(topics)
    talk.say(op="subscribe", topic="account", account="a")
    ready = talk.ready
    topics.step("b", ("order", 0, 1))
    assert talk.ready == ready
    topics.step("a", ("order", 0, 1))
    assert talk.ready == ready + 1
    assert [told["type"] for told in talk.told()] == ["delta"]
    topics.step("a", ("order", 1, 1))
    (answer,) = talk.say(op="unsubscribe", id=6, topic="account", account="a")
    assert (answer["type"], answer["id"]) == ("unsubscribed", 6)
    assert topics.wakes["a"] == []
    (answer,) = talk.say(op="unsubscribe", topic="account", account="a")
    assert answer["problem"]["error_code"] == "not_found"


def test_what_is_left_of_a_topic_that_it_leaves_is_not_told() -> None:
    talk = Talk(a_and_b())
    after = {"epoch": EPOCH - 1, "seq": 1}
    talk.client.receive(
        json.dumps({"op": "subscribe", "topic": "account", "account": "a", "after": after})
    )
    assert json.loads(talk.client.take() or "")["type"] == "subscribed"
    assert json.loads(talk.client.take() or "")["type"] == "reset"  # the snapshot would follow
    assert [told["type"] for told in talk.say(op="unsubscribe", topic="account", account="a")] == [
        "unsubscribed"
    ]


def test_who_subscribes_again_begins_again() -> None:
    topics = a_and_b()
    talk = Talk(topics)
    for _ in range(3):
        told = talk.say(op="subscribe", topic="account", account="a")
        assert [each["type"] for each in told] == ["subscribed", "snapshot"]
    assert len(topics.wakes["a"]) == 1
    talk.client.leave()
    assert topics.wakes == {"a": [], "b": []}


def test_subscriptions_are_bounded() -> None:
    names = [AccountId(f"a{number}") for number in range(SUBSCRIPTIONS + 1)]
    talk = Talk(Accounts(*map(Account, names)))
    told = [talk.say(op="subscribe", topic="account", account=name) for name in names]
    assert {each[0]["type"] for each in told[:-1]} == {"subscribed"}
    assert "at most 64" in told[-1][0]["problem"]["detail"]
    assert len(talk.say(op="subscribe", topic="account", account=names[0])) == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"op": "subscribe", "topic": "account", "account": "theirs"}, "not_found"),
        ({"op": "subscribe", "topic": "nothing"}, "invalid_request"),
        ({"op": "subscribe", "topic": "account"}, "invalid_request"),
        (
            {"op": "subscribe", "topic": "system", "after": AFTER},
            "invalid_request",
        ),
        ({"op": "unsubscribe", "topic": "system"}, "not_found"),
        ({"op": "hello"}, "invalid_request"),
        ({"op": "ping", "n": "x"}, "invalid_request"),
        ({"op": "pingg"}, "invalid_request"),
    ],
)
def test_a_mistake_is_answered_and_disturbs_nothing(fields: dict[str, Any], code: str) -> None:
    topics = a_and_b()
    talk = Talk(topics)
    talk.say(op="subscribe", topic="account", account="a")
    topics.step("a", ("order", 0, 1))
    error, delta = talk.say(id=3, **fields)
    assert (error["type"], error["id"], error["problem"]["error_code"]) == ("error", 3, code)
    assert error["problem"]["suggested_action"]
    assert (delta["type"], len(delta["orders"])) == ("delta", 1)
    assert talk.client.closing is None


def test_garbage_is_answered_a_few_times_and_then_no_more() -> None:
    talk = Talk(a_and_b())
    for number in range(1, GARBAGE + 1):
        assert talk.client.closing is None
        talk.say(op="ping", n="a mistake of good will")
        (error,) = talk.send(f"garbage {number}")
        assert error["problem"]["error_code"] == "malformed_request"
    assert talk.client.closing is not None
    assert talk.client.closing[0] == GARBAGE_CLOSE
    assert talk.say(op="ping") == []


def test_a_ping_is_answered_with_its_number() -> None:
    assert Talk(a_and_b()).say(op="ping", n=41) == [{"type": "pong", "n": 41}]


def test_answers_come_before_what_is_new_and_say_that_they_wait() -> None:
    topics = a_and_b()
    talk = Talk(topics)
    talk.say(op="subscribe", topic="account", account="a")
    topics.step("a", ("order", 0, 1))
    talk.client.say(Heartbeat(at_ns=1))
    assert talk.client.answers_waiting == 1
    assert [told["type"] for told in talk.told()] == ["heartbeat", "delta"]


@pytest.mark.parametrize(
    "frame",
    [
        {"op": "hello"},
        {"op": "hello", "token": "wrong"},
        {"op": "hello", "token": ""},
        {"op": "ping"},
        {"op": "subscribe", "topic": "account", "account": "a"},
        {"op": "nonsense"},
        "garbage",
    ],
)
def test_before_the_right_token_nothing_is_done(frame: Any) -> None:
    topics = a_and_b()
    talk = Talk(topics, token="right", hello=False)
    (error,) = talk.send(frame if isinstance(frame, str) else json.dumps(frame))
    assert error["type"] == "error"
    assert talk.client.closing is not None
    assert talk.client.closing[0] == TOKEN_CLOSE
    assert talk.say(op="hello", token="right") == []
    assert (talk.client.admitted, topics.wakes["a"]) == (False, [])


def test_with_the_right_token_it_is_welcome() -> None:
    talk = Talk(a_and_b(), token="right", hello=False)
    (welcome,) = talk.say(op="hello", token="right")
    assert (welcome["type"], welcome["epoch"], talk.client.admitted) == ("welcome", EPOCH, True)


@given(
    history=st.lists(st.tuples(st.sampled_from("abc"), STEPS, st.integers(0, 3)), max_size=40),
    kept=st.sampled_from([2, 1000]),
    longest=st.sampled_from([1, 1 << 18]),
)
def test_accounts_that_are_followed_together_do_not_mix(
    history: list[tuple[str, Step, int]], kept: int, longest: int
) -> None:
    topics = Accounts(*(Account(AccountId(name), kept=kept, longest=longest) for name in "abc"))
    talk = Talk(topics)
    mirrors = {name: AccountMirror() for name in "abc"}

    def hear(message: dict[str, Any]) -> None:
        if message["type"] != "subscribed":
            mirrors[message["account"]].hear(json.dumps(message))

    for name in "abc":
        talk.client.receive(json.dumps({"op": "subscribe", "topic": "account", "account": name}))
    for name, step, takes in history:
        topics.step(name, step)
        for _ in range(takes):
            text = talk.client.take()
            if text is not None:
                hear(json.loads(text))
    for message in talk.told():
        hear(message)
    for name, mirror in mirrors.items():
        assert mirror.holdings == topics.accounts[AccountId(name)].shown
