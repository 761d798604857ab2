"""Limits in use and explained orders over HTTP."""

from decimal import Decimal

from algotradehub.trading.limits import RiskLimits
from tests.unit.api.gateway import ACCOUNT, VENUE, gateway, quote

LIMITS = RiskLimits(max_order_notional=Decimal(500), max_open_orders=4, max_exposure=Decimal(5000))
BODY = {
    "account": ACCOUNT,
    "symbol": "BTC/USDT",
    "side": "BUY",
    "type": "LIMIT",
    "quantity": "0.010",
    "limit_price": "60000",
}


async def test_limits_are_shown_with_their_use() -> None:
    async with gateway(limits=LIMITS) as api:
        api.tell(quote("59999", "60001", api.clock.now_ns()))
        await api.place("a", quantity="0.001")
        uses = (await api.ask("GET", "/api/v1/risk")).json["uses"]
        mine = (await api.ask("GET", f"/api/v1/accounts/{ACCOUNT}/limits")).json["uses"]
    told = {use["rule"]: (use["used"], use["limit"], use["share"], use["unit"]) for use in uses}
    assert told == {
        "max_order_notional": (None, "500", None, ""),
        "max_open_orders": ("1", "4", "0.25", "orders"),
        "max_exposure": ("60.001", "5000", "0.0120002", "USDT"),
    }
    assert mine == uses
    assert {use["name"] for use in uses} == {ACCOUNT}, "nothing of another tenant"


async def test_an_explained_order_is_none() -> None:
    async with gateway(limits=LIMITS) as api:
        with api.untouched():
            told = (await api.ask("POST", "/api/v1/orders/explain", body=BODY)).json
        placed = await api.place("a")
    assert (told["passes"], told["closed"], told["refusals"]) == (False, None, [])
    (broken,) = (verdict for verdict in told["verdicts"] if not verdict["passes"])
    assert (broken["rule"], broken["after"], broken["largest"]) == (
        "max_order_notional",
        "600.000",
        "0.008",
    )
    assert placed.json["detail"].endswith(broken["note"][7:]), "the same words as a refusal"


async def test_a_broken_field_is_told_and_no_limit_looked_at() -> None:
    async with gateway(limits=LIMITS) as api:
        told = await api.ask("POST", "/api/v1/orders/explain", body={**BODY, "quantity": "0.0001"})
        unknown = await api.ask("POST", "/api/v1/orders/explain", body={**BODY, "account": "x"})
    assert (told.status, told.json["passes"], told.json["verdicts"]) == (200, False, [])
    assert told.json["refusals"][0]["field"] == "quantity"
    assert (unknown.status, unknown.json["errors"][0]["field"]) == (422, "account")


async def test_what_closes_the_account_is_told_too() -> None:
    async with gateway() as api:
        path = f"/api/v1/venues/{VENUE}/pause"
        await api.ask("PUT", path, body={"reason": "upkeep"})
        body = {**BODY, "quantity": "0.001"}
        told = (await api.ask("POST", "/api/v1/orders/explain", body=body)).json
    assert (told["passes"], told["closed"]) == (False, f"pause: {VENUE} was paused by api: upkeep")
