"""The stream's door and its patience: who comes in, who is kept waiting, who has to go."""

import json
from decimal import Decimal
from typing import Any

import pytest

from algotradehub.api.stream import gateway as module
from algotradehub.api.stream.client import GARBAGE
from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, Gateway, gateway, turn
from tests.unit.api.stream.sockets import connected, later

TOKEN = "correct-horse-battery"
BEARER = ("authorization", f"Bearer {TOKEN}")
FOLLOW = {"op": "subscribe", "topic": "account", "account": ACCOUNT}


def by_asset(balances: list[Any]) -> dict[str, Any]:
    return {balance["asset"]: balance for balance in balances}


def types(told: list[Any]) -> list[str]:
    return [each["type"] for each in told]


# Who comes in


async def test_the_token_comes_in_the_first_frame() -> None:
    async with gateway(token=TOKEN) as api, connected(api, hello=False) as socket:
        (welcome,) = await socket.say(op="hello", token=TOKEN)
        assert (welcome["type"], welcome["epoch"], welcome["heartbeat_s"]) == ("welcome", 1, 15)


async def test_or_in_the_header() -> None:
    async with gateway(token=TOKEN) as api, connected(api, [BEARER]) as socket:
        assert types(await socket.say(**FOLLOW)) == ["subscribed", "snapshot"]


@pytest.mark.parametrize("token", [TOKEN + "x", TOKEN[:-1], "", "é", None])
async def test_a_wrong_token_is_told_and_shown_out(token: str | None) -> None:
    async with gateway(token=TOKEN) as api:
        with api.untouched():
            async with connected(api, hello=False) as socket:
                (error,) = await socket.say(op="hello", token=token)
                assert error["problem"]["error_code"] == "unauthenticated"
                assert socket.closed == 4401
                assert TOKEN not in json.dumps(socket.sent)


async def test_a_wrong_token_in_the_frame_is_not_made_up_for_by_the_header() -> None:
    async with gateway(token=TOKEN) as api, connected(api, [BEARER], hello=False) as socket:
        await socket.say(op="hello", token="wrong")
        assert socket.closed == 4401


@pytest.mark.parametrize(
    ("headers", "host", "status"),
    [
        ([("authorization", "Bearer wrong")], "localhost", 401),
        ([("authorization", "")], "localhost", 401),
        ([BEARER], "evil.example", 421),
        ([BEARER, ("origin", "https://evil.example")], "localhost", 403),
        ([BEARER, ("origin", "null")], "localhost", 403),
        ([BEARER, ("origin", "https://localhost.evil.example")], "localhost", 403),
        ([BEARER, ("origin", "file://localhost")], "localhost", 403),
        ([BEARER, ("origin", "localhost")], "localhost", 403),
        ([("origin", "https://evil.example")], "localhost", 403),
    ],
)
async def test_who_may_not_come_in_gets_no_socket(
    headers: list[tuple[str, str]], host: str, status: int
) -> None:
    async with (
        gateway(token=TOKEN) as api,
        connected(api, headers, host=host, hello=False) as socket,
    ):
        answered, problem = socket.refused
        assert (answered, problem["status"]) == (status, status)
        assert problem["instance"] == "/api/v1/stream"
        assert api.stream.clients == 0


@pytest.mark.parametrize(
    "origin", ["http://localhost:5173", "http://127.0.0.1:8000", "https://[::1]:1"]
)
async def test_a_page_of_ours_may_open_one(origin: str) -> None:
    async with gateway() as api, connected(api, [("origin", origin)]):
        assert api.stream.clients == 1
    assert api.stream.clients == 0


async def test_without_a_hello_the_door_is_closed() -> None:
    async with gateway() as api, connected(api, hello=False) as socket:
        await later(api, module.HELLO_WITHIN_S - 1)
        assert socket.closed is None
        await later(api, 2)
        assert socket.closed == 4401


async def test_no_more_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLIENTS", 1)
    async with gateway() as api, connected(api):
        async with connected(api, hello=False) as second:
            status, problem = second.refused
            assert (status, problem["error_code"]) == (503, "not_ready")
        assert api.stream.clients == 1


# What it hears


async def test_an_order_is_told_as_the_list_shows_it() -> None:
    async with gateway() as api, connected(api) as socket:
        _, snapshot = await socket.say(**FOLLOW)
        assert (snapshot["orders"], snapshot["epoch"]) == ([], 1)
        placed = (await api.place()).json
        await later(api, 0.1)
        api.account.fill(placed["order_id"], quantity=Decimal("0.004"), price=Decimal(60000))
        await later(api, 0.1)
        told = socket.told
        assert set(types(told)) == {"delta"}
        seqs = [delta["seq"] for delta in told]
        assert seqs == sorted(seqs)
        assert seqs[-1] == api.core.journal.account_seq(ACCOUNT)
        shown = (await api.ask("GET", f"/api/v1/orders/{placed['order_id']}")).json
        last = {name: delta[name] for delta in told for name in delta}
        assert last["orders"] == [shown]
        fills = (await api.ask("GET", "/api/v1/fills")).json["fills"]
        assert last["fills"] == fills
        positions = (await api.ask("GET", "/api/v1/positions")).json["positions"]
        assert last["positions"] == positions
        balances = (await api.ask("GET", "/api/v1/balances")).json["balances"]
        assert by_asset(last["balances"]) == by_asset(balances)
        _, again = await socket.say(**FOLLOW)
        assert (again["orders"], again["positions"]) == ([shown], positions)


async def test_an_account_of_somebody_else_is_not_there() -> None:
    async with gateway() as api, connected(api) as socket:
        for account in (OTHERS_ACCOUNT, "no-such"):
            (error,) = await socket.say(op="subscribe", id=4, topic="account", account=account)
            problem = error["problem"]
            assert (error["id"], problem["status"]) == (4, 422)
            assert [each["field"] for each in problem["errors"]] == ["account"]


async def test_who_comes_back_is_told_what_it_lacks() -> None:
    async with gateway() as api:
        async with connected(api) as socket:
            _, snapshot = await socket.say(**FOLLOW)
        placed = (await api.place()).json
        async with connected(api) as socket:
            after = {"epoch": snapshot["epoch"], "seq": snapshot["seq"]}
            _, delta = await socket.say(**FOLLOW, after=after)
            assert (delta["type"], delta["resumed"]) == ("delta", True)
            assert [order["order_id"] for order in delta["orders"]] == [placed["order_id"]]
        async with connected(api) as socket:
            after["epoch"] += 1
            _, reset, whole = await socket.say(**FOLLOW, after=after)
            assert (reset["type"], reset["reason"]) == ("reset", "unknown_epoch")
            assert [order["order_id"] for order in whole["orders"]] == [placed["order_id"]]


async def test_silence_is_broken_by_a_heartbeat() -> None:
    async with gateway() as api, connected(api) as socket:
        await later(api, 14)
        assert socket.told == []
        await later(api, 2)
        (heartbeat,) = socket.told
        assert heartbeat["type"] == "heartbeat"
        await later(api, 13)
        assert socket.told == []
        await later(api, 3)
        assert types(socket.told) == ["heartbeat"]


async def test_garbage_is_answered_and_in_the_end_shown_out() -> None:
    async with gateway() as api, connected(api) as socket, connected(api) as other:
        await other.say(**FOLLOW)
        assert types(await socket.send_bytes(b"\x00")) == ["error"]
        for _ in range(GARBAGE - 1):
            assert socket.closed is None
            await socket.send("garbage")
        assert socket.closed == 4400
        await api.place()
        await later(api, 0.1)
        assert types(other.told) == ["delta"]


# Who does not read


async def test_who_does_not_read_holds_up_nobody_and_is_closed() -> None:
    async with gateway() as api, connected(api) as slow, connected(api) as other:
        await slow.say(**FOLLOW)
        await other.say(**FOLLOW)
        slow.stop_reading()
        await place_some(api, 3)
        assert sum(len(delta["orders"]) for delta in other.told) == 3
        await later(api, module.READ_WITHIN_S - 1)
        assert api.stream.clients == 2
        await later(api, 2)
        slow.read_again()
        await turn(5)
        assert slow.closed == 4408
        assert api.stream.clients == 1
        assert other.closed is None


async def test_who_never_reads_again_is_not_waited_for() -> None:
    async with gateway() as api, connected(api) as slow:
        await slow.say(**FOLLOW)
        slow.stop_reading()
        await place_some(api, 1)
        await later(api, module.READ_WITHIN_S + module.CLOSE_WITHIN_S + 2)
        assert api.stream.clients == 0
        assert slow.closed is None


async def test_who_reads_in_time_is_brought_up_to_date() -> None:
    async with gateway() as api, connected(api) as slow:
        await slow.say(**FOLLOW)
        slow.stop_reading()
        await place_some(api, 5)
        await later(api, module.READ_WITHIN_S - 2)
        slow.read_again()
        await later(api, 1)
        told = slow.told
        assert len({order["order_id"] for delta in told for order in delta.get("orders", ())}) == 5
        assert slow.closed is None


async def test_who_does_not_take_its_answers_is_not_read_from() -> None:
    async with gateway() as api, connected(api) as slow:
        slow.stop_reading()
        for number in range(50):
            await slow.say(op="ping", n=number)
        (connection,) = api.stream._connections
        assert connection._client.answers_waiting <= 2
        slow.read_again()
        await turn(300)
        assert [pong["n"] for pong in slow.told] == list(range(50))


async def test_who_hangs_up_while_it_is_told_something_leaves_nothing_behind() -> None:
    async with gateway() as api, connected(api) as socket:
        await socket.say(**FOLLOW)
        socket.stop_reading()
        await place_some(api, 2)
        socket.hang_up()
        await turn(10)
        assert api.stream.clients == 0


async def place_some(api: Gateway, count: int) -> None:
    for number in range(count):
        await api.place(f"some {number}")
        await later(api, 0.1)
