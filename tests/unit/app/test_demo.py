"""The demo's settings: they are whole, apart from real data, and say what was asked for."""

from pathlib import Path

import pytest

from algotradehub.app.demo import (
    BINANCE,
    BYBIT,
    KRAKEN,
    STRATEGY,
    STRATEGY_ACCOUNT,
    demo_settings,
)
from algotradehub.domain.errors import InvalidRequest
from algotradehub.settings.paper import ReplaySettings, SyntheticSettings
from algotradehub.settings.tree import Settings, default_data_dir


def settings(*replay: str, data_dir: Path | None = None, speed: float = 1.0) -> Settings:
    return demo_settings(
        data_dir=data_dir, port=0, token_file=None, seed=5, replay=replay, speed=speed
    )


def test_three_venues_that_disagree_and_a_strategy_on_one() -> None:
    demo = settings()
    assert [venue.id for venue in demo.paper_venues] == [BINANCE, KRAKEN, BYBIT]
    assert len({venue.listings[0].price for venue in demo.paper_venues}) == 3
    assert len({venue.taker_fee for venue in demo.paper_venues}) == 3
    assert [account.venue for account in demo.accounts] == [BINANCE, KRAKEN, BYBIT]
    [strategy] = demo.strategies
    assert (strategy.name, strategy.account) == (STRATEGY, STRATEGY_ACCOUNT)
    for venue in demo.paper_venues:
        assert isinstance(venue.market, SyntheticSettings)
        assert venue.market.seed == 5  # of all: their prices move together


def test_one_line_is_bad() -> None:
    troubled = [venue.id for venue in settings().paper_venues if venue.trouble is not None]
    assert troubled == [BYBIT]


def test_it_keeps_away_from_real_data() -> None:
    assert settings().data_dir == default_data_dir("algotradehub-demo")
    assert settings(data_dir=Path("here")).data_dir == Path("here")


def test_recordings_replace_the_markets() -> None:
    demo = settings("a.csv", "ETH/USD:USD=b=c.csv", "dir/x=y.csv", speed=60.0)
    for venue in demo.paper_venues:
        assert isinstance(venue.market, ReplaySettings)
        assert venue.market.speed == 60.0
        files = [(str(file.path), file.symbol) for file in venue.market.files]
        assert files == [
            ("a.csv", "BTC/USDT"),
            ("b=c.csv", "ETH/USD:USD"),
            ("dir/x=y.csv", "BTC/USDT"),
        ]
        assert [listing.symbol for listing in venue.listings] == ["BTC/USDT", "ETH/USD:USD"]
        assert {"BTC", "ETH", "USD", "USDT"} <= set(venue.opening)
    assert demo.strategies[0].symbol == "BTC/USDT"


def test_a_speed_that_is_none_is_named() -> None:
    with pytest.raises(InvalidRequest, match="speed"):
        settings("a.csv", speed=0)
