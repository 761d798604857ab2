"""Fills: named by the whole key, and a provisional one that can be found again."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.evidence import FillCause
from algotradehub.domain.fill import fill_of, provisional_fill_of, provisional_id
from algotradehub.domain.ids import Symbol, VenueOrderId
from algotradehub.domain.order_rules import advance
from tests.unit.domain.examples import (
    VENUE_ORDER_ID,
    acknowledged,
    cumulative,
    execution,
    order,
)


def test_a_fill_is_its_execution_within_its_order() -> None:
    seen = execution("e1", quantity=2, price=99)
    fill = fill_of(order(), seen, received_ns=7)
    assert (fill.price, fill.quantity, fill.fee) == (seen.price, seen.quantity, seen.fee)
    assert fill.order_id == order().order_id
    assert fill.received_ns == 7


def test_execution_ids_repeat_so_the_whole_key_counts() -> None:
    fill = fill_of(order(), execution("e1"), received_ns=7)
    others = [
        msgspec.structs.replace(fill, venue_order_id=VenueOrderId("V2")),
        msgspec.structs.replace(fill, symbol=Symbol("ETH/USDT")),
        fill_of(order(), execution("e2"), received_ns=7),
    ]
    assert len({fill.key, *(other.key for other in others)}) == 4
    assert fill_of(order(), execution("e1"), received_ns=8).key == fill.key


def test_an_execution_without_the_venues_name_takes_the_orders() -> None:
    known = advance(order(), acknowledged(), 1).order
    fill = fill_of(known, execution("e1", venue_order_id=None), received_ns=7)
    assert fill.venue_order_id == VENUE_ORDER_ID


@given(st.integers(0, 6), st.integers(0, 600))
def test_the_provisional_fill_is_what_only_a_total_tells(filled: int, value: int) -> None:
    moved = advance(order(), cumulative(filled, value, venue_time_ns=3), 1).order
    fill = provisional_fill_of(moved, at_ns=9)
    if not filled:
        assert fill is None
        return
    assert fill is not None
    assert fill.quantity == moved.filled == filled
    assert fill.price * filled - value < 1
    assert fill.cause is FillCause.PROVISIONAL
    assert fill.fee is None
    assert (fill.venue_time_ns, fill.received_ns) == (3, 9)
    assert fill.execution_id == provisional_id(order())
