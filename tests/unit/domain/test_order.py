"""An order: what is left of it, and how much of it may still fill."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.order import (
    FINAL_STATUSES,
    UNANSWERED_STATUSES,
    Leg,
    OrderStatus,
)
from tests.unit.domain.examples import order, quote_order

amounts = st.integers(0, 9).map(Decimal)
statuses = st.sampled_from(OrderStatus)
live = st.sampled_from(sorted(set(OrderStatus) - FINAL_STATUSES))


@pytest.mark.design_property(19)
@given(statuses, amounts)
def test_remaining_is_quantity_minus_filled(status: OrderStatus, filled: Decimal) -> None:
    assert order(6, status=status, filled=filled).remaining == max(0, 6 - filled)


@pytest.mark.design_property(19)
@given(st.integers(0, 900).map(Decimal))
def test_remaining_of_a_quote_amount_is_in_quote(paid: Decimal) -> None:
    spent = msgspec.structs.replace(quote_order(600), filled=Decimal(1), paid=paid)
    assert spent.remaining == max(0, 600 - paid)


def test_the_average_price_is_what_was_paid_per_unit() -> None:
    assert order().average_price is None
    assert order(filled=Decimal(4), paid=Decimal(10)).average_price == Decimal("2.5")


def test_statuses_fall_into_three_groups() -> None:
    assert not FINAL_STATUSES & UNANSWERED_STATUSES
    working = set(OrderStatus) - FINAL_STATUSES - UNANSWERED_STATUSES
    assert working == {OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED}


@given(statuses)
def test_what_is_final_is_told_by_its_status(status: OrderStatus) -> None:
    assert order(6, status=status).is_final is (status in FINAL_STATUSES)


def test_the_last_leg_works() -> None:
    old = Leg(client_order_id=ClientOrderId("old"), quantity=Decimal(6))
    new = Leg(client_order_id=ClientOrderId("new"), quantity=Decimal(4))
    both = order(6, legs=(old, new))
    assert both.leg is new
    assert both.quantity == 4
