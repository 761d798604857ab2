"""Plays recorded market data into a paper venue, in step with its clock."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

import msgspec

from algotradehub.domain.errors import Unsupported
from algotradehub.domain.market import BookUpdate, Candle, MarketEvent, Quote, Trade
from algotradehub.matching.outcomes import Outcome
from algotradehub.matching.recorded import RecordedMarket
from algotradehub.ports.clock import Timer
from algotradehub.venues.paper.venue import PaperVenue

_replace = msgspec.structs.replace
_NS_PER_S = 1_000_000_000


class Replay:
    """Runs while its context is open, or until the recording ends.

    The markets always live in the venue's own time: an event reaches them stamped with the moment
    at which it is played. With ``rebase`` the public sees those stamps too; at a speed of N all
    of time runs N times faster, so a candle of a minute becomes one of 60 / N seconds. Without,
    the public sees the recording's own stamps.

    Args:
        recording: Gives the events, oldest ``received_ns`` first, each time it is called. Their
            symbols are listed at ``venue`` with recorded markets.
        speed: 1 is real time, 10 ten times as fast, None as fast as it goes.
        loop: Start again at the end; trade ids then get the number of the round.
        slice_events: The most played before the loop gets its turn.

    Raises:
        ValueError: Stamps are rebased at no speed, or a recording is looped without rebasing, so
            that time would step back.
    """

    def __init__(
        self,
        venue: PaperVenue,
        recording: Callable[[], Iterable[MarketEvent]],
        *,
        speed: float | None = 1.0,
        rebase: bool = True,
        loop: bool = False,
        slice_events: int = 500,
    ) -> None:
        if speed is None and rebase:
            raise ValueError("as fast as it goes there is no time to rebase to; set rebase=False")
        if loop and not rebase:
            raise ValueError("a loop in the recording's own time would step back; set rebase=True")
        if speed is not None and speed <= 0:
            raise ValueError(f"speed must be positive, was {speed}")
        self._venue = venue
        self._recording = recording
        self._speed = speed
        self._rebase = rebase
        self._loop = loop
        self._slice_events = slice_events
        self._timer: Timer | None = None
        self._events: Iterator[MarketEvent] = iter(())
        self._next: MarketEvent | None = None
        self._first_ns = 0  # of this round, in the recording's time
        self._start_ns = 0  # of this round, in the venue's time
        self._start_monotonic_ns = 0
        self._round = 0
        self.played = 0

    def __enter__(self) -> Self:
        self._begin()
        self._run()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    @property
    def finished(self) -> bool:
        """Whether the recording has been played to its end."""
        return self._next is None

    def _begin(self) -> None:
        self._events = iter(self._recording())
        self._next = next(self._events, None)
        self._round += 1
        if self._next is not None:
            self._first_ns = self._next.received_ns
        self._start_ns = self._venue.now_ns()
        self._start_monotonic_ns = self._venue.clock.monotonic_ns()

    def _run(self) -> None:
        clock = self._venue.clock
        for _ in range(self._slice_events):
            event = self._next
            if event is None or self._venue.failure is not None:
                return
            if self._speed is not None:
                due_ns = self._start_monotonic_ns + self._scaled(event.received_ns - self._first_ns)
                wait_ns = due_ns - clock.monotonic_ns()
                if wait_ns > 0:
                    self._timer = clock.after(wait_ns / _NS_PER_S, self._run)
                    return
            self._play(event)
            self._next = next(self._events, None)
            if self._next is None and self._loop:
                self._begin()
        self._timer = clock.after(0, self._run)

    def _play(self, event: MarketEvent) -> None:
        venue = self._venue
        market = venue.market(event.symbol)
        if not isinstance(market, RecordedMarket):
            raise Unsupported(f"{event.symbol} of {venue.id} is not a market of recorded data")
        live = self._live(event)
        # First the accounts, then the public: whoever reacts to the data finds its fills settled.
        venue.settle(event.symbol, _outcomes(market, live))
        venue.tape.take(live if self._rebase else _replace(event, venue=venue.id))
        self.played += 1

    def _live(self, event: MarketEvent) -> MarketEvent:
        """The event as it happens at the paper venue, now."""
        venue = self._venue.id
        received_ns = self._moment(event.received_ns)
        match event:
            case Candle():
                interval_ns = max(1, self._scaled(event.interval_ns))
                start_ns = self._moment(event.start_ns) // interval_ns * interval_ns
                return _replace(
                    event,
                    venue=venue,
                    start_ns=start_ns,
                    interval_ns=interval_ns,
                    received_ns=received_ns,
                )
            case Trade():
                trade_id = event.venue_trade_id
                return _replace(
                    event,
                    venue=venue,
                    venue_trade_id=trade_id if self._round == 1 else f"{trade_id}-{self._round}",
                    venue_time_ns=self._moment(event.venue_time_ns),
                    received_ns=received_ns,
                )
            case Quote() | BookUpdate():
                return _replace(
                    event,
                    venue=venue,
                    venue_time_ns=self._moment(event.venue_time_ns),
                    received_ns=received_ns,
                )

    def _moment(self, recorded_ns: int) -> int:
        if self._speed is None:
            return self._venue.now_ns()
        return self._start_ns + self._scaled(recorded_ns - self._first_ns)

    def _scaled(self, duration_ns: int) -> int:
        return 0 if self._speed is None else round(duration_ns / self._speed)


def _outcomes(market: RecordedMarket, event: MarketEvent) -> Sequence[Outcome]:
    match event:
        case Quote():
            return market.on_quote(event)
        case Trade():
            return market.on_trade(event)
        case Candle():
            return market.on_candle(event)
        case BookUpdate():
            return market.on_book(event)
