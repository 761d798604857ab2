"""Instruments and quotes over HTTP."""

import pytest

from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, VENUE, gateway, quote

INSTRUMENTS = "/api/v1/instruments"
QUOTES = f"/api/v1/quotes?venue={VENUE}&symbol=BTC/USDT"


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("", ["BTC/USD:BTC", "BTC/USDT"]),
        (f"?account={ACCOUNT}&venue={VENUE}", ["BTC/USD:BTC", "BTC/USDT"]),
        ("?symbol=BTC/USDT", ["BTC/USDT"]),
        ("?symbol=ETH", []),
        ("?venue=elsewhere", []),
    ],
)
async def test_instruments_are_listed_by_name(query: str, symbols: list[str]) -> None:
    async with gateway() as api:
        page = (await api.ask("GET", f"{INSTRUMENTS}{query}")).json
    assert [each["symbol"] for each in page["instruments"]] == symbols
    assert page["next_cursor"] is None


async def test_instruments_come_in_pages() -> None:
    async with gateway() as api:
        first = (await api.ask("GET", f"{INSTRUMENTS}?limit=1")).json
        assert [each["symbol"] for each in first["instruments"]] == ["BTC/USD:BTC"]
        cursor = first["next_cursor"].replace(" ", "%20")
        second = (await api.ask("GET", f"{INSTRUMENTS}?limit=1&cursor={cursor}")).json
        assert [each["symbol"] for each in second["instruments"]] == ["BTC/USDT"]
        cursor = second["next_cursor"].replace(" ", "%20")
        last = (await api.ask("GET", f"{INSTRUMENTS}?limit=1&cursor={cursor}")).json
    assert last == {"instruments": [], "next_cursor": None}


async def test_the_rules_of_an_instrument_are_exact_text() -> None:
    async with gateway() as api:
        (instrument,) = (await api.ask("GET", f"{INSTRUMENTS}?symbol=BTC/USDT")).json["instruments"]
    assert instrument["price_rule"] == {"type": "FixedTick", "tick": "0.1"}
    assert (instrument["lot"], instrument["max_notional"]) == ("0.001", None)


async def test_instruments_of_others_are_not_ours_to_ask_for() -> None:
    async with gateway() as api:
        reply = await api.ask("GET", f"{INSTRUMENTS}?account={OTHERS_ACCOUNT}")
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, "account")


async def test_the_newest_quote_is_shown_with_its_age() -> None:
    async with gateway() as api:
        assert (await api.ask("GET", QUOTES)).json == {"quotes": []}
        api.tell(quote("59999.5", "60000.5", api.clock.now_ns()))
        api.clock.advance(1.5)
        reply = await api.ask("GET", f"{QUOTES}&symbol=BTC/USDT&symbol=ETH/USDT")
        (shown,) = reply.json["quotes"]
    assert (shown["quote"]["bid"], shown["quote"]["ask"]) == ("59999.5", "60000.5")
    assert shown["age_ms"] == 1500


async def test_a_clock_that_stepped_back_makes_no_quote_younger_than_new() -> None:
    async with gateway() as api:
        api.tell(quote("1", "2", api.clock.now_ns()))
        api.clock.step_wall(-60)
        (shown,) = (await api.ask("GET", QUOTES)).json["quotes"]
    assert shown["age_ms"] == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("venue=elsewhere&symbol=BTC/USDT", 422),
        ("symbol=BTC/USDT", 422),
        (f"venue={VENUE}", 422),
        (f"venue={VENUE}&symbol={'x' * 65}", 422),
        (f"venue={VENUE}" + "&symbol=x" * 101, 422),
    ],
)
async def test_quotes_are_asked_for_by_venue_and_symbol(query: str, status: int) -> None:
    async with gateway() as api:
        assert (await api.ask("GET", f"/api/v1/quotes?{query}")).status == status
