"""Reconciliation over HTTP: asked for, listed newest first, refused while not connected."""

import pytest

from algotradehub.domain.errors import VenueUnavailable
from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, VENUE, gateway

PATH = f"/api/v1/accounts/{ACCOUNT}/reconciliations"


async def test_one_is_run_and_listed_first() -> None:
    async with gateway() as api:
        await api.place()
        ran = await api.ask("POST", PATH)
        assert (ran.status, ran.json["occasion"], ran.json["orders"]) == (200, "ASKED", 1)
        listed = (await api.ask("GET", PATH)).json["reconciliations"]
        assert listed[0] == ran.json
        assert listed[-1]["occasion"] == "CONNECTED"


async def test_an_account_that_is_not_connected_says_when_to_ask_again() -> None:
    async with gateway() as api:
        api.account.disconnect("cut")
        reply = await api.ask("POST", PATH)
        assert (reply.status, reply.json["error_code"]) == (503, "not_ready")
        assert reply.headers["retry-after"]


async def test_a_venue_that_cannot_be_asked_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails() -> None:
        raise VenueUnavailable(VENUE, "busy")

    async with gateway() as api:
        monkeypatch.setattr(api.account, "open_orders", fails)
        reply = await api.ask("POST", PATH)
        assert (reply.status, reply.json["error_code"]) == (503, "venue_unavailable")


@pytest.mark.parametrize("account", ["nobody", OTHERS_ACCOUNT])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_accounts_of_others_are_not_found(account: str, method: str) -> None:
    async with gateway() as api:
        reply = await api.ask(method, f"/api/v1/accounts/{account}/reconciliations")
    assert (reply.status, reply.json["error_code"]) == (404, "not_found")
