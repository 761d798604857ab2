"""An order as its intent has it: made of a request, before anybody knows of it."""

from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain.emulation import Emulated
from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import BaseAmount, Leg, Order, OrderRequest, QuoteAmount

SEND_WITHIN_NS: Final = 5_000_000_000  # so long whatever is to rest may wait before it is sent


def new_order(
    request: OrderRequest,
    reference: Decimal | None,
    *,
    order_id: ClientOrderId,
    now_ns: int,
) -> Order:
    """Return the order that ``request`` becomes, valued at the best price that is known.

    Raises:
        InvalidRequest: It is for an amount in quote, and no price is known.
    """
    amount = request.amount
    price = request.limit_price or (request.trigger.price if request.trigger else reference)
    if price is None:
        if isinstance(amount, QuoteAmount):
            rule = "a known price, to tell how much it may buy or sell"
            raise InvalidRequest(Refusal(field="amount", rule=rule, value=f"{amount.value:f}"))
        price = ZERO
    quantity = amount.quantity if isinstance(amount, BaseAmount) else None
    return Order(
        order_id=order_id,
        request=request,
        legs=(Leg(client_order_id=order_id, quantity=quantity, limit_price=request.limit_price),),
        created_ns=now_ns,
        send_before_ns=now_ns + SEND_WITHIN_NS,
        reserve_price=price,
        updated_ns=now_ns,
    )


def emulated(order: Order, how: Emulated | None) -> Order:
    """Of what waits here nothing is sent before it fires, which gives it a new last instant."""
    send_before_ns = 0 if how is not None and how.waiting else order.send_before_ns
    return msgspec.structs.replace(order, emulated=how, send_before_ns=send_before_ns)
