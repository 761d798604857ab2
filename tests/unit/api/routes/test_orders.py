"""Orders over HTTP, over a real desk: placed once, shown truly, changed, cancelled."""

import asyncio
import errno
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from algotradehub.domain.commands import Amend, Cancel, Place
from algotradehub.domain.emulation_rules import offered
from algotradehub.domain.ids import TenantId
from algotradehub.domain.order import OrderType
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.limits import RiskLimits
from tests.fakes.account import ALL
from tests.unit.api.gateway import ACCOUNT, Gateway, Reply, gateway, quote, turn

PATH = "/api/v1/orders"


async def place_synced(api: Gateway, count: int = 1, **wanted: Any) -> list[Reply]:
    """Place orders at once on an account that waits for the disk, and let the disk answer."""
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(api.place(**wanted)) for _ in range(count)]
        await turn(3)
        assert not any(task.done() for task in asked), "promised before it was durable"
        assert not api.account.sent, "sent before it was durable"
        api.clock.advance(0.1)
    return [task.result() for task in asked]


async def test_a_placed_order_is_answered_and_sent() -> None:
    async with gateway() as api:
        reply = await api.place()
        order = reply.json
        assert reply.status == 202
        assert (order["status"], order["account"], order["side"]) == ("OPEN", ACCOUNT, "BUY")
        assert (order["quantity"], order["limit_price"]) == ("0.010", "60000.1")
        (sent,) = api.account.sent
        assert isinstance(sent, Place)
        assert sent.client_order_id == order["order_id"]


async def test_202_follows_the_disk_and_so_does_the_venue() -> None:
    async with gateway(durability=Durability.SYNC) as api:
        (reply,) = await place_synced(api)
        assert (reply.status, reply.json["status"]) == (202, "OPEN")
        assert api.disk.sync_error is None
        assert len(api.account.sent) == 1


@pytest.mark.design_property(37)
async def test_the_same_key_and_body_are_the_same_order() -> None:
    async with gateway() as api:
        first = await api.place(metadata={"a": "1", "b": "2"})
        api.account.fill(first.json["order_id"], quantity=Decimal("0.010"), price=Decimal(60000))
        # Another spelling of the same thing is the same thing.
        again = await api.place(
            metadata={"b": "2", "a": "1"}, side="buy", quantity="0.01", strategy=None
        )
        assert (again.status, again.json["order_id"]) == (202, first.json["order_id"])
        assert again.json["status"] == "FILLED"
        assert len(api.account.sent) == 1


@pytest.mark.design_property(37)
async def test_two_who_ask_at_once_wait_for_the_same_promise() -> None:
    async with gateway(durability=Durability.SYNC) as api:
        replies = await place_synced(api, count=2)
        assert {reply.status for reply in replies} == {202}
        assert len({reply.json["order_id"] for reply in replies}) == 1
        assert len(api.account.sent) == 1


@pytest.mark.design_property(37)
@pytest.mark.parametrize(
    "change", [{"quantity": "0.011"}, {"side": "SELL"}, {"strategy": "s"}, {"post_only": True}]
)
async def test_the_same_key_with_another_body_is_a_conflict(change: dict[str, Any]) -> None:
    async with gateway() as api:
        first = await api.place()
        with api.untouched():
            reply = await api.place(**change)
    assert (reply.status, reply.json["error_code"]) == (409, "conflict")
    assert first.json["order_id"] in reply.json["detail"]
    assert "new key" in reply.json["suggested_action"]


@pytest.mark.design_property(17)
async def test_every_key_gets_an_order_of_its_own() -> None:
    async with gateway() as api:
        replies = [await api.place(f"key {number}") for number in range(100)]
    ids = [reply.json["order_id"] for reply in replies]
    assert len(set(ids)) == 100
    assert ids == sorted(ids)


async def test_a_limit_of_ours_refuses_by_its_name_every_time() -> None:
    async with gateway(limits=RiskLimits(max_order_notional=Decimal(100))) as api:
        problem = (await api.place()).json
        assert (problem["status"], problem["error_code"]) == (422, "risk_refused")
        assert problem["limit"] == "max_order_notional"
        assert problem["detail"] == (
            "max_order_notional: 600.0010 USDT asked, 100 allowed in account paper-main; "
            "at most 0.001 BTC would pass"
        )
        assert (await api.place()).json == problem
        kept = await api.ask("GET", f"{PATH}/{problem['order_id']}")
        assert (kept.json["status"], kept.json["origin"]) == ("REJECTED", "risk")
        assert api.account.sent == []


async def test_a_disk_that_fails_promises_nothing_and_sends_nothing() -> None:
    async with gateway(durability=Durability.SYNC) as api:
        api.disk.sync_error = OSError(errno.EIO, "input/output error")
        (reply,) = await place_synced(api)
        problem = reply.json
        assert (reply.status, problem["error_code"]) == (503, "not_ready")
        assert problem["retry_possible"] is False
        assert "new idempotency key" in problem["suggested_action"]
        kept = await api.ask("GET", f"{PATH}/{problem['order_id']}")
        assert (kept.json["status"], kept.json["origin"]) == ("REJECTED", "unsent")
        again = await api.place()
        assert (again.status, again.json["order_id"]) == (503, problem["order_id"])
        assert api.account.sent == []


async def test_a_full_disk_refuses_orders_but_never_a_cancel() -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        api.disk.room = 0
        await api.place("k1 of a disk that has just filled up")
        with api.untouched():
            reply = await api.place("k2")
        assert (reply.status, reply.json["retry_possible"]) == (503, True)
        assert reply.headers["retry-after"] == "1"
        cancelled = await api.ask("DELETE", f"{PATH}/{placed['order_id']}")
        assert (cancelled.status, cancelled.json["status"]) == (202, "CANCELLED")
        assert isinstance(api.account.sent[-1], Cancel)
        api.disk.room = None
        api.clock.advance(10)


async def test_an_account_that_is_not_connected_takes_nothing_new() -> None:
    async with gateway() as api:
        api.account.disconnect("the venue closed the stream")
        with api.untouched():
            reply = await api.place()
        assert (reply.status, reply.json["error_code"]) == (503, "not_ready")
        assert "the venue closed the stream" in reply.json["detail"]


async def test_a_caller_who_hangs_up_does_not_disturb_the_disk() -> None:
    async with gateway(durability=Durability.SYNC) as api:
        asking = asyncio.get_running_loop().create_task(api.place())
        await turn(3)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        api.clock.advance(0.1)
        (sent,) = api.account.sent
        assert isinstance(sent, Place)
        again = await api.place()
        assert (again.status, again.json["order_id"]) == (202, sent.client_order_id)


async def test_an_order_in_quote_units_is_shown_so() -> None:
    async with gateway() as api:
        api.tell(quote("59999", "60001", api.clock.now_ns()))
        reply = await api.place(type="market", quantity=..., limit_price=..., value="250")
    order = reply.json
    assert (order["quantity"], order["value"], order["remaining"]) == (None, "250", "250")


async def test_one_order_is_found_by_its_id() -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        reply = await api.ask("GET", f"{PATH}/{placed['order_id']}")
    assert (reply.status, reply.json) == (200, placed)


async def test_the_list_shows_what_was_just_placed_newest_first() -> None:
    async with gateway() as api:
        ids = [(await api.place(f"k{number}")).json["order_id"] for number in range(5)]
        page = (await api.ask("GET", PATH)).json
    assert [order["order_id"] for order in page["orders"]] == ids[::-1]
    assert (page["next_cursor"], page["complete"]) == (None, True)


async def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    async with gateway() as api:
        ids = [(await api.place(f"k{number}")).json["order_id"] for number in range(5)]
        seen: list[str] = []
        cursor = ""
        while True:
            page = (await api.ask("GET", f"{PATH}?limit=2{cursor}")).json
            seen += [order["order_id"] for order in page["orders"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
    assert seen == ids[::-1]


async def test_filters_narrow_the_list() -> None:
    async with gateway() as api:
        buy = (await api.place("k1", strategy="s1")).json
        api.clock.advance(10)
        sell = (await api.place("k2", side="SELL")).json
        await api.ask("DELETE", f"{PATH}/{sell['order_id']}")

        async def found(query: str) -> list[str]:
            page = (await api.ask("GET", f"{PATH}?{query}")).json
            return [order["order_id"] for order in page["orders"]]

        b, s = buy["order_id"], sell["order_id"]
        assert await found("side=buy") == [b]
        assert await found("status=OPEN") == [b]
        assert await found("status=open&status=cancelled") == [s, b]
        assert await found("strategy=s1") == [b]
        assert await found(f"account={ACCOUNT}&symbol=BTC/USDT") == [s, b]
        assert await found("symbol=ETH/USDT") == []
        assert await found(f"created_from={sell['created_at']}") == [s]
        assert await found(f"created_to={sell['created_at']}") == [b]


@pytest.mark.parametrize(
    ("query", "field", "nearest"),
    [
        ("limit=0", "limit", None),
        ("limit=ten", "limit", None),
        ("status=opne", "status", "OPEN"),
        ("created_from=yesterday", "created_from", None),
        ("acount=x", "acount", None),
        ("cursor=" + "x" * 65, "cursor", None),
    ],
)
async def test_a_filter_that_means_nothing_is_refused(
    query: str, field: str, nearest: str | None
) -> None:
    async with gateway() as api:
        reply = await api.ask("GET", f"{PATH}?{query}")
    (error,) = reply.json["errors"]
    assert (reply.status, error["field"], error["nearest"]) == (422, field, nearest)


async def test_orders_of_others_do_not_exist_here() -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        orders = api.core.state.orders
        order = orders[placed["order_id"]]
        request = replace(order.request, tenant=TenantId("somebody else"))
        orders[order.order_id] = replace(order, request=request)
        for method, path in (("GET", ""), ("GET", "/timeline"), ("DELETE", "")):
            reply = await api.ask(method, f"{PATH}/{placed['order_id']}{path}")
            assert (reply.status, reply.json["error_code"]) == (404, "not_found")
        assert len(api.account.sent) == 1


async def test_the_timeline_tells_the_whole_story() -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        await api.ask("DELETE", f"{PATH}/{placed['order_id']}")
        timeline = (await api.ask("GET", f"{PATH}/{placed['order_id']}/timeline")).json
    kinds = [record["body"]["type"] for record in timeline["records"]]
    assert kinds[:3] == ["intent", "observed", "cancel_asked"]
    assert timeline["records"][0]["body"]["order"]["request"]["limit_price"] == "60000.1"
    seqs = [record["seq"] for record in timeline["records"]]
    assert seqs == sorted(seqs)


@pytest.mark.design_property("17a")
async def test_a_change_shows_when_the_venue_has_confirmed() -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        api.account.answers = False
        path = f"{PATH}/{placed['order_id']}"
        asked = await api.ask("PATCH", path, body={"limit_price": "59000.5"})
        assert asked.status == 202
        assert asked.json["limit_price"] == "60000.1"
        assert asked.json["amend_pending"] == {
            "quantity": None,
            "limit_price": "59000.5",
            "trigger_price": None,
        }
        assert isinstance(api.account.sent[-1], Amend)


async def test_a_confirmed_change_is_in_the_answer() -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        path = f"{PATH}/{placed['order_id']}"
        changed = (await api.ask("PATCH", path, body={"quantity": "0.02"})).json
    assert (changed["quantity"], changed["amend_pending"]) == ("0.02", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "amendment"),
        ({"limit_price": "60000.15"}, "limit_price"),
        ({"trigger_price": "1"}, "trigger_price"),
        ({"quantity": 1}, "quantity"),
        ({"side": "SELL"}, "side"),
    ],
)
async def test_a_change_that_breaks_a_rule_is_refused(body: dict[str, Any], field: str) -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        with api.untouched():
            reply = await api.ask("PATCH", f"{PATH}/{placed['order_id']}", body=body)
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, field)


async def test_where_a_venue_cannot_change_an_order_it_is_replaced() -> None:
    async with gateway() as api:
        api.account.capabilities = type(ALL)(
            order_types=frozenset({OrderType.LIMIT}),
            times_in_force=ALL.times_in_force,
            absence=ALL.absence,
        )
        placed = (await api.place()).json
        path = f"{PATH}/{placed['order_id']}"
        reply = await api.ask("PATCH", path, body={"quantity": "0.02"})
        assert reply.status == 202
        kinds = [type(command).__name__ for command in api.account.sent]
        assert kinds == ["Place", "Cancel", "Place"]


@pytest.mark.design_property(18)
async def test_a_cancel_is_asked_for_and_done_by_the_venues_word() -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        api.account.answers = False
        reply = await api.ask("DELETE", f"{PATH}/{placed['order_id']}")
        assert reply.status == 202
        assert (reply.json["status"], reply.json["cancel_pending"]) == ("OPEN", True)


async def test_cancelling_what_has_ended_changes_nothing() -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        first = await api.ask("DELETE", f"{PATH}/{placed['order_id']}")
        with api.untouched():
            again = await api.ask("DELETE", f"{PATH}/{placed['order_id']}")
    assert (again.status, again.json) == (202, first.json)


async def test_what_waits_here_is_shown_answered_for_and_fired_by_hand() -> None:
    stop: dict[str, Any] = {
        "type": "STOP_MARKET",
        "limit_price": ...,
        "post_only": False,
        "trigger": {"price": "70000", "direction": "RISES_TO"},
    }
    async with gateway() as api:
        plain = type(ALL)(
            order_types=frozenset({OrderType.MARKET}),
            times_in_force=ALL.times_in_force,
            absence=ALL.absence,
        )
        api.account.capabilities = plain
        desk = api.core.orders.desks[0]
        desk.offered = offered(plain)
        api.show_market()
        placed = await api.place(**stop)
        assert (placed.status, placed.json["status"]) == (202, "PENDING")
        assert placed.json["emulated"]["waiting"] is True
        path = f"{PATH}/{placed.json['order_id']}"
        told = (await api.ask("GET", f"{path}/timeline")).json
        assert told["why_not_sent"] == "it waits for its price"
        assert told["if_unplugged"]["kind"] == "unguarded"
        assert told["records"][0]["after_s"] == 0
        account = (await api.ask("GET", "/api/v1/accounts")).json["accounts"][0]
        assert "STOP_MARKET" in account["emulated"]
        assert api.account.sent == []
        fired = await api.ask("POST", f"{path}/fire")
        assert (fired.status, fired.json["emulated"]["waiting"]) == (202, False)
        assert len(api.account.sent) == 1
        again = await api.ask("POST", f"{path}/fire")
        assert (again.status, again.json["errors"][0]["field"]) == (422, "order_id")
