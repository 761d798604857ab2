"""Orders, instruments and evidence that the tests of the domain share."""

from decimal import Decimal
from typing import Any

import msgspec

from algotradehub.domain.evidence import (
    Acknowledged,
    CommandKind,
    Cumulative,
    Execution,
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
from algotradehub.domain.order import (
    BaseAmount,
    Leg,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    QuoteAmount,
)

ORDER_ID = ClientOrderId("0192f0c1a2b37c4d8e5f60718293a4b5")
VENUE_ORDER_ID = VenueOrderId("V1")
SYMBOL = Symbol("BTC/USDT")

SPOT = Instrument(
    venue=VenueId("kraken"),
    symbol=SYMBOL,
    venue_symbol="XBTUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal("0.1")),
    lot=Decimal("0.001"),
    min_quantity=Decimal("0.001"),
)
LINEAR = msgspec.structs.replace(
    SPOT, kind=InstrumentKind.PERPETUAL, symbol=Symbol("BTC/USDT:USDT")
)
INVERSE = msgspec.structs.replace(
    SPOT,
    kind=InstrumentKind.PERPETUAL,
    symbol=Symbol("BTC/USD:BTC"),
    quote=Asset("USD"),
    settle=Asset("BTC"),
    inverse=True,
    contract_size=Decimal(100),
    lot=Decimal(1),
)

REQUEST = OrderRequest(
    tenant=TenantId("t"),
    account=AccountId("kraken-main"),
    symbol=SYMBOL,
    side=Side.BUY,
    type=OrderType.LIMIT,
    amount=BaseAmount(Decimal(6)),
    idempotency_key=IdempotencyKey("k"),
    limit_price=Decimal(100),
)


def order(quantity: int = 6, **changes: Any) -> Order:
    """A limit order to buy, recorded and not yet answered."""
    amount = Decimal(quantity)
    made = Order(
        order_id=ORDER_ID,
        request=msgspec.structs.replace(REQUEST, amount=BaseAmount(amount)),
        legs=(Leg(client_order_id=ORDER_ID, quantity=amount, limit_price=Decimal(100)),),
        created_ns=0,
        send_before_ns=5,
        reserve_price=Decimal(100),
    )
    return msgspec.structs.replace(made, **changes)


def quote_order(value: int = 600) -> Order:
    """A market order to spend ``value``."""
    request = msgspec.structs.replace(
        REQUEST, type=OrderType.MARKET, amount=QuoteAmount(Decimal(value)), limit_price=None
    )
    return order(request=request, legs=(Leg(client_order_id=ORDER_ID),))


def acknowledged(
    command: CommandKind = CommandKind.PLACE, *, venue_time_ns: int = 0
) -> Acknowledged:
    return Acknowledged(
        command=command,
        client_order_id=ORDER_ID,
        venue_order_id=VENUE_ORDER_ID,
        venue_time_ns=venue_time_ns,
    )


def refused(command: CommandKind = CommandKind.PLACE, *, order_unknown: bool = False) -> Refused:
    return Refused(
        command=command,
        client_order_id=ORDER_ID,
        code="E1",
        reason="no funds",
        order_unknown=order_unknown,
    )


def not_sent(command: CommandKind = CommandKind.PLACE) -> NotSent:
    return NotSent(command=command, client_order_id=ORDER_ID, reason="not connected")


def lost(command: CommandKind = CommandKind.PLACE) -> Lost:
    return Lost(command=command, client_order_id=ORDER_ID, reason="timed out")


def execution(
    name: str = "e1", quantity: Decimal | int = 1, price: Decimal | int = 100, **changes: Any
) -> Execution:
    made = Execution(
        client_order_id=ORDER_ID,
        venue_order_id=VENUE_ORDER_ID,
        execution_id=ExecutionId(name),
        symbol=SYMBOL,
        side=Side.BUY,
        price=Decimal(price),
        quantity=Decimal(quantity),
        fee=Decimal("0.01"),
        fee_asset=Asset("USDT"),
        venue_time_ns=0,
    )
    return msgspec.structs.replace(made, **changes)


def cumulative(filled: int, value: int | None, *, venue_time_ns: int = 0) -> Cumulative:
    return Cumulative(
        client_order_id=ORDER_ID,
        venue_order_id=VENUE_ORDER_ID,
        symbol=SYMBOL,
        side=Side.BUY,
        filled=Decimal(filled),
        value=None if value is None else Decimal(value),
        venue_time_ns=venue_time_ns,
    )


def state(
    status: OrderStatus,
    venue_time_ns: int = 0,
    *,
    filled: int | None = None,
    value: int | None = None,
    **changes: Any,
) -> OrderState:
    made = OrderState(
        client_order_id=ORDER_ID,
        venue_order_id=VENUE_ORDER_ID,
        symbol=SYMBOL,
        side=Side.BUY,
        status=status,
        venue_time_ns=venue_time_ns,
        filled=None if filled is None else Decimal(filled),
        value=None if value is None else Decimal(value),
    )
    return msgspec.structs.replace(made, **changes)


def facts(*seen: object) -> tuple[object, ...]:
    """Several facts at once; a type checker will not compare a ``Decimal`` with an ``int``."""
    return seen
