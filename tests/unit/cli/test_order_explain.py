"""``order explain``: what is asked, what is printed, and what the exit code says."""

from tests.unit.cli.answering import Platform
from tests.unit.cli.test_order import run

VERDICT = {
    "scope": "account",
    "name": "a",
    "symbol": None,
    "rule": "max_position",
    "unit": "BTC",
    "now": "1",
    "after": "3",
    "limit": "2",
    "passes": False,
    "largest": "1",
    "note": "could reach 3 BTC, 2 allowed in account a",
}
TOLD = {
    "passes": False,
    "reference_price": "60000",
    "refusals": [],
    "closed": "paper:a was paused by api: upkeep",
    "verdicts": [VERDICT],
}


def test_rules_are_shown_with_their_verdicts(platform: Platform) -> None:
    platform.say(TOLD)
    result = run("order", "explain", "a", "BTC/USDT", "buy", "2", "--price", "60000")
    assert result.exit_code == 4
    (asked,) = platform.asked
    assert (asked.method, asked.target) == ("POST", "/api/v1/orders/explain")
    assert asked.body == {
        "account": "a",
        "symbol": "BTC/USDT",
        "side": "BUY",
        "type": "LIMIT",
        "quantity": "2",
        "limit_price": "60000",
    }
    assert "paused by api: upkeep" in result.stdout
    assert "could reach 3 BTC, 2 allowed in account a" in result.stdout
    assert result.stdout.endswith("It would be refused.\n")


def test_an_order_that_cannot_exist_is_held_against_no_limit(platform: Platform) -> None:
    broken = {"field": "quantity", "rule": "a multiple of the lot", "value": "0.3", "nearest": None}
    platform.say({**TOLD, "closed": None, "refusals": [broken], "verdicts": []})
    result = run("order", "explain", "a", "BTC/USDT", "buy", "0.3")
    assert result.stdout == ("quantity: a multiple of the lot, was 0.3\nIt would be refused.\n")


def test_what_passes_says_so(platform: Platform) -> None:
    platform.say({**TOLD, "passes": True, "closed": None, "verdicts": []})
    result = run("order", "explain", "a", "BTC/USDT", "sell", "--value", "100")
    assert (result.exit_code, platform.asked[0].body["type"]) == (0, "MARKET")
    assert result.stdout == "No limits.\nIt would pass.\n"
