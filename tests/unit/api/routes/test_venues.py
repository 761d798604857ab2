"""Pausing a venue over HTTP: new orders are refused, cancels are not."""

from typing import Any

import pytest

from tests.unit.api.gateway import ACCOUNT, VENUE, gateway

PATH = f"/api/v1/venues/{VENUE}/pause"
REASON = {"reason": "upkeep until 10:00"}


async def test_a_pause_refuses_orders_and_lets_cancels_through() -> None:
    async with gateway() as api:
        resting = (await api.place("a")).json
        paused = await api.ask("PUT", PATH, body=REASON)
        assert (paused.json["paused"], paused.json["by"]) == (True, "api")
        assert (await api.ask("GET", PATH)).json == paused.json
        refused = await api.place("b")
        assert (refused.status, refused.json["limit"]) == (422, "pause")
        assert REASON["reason"] in refused.json["detail"]
        path = f"/api/v1/orders/{resting['order_id']}"
        assert (await api.ask("PATCH", path, body={"limit_price": "59000"})).json[
            "limit"
        ] == "pause"
        assert (await api.ask("DELETE", path)).json["status"] == "CANCELLED"


async def test_a_resumed_venue_takes_orders_again() -> None:
    async with gateway() as api:
        await api.ask("PUT", PATH, body=REASON)
        resumed = await api.ask("DELETE", PATH)
        assert (resumed.status, resumed.json["paused"], resumed.json["at"]) == (200, False, None)
        assert (await api.place()).status == 202


async def test_venues_are_listed_with_their_pauses() -> None:
    async with gateway() as api:
        told = (await api.ask("GET", "/api/v1/venues")).json
        assert told == {"venues": [{"venue": VENUE, "accounts": [ACCOUNT], "pause": None}]}
        await api.ask("PUT", PATH, body=REASON)
        (venue,) = (await api.ask("GET", "/api/v1/venues")).json["venues"]
        assert venue["pause"]["reason"] == REASON["reason"]


async def test_saying_it_again_records_nothing() -> None:
    async with gateway() as api:
        with api.untouched():
            await api.ask("DELETE", PATH)
        first = await api.ask("PUT", PATH, body=REASON)
        with api.untouched():
            assert (await api.ask("PUT", PATH, body=REASON)).json == first.json
        other = await api.ask("PUT", PATH, body={"reason": "another"})
        assert other.json["reason"] == "another"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_venue_without_an_account_is_not_found(method: str) -> None:
    async with gateway() as api:
        body: Any = REASON if method == "PUT" else None
        with api.untouched():
            reply = await api.ask(method, "/api/v1/venues/elsewhere/pause", body=body)
    assert (reply.status, reply.json["error_code"]) == (404, "not_found")
