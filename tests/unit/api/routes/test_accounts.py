"""Accounts over HTTP."""

import pytest

from tests.unit.api.gateway import ACCOUNT, VENUE, gateway


async def test_our_accounts_are_listed_with_what_they_can_do() -> None:
    async with gateway() as api:
        await api.place()
        (account,) = (await api.ask("GET", "/api/v1/accounts")).json["accounts"]
    assert (account["id"], account["venue"], account["environment"]) == (
        ACCOUNT,
        "paper:binance",
        "paper",
    )
    assert (account["accepting"], account["refusing"]) == (True, None)
    assert (account["open_orders"], account["instruments"]) == (1, 2)
    assert account["capabilities"]["times_in_force"] == ["FOK", "GTC", "GTD", "IOC"]


async def test_an_account_that_takes_nothing_says_why() -> None:
    async with gateway() as api:
        api.core.orders.halt(ACCOUNT, halted=True, reason="drill", by="me")
        (halted,) = (await api.ask("GET", "/api/v1/accounts")).json["accounts"]
        assert (halted["accepting"], halted["refusing"]) == (False, "halted by me: drill")
        assert halted["halt"]["reason"] == "drill"
        api.account.disconnect("gone")
        (away,) = (await api.ask("GET", "/api/v1/accounts")).json["accounts"]
    assert away["refusing"] == f"{ACCOUNT} is not connected: gone"


@pytest.mark.design_property(31)
async def test_an_account_at_a_paused_venue_takes_nothing() -> None:
    async with gateway() as api:
        api.core.orders.pause(VENUE, paused=True, reason="upkeep", by="me")
        (account,) = (await api.ask("GET", "/api/v1/accounts")).json["accounts"]
    assert (account["accepting"], account["refusing"]) == (
        False,
        f"{VENUE} is paused by me: upkeep",
    )


@pytest.mark.design_property(31)
async def test_an_account_shows_what_its_line_is_worth() -> None:
    async with gateway() as api:
        await api.place("a")
        await api.place("b")
        api.core.orders.desks[0].line.degraded = "1 of 2 requests got no answer"
        api.account.disconnect("gone")
        (account,) = (await api.ask("GET", "/api/v1/accounts")).json["accounts"]
    assert account["line"] == {
        "requests": 2,
        "lost": 0,
        "answer_p95_s": 0,
        "disconnects": 1,
        "degraded": "1 of 2 requests got no answer",
    }
