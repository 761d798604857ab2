"""The market maker on made-up quotes: where it quotes, when it moves, and what it never does."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import (
    AccountId,
    Asset,
    ClientOrderId,
    StrategyId,
    Symbol,
    VenueId,
)
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.market import Quote, Trade
from algotradehub.domain.money import money_context
from algotradehub.domain.order import BaseAmount, Leg, Order, OrderRequest, OrderStatus
from algotradehub.domain.position import Position
from algotradehub.ports.strategy import CancelOrder, PlaceOrder, StrategyCommand
from algotradehub.strategies.market_maker import (
    BOUNDS,
    PAUSE_NS,
    MarketMaker,
    MarketMakerParameters,
)

ACCOUNT = AccountId("a")
VENUE = VenueId("paper:one")
SYMBOL = Symbol("BTC/USDT")
SPOT = Instrument(
    venue=VENUE,
    symbol=SYMBOL,
    venue_symbol="BTCUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal("0.01")),
    lot=Decimal("0.001"),
    min_quantity=Decimal("0.001"),
    min_notional=Decimal(5),
)
PERPETUAL = msgspec.structs.replace(SPOT, kind=InstrumentKind.PERPETUAL)


class Desk:
    """Implements ``ports.strategy.View`` with what a test says, and takes what is placed."""

    def __init__(self, instrument: Instrument = SPOT, held: str = "0") -> None:
        self.now_ns = 0
        self.listed = instrument
        self.held = Decimal(held)
        self.orders: list[Order] = []
        self.funds: dict[str, Decimal] = {}

    def instrument(self, account: AccountId, symbol: Symbol) -> Instrument:
        return self.listed

    def position(self, account: AccountId, symbol: Symbol) -> Position:
        return Position(account=account, symbol=symbol, quantity=self.held)

    def open_orders(self, account: AccountId, symbol: Symbol) -> Sequence[Order]:
        return self.orders

    def available(self, account: AccountId, asset: str) -> Decimal | None:
        return self.funds.get(asset)

    def rest(self, command: StrategyCommand, **changes: Any) -> Order:
        assert isinstance(command, PlaceOrder)
        request = command.request
        assert isinstance(request.amount, BaseAmount)
        order_id = ClientOrderId(str(len(self.orders)))
        order = Order(
            order_id=order_id,
            request=request,
            legs=(
                Leg(
                    client_order_id=order_id,
                    quantity=request.amount.quantity,
                    limit_price=request.limit_price,
                ),
            ),
            created_ns=0,
            send_before_ns=0,
            reserve_price=Decimal(1),
            status=OrderStatus.OPEN,
        )
        self.orders.append(msgspec.structs.replace(order, **changes))
        return self.orders[-1]


def maker(**parameters: object) -> MarketMaker:
    read = msgspec.convert({"rest_s": "0"} | parameters, MarketMakerParameters)
    return MarketMaker("maker", read, account=ACCOUNT, venue=VENUE, symbol=SYMBOL)


def quote(bid: str = "999.50", ask: str = "1000.50", **changes: Any) -> Quote:
    made = Quote(
        venue=VENUE,
        symbol=SYMBOL,
        bid=Decimal(bid),
        ask=Decimal(ask),
        bid_quantity=Decimal(1),
        ask_quantity=Decimal(1),
        venue_time_ns=0,
        received_ns=0,
    )
    return msgspec.structs.replace(made, **changes)


def placed(commands: Sequence[StrategyCommand]) -> dict[Side, OrderRequest]:
    requests = [command.request for command in commands if isinstance(command, PlaceOrder)]
    found = {request.side: request for request in requests}
    assert len(found) == len(requests), "two orders on one side"
    return found


def prices(commands: Sequence[StrategyCommand]) -> dict[Side, str]:
    return {side: str(request.limit_price) for side, request in placed(commands).items()}


def test_it_quotes_both_sides_at_the_same_distance() -> None:
    orders = placed(maker(half_spread_bps="4", value="100").on_market(quote(), Desk()))
    assert {side: order.limit_price for side, order in orders.items()} == {
        Side.BUY: Decimal("999.60"),
        Side.SELL: Decimal("1000.40"),
    }
    for order in orders.values():
        assert order.post_only
        assert order.strategy == StrategyId("maker")
        assert order.amount == BaseAmount(
            Decimal("0.101") if order.side is Side.BUY else Decimal("0.1")
        )


def test_a_quote_rests_a_while_before_it_is_moved() -> None:
    desk, making = Desk(), maker(rest_s="2", requote_bps="1")
    bid, ask = (desk.rest(command) for command in making.on_market(quote(), desk))
    moved = quote("1009.50", "1010.50")
    desk.now_ns = 1_999_999_999
    assert making.on_market(moved, desk) == []
    desk.now_ns = 2_000_000_000
    assert making.on_market(moved, desk) == [CancelOrder(bid.order_id), CancelOrder(ask.order_id)]


def test_what_it_holds_moves_both_quotes_against_it() -> None:
    settings = {"half_spread_bps": "4", "skew_bps": "2", "max_value": "1000"}
    long = maker(**settings).on_market(quote(), Desk(held="0.5"))
    short = maker(**settings).on_market(quote(), Desk(held="-0.5"))
    assert prices(long) == {Side.BUY: "999.50", Side.SELL: "1000.30"}
    assert prices(short) == {Side.BUY: "999.70", Side.SELL: "1000.50"}


def test_at_its_limit_it_only_quotes_the_way_back() -> None:
    settings = {"value": "200", "max_value": "1000"}
    assert set(placed(maker(**settings).on_market(quote(), Desk(held="0.9")))) == {Side.SELL}
    assert set(placed(maker(**settings).on_market(quote(), Desk(held="-0.9")))) == {Side.BUY}
    # Beyond it, as after a loss of value, the way back is still open.
    assert set(placed(maker(**settings).on_market(quote(), Desk(held="5")))) == {Side.SELL}


def test_a_quote_in_its_place_is_left_alone() -> None:
    desk, strategy = Desk(), maker(half_spread_bps="4", requote_bps="1")
    for command in strategy.on_market(quote(), desk):
        desk.rest(command)
    assert strategy.on_market(quote("999.55", "1000.55"), desk) == []


def test_a_quote_out_of_place_is_cancelled_and_replaced_when_it_is_gone() -> None:
    desk, strategy = Desk(), maker(half_spread_bps="4", requote_bps="1")
    for command in strategy.on_market(quote(), desk):
        desk.rest(command)
    moved = quote("1000.50", "1001.50")
    assert strategy.on_market(moved, desk) == [CancelOrder(o.order_id) for o in desk.orders]
    desk.orders = [msgspec.structs.replace(o, cancel_pending=True) for o in desk.orders]
    assert strategy.on_market(moved, desk) == []  # asked once; the venue has not said yet
    desk.orders = []
    assert set(placed(strategy.on_market(moved, desk))) == {Side.BUY, Side.SELL}


@pytest.mark.parametrize("status", [OrderStatus.PENDING, OrderStatus.UNKNOWN])
def test_an_unanswered_order_counts_as_one_that_rests(status: OrderStatus) -> None:
    desk, strategy = Desk(), maker()
    for command in strategy.on_market(quote(), desk):
        desk.rest(command, status=status)
    assert strategy.on_market(quote(), desk) == []


def test_a_second_order_of_one_side_is_cancelled() -> None:
    desk, strategy = Desk(), maker()
    for command in 2 * [*strategy.on_market(quote(), desk)]:
        desk.rest(command)
    assert strategy.on_market(quote(), desk) == [
        CancelOrder(desk.orders[2].order_id),
        CancelOrder(desk.orders[3].order_id),
    ]


def test_orders_of_others_are_none_of_its_business() -> None:
    desk, strategy = Desk(), maker()
    for command in strategy.on_market(quote(), desk):
        order = desk.rest(command)
        desk.orders[-1] = msgspec.structs.replace(
            order, request=msgspec.structs.replace(order.request, strategy=None)
        )
    assert set(placed(strategy.on_market(quote("500", "501"), desk))) == {Side.BUY, Side.SELL}


def test_after_a_refusal_it_waits() -> None:
    desk, strategy = Desk(), maker()
    [first, _] = strategy.on_market(quote(), desk)
    rejected = desk.rest(first, status=OrderStatus.REJECTED)
    desk.orders = []
    desk.now_ns = 7
    assert strategy.on_order(rejected, desk) == ()
    assert strategy.on_market(quote(), desk) == []
    desk.now_ns = 7 + PAUSE_NS
    assert strategy.on_market(quote(), desk) != []


def test_it_sells_no_spot_it_does_not_have_and_buys_with_no_money_it_has_not() -> None:
    desk = Desk()
    desk.funds = {"BTC": Decimal(0), "USDT": Decimal(1000)}
    assert set(placed(maker().on_market(quote(), desk))) == {Side.BUY}
    desk.funds = {"BTC": Decimal(1), "USDT": Decimal(200)}  # no room for the fee
    assert set(placed(maker(value="200").on_market(quote(), desk))) == {Side.SELL}
    desk.listed = PERPETUAL
    desk.funds = {"USDT": Decimal(0)}
    assert set(placed(maker().on_market(quote(), desk))) == {Side.BUY, Side.SELL}


def test_other_markets_and_other_events_mean_nothing() -> None:
    trade = Trade(
        venue=VENUE,
        symbol=SYMBOL,
        price=Decimal(1000),
        quantity=Decimal(1),
        taker=None,
        venue_trade_id="1",
        venue_time_ns=0,
        received_ns=0,
    )
    for event in (trade, quote(venue=VenueId("other")), quote(symbol=Symbol("ETH/USDT"))):
        assert maker().on_market(event, Desk()) == ()


@given(
    bid=st.decimals("0.01", "90000", places=2),
    spread=st.decimals("0.01", "50", places=2),
    held=st.decimals("-3", "3", places=3),
    half_spread_bps=st.decimals("0.01", "1000", places=2),
    skew_bps=st.decimals("0", "1000", places=2),
    value=st.decimals("1", "5000", places=0),
)
def test_its_orders_are_always_valid_and_never_cross(
    *,
    bid: Decimal,
    spread: Decimal,
    held: Decimal,
    half_spread_bps: Decimal,
    skew_bps: Decimal,
    value: Decimal,
) -> None:
    with money_context():
        strategy = maker(
            half_spread_bps=half_spread_bps, skew_bps=skew_bps, value=value, max_value="1000000"
        )
        shown = quote(str(bid), str(bid + spread))
        orders = placed(strategy.on_market(shown, Desk(held=str(held))))
        for side, order in orders.items():
            price, amount = order.limit_price, order.amount
            assert price is not None
            assert isinstance(amount, BaseAmount)
            assert price > 0
            assert SPOT.is_valid_price(price)
            assert price < shown.ask if side is Side.BUY else price > shown.bid
            assert amount.quantity % SPOT.lot == 0
            assert amount.quantity >= SPOT.min_quantity
            assert SPOT.notional(price, amount.quantity) >= Decimal(5)
        if len(orders) == 2:
            buy, sell = orders[Side.BUY].limit_price, orders[Side.SELL].limit_price
            assert buy is not None
            assert sell is not None
            assert buy < sell


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_every_parameter_has_bounds(name: str) -> None:
    low, high = BOUNDS[name]
    assert getattr(MarketMakerParameters(**{name: high}), name) == high
    for wrong in (high + 1, low - 1):
        with pytest.raises(ValueError, match=f"{name} must be between"):
            MarketMakerParameters(**{name: wrong})
    assert set(BOUNDS) == set(MarketMakerParameters.__struct_fields__)
