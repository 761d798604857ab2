"""Rules on exposure: what accounts could come to in money, and what stands against it."""

from decimal import Decimal

import pytest

from algotradehub.domain.ids import Symbol
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Amendment, OrderStatus
from algotradehub.trading.risk.rule import unit_value
from tests.unit.trading.risk_desk import (
    ETHER,
    EURO,
    OTHER,
    PERPETUAL,
    RiskDesk,
    of_account,
    of_tenant,
    order,
)
from tests.unit.trading.words import ACCOUNT, SPOT, changed


def test_exposure_is_what_every_instrument_could_come_to() -> None:
    desk = RiskDesk(of_account(max_exposure=2000))
    desk.price(ETHER.symbol, 9, 10)
    desk.fill(7)  # 700
    desk.rest(order("b", 3))  # 1000
    desk.rest(order("s", 4, side=Side.SELL))  # closes: nothing
    desk.rest(order("e", 50, symbol=ETHER.symbol, side=Side.SELL))  # 500, at the dearer side
    assert desk.use("max_exposure").used == 1500
    assert desk.refusal(order(quantity=5)) is None
    assert desk.refusal(order(quantity=6)) == (
        "max_exposure: could reach 2100 USDT, 2000 allowed in account kraken-main; "
        "at most 5 BTC would pass"
    )
    assert desk.refusal(order(quantity=13, side=Side.SELL)) is None, "10 short is no more than long"


def test_a_dear_limit_price_counts_as_what_it_may_cost() -> None:
    desk = RiskDesk(of_account(max_exposure=1000))
    assert desk.refusal(order(quantity=10)) is None
    assert "1100 USDT" in (desk.refusal(order(quantity=10, price=110)) or "")


def test_the_first_order_is_valued_at_the_market_too() -> None:
    desk = RiskDesk(of_account(max_exposure=1000))
    cheap = order(quantity=11, price=90, side=Side.SELL)
    assert "1100 USDT" in (desk.refusal(cheap) or "")
    assert desk.refusal(order(quantity=10, price=90, side=Side.SELL)) is None


def test_prices_move_exposure_only_when_somebody_looks() -> None:
    desk = RiskDesk(of_account(max_exposure=1000))
    desk.fill(7)
    assert desk.use("max_exposure").used == 700
    desk.asks[SPOT.symbol] = Decimal(200)
    assert desk.use("max_exposure").used == 700
    desk.risk.look()
    assert desk.use("max_exposure").used == 1400
    assert desk.refusal(order(quantity=1)) is not None
    assert desk.refusal(order(quantity=7, side=Side.SELL)) is None, "it closes"


def test_quote_assets_are_never_added_up() -> None:
    desk = RiskDesk(of_account(max_exposure=1000))
    desk.price(EURO.symbol, 100)
    desk.fill(10)
    assert desk.refusal(order(quantity=10, symbol=EURO.symbol)) is None
    assert "1100 EUR" in (desk.refusal(order(quantity=11, symbol=EURO.symbol)) or "")


def test_what_has_no_price_is_said_and_refused() -> None:
    desk = RiskDesk(of_account(max_exposure=1000))
    desk.fill(1, instrument=ETHER)
    assert desk.use("max_exposure").used is None
    assert desk.use("max_exposure").note == "no known price of ETH/USDT"
    assert desk.refusal(order(quantity=1)) == (
        "max_exposure: there is no known price of ETH/USDT; account kraken-main allows 1000"
    )
    asked = order(quantity=1, price=20, symbol=ETHER.symbol)
    assert desk.refusal(asked, None) is None, "the order itself says what it may cost"
    desk.price(ETHER.symbol, 20)
    assert desk.refusal(order(quantity=9)) is None


def test_what_is_not_listed_yet_may_be_of_any_asset() -> None:
    desk = RiskDesk(of_account(max_exposure=1000))
    strange = changed(SPOT, symbol=Symbol("DOGE/USDT"))
    desk.sums.expect(ACCOUNT, strange.symbol, Side.BUY, Decimal(1))
    assert "no known price of DOGE/USDT" in (desk.refusal(order()) or "")
    desk.asks[strange.symbol] = Decimal(50)
    desk.positions.list_instrument(ACCOUNT, strange)
    assert desk.refusal(order(quantity=9)) is None
    assert desk.use("max_exposure").used == 50
    desk.sums.expect(ACCOUNT, strange.symbol, Side.BUY, Decimal(-1))
    assert desk.use("max_exposure").used == 0


def test_a_tenant_is_held_to_the_sum_of_its_accounts() -> None:
    desk = RiskDesk(of_tenant(max_exposure=1000, max_leverage=2))
    desk.own(400)
    desk.risk.look()
    desk.rest(order("a", 6))
    assert desk.refusal(order(quantity=2, account=OTHER)) is None
    assert "could reach 1100 USDT" in (desk.refusal(order(quantity=5, account=OTHER)) or "")
    assert desk.refusal(order(quantity=3, account=OTHER)) == (
        "max_leverage: could reach 2.2500 times the equity in USDT, 2 allowed in tenant acme"
    )
    desk.own(400, account=OTHER)
    assert desk.refusal(order(quantity=3, account=OTHER)) is None


def test_leverage_is_over_equity_and_needs_to_know_it() -> None:
    desk = RiskDesk(of_account(max_leverage=2))
    assert desk.refusal(order()) == (
        "max_leverage: the equity in USDT is not known; account kraken-main allows 2"
    )
    desk.own(300)
    desk.risk.look()
    assert desk.refusal(order(quantity=6)) is None
    assert "2.3333 times" in (desk.refusal(order(quantity=7)) or "")
    desk.own(0)
    assert "the equity in USDT is 0" in (desk.refusal(order()) or "")


def test_what_was_bought_is_part_of_the_equity() -> None:
    desk = RiskDesk(of_account(max_leverage=1))
    desk.own(700)
    desk.fill(7)
    desk.balances.post(
        desk._record(order().request.account), [(SPOT.quote, Decimal(-700))], desk._changes
    )
    desk.price(SPOT.symbol, 50)
    assert desk.use("max_leverage").used == 1, "350 of 350"
    assert desk.refusal(order(quantity=1)) is not None


def test_one_instrument_may_have_so_much_of_the_whole() -> None:
    desk = RiskDesk(of_account(max_concentration="0.5", concentration_floor=1000))
    desk.price(ETHER.symbol, 10)
    assert desk.refusal(order(quantity=10)) is None, "up to the floor it may be alone"
    assert desk.refusal(order(quantity=11)) == (
        "max_concentration: BTC/USDT could reach 1.0000 of the exposure in USDT, "
        "0.5 allowed in account kraken-main"
    )
    desk.rest(order("e", 60, price=10, symbol=ETHER.symbol))
    assert desk.use("max_concentration").note == "any share up to 1000 USDT"
    desk.rest(order("b", 6))
    assert desk.use("max_concentration").used == Decimal("0.5")
    assert desk.refusal(order(quantity=1)) is not None
    assert desk.refusal(order(quantity=9, price=10, symbol=ETHER.symbol)) is not None
    desk.rest(order("e2", 30, price=10, symbol=ETHER.symbol))
    assert desk.refusal(order(quantity=3)) is None


@pytest.mark.parametrize(("quantity", "refused"), [(9, False), (11, True), (3, False)])
def test_an_amendment_adds_the_difference(quantity: int, *, refused: bool) -> None:
    desk = RiskDesk(of_account(max_exposure=1000))
    resting = changed(order(), status=OrderStatus.OPEN)
    desk.rest(resting)
    refusal = desk.refusal_of_amend(resting, Amendment(quantity=Decimal(quantity)))
    assert (refusal is not None) is refused


@pytest.mark.parametrize("inverse", [True, False])
def test_the_worth_of_a_unit_is_the_notional_of_one(*, inverse: bool) -> None:
    instrument = changed(PERPETUAL, inverse=inverse, contract_size=Decimal(100))
    price, quantity = Decimal("29.5"), Decimal(7)
    worth = unit_value(instrument, price)
    assert quantity * worth == instrument.notional(price, quantity)


def test_what_rules_share_of_one_order_is_not_that_of_the_next() -> None:
    desk = RiskDesk(of_account(max_exposure=1000, max_leverage=2, max_concentration=1))
    desk.own(500)
    for quantity in (10, 11, 10, 11):
        assert (desk.refusal(order(quantity=quantity)) is None) is (quantity == 10)
    desk.rest(order("w", 4))
    assert desk.refusal(order(quantity=6)) is None
    assert desk.refusal(order(quantity=7)) is not None
    desk.rest(order("x", 6))
    assert "max_exposure: could reach 1100" in (desk.refusal(order(quantity=1)) or "")
