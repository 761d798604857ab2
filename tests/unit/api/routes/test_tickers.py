"""Tickers over HTTP."""

import pytest

from tests.unit.api.gateway import VENUE, gateway, quote, trade

TICKERS = f"/api/v1/tickers?venue={VENUE}"
NOTHING: dict[str, None] = dict.fromkeys(
    [
        "bid",
        "bid_quantity",
        "ask",
        "ask_quantity",
        "last",
        "mark",
        "open",
        "high",
        "low",
        "volume",
        "change",
        "age_ms",
    ]
)


async def test_a_ticker_says_what_is_known() -> None:
    async with gateway() as api:
        start_ns = api.clock.now_ns()
        api.tell(trade("59000", start_ns, quantity="2"))
        api.tell(trade("61000", start_ns, quantity="0.5"))
        api.tell(trade("60500", start_ns, quantity="1"))
        api.tell(quote("60499.5", "60500.5", start_ns))
        api.clock.advance(1.5)
        reply = await api.ask("GET", f"{TICKERS}&symbol=BTC/USDT")
    (shown,) = reply.json["tickers"]
    assert shown == {
        "venue": VENUE,
        "symbol": "BTC/USDT",
        "bid": "60499.5",
        "bid_quantity": "1",
        "ask": "60500.5",
        "ask_quantity": "1",
        "last": "60500",
        "mark": None,
        "open": "59000",
        "high": "61000",
        "low": "59000",
        "volume": "3.5",
        "change": "1500",
        "age_ms": 1500,
        "stale": False,
        "source": VENUE,
    }


async def test_what_is_not_known_is_null() -> None:
    async with gateway() as api:
        (shown,) = (await api.ask("GET", f"{TICKERS}&symbol=BTC/USDT")).json["tickers"]
    assert {name: shown[name] for name in NOTHING} == NOTHING
    assert shown["stale"] is True


async def test_a_quote_alone_makes_no_last_price() -> None:
    async with gateway() as api:
        api.tell(quote("1", "2", api.clock.now_ns()))
        (shown,) = (await api.ask("GET", f"{TICKERS}&symbol=BTC/USDT")).json["tickers"]
    assert (shown["bid"], shown["last"], shown["change"]) == ("1", None, None)


async def test_the_silence_of_a_venue_makes_its_tickers_stale() -> None:
    async with gateway() as api:
        api.tell(quote("1", "2", api.clock.now_ns()))
        stale = []
        for seconds in (5, 0.001):
            api.clock.advance(seconds)
            # Of the venue, not of the symbol: one that nobody trades is quiet by itself.
            (shown,) = (await api.ask("GET", f"{TICKERS}&symbol=BTC/USD:BTC")).json["tickers"]
            stale.append(shown["stale"])
    assert stale == [False, True]


async def test_all_of_a_venue_come_in_pages() -> None:
    async with gateway() as api:
        whole = (await api.ask("GET", TICKERS)).json
        assert [each["symbol"] for each in whole["tickers"]] == ["BTC/USD:BTC", "BTC/USDT"]
        assert whole["next_cursor"] is None
        first = (await api.ask("GET", f"{TICKERS}&limit=1")).json
        assert first["next_cursor"] == "BTC/USD:BTC"
        second = (await api.ask("GET", f"{TICKERS}&limit=1&cursor={first['next_cursor']}")).json
        last = (await api.ask("GET", f"{TICKERS}&limit=1&cursor={second['next_cursor']}")).json
    assert [each["symbol"] for each in second["tickers"]] == ["BTC/USDT"]
    assert last == {"tickers": [], "next_cursor": None}


async def test_named_symbols_come_once_each_in_the_order_asked_for() -> None:
    async with gateway() as api:
        asked = f"{TICKERS}&symbol=BTC/USDT&symbol=BTC/USD:BTC&symbol=BTC/USDT"
        reply = await api.ask("GET", asked)
    assert [each["symbol"] for each in reply.json["tickers"]] == ["BTC/USDT", "BTC/USD:BTC"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("venue=elsewhere", 422),
        ("venue=elsewhere&symbol=BTC/USDT", 422),
        (f"venue={VENUE}&symbol=NONE/USDT", 422),
        (f"venue={VENUE}" + "&symbol=x" * 101, 422),
        (f"venue={VENUE}&limit=101", 422),
        (f"venue={VENUE}&depth=1", 422),
    ],
)
async def test_what_is_not_there_is_said_so(query: str, status: int) -> None:
    async with gateway() as api:
        assert (await api.ask("GET", f"/api/v1/tickers?{query}")).status == status
