"""``stop``: what is asked first, what is followed, and how it ends."""

import json
from typing import Any

from tests.unit.cli.answering import ORDER_ID, Platform
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


def accounts(*told: Any) -> dict[str, Any]:
    return {"accounts": list(told)}


def test_a_stop_says_why_and_where(platform: Platform) -> None:
    platform.say(accounts(stopped()), status=202)
    result = run("stop", "--account", "a", "--account", "b", *REASON, "--yes")
    assert result.exit_code == 0
    (asked,) = platform.asked
    assert (asked.method, asked.target) == ("POST", "/api/v1/stop")
    assert asked.body == {"reason": "enough", "accounts": ["a", "b"]}
    assert result.stdout.split()[-2:] == ["api", "enough"]


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
