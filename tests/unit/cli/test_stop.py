"""``stop`` and ``close-all``: what is asked first, what is followed, and how it ends."""

import json
from typing import Any

import pytest

from tests.unit.cli.answering import ORDER_ID, Platform, problem
from tests.unit.cli.test_order import run

REASON = ("--reason", "enough")


def stopped(account: str = "a", **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "account": account,
        "stopped": True,
        "proven": False,
        "reason": "enough",
        "by": "api",
        "asked_at": "2026-11-20T06:47:30.401123456Z",
        "asked_ns": "1795157250401123456",
        "not_proven": [ORDER_ID],
        "looked_ns": [],
    }
    return told | changes


def proven(account: str = "a") -> dict[str, Any]:
    return stopped(account, proven=True, not_proven=[], looked_ns=["1", "2"])


def closing(account: str = "a", **changes: Any) -> dict[str, Any]:
    position = {
        "symbol": "BTC/USDT:USDT",
        "side": "NET",
        "was": "7",
        "left": "2",
        "orders": [ORDER_ID],
        "reason": None,
    }
    told: dict[str, Any] = {
        "account": account,
        "positions": [position],
        "waiting": None,
        "ended_ns": None,
        "flat": False,
    }
    return told | changes


def accounts(*told: Any) -> dict[str, Any]:
    return {"accounts": list(told)}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("algotradehub.cli.stop.POLL_S", 0.001)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A person at a terminal; what they type is put into the list."""
    typed: list[str] = []

    class Keyboard:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return typed.pop(0)

    monkeypatch.setattr("algotradehub.cli.confirming.sys", type("S", (), {"stdin": Keyboard()}))
    return typed


def test_a_stop_says_why_and_where(platform: Platform) -> None:
    platform.say(accounts(stopped()), status=202)
    result = run("stop", "--account", "a", "--account", "b", *REASON, "--yes")
    assert result.exit_code == 0
    (asked,) = platform.asked
    assert (asked.method, asked.target) == ("POST", "/api/v1/stop")
    assert asked.body == {"reason": "enough", "accounts": ["a", "b"]}
    assert result.stdout.split()[-2:] == ["api", "enough"]


@pytest.mark.parametrize("command", ["stop", "close-all"])
def test_without_a_terminal_it_wants_yes(platform: Platform, command: str) -> None:
    result = run(command, *REASON)
    assert result.exit_code == 2
    assert "give --yes" in result.stderr
    assert not platform.asked


@pytest.mark.parametrize("command", ["stop", "close-all"])
def test_it_wants_a_reason(platform: Platform, command: str) -> None:
    result = run(command, "--yes")
    assert (result.exit_code, platform.asked) == (2, [])


@pytest.mark.parametrize(("command", "word"), [("stop", "STOP"), ("close-all", "CLOSE")])
def test_the_word_is_typed_on_a_terminal(
    platform: Platform, terminal: list[str], command: str, word: str
) -> None:
    terminal.append(f"{word}\n")
    platform.say(accounts(), status=202)
    result = run(command, *REASON)
    assert (result.exit_code, len(platform.asked)) == (0, 1)
    assert f"Type {word}" in result.stderr
    terminal.append("yes\n")
    result = run(command, *REASON)
    assert (result.exit_code, len(platform.asked)) == (1, 1)


def test_waiting_tells_of_each_account_as_it_is_proven(platform: Platform) -> None:
    platform.say(accounts(stopped(), stopped("b")), status=202)
    platform.say(accounts(proven(), stopped("b"), stopped("other")))
    platform.say(accounts(proven(), proven("b"), stopped("other")))
    result = run("stop", *REASON, "--yes", "--wait", "9")
    assert result.exit_code == 0
    said = [line.split()[0] for line in result.stderr.splitlines()]
    assert said == ["a", "b"]


def test_what_is_not_proven_in_time_is_named(platform: Platform) -> None:
    for _ in range(3):
        platform.say(accounts(stopped(), proven("b")))
    result = run("stop", *REASON, "--yes", "--wait", "0.002")
    assert result.exit_code == 1
    assert ORDER_ID in result.stderr
    platform.say(accounts(stopped(stopped=False)))
    result = run("stop", *REASON, "--yes", "--wait", "0")
    assert (result.exit_code, "resumed" in result.stderr) == (1, True)
    platform.say(accounts(stopped(not_proven=[])))
    result = run("stop", *REASON, "--yes", "--wait", "0")
    assert "has not listed twice" in result.stderr


def test_a_lost_answer_is_asked_for_again(platform: Platform) -> None:
    platform.hang_up()
    platform.say(accounts(proven()), status=202)
    assert run("stop", *REASON, "--yes").exit_code == 0


def test_the_status_asks_for_nothing(platform: Platform) -> None:
    told = accounts(proven(), stopped("b"))
    platform.say(told)
    result = run("stop", "--status", "--account", "b", "--json")
    assert (result.exit_code, platform.asked[0].method) == (0, "GET")
    assert json.loads(result.stdout) == accounts(stopped("b"))


def test_the_report_is_of_one_account(platform: Platform) -> None:
    order = {
        "order_id": ORDER_ID,
        "permit": None,
        "cancel_asked_at": "2026-11-20T06:47:30.401123456Z",
        "cancel_seq": 812,
        "ended_at": "2026-11-20T06:47:30.501123456Z",
        "ended_seq": 814,
        "ended": "CANCELLED",
    }
    summary = {"account": "a", "reason": "enough", "asked_ns": "1", "orders": [order]}
    told = {"summary": summary, "records": [], "complete": False}
    assert run("stop", "--report").exit_code == 2
    platform.say(told)
    result = run("stop", "--report", "--account", "a")
    assert platform.asked[0].target == "/api/v1/stop/report?account=a"
    assert "enough" in result.stdout
    assert "asked_ns" not in result.stdout
    assert result.stdout.split()[-5:] == ["812", "2026-11-20", "06:47:30.501", "814", "CANCELLED"]
    assert "not whole" in result.stderr
    platform.say(told)
    assert json.loads(run("stop", "--report", "--account", "a", "--json").stdout) == told


def test_options_of_close_all_become_the_request(platform: Platform) -> None:
    platform.say(accounts(closing()), status=202)
    result = run("close-all", "--account", "a", *REASON, "--spot", "--cancel-first", "--yes")
    assert result.exit_code == 0
    assert platform.asked[0].body == {
        "reason": "enough",
        "accounts": ["a"],
        "spot": True,
        "cancel_first": True,
    }
    assert result.stdout.split()[-6:] == ["a", "BTC/USDT:USDT", "NET", "7", "2", ORDER_ID]


def test_closing_is_followed_to_its_end(platform: Platform) -> None:
    platform.say(accounts(closing(waiting="an order")), status=202)
    platform.say(accounts(closing(waiting="an order"), closing("other")))
    platform.say(accounts(closing(flat=True, ended_ns="1")))
    result = run("close-all", *REASON, "--yes", "--wait", "9")
    assert (result.exit_code, len(platform.asked)) == (0, 3)
    assert "a is flat" in result.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ended_ns": "1"}, "a is not flat\n"),
        ({"waiting": "the proof"}, "a is not flat: the proof\n"),
        ({}, "a is not flat: it is still at it\n"),
    ],
)
def test_what_is_not_flat_is_a_failure(
    platform: Platform, changes: dict[str, Any], said: str
) -> None:
    platform.say(accounts(closing(**changes)), status=202)
    result = run("close-all", *REASON, "--yes", "--wait", "0")
    assert (result.exit_code, result.stderr) == (1, said)


def test_a_close_all_whose_answer_is_lost_is_not_repeated(platform: Platform) -> None:
    platform.hang_up()
    assert run("close-all", *REASON, "--yes").exit_code == 3
    assert len(platform.asked) == 1


def test_the_status_of_close_all(platform: Platform) -> None:
    platform.say(accounts(closing()))
    result = run("close-all", "--status", "--json")
    assert json.loads(result.stdout) == accounts(closing())
    assert platform.asked[0].method == "GET"


def test_a_refusal_names_the_option(platform: Platform) -> None:
    refusal = {"field": "accounts", "rule": "one without working orders", "value": "a"}
    platform.say(problem("invalid_request", 422, errors=[refusal]), status=422)
    result = run("close-all", *REASON, "--yes")
    assert (result.exit_code, "--account: one without" in result.stderr) == (4, True)
