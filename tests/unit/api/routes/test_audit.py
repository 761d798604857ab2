"""The audit log over HTTP."""

from decimal import Decimal

import pytest

from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, VENUE, Gateway, gateway

pytestmark = pytest.mark.design_property(9)

PREFIX = "/api/v1/audit"


async def operations(api: Gateway, query: str = "") -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await api.ask("GET", f"{PREFIX}/operations?{query}")).json[
        "operations"
    ]
    return found


async def cancelled(api: Gateway) -> str:
    """Place an order and cancel it; its id."""
    order_id: str = (await api.place()).json["order_id"]
    api.clock.advance(1)
    await api.ask("DELETE", f"/api/v1/orders/{order_id}")
    return order_id


async def test_what_was_asked_and_answered_is_listed() -> None:
    async with gateway() as api:
        order_id = await cancelled(api)
        cancel, place = await operations(api)
    assert (place["operation"], place["order_id"], place["success"]) == (
        "ORDER_SUBMIT",
        order_id,
        True,
    )
    assert place["request"]["body"]["type"] == "intent"  # type: ignore[index]
    assert place["response"]["body"]["evidence"]["word"] == "Acknowledged"  # type: ignore[index]
    assert (cancel["operation"], cancel["category"], cancel["error"]) == ("ORDER_CANCEL", None, "")
    assert Decimal(str(place["latency_ms"])) >= 0


async def test_operations_are_narrowed() -> None:
    async with gateway() as api:
        order_id = await cancelled(api)
        for query, count in (
            (f"order_id={order_id}", 2),
            ("order_id=none", 0),
            (f"account={ACCOUNT}", 2),
            (f"venue={VENUE}", 2),
            ("venue=nowhere", 0),
            ("operation=order_cancel", 1),
            ("success=true", 2),
            ("success=false", 0),
            ("from=2100-01-01T00:00:00Z", 0),
            ("to=2100-01-01T00:00:00Z", 2),
        ):
            assert len(await operations(api, query)) == count, query


async def test_pages_follow_each_other() -> None:
    async with gateway() as api:
        await cancelled(api)
        first = (await api.ask("GET", f"{PREFIX}/operations?limit=1")).json
        path = f"{PREFIX}/operations?limit=1&cursor={first['next_cursor']}"
        second = (await api.ask("GET", path)).json
    assert first["operations"][0]["seq"] > second["operations"][0]["seq"]


@pytest.mark.parametrize("path", ["operations", "stats", "actions"])
async def test_an_account_of_others_is_not_there(path: str) -> None:
    async with gateway() as api:
        reply = await api.ask("GET", f"{PREFIX}/{path}?account={OTHERS_ACCOUNT}")
        assert reply.status == 422
        assert reply.json["errors"][0]["field"] == "account"
        for query in ("by=year", "from=yesterday", "nonsense=1"):
            assert (await api.ask("GET", f"{PREFIX}/{path}?{query}")).status == 422


async def test_operations_are_counted() -> None:
    async with gateway() as api:
        await cancelled(api)
        whole, *kinds = (await api.ask("GET", f"{PREFIX}/stats")).json["stats"]
        by_hour = (await api.ask("GET", f"{PREFIX}/stats?by=HOUR")).json["stats"]
        by_day = (await api.ask("GET", f"{PREFIX}/stats?by=day")).json["stats"]
    assert (whole["operation"], whole["total"], whole["success_rate"]) == (None, 2, "1")
    assert {kind["operation"] for kind in kinds} == {"ORDER_SUBMIT", "ORDER_CANCEL"}
    assert by_hour[0]["from_at"].endswith(":00:00.000000000Z")
    assert by_day[0]["from_at"].endswith("T00:00:00.000000000Z")


async def test_what_people_decided_is_listed() -> None:
    async with gateway() as api:
        path = f"/api/v1/accounts/{ACCOUNT}/halt"
        await api.ask("PUT", path, body={"reason": "odd prices"})
        await api.ask("DELETE", path)
        resumed, halted = (await api.ask("GET", f"{PREFIX}/actions")).json["actions"]
        page = (await api.ask("GET", f"{PREFIX}/actions?limit=1")).json
    assert (halted["what"], halted["by"], halted["detail"]) == ("halt", "api", "odd prices")
    assert resumed["what"] == "resume"
    assert page["next_cursor"] == str(resumed["seq"])


async def test_the_head_stands_for_everything_so_far() -> None:
    async with gateway() as api:
        assert (await api.ask("GET", f"{PREFIX}/head")).json == {
            "head": f"7:{'3f' * 32}",
            "seq": 7,
        }


async def test_lists_that_lag_say_so() -> None:
    async with gateway() as api:
        api.queries.stuck = True
        for path in ("operations", "stats", "actions"):
            assert not (await api.ask("GET", f"{PREFIX}/{path}")).json["complete"]
