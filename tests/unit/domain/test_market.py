"""Market data: exact prices, and a middle that may lie between two ticks."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import VenueId
from algotradehub.domain.market import BookAction, BookUpdate, Quote
from tests.unit.domain.examples import SYMBOL

prices = st.integers(1, 10**9).map(lambda units: Decimal(units) / 100)


def quote(bid: Decimal, ask: Decimal) -> Quote:
    return Quote(
        venue=VenueId("kraken"),
        symbol=SYMBOL,
        bid=bid,
        ask=ask,
        bid_quantity=Decimal(1),
        ask_quantity=Decimal(1),
        venue_time_ns=1,
        received_ns=2,
    )


@given(prices, prices)
def test_the_middle_is_as_far_from_bid_as_from_ask(bid: Decimal, ask: Decimal) -> None:
    seen = quote(bid, ask)
    assert seen.mid - bid == ask - seen.mid


def test_market_data_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        quote(Decimal(1), Decimal(2)).bid = Decimal(3)  # type: ignore[misc]


def test_a_book_update_is_a_value() -> None:
    levels = ((Decimal("100.1"), Decimal(1)),)
    one, other = (
        BookUpdate(
            venue=VenueId("kraken"),
            symbol=SYMBOL,
            action=BookAction.DELTA,
            bids=levels,
            asks=(),
            first_sequence=1,
            last_sequence=1,
            venue_time_ns=1,
            received_ns=2,
        )
        for _ in range(2)
    )
    assert one == other
    assert hash(one) == hash(other)
