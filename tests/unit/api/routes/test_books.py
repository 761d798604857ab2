"""Order books over HTTP."""

import pytest

from tests.unit.api.gateway import SPOT, VENUE, book, gateway

BOOKS = f"/api/v1/books?venue={VENUE}&symbol=BTC/USDT"


async def test_a_book_is_shown_best_first() -> None:
    async with gateway() as api:
        now_ns = api.clock.now_ns()
        api.feed.books[SPOT.symbol] = book(now_ns)
        shown = (await api.ask("GET", BOOKS)).json
    assert shown["bids"] == [["59999.5", "1"], ["59999", "2.50"]]
    assert shown["asks"] == [["60000.5", "1"], ["60001", "3"]]
    assert (shown["venue"], shown["symbol"], shown["sequence"]) == (VENUE, "BTC/USDT", 9)
    assert shown["at_ns"] == str(now_ns)
    assert shown["at"].endswith("Z")


async def test_no_more_levels_than_asked_for() -> None:
    async with gateway() as api:
        api.feed.books[SPOT.symbol] = book(1)
        shown = (await api.ask("GET", f"{BOOKS}&depth=1")).json
    assert (len(shown["bids"]), len(shown["asks"])) == (1, 1)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"venue={VENUE}", 422),
        ("symbol=BTC/USDT", 422),
        ("venue=elsewhere&symbol=BTC/USDT", 422),
        (f"venue={VENUE}&symbol=NONE/USDT", 422),
        (f"venue={VENUE}&symbol=BTC/USDT&depth=0", 422),
        (f"venue={VENUE}&symbol=BTC/USDT&depth=201", 422),
        (f"venue={VENUE}&symbol=BTC/USDT&levels=5", 422),
    ],
)
async def test_what_is_not_there_is_said_so(query: str, status: int) -> None:
    async with gateway() as api:
        assert (await api.ask("GET", f"/api/v1/books?{query}")).status == status
