"""Adopting: the venue's word on an order becomes an order of the books, the same in every run."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.evidence import OrderState
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.order import (
    BaseAmount,
    Order,
    OrderStatus,
    OrderType,
    PositionSide,
    TimeInForce,
)
from algotradehub.trading.adoption import adopted
from tests.unit.trading.words import ACCOUNT, PRICE, TENANT, changed, foreign

OURS = ClientOrderId("0192f0c1a2b37c4d8e5f60718293a4b5")


def adopt(state: OrderState, *, ours: bool = False, account: AccountId = ACCOUNT) -> Order:
    return adopted(state, account=account, tenant=TENANT, ours=ours, now_ns=7)


def test_it_is_unknown_until_the_word_itself_is_applied() -> None:
    order = adopt(foreign("V9", "x-77"))
    assert order.status is OrderStatus.UNKNOWN
    assert exposure_of(order) == 6, "from the first moment on"
    assert (order.external, order.send_before_ns) == (True, 0)
    assert (order.leg.client_order_id, order.leg.venue_order_id) == ("x-77", "V9")


@pytest.mark.parametrize(("changed_ns", "created_ns"), [(3, 3), (7, 7), (9, 7)])
def test_it_is_as_old_as_the_venues_word_on_it(changed_ns: int, created_ns: int) -> None:
    """Its fills are asked for since then; a venue's clock ahead of ours makes nobody younger."""
    assert adopt(foreign(venue_time_ns=changed_ns)).created_ns == created_ns


def test_it_keeps_the_trigger_price_the_venue_told() -> None:
    told = foreign(type=OrderType.STOP_MARKET, trigger_price=PRICE)
    assert adopt(told).leg.trigger_price == PRICE


def test_it_keeps_the_terms_the_venue_told() -> None:
    told = foreign(
        time_in_force=TimeInForce.IOC, reduce_only=True, position_side=PositionSide.SHORT
    )
    request = adopt(told).request
    assert (request.time_in_force, request.reduce_only, request.position_side) == (
        TimeInForce.IOC,
        True,
        PositionSide.SHORT,
    )
    assert (request.type, request.limit_price, request.amount) == (
        OrderType.LIMIT,
        PRICE,
        BaseAmount(Decimal(6)),
    )


def test_an_order_of_ours_keeps_its_name() -> None:
    order = adopt(foreign("V9", OURS), ours=True)
    assert (order.order_id, order.external) == (OURS, False)


def test_without_a_client_id_the_derived_name_stands_for_it() -> None:
    order = adopt(foreign("V9"))
    assert order.leg.client_order_id == order.order_id
    assert len(order.order_id) == 32


@pytest.mark.parametrize(("filled", "quantity"), [(None, Decimal(0)), (Decimal(2), Decimal(2))])
def test_what_the_venue_does_not_say_is_not_made_up(
    filled: Decimal | None, quantity: Decimal
) -> None:
    told = foreign(type=OrderType.MARKET, quantity=None, filled=filled)
    order = adopt(told)
    assert (order.quantity, order.request.limit_price) == (quantity, None)
    assert order.reserve_price == 1


parts = st.sampled_from([None, "a", "b", "ab"])
found = st.tuples(st.sampled_from([ACCOUNT, AccountId("okx-main")]), parts, parts)


@given(found, found)
def test_two_orders_have_one_name_only_if_they_are_the_same(
    first: tuple[AccountId, str | None, str | None],
    second: tuple[AccountId, str | None, str | None],
) -> None:
    names = [
        adopt(
            changed(foreign(), venue_order_id=venue, client_order_id=client), account=account
        ).order_id
        for account, venue, client in (first, second)
    ]
    assert (names[0] == names[1]) == (first == second)
