"""Risk: every limit says no by its name, on running sums that count whatever may still fill."""

from decimal import Decimal
from typing import Any

import pytest

from algotradehub.domain.errors import RiskRefused
from algotradehub.domain.ids import AccountId
from algotradehub.domain.instrument import InstrumentKind, Side
from algotradehub.domain.order import Amendment, Leg, Order, OrderStatus
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.risk import RiskEngine, RunningSums
from tests.unit.trading.words import ACCOUNT, PRICE, SPOT, SYMBOL, changed, facts, limit


def order(name: str = "o1", quantity: int = 6, price: int = 100, **changes: Any) -> Order:
    amount = Decimal(quantity)
    return Order(
        order_id=name,  # type: ignore[arg-type]
        request=limit(name, quantity, limit_price=Decimal(price), **changes),
        legs=(Leg(client_order_id=name, quantity=amount),),  # type: ignore[arg-type]
        created_ns=0,
        send_before_ns=0,
        reserve_price=Decimal(price),
    )


def engine(**limits: Any) -> tuple[RiskEngine, RunningSums]:
    sums = RunningSums()
    return RiskEngine(sums=sums, limits={ACCOUNT: RiskLimits(**limits)}), sums


def refusal(risk: RiskEngine, asked: Order, reference: Decimal | None = PRICE) -> str | None:
    try:
        risk.check(asked, SPOT, reference)
    except RiskRefused as refused:
        return f"{refused}"
    return None


@pytest.mark.parametrize(
    ("limits", "asked", "expected"),
    [
        ({"max_order_notional": 600}, order(), None),
        ({"max_order_notional": 599}, order(), "max_order_notional: 600 asked, 599 allowed"),
        ({"max_position": 16}, order(), None),
        ({"max_position": 15}, order(), "max_position: could reach 16 BTC, 15 allowed"),
        ({"max_position": 3}, order(side=Side.SELL), None),
        ({"max_position": 2}, order(side=Side.SELL), "max_position: could reach 3 BTC, 2 allowed"),
        ({"max_position": 2}, order(side=Side.SELL, reduce_only=True), None),
        ({"max_position_notional": 1600}, order(), None),
        (
            {"max_position_notional": 1599},
            order(),
            "max_position_notional: could reach 1600 USDT, 1599 allowed",
        ),
        ({"max_open_orders": 3}, order(), None),
        ({"max_open_orders": 2}, order(), "max_open_orders: 2 are open, 2 allowed"),
        ({"price_band_bps": 100}, order(price=101), None),
        (
            {"price_band_bps": 99},
            order(price=101),
            "price_band: 101 is 100.0 bps beyond 100, 99 allowed",
        ),
        ({"price_band_bps": 100}, order(price=1), None),
        (
            {"price_band_bps": 100},
            order(price=98, side=Side.SELL),
            "price_band: 98 is 200.0 bps beyond 100, 100 allowed",
        ),
        ({"price_band_bps": 100}, order(price=500, side=Side.SELL), None),
        ({}, order(quantity=10**9), None),
    ],
)
def test_a_limit_holds_to_the_last_unit(
    limits: dict[str, int], asked: Order, expected: str | None
) -> None:
    """7 are held, 3 are bought and 4 sold by orders that work: 16 or -3 could be reached."""
    risk, sums = engine(
        **{
            name: value if name == "max_open_orders" else Decimal(value)
            for name, value in limits.items()
        }
    )
    sums.position_moved(ACCOUNT, SYMBOL, Decimal(7))
    sums.order_moved(None, order("b", 3))
    sums.order_moved(None, order("s", 4, side=Side.SELL))
    assert refusal(risk, asked) == expected


def test_without_a_price_what_needs_one_is_refused() -> None:
    market = changed(order(), reserve_price=Decimal(0))
    market = changed(market, request=limit(limit_price=None))
    for limits in ({"max_order_notional": Decimal(1)}, {"max_position_notional": Decimal(1)}):
        risk, _ = engine(**limits)
        assert refusal(risk, market, None) == (
            "price: without a known price no notional limit can be checked"
        )
    risk, _ = engine(max_position=Decimal(6), price_band_bps=Decimal(1))
    assert refusal(risk, market, None) is None, "neither needs one"
    assert refusal(risk, order(), None) == (
        "price_band: there is no price to compare the limit price with"
    )


def test_an_account_without_limits_has_none() -> None:
    risk = RiskEngine(sums=RunningSums(), limits={})
    assert refusal(risk, order(quantity=10**9), None) is None
    assert risk.limits_of(AccountId("nobody")) == RiskLimits()
    huge = Amendment(quantity=Decimal(10**9))
    risk.check_amend(order(), huge, SPOT, None)


def test_inverse_contracts_are_valued_in_quote() -> None:
    inverse = changed(SPOT, kind=InstrumentKind.PERPETUAL, inverse=True, contract_size=Decimal(100))
    risk, _ = engine(max_order_notional=Decimal(600))
    risk.check(order(), inverse, PRICE)
    with pytest.raises(RiskRefused, match="700 asked"):
        risk.check(order(quantity=7), inverse, PRICE)


@pytest.mark.parametrize(
    ("limits", "amendment", "expected"),
    [
        ({"max_position": 9}, Amendment(quantity=Decimal(9)), None),
        ({"max_position": 8}, Amendment(quantity=Decimal(9)), "could reach 9"),
        ({"max_position": 5}, Amendment(quantity=Decimal(3)), None),
        ({"max_position": 5}, Amendment(limit_price=Decimal(99)), None),
        ({"max_order_notional": 900}, Amendment(quantity=Decimal(9)), None),
        ({"max_order_notional": 899}, Amendment(quantity=Decimal(9)), "900 asked"),
        ({"max_order_notional": 659}, Amendment(limit_price=Decimal(110)), "660 asked"),
        ({"price_band_bps": 99}, Amendment(limit_price=Decimal(101)), "bps beyond"),
        ({"price_band_bps": 99}, Amendment(quantity=Decimal(9)), None),
    ],
)
def test_an_amendment_is_measured_by_what_it_adds(
    limits: dict[str, int], amendment: Amendment, expected: str | None
) -> None:
    """The order itself is in the sums already; one that shrinks is never refused for its size."""
    risk, sums = engine(**{name: Decimal(value) for name, value in limits.items()})
    resting = changed(order(), status=OrderStatus.OPEN)
    sums.order_moved(None, resting)
    if expected is None:
        risk.check_amend(resting, amendment, SPOT, PRICE)
    else:
        with pytest.raises(RiskRefused, match=expected):
            risk.check_amend(resting, amendment, SPOT, PRICE)


def test_a_reduce_only_order_may_be_enlarged_beyond_the_position_limit() -> None:
    risk, sums = engine(max_position=Decimal(6))
    closing = changed(order(reduce_only=True), status=OrderStatus.OPEN)
    sums.order_moved(None, closing)
    risk.check_amend(closing, Amendment(quantity=Decimal(9)), SPOT, PRICE)


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
