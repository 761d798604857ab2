"""Synthetic markets look alive, keep two sides, repeat by seed, and take our orders seriously."""

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from random import Random
from statistics import correlation

import pytest

from algotradehub.domain.errors import Unsupported
from algotradehub.domain.evidence import Execution, Liquidity
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.market import MarketEvent, Quote, Trade
from algotradehub.domain.order import BaseAmount, OrderStatus, OrderType
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.matching.recorded import RecordedMarket
from algotradehub.ports.venue import Channel
from algotradehub.venues.paper.crowd import Habits, Makers
from algotradehub.venues.paper.synthetic import Listing, SyntheticMarkets
from tests.unit.venues.paper.markets import BTC, ETH, Exchange, perpetual, spot

PRICES = {BTC: Decimal(60_000), ETH: Decimal(3_000)}


def listings(
    exchange: Exchange, *, volatility: float = 0.6, habits: Habits | None = None
) -> list[Listing]:
    return [
        Listing(
            symbol=instrument.symbol,
            price=PRICES[instrument.base],
            volatility=volatility,
            habits=habits or Habits(),
        )
        for instrument in exchange.instruments
    ]


def record(
    instruments: Sequence[Instrument], *, seconds: int, seed: int = 5
) -> tuple[Exchange, list[MarketEvent]]:
    exchange = Exchange(instruments)
    heard: list[MarketEvent] = []
    for instrument in instruments:
        for kind in ("quotes", "trades", "book"):
            exchange.venue.tape.subscribe(Channel(instrument.symbol, kind), heard.append)
    with SyntheticMarkets(exchange.venue, listings(exchange), seed=seed):
        exchange.clock.advance(seconds)
    return exchange, heard


def test_the_same_seed_gives_the_same_market() -> None:
    _, first = record([spot(), spot(ETH)], seconds=60)
    _, again = record([spot(), spot(ETH)], seconds=60)
    _, other = record([spot(), spot(ETH)], seconds=60, seed=6)
    assert first == again
    assert first != other


def test_there_are_always_two_sides_and_a_spread() -> None:
    exchange = Exchange()
    (market,) = exchange.markets
    assert isinstance(market, PriceTimeMarket)
    with SyntheticMarkets(exchange.venue, listings(exchange), seed=1):
        for _ in range(3_000):
            bids, asks = market.levels(20)
            assert min(len(bids), len(asks)) >= 5
            assert bids[0][0] < asks[0][0]
            exchange.clock.advance(0.2)


def test_prices_are_on_tick_and_quantities_on_lot() -> None:
    instrument = spot()
    _, heard = record([instrument], seconds=300)
    trades = [event for event in heard if isinstance(event, Trade)]
    quotes = [event for event in heard if isinstance(event, Quote)]
    assert len(trades) > 100
    assert len(quotes) > 300
    for trade in trades:
        assert instrument.is_valid_price(trade.price)
        assert trade.quantity % instrument.lot == 0
    for quote in quotes:
        assert instrument.is_valid_price(quote.bid)
        assert instrument.is_valid_price(quote.ask)


def mids(heard: list[MarketEvent], instrument: Instrument) -> list[float]:
    """The mid at the end of each five seconds."""
    last: dict[int, float] = {}
    for event in heard:
        if isinstance(event, Quote) and event.symbol == instrument.symbol:
            last[event.venue_time_ns // (5 * 10**9)] = float(event.mid)
    return list(last.values())


def test_markets_move_together() -> None:
    instruments = [spot(), spot(ETH)]
    _, heard = record(instruments, seconds=1_500)
    first, second = (mids(heard, instrument) for instrument in instruments)
    moves = [[math.log(b / a) for a, b in pairwise(path)] for path in (first, second)]
    size = min(map(len, moves))
    assert correlation(moves[0][:size], moves[1][:size]) == pytest.approx(0.6, abs=0.2)


def test_one_base_and_quote_have_one_price() -> None:
    _, heard = record([spot(), perpetual()], seconds=600)
    last = {e.symbol: float(e.mid) for e in heard if isinstance(e, Quote)}
    assert last[spot().symbol] == pytest.approx(last[perpetual().symbol], rel=0.001)


def test_more_symbols_do_not_make_prices_move_faster() -> None:
    _, alone = record([spot()], seconds=120)
    _, beside = record([spot(), perpetual()], seconds=120)
    assert mids(alone, spot())[-1] == pytest.approx(mids(beside, spot())[-1], rel=0.0002)


def test_trades_come_in_clusters_and_sizes_have_a_tail() -> None:
    _, heard = record([spot()], seconds=3_000)
    trades = [event for event in heard if isinstance(event, Trade)]
    counts = [0] * 300
    for trade in trades:
        counts[(trade.venue_time_ns // 10**10) % 300] += 1
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / len(counts)
    assert variance > 1.5 * mean  # a Poisson process has a variance like its mean
    sizes = sorted(trade.quantity for trade in trades)
    assert sizes[len(sizes) * 99 // 100] > 10 * sizes[len(sizes) // 2]


def test_spreads_widen_when_prices_are_wild() -> None:
    def spread(heat: float) -> Decimal:
        market = PriceTimeMarket(spot())
        Makers(market, Habits(), Random(1)).quote(60_000.0, heat, 0)
        bid, ask = market.best()
        assert bid is not None
        assert ask is not None
        return ask - bid

    assert spread(0.5) < spread(1.0) < spread(3.0)


async def test_an_order_of_ours_at_the_best_price_is_filled_in_its_turn() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    with SyntheticMarkets(exchange.venue, listings(exchange), seed=1):
        exchange.clock.advance(1)
        quote = exchange.venue.tape.quote(exchange.instrument.symbol)
        assert quote is not None
        order = await trader.place(
            price=quote.bid + exchange.instrument.price_step(quote.bid),
            amount=BaseAmount(Decimal("0.05")),
        )
        exchange.clock.advance(600)
    state = await trader.found(order)
    assert state.status is OrderStatus.FILLED
    fills = [e for e in exchange.events if isinstance(e, Execution)]
    assert {fill.liquidity for fill in fills} == {Liquidity.MAKER}
    assert {fill.price for fill in fills} == {state.limit_price}


async def test_a_market_order_of_ours_takes_levels_that_are_refilled() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    (market,) = exchange.markets
    assert isinstance(market, PriceTimeMarket)
    still = listings(exchange, volatility=0.0001)  # or the ladder would be a new one anyway
    with SyntheticMarkets(exchange.venue, still, seed=1, rate_hz=0.2):
        order = await trader.place(
            Side.SELL, order_type=OrderType.MARKET, amount=BaseAmount(Decimal(2))
        )
        prices = [e.price for e in trader.executions(order)]
        assert len(set(prices)) > 1
        assert prices == sorted(prices, reverse=True)
        assert len(market.levels(20)[0]) <= Habits().levels - len(set(prices)) + 1
        exchange.clock.advance(5)
        assert len(market.levels(20)[0]) == Habits().levels


def test_a_restart_goes_on_where_the_market_stood() -> None:
    exchange = Exchange()
    wild = listings(exchange, volatility=100.0)
    with SyntheticMarkets(exchange.venue, wild, seed=1):
        exchange.clock.advance(600.5)
    stood = exchange.venue.tape.quote(exchange.instrument.symbol)
    assert stood is not None
    assert abs(stood.bid / 60_000 - 1) > Decimal("0.01")
    exchange.restart()
    with SyntheticMarkets(exchange.venue, wild, seed=2):
        exchange.clock.advance(0.1)
        stands = exchange.venue.tape.quote(exchange.instrument.symbol)
        assert stands is not None
        assert abs(stands.bid / stood.bid - 1) < Decimal("0.01")


def test_nothing_moves_after_the_end() -> None:
    exchange = Exchange()
    with SyntheticMarkets(exchange.venue, listings(exchange), seed=1):
        exchange.clock.advance(5)
    heard: list[MarketEvent] = []
    exchange.venue.tape.subscribe(Channel(exchange.instrument.symbol, "trades"), heard.append)
    exchange.clock.advance(60)
    assert heard == []


def test_a_recorded_market_has_no_crowd() -> None:
    exchange = Exchange([spot()], markets=[RecordedMarket(spot())])
    with pytest.raises(Unsupported, match="list a PriceTimeMarket"):
        SyntheticMarkets(exchange.venue, listings(exchange), seed=1)
