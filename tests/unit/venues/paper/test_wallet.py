"""A wallet holds back what orders may cost, and moves what executions moved."""

from decimal import Decimal

import pytest

from algotradehub.domain.evidence import Execution, PositionReport
from algotradehub.domain.ids import Asset, ClientOrderId, ExecutionId, Symbol, VenueId, VenueOrderId
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.money import ONE, ZERO
from algotradehub.domain.order import OrderStatus, OrderType, PositionSide, TimeInForce
from algotradehub.venues.paper.records import PaperOrder
from algotradehub.venues.paper.wallet import Wallet
from tests.unit.venues.paper.markets import ALICE, BTC, USDT, perpetual, spot

INVERSE = Instrument(
    venue=VenueId("paper:test"),
    symbol=Symbol("BTC/USD:BTC"),
    venue_symbol="XBTUSD",
    kind=InstrumentKind.PERPETUAL,
    base=BTC,
    quote=Asset("USD"),
    settle=BTC,
    price_rule=FixedTick(ONE),
    lot=ONE,
    min_quantity=ONE,
    contract_size=Decimal(100),
    inverse=True,
)


def wallet(instrument: Instrument, *, leverage: int = 1, **totals: int) -> Wallet:
    opened = Wallet(ALICE, {instrument.symbol: instrument}, Decimal(leverage))
    for asset, amount in totals.items():
        opened.deposit(Asset(asset), Decimal(amount))
    return opened


def order(
    instrument: Instrument,
    side: Side = Side.BUY,
    *,
    price: int = 100,
    quantity: int | None = 1,
    value: int | None = None,
    number: int = 1,
    filled: str = "0",
    reduce_only: bool = False,
    status: OrderStatus = OrderStatus.OPEN,
) -> PaperOrder:
    return PaperOrder(
        venue_order_id=VenueOrderId(str(number)),
        account=ALICE,
        client_order_id=ClientOrderId(f"c{number}"),
        symbol=instrument.symbol,
        side=side,
        type=OrderType.LIMIT,
        quantity=None if quantity is None else Decimal(quantity),
        value=None if value is None else Decimal(value),
        limit_price=Decimal(price),
        time_in_force=TimeInForce.GTC,
        expires_ns=None,
        post_only=False,
        reduce_only=reduce_only,
        reserve_price=Decimal(price),
        changed_ns=0,
        status=status,
        filled=Decimal(filled),
        paid=Decimal(filled) * price,
    )


def execution(
    instrument: Instrument, side: Side, *, price: int, quantity: int, fee: str = "0"
) -> Execution:
    return Execution(
        client_order_id=None,
        venue_order_id=None,
        execution_id=ExecutionId("1"),
        symbol=instrument.symbol,
        side=side,
        price=Decimal(price),
        quantity=Decimal(quantity),
        fee=Decimal(fee),
        fee_asset=instrument.settle,
        venue_time_ns=0,
    )


def test_a_spot_buy_holds_its_cost_and_fee() -> None:
    held = wallet(spot(), USDT=1000)
    held.hold(order(spot(), quantity=2))
    assert held.available(USDT) == 1000 - 200 * Decimal("1.002")
    held.hold(order(spot(), quantity=2, filled="1.5"))
    assert held.available(USDT) == 1000 - 50 * Decimal("1.002")
    held.hold(order(spot(), quantity=2, filled="1.5", status=OrderStatus.CANCELLED))
    assert held.available(USDT) == 1000


def test_a_spot_sell_holds_what_it_delivers() -> None:
    held = wallet(spot(), BTC=3)
    held.hold(order(spot(), Side.SELL, quantity=2))
    assert held.available(BTC) == 1
    assert held.shortage(order(spot(), Side.SELL, quantity=2, number=2)) == (BTC, ONE)
    assert held.shortage(order(spot(), Side.SELL, quantity=1, number=2)) is None


def test_an_amount_in_quote_holds_what_is_left_of_it() -> None:
    held = wallet(spot(), USDT=1000, BTC=10)
    held.hold(order(spot(), quantity=None, value=500, filled="2"))
    assert held.available(USDT) == 1000 - 300 * Decimal("1.002")
    held.hold(order(spot(), Side.SELL, quantity=None, value=500, filled="2", number=2))
    assert held.available(BTC) == 7


def test_an_order_that_needs_no_more_than_before_is_never_short() -> None:
    held = wallet(spot(), USDT=100)
    held.hold(order(spot(), quantity=5))  # more than there is
    assert held.available(USDT) < ZERO
    assert held.shortage(order(spot(), quantity=4)) is None
    assert held.shortage(order(spot(), quantity=6)) is not None


def test_contract_margin_nets_orders_against_the_position() -> None:
    instrument = perpetual()
    held = wallet(instrument, USDT=1000)
    held.execute(execution(instrument, Side.BUY, price=100, quantity=4), 0)
    assert held.available(USDT) == 600
    share = Decimal("1.0005")
    held.hold(order(instrument, Side.SELL, quantity=8))  # closes 4, then opens 4
    assert held.available(USDT) == 1000 - (800 * share - 400).max(Decimal(400))
    held.hold(order(instrument, Side.BUY, quantity=2, number=2))
    assert held.available(USDT) == 1000 - (400 + 200 * share)
    assert held.shortage(order(instrument, Side.BUY, quantity=5, number=3)) is not None
    assert held.shortage(order(instrument, Side.SELL, quantity=1, number=3)) is None


def test_buying_a_short_position_back_binds_nothing() -> None:
    instrument = perpetual()
    held = wallet(instrument, USDT=400)
    held.execute(execution(instrument, Side.SELL, price=100, quantity=4), 0)
    assert held.available(USDT) == 0
    assert held.shortage(order(instrument, quantity=4)) is None
    assert held.shortage(order(instrument, Side.SELL)) is not None
    held.hold(order(instrument, quantity=4))
    assert held.available(USDT) == 0


def test_leverage_divides_the_margin_but_not_the_fee() -> None:
    instrument = perpetual()
    held = wallet(instrument, leverage=10, USDT=1000)
    held.hold(order(instrument, quantity=50))
    assert held.available(USDT) == 1000 - 500 - 5000 * Decimal("0.0005")


def test_reduce_only_holds_nothing() -> None:
    instrument = perpetual()
    held = wallet(instrument, USDT=0)
    assert held.shortage(order(instrument, Side.SELL, reduce_only=True)) is None
    held.hold(order(instrument, Side.SELL, reduce_only=True))
    assert held.available(USDT) == 0


@pytest.mark.design_property(26)
def test_profit_is_paid_when_a_position_shrinks() -> None:
    instrument = perpetual()
    held = wallet(instrument, USDT=1000)
    held.execute(execution(instrument, Side.BUY, price=100, quantity=4, fee="1"), 5)
    held.execute(execution(instrument, Side.SELL, price=110, quantity=3, fee="2"), 6)
    (balance,) = held.balances(9)
    assert balance.total == 1000 + 30 - 3
    assert balance.available == balance.total - 100
    assert held.positions(9) == [
        PositionReport(
            symbol=instrument.symbol,
            position_side=PositionSide.NET,
            quantity=ONE,
            entry_price=Decimal(100),
            venue_time_ns=9,
        )
    ]
    held.execute(execution(instrument, Side.SELL, price=90, quantity=1), 7)
    assert held.available(USDT) == 1000 + 30 - 3 - 10
    assert held.positions(9) == []


def test_inverse_contracts_are_margined_and_paid_in_the_base() -> None:
    held = wallet(INVERSE, BTC=10)
    held.hold(order(INVERSE, quantity=10))
    assert held.available(BTC) == 0  # 10 contracts of 100 at 100
    held.hold(order(INVERSE, quantity=10, status=OrderStatus.CANCELLED))
    held.execute(execution(INVERSE, Side.BUY, price=100, quantity=5), 0)
    held.execute(execution(INVERSE, Side.SELL, price=125, quantity=5), 0)
    assert held.available(BTC) == 11  # 500 / 100 - 500 / 125


def test_changes_are_told_once_per_asset() -> None:
    held = wallet(spot(), USDT=1000, BTC=1)
    assert {balance.asset for balance in held.take_changed(1)} == {USDT, BTC}
    held.hold(order(spot()))
    held.hold(order(spot(), quantity=2))
    (balance,) = held.take_changed(2)
    assert (balance.asset, balance.total, balance.venue_time_ns) == (USDT, Decimal(1000), 2)
    assert held.take_changed(3) == []


def test_a_snapshot_brings_totals_and_positions_back() -> None:
    instrument = perpetual()
    held = wallet(instrument, USDT=1000)
    held.execute(execution(instrument, Side.SELL, price=100, quantity=4), 0)
    again = Wallet(ALICE, {instrument.symbol: instrument}, ONE)
    again.restore(held.state())
    assert again.balances(0) == held.balances(0)
    assert again.positions(0) == held.positions(0)
    assert list(again.quantities()) == [(instrument.symbol, Decimal(-4))]


def test_what_orders_hold_back_moves_no_total() -> None:
    held = wallet(spot(), USDT=1000)
    held.take_changed(1)
    held.hold(order(spot()))
    assert not held.total_moved


@pytest.mark.parametrize("after", [0, 1])
def test_money_that_comes_moves_a_total_until_it_is_told(after: int) -> None:
    held = wallet(spot(), USDT=1000)
    for at_ns in range(after):
        held.take_changed(at_ns)
    assert held.total_moved is (after == 0)
