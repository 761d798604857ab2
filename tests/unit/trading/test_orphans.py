"""The orphan buffer: bounded, by name, and every quantity in it counts as exposure."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.evidence import Cumulative, Execution
from algotradehub.domain.ids import ClientOrderId, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.ports.venue import OrderName
from algotradehub.trading.orphans import Orphans
from algotradehub.trading.risk.sums import RunningSums
from tests.unit.trading.words import ACCOUNT, SYMBOL, changed, cumulative, execution

V1, V2 = VenueOrderId("V1"), VenueOrderId("V2")
C1 = ClientOrderId("c1")


def buffer(capacity: int = 10) -> tuple[Orphans, RunningSums]:
    sums = RunningSums()
    return Orphans(ACCOUNT, capacity=capacity, sums=sums), sums


def test_the_first_event_of_an_order_names_it() -> None:
    orphans, _ = buffer()
    name = orphans.add(execution())
    assert name == OrderName(client_order_id=None, venue_order_id=V1, symbol=SYMBOL, side=Side.BUY)
    assert orphans.add(cumulative(2, 200)) is None
    assert orphans.holds(name)
    assert len(orphans) == 2


def test_events_are_handed_over_in_order_by_either_name() -> None:
    orphans, _ = buffer()
    waiting = [
        execution(name="e1"),
        changed(execution(name="e2"), client_order_id=C1, venue_order_id=None),
        execution(name="e3"),
        execution(name="e4", venue_order_id=V2),
    ]
    for evidence in waiting:
        orphans.add(evidence)
    assert orphans.take(C1, V1) == [waiting[0], waiting[2], waiting[1]]
    assert orphans.take(C1, V1) == []
    assert len(orphans) == 1


def test_a_name_that_repeats_hands_over_nothing_of_another_order() -> None:
    """Strangers' names repeat; whose an event is, the venue's name decides where it is told."""
    orphans, _ = buffer()
    first = changed(execution(name="e1"), client_order_id=C1)
    second = changed(execution(name="e2", venue_order_id=V2), client_order_id=C1)
    orphans.add(first)
    orphans.add(second)
    assert orphans.take(C1, V2) == [second]
    assert orphans.take(C1, None) == [first]


def test_what_has_no_name_belongs_to_nobody() -> None:
    """Two missing names are not the same name."""
    orphans, _ = buffer()
    orphans.add(execution(venue_order_id=None))
    assert orphans.take(None, None) == []
    assert len(orphans) == 1


def test_at_capacity_nothing_more_is_kept() -> None:
    orphans, sums = buffer(capacity=2)
    fullness = [orphans.full]
    for name in ("e1", "e2"):
        orphans.add(execution(name=name))
        fullness.append(orphans.full)
    assert fullness == [False, False, True]
    assert orphans.add(execution(name="e3", venue_order_id=V2)) is None
    assert len(orphans) == 2
    assert sums.of(ACCOUNT, SYMBOL).buying == 4


def test_dropping_forgets_everything() -> None:
    orphans, sums = buffer()
    orphans.add(execution(venue_order_id=None))
    orphans.add(execution(venue_order_id=V2))
    orphans.drop_all()
    assert len(orphans) == 0
    assert sums.of(ACCOUNT, SYMBOL).buying == 0


kinds = st.builds(
    lambda venue, side, quantity, total: (
        changed(cumulative(quantity, None), venue_order_id=venue, side=side)
        if total
        else execution(quantity=quantity, venue_order_id=venue, side=side)
    ),
    st.sampled_from([V1, V2]),
    st.sampled_from(Side),
    st.integers(1, 9),
    st.booleans(),
)
steps = st.lists(kinds | st.sampled_from([V1, V2]) | st.none(), max_size=30)


@pytest.mark.design_property(24)
@given(steps)
def test_exposure_is_what_waits(events: list[Execution | Cumulative | VenueOrderId | None]) -> None:
    """After any history of adding, handing over and dropping, the sums equal a recount."""
    orphans, sums = buffer(capacity=6)
    waiting: list[Execution | Cumulative] = []
    for event in events:
        if event is None:
            orphans.drop_all()
            waiting.clear()
        elif isinstance(event, str):
            assert sorted(map(repr, orphans.take(None, event))) == sorted(
                repr(kept) for kept in waiting if kept.venue_order_id == event
            )
            waiting = [kept for kept in waiting if kept.venue_order_id != event]
        else:
            if not orphans.full:
                waiting.append(event)
            orphans.add(event)
        assert len(orphans) == len(waiting) <= 6
        counted = sums.of(ACCOUNT, SYMBOL)
        for side, sum_ in ((Side.BUY, counted.buying), (Side.SELL, counted.selling)):
            assert sum_ == sum(
                (
                    kept.quantity
                    for kept in waiting
                    if isinstance(kept, Execution) and kept.side is side
                ),
                Decimal(0),
            )
