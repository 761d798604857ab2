"""Risk: every limit says no by its name, on running sums that count whatever may still fill."""

from decimal import Decimal

import pytest

from algotradehub.domain.ids import AccountId, StrategyId
from algotradehub.domain.instrument import InstrumentKind, Side
from algotradehub.domain.order import Amendment, Order, OrderStatus, PositionSide
from algotradehub.trading.limits import DeskLimits, RiskLimits
from algotradehub.trading.risk.order_size import AVERAGED
from algotradehub.trading.risk.sums import RunningSums
from tests.unit.trading.risk_desk import ETHER, OTHER, RiskDesk, exact, of_account, order
from tests.unit.trading.words import ACCOUNT, SPOT, SYMBOL, TENANT, changed, facts

HERE = " in account kraken-main"
FIVE = HERE + "; at most 5 BTC would pass"


@pytest.mark.parametrize(
    ("limits", "asked", "expected"),
    [
        ({"max_order_notional": 600}, order(), None),
        (
            {"max_order_notional": 599},
            order(),
            "max_order_notional: 600 USDT asked, 599 allowed" + FIVE,
        ),
        ({"max_position": 16}, order(), None),
        (
            {"max_position": 15},
            order(),
            "max_position: could reach 16 BTC, 15 allowed" + FIVE,
        ),
        ({"max_position": 3}, order(side=Side.SELL), None),
        (
            {"max_position": 2},
            order(side=Side.SELL),
            "max_position: could reach 3 BTC, 2 allowed" + FIVE,
        ),
        ({"max_position": 2}, order(side=Side.SELL, reduce_only=True), None),
        ({"max_position_notional": 1600}, order(), None),
        (
            {"max_position_notional": 1599},
            order(),
            "max_position_notional: could reach 1600 USDT, 1599 allowed" + FIVE,
        ),
        ({"max_open_orders": 3}, order(), None),
        (
            {"max_open_orders": 2},
            order(),
            "max_open_orders: 2 are open, 2 allowed" + HERE,
        ),
        ({"price_band_bps": 100}, order(price=101), None),
        (
            {"price_band_bps": 99},
            order(price=101),
            "price_band: 101 is 100.0 bps beyond 100, 99 allowed" + HERE,
        ),
        ({"price_band_bps": 100}, order(price=1), None),
        (
            {"price_band_bps": 100},
            order(price=98, side=Side.SELL),
            "price_band: 98 is 200.0 bps beyond 100, 100 allowed" + HERE,
        ),
        ({"price_band_bps": 100}, order(price=500, side=Side.SELL), None),
        ({}, order(quantity=10**9), None),
    ],
)
def test_a_limit_holds_to_the_last_unit(
    limits: dict[str, int], asked: Order, expected: str | None
) -> None:
    """7 are held, 3 are bought and 4 sold by orders that work: 16 or -3 could be reached."""
    desk = RiskDesk(of_account(**limits))
    desk.fill(7)
    desk.rest(order("b", 3))
    desk.rest(order("s", 4, side=Side.SELL))
    assert desk.refusal(asked) == expected


@pytest.mark.parametrize(
    "asked",
    [
        order("smaller", 7, side=Side.SELL),
        order("flagged", 9, reduce_only=True),
        order("flagged", 9, side=Side.SELL, reduce_only=True),
    ],
)
def test_a_reducing_order_passes_what_is_about_growing(asked: Order) -> None:
    desk = RiskDesk(
        of_account(max_position=1, max_position_notional=1, max_open_orders=1, max_daily_loss=1)
    )
    desk.fill(7)
    desk.rest(order("b", 3))
    assert desk.refusal(asked) is None
    assert desk.refusal(order(quantity=8, side=Side.SELL)) is not None, "8 of 7 would turn it"


def test_in_hedge_mode_nobody_knows_what_reduces() -> None:
    desk = RiskDesk(of_account(max_open_orders=1))
    desk.fill(7)
    desk.rest(order("b", 3))
    closing = order(quantity=2, side=Side.SELL, position_side=PositionSide.SHORT)
    assert desk.refusal(closing) is not None, "it may open a short position beside the long one"


def test_without_a_price_what_needs_one_is_refused() -> None:
    market = order(limit_price=None)
    market = changed(market, reserve_price=Decimal(0))
    for name in ("max_order_notional", "max_position_notional"):
        desk = RiskDesk(of_account(**{name: 1}))
        assert desk.refusal(market, None) == (
            f"{name}: there is no known price of BTC/USDT; account kraken-main allows 1"
        )
    desk = RiskDesk(of_account(max_position=6, price_band_bps=1))
    assert desk.refusal(market, None) is None, "neither needs one"
    assert desk.refusal(order(), None) == (
        "price_band: there is no price to compare the limit price with; "
        "account kraken-main allows 1"
    )


def test_an_account_without_limits_has_none() -> None:
    desk = RiskDesk()
    assert desk.refusal(order(quantity=10**9), None) is None
    assert desk.risk.limits_of(AccountId("nobody")) == RiskLimits()
    assert desk.refusal_of_amend(order(), Amendment(quantity=Decimal(10**9)), None) is None


def test_inverse_contracts_are_valued_in_quote() -> None:
    inverse = changed(SPOT, kind=InstrumentKind.PERPETUAL, inverse=True, contract_size=Decimal(100))
    desk = RiskDesk(of_account(max_order_notional=600))
    desk.positions.list_instrument(ACCOUNT, inverse)
    assert desk.refusal(order()) is None
    assert "700 USDT asked" in (desk.refusal(order(quantity=7)) or "")


@pytest.mark.parametrize(
    ("limits", "amendment", "expected"),
    [
        ({"max_position": 9}, Amendment(quantity=Decimal(9)), None),
        ({"max_position": 8}, Amendment(quantity=Decimal(9)), "could reach 9"),
        ({"max_position": 5}, Amendment(quantity=Decimal(3)), None),
        ({"max_position": 5}, Amendment(limit_price=Decimal(99)), None),
        ({"max_order_notional": 900}, Amendment(quantity=Decimal(9)), None),
        ({"max_order_notional": 899}, Amendment(quantity=Decimal(9)), "900 USDT asked"),
        ({"max_order_notional": 659}, Amendment(limit_price=Decimal(110)), "660 USDT asked"),
        ({"price_band_bps": 99}, Amendment(limit_price=Decimal(101)), "bps beyond"),
        ({"price_band_bps": 99}, Amendment(quantity=Decimal(9)), None),
    ],
)
def test_an_amendment_is_measured_by_what_it_adds(
    limits: dict[str, int], amendment: Amendment, expected: str | None
) -> None:
    """The order itself is in the sums already; one that shrinks is never refused for its size."""
    desk = RiskDesk(of_account(**limits))
    resting = changed(order(), status=OrderStatus.OPEN)
    desk.rest(resting)
    refusal = desk.refusal_of_amend(resting, amendment)
    assert (refusal is None) if expected is None else expected in (refusal or "")


def test_a_reduce_only_order_may_be_enlarged_beyond_the_position_limit() -> None:
    desk = RiskDesk(of_account(max_position=6))
    closing = changed(order(reduce_only=True), status=OrderStatus.OPEN)
    desk.rest(closing)
    assert desk.refusal_of_amend(closing, Amendment(quantity=Decimal(9))) is None


def test_the_tightest_of_all_scopes_holds() -> None:
    strategy = StrategyId("grid")
    everywhere = DeskLimits(
        tenants={TENANT: exact(max_open_orders=4, max_order_notional=900)},
        accounts={ACCOUNT: exact(max_open_orders=3, max_order_notional=800)},
        strategies={strategy: exact(max_open_orders=2, max_order_notional=700)},
        instruments={ACCOUNT: {SYMBOL: exact(max_open_orders=1, max_order_notional=600)}},
        owners={ACCOUNT: TENANT, OTHER: TENANT},
    )
    desk = RiskDesk(everywhere)
    ether = {"symbol": ETHER.symbol}
    for asked, expected in (
        (order(quantity=7), "600 allowed in BTC/USDT in account kraken-main"),
        (order(quantity=8, strategy=strategy, **ether), "700 allowed in strategy grid"),
        (order(quantity=9, **ether), "800 allowed" + HERE),
        (order(quantity=10, account=OTHER), "900 allowed in tenant acme"),
    ):
        assert expected in (desk.refusal(asked) or "")
    desk.rest(order("a", 1, strategy=strategy))
    assert "1 are open, 1 allowed in BTC/USDT" in (desk.refusal(order()) or "")
    desk.rest(order("b", 1, strategy=strategy, **ether))
    mine = order(strategy=strategy, **ether)
    assert "2 are open, 2 allowed in strategy grid" in (desk.refusal(mine) or "")
    desk.rest(order("c", 1, **ether))
    assert "3 are open, 3 allowed in account" in (desk.refusal(order(**ether)) or "")
    desk.rest(order("d", 1, account=OTHER))
    assert "4 are open, 4 allowed in tenant" in (desk.refusal(order(account=OTHER)) or "")


def test_a_fat_finger_is_told_from_the_average_of_the_last_orders() -> None:
    desk = RiskDesk(of_account(max_order_to_average=5, max_order_quantity=40))
    assert "40 allowed" in (desk.refusal(order(quantity=41)) or "")
    for number in range(AVERAGED):
        assert desk.refusal(order(quantity=2 if number else 40)) is None, "too few to compare with"
    # 40 and nineteen times 2, at 100 each: 390 on average.
    assert desk.refusal(order(quantity=20)) == (
        "max_order_to_average: 5.12820513 times the average of the last 20 orders asked, "
        "5 allowed in account kraken-main; at most 19 BTC would pass"
    )
    assert desk.refusal(order(quantity=2)) is None, "the 40 has left the window"
    assert "at most 10 BTC would pass" in (desk.refusal(order(quantity=11)) or "")
    assert desk.refusal(order(quantity=10)) is None


def test_sums_follow_an_order_to_its_end() -> None:
    sums = RunningSums()
    pending = order()
    sums.order_moved(None, pending)
    assert facts(*sums.snapshot().values()) == ((6, 0, 0),)
    filled = changed(pending, status=OrderStatus.PARTIALLY_FILLED, filled=Decimal(2))
    sums.order_moved(pending, filled)
    assert sums.of(ACCOUNT, SYMBOL).buying == 4
    assert sums.open_orders(ACCOUNT) == 1
    ended = changed(filled, status=OrderStatus.CANCELLED)
    sums.order_moved(filled, ended)
    assert facts(*sums.snapshot().values()) == ((0, 0, 0),)
    assert sums.open_orders(ACCOUNT) == 0
    doubted = changed(ended, status=OrderStatus.UNKNOWN)
    sums.order_moved(ended, doubted)
    assert sums.of(ACCOUNT, SYMBOL).buying == 4, "a contradicted end counts again"
    assert sums.open_orders(ACCOUNT) == 1


def test_an_order_that_was_final_from_the_start_never_counts() -> None:
    sums = RunningSums()
    sums.order_moved(None, changed(order(), status=OrderStatus.REJECTED))
    assert sums.snapshot() == {}
    assert sums.open_orders(ACCOUNT) == 0
