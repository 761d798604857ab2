"""Candles of one paper market: built from its trades, kept for charts, told when final."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from algotradehub.domain.errors import Unsupported
from algotradehub.domain.market import Candle, Trade

BASE_INTERVAL_NS = 60_000_000_000
# Any whole number of minutes is served; these are what charts ask for.
USUAL_INTERVALS_NS = tuple(minutes * BASE_INTERVAL_NS for minutes in (1, 5, 15, 60, 240, 1_440))
KEPT = 2_880  # two days of minutes
MAX_INTERVALS = 64


class CandleSeries:
    """Final candles of one symbol. A recording that brings its own candles is not built over."""

    def __init__(self) -> None:
        self._running: Candle | None = None
        self._kept: dict[int, deque[Candle]] = {}
        self._recorded = False
        self._now_ns = 0  # the market's own time: a replay may be of last year
        self._wanted: dict[int, int] = {}  # interval -> start of its window that runs now

    def want(self, interval_ns: int) -> None:
        """Tell candles of ``interval_ns`` from now on.

        Raises:
            Unsupported: Neither a whole number of minutes nor an interval that a recording
                brought; or too many intervals are wanted.
        """
        if interval_ns in self._wanted or (self._recorded and interval_ns in self._kept):
            return
        if interval_ns <= 0 or interval_ns % BASE_INTERVAL_NS:
            raise Unsupported(f"candles come in whole minutes, not in {interval_ns} ns")
        if len(self._wanted) >= MAX_INTERVALS:
            raise Unsupported(f"{MAX_INTERVALS} intervals are served; take one of them and merge")
        self._wanted[interval_ns] = self._now_ns // interval_ns * interval_ns

    def trade(self, trade: Trade) -> None:
        """Count a trade; ``pass_time`` to its time comes first."""
        if self._recorded:
            return
        running = self._running
        if running is None:
            self._running = Candle(
                venue=trade.venue,
                symbol=trade.symbol,
                start_ns=trade.venue_time_ns // BASE_INTERVAL_NS * BASE_INTERVAL_NS,
                interval_ns=BASE_INTERVAL_NS,
                open=trade.price,
                high=trade.price,
                low=trade.price,
                close=trade.price,
                volume=trade.quantity,
                final=False,
                received_ns=trade.received_ns,
            )
        else:
            self._running = msgspec.structs.replace(
                running,
                high=max(running.high, trade.price),
                low=min(running.low, trade.price),
                close=trade.price,
                volume=running.volume + trade.quantity,
                received_ns=trade.received_ns,
            )

    def pass_time(self, at_ns: int) -> list[Candle]:
        """Return the candles that are final because ``at_ns`` is past their end."""
        self._now_ns = max(self._now_ns, at_ns)
        running = self._running
        if running is not None and at_ns >= running.start_ns + BASE_INTERVAL_NS:
            self._keep(msgspec.structs.replace(running, final=True))
            self._running = None
        told: list[Candle] = []
        for interval_ns, start_ns in self._wanted.items():
            now_start_ns = at_ns // interval_ns * interval_ns
            if now_start_ns > start_ns:
                self._wanted[interval_ns] = now_start_ns
                if not self._recorded:
                    told += self.between(interval_ns, start_ns, start_ns + interval_ns)
        return told

    def record(self, candle: Candle) -> None:
        """Take a final candle as a recording has it."""
        self._recorded = True
        self._running = None
        self._keep(candle)

    def _keep(self, candle: Candle) -> None:
        kept = self._kept.setdefault(candle.interval_ns, deque(maxlen=KEPT))
        # A recording played again may start before the candles kept from the round before.
        while kept and kept[-1].start_ns >= candle.start_ns:
            kept.pop()
        kept.append(candle)

    def between(self, interval_ns: int, start_ns: int, end_ns: int) -> list[Candle]:
        """Final candles that start within ``[start_ns, end_ns)``, oldest first.

        Raises:
            Unsupported: Not a whole number of minutes, nor an interval of the recording.
        """
        if interval_ns in self._kept:
            return [c for c in self._kept[interval_ns] if start_ns <= c.start_ns < end_ns]
        if interval_ns <= 0 or interval_ns % BASE_INTERVAL_NS:
            raise Unsupported(f"candles come in whole minutes, not in {interval_ns} ns")
        kept = list(self._kept.get(BASE_INTERVAL_NS, ()))
        if len(kept) == KEPT:
            start_ns = max(start_ns, kept[0].start_ns)  # its window may have lost its beginning
        end_ns = min(end_ns, self._now_ns - interval_ns + 1)
        merged = _merged(kept, interval_ns)
        return [candle for candle in merged if start_ns <= candle.start_ns < end_ns]


def _merged(candles: Iterable[Candle], interval_ns: int) -> Iterator[Candle]:
    """Join candles into longer ones."""
    for window, group in groupby(candles, key=lambda candle: candle.start_ns // interval_ns):
        parts = list(group)
        yield msgspec.structs.replace(
            parts[-1],
            start_ns=window * interval_ns,
            interval_ns=interval_ns,
            open=parts[0].open,
            high=max(part.high for part in parts),
            low=min(part.low for part in parts),
            volume=sum(part.volume for part in parts[1:]) + parts[0].volume,
        )
