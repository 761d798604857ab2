"""How much of an order may still fill, never understated."""

from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import FINAL_STATUSES, Amendment, OrderStatus
from tests.unit.domain.examples import order, quote_order

amounts = st.integers(0, 9).map(Decimal)
live = st.sampled_from(sorted(set(OrderStatus) - FINAL_STATUSES))


@given(st.integers(0, 900).map(Decimal))
def test_an_amount_in_quote_counts_at_the_reserve_price(paid: Decimal) -> None:
    spent = msgspec.structs.replace(quote_order(600), filled=Decimal(1), paid=paid)
    assert exposure_of(spent) * 100 == max(0, 600 - paid)


@given(st.sampled_from(sorted(FINAL_STATUSES)), amounts, amounts)
def test_what_is_final_counts_with_what_is_not_booked_yet(
    status: OrderStatus, filled: Decimal, venue_filled: Decimal
) -> None:
    ended = order(6, status=status, filled=filled, venue_filled=venue_filled)
    assert exposure_of(ended) == max(ZERO, venue_filled - filled)


@given(st.sampled_from(sorted(FINAL_STATUSES)), st.integers(0, 6).map(Decimal))
def test_what_ended_without_a_total_counts_as_if_all_had_filled(
    status: OrderStatus, filled: Decimal
) -> None:
    ended = order(6, status=status, filled=filled, venue_filled=filled, total_untold=True)
    assert exposure_of(ended) == 6 - filled


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


@given(status=live, first=amounts, second=amounts, dead=st.booleans())
def test_legs_count_together_until_they_are_final(
    status: OrderStatus, first: Decimal, second: Decimal, *, dead: bool
) -> None:
    old = order(6, status=OrderStatus.CANCELLED if dead else OrderStatus.UNKNOWN, filled=first)
    new = order(4, status=status, filled=second)
    both = msgspec.structs.replace(new, filled=first + second, parts=(old, new))
    expected = max(ZERO, 4 - second) + (ZERO if dead else max(ZERO, 6 - first))
    assert exposure_of(both) == expected


@given(wanted=st.none() | amounts, filled=amounts, dead=st.booleans())
def test_a_leg_that_is_being_replaced_counts_as_the_larger_of_both(
    wanted: Decimal | None, filled: Decimal, *, dead: bool
) -> None:
    status = OrderStatus.CANCELLED if dead else OrderStatus.OPEN
    old = order(6, status=status, filled=filled)
    replaced = order(
        6,
        filled=filled,
        amend_pending=Amendment(quantity=wanted),
        replacing=ClientOrderId("new"),
        parts=(old,),
    )
    rests = 0 if dead else max(0, 6 - filled)
    follows = (6 if wanted is None else wanted) - filled
    assert exposure_of(replaced) == max(rests, follows)
