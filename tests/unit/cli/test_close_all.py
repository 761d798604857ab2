"""``close-all``: what is asked for, what is followed, and how it ends."""

import json
from typing import Any

import pytest

from tests.unit.cli.answering import ORDER_ID, Platform, problem
from tests.unit.cli.test_order import run
from tests.unit.cli.test_stop import REASON, accounts


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
