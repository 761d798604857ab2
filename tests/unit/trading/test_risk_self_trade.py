"""No trade with oneself: what rests in one account, seen from another of the same tenant."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Amendment, OrderStatus, OrderType
from algotradehub.trading.risk.resting import Ladder
from tests.unit.trading.risk_desk import ETHER, OTHER, RiskDesk, of_tenant, order
from tests.unit.trading.words import changed

LIMITS = of_tenant(refuse_self_trade=True)


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({"price": 99}, False),
        ({"price": 100}, True),
        ({"price": 101}, True),
        ({"price": 1, "limit_price": None, "type": OrderType.MARKET}, True),
        ({"symbol": ETHER.symbol}, False),
        ({"side": Side.SELL}, False),
        ({"reduce_only": True}, True),
    ],
)
def test_what_would_match_an_own_order_is_refused(changes: dict[str, Any], *, met: bool) -> None:
    desk = RiskDesk(LIMITS)
    desk.rest(order("mine", side=Side.SELL, account=OTHER))
    refusal = desk.refusal(order(**changes))
    expected = (
        "refuse_self_trade: it would trade with order mine at 100, which is of tenant acme too"
    )
    assert refusal == (expected if met else None)


def test_a_sell_meets_the_dearest_buy_and_an_ended_one_nobody() -> None:
    desk = RiskDesk(LIMITS)
    low, high = order("low", price=90, account=OTHER), order("high", price=95, account=OTHER)
    desk.rest(low)
    desk.rest(high)
    sell = order(price=92, side=Side.SELL)
    assert "order high at 95" in (desk.refusal(sell) or "")
    desk.sums.order_moved(high, changed(high, status=OrderStatus.CANCELLED))
    assert desk.refusal(sell) is None
    assert "order low at 90" in (desk.refusal(order(price=90, side=Side.SELL)) or "")


def test_an_amendment_that_is_not_answered_counts_with_both_prices() -> None:
    desk = RiskDesk(LIMITS)
    low = order("low", price=90, account=OTHER)
    desk.rest(low)
    dearer = Amendment(limit_price=Decimal(95))
    desk.sums.order_moved(low, changed(low, amend_pending=dearer))
    assert "order low at 95" in (desk.refusal(order(price=94, side=Side.SELL)) or "")
    resting = changed(order("mine", price=99, side=Side.SELL), status=OrderStatus.OPEN)
    assert desk.refusal_of_amend(resting, Amendment(limit_price=Decimal(94))) is not None
    assert desk.refusal_of_amend(resting, Amendment(quantity=Decimal(1))) is None


def test_own_orders_of_the_same_account_are_the_venues_matter() -> None:
    desk = RiskDesk(LIMITS)
    desk.rest(order("mine", side=Side.SELL))
    assert desk.refusal(order()) is None


def test_a_start_knows_what_rests() -> None:
    desk = RiskDesk(LIMITS)
    desk.risk.start([order("mine", side=Side.SELL, account=OTHER)])
    assert desk.refusal(order()) is not None


def test_nobody_keeps_an_index_that_nobody_asks_for() -> None:
    assert RiskDesk().sums.resting is None


@given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(1, 9)), max_size=400))
def test_a_ladder_knows_its_best_price(steps: list[tuple[int, int | None]]) -> None:
    ladder = Ladder()
    rests: dict[str, int] = {}
    for number, price in steps:
        order_id = ClientOrderId(f"{number}")
        ladder.set(order_id, None if price is None else Decimal(price))
        rests.pop(order_id, None)
        if price is not None:
            rests[order_id] = price
        best = ladder.best()
        assert (None if best is None else best[0]) == min(rests.values(), default=None)
        assert best is None or rests[best[1]] == best[0]
        assert len(ladder._heap) <= 2 * len(rests) + 64
