"""Short ways to write what is asked of the scripted venue; orders are numbered."""

from decimal import Decimal

from algotradehub.domain.commands import Amend, Cancel, Place
from algotradehub.domain.ids import ClientOrderId, IdempotencyKey, TenantId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    OrderRequest,
    OrderType,
    TimeInForce,
)
from algotradehub.simulation.venue import SYMBOL
from tests.unit.simulation.stage import ACCOUNT

FAR_NS = 2**62


def place(
    number: int = 1,
    side: Side = Side.BUY,
    *,
    quantity: int = 10,
    price: int | None = 100,
    time_in_force: TimeInForce = TimeInForce.GTC,
    send_before_ns: int = FAR_NS,
) -> Place:
    request = OrderRequest(
        tenant=TenantId("t"),
        account=ACCOUNT,
        symbol=SYMBOL,
        side=side,
        type=OrderType.MARKET if price is None else OrderType.LIMIT,
        amount=BaseAmount(Decimal(quantity)),
        idempotency_key=IdempotencyKey(f"key-{number}"),
        limit_price=None if price is None else Decimal(price),
        time_in_force=time_in_force,
    )
    return Place(client_order_id=client_id(number), request=request, send_before_ns=send_before_ns)


def client_id(number: int) -> ClientOrderId:
    return ClientOrderId(f"{number:032x}")


def cancel(number: int) -> Cancel:
    return Cancel(
        client_order_id=client_id(number), venue_order_id=None, symbol=SYMBOL, side=Side.BUY
    )


def amend(number: int, *, quantity: int | None = None, price: int | None = None) -> Amend:
    return Amend(
        client_order_id=client_id(number),
        venue_order_id=None,
        symbol=SYMBOL,
        side=Side.BUY,
        amendment=Amendment(
            quantity=None if quantity is None else Decimal(quantity),
            limit_price=None if price is None else Decimal(price),
        ),
        send_before_ns=FAR_NS,
    )
