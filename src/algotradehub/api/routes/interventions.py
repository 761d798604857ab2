"""The intervention desk over HTTP: orders that are stuck, and what a person does about them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from algotradehub.api.answers import answer
from algotradehub.api.bodies import body_of, described_body
from algotradehub.api.callers import Caller
from algotradehub.api.parts import OrderId, Parts
from algotradehub.api.requests import DecideOrder
from algotradehub.api.schema import answers
from algotradehub.api.views.interventions import Intervention, Interventions, StuckView, stuck_view
from algotradehub.api.views.orders import timeline_entry
from algotradehub.api.waiting import settled

router = APIRouter(prefix="/interventions", tags=["interventions"])


@router.get("", responses=answers(200, Interventions, "Orders a person should look at"))
async def list_stuck_orders(parts: Parts) -> Response:
    """List orders that nobody can tell the fate of, or whose cancel or change does not end.

    An order is stuck once its question is older than `stuck_after_s` of its account. One that the
    venue says is open is not.
    """
    stuck = parts.intervention.stuck(parts.tenant)
    return answer(Interventions(stuck=[stuck_view(each) for each in stuck]))


@router.get("/{order_id}", responses=answers(200, Intervention, "All that is known of it", 404))
async def get_stuck_order(parts: Parts, order_id: OrderId) -> Response:
    """Look at one order, stuck or not, with every request, answer and look-up."""
    stuck = parts.intervention.of(parts.tenant, order_id)
    complete = await settled(parts.queries)
    records = await parts.queries.timeline(stuck.order.order_id)
    evidence = [timeline_entry(line) for line in records]
    return answer(Intervention(stuck=stuck_view(stuck), evidence=evidence, complete=complete))


@router.post(
    "/{order_id}/ask-again",
    status_code=202,
    responses=answers(202, StuckView, "The venue is being asked", 404, 409),
)
async def ask_again(parts: Parts, order_id: OrderId, caller: Caller) -> Response:
    """Have the venue asked about the order now, and compare the whole account.

    The pauses between look-ups begin anew. At most once per second.
    """
    asked = parts.intervention.ask_again(parts.tenant, order_id, by=caller)
    return answer(stuck_view(asked), status=202)


@router.post(
    "/{order_id}/force-cancel",
    status_code=202,
    responses=answers(202, StuckView, "The cancel went out", 404, 409),
)
async def force_cancel(parts: Parts, order_id: OrderId, caller: Caller) -> Response:
    """Cancel everything of the order that may rest, now, and look it up.

    What is not answered yet is not sent twice.
    """
    cancelled = parts.intervention.force_cancel(parts.tenant, order_id, by=caller)
    return answer(stuck_view(cancelled), status=202)


@router.post(
    "/{order_id}/decision",
    responses=answers(200, StuckView, "It has ended, or that is proposed", 400, 404, 409, 413, 415),
    openapi_extra=described_body(DecideOrder),
)
async def decide_order(
    parts: Parts,
    order_id: OrderId,
    caller: Caller,
    body: Annotated[DecideOrder, Depends(body_of(DecideOrder))],
) -> Response:
    """Say how an order ended that the venue cannot tell of.

    Look at the venue's own page first: what is held follows from it. The venue's later word wins.
    Where two people are asked for, this proposes; another person approves with `/approval`.
    """
    decided = parts.intervention.decide(parts.tenant, order_id, body.to_domain(), by=caller)
    return answer(stuck_view(decided))


@router.post(
    "/{order_id}/approval",
    responses=answers(200, StuckView, "It has ended", 404, 409),
)
async def approve_decision(parts: Parts, order_id: OrderId, caller: Caller) -> Response:
    """Approve what another person has proposed.

    Refused if anything became known about the order since: look at it again.
    """
    approved = parts.intervention.approve(parts.tenant, order_id, by=caller)
    return answer(stuck_view(approved))
