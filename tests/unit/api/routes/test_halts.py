"""Halting an account over HTTP: new orders are refused, cancels are not."""

from typing import Any

import pytest

from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, gateway

PATH = f"/api/v1/accounts/{ACCOUNT}/halt"
REASON = {"reason": "the feed looks wrong"}


async def test_an_account_that_was_never_halted_says_so() -> None:
    async with gateway() as api:
        shown = (await api.ask("GET", PATH)).json
    assert shown == {
        "account": ACCOUNT,
        "halted": False,
        "reason": "",
        "by": "",
        "at": None,
        "at_ns": None,
        "stop": False,
        "looked_ns": [],
    }


async def test_a_halt_refuses_orders_and_lets_cancels_through() -> None:
    async with gateway() as api:
        resting = (await api.place("a")).json
        halted = await api.ask("PUT", PATH, body=REASON)
        assert halted.status == 200
        assert (halted.json["halted"], halted.json["reason"], halted.json["by"]) == (
            True,
            REASON["reason"],
            "api",
        )
        assert halted.json["at"]
        assert (await api.ask("GET", PATH)).json == halted.json
        refused = await api.place("b")
        assert (refused.status, refused.json["error_code"], refused.json["limit"]) == (
            422,
            "risk_refused",
            "halt",
        )
        assert REASON["reason"] in refused.json["detail"]
        path = f"/api/v1/orders/{resting['order_id']}"
        changed = await api.ask("PATCH", path, body={"limit_price": "59000"})
        assert changed.json["limit"] == "halt"
        assert (await api.ask("DELETE", path)).json["status"] == "CANCELLED"
        (account,) = (await api.ask("GET", "/api/v1/accounts")).json["accounts"]
        assert (account["accepting"], account["halt"]["reason"]) == (False, REASON["reason"])


async def test_a_resumed_account_takes_orders_again() -> None:
    async with gateway() as api:
        await api.ask("PUT", PATH, body=REASON)
        resumed = await api.ask("DELETE", PATH)
        assert (resumed.status, resumed.json["halted"], resumed.json["by"]) == (200, False, "api")
        assert (await api.place()).status == 202


async def test_saying_it_again_records_nothing() -> None:
    async with gateway() as api:
        with api.untouched():
            await api.ask("DELETE", PATH)
        first = await api.ask("PUT", PATH, body=REASON)
        with api.untouched():
            assert (await api.ask("PUT", PATH, body=REASON)).json == first.json
        other = await api.ask("PUT", PATH, body={"reason": "another"})
        assert other.json["reason"] == "another"


async def test_a_halt_does_not_need_the_disk() -> None:
    async with gateway() as api:
        api.disk.room = 0
        assert (await api.ask("PUT", PATH, body=REASON)).json["halted"] is True
        api.disk.room = None
        api.clock.advance(10)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"reason": 5}, "reason"),
        ({"reason": "x", "until": "noon"}, "until"),
    ],
)
async def test_a_halt_has_a_reason(body: Any, field: str) -> None:
    async with gateway() as api:
        with api.untouched():
            reply = await api.ask("PUT", PATH, body=body)
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("account", ["nobody", OTHERS_ACCOUNT])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_accounts_of_others_are_not_found(account: str, method: str) -> None:
    async with gateway() as api:
        body = REASON if method == "PUT" else None
        with api.untouched():
            reply = await api.ask(method, f"/api/v1/accounts/{account}/halt", body=body)
    assert (reply.status, reply.json["error_code"]) == (404, "not_found")
