"""Positions, fills, balances, accounts and instruments: as tables, and as the API told them."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from algotradehub.cli.main import app
from tests.unit.cli.answering import ORDER_ID, Platform, fill, page

FILLED_AT = "2026-11-20 06:47:31.000"
POSITION = {
    "account": "paper-a",
    "symbol": "BTC/USDT",
    "side": "NET",
    "quantity": "0.01",
    "entry_price": "60000",
    "mark_price": None,
    "unrealized": None,
    "realized": "0",
    "fees": {"USDT": "0.6"},
}
BALANCE = {
    "account": "paper-a",
    "asset": "USDT",
    "total": "99400",
    "available": "99000",
    "expected": "99400",
    "difference": "0",
}
LINE: dict[str, object] = {
    "requests": 50,
    "lost": 3,
    "answer_p95_s": 0.184,
    "disconnects": 0,
    "degraded": None,
}
ACCOUNT = {
    "id": "paper-a",
    "venue": "paper:a",
    "environment": "paper",
    "accepting": True,
    "refusing": None,
    "halt": None,
    "open_orders": 2,
    "instruments": 1,
    "line": LINE,
}


def instrument(symbol: str, **rule: object) -> dict[str, object]:
    return {
        "venue": "paper:a",
        "symbol": symbol,
        "kind": "SPOT",
        "price_rule": rule,
        "lot": "0.001",
        "min_quantity": "0.001",
        "min_notional": None,
        "maker_fee": "0.001",
        "taker_fee": "0.002",
    }


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize(
    ("arguments", "answer", "target", "shown"),
    [
        (
            ("position", "list"),
            {"positions": [POSITION]},
            "/positions?flat=false",
            "paper-a BTC/USDT NET 0.01 60000 0 USDT=0.6",
        ),
        (
            ("position", "list", "--all", "--account", "paper-a"),
            {"positions": [POSITION]},
            "/positions?account=paper-a&flat=true",
            "paper-a BTC/USDT NET 0.01 60000 0 USDT=0.6",
        ),
        (
            ("fill", "list", "--symbol", "BTC/USDT", "--order", ORDER_ID, "--limit", "7"),
            page("fills", [fill(fee="0.6", fee_asset="USDT")]),
            f"/fills?order_id={ORDER_ID}&symbol=BTC%2FUSDT&limit=7",
            f"{FILLED_AT} paper-a BTC/USDT BUY 0.01 60000 0.6 USDT MAKER TRADE {ORDER_ID}",
        ),
        (
            ("balance", "list", "--account", "paper-a"),
            {"balances": [BALANCE]},
            "/balances?account=paper-a",
            "paper-a USDT 99400 99000 99400 0",
        ),
        (
            ("account", "list"),
            {"accounts": [ACCOUNT]},
            "/accounts",
            "paper-a paper:a paper yes 2 1 good 3/50 0.184s",
        ),
        (
            ("instrument", "list", "--venue", "paper:a"),
            page("instruments", [instrument("BTC/USDT", tick="0.01")]),
            "/instruments?venue=paper%3Aa&limit=500",
            "paper:a BTC/USDT SPOT 0.01 0.001 0.001 0.001 0.002",
        ),
    ],
)
def test_a_list(
    platform: Platform, arguments: tuple[str, ...], answer: object, target: str, shown: str
) -> None:
    platform.say(answer)
    platform.say(answer)
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert platform.asked[0].target == f"/api/v1{target}"
    _, row = result.stdout.splitlines()
    assert row.split() == shown.split()
    assert json.loads(run(*arguments, "--json").stdout) == answer


@pytest.mark.parametrize("name", ["position", "fill", "balance", "account", "instrument"])
def test_an_empty_list_is_a_sentence(platform: Platform, name: str) -> None:
    platform.say(page(f"{name}s", []))
    assert run(name, "list").stdout == f"No {name}s.\n"


def test_instruments_are_found_by_a_part_of_their_symbol(platform: Platform) -> None:
    listed = [
        instrument("BTC/USDT", figures=5, max_decimals=6),
        instrument("ETH/USDT", bands=[]),
        instrument("ETH/BTC", tick="0.0001"),
    ]
    platform.say(page("instruments", listed))
    told = run("instrument", "list", "btc").stdout
    assert [line.split()[1] for line in told.splitlines()[1:]] == ["BTC/USDT", "ETH/BTC"]
    assert "5 figures" in told
    platform.say(page("instruments", listed))
    assert "in bands" in run("instrument", "list", "eth").stdout


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"accepting": False, "refusing": "its stream is down"}, "its stream is down"),
        ({"halt": {"halted": False, "by": "anna", "reason": "news"}}, ""),
    ],
)
def test_an_account_says_why_it_accepts_nothing(
    platform: Platform, changes: dict[str, object], reason: str
) -> None:
    platform.say({"accounts": [ACCOUNT | changes]})
    told = run("account", "list").stdout.splitlines()[1]
    assert told.split()[9:] == reason.split()


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, ["good", "3/50", "0.184s"]),
        ({"degraded": "too slow", "answer_p95_s": None}, ["degraded", "3/50"]),
    ],
)
def test_an_account_shows_its_line(
    platform: Platform, changes: dict[str, object], shown: list[str]
) -> None:
    platform.say({"accounts": [ACCOUNT | {"line": {**LINE, **changes}}]})
    told = run("account", "list").stdout.splitlines()[1]
    assert told.split()[6:] == shown


def test_storage_that_lags_is_told(platform: Platform) -> None:
    platform.say({**page("fills", []), "complete": False})
    assert "storage is behind" in run("fill", "list").stderr


def test_a_group_without_a_command_is_a_wrong_command_line(platform: Platform) -> None:
    assert run("position").exit_code == 2
    assert run("position", "show").exit_code == 2
    assert run("fill", "list", "--limit", "100001").exit_code == 2
    assert platform.asked == []
