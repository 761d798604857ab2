"""Positions and what reduce-only orders may lean on."""

from decimal import Decimal

import pytest

from algotradehub.matching.positions import Positions
from algotradehub.matching.working_order import WorkingOrder
from tests.unit.matching.orders import BUY, SELL

D = Decimal


@pytest.mark.parametrize(("held", "buys", "sells"), [(5, 0, 5), (-5, 5, 0), (0, 0, 0)])
def test_only_the_other_side_reduces(held: int, buys: int, sells: int) -> None:
    positions = Positions()
    positions.set("ann", D(held))
    assert positions.reducible("ann", BUY) == buys
    assert positions.reducible("ann", SELL) == sells
    assert positions.reducible("bob", SELL) == 0


def test_a_reduce_only_order_is_in_excess_once_the_position_is_smaller() -> None:
    positions = Positions()
    positions.move("ann", BUY, D(5))
    order = WorkingOrder(
        order_id="tp",
        owner="ann",
        side=SELL,
        price=D(1),
        quantity=D(4),
        remaining=D(4),
        since_ns=0,
        reduce_only=True,
    )
    positions.watch(order)
    assert positions.has_reducers
    positions.move("ann", SELL, D(1))
    assert list(positions.excesses("ann")) == []
    positions.move("ann", SELL, D(1))
    assert list(positions.excesses("ann")) == [(order, D(3))]
    assert list(positions.excesses("bob")) == []
    positions.forget(order)
    assert list(positions.excesses("ann")) == []
    assert not positions.has_reducers
