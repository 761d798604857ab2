"""``stuck ...``: what is asked of the API, and what is printed."""

import json
from typing import Any

import pytest

from tests.unit.cli.answering import ORDER_ID, Platform, order, problem
from tests.unit.cli.test_order import run

AT = "2026-11-20T15:01:44.000000000Z"
STUCK: dict[str, Any] = {
    "order": order(status="UNKNOWN"),
    "question": "look-up failed: HTTP 502",
    "since_at": AT,
    "since_ns": "1",
    "look_ups": 7,
    "last_asked_at": AT,
    "last_answer": "unreadable: HTTP 502",
    "absence_provable": False,
    "actions": ["ask_again", "force_cancel", "decide"],
    "proposal": None,
}
PATH = f"/api/v1/interventions/{ORDER_ID}"


def test_what_is_stuck_is_a_table(platform: Platform) -> None:
    platform.say({"stuck": [STUCK]})
    result = run("stuck", "list")
    assert platform.asked[0].target == "/api/v1/interventions"
    (line,) = result.stdout.splitlines()[1:]
    for told in (ORDER_ID, "UNKNOWN", "2026-11-20 15:01:44", "7", "HTTP 502", "force-cancel"):
        assert told in line
    platform.say({"stuck": []})
    assert run("stuck", "list").stdout == "No order is stuck.\n"


def test_one_is_shown_with_its_evidence(platform: Platform) -> None:
    body = {"type": "looked_up", "order_id": ORDER_ID, "answer": {"type": "not_seen", "a": "b"}}
    shown = {"stuck": STUCK, "evidence": [{"at": AT, "body": body}], "complete": False}
    platform.say(shown)
    result = run("stuck", "show", ORDER_ID)
    assert platform.asked[0].target == PATH
    assert "silence ends it  never: a person decides" in result.stdout
    assert "looked_up" in result.stdout
    assert "a b, answer not_seen" in result.stdout
    assert "storage is behind" in result.stderr
    platform.say(shown)
    assert json.loads(run("stuck", "show", ORDER_ID, "--json").stdout) == shown


@pytest.mark.parametrize(
    ("command", "path"),
    [("ask-again", "ask-again"), ("cancel", "force-cancel"), ("approve", "approval")],
)
def test_an_action_is_asked_for(platform: Platform, command: str, path: str) -> None:
    platform.say(STUCK)
    result = run("stuck", command, ORDER_ID)
    assert result.exit_code == 0
    (asked,) = platform.asked
    assert (asked.method, asked.target, asked.body) == ("POST", f"{PATH}/{path}", None)
    platform.say(STUCK)
    assert json.loads(run("stuck", command, ORDER_ID, "--json").stdout) == STUCK


def test_a_decision_is_what_was_typed(platform: Platform) -> None:
    proposal = {
        "status": "CANCELLED",
        "filled": "0.1",
        "by": "ann",
        "reason": "seen",
        "expires_at": AT,
    }
    platform.say({**STUCK, "proposal": proposal})
    told = ("--filled", "0.1", "--price", "60000", "--reason", "seen")
    result = run("stuck", "decide", ORDER_ID, "cancelled", *told)
    (asked,) = platform.asked
    assert (asked.method, asked.target) == ("POST", f"{PATH}/decision")
    assert asked.body == {
        "status": "CANCELLED",
        "reason": "seen",
        "filled": "0.1",
        "average_price": "60000",
    }
    assert "CANCELLED with 0.1 filled, proposed by ann: seen; another person" in result.stdout


def test_a_refusal_says_why(platform: Platform) -> None:
    platform.say(problem("wrong_state", 409, detail="decide in 3 s"), status=409)
    result = run("stuck", "decide", ORDER_ID, "rejected", "--reason", "seen")
    assert result.exit_code == 4
    assert "decide in 3 s" in result.stderr
