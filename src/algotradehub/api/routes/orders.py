"""Orders over HTTP. Translate, call the desk once, translate back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from algotradehub.api import problems
from algotradehub.api.answers import answer
from algotradehub.api.bodies import body_of, described_body
from algotradehub.api.fields import Instant, Name, word_of
from algotradehub.api.parts import OrderId, Parts
from algotradehub.api.placing import promised, refusal_of, submitted
from algotradehub.api.refusals import cut
from algotradehub.api.requests import ChangeOrder, PlaceOrder
from algotradehub.api.schema import answers, order_links
from algotradehub.api.views.orders import (
    OrderPage,
    OrderView,
    Timeline,
    order_view,
    timeline_entries,
)
from algotradehub.api.waiting import settled
from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.ids import AccountId, ClientOrderId, IdempotencyKey, Symbol
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.ports.store import OrderFilter

router = APIRouter(prefix="/orders", tags=["orders"])

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="1 to 64 printable ASCII characters; the same for every repetition.",
        examples=["f0b6a1c2-ticket-17"],
    ),
]


class OrderQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account: Name | None = None
    symbol: Name | None = None
    status: list[Annotated[OrderStatus, *word_of(OrderStatus)]] = Field(
        default=[], max_length=len(OrderStatus), description="May be repeated: any of them."
    )
    side: Annotated[Side, *word_of(Side)] | None = None
    strategy: Name | None = None
    created_from: Instant | None = None
    created_to: Instant | None = Field(default=None, description="Exclusive.")
    cursor: Name | None = Field(default=None, description="``next_cursor`` of the page before.")
    limit: int = Field(default=100, ge=1, le=500)


@router.post(
    "",
    status_code=202,
    responses=order_links(
        202, answers(202, OrderView, "Recorded durably, and on its way", 400, 409, 413, 415)
    ),
    openapi_extra=described_body(PlaceOrder),
)
async def place_order(
    request: Request,
    parts: Parts,
    body: Annotated[PlaceOrder, Depends(body_of(PlaceOrder))],
    key: Key,
) -> Response:
    """Place an order.

    202 promises that the order is recorded as durably as its account asks for, not that the venue
    has it: read `status`. Repeating key and body answers 202 with the same order, whatever became
    of it since. An order that we refused (a limit of yours, a disk that failed) answers with a
    problem every time; nothing of it was sent, and its key is spent.
    """
    try:
        wanted = body.to_domain(parts.tenant, IdempotencyKey(key))
        durable = submitted(parts, wanted)
    except InvalidRequest as error:
        raise body.in_these_words(error, parts.clock.now_ns()) from None
    order = await promised(parts, durable)
    refusal = refusal_of(order, cut(request.url.path))
    return _shown(order) if refusal is None else problems.answer(refusal)


@router.get("", responses=answers(200, OrderPage, "A page of orders"))
async def list_orders(parts: Parts, query: Annotated[OrderQuery, Query()]) -> Response:
    """List orders, newest first."""
    complete = await settled(parts.queries)
    found = await parts.queries.orders(
        OrderFilter(
            tenant=parts.tenant,
            account=None if query.account is None else AccountId(query.account),
            symbol=None if query.symbol is None else Symbol(query.symbol),
            statuses=frozenset(query.status) or None,
            strategy=query.strategy,
            side=query.side,
            created_from_ns=query.created_from,
            created_to_ns=query.created_to,
            before=None if query.cursor is None else ClientOrderId(query.cursor),
            limit=query.limit,
        )
    )
    is_full = len(found) >= query.limit
    return answer(
        OrderPage(
            orders=[order_view(order) for order in found],
            next_cursor=found[-1].order_id if is_full else None,
            complete=complete,
        )
    )


@router.get("/{order_id}", responses=answers(200, OrderView, "The order", 404))
async def get_order(parts: Parts, order_id: OrderId) -> Response:
    """Look at one order as it is known now."""
    return _shown(parts.orders.order(parts.tenant, order_id), status=200)


@router.get("/{order_id}/timeline", responses=answers(200, Timeline, "Its journal records", 404))
async def get_order_timeline(parts: Parts, order_id: OrderId) -> Response:
    """Read what the journal holds about one order, oldest first, and what becomes of it."""
    parts.orders.order(parts.tenant, order_id)
    complete = await settled(parts.queries)
    records = await parts.queries.timeline(order_id)
    found = parts.orders.outlook(parts.tenant, order_id)
    return answer(
        Timeline(
            records=timeline_entries(records),
            why_not_sent=found[0],
            if_unplugged=found[1],
            complete=complete,
        )
    )


@router.post(
    "/{order_id}/fire",
    status_code=202,
    responses=answers(202, OrderView, "It was fired", 404),
)
async def fire_order(parts: Parts, order_id: OrderId) -> Response:
    """Send an order that waits here for its price, as if that had come.

    Meant for one whose price came while nobody could watch it: `emulated.missed_price` is given.
    """
    return _shown(parts.orders.fire(parts.tenant, order_id))


@router.patch(
    "/{order_id}",
    status_code=202,
    responses=answers(202, OrderView, "The venue was asked", 400, 404, 413, 415),
    openapi_extra=described_body(ChangeOrder),
)
async def change_order(
    parts: Parts,
    order_id: OrderId,
    body: Annotated[ChangeOrder, Depends(body_of(ChangeOrder))],
) -> Response:
    """Ask the venue to change a resting order.

    The order changes when the venue confirms; until then `amend_pending` tells what was asked.
    """
    return _shown(parts.orders.amend(parts.tenant, order_id, body.to_domain()))


@router.delete(
    "/{order_id}",
    status_code=202,
    responses=answers(202, OrderView, "The cancel was asked for", 404),
)
async def cancel_order(parts: Parts, order_id: OrderId) -> Response:
    """Cancel an order: asked for until the venue says that it ended. It never waits for the disk.

    An order that has ended already is answered as it is.
    """
    return _shown(parts.orders.cancel(parts.tenant, order_id))


def _shown(order: Order, *, status: int = 202) -> Response:
    return answer(order_view(order), status=status)
