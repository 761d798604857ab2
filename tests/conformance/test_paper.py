"""The paper venue keeps what the ports of accounts and feeds promise."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from algotradehub.conformance import market_feed, trading_account
from algotradehub.conformance.trader import Check
from algotradehub.domain.ids import Symbol
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.ports.venue import MarketFeed
from algotradehub.venues.paper.feed import PaperFeed
from algotradehub.venues.paper.synthetic import Listing, SyntheticMarkets
from algotradehub.venues.paper.venue import PaperVenue
from tests.fakes.clock import FakeClock
from tests.fakes.disk import MemoryDisk
from tests.unit.venues.paper.markets import VENUE, Exchange, jittered, perpetual, spot


@pytest.fixture(params=["spot", "perpetual", "slow"])
def exchange(request: pytest.FixtureRequest) -> Exchange:
    instrument = perpetual() if request.param == "perpetual" else spot()
    slow = jittered(request_s=0.1, answer_s=0.1) if request.param == "slow" else None
    return Exchange([instrument], latency=slow)


@pytest.mark.design_property(1)
@pytest.mark.parametrize("check", trading_account.CHECKS, ids=lambda check: check.__name__)
async def test_the_account(check: Check, exchange: Exchange) -> None:
    await check(exchange)


class Live:
    """Implements ``conformance.market_feed.World`` over a synthetic market."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        instrument = spot()
        self.venue = PaperVenue(
            VENUE,
            markets=[PriceTimeMarket(instrument)],
            clock=self.clock,
            disk=MemoryDisk(self.clock),
        )
        self.symbol: Symbol = instrument.symbol
        self.feed: MarketFeed = PaperFeed(self.venue)

    def now_ns(self) -> int:
        return self.clock.now_ns()

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)


@pytest.fixture
def live() -> Iterator[Live]:
    world = Live()
    listing = Listing(symbol=world.symbol, price=Decimal(60_000))
    with SyntheticMarkets(world.venue, [listing], seed=7):
        yield world


@pytest.mark.parametrize("check", market_feed.CHECKS, ids=lambda check: check.__name__)
async def test_the_feed(check: market_feed.Check, live: Live) -> None:
    await check(live)
