"""How much of an order may still fill, never understated."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.order import FINAL_STATUSES, Amendment, Leg, OrderStatus
from tests.unit.domain.examples import order, quote_order

amounts = st.integers(0, 9).map(Decimal)
live = st.sampled_from(sorted(set(OrderStatus) - FINAL_STATUSES))


@given(st.integers(0, 900).map(Decimal))
def test_an_amount_in_quote_counts_at_the_reserve_price(paid: Decimal) -> None:
    spent = msgspec.structs.replace(quote_order(600), filled=Decimal(1), paid=paid)
    assert exposure_of(spent) * 100 == max(0, 600 - paid)


@given(st.sampled_from(sorted(FINAL_STATUSES)), amounts, amounts)
def test_what_is_final_can_fill_no_more(
    status: OrderStatus, filled: Decimal, venue_filled: Decimal
) -> None:
    ended = order(6, status=status, filled=filled, venue_filled=venue_filled)
    assert exposure_of(ended) == 0


@given(live, amounts, amounts, st.none() | amounts)
def test_what_may_live_counts_with_its_larger_size(
    status: OrderStatus, filled: Decimal, venue_filled: Decimal, wanted: Decimal | None
) -> None:
    amendment = None if wanted is None else Amendment(quantity=wanted)
    working = order(
        6, status=status, filled=filled, venue_filled=venue_filled, amend_pending=amendment
    )
    size = max(Decimal(6), wanted or Decimal(0))
    assert exposure_of(working) == max(0, size - filled)


@pytest.mark.parametrize("dead", [True, False])
@given(status=live, filled=amounts)
def test_two_legs_count_together_until_one_is_proven_dead(
    status: OrderStatus, filled: Decimal, *, dead: bool
) -> None:
    old = Leg(client_order_id=ClientOrderId("old"), quantity=Decimal(6), dead=dead)
    new = Leg(client_order_id=ClientOrderId("new"), quantity=Decimal(4))
    both = order(6, status=status, filled=filled, legs=(old, new))
    assert exposure_of(both) == max(0, (4 if dead else 10) - filled)
