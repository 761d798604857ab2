"""What both markets do alike: ids, expiries, positions from outside, amendments."""

from decimal import Decimal

import pytest

from algotradehub.matching.fees import QuoteFees
from algotradehub.matching.outcomes import Amended, NewOrder, Outcome
from algotradehub.matching.working import WorkingOrders
from tests.unit.matching.orders import BUY, SELL, closings, gtd, instrument, limit, market

D = Decimal


def working_orders() -> WorkingOrders:
    rules = instrument()
    return WorkingOrders(
        rules, fees=QuoteFees(rules), would_take=lambda _side, _price: False, max_orders=9
    )


def test_a_position_from_outside_is_applied_at_the_next_call() -> None:
    working = working_orders()
    working.set_position("ann", D(5))
    out: list[Outcome] = []
    for name in ("one", "two"):
        new = limit(name, SELL, 5, 100, reduce_only=True)
        working.rest(working.accept(new, 0, out, quantity=D(5)))
    out.clear()
    working.set_position("ann", D(3))
    assert out == []
    working.catch_up(1, out)
    assert out == [
        Amended(order_id=name, quantity=D(3), limit_price=D(100)) for name in ("one", "two")
    ]
    (level,) = working.asks.levels()
    assert level.quantity == 6
    out.clear()
    working.set_position("ann", D(-3))
    working.catch_up(2, out)
    assert list(closings(out)) == ["one", "two"]
    assert working.asks.best() is None


def test_an_order_restored_beyond_the_position_is_cut_at_the_next_call() -> None:
    working = working_orders()
    out: list[Outcome] = []
    working.set_position("ann", D(3))
    working.catch_up(0, out)
    order = limit("one", SELL, 9, 100, reduce_only=True)
    working.rest(working.restore(order, filled=D(2), value=D(200)))
    working.catch_up(1, out)
    assert out == [Amended(order_id="one", quantity=D(5), limit_price=D(100))]


def test_a_dated_order_that_ended_otherwise_does_not_expire() -> None:
    working = working_orders()
    out: list[Outcome] = []
    for name, expires_ns in (("one", 5), ("two", 5), ("three", 4)):
        new = limit(name, BUY, 1, 100, **gtd(expires_ns))
        working.rest(working.accept(new, 0, out, quantity=D(1)))
    working.cancel("one", out)
    out.clear()
    working.catch_up(5, out)
    assert list(closings(out)) == ["three", "two"]


@pytest.mark.parametrize(
    ("new", "filled"),
    [
        (limit("o", BUY, 5, 100), 5),
        (limit("o", BUY, 5, 100, limit_price=None), 0),
        (market("o", BUY, 5, limit_price=D(1)), 0),
    ],
)
def test_what_cannot_have_been_open_is_not_restored(new: NewOrder, filled: int) -> None:
    with pytest.raises(ValueError, match="the order o "):
        working_orders().restore(new, filled=D(filled), value=D(0))


def test_a_restored_value_has_spent_what_it_filled() -> None:
    order = working_orders().restore(market("o", BUY, value=500), filled=D(2), value=D(202))
    assert (order.budget, order.filled, order.value) == (D(298), D(2), D(202))
