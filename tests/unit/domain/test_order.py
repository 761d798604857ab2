"""An order: what is left of it, and how much of it may still fill."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.order import (
    FINAL_STATUSES,
    LIMIT_TYPES,
    TRIGGERED_TYPES,
    UNANSWERED_STATUSES,
    Amendment,
    Leg,
    OrderStatus,
    OrderType,
)
from tests.unit.domain.examples import REQUEST, order, quote_order

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


def test_an_order_of_several_legs_is_its_last_one_and_what_the_others_filled() -> None:
    old, new = order(6, filled=Decimal(2)), order(4)
    both = order(6, legs=(old.leg, new.leg), parts=(old, new), filled=Decimal(2))
    assert both.quantity == 6
    assert both.remaining == 4
    assert both.part is new
    spent = quote_order(600)
    assert msgspec.structs.replace(spent, parts=(spent, spent)).quantity is None


def test_the_name_of_a_type_tells_what_it_needs() -> None:
    """Or a take-profit is accepted without its limit, or without the price that sets it off."""
    assert {type_ for type_ in OrderType if type_.name.endswith("LIMIT")} == LIMIT_TYPES
    triggered = {type_ for type_ in OrderType if type_.name.startswith(("STOP_", "TAKE_PROFIT_"))}
    assert triggered == TRIGGERED_TYPES


def test_a_status_is_final_where_nothing_can_fill_and_unanswered_where_nothing_is_known() -> None:
    assert {status.name for status in FINAL_STATUSES} == {
        "FILLED",
        "CANCELLED",
        "REJECTED",
        "EXPIRED",
    }
    assert {status.name for status in UNANSWERED_STATUSES} == {"PENDING", "UNKNOWN"}


def test_what_nobody_said_of_an_order_is_not_so() -> None:
    """Defaults are not stored: another one would change every order in the journal."""
    new = order()
    for name, value in zip(new.__struct_fields__, msgspec.structs.astuple(new), strict=True):
        required = {"order_id", "request", "legs", "send_before_ns", "reserve_price", "status"}
        assert name in required or not value, name
    assert not new.leg.dead
    assert not REQUEST.post_only
    assert not REQUEST.reduce_only


def test_fills_are_missing_where_the_venue_claims_more_or_told_no_total() -> None:
    two, three = Decimal(2), Decimal(3)
    assert not order(filled=two, venue_filled=two).lacks_fills
    assert order(filled=two, venue_filled=three).lacks_fills
    assert order(filled=two, venue_filled=two, total_untold=True).lacks_fills


def test_an_amendment_is_in_place_unless_another_leg_is_to_follow() -> None:
    asked = order(amend_pending=Amendment(quantity=Decimal(7)))
    assert asked.amends_in_place
    assert not asked.wants_cancel
    replaced = msgspec.structs.replace(asked, replacing=ClientOrderId("new"))
    assert not replaced.amends_in_place
    assert replaced.wants_cancel, "of the leg that rests"
    ended = msgspec.structs.replace(replaced, status=OrderStatus.CANCELLED)
    assert not ended.wants_cancel
    assert not order().amends_in_place
    assert order(cancel_pending=True).wants_cancel
