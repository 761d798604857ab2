"""The loss of the day: what counts, what it stops, and until when."""

from decimal import Decimal

from algotradehub.domain.ids import Asset, Symbol
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Amendment, OrderStatus
from algotradehub.domain.trading_day import DAY_NS
from tests.fakes.clock import NS_PER_S
from tests.unit.trading.risk_desk import (
    OTHER,
    PERPETUAL,
    RiskDesk,
    of_account,
    of_tenant,
    order,
)
from tests.unit.trading.words import ACCOUNT, SPOT, USDT, changed

LIMITS = of_account(max_daily_loss=100)


def desk_at_dawn() -> RiskDesk:
    desk = RiskDesk(LIMITS)
    desk.risk.look()
    return desk


def loss(desk: RiskDesk) -> Decimal | None:
    return desk.use("max_daily_loss").used


def to_tomorrow(desk: RiskDesk) -> None:
    left_ns = DAY_NS - desk.clock.now_ns() % DAY_NS
    desk.clock.advance(left_ns / NS_PER_S)
    desk.risk.look()


def test_realized_unrealized_and_fees_count() -> None:
    desk = desk_at_dawn()
    desk.fill(4, fee="1")
    desk.fill(-2, 90, fee="2")
    desk.price(SPOT.symbol, 80)
    assert loss(desk) == 20 + 40 + 3
    desk.price(SPOT.symbol, 70, 200)
    assert loss(desk) == 20 + 60 + 3, "a long position is worth its bid"


def test_from_the_limit_on_only_what_reduces_passes_until_midnight() -> None:
    desk = desk_at_dawn()
    desk.fill(10)
    desk.price(SPOT.symbol, 91)
    assert desk.refusal(order()) is None
    desk.price(SPOT.symbol, 90)
    hit_ns = desk.clock.now_ns()
    assert desk.refusal(order()) == (
        "max_daily_loss: 100 USDT lost since 00:00 UTC, 100 allowed in account kraken-main; "
        "until midnight UTC only reducing orders pass"
    )
    assert desk.refusal(order(quantity=10, side=Side.SELL)) is None
    resting = changed(order(), status=OrderStatus.OPEN)
    desk.rest(resting)
    assert desk.refusal_of_amend(resting, Amendment(limit_price=Decimal(101))) is not None
    desk.clock.advance(60)
    desk.price(SPOT.symbol, 100)
    assert desk.refusal(order()) is not None, "won back, and still closed"
    assert desk.use("max_daily_loss").since_ns == hit_ns
    to_tomorrow(desk)
    assert desk.refusal(order()) is None
    assert loss(desk) == 0, "a day begins at nothing"


def test_a_restart_forgets_neither_the_loss_nor_that_it_was_too_much() -> None:
    desk = desk_at_dawn()
    desk.fill(10)
    desk.price(SPOT.symbol, 90)
    desk.price(SPOT.symbol, 95)
    again = RiskDesk(LIMITS, desk.days)
    again.fill(10)
    assert "no price was looked at yet" in (again.refusal(order()) or "")
    again.price(SPOT.symbol, 95)
    assert loss(again) == 50
    assert again.refusal(order()) is not None


def test_a_price_that_is_not_known_is_said_and_never_nothing() -> None:
    desk = desk_at_dawn()
    desk.fill(10)
    del desk.bids[SPOT.symbol]
    desk.risk.look()
    assert loss(desk) is None
    missing = "there is no known price of BTC/USDT"
    assert desk.use("max_daily_loss").note == missing
    assert desk.refusal(order()) == (
        f"max_daily_loss: the loss of the day in USDT is not known, because {missing}; "
        "account kraken-main allows 100; until midnight UTC only reducing orders pass"
    )
    assert desk.refusal(order(quantity=10, side=Side.SELL)) is None


def test_what_had_no_price_as_the_day_began_opens_with_the_first() -> None:
    desk = RiskDesk(LIMITS)
    desk.fill(10)
    bid = desk.bids.pop(SPOT.symbol)
    desk.risk.look()
    assert loss(desk) is None
    desk.bids[SPOT.symbol] = bid - 5
    desk.risk.look()
    assert loss(desk) == 0
    desk.price(SPOT.symbol, 94)
    assert loss(desk) == 10


def test_a_fee_in_another_asset_counts_at_its_price() -> None:
    desk = desk_at_dawn()
    token = Asset("BNB")
    desk.fill(1, fee="2", fee_asset=token)
    desk.risk.look()
    assert loss(desk) is None
    assert "no known price of BNB in USDT" in desk.use("max_daily_loss").note
    desk.price(Symbol("BNB/USDT"), 30)
    assert loss(desk) == 60
    to_tomorrow(desk)
    desk.price(Symbol("BNB/USDT"), 40)
    assert loss(desk) == 0, "fees of other days do not move with the price of what paid them"


def test_a_fee_taken_out_of_the_position_counts_once() -> None:
    desk = desk_at_dawn()
    desk.fill(10, fee="1", fee_asset=SPOT.base)
    desk.risk.look()
    assert loss(desk) == 100


def test_contracts_lose_what_they_are_marked_down() -> None:
    desk = desk_at_dawn()
    desk.fill(-10, instrument=PERPETUAL)
    desk.price(PERPETUAL.symbol, 100, 105)
    assert loss(desk) == 50, "a short position costs its ask"


def test_a_tenant_loses_with_all_its_accounts() -> None:
    desk = RiskDesk(of_tenant(max_daily_loss=100))
    desk.risk.look()
    desk.fill(6)
    desk.fill(6, account=OTHER)
    desk.price(SPOT.symbol, 90)
    assert desk.use("max_daily_loss").used == 120
    for account in (ACCOUNT, OTHER):
        assert "120 USDT lost" in (desk.refusal(order(account=account)) or "")
        assert desk.days[account].hits.keys() == {f"tenant:{USDT}"}
