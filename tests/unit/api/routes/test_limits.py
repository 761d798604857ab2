"""Limits of an account over HTTP: what they are, and how much of each is used."""

from decimal import Decimal

import pytest

from algotradehub.trading.limits import RiskLimits
from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, gateway, quote

PATH = f"/api/v1/accounts/{ACCOUNT}/limits"
LIMITS = RiskLimits(
    max_order_notional=Decimal(500_000),
    max_position=Decimal("0.030"),
    max_position_notional=Decimal(1_000_000),
    max_open_orders=2,
    price_band_bps=Decimal(100),
)


async def test_limits_are_shown_with_their_use() -> None:
    async with gateway(limits=LIMITS) as api:
        api.tell(quote("59999", "60001", api.clock.now_ns()))
        first = (await api.place("a", quantity="0.010")).json
        api.account.fill(first["order_id"], quantity=Decimal("0.004"), price=Decimal(60000))
        await api.place("b", quantity="0.005")
        shown = (await api.ask("GET", PATH)).json
        uses = {use["rule"]: use["used"] for use in shown.pop("uses")}
        assert uses == {
            "max_order_notional": None,
            "price_band": None,
            "max_open_orders": "2",
            "max_position": "0.015",
            "max_position_notional": "900.015",
        }
        limits = shown.pop("limits")
        assert {name: limit for name, limit in limits.items() if limit} == {
            "max_order_notional": "500000",
            "max_position": "0.030",
            "max_position_notional": "1000000",
            "max_open_orders": 2,
            "price_band_bps": "100",
        }
        assert shown == {
            "account": ACCOUNT,
            "instruments": {},
            "open_orders": {"now": 2, "limit": 2},
            "positions": [
                {
                    "symbol": "BTC/USDT",
                    "position": {"now": "0.015", "limit": "0.030"},
                    "notional": {"now": "900.000", "limit": "1000000"},
                }
            ],
        }
        # What is shown as used is what the risk check goes by.
        assert (await api.place("c")).json["limit"] == "max_open_orders"


async def test_orders_to_sell_may_make_the_larger_position() -> None:
    async with gateway() as api:
        await api.place("a", quantity="0.010")
        await api.place("b", quantity="0.025", side="SELL")
        (use,) = (await api.ask("GET", PATH)).json["positions"]
    assert use["position"] == {"now": "0.025", "limit": None}
    assert use["notional"] == {"now": None, "limit": None}  # nobody quoted yet


async def test_what_is_flat_and_quiet_uses_nothing() -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        await api.ask("DELETE", f"/api/v1/orders/{placed['order_id']}")
        shown = (await api.ask("GET", PATH)).json
    assert (shown["open_orders"], shown["positions"]) == ({"now": 0, "limit": None}, [])


@pytest.mark.parametrize("account", ["nobody", OTHERS_ACCOUNT])
async def test_accounts_of_others_are_not_found(account: str) -> None:
    async with gateway() as api:
        reply = await api.ask("GET", f"/api/v1/accounts/{account}/limits")
    assert (reply.status, reply.json["error_code"]) == (404, "not_found")
