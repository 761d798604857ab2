"""A recording is played in step with the clock, into the markets and to the public."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec
import pytest

from algotradehub.domain.errors import Unsupported
from algotradehub.domain.evidence import Execution
from algotradehub.domain.ids import VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import Candle, MarketEvent, Quote, Trade
from algotradehub.matching.recorded import RecordedMarket
from algotradehub.ports.venue import Channel
from algotradehub.venues.paper.replay import Replay
from tests.fakes.clock import START_NS
from tests.unit.venues.paper.markets import Exchange, spot

S = 1_000_000_000
THEN = 1_600_000_000 * S
SYMBOL = spot().symbol
BINANCE = VenueId("binance")


def quote(second: int, bid: int) -> Quote:
    return Quote(
        venue=BINANCE,
        symbol=SYMBOL,
        bid=Decimal(bid),
        ask=Decimal(bid + 1),
        bid_quantity=Decimal(10),
        ask_quantity=Decimal(10),
        venue_time_ns=THEN + second * S - 5_000_000,
        received_ns=THEN + second * S,
    )


def trade(second: int, price: int) -> Trade:
    return Trade(
        venue=BINANCE,
        symbol=SYMBOL,
        price=Decimal(price),
        quantity=Decimal(10),
        taker=Side.SELL,
        venue_trade_id=f"t{second}",
        venue_time_ns=THEN + second * S,
        received_ns=THEN + second * S,
    )


def candle(minute: int) -> Candle:
    start_ns = (THEN // (60 * S) + minute) * 60 * S
    price = Decimal(1_000 + minute)
    return Candle(
        venue=BINANCE,
        symbol=SYMBOL,
        start_ns=start_ns,
        interval_ns=60 * S,
        open=price,
        high=price,
        low=price,
        close=price,
        volume=Decimal(1),
        final=True,
        received_ns=start_ns + 60 * S,
    )


QUOTES = [quote(0, 1_000), quote(10, 1_001), quote(30, 1_002)]


class Theatre:
    """An exchange over recorded data, and what its public hears."""

    def __init__(self) -> None:
        self.exchange = Exchange([spot()], markets=[RecordedMarket(spot())])
        self.venue = self.exchange.venue
        self.clock = self.exchange.clock
        self.heard: list[MarketEvent] = []
        for kind in ("quotes", "trades"):
            self.venue.tape.subscribe(Channel(SYMBOL, kind), self.heard.append)

    def play(
        self,
        events: Sequence[MarketEvent],
        *,
        speed: float | None = 1.0,
        rebase: bool = True,
        loop: bool = False,
        slice_events: int = 500,
    ) -> Replay:
        return Replay(
            self.venue,
            recording(events),
            speed=speed,
            rebase=rebase,
            loop=loop,
            slice_events=slice_events,
        )


def recording(events: Sequence[MarketEvent]) -> Callable[[], Sequence[MarketEvent]]:
    return lambda: events


@pytest.mark.parametrize("speed", [1.0, 10.0, 0.5])
def test_events_come_at_their_time(speed: float) -> None:
    theatre = Theatre()
    with theatre.play(QUOTES, speed=speed) as replay:
        assert len(theatre.heard) == 1
        theatre.clock.advance(10 / speed - 0.001)
        assert len(theatre.heard) == 1
        theatre.clock.advance(0.001)
        assert len(theatre.heard) == 2
        assert replay.played == 2
        theatre.clock.advance(20 / speed)
        assert replay.finished
    stamps = [event.received_ns - START_NS for event in theatre.heard]
    assert stamps == [0, round(10 * S / speed), round(30 * S / speed)]
    assert {event.venue for event in theatre.heard} == {theatre.venue.id}


def test_stamps_can_be_kept() -> None:
    theatre = Theatre()
    with theatre.play(QUOTES, rebase=False):
        theatre.clock.advance(60)
    assert [event.received_ns for event in theatre.heard] == [q.received_ns for q in QUOTES]
    assert {event.venue for event in theatre.heard} == {theatre.venue.id}


async def test_our_orders_meet_the_recording_in_our_own_time() -> None:
    theatre = Theatre()
    exchange = theatre.exchange
    with theatre.play([quote(0, 1_000), trade(20, 998), quote(40, 990)], rebase=False):
        order = await exchange.trader().place(price=Decimal(999))
        theatre.clock.advance(60)
    (execution,) = [e for e in exchange.events if isinstance(e, Execution)]
    assert execution.client_order_id == order
    assert execution.price == 999
    assert execution.venue_time_ns == START_NS + 20 * S
    public = [event for event in theatre.heard if isinstance(event, Trade)]
    assert [event.venue_trade_id for event in public] == ["t20"]  # our fill is not among them


async def test_a_candle_of_last_year_fills_an_order_of_today() -> None:
    theatre = Theatre()
    exchange = theatre.exchange
    fall = msgspec.structs.replace(candle(3), low=Decimal(900))
    with theatre.play([candle(0), candle(1), candle(2), fall], rebase=False):
        order = await exchange.trader().place(price=Decimal(950))
        theatre.clock.advance(300)
    (execution,) = [e for e in exchange.events if isinstance(e, Execution)]
    assert execution.client_order_id == order
    assert execution.price == 950


def test_as_fast_as_it_goes_in_slices() -> None:
    theatre = Theatre()
    with theatre.play(QUOTES * 3, speed=None, rebase=False, slice_events=4) as replay:
        assert replay.played == 4
        theatre.clock.advance(0)
        assert replay.played == 9
        assert replay.finished


def test_a_loop_starts_again_now_with_new_trade_ids() -> None:
    theatre = Theatre()
    with theatre.play([trade(0, 1_000), trade(10, 1_001)], loop=True) as replay:
        theatre.clock.advance(25)
        assert not replay.finished
    ids = [event.venue_trade_id for event in theatre.heard if isinstance(event, Trade)]
    assert ids[:4] == ["t0", "t10", "t0-2", "t10-2"]
    assert len(set(ids)) == len(ids)
    stamps = [event.received_ns - START_NS for event in theatre.heard]
    assert stamps == sorted(stamps)


def test_time_runs_faster_for_candles_too() -> None:
    theatre = Theatre()
    told: list[Candle] = []
    theatre.venue.tape.subscribe(Channel(SYMBOL, "candles", 60 * S), told.append)  # type: ignore[arg-type]
    with theatre.play([candle(0), candle(1), candle(2)]):
        theatre.clock.advance(300)
    assert [(c.start_ns - told[0].start_ns) // S for c in told] == [0, 60, 120]
    assert all(c.start_ns % (60 * S) == 0 for c in told)
    fast = Theatre()
    with fast.play([candle(0), candle(1), candle(2)], speed=60.0):
        fast.clock.advance(5)
    kept = fast.venue.tape.candles(SYMBOL, interval_ns=S, start_ns=0, end_ns=2**62)
    assert [(c.start_ns - kept[0].start_ns) // S for c in kept] == [0, 1, 2]


def test_a_closed_replay_stops() -> None:
    theatre = Theatre()
    with theatre.play(QUOTES):
        theatre.clock.advance(15)
    theatre.clock.advance(60)
    assert len(theatre.heard) == 2


def test_an_empty_recording_is_finished_at_once_even_in_a_loop() -> None:
    with Theatre().play([], loop=True) as replay:
        assert replay.finished


def test_what_cannot_be_played_is_refused() -> None:
    theatre = Theatre()
    with pytest.raises(ValueError, match="no time to rebase"):
        theatre.play(QUOTES, speed=None)
    with pytest.raises(ValueError, match="would step back"):
        theatre.play(QUOTES, loop=True, rebase=False)
    with pytest.raises(ValueError, match="must be positive"):
        theatre.play(QUOTES, speed=0)
    matching = Exchange()
    with pytest.raises(Unsupported, match="not a market of recorded data"):
        Replay(matching.venue, recording(QUOTES)).__enter__()


def test_a_broken_venue_ends_the_replay() -> None:
    theatre = Theatre()
    with theatre.play(QUOTES) as replay:
        theatre.venue._log._failure = "gone"
        theatre.clock.advance(60)
        assert replay.played == 1
