"""What a person says of an end is held against what is known; a refusal says what would do."""

from decimal import Decimal
from typing import Any

import pytest

from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.evidence import CommandKind
from algotradehub.domain.order import Amendment, Order, OrderStatus
from algotradehub.domain.order_rules import advance
from algotradehub.trading.resolution import Ending, Resolution, decision_of
from tests.unit.domain.examples import acknowledged, cumulative, execution, lost, order, quote_order
from tests.unit.trading.words import changed, facts

LOST = advance(order(6), lost(), 1).order
PARTLY = advance(advance(LOST, execution("a", 2, 100), 2).order, cumulative(3, None), 3).order


def decide(now: Order, status: str, **told: Any) -> tuple[object, ...]:
    amounts = {name: None if value is None else Decimal(value) for name, value in told.items()}
    resolution = Resolution(status=OrderStatus(status), reason="seen", **amounts)
    decision = decision_of(now, resolution, "ann")
    return facts(decision.filled, decision.value)


def test_amounts_that_follow_are_left_out() -> None:
    assert decide(LOST, "REJECTED") == (0, 0)
    assert decide(LOST, "CANCELLED", filled=0) == (0, 0)
    assert decide(LOST, "FILLED", average_price=101) == (6, 606)
    assert decide(LOST, "FILLED", filled=6, value=600) == (6, 600)
    assert decide(PARTLY, "CANCELLED", filled=4, average_price=100) == (4, 400)


def test_an_amendment_that_may_have_been_made_is_a_size_too() -> None:
    asked = Amendment(quantity=Decimal(9))
    amending = changed(advance(order(6), acknowledged(), 1).order, amend_pending=asked)
    doubtful = advance(amending, lost(CommandKind.AMEND), 2).order
    assert decide(doubtful, "FILLED", filled=9, average_price=100) == (9, 900)
    assert decide(doubtful, "FILLED", filled=6, average_price=100) == (6, 600)


def test_of_an_order_in_quote_units_the_quantity_is_told() -> None:
    with pytest.raises(InvalidRequest, match="filled: the quantity that filled"):
        decide(quote_order(), "FILLED", average_price=100)
    assert decide(quote_order(), "FILLED", filled=2, average_price=100) == (2, 200)


@pytest.mark.parametrize(
    ("now", "told", "said"),
    [
        (PARTLY, {"status": "REJECTED"}, "status: CANCELLED, for something of it"),
        (LOST, {"status": "REJECTED", "filled": 1}, "status: CANCELLED"),
        (LOST, {"status": "EXPIRED"}, "status: one of FILLED, CANCELLED, REJECTED"),
        (LOST, {"status": "CANCELLED"}, "filled: how much had filled"),
        (LOST, {"status": "FILLED", "filled": 5, "value": 5}, "filled: all of the order"),
        (LOST, {"status": "CANCELLED", "filled": 7, "value": 7}, "filled: no more than the order"),
        (LOST, {"status": "CANCELLED", "filled": -1, "value": 7}, "filled: no less than 0"),
        (PARTLY, {"status": "CANCELLED", "filled": 2}, "filled: no less than 3"),
        (LOST, {"status": "FILLED"}, "average_price: the price at which it filled"),
        (LOST, {"status": "FILLED", "value": 1, "average_price": 1}, "value: given alone"),
        (LOST, {"status": "FILLED", "value": 0}, "value: more than 0"),
        (PARTLY, {"status": "CANCELLED", "filled": 3, "value": 200}, "value: more than 200"),
        (LOST, {"status": "CANCELLED", "filled": 0, "value": 5}, "value: 0: every fill is known"),
    ],
)
def test_a_refusal_names_the_field_and_what_would_do(
    now: Order, told: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decide(now, **told)
    assert said in str(refused.value)


def test_the_ways_to_end_are_statuses() -> None:
    assert all(OrderStatus(each.value) for each in Ending)
