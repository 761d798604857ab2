"""What an order that waits for a price is valued at; others are tested with admission."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from algotradehub.domain.ids import IdempotencyKey, TenantId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    OrderRequest,
    OrderType,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.matching.outcomes import NewOrder
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.venues.paper.reserve import amended_reserve, reserve_price
from tests.unit.venues.paper.markets import ALICE, OPENING, USDT, Exchange, spot

D = Decimal
TRIGGER = Trigger(price=D(1_000), direction=TriggerDirection.RISES_TO)


def request(side: Side = Side.BUY, **changes: object) -> OrderRequest:
    asked = OrderRequest(
        tenant=TenantId("t"),
        account=ALICE,
        symbol=spot().symbol,
        side=side,
        type=OrderType.STOP_MARKET,
        amount=BaseAmount(D(1)),
        idempotency_key=IdempotencyKey("k"),
    )
    return replace(asked, **changes)


def trail(side: Side = Side.BUY, **terms: Any) -> OrderRequest:
    return request(side, type=OrderType.TRAILING_STOP, trail=Trail(**terms))


def market_at(price: int | None) -> PriceTimeMarket:
    market = PriceTimeMarket(spot())
    for side in Side if price is not None else ():
        order = NewOrder(
            order_id=side,
            owner="others",
            side=side,
            type=OrderType.LIMIT,
            quantity=D(1),
            limit_price=D(str(price)),
        )
        market.place(order, 0)
    return market


@pytest.mark.parametrize(
    ("asked", "price"),
    [
        (request(trigger=TRIGGER), "1010"),
        (request(Side.SELL, trigger=replace(TRIGGER, price=D(1_010))), "1000"),
        (request(type=OrderType.STOP_LIMIT, trigger=TRIGGER, limit_price=D(900)), "900"),
        (trail(offset=D(100)), "2121"),  # 2,000 now, and what it may rise
        (trail(offset_bps=D(500)), "2121"),
        (trail(offset=D(100), activation_price=D(900)), "1010"),
        (trail(Side.SELL, offset=D(100), activation_price=D(2_020)), "2000"),
    ],
)
def test_what_waits_is_valued_at_the_worst_that_it_may_match_at(
    asked: OrderRequest, price: str
) -> None:
    assert reserve_price(asked, market_at(2_000), lambda _: None) == D(price)


def test_a_trail_has_no_value_before_a_price_is_known() -> None:
    assert reserve_price(trail(offset=D(100)), market_at(None), lambda _: None) is None


async def test_an_amended_order_is_valued_anew() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    await trader.place(order_type=OrderType.STOP_MARKET, trigger=TRIGGER)
    (order,) = exchange.venue.working(ALICE)
    assert amended_reserve(order, Amendment(quantity=D(2))) == order.reserve_price == 1_010
    assert amended_reserve(order, Amendment(trigger_price=D(2_000))) == 2_020
    limited = replace(order, limit_price=D(800))
    assert amended_reserve(limited, Amendment(trigger_price=D(2_000))) == 800
    assert amended_reserve(limited, Amendment(limit_price=D(700))) == 700


async def test_a_waiting_stop_holds_its_money() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    order = await trader.place(order_type=OrderType.STOP_MARKET, trigger=TRIGGER)
    wallet = exchange.venue.customer(ALICE).wallet
    assert wallet.available(USDT) == OPENING[USDT] - exchange.quantity * D(1_010) * D("1.002")
    await trader.amend(order, trigger_price=D(2_000))
    assert wallet.available(USDT) == OPENING[USDT] - exchange.quantity * D(2_020) * D("1.002")
    await trader.cancel(order)
    assert wallet.available(USDT) == OPENING[USDT]
