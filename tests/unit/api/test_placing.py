"""Placing: when an order may be promised, and which of them are problems."""

import asyncio

import msgspec
import pytest

from algotradehub.api.placing import promised, refusal_of, submitted
from algotradehub.api.requests import PlaceOrder
from algotradehub.domain.ids import IdempotencyKey
from algotradehub.domain.order import Order, OrderStatus, Origin
from algotradehub.trading.account_desk import Durability
from tests.unit.api.gateway import ORDER, TENANT, gateway, time_passing
from tests.unit.domain import examples

WANTED = PlaceOrder.model_validate(ORDER).to_domain(TENANT, IdempotencyKey("k"))


def ended(status: OrderStatus, origin: Origin | None, reason: str = "") -> Order:
    return msgspec.structs.replace(examples.order(), status=status, origin=origin, reason=reason)


async def test_an_order_is_promised_when_it_is_durable_and_shown_as_it_is_then() -> None:
    async with gateway(durability=Durability.SYNC) as api:
        durable = submitted(api.parts, WANTED)
        assert not durable.done()
        with time_passing(api.clock):
            order = await promised(api.parts, durable)
    assert order.status is OrderStatus.OPEN


async def test_who_hung_up_is_not_told() -> None:
    async with gateway(durability=Durability.SYNC) as api:
        durable = submitted(api.parts, WANTED)
        durable.cancel()
        with time_passing(api.clock), pytest.raises(asyncio.CancelledError):
            await promised(api.parts, durable)
        with time_passing(api.clock):
            order = await promised(api.parts, submitted(api.parts, WANTED))
    assert order.status is OrderStatus.OPEN


@pytest.mark.parametrize(
    "order",
    [
        ended(OrderStatus.OPEN, None),
        ended(OrderStatus.CANCELLED, None),
        ended(OrderStatus.REJECTED, Origin.VENUE, "the venue's business"),
    ],
)
def test_what_the_venue_has_seen_is_no_problem_of_placing(order: Order) -> None:
    assert refusal_of(order, "/") is None


def test_a_limit_of_ours_is_named() -> None:
    problem = refusal_of(ended(OrderStatus.REJECTED, Origin.RISK, "halt: by api: lunch"), "/here")
    assert problem is not None
    assert (problem.limit, problem.detail) == ("halt", "halt: by api: lunch")
    assert (problem.order_id, problem.instance) == (examples.order().order_id, "/here")


def test_what_was_never_sent_cannot_be_had_again_under_its_key() -> None:
    problem = refusal_of(ended(OrderStatus.REJECTED, Origin.UNSENT, "the disk failed"), "/")
    assert problem is not None
    assert (problem.status, problem.retry_possible) == (503, False)
    assert "new idempotency key" in problem.suggested_action
