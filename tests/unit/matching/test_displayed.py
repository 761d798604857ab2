"""Displayed liquidity is offered once."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.instrument import Side
from algotradehub.matching.displayed import DisplayedSide, Volume
from tests.unit.matching.orders import BUY, SELL, amounts

D = Decimal
UPDATES = st.lists(st.tuples(st.integers(1, 6).map(D), st.integers(0, 3).map(D)), max_size=40)


@given(side=st.sampled_from(Side), updates=UPDATES)
def test_updates_one_by_one_are_a_replacement(
    side: Side, updates: list[tuple[Decimal, Decimal]]
) -> None:
    one_by_one, whole = DisplayedSide(side), DisplayedSide(side)
    for price, quantity in updates:
        one_by_one.update(price, quantity)
    final = dict(updates)
    whole.replace(final.items())
    ordered = sorted(
        ((price, quantity) for price, quantity in final.items() if quantity),
        key=lambda level: -side.sign * level[0],
    )
    for displayed in (one_by_one, whole):
        assert list(displayed.offers()) == ordered
        assert displayed.best() == (ordered[0][0] if ordered else None)
        for price in map(D, range(1, 7)):
            assert displayed.size(price) == final.get(price, 0)


def test_what_was_taken_is_offered_again_only_when_the_level_changes() -> None:
    displayed = DisplayedSide(SELL)
    displayed.replace(amounts((100, 5), (101, 6)))
    displayed.take(D(100), D(5))
    displayed.take(D(101), D(2))
    assert list(displayed.offers()) == amounts((101, 4))
    assert displayed.best() == 100  # it still stands there, for those who record
    displayed.replace(amounts((100, 5), (101, 6)))
    displayed.update(D(101), D(6))
    assert list(displayed.offers()) == amounts((101, 4))
    displayed.update(D(100), D(3))
    assert list(displayed.offers()) == amounts((100, 3), (101, 4))
    displayed.replace(amounts((101, 5)))
    assert list(displayed.offers()) == amounts((101, 5))


def test_levels_without_price_or_quantity_are_none() -> None:
    displayed = DisplayedSide(BUY)
    displayed.replace(amounts((0, 5), (100, 0)))
    displayed.update(D(99), D(0))
    assert displayed.best() is None
    assert list(displayed.offers()) == []


def test_a_volume_is_used_up_unless_it_has_no_limit() -> None:
    volume, endless = Volume(D(5)), Volume(None)
    for part, rest in ((3, 2), (2, 0)):
        quantity = volume.part(D(3))
        assert quantity == part
        volume.take(quantity)
        assert volume.left == rest
        endless.take(endless.part(D(3)))
    assert endless.part(D(99)) == 99
