"""``account halt``, ``resume`` and ``limits``: what is asked of the API, and what is printed."""

import json

import pytest

from tests.unit.cli.answering import Platform
from tests.unit.cli.test_order import run

HALT = {"account": "paper/a", "halted": True, "reason": "lunch", "by": "api", "at": None}
LIMITS = {
    "account": "a",
    "limits": {
        "max_order_notional": "500",
        "max_position": "2",
        "max_position_notional": None,
        "max_open_orders": 9,
        "price_band_bps": None,
    },
    "open_orders": {"now": 3, "limit": 9},
    "positions": [
        {
            "symbol": "BTC/USDT",
            "position": {"now": "1.5", "limit": "2"},
            "notional": {"now": "90000", "limit": None},
        }
    ],
}


def test_an_account_is_halted(platform: Platform) -> None:
    platform.say(HALT)
    result = run("account", "halt", "paper/a", "lunch")
    assert result.exit_code == 0
    (asked,) = platform.asked
    assert (asked.method, asked.target) == ("PUT", "/api/v1/accounts/paper%2Fa/halt")
    assert asked.body == {"reason": "lunch"}
    assert result.stdout == "paper/a is halted by api: lunch\n"


def test_an_account_is_resumed(platform: Platform) -> None:
    platform.say({**HALT, "halted": False})
    result = run("account", "resume", "paper/a")
    assert (platform.asked[0].method, result.stdout) == ("DELETE", "paper/a is not halted.\n")


def test_a_lost_answer_is_asked_for_again(platform: Platform) -> None:
    platform.hang_up()
    platform.say(HALT)
    assert run("account", "halt", "a", "lunch").exit_code == 0
    assert len(platform.asked) == 2


def test_limits_are_shown_with_their_use(platform: Platform) -> None:
    platform.say(LIMITS)
    result = run("account", "limits", "a")
    assert platform.asked[0].target == "/api/v1/accounts/a/limits"
    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    told = {row[0]: row[1:] for row in rows}
    assert told["max_open_orders"][-2:] == ["3", "9"]
    assert told["max_position"] == ["BTC/USDT", "1.5", "2"]
    assert told["max_order_notional"][-1] == "500"


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [(("halt", "a", "lunch"), HALT), (("resume", "a"), HALT), (("limits", "a"), LIMITS)],
)
def test_json_is_what_the_api_told(
    platform: Platform, arguments: tuple[str, ...], answer: object
) -> None:
    platform.say(answer)
    assert json.loads(run("account", *arguments, "--json").stdout) == answer


def test_a_refusal_is_a_failure(platform: Platform) -> None:
    problem = {
        "title": "Not found",
        "status": 404,
        "detail": "there is no account b",
        "error_code": "not_found",
        "error_type": "INVALID_REQUEST",
    }
    platform.say(problem, status=404)
    result = run("account", "halt", "b", "lunch")
    assert result.exit_code != 0
    assert "there is no account b" in result.stderr


DIFFERENCE = {
    "subject": "FILL",
    "name": "90210",
    "ours": "not counted",
    "theirs": "BUY 1 at 2",
    "meaning": "counted now",
}
COMPARED = {
    "account": "a",
    "occasion": "ASKED",
    "asked_at": "2026-11-20T06:47:30.401123456Z",
    "orders": 3,
    "fills": 2,
    "balances": 1,
    "positions": 0,
    "skipped": None,
    "differences": [DIFFERENCE],
}


def test_a_comparison_is_run_and_shown(platform: Platform) -> None:
    platform.say({**COMPARED, "skipped": "something filled"})
    result = run("account", "reconcile", "a")
    (asked,) = platform.asked
    assert (asked.method, asked.target) == ("POST", "/api/v1/accounts/a/reconciliations")
    first, *_, last = result.stdout.splitlines()
    assert first == "a: compared 3 orders, 2 fills, 1 balances, 0 positions."
    assert last.split() == [
        "FILL",
        "90210",
        "not",
        "counted",
        "BUY",
        "1",
        "at",
        "2",
        "counted",
        "now",
    ]
    assert "something filled" in result.stderr


def test_a_comparison_without_differences_says_so(platform: Platform) -> None:
    platform.say({**COMPARED, "differences": []})
    assert run("account", "reconcile", "a").stdout.endswith("No differences.\n")
    platform.say({"reconciliations": [{**COMPARED, "differences": []}]})
    told = run("account", "differences", "a").stdout
    assert told == "No differences in the last 1 comparisons.\n"


def test_differences_are_listed_with_their_occasion(platform: Platform) -> None:
    platform.say({"reconciliations": [COMPARED]})
    result = run("account", "differences", "a")
    assert platform.asked[0].target == "/api/v1/accounts/a/reconciliations"
    assert result.stdout.splitlines()[1].split()[:4] == [
        "2026-11-20",
        "06:47:30.401",
        "ASKED",
        "FILL",
    ]
    for command in ("reconcile", "differences"):
        platform.say(COMPARED)
        assert json.loads(run("account", command, "a", "--json").stdout) == COMPARED
