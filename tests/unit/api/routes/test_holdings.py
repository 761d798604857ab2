"""Fills, positions and balances over HTTP."""

from decimal import Decimal

import pytest

from algotradehub.domain.ids import ClientOrderId
from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, Gateway, gateway, quote

PREFIX = "/api/v1"


async def bought(api: Gateway, *parts: str) -> ClientOrderId:
    """Buy in parts, a second apart, at 60000; the order's id."""
    order_id: ClientOrderId = (await api.place()).json["order_id"]
    for part in parts:
        api.clock.advance(1)
        api.account.fill(order_id, quantity=Decimal(part), price=Decimal(60000))
    return order_id


async def test_fills_are_listed_newest_first_page_by_page() -> None:
    async with gateway() as api:
        order_id = await bought(api, "0.001", "0.002", "0.003")
        first = (await api.ask("GET", f"{PREFIX}/fills?limit=2")).json
        cursor = first["next_cursor"]
        rest = (await api.ask("GET", f"{PREFIX}/fills?limit=2&cursor={cursor}")).json
    fills = first["fills"] + rest["fills"]
    assert [fill["quantity"] for fill in fills] == ["0.003", "0.002", "0.001"]
    assert {fill["order_id"] for fill in fills} == {order_id}
    assert (rest["next_cursor"], rest["complete"]) == (None, True)


async def test_fills_are_narrowed_by_order_account_and_symbol() -> None:
    async with gateway() as api:
        order_id = await bought(api, "0.001")
        for query, count in (
            (f"order_id={order_id}", 1),
            ("order_id=none", 0),
            (f"account={ACCOUNT}&symbol=BTC/USDT", 1),
            ("symbol=ETH/USDT", 0),
        ):
            page = (await api.ask("GET", f"{PREFIX}/fills?{query}")).json
            assert len(page["fills"]) == count, query


@pytest.mark.parametrize("cursor", ["-1", "x", str(2**63), "1" * 5000])
async def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    async with gateway() as api:
        reply = await api.ask("GET", f"{PREFIX}/fills?cursor={cursor}")
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.design_property(26)
async def test_a_position_follows_the_fills_and_the_price() -> None:
    async with gateway() as api:
        await bought(api, "0.001", "0.002")
        (position,) = (await api.ask("GET", f"{PREFIX}/positions")).json["positions"]
        assert (position["quantity"], position["entry_price"]) == ("0.003", "60000")
        assert (position["mark_price"], position["unrealized"]) == (None, None)
        api.tell(quote("60999", "61001", api.clock.now_ns()))
        (position,) = (await api.ask("GET", f"{PREFIX}/positions")).json["positions"]
        assert (position["mark_price"], position["unrealized"]) == ("61000", "3.000")


async def test_flat_positions_can_be_left_out() -> None:
    async with gateway() as api:
        await bought(api, "0.010")
        for path in ("positions", "positions/aggregated"):
            held = (await api.ask("GET", f"{PREFIX}/{path}?flat=false")).json["positions"]
            assert [each["quantity"] for each in held] == ["0.010"]
        order_id = (await api.place("k2", side="SELL")).json["order_id"]
        api.account.fill(order_id, quantity=Decimal("0.010"), price=Decimal(60100))
        for path in ("positions", "positions/aggregated"):
            everything = (await api.ask("GET", f"{PREFIX}/{path}")).json["positions"]
            assert [each["realized"] for each in everything] == ["1.000"]
            held = (await api.ask("GET", f"{PREFIX}/{path}?flat=false")).json["positions"]
            assert held == []


@pytest.mark.design_property(25)
async def test_positions_add_up_by_asset() -> None:
    async with gateway() as api:
        await bought(api, "0.004")
        inverse = await api.place("k2", symbol="BTC/USD:BTC", quantity="5", limit_price="60000")
        api.account.fill(inverse.json["order_id"], quantity=Decimal(5), price=Decimal(60000))
        wholes = (await api.ask("GET", f"{PREFIX}/positions/aggregated")).json["positions"]
    for whole in wholes:
        parts = [Decimal(part["quantity"]) for part in whole["positions"]]
        assert Decimal(whole["quantity"]) == sum(parts)
    # Contracts are counted apart: they are not coins, and their cost is in another asset.
    assert [(whole["asset"], whole["quote"], whole["inverse"]) for whole in wholes] == [
        ("BTC", "USDT", False),
        ("BTC", "BTC", True),
    ]


async def test_balances_are_the_venues_word_and_ours() -> None:
    async with gateway() as api:
        await bought(api, "0.001")
        reply = await api.ask("GET", f"{PREFIX}/balances?account={ACCOUNT}")
    (usdt,) = [each for each in reply.json["balances"] if each["asset"] == "USDT"]
    assert (usdt["total"], usdt["available"]) == ("1000", "1000")
    assert (usdt["expected"], usdt["difference"]) == ("940.000", "60.000")


@pytest.mark.parametrize("path", ["positions", "positions/aggregated", "balances"])
async def test_only_what_is_ours_is_shown(path: str) -> None:
    async with gateway() as api:
        shown = (await api.ask("GET", f"{PREFIX}/{path}")).json
        assert OTHERS_ACCOUNT not in str(shown)
        reply = await api.ask("GET", f"{PREFIX}/{path}?account={OTHERS_ACCOUNT}")
    (error,) = reply.json["errors"]
    assert (reply.status, error["field"], error["nearest"]) == (422, "account", ACCOUNT)
