"""The intervention desk over HTTP: what is stuck, its evidence, and what people do about it."""

from typing import Any

import pytest

from algotradehub.api.examples import ANSWERS
from algotradehub.api.views.interventions import StuckView, said
from algotradehub.domain.evidence import Found, NotSeen, Unreadable
from algotradehub.domain.order import OrderStatus
from algotradehub.trading.intervention import Approvals
from tests.unit.api.gateway import ORDER, Gateway, gateway
from tests.unit.domain.examples import state

pytestmark = pytest.mark.design_property(39)

PATH = "/api/v1/interventions"
PEOPLE = {"ann": "a" * 20, "bob": "b" * 20}
GONE = {"status": "rejected", "reason": "not on the venue's page"}


def by(name: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {PEOPLE[name]}")]


async def stuck(api: Gateway, **asking: Any) -> str:
    """Place an order whose answer never comes, and let it grow old; its venue cannot be asked."""
    api.account.answers = False
    order_id: str = (await api.place(**asking)).json["order_id"]
    api.clock.advance(100)
    return order_id


async def test_what_is_stuck_is_listed_with_its_question() -> None:
    async with gateway() as api:
        assert (await api.ask("GET", PATH)).json == {"stuck": []}
        order_id = await stuck(api)
        (told,) = (await api.ask("GET", PATH)).json["stuck"]
    assert (told["order"]["order_id"], told["order"]["status"]) == (order_id, "PENDING")
    assert told["question"] == "the venue has not answered"
    assert told["since_at"] == told["order"]["created_at"]
    assert told["actions"] == ["ask_again", "force_cancel", "decide"]
    assert (told["look_ups"], told["last_answer"], told["proposal"]) == (0, None, None)


async def test_the_evidence_is_one_list() -> None:
    async with gateway() as api:
        order_id = await stuck(api)
        asked = await api.ask("POST", f"{PATH}/{order_id}/ask-again")
        assert asked.status == 202
        decided = await api.ask("POST", f"{PATH}/{order_id}/decision", body=GONE)
        assert (decided.status, decided.json["order"]["status"]) == (200, "REJECTED")
        assert decided.json["order"]["origin"] == "person"
        shown = await api.ask("GET", f"{PATH}/{order_id}")
    kinds = [line["body"]["type"] for line in shown.json["evidence"]]
    assert kinds == ["intent", "intervened", "decided"]
    decision = shown.json["evidence"][-1]["body"]["decision"]
    assert (decision["by"], decision["reason"]) == ("api", GONE["reason"])
    assert shown.json["stuck"]["question"] is None
    assert shown.json["complete"]


async def test_a_forced_cancel_is_wanted_until_the_venue_answers() -> None:
    async with gateway() as api:
        order_id = await stuck(api)
        sent = len(api.account.sent)
        reply = await api.ask("POST", f"{PATH}/{order_id}/force-cancel")
        assert (reply.status, reply.json["order"]["cancel_pending"]) == (202, True)
        assert len(api.account.sent) == sent + 1


async def test_what_cannot_be_done_says_why() -> None:
    async with gateway() as api:
        resting = (await api.place("a")).json["order_id"]
        refused = await api.ask("POST", f"{PATH}/{resting}/decision", body=GONE)
        assert (refused.status, refused.json["error_code"]) == (409, "wrong_state")
        assert "cancel it if it should end" in refused.json["detail"]
        await api.ask("DELETE", f"/api/v1/orders/{resting}")
        for action in ("ask-again", "force-cancel", "approval"):
            reply = await api.ask("POST", f"{PATH}/{resting}/{action}")
            assert (reply.status, reply.json["error_code"]) == (409, "wrong_state")
        order_id = await stuck(api, key="b")
        body = {"status": "cancelled", "reason": "seen", "filled": "1"}
        with api.untouched():
            reply = await api.ask("POST", f"{PATH}/{order_id}/decision", body=body)
        assert (reply.status, reply.json["errors"][0]["field"]) == (422, "filled")
        assert (await api.ask("GET", f"{PATH}/{'0' * 32}")).status == 404


async def test_one_proposes_and_another_approves() -> None:
    approvals = Approvals(people=frozenset(PEOPLE))
    async with gateway(token="t" * 20, people=PEOPLE, approvals=approvals) as api:
        api.account.answers = False
        placed = await api.ask("POST", "/api/v1/orders", body=ORDER, key="k", headers=by("ann"))
        path = f"{PATH}/{placed.json['order_id']}"
        api.clock.advance(100)
        proposed = await api.ask("POST", f"{path}/decision", body=GONE, headers=by("ann"))
        assert proposed.json["order"]["status"] == "PENDING"
        assert (proposed.json["proposal"]["by"], "approve" in proposed.json["actions"]) == (
            "ann",
            True,
        )
        alone = await api.ask("POST", f"{path}/approval", headers=by("ann"))
        assert (alone.status, "another person" in alone.json["detail"]) == (409, True)
        approved = await api.ask("POST", f"{path}/approval", headers=by("bob"))
        assert (approved.status, approved.json["order"]["status"]) == (200, "REJECTED")
        assert approved.json["order"]["decision"]["approved_by"] == "bob"


def test_look_ups_are_told_in_a_sentence() -> None:
    shown = ANSWERS[StuckView]
    assert isinstance(shown, StuckView)
    assert (shown.look_ups, shown.last_answer) == (7, "unreadable: HTTP 502")
    assert said(Unreadable(reason="HTTP 502")) == "unreadable: HTTP 502"
    assert said(NotSeen(sources=("a", "b"))) == "not seen in a, b"
    assert said(Found(state=state(OrderStatus.OPEN, filled=2))) == "found: OPEN, 2 filled"
    assert said(Found(state=state(OrderStatus.OPEN, filled=None))) == "found: OPEN"
