"""Placing orders: handed to the desk, waited for until they may be promised, and what they became.

Handing over and waiting are two steps, so that many orders can share one sync.
"""

import asyncio

import msgspec

from algotradehub.api import problems
from algotradehub.api.parts import ApiParts
from algotradehub.api.problems import Problem
from algotradehub.domain.errors import NotReady, RiskRefused
from algotradehub.domain.order import Order, OrderRequest, OrderStatus, Origin


def submitted(parts: ApiParts, wanted: OrderRequest) -> asyncio.Future[Order]:
    """Submit; the result is there once the order may be promised to somebody.

    Raises what ``OrderManager.submit`` raises: then nothing was claimed or recorded.
    """
    durable: asyncio.Future[Order] = asyncio.get_running_loop().create_future()

    def promise(order: Order) -> None:
        if not durable.done():  # the caller may have hung up meanwhile
            durable.set_result(order)

    parts.orders.submit(wanted, durable=promise)
    return durable


async def promised(parts: ApiParts, durable: asyncio.Future[Order]) -> Order:
    """Wait until the order may be promised, and look at it again."""
    order = await durable
    return parts.orders.order(parts.tenant, order.order_id)


def refusal_of(order: Order, path: str) -> Problem | None:
    """The problem that an order of ours became which never left; None for every other order."""
    if order.status is not OrderStatus.REJECTED:
        return None
    if order.origin is Origin.RISK:
        limit, _, detail = order.reason.partition(": ")
        return problems.problem_of(RiskRefused(limit, detail), path, order_id=order.order_id)
    if order.origin is Origin.UNSENT:
        # The key stands for an order that is dead, so repeating it can only tell the same again.
        return msgspec.structs.replace(
            problems.problem_of(NotReady(order.reason), path, order_id=order.order_id),
            suggested_action="Place it again under a new idempotency key; this one is spent.",
            retry_possible=False,
        )
    return None
