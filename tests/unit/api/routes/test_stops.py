"""The kill switch and close-all over HTTP: asked for, followed, and reported."""

from decimal import Decimal
from typing import Any

import pytest

from algotradehub.domain.evidence import CommandKind
from algotradehub.domain.ids import ClientOrderId
from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, Gateway, gateway, time_passing, turn

STOP = {"reason": "the feed looks wrong"}
HALT = f"/api/v1/accounts/{ACCOUNT}/halt"


async def stopped(api: Gateway) -> dict[str, Any]:
    reply = await api.ask("GET", "/api/v1/stop")
    assert reply.status == 200
    (account,) = reply.json["accounts"]
    found: dict[str, Any] = account
    return found


async def proven(api: Gateway) -> None:
    with time_passing(api.clock):
        for _ in range(20):
            await turn(100)
            if (await stopped(api))["proven"]:
                return
    raise AssertionError(await stopped(api))


async def test_an_account_that_is_not_stopped_says_so() -> None:
    async with gateway() as api:
        assert await stopped(api) == {
            "account": ACCOUNT,
            "stopped": False,
            "proven": False,
            "reason": "",
            "by": "",
            "asked_at": None,
            "asked_ns": None,
            "not_proven": [],
            "looked_ns": [],
        }


async def test_a_stop_is_followed_until_it_is_proven() -> None:
    async with gateway() as api:
        order_id = (await api.place()).json["order_id"]
        api.account.answers = False
        reply = await api.ask("POST", "/api/v1/stop", body=STOP)
        assert reply.status == 202
        (account,) = reply.json["accounts"]
        assert (account["stopped"], account["proven"], account["by"]) == (True, False, "api")
        assert account["not_proven"] == [order_id]
        assert (await api.place("b")).json["limit"] == "halt"
        api.account.answers = True
        api.account.acknowledge(CommandKind.CANCEL, ClientOrderId(order_id))
        await proven(api)
        told = await stopped(api)
        assert (told["not_proven"], len(told["looked_ns"])) == ([], 2)
        halt = (await api.ask("GET", HALT)).json
        assert (halt["stop"], halt["looked_ns"]) == (True, told["looked_ns"])


async def test_saying_it_again_begins_nothing() -> None:
    async with gateway() as api:
        first = await api.ask("POST", "/api/v1/stop", body=STOP)
        with api.untouched():
            again = await api.ask("POST", "/api/v1/stop", body={"reason": "another"})
        assert again.json == first.json


async def test_a_halt_leaves_a_stop_in_force_and_resuming_ends_it() -> None:
    async with gateway() as api:
        await api.ask("POST", "/api/v1/stop", body={**STOP, "accounts": [ACCOUNT, ACCOUNT]})
        with api.untouched():
            halted = await api.ask("PUT", HALT, body={"reason": "lunch"})
        assert (halted.json["stop"], halted.json["reason"]) == (True, STOP["reason"])
        assert (await api.ask("DELETE", HALT)).json["stop"] is False
        assert (await stopped(api))["stopped"] is False
        assert (await api.place()).status == 202


@pytest.mark.parametrize("path", ["/api/v1/stop", "/api/v1/close-all"])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": ""}, "reason"),
        ({"reason": "x", "accounts": []}, "accounts"),
        ({"reason": "x", "accounts": [OTHERS_ACCOUNT]}, "accounts"),
        ({"reason": "x", "until": "noon"}, "until"),
    ],
)
async def test_bad_requests_do_nothing(path: str, body: Any, field: str) -> None:
    async with gateway() as api:
        with api.untouched():
            reply = await api.ask("POST", path, body=body)
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, field)


async def test_an_unknown_account_is_answered_with_the_nearest() -> None:
    async with gateway() as api:
        body = {**STOP, "accounts": [f"{ACCOUNT}x"]}
        (error,) = (await api.ask("POST", "/api/v1/stop", body=body)).json["errors"]
    assert (error["value"], error["nearest"]) == (f"{ACCOUNT}x", ACCOUNT)


async def test_the_report_has_the_lines_of_the_journal() -> None:
    async with gateway() as api:
        path = f"/api/v1/stop/report?account={ACCOUNT}"
        never = await api.ask("GET", path)
        assert (never.status, never.json["error_code"]) == (404, "not_found")
        order_id = (await api.place()).json["order_id"]
        await api.ask("POST", "/api/v1/stop", body=STOP)
        await proven(api)
        told = (await api.ask("GET", path)).json
        summary = told["summary"]
        assert (summary["reason"], summary["by"], summary["lists"]) == (STOP["reason"], "api", 2)
        assert summary["proven_at"]
        (order,) = summary["orders"]
        assert (order["order_id"], order["ended"]) == (order_id, "CANCELLED")
        assert order["cancel_seq"] < order["ended_seq"]
        kinds = [record["body"]["type"] for record in told["records"]]
        assert (kinds[0], kinds[-1]) == ("halt_set", "stop_proven")
        seqs = [record["seq"] for record in told["records"]]
        assert seqs == sorted(seqs)
        await api.ask("DELETE", HALT)
        await api.place("later")
        ended = (await api.ask("GET", path)).json
        assert ended["summary"]["ended_at"]
        assert ended["records"][:-1] == told["records"]


async def test_nobody_reads_the_report_of_others() -> None:
    async with gateway() as api:
        reply = await api.ask("GET", f"/api/v1/stop/report?account={OTHERS_ACCOUNT}")
    assert reply.status == 404


async def test_close_all_is_refused_while_orders_work() -> None:
    async with gateway() as api:
        await api.place()
        with api.untouched():
            reply = await api.ask("POST", "/api/v1/close-all", body=STOP)
        assert (reply.status, reply.json["errors"][0]["field"]) == (422, "accounts")
        assert "cancel_first" in reply.json["detail"]


async def test_a_spot_holding_is_reported_as_left() -> None:
    async with gateway() as api:
        assert (await api.ask("GET", "/api/v1/close-all")).json == {"accounts": []}
        placed = (await api.place()).json
        id_ = ClientOrderId(placed["order_id"])
        api.account.fill(id_, quantity=Decimal("0.010"), price=Decimal(60000))
        reply = await api.ask("POST", "/api/v1/close-all", body=STOP)
        assert reply.status == 202
        with time_passing(api.clock):
            await turn(500)
        (account,) = (await api.ask("GET", "/api/v1/close-all")).json["accounts"]
        (position,) = account["positions"]
        assert (position["left"], account["flat"], bool(account["ended_ns"])) == (
            "0.010",
            False,
            True,
        )
        assert "spot holding" in position["reason"]
