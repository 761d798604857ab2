"""What the venue says about an order, for the tests of this folder."""

from decimal import Decimal
from typing import Any

import msgspec

from algotradehub.domain.evidence import (
    Acknowledged,
    CommandKind,
    Cumulative,
    Execution,
    FeeSettled,
    Lost,
    NotSent,
    OrderState,
    Refused,
)
from algotradehub.domain.ids import (
    AccountId,
    Asset,
    ClientOrderId,
    ExecutionId,
    IdempotencyKey,
    Symbol,
    TenantId,
    VenueId,
    VenueOrderId,
)
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.order import BaseAmount, Order, OrderRequest, OrderStatus, OrderType

TENANT = TenantId("acme")
ACCOUNT = AccountId("kraken-main")
VENUE = VenueId("kraken")
BTC, USDT = Asset("BTC"), Asset("USDT")
SYMBOL = Symbol("BTC/USDT")
SPOT = Instrument(
    venue=VENUE,
    symbol=SYMBOL,
    venue_symbol="XBTUSDT",
    kind=InstrumentKind.SPOT,
    base=BTC,
    quote=USDT,
    settle=USDT,
    price_rule=FixedTick(Decimal(1)),
    lot=Decimal(1),
    min_quantity=Decimal(1),
)
PRICE = Decimal(100)


def changed(value: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(value, **changes)


def facts(*seen: object) -> tuple[object, ...]:
    """Several facts at once; a type checker will not compare a ``Decimal`` with an ``int``."""
    return seen


def limit(key: str = "k1", quantity: int = 6, **changes: Any) -> OrderRequest:
    """A request to buy ``quantity`` at 100."""
    made = OrderRequest(
        tenant=TENANT,
        account=ACCOUNT,
        symbol=SYMBOL,
        side=Side.BUY,
        type=OrderType.LIMIT,
        amount=BaseAmount(Decimal(quantity)),
        idempotency_key=IdempotencyKey(key),
        limit_price=PRICE,
    )
    return msgspec.structs.replace(made, **changes)


def acknowledged(
    order: Order, command: CommandKind = CommandKind.PLACE, venue_order_id: str | None = "V1"
) -> Acknowledged:
    name = None if venue_order_id is None else VenueOrderId(venue_order_id)
    return Acknowledged(
        command=command, client_order_id=order.leg.client_order_id, venue_order_id=name
    )


def refused(
    order: Order, command: CommandKind = CommandKind.PLACE, *, order_unknown: bool = False
) -> Refused:
    return Refused(
        command=command,
        client_order_id=order.leg.client_order_id,
        code="E1",
        reason="refused by the venue",
        order_unknown=order_unknown,
    )


def lost(order: Order, command: CommandKind = CommandKind.PLACE) -> Lost:
    return Lost(command=command, client_order_id=order.leg.client_order_id, reason="timed out")


def not_sent(order: Order, command: CommandKind = CommandKind.PLACE) -> NotSent:
    return NotSent(command=command, client_order_id=order.leg.client_order_id, reason="no route")


def execution(
    order: Order | None = None, name: str = "e1", quantity: int = 2, **changes: Any
) -> Execution:
    """A fill at 100, named by the client's and the venue's id; of V1 alone without an order."""
    made = Execution(
        client_order_id=None if order is None else order.leg.client_order_id,
        venue_order_id=VenueOrderId("V1"),
        execution_id=ExecutionId(name),
        symbol=SYMBOL,
        side=Side.BUY if order is None else order.request.side,
        price=PRICE,
        quantity=Decimal(quantity),
        fee=Decimal("0.2"),
        fee_asset=USDT,
        venue_time_ns=1,
    )
    return msgspec.structs.replace(made, **changes)


def fee_settled(execution_id: str = "e1", **changes: Any) -> FeeSettled:
    made = FeeSettled(
        client_order_id=None,
        venue_order_id=VenueOrderId("V1"),
        execution_id=ExecutionId(execution_id),
        symbol=SYMBOL,
        side=Side.BUY,
        fee=Decimal("0.2"),
        fee_asset=USDT,
    )
    return msgspec.structs.replace(made, **changes)


def cumulative(filled: int, value: int | None, **changes: Any) -> Cumulative:
    made = Cumulative(
        client_order_id=None,
        venue_order_id=VenueOrderId("V1"),
        symbol=SYMBOL,
        side=Side.BUY,
        filled=Decimal(filled),
        value=None if value is None else Decimal(value),
        venue_time_ns=1,
    )
    return msgspec.structs.replace(made, **changes)


def state(status: OrderStatus, order: Order | None = None, **changes: Any) -> OrderState:
    """The whole order as the venue has it: ours, or V1 without a client id."""
    made = OrderState(
        client_order_id=None if order is None else order.leg.client_order_id,
        venue_order_id=VenueOrderId("V1"),
        symbol=SYMBOL,
        side=Side.BUY if order is None else order.request.side,
        status=status,
        venue_time_ns=1,
        quantity=Decimal(6) if order is None else order.quantity,
        limit_price=PRICE if order is None else order.leg.limit_price,
    )
    return msgspec.structs.replace(made, **changes)


def foreign(name: str = "V9", client_order_id: str | None = None, **changes: Any) -> OrderState:
    """An order somebody placed from elsewhere."""
    made = state(OrderStatus.OPEN, venue_order_id=VenueOrderId(name))
    if client_order_id is not None:
        made = changed(made, client_order_id=ClientOrderId(client_order_id))
    return msgspec.structs.replace(made, **changes)
