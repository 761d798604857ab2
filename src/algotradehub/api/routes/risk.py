"""Limits in use, and what they would say to an order, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from algotradehub.api.answers import answer
from algotradehub.api.bodies import body_of, described_body
from algotradehub.api.parts import Parts
from algotradehub.api.requests import PlaceOrder
from algotradehub.api.schema import answers
from algotradehub.api.views.risk import OrderExplanation, RiskUses
from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.ids import IdempotencyKey

router = APIRouter()

_NO_KEY = IdempotencyKey("explained")  # nothing is claimed


@router.get("/risk", tags=["accounts"], responses=answers(200, RiskUses, "Limits and their use"))
async def get_risk(parts: Parts) -> Response:
    """Look at every limit of tenant, accounts, instruments and strategies, and its use."""
    return answer(RiskUses(uses=parts.risk.uses(parts.tenant)))


@router.post(
    "/orders/explain",
    tags=["orders"],
    responses=answers(200, OrderExplanation, "What every rule says to it", 400, 413, 415),
    openapi_extra=described_body(PlaceOrder),
)
async def explain_order(
    parts: Parts, body: Annotated[PlaceOrder, Depends(body_of(PlaceOrder))]
) -> Response:
    """Ask what every rule would say to an order. Nothing is claimed, recorded or sent.

    The answer holds for this instant: prices and other orders may change it.
    """
    now_ns = parts.clock.now_ns()
    try:
        told = parts.orders.explain(body.to_domain(parts.tenant, _NO_KEY))
    except InvalidRequest as error:
        raise body.in_these_words(error, now_ns) from None
    refusals = body.in_these_words(InvalidRequest(*told.refusals), now_ns).refusals
    return answer(
        OrderExplanation(
            passes=told.passes,
            reference_price=told.reference,
            refusals=refusals,
            closed=told.closed,
            verdicts=told.verdicts,
        )
    )
