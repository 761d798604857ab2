"""A paper venue takes only what it offers and what the wallet can carry."""

from decimal import Decimal

import pytest

from algotradehub.conformance.trader import Trader
from algotradehub.domain.commands import Place
from algotradehub.domain.evidence import CommandKind, Refused
from algotradehub.domain.ids import IdempotencyKey, Symbol, TenantId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import Quote, Trade
from algotradehub.domain.order import (
    LIMIT_TYPES,
    BaseAmount,
    OrderRequest,
    OrderType,
    PositionSide,
    PriceSource,
    QuoteAmount,
    Trigger,
    TriggerDirection,
)
from algotradehub.matching.recorded import RecordedMarket
from tests.unit.venues.paper.markets import ALICE, OPENING, USDT, VENUE, Exchange, perpetual, spot


def refusal(trader: Trader, order: str) -> Refused:
    (answer,) = [
        e for e in trader.world.events if isinstance(e, Refused) and e.client_order_id == order
    ]
    return answer


async def test_a_market_buy_is_priced_over_the_levels_it_takes() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    # 100,000 USDT: 90 at 1,000 would do, but 20 of them cost 2,000.
    exchange.rest(Side.SELL, Decimal(1_000), Decimal(70))
    exchange.rest(Side.SELL, Decimal(2_000), Decimal(70))
    order = await trader.place(order_type=OrderType.MARKET, amount=BaseAmount(Decimal(90)))
    assert refusal(trader, order).code == "INSUFFICIENT_BALANCE"
    order = await trader.place(order_type=OrderType.MARKET, amount=BaseAmount(Decimal(70)))
    assert (await trader.found(order)).filled == 70


async def test_a_market_buy_is_priced_over_a_deep_book() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    for level in range(30):
        exchange.rest(Side.SELL, Decimal(1_000 + level * 200), Decimal(1))
    # 26 cost 91,182 with the fee, at 3,500 on average, although the last costs 6,000.
    order = await trader.place(order_type=OrderType.MARKET, amount=BaseAmount(Decimal(28)))
    assert refusal(trader, order).code == "INSUFFICIENT_BALANCE"
    order = await trader.place(order_type=OrderType.MARKET, amount=BaseAmount(Decimal(26)))
    assert (await trader.found(order)).filled == 26


async def test_an_average_between_ticks_is_rounded_to_our_disadvantage() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    # On average 1,000.005 each: 2,004.01002 with the fee.
    exchange.venue.deposit(ALICE, USDT, Decimal("2004.0101") - OPENING[USDT])
    exchange.rest(Side.SELL, Decimal("1000.00"), Decimal(1))
    exchange.rest(Side.SELL, Decimal("1000.01"), Decimal(1))
    order = await trader.place(order_type=OrderType.MARKET, amount=BaseAmount(Decimal(2)))
    assert refusal(trader, order).code == "INSUFFICIENT_BALANCE"
    exchange.venue.deposit(ALICE, USDT, Decimal("0.02"))
    order = await trader.place(order_type=OrderType.MARKET, amount=BaseAmount(Decimal(2)))
    assert (await trader.found(order)).filled == 2


async def test_a_market_sell_of_a_value_is_priced_over_the_levels_it_takes() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    exchange.rest(Side.BUY, Decimal(1_000), Decimal(10))
    exchange.rest(Side.BUY, Decimal(100), Decimal(1_000))
    order = await trader.place(
        Side.SELL, order_type=OrderType.MARKET, amount=QuoteAmount(Decimal(25_000))
    )
    assert refusal(trader, order).code == "INSUFFICIENT_BALANCE"  # 10 and 150, of 100
    order = await trader.place(
        Side.SELL, order_type=OrderType.MARKET, amount=QuoteAmount(Decimal(15_000))
    )
    assert (await trader.found(order)).filled == 60


async def test_a_market_order_into_nothing_is_refused() -> None:
    trader = Exchange().trader()
    order = await trader.place(order_type=OrderType.MARKET)
    assert refusal(trader, order).code == "NO_LIQUIDITY"


async def test_a_contract_sold_above_its_limit_binds_the_margin_of_its_price() -> None:
    exchange = Exchange([perpetual()])
    trader = exchange.trader()
    exchange.rest(Side.BUY, Decimal(1_000), Decimal(200))
    order = await trader.place(Side.SELL, price=Decimal(1), amount=BaseAmount(Decimal(120)))
    assert refusal(trader, order).code == "INSUFFICIENT_BALANCE"
    order = await trader.place(Side.SELL, price=Decimal(1), amount=BaseAmount(Decimal(90)))
    assert (await trader.found(order)).filled == 90


@pytest.mark.parametrize(
    "order_type", [t for t in OrderType if t not in {OrderType.LIMIT, OrderType.MARKET}]
)
async def test_what_does_not_say_what_it_waits_for_is_refused(order_type: OrderType) -> None:
    exchange = Exchange()
    trader = exchange.trader()
    exchange.rest(Side.SELL, Decimal(1_000), Decimal(1))
    price = Decimal(1_000) if order_type in LIMIT_TYPES else None
    order = await trader.place(price=price, order_type=order_type)
    needed = "a trail" if order_type is OrderType.TRAILING_STOP else "a trigger"
    assert refusal(trader, order).code == "PRICE"
    assert refusal(trader, order).reason == f"a {order_type} order needs {needed}"


@pytest.mark.parametrize("price", [0, -1])
async def test_a_trigger_must_be_positive(price: int) -> None:
    trader = Exchange().trader()
    trigger = Trigger(price=Decimal(price), direction=TriggerDirection.FALLS_TO)
    amount = QuoteAmount(Decimal(100))
    order = await trader.place(order_type=OrderType.STOP_MARKET, trigger=trigger, amount=amount)
    assert (refusal(trader, order).code, refusal(trader, order).reason) == (
        "PRICE",
        "the price must be positive",
    )


async def test_there_is_no_index_price() -> None:
    trader = Exchange().trader()
    trigger = Trigger(
        price=Decimal(900), direction=TriggerDirection.FALLS_TO, source=PriceSource.INDEX
    )
    order = await trader.place(Side.SELL, order_type=OrderType.STOP_MARKET, trigger=trigger)
    assert refusal(trader, order).code == "UNSUPPORTED"
    assert "no index price" in refusal(trader, order).reason


async def test_reduce_only_is_for_contracts() -> None:
    trader = Exchange().trader()
    order = await trader.place(price=Decimal(1_000), reduce_only=True)
    assert "is spot" in refusal(trader, order).reason


async def test_a_hedged_position_is_refused() -> None:
    exchange = Exchange([perpetual()])
    trader = exchange.trader()
    order = trader.new_id()
    request = OrderRequest(
        tenant=TenantId("t"),
        account=ALICE,
        symbol=exchange.instrument.symbol,
        side=Side.BUY,
        type=OrderType.LIMIT,
        amount=BaseAmount(Decimal(1)),
        idempotency_key=IdempotencyKey("k"),
        limit_price=Decimal(1_000),
        position_side=PositionSide.LONG,
    )
    exchange.paper.send(Place(client_order_id=order, request=request, send_before_ns=2**62))
    (answer,) = trader.answers(order, CommandKind.PLACE)
    assert isinstance(answer, Refused)
    assert "not LONG" in answer.reason


def recorded() -> tuple[Exchange, Symbol]:
    exchange = Exchange([spot()], markets=[RecordedMarket(spot())])
    return exchange, exchange.instrument.symbol


def play(exchange: Exchange, event: Quote | Trade) -> None:
    market = exchange.venue.market(event.symbol)
    assert isinstance(market, RecordedMarket)
    outcomes = market.on_quote(event) if isinstance(event, Quote) else market.on_trade(event)
    exchange.venue.settle(event.symbol, outcomes)
    exchange.venue.tape.take(event)


async def test_over_recorded_quotes_one_per_cent_is_kept_for_the_next_quote() -> None:
    exchange, symbol = recorded()
    trader = exchange.trader()
    quote = Quote(
        venue=VENUE,
        symbol=symbol,
        bid=Decimal(990),
        ask=Decimal(1_000),
        bid_quantity=Decimal(10),
        ask_quantity=Decimal(10),
        venue_time_ns=exchange.now_ns(),
        received_ns=exchange.now_ns(),
    )
    play(exchange, quote)
    order = await trader.place(order_type=OrderType.MARKET, amount=BaseAmount(Decimal(99)))
    assert refusal(trader, order).code == "INSUFFICIENT_BALANCE"
    order = await trader.place(order_type=OrderType.MARKET, amount=BaseAmount(Decimal(98)))
    assert (await trader.found(order)).filled == 10
    assert await trader.open_ids() == [order]  # it waits for the next quote


async def test_over_recorded_trades_the_last_price_is_what_is_known() -> None:
    exchange, symbol = recorded()
    trader = exchange.trader()
    order = await trader.place(order_type=OrderType.MARKET)
    assert refusal(trader, order).code == "NO_LIQUIDITY"
    trade = Trade(
        venue=VENUE,
        symbol=symbol,
        price=Decimal(1_000),
        quantity=Decimal(1),
        taker=Side.SELL,
        venue_trade_id="1",
        venue_time_ns=exchange.now_ns(),
        received_ns=exchange.now_ns(),
    )
    play(exchange, trade)
    order = await trader.place(order_type=OrderType.MARKET)
    assert await trader.open_ids() == [order]
