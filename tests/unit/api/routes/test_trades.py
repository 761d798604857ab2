"""Public trades over HTTP."""

import pytest

from tests.unit.api.gateway import VENUE, gateway, trade

TRADES = f"/api/v1/trades?venue={VENUE}&symbol=BTC/USDT"


async def test_trades_are_listed_newest_first() -> None:
    async with gateway() as api:
        assert (await api.ask("GET", TRADES)).json["trades"] == []
        now_ns = api.clock.now_ns()
        for number, price in enumerate(("1", "2", "3")):
            api.tell(trade(price, now_ns + number, number=number, quantity="0.10"))
        shown = (await api.ask("GET", f"{TRADES}&limit=2")).json
    assert [each["price"] for each in shown["trades"]] == ["3", "2"]
    newest = shown["trades"][0]
    assert (newest["id"], newest["quantity"], newest["taker"]) == ("2", "0.10", "BUY")
    assert newest["at_ns"] == str(now_ns + 2)
    assert newest["at"].endswith("Z")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"venue={VENUE}", 422),
        ("venue=elsewhere&symbol=BTC/USDT", 422),
        (f"venue={VENUE}&symbol=NONE/USDT", 422),
        (f"venue={VENUE}&symbol=BTC/USDT&limit=0", 422),
        (f"venue={VENUE}&symbol=BTC/USDT&limit=1001", 422),
        (f"venue={VENUE}&symbol=BTC/USDT&side=BUY", 422),
    ],
)
async def test_what_is_not_there_is_said_so(query: str, status: int) -> None:
    async with gateway() as api:
        assert (await api.ask("GET", f"/api/v1/trades?{query}")).status == status
