"""The venue's own record tells an order as it was at any time."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import ClientOrderId, Symbol, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import FINAL_STATUSES, OrderStatus, OrderType
from algotradehub.simulation.truth import VenueOrder


def order(at_ns: int = 100) -> VenueOrder:
    return VenueOrder(
        venue_order_id=VenueOrderId("V1"),
        client_order_id=ClientOrderId("0" * 32),
        symbol=Symbol("BTC/USDT"),
        side=Side.BUY,
        type_=OrderType.LIMIT,
        quantity=Decimal(10),
        price=Decimal(100),
        at_once=False,
        at_ns=at_ns,
    )


def test_it_did_not_exist_before_it_was_made() -> None:
    assert order(at_ns=100).as_of(99) is None
    made = order(at_ns=100).as_of(100)
    assert made is not None
    assert (made.status, made.venue_time_ns) == (OrderStatus.OPEN, 100)
    assert made.filled == 0


@given(st.lists(st.integers(1, 20), max_size=8), st.integers(0, 200))
def test_a_late_look_sees_the_last_change_up_to_then(steps: list[int], look_ns: int) -> None:
    truth, at_ns, history = order(at_ns=10), 10, [(10, Decimal(0))]
    for number, step in enumerate(steps):
        at_ns += step
        truth.filled = Decimal(number + 1)
        truth.changed(at_ns)
        history.append((at_ns, truth.filled))
    expected = [filled for changed_ns, filled in history if changed_ns <= look_ns]
    seen = truth.as_of(look_ns)
    assert (seen.filled if seen else None) == (expected[-1] if expected else None)


@pytest.mark.parametrize("status", OrderStatus)
def test_nothing_remains_of_what_has_ended(status: OrderStatus) -> None:
    truth = order()
    truth.filled, truth.status = Decimal(4), status
    assert truth.is_open is (status not in FINAL_STATUSES)
    assert truth.remaining == (6 if truth.is_open else 0)
