"""Whether the process lives, and whether it accepts new orders. Outside /api, open to probes."""

import msgspec
from fastapi import APIRouter, Request, Response

from algotradehub.api import problems
from algotradehub.api.answers import answer
from algotradehub.api.parts import Parts
from algotradehub.api.schema import open_answers
from algotradehub.api.views.health import Health, Readiness
from algotradehub.domain.errors import NotReady

router = APIRouter(tags=["health"])


@router.get("/health", responses=open_answers(200, Health, "The process is up"))
async def health() -> Response:
    """Answer as long as the event loop turns."""
    return answer(Health(status="up"))


@router.get("/ready", responses=open_answers(200, Readiness, "All accept new orders", 503))
async def ready(request: Request, parts: Parts) -> Response:
    """Tell whether journal and accounts accept new orders, and otherwise why not."""
    facts = dict(parts.ready())
    facts |= {f"account {desk.account_id}": desk.refusing for desk in parts.orders.desks}
    reasons = {name: reason for name, reason in facts.items() if reason is not None}
    if not reasons:
        return answer(Readiness(ready=True, parts=sorted(facts)))
    detail = "not accepting new orders: " + "; ".join(sorted(reasons))
    problem = problems.problem_of(NotReady(detail), request.url.path)
    return problems.answer(msgspec.structs.replace(problem, reasons=reasons), {"Retry-After": "1"})
