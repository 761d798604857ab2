"""``order ...``: what is sent, what is printed, and with which code it ends."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from algotradehub.cli.main import app
from tests.unit.cli.answering import ORDER_ID, OTHER_ID, Platform, order, page, problem

PLACE = ("order", "place", "paper-a", "BTC/USDT", "buy")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize(
    ("options", "body"),
    [
        (["0.01"], {"type": "MARKET", "quantity": "0.01"}),
        (["0.01", "--price", "60000"], {"type": "LIMIT", "limit_price": "60000"}),
        (["--value", "250"], {"type": "MARKET", "value": "250"}),
        (["1", "--tif", "ioc", "--price", "1"], {"type": "LIMIT", "time_in_force": "IOC"}),
        (
            ["1", "--price", "1", "--expires", "2027-01-15T08:00:00Z"],
            {"time_in_force": "GTD", "expires_at": "2027-01-15T08:00:00Z"},
        ),
        (
            ["1", "--price", "1", "--post-only", "--reduce-only"],
            {"post_only": True, "reduce_only": True},
        ),
        (
            ["1", "--trigger", "65000"],
            {"type": "STOP_MARKET", "trigger": {"price": "65000", "direction": "RISES_TO"}},
        ),
        (["1", "--trigger", "5", "--price", "6"], {"type": "STOP_LIMIT", "limit_price": "6"}),
        (
            ["1", "--trigger", "5", "--type", "take_profit_market"],
            {
                "type": "TAKE_PROFIT_MARKET",
                "trigger": {"price": "5", "direction": "FALLS_TO"},
            },
        ),
        (["1", "--trail", "50"], {"type": "TRAILING_STOP", "trail": {"offset": "50"}}),
        (["1", "--trail-bps", "20"], {"type": "TRAILING_STOP", "trail": {"offset_bps": "20"}}),
        # Not ours to judge: the platform says which rule it breaks.
        (["NaN", "--value", "1e400"], {"quantity": "NaN", "value": "1e400"}),
    ],
)
def test_options_become_the_order(
    platform: Platform, options: list[str], body: dict[str, object]
) -> None:
    platform.say(order(), status=202)
    result = run(*PLACE, *options, "--key", "key-1")
    assert result.exit_code == 0, result.output
    (asked,) = platform.asked
    assert asked.headers["idempotency-key"] == "key-1"
    sent = asked.body
    assert {name: sent[name] for name in body} == body
    assert (sent["account"], sent["symbol"], sent["side"]) == ("paper-a", "BTC/USDT", "BUY")
    assert None not in sent.values()


@pytest.mark.parametrize(
    ("side", "order_type", "direction"),
    [
        ("buy", "stop_market", "RISES_TO"),
        ("sell", "stop_market", "FALLS_TO"),
        ("buy", "take_profit_market", "FALLS_TO"),
        ("sell", "take_profit_market", "RISES_TO"),
    ],
)
def test_a_trigger_looks_the_way_that_its_order_does(
    platform: Platform, side: str, order_type: str, direction: str
) -> None:
    platform.say(order(), status=202)
    run("order", "place", "a", "BTC/USDT", side, "1", "--trigger", "5", "--type", order_type)
    assert platform.asked[0].body["trigger"]["direction"] == direction


def test_a_key_is_made_up_and_told_before_anything_is_sent(platform: Platform) -> None:
    platform.say(order(), status=202)
    platform.say(order(), status=202)
    keys = []
    for _ in range(2):
        result = run(*PLACE, "1")
        key = platform.asked[-1].headers["idempotency-key"]
        assert f"idempotency key {key}" in result.stderr
        keys.append(key)
    assert keys[0] != keys[1]
    assert all(len(key) <= 64 for key in keys)


@pytest.mark.design_property(17)
def test_a_lost_answer_tells_how_to_ask_again_without_a_second_order(platform: Platform) -> None:
    platform.hang_up(3)
    result = run(*PLACE, "1", "--json")
    assert result.exit_code == 3
    keys = {asked.headers["idempotency-key"] for asked in platform.asked}
    assert len(keys) == 1
    assert f"--key {keys.pop()}" in result.stderr
    assert json.loads(result.stdout)["error_code"] == "unreachable"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"status": "PENDING"}, 0),
        ({"status": "OPEN"}, 0),
        ({"status": "UNKNOWN"}, 0),
        ({"status": "CANCELLED"}, 0),
        ({"status": "REJECTED", "origin": "venue", "reason": "no funds"}, 4),
        ({"status": "REJECTED", "origin": "unsent", "reason": "too late"}, 5),
    ],
)
def test_the_code_of_a_placed_order(platform: Platform, told: dict[str, object], code: int) -> None:
    platform.say(order(**told), status=202)
    result = run(*PLACE, "1")
    assert result.exit_code == code
    assert ORDER_ID in result.stdout
    assert str(told.get("reason", "")) in result.stderr


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [
        ("invalid_request", 422, 4),
        ("conflict", 409, 4),
        ("risk_refused", 422, 4),
        ("not_ready", 503, 5),
        ("storage_damaged", 500, 6),
        ("internal_error", 500, 1),
        ("unauthenticated", 401, 1),
    ],
)
def test_the_code_of_a_refusal(platform: Platform, code: str, status: int, exit_code: int) -> None:
    told = problem(code, status)
    platform.say(told, status=status)
    result = run(*PLACE, "1", "--json")
    assert result.exit_code == exit_code
    assert json.loads(result.stdout) == told
    assert "error: " in result.stderr


@pytest.mark.parametrize(("last", "code"), [("FILLED", 0), ("CANCELLED", 1), ("EXPIRED", 1)])
def test_waiting_ends_with_the_order(platform: Platform, last: str, code: int) -> None:
    platform.say(order(status="PENDING"), status=202)
    platform.say(order())
    platform.say(order(status=last))
    result = run(*PLACE, "1", "--wait", "5", "--json")
    assert result.exit_code == code
    assert json.loads(result.stdout)["status"] == last
    assert [asked.method for asked in platform.asked] == ["POST", "GET", "GET"]


def test_waiting_ends_with_the_time(platform: Platform) -> None:
    for _ in range(11):
        platform.say(order())
    result = run(*PLACE, "1", "--wait", "0.001")
    assert result.exit_code == 1
    assert "waiting" in result.stderr
    assert len(platform.asked) == 11


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("order", "place"),
        ("order", "place", "a", "BTC/USDT"),
        ("order", "place", "a", "BTC/USDT", "hold", "1"),
        (*PLACE, "1", "--type", "ICEBERG"),
        (*PLACE, "1", "--tif", "DAY"),
        (*PLACE, "1", "--wait", "soon"),
        (*PLACE, "1", "--wait", "-1"),
        (*PLACE, "1", "--nonsense"),
        (*PLACE, "1", "2"),
        ("order", "amend", ORDER_ID),
        ("order", "cancel"),
        ("order", "list", "--status", "DONE"),
        ("order", "list", "--limit", "0"),
        ("order", "show"),
        ("order", "sell"),
    ],
)
def test_a_wrong_command_line_reaches_nobody(
    platform: Platform, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert platform.asked == []


def test_a_cancel_is_asked_for(platform: Platform) -> None:
    platform.say(order(cancel_pending=True), status=202)
    result = run("order", "cancel", ORDER_ID)
    assert result.exit_code == 0
    assert platform.asked[0].method == "DELETE"
    assert "repeated until the venue answers" in result.stderr


def test_all_live_orders_are_cancelled(platform: Platform) -> None:
    failed = {"problem": {"detail": "b is not open here", "order_id": OTHER_ID}}
    platform.say({"results": [{"order": order(cancel_pending=True)}, failed]}, 202)
    result = run("order", "cancel", "--all", "--symbol", "BTC/USDT")
    (asked,) = platform.asked
    assert (asked.method, asked.target) == ("POST", "/api/v1/orders/cancel-all")
    assert asked.body == {"symbol": "BTC/USDT"}
    assert ORDER_ID in result.stdout
    assert f"{OTHER_ID} is not cancelled: b is not open here" in result.stderr
    assert result.exit_code == 1


def test_there_may_be_none_to_cancel(platform: Platform) -> None:
    platform.say({"results": []}, 202)
    result = run("order", "cancel", "--all")
    assert (result.exit_code, result.stdout, platform.asked[0].body) == (0, "No live orders.\n", {})
    platform.say({"results": []}, 202)
    told = run("order", "cancel", "--all", "--json").stdout
    assert json.loads(told) == {"results": []}


@pytest.mark.parametrize(
    "arguments", [(), (ORDER_ID, "--all"), (ORDER_ID, "--symbol", "BTC/USDT"), ("--account", "a")]
)
def test_one_order_or_all_is_cancelled_never_a_guess(
    platform: Platform, arguments: tuple[str, ...]
) -> None:
    assert run("order", "cancel", *arguments).exit_code == 2
    assert platform.asked == []


def test_an_amendment_names_what_changes_only(platform: Platform) -> None:
    platform.say(order(amend_pending={"limit_price": "5"}), status=202)
    result = run("order", "amend", ORDER_ID, "--price", "5")
    assert result.exit_code == 0
    assert platform.asked[0].body == {"limit_price": "5"}
    assert "when the venue confirms" in result.stderr


def test_a_lost_amendment_is_not_repeated(platform: Platform) -> None:
    platform.hang_up()
    assert run("order", "amend", ORDER_ID, "--quantity", "5").exit_code == 3
    assert len(platform.asked) == 1


def test_orders_are_listed(platform: Platform) -> None:
    by_value = order(quantity=None, value="250", status="FILLED")
    platform.say(page("orders", [order(), by_value], "next"))
    result = run("order", "list", "--status", "open", "--status", "FILLED", "--limit", "2")
    assert result.exit_code == 0
    assert platform.asked[0].target == "/api/v1/orders?status=OPEN&status=FILLED&limit=2"
    header, first, second = result.stdout.splitlines()
    assert header.split()[0] == "ORDER"
    assert first.split() == [
        ORDER_ID, "2026-11-20", "06:47:30", "paper-a", "BTC/USDT", "BUY", "LIMIT", "0.01",
        "60000", "0", "OPEN",
    ]  # fmt: skip
    assert "250 USDT" in second
    assert "there may be more" in result.stderr


def test_all_orders_are_one_json_document(platform: Platform) -> None:
    platform.say(page("orders", [order()], "next"))
    platform.say(page("orders", [order(status="FILLED")]))
    result = run("order", "list", "--all", "--account", "paper-a", "--symbol", "BTC/USDT", "--json")
    assert [each["status"] for each in json.loads(result.stdout)["orders"]] == ["OPEN", "FILLED"]
    assert platform.asked[1].target == (
        "/api/v1/orders?account=paper-a&symbol=BTC%2FUSDT&cursor=next&limit=500"
    )


def test_an_order_that_is_not_there(platform: Platform) -> None:
    platform.say(problem("not_found", 404), status=404)
    assert run("order", "show", "nonsense").exit_code == 1
