"""The query that names a market."""

import pytest
from pydantic import ValidationError

from algotradehub.api.market_query import INTERVALS_NS, MarketQuery


def test_a_market_is_named_by_venue_and_symbol() -> None:
    assert MarketQuery(venue="kraken", symbol="BTC/USD:BTC").named == ("kraken", "BTC/USD:BTC")


@pytest.mark.parametrize("query", [{"venue": "kraken"}, {"venue": "k", "symbol": "B", "side": "x"}])
def test_nothing_less_and_nothing_else(query: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        MarketQuery.model_validate(query)


def test_words_of_intervals_rise() -> None:
    assert list(INTERVALS_NS.values()) == sorted(INTERVALS_NS.values())
