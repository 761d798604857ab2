"""Expiries come up in order, and ended orders do not pile up."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from algotradehub.matching.expiries import Expiries
from algotradehub.matching.working_order import WorkingOrder
from tests.unit.matching.orders import BUY

D = Decimal


def order(name: int) -> WorkingOrder:
    return WorkingOrder(
        order_id=str(name),
        owner="ann",
        side=BUY,
        price=D(1),
        quantity=D(1),
        remaining=D(1),
        since_ns=0,
    )


@given(expiries=st.lists(st.integers(1, 9), max_size=30), ended=st.sets(st.integers(0, 29)))
def test_open_orders_come_up_by_expiry_then_by_acceptance(
    expiries: list[int], ended: set[int]
) -> None:
    waiting = Expiries()
    orders = [order(number) for number in range(len(expiries))]
    for expires_ns, entry in zip(expiries, orders, strict=True):
        waiting.add(expires_ns, entry)
    for number, entry in enumerate(orders):
        if number in ended:
            entry.open = False
            waiting.ended()
    expected = [
        entry
        for _, number, entry in sorted(
            (expires_ns, number, entry)
            for number, (expires_ns, entry) in enumerate(zip(expiries, orders, strict=True))
        )
        if number not in ended
    ]
    found = []
    for now_ns in (5, 9):
        for entry in waiting.due(now_ns):
            entry.open = False
            waiting.ended()
            found.append(entry)
        if now_ns == 5:
            assert all(expiries[int(entry.order_id)] <= 5 for entry in found)
    assert found == expected
    assert len(waiting) == 0


def test_ended_orders_are_dropped_once_they_are_the_larger_part() -> None:
    waiting = Expiries()
    keeper = order(0)
    waiting.add(10**6, keeper)
    for number in range(1, 10_001):
        entry = order(number)
        waiting.add(10**6, entry)
        entry.open = False
        waiting.ended()
        assert len(waiting) < 200
    assert list(waiting.due(10**6)) == [keeper]
