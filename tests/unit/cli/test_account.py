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
