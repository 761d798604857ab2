"""Accounts, venues and alerts: all at first, then what differs."""

import json
from typing import Any

import pytest

from algotradehub.api.stream.system import ALERTS_KEPT, DOWN_AFTER_MS, SystemStates
from algotradehub.ports.bus import Alert
from algotradehub.trading.market_data import STALE_AFTER_NS
from tests.unit.api.gateway import ACCOUNT, VENUE, Gateway, gateway, quote, time_passing, turn


class Watched:
    def __init__(self, api: Gateway) -> None:
        self.changes = 0
        self.states = SystemStates(api.parts, self._changed)
        self._cursor: Any = None

    def look(self) -> Any:
        self.states.look()
        reading = self.states.topic.read(self._cursor)
        self._cursor = reading.cursor
        told = [json.loads(text) for text in reading.messages]
        return told[0] if told else None

    def _changed(self) -> None:
        self.changes += 1


async def test_the_snapshot_tells_of_our_accounts_and_of_every_venue() -> None:
    async with gateway() as api:
        told = Watched(api).look()
    assert told["accounts"] == [
        {
            "account": ACCOUNT,
            "venue": VENUE,
            "environment": "paper",
            "accepting": True,
            "reason": None,
            "halt": None,
            "stop": None,
        }
    ]
    assert told["venues"] == [{"venue": VENUE, "state": "down", "last_message_ms": None}]
    assert told["alerts"] == []


async def test_a_stop_is_told_and_whether_it_is_proven() -> None:
    async with gateway() as api:
        await api.place()
        watched = Watched(api)
        watched.look()
        api.account.answers = False
        api.parts.kill_switch.stop(api.parts.desks, reason="enough", by="me")
        asked_ns = api.clock.now_ns()
        (account,) = watched.look()["accounts"]
        stop = account["stop"]
        assert (stop["proven"], stop["orders_left"], stop["looked_ns"]) == (False, 1, [])
        assert (stop["reason"], stop["by"], stop["asked_ns"]) == ("enough", "me", str(asked_ns))
        assert (account["halt"]["stop"], account["accepting"]) == (True, False)
        api.parts.orders.halt(ACCOUNT, halted=False, reason="over", by="me")
        (account,) = watched.look()["accounts"]
        assert account["stop"] is None


async def test_a_proven_stop_tells_when_the_venue_listed_nothing() -> None:
    async with gateway() as api:
        watched = Watched(api)
        api.parts.kill_switch.stop(api.parts.desks, reason="enough", by="me")
        stop: Any = None
        with time_passing(api.clock):
            for _ in range(20):
                await turn(100)
                told = watched.look()
                stop = told["accounts"][0]["stop"] if told and told["accounts"] else stop
        assert (stop["proven"], stop["orders_left"]) == (True, 0)
        first, second = stop["looked_ns"]
        assert int(stop["asked_ns"]) <= int(first) < int(second) <= api.clock.now_ns()


async def test_a_halt_and_what_refuses_orders_are_told_once() -> None:
    async with gateway() as api:
        watched = Watched(api)
        watched.look()
        assert watched.look() is None
        api.parts.orders.halt(ACCOUNT, halted=True, reason="drill", by="me")
        (account,) = watched.look()["accounts"]
        assert (account["accepting"], account["reason"]) == (False, "halted by me: drill")
        assert account["halt"]["reason"] == "drill"
        assert watched.look() is None
        api.parts.orders.halt(ACCOUNT, halted=False, reason="over", by="me")
        (account,) = watched.look()["accounts"]
        assert (account["accepting"], account["reason"]) == (True, None)
        api.parts.desks[0].refusing = "resynchronising"
        (account,) = watched.look()["accounts"]
        assert (account["accepting"], account["reason"]) == (False, "resynchronising")


@pytest.mark.design_property(31)
async def test_a_pause_of_the_venue_is_told() -> None:
    async with gateway() as api:
        watched = Watched(api)
        watched.look()
        api.parts.orders.pause(VENUE, paused=True, reason="upkeep", by="me")
        (account,) = watched.look()["accounts"]
        assert (account["accepting"], account["reason"]) == (
            False,
            f"{VENUE} is paused by me: upkeep",
        )


async def test_a_silent_venue_becomes_stale_and_then_down() -> None:
    async with gateway() as api:
        watched = Watched(api)
        api.tell(quote("1", "2", api.clock.now_ns()))
        assert watched.look()["venues"][0] == {
            "venue": VENUE,
            "state": "live",
            "last_message_ms": 0,
        }
        for silent_ms, state in (
            (STALE_AFTER_NS // 1_000_000 + 1, "stale"),
            (DOWN_AFTER_MS, "down"),
        ):
            api.clock.advance(silent_ms / 1000)
            assert watched.look()["venues"][0]["state"] == state


async def test_alerts_are_told_and_the_newest_kept() -> None:
    async with gateway() as api:
        watched = Watched(api)
        watched.look()
        for number in range(ALERTS_KEPT + 5):
            watched.states.alert(
                Alert(name="drill", detail=str(number), account=ACCOUNT, at_ns=number + 1)
            )
        told = watched.look()["alerts"]
        assert [alert["detail"] for alert in told] == [
            str(number) for number in range(5, ALERTS_KEPT + 5)
        ]
        assert {"name", "detail", "account", "at", "at_ns"} == told[0].keys()
        assert watched.changes == 1 + ALERTS_KEPT + 5
