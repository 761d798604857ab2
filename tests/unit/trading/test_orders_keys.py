"""One key, one order: the same id, whatever became of it (order-path 1)."""

from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.errors import Conflict
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Order,
    OrderStatus,
)
from tests.unit.trading.bench import Bench, S
from tests.unit.trading.words import (
    acknowledged,
    execution,
    limit,
    lost,
    refused,
    state,
)

ENDINGS: dict[OrderStatus, Callable[[Bench, Order], None]] = {
    OrderStatus.PENDING: lambda bench, order: None,
    OrderStatus.UNKNOWN: lambda bench, order: bench.account.tell(lost(order)),
    OrderStatus.OPEN: lambda bench, order: bench.account.tell(acknowledged(order)),
    OrderStatus.PARTIALLY_FILLED: lambda bench, order: bench.account.tell(execution(order)),
    OrderStatus.FILLED: lambda bench, order: bench.account.tell(
        execution(order, quantity=6, status=OrderStatus.FILLED)
    ),
    OrderStatus.CANCELLED: lambda bench, order: bench.account.tell(
        state(OrderStatus.CANCELLED, order, filled=Decimal(0))
    ),
    OrderStatus.EXPIRED: lambda bench, order: bench.account.tell(
        state(OrderStatus.EXPIRED, order, filled=Decimal(0))
    ),
    OrderStatus.REJECTED: lambda bench, order: bench.account.tell(refused(order)),
}


@pytest.mark.design_property(37)
@pytest.mark.parametrize("status", list(OrderStatus))
def test_the_same_key_is_the_same_order_in_every_status(bench: Bench, status: OrderStatus) -> None:
    order = bench.submit()
    ENDINGS[status](bench, order)
    assert bench.now(order).status is status
    assert bench.submit() == bench.now(order)
    with pytest.raises(Conflict):
        bench.submit(limit(quantity=7))
    bench.restart()
    after = bench.submit()
    assert after.order_id == order.order_id
    unsure = status is OrderStatus.PENDING  # whether it was sent died with the process
    assert after.status is (OrderStatus.UNKNOWN if unsure else status)
    with pytest.raises(Conflict):
        bench.submit(limit(side=Side.SELL))
    assert not bench.sent, "after a restart nothing is ever resent"


@pytest.mark.design_property(37)
def test_a_key_outlives_its_orders_stay_in_memory(bench: Bench) -> None:
    """Order-path 8: terminal orders leave memory; their keys do not."""
    order = bench.rest()
    bench.account.tell(state(OrderStatus.CANCELLED, order, filled=Decimal(0)))
    ended = bench.now(order)
    bench.advance(1)
    bench.state.forget_ended(bench.clock.now_ns())
    assert order.order_id not in bench.state.orders
    assert bench.submit() == ended
    with pytest.raises(Conflict):
        bench.submit(limit(quantity=7))
    assert len(bench.sent) == 1


@pytest.mark.design_property(17)
@given(st.lists(st.sampled_from(["submit", "submit", "wait", "restart", "back"]), max_size=20))
def test_no_two_orders_have_the_same_id(steps: list[str]) -> None:
    """Also across restarts, within one millisecond, and when the wall clock is set back."""
    keys = count()
    given_ids: list[ClientOrderId] = []
    with closing(Bench()) as bench:
        for step in steps:
            if step == "submit":
                given_ids.append(bench.submit(limit(f"k{next(keys)}")).order_id)
            elif step == "wait":
                bench.advance(0.001)
            elif step == "back":
                bench.clock.step(-S)
            else:
                bench.restart()
    assert len(set(given_ids)) == len(given_ids)
