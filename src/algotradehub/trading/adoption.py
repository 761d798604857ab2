"""Orders found at a venue that this desk did not place, or no longer knows."""

from hashlib import blake2b

from algotradehub.domain.evidence import OrderState
from algotradehub.domain.ids import AccountId, ClientOrderId, IdempotencyKey, TenantId
from algotradehub.domain.money import ONE, ZERO
from algotradehub.domain.order import (
    LIMIT_TYPES,
    BaseAmount,
    Leg,
    Order,
    OrderRequest,
    OrderStatus,
)


def adopted(
    state: OrderState, *, account: AccountId, tenant: TenantId, ours: bool, now_ns: int
) -> Order:
    """Make an order of the venue's word, so that it counts and can be cancelled like ours.

    Its id is ours where the venue repeats one; otherwise it is derived from account and venue id,
    so that every run gives the same order the same name.
    """
    if ours and state.client_order_id is not None:
        order_id = state.client_order_id
    else:
        name = f"{account}\0{state.venue_order_id}\0{state.client_order_id}"
        order_id = ClientOrderId(blake2b(name.encode(), digest_size=16).hexdigest())
    quantity = state.quantity if state.quantity is not None else (state.filled or ZERO)
    limit_price = state.limit_price if state.type in LIMIT_TYPES else None
    return Order(
        order_id=order_id,
        request=OrderRequest(
            tenant=tenant,
            account=account,
            symbol=state.symbol,
            side=state.side,
            type=state.type,
            amount=BaseAmount(quantity),
            idempotency_key=IdempotencyKey(f"adopted:{order_id}"),
            limit_price=limit_price,
            time_in_force=state.time_in_force,
            reduce_only=state.reduce_only,
            position_side=state.position_side,
        ),
        legs=(
            Leg(
                client_order_id=state.client_order_id or order_id,
                venue_order_id=state.venue_order_id,
                quantity=quantity,
                limit_price=limit_price,
                trigger_price=state.trigger_price,
            ),
        ),
        created_ns=min(now_ns, state.venue_time_ns),  # it is at least that old, fills included
        send_before_ns=0,  # never sent from here
        reserve_price=limit_price or ONE,
        status=OrderStatus.UNKNOWN,
        external=not ours,
        updated_ns=now_ns,
    )
