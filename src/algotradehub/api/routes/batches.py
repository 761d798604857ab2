"""Many orders at once: each by itself, none held up by another."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from algotradehub.api import problems
from algotradehub.api.answers import answer
from algotradehub.api.bodies import body_of, described_body, read_as
from algotradehub.api.parts import ApiParts, Parts
from algotradehub.api.placing import promised, refusal_of, submitted
from algotradehub.api.problems import Problem
from algotradehub.api.refusals import cut
from algotradehub.api.requests import BatchOrder, BatchOrders, CancelOrders
from algotradehub.api.schema import answers
from algotradehub.api.views.outcomes import OrderOutcomes, outcome
from algotradehub.domain.errors import AlgoTradeHubError, InvalidRequest, Refusal
from algotradehub.domain.ids import AccountId, IdempotencyKey
from algotradehub.domain.order import Order

router = APIRouter(prefix="/orders", tags=["orders"])

# Fifty orders with all the metadata they may have.
MAX_BYTES = 512 * 1024


@router.post(
    "/batch",
    responses=answers(200, OrderOutcomes, "What became of each", 400, 413, 415),
    openapi_extra=described_body(BatchOrders),
)
async def place_orders(
    request: Request,
    parts: Parts,
    body: Annotated[BatchOrders, Depends(body_of(BatchOrders, max_bytes=MAX_BYTES))],
) -> Response:
    """Place up to 50 orders.

    Each is taken, recorded and sent as if it came alone under its own `key`; one that fails does
    not stop the others. Answered when all of them are as durable as their accounts ask for.
    Repeating a batch is safe: what was placed is found again by its key.
    """
    path = request.url.path
    seen: set[str] = set()
    # All are handed over before one is waited for, so that they share one sync.
    taken = [_taken(parts, item, seen, path) for item in body.orders]
    told = [each if isinstance(each, Problem) else await _told(parts, each, path) for each in taken]
    return answer(OrderOutcomes(results=[outcome(each) for each in told]))


@router.post(
    "/cancel-all",
    status_code=202,
    responses=answers(202, OrderOutcomes, "The cancels were asked for", 400, 413, 415),
    openapi_extra=described_body(CancelOrders),
)
async def cancel_orders(
    request: Request,
    parts: Parts,
    body: Annotated[CancelOrders, Depends(body_of(CancelOrders))],
) -> Response:
    """Cancel every live order of yours that matches; `{}` matches all.

    Each is asked for until the venue says that it ended. It never waits for the disk.
    """
    results = []
    for order in _matching(parts, body):
        told: Order | Problem
        try:
            told = parts.orders.cancel(parts.tenant, order.order_id)
        except AlgoTradeHubError as error:
            told = problems.problem_of(error, request.url.path, order_id=order.order_id)
        results.append(outcome(told))
    return answer(OrderOutcomes(results=results), status=202)


def _taken(
    parts: ApiParts, item: Mapping[str, Any], seen: set[str], path: str
) -> asyncio.Future[Order] | Problem:
    """Hand one order over, or tell why not."""
    try:
        _require_new(item, seen)
        order = read_as(BatchOrder, item)
        try:
            return submitted(parts, order.to_domain(parts.tenant, IdempotencyKey(order.key)))
        except InvalidRequest as error:
            raise order.in_these_words(error, parts.clock.now_ns()) from None
    except AlgoTradeHubError as error:
        return problems.problem_of(error, path)


async def _told(parts: ApiParts, durable: asyncio.Future[Order], path: str) -> Order | Problem:
    order = await promised(parts, durable)
    return refusal_of(order, path) or order


def _require_new(item: Mapping[str, Any], seen: set[str]) -> None:
    """Two orders under one key are a mistake, even where they ask for the same."""
    key = item.get("key")
    if not isinstance(key, str):
        return  # reading the order says what a key is
    if key in seen:
        raise InvalidRequest(Refusal(field="key", rule="used once in a batch", value=cut(key)))
    seen.add(key)


def _matching(parts: ApiParts, body: CancelOrders) -> list[Order]:
    """Live orders, also of accounts that are not open here: what hinders their cancel is told.

    Raises:
        InvalidRequest: The account that is named is not one of yours.
    """
    state, account = parts.state, body.account
    accounts = list(state.live) if account is None else [AccountId(account)]
    live = (state.orders[each] for name in accounts for each in state.live.get(name, ()))
    ours = [order for order in live if order.request.tenant == parts.tenant]
    if account is not None and not ours:
        parts.orders.desk(AccountId(account), parts.tenant)
    return [
        order
        for order in ours
        if body.symbol in {None, order.request.symbol} and body.side in {None, order.request.side}
    ]
