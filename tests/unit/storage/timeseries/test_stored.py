"""An event laid out as a row comes back the same."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import BookAction, BookUpdate, Candle, MarketEvent, Quote, Trade
from algotradehub.storage.timeseries.layout import MarketKind, kind_of
from algotradehub.storage.timeseries.stored import (
    COLUMNS,
    KEYS,
    from_row,
    series_name,
    series_of,
    to_row,
)

times = st.integers(0, 2**62)
amounts = st.decimals("0.000000000000000001", "1000000000000", allow_nan=False, places=18)
levels = st.lists(st.tuples(amounts, amounts), max_size=4).map(tuple)
VENUE, SYMBOL = VenueId("v"), Symbol("A/B")


def events() -> st.SearchStrategy[MarketEvent]:
    fixed: dict[str, Any] = {"venue": st.just(VENUE), "symbol": st.just(SYMBOL)}
    clocks: dict[str, Any] = {"venue_time_ns": times, "received_ns": times}
    return st.one_of(
        st.builds(
            Candle, **fixed, start_ns=times, interval_ns=times, open=amounts, high=amounts,
            low=amounts, close=amounts, volume=amounts, final=st.just(value=True),
            received_ns=times,
        ),
        st.builds(
            Trade, **fixed, **clocks, price=amounts, quantity=amounts,
            taker=st.sampled_from([*Side, None]), venue_trade_id=st.text(),
        ),
        st.builds(
            Quote, **fixed, **clocks, bid=amounts, ask=amounts, bid_quantity=amounts,
            ask_quantity=amounts,
        ),
        st.builds(
            BookUpdate, **fixed, **clocks, action=st.sampled_from(BookAction), bids=levels,
            asks=levels, first_sequence=times, last_sequence=times,
        ),
    )  # fmt: skip


@given(events(), st.integers(0, 1000))
def test_there_and_back(event: MarketEvent, ordinal: int) -> None:
    row = to_row(event, ordinal)
    kind = kind_of(event)
    assert len(row) == len(COLUMNS[kind])
    again = from_row(kind, row, event.venue, event.symbol)
    assert again == event
    assert repr(again) == repr(event)  # 1.50 stays 1.50


def test_every_kind_has_a_key_among_its_columns() -> None:
    for kind in MarketKind:
        assert set(KEYS[kind]) <= set(COLUMNS[kind])


@pytest.mark.parametrize(
    ("interval_s", "name"),
    [(1, "1s"), (60, "1m"), (900, "15m"), (90, "90s"), (3600, "1h"), (86400, "1d"), (604800, "7d")],
)
def test_a_series_is_named_by_kind_and_interval(interval_s: int, name: str) -> None:
    assert series_name(MarketKind.CANDLES, interval_s * 10**9) == f"candles-{name}"


def test_the_series_of_an_event() -> None:
    one = Decimal(1)
    quote = Quote(
        venue=VENUE, symbol=SYMBOL, bid=one, ask=one, bid_quantity=one,
        ask_quantity=one, venue_time_ns=0, received_ns=0,
    )  # fmt: skip
    assert series_of(quote) == "quotes"
