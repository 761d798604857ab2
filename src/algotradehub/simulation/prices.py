"""Prices of the world: a walk that goes on while no process is up, and a feed that can be cut."""

from collections.abc import Callable
from decimal import Decimal
from random import Random

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import Trade
from algotradehub.ports.clock import Clock
from algotradehub.ports.venue import Channel, MarketSink
from algotradehub.simulation.timeline import Timeline

_MS = 1_000_000
LOWEST = 85
_MIDDLE, _HIGHEST = 100, 115
_STEPS = (-4, -2, -1, -1, 0, 1, 1, 2, 4)
_PAUSES_MS = (20, 2_000)  # between two trades: shorter than what makes a feed stale


class Walk:
    """The market's side: it outlives every process of ours.

    Attributes:
        price: Of the last trade.
        listener: Shown every trade while the feed is up.
    """

    def __init__(self, timeline: Timeline, random: Random) -> None:
        self.price = Decimal(_MIDDLE)
        self.listener: Callable[[Decimal], None] | None = None
        self._timeline = timeline
        self._random = random
        self._cut_until_ns = 0

    def begin(self) -> None:
        self._timeline.after(self._random.randint(*_PAUSES_MS) * _MS, self._step)

    def cut(self, for_ns: int) -> None:
        """Tell nobody anything for so long."""
        self._cut_until_ns = max(self._cut_until_ns, self._timeline.now_ns + for_ns)

    def heal(self) -> None:
        self._cut_until_ns = 0

    def _step(self) -> None:
        wanted = self.price + self._random.choice(_STEPS)
        self.price = min(max(wanted, Decimal(LOWEST)), Decimal(_HIGHEST))
        if self.listener is not None and self._timeline.now_ns >= self._cut_until_ns:
            self.listener(self.price)
        self.begin()


class Prices:
    """What one process sees of it; implements what orders are valued with and fired by."""

    def __init__(self, walk: Walk, clock: Clock, *, venue: VenueId, symbol: Symbol) -> None:
        self._walk = walk
        self._clock = clock
        self._venue = venue
        self._symbol = symbol
        self._heard_ns = clock.now_ns()
        self._sinks: dict[object, MarketSink] = {}

    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal | None:
        return self._walk.price

    def heard_ns(self, venue: VenueId) -> int:
        return self._heard_ns

    def listen(self, venue: VenueId, channel: Channel, sink: MarketSink) -> Callable[[], None]:
        token = object()
        self._sinks[token] = sink

        def leave() -> None:
            del self._sinks[token]

        return leave

    def hear(self, price: Decimal) -> None:
        now_ns = self._heard_ns = self._clock.now_ns()
        trade = Trade(
            venue=self._venue,
            symbol=self._symbol,
            price=price,
            quantity=Decimal(1),
            taker=None,
            venue_trade_id="",
            venue_time_ns=now_ns,
            received_ns=now_ns,
        )
        for sink in tuple(self._sinks.values()):
            sink(trade)
