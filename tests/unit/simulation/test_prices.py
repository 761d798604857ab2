"""The world's prices: a walk within bounds, heard by whoever listens while the feed is up."""

from decimal import Decimal
from random import Random

from algotradehub.domain.instrument import Side
from algotradehub.domain.market import MarketEvent, Trade
from algotradehub.ports.venue import Channel
from algotradehub.simulation.prices import Prices, Walk
from algotradehub.simulation.timeline import Timeline
from algotradehub.simulation.venue import SYMBOL, VENUE
from tests.fakes.clock import FakeClock

S = 1_000_000_000


def walk(seed: int = 1) -> tuple[Walk, Timeline, list[Decimal]]:
    timeline = Timeline(Random(0), start_ns=0)
    made = Walk(timeline, Random(seed))
    heard: list[Decimal] = []
    made.listener = heard.append
    made.begin()
    return made, timeline, heard


def test_a_walk_moves_stays_within_its_bounds_and_comes_from_its_seed() -> None:
    _, timeline, heard = walk()
    timeline.run_until(500 * S)
    assert len(set(heard)) > 10
    assert min(heard) >= 85
    assert max(heard) <= 115
    _, again, same = walk()
    again.run_until(500 * S)
    assert same == heard


def test_a_feed_that_is_cut_tells_nothing_and_the_walk_goes_on() -> None:
    made, timeline, heard = walk()
    timeline.run_until(20 * S)
    made.cut(100 * S)
    before, prices = len(heard), set()
    for until_s in range(30, 120, 10):
        timeline.run_until(until_s * S)
        prices.add(made.price)
    assert len(heard) == before
    assert len(prices) > 1
    made.heal()
    timeline.run_until(130 * S)
    assert len(heard) > before


def test_a_process_hears_trades_until_it_leaves() -> None:
    made, _, _ = walk()
    clock = FakeClock()
    prices = Prices(made, clock, venue=VENUE, symbol=SYMBOL)
    assert prices.reference(VENUE, SYMBOL, Side.BUY) == made.price
    told: list[MarketEvent] = []
    leave = prices.listen(VENUE, Channel(SYMBOL, "trades"), told.append)
    clock.advance(3)
    prices.hear(Decimal(99))
    (trade,) = told
    assert isinstance(trade, Trade)
    assert (trade.price, trade.received_ns) == (Decimal(99), clock.now_ns())
    assert prices.heard_ns(VENUE) == clock.now_ns()
    leave()
    prices.hear(Decimal(98))
    assert len(told) == 1
