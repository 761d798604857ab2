"""Many orders at once: each as if it came alone, none held up by another."""

import errno
from typing import Any

import pytest

from algotradehub.api.requests import MOST_IN_A_BATCH
from algotradehub.domain.commands import Cancel, Place
from algotradehub.domain.ids import AccountId
from algotradehub.trading.account_desk import Durability
from tests.fakes.disk import MemoryDisk
from tests.unit.api.gateway import (
    ACCOUNT,
    ORDER,
    OTHERS_ACCOUNT,
    Gateway,
    Reply,
    gateway,
    time_passing,
)

BATCH = "/api/v1/orders/batch"
CANCEL_ALL = "/api/v1/orders/cancel-all"


def item(key: str, **changes: object) -> dict[str, object]:
    changed = {"key": key, **ORDER, **changes}
    return {name: value for name, value in changed.items() if value is not ...}


async def place(api: Gateway, *items: object) -> Reply:
    with time_passing(api.clock):  # else no sync would ever end
        return await api.ask("POST", BATCH, body={"orders": list(items)})


def results(reply: Reply) -> list[Any]:
    assert reply.status == 200
    told: list[Any] = reply.json["results"]
    assert all(len(each) == 1 for each in told)  # an order or a problem, never both
    return told


def sent(api: Gateway, kind: type) -> int:
    return sum(isinstance(command, kind) for command in api.account.sent)


def disk_of(api: Gateway) -> MemoryDisk:
    assert isinstance(api.disk.disk, MemoryDisk)
    return api.disk.disk


async def test_every_order_is_placed_under_its_own_key() -> None:
    async with gateway() as api:
        told = results(await place(api, item("a"), item("b", side="SELL")))
        assert [each["order"]["idempotency_key"] for each in told] == ["a", "b"]
        assert [each["order"]["side"] for each in told] == ["BUY", "SELL"]
        assert sent(api, Place) == 2
        alone = (await api.place("a")).json
        assert alone["order_id"] == told[0]["order"]["order_id"]


async def test_a_batch_repeated_is_the_same_orders() -> None:
    async with gateway() as api:
        first = results(await place(api, item("a"), item("b")))
        second = results(await place(api, item("a"), item("b")))
        ids = [[each["order"]["order_id"] for each in told] for told in (first, second)]
        assert ids[0] == ids[1]
        assert (api.claimed, sent(api, Place)) == (2, 2)


async def test_one_that_fails_does_not_stop_the_others() -> None:
    async with gateway() as api:
        told = results(
            await place(
                api,
                item("good"),
                item("off grid", limit_price="60000.15"),
                item("too much", quantity="9"),
                item("a number", quantity=1),
                item("strange", colour="red"),
                item("nobody's", account=OTHERS_ACCOUNT),
                item("x" * 65),
                item("good", limit_price="1000"),
                item(...),  # type: ignore[arg-type]
                item("also good"),
            )
        )
        assert ["order" in each for each in told] == [True, *[False] * 8, True]
        problems = [each["problem"] for each in told[1:-1]]
        fields = [[error["field"] for error in each.get("errors", [])] for each in problems]
        assert fields == [
            ["limit_price"],
            [],
            ["quantity"],
            ["colour"],
            ["account"],
            ["key"],
            ["key"],
            ["key"],
        ]
        assert (problems[1]["error_code"], problems[1]["limit"]) == (
            "risk_refused",
            "max_order_notional",
        )
        assert problems[6]["errors"][0]["rule"] == "used once in a batch"
        assert {each["instance"] for each in problems} == {BATCH}
        # An order that risk refused is an order: its key is claimed, and the problem names it.
        assert api.claimed == 3
        assert problems[1]["order_id"] in api.core.state.orders
        assert sent(api, Place) == 2


async def test_a_key_of_another_order_is_a_conflict_of_that_item_alone() -> None:
    async with gateway() as api:
        await api.place("a")
        told = results(await place(api, item("a", side="SELL"), item("b")))
    assert told[0]["problem"]["error_code"] == "conflict"
    assert told[1]["order"]["idempotency_key"] == "b"


async def test_while_the_journal_refuses_every_item_says_so() -> None:
    async with gateway() as api:
        api.disk.room = 0
        await api.place("a disk that has just filled up")
        told = results(await place(api, item("a"), item("b")))
        codes = [each["problem"]["error_code"] for each in told]
    assert codes == ["not_ready", "not_ready"]


async def test_orders_that_must_be_synced_share_one_sync() -> None:
    async with gateway(durability=Durability.SYNC) as api:
        before = disk_of(api).syncs
        told = results(await place(api, *(item(str(number)) for number in range(20))))
        assert all("order" in each for each in told)
        assert sent(api, Place) == 20
        assert disk_of(api).syncs - before <= 2


async def test_a_sync_that_fails_is_a_problem_of_every_item() -> None:
    async with gateway(durability=Durability.SYNC) as api:
        api.disk.sync_error = OSError(errno.EIO, "input/output error")
        told = results(await place(api, item("a"), item("b")))
        problems = [each["problem"] for each in told]
    assert [each["error_code"] for each in problems] == ["not_ready"] * 2
    assert not any(each["retry_possible"] for each in problems)
    assert all(each["order_id"] for each in problems)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "orders"),
        ({"orders": []}, 422, "orders"),
        ({"orders": {}}, 422, "orders"),
        ({"orders": ["a"]}, 422, "orders"),
        ({"orders": [item("a"), None]}, 422, "orders"),
        ({"orders": [item(str(n)) for n in range(MOST_IN_A_BATCH + 1)]}, 422, "orders"),
        ({"orders": [item("a")], "account": ACCOUNT}, 422, "account"),
    ],
)
async def test_a_body_that_is_no_batch_claims_nothing(body: Any, status: int, field: str) -> None:
    async with gateway() as api:
        with api.untouched():
            reply = await api.ask("POST", BATCH, body=body)
    assert (reply.status, reply.json["errors"][0]["field"]) == (status, field)


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"{", 400), (b'{"orders": [], "orders": []}', 422), (b"[" * 524_289, 413)],
)
async def test_a_body_that_cannot_be_read_claims_nothing(raw: bytes, status: int) -> None:
    async with gateway() as api:
        with api.untouched():
            assert (await api.ask("POST", BATCH, raw=raw)).status == status


async def test_as_many_as_a_batch_may_have_with_all_they_may_say() -> None:
    metadata = {f"{number:064}": "x" * 256 for number in range(16)}
    async with gateway() as api:
        whole = [item(str(n), metadata=metadata) for n in range(MOST_IN_A_BATCH)]
        told = results(await place(api, *whole))
    assert all("order" in each for each in told)
    assert len(told) == MOST_IN_A_BATCH


async def test_all_live_orders_are_cancelled_and_nothing_else() -> None:
    async with gateway() as api:
        await place(api, item("a"), item("b", side="SELL"), item("dead", quantity="9"))
        reply = await api.ask("POST", CANCEL_ALL, body={})
        assert reply.status == 202
        shown = [each["order"] for each in reply.json["results"]]
        assert [each["idempotency_key"] for each in shown] == ["a", "b"]
        assert {each["status"] for each in shown} == {"CANCELLED"}
        assert sent(api, Cancel) == 2


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ({"account": ACCOUNT}, ["a", "b", "c"]),
        ({"symbol": "BTC/USDT"}, ["a", "b"]),
        ({"symbol": "ETH/USDT"}, []),
        ({"side": "sell"}, ["b", "c"]),
        ({"account": ACCOUNT, "symbol": "BTC/USDT", "side": "SELL"}, ["b"]),
    ],
)
async def test_only_orders_that_match_are_cancelled(body: Any, keys: list[str]) -> None:
    inverse = {"symbol": "BTC/USD:BTC", "quantity": "5", "side": "SELL"}
    async with gateway() as api:
        await place(api, item("a"), item("b", side="SELL"), item("c", **inverse))
        told = (await api.ask("POST", CANCEL_ALL, body=body)).json["results"]
    assert [each["order"]["idempotency_key"] for each in told] == keys


async def test_an_order_that_cannot_be_cancelled_does_not_stop_the_others() -> None:
    async with gateway() as api:
        await place(api, item("a"), item("b"))
        # As after a start without an account that has live orders.
        desk = api.core.orders._desks.pop(AccountId(ACCOUNT))
        reply = await api.ask("POST", CANCEL_ALL, body={"account": ACCOUNT})
        problems = [each["problem"] for each in reply.json["results"]]
        api.core.orders._desks[desk.account_id] = desk
    assert reply.status == 202
    assert [each["error_code"] for each in problems] == ["not_ready"] * 2
    assert "not open here" in problems[0]["detail"]
    assert all(each["order_id"] for each in problems)


async def test_cancels_do_not_wait_for_the_disk() -> None:
    async with gateway(durability=Durability.SYNC) as api:
        await place(api, item("a"))
        api.disk.room = 0
        reply = await api.ask("POST", CANCEL_ALL, body={})
        assert [each["order"]["status"] for each in reply.json["results"]] == ["CANCELLED"]
        assert sent(api, Cancel) == 1
        api.disk.room = None
        api.clock.advance(10)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"account": "nobody"}, "account"),
        ({"account": OTHERS_ACCOUNT}, "account"),
        ({"side": "LONG"}, "side"),
        ({"order_ids": ["a"]}, "order_ids"),
        ({"symbol": 5}, "symbol"),
    ],
)
async def test_a_filter_that_says_nothing_cancels_nothing(body: Any, field: str) -> None:
    async with gateway() as api:
        await place(api, item("a"))
        with api.untouched():
            reply = await api.ask("POST", CANCEL_ALL, body=body)
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, field)
