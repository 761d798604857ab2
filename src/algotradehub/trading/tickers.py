"""What a market looks like now: best prices, last price, the last 24 hours, the last trades."""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import Candle, Quote, Trade
from algotradehub.domain.money import ZERO

MINUTES: Final = 1_440  # in the window: a bucket each
TRADES_KEPT: Final = 1_000
_MINUTE_NS: Final = 60_000_000_000


class DaySummary(msgspec.Struct, frozen=True, gc=False):
    """What traded in a stretch of time."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal  # base units


class Ticker(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is known of one market; None is what is not."""

    quote: Quote | None
    last: Decimal | None
    day: DaySummary | None  # of the 24 hours before the newest word about this market
    heard_ns: int  # when we received that word; 0: never


class _Bucket:
    """One minute. What a final candle said of it stands."""

    __slots__ = ("close", "final", "high", "low", "minute", "open", "volume")

    def __init__(self, minute: int, price: Decimal, quantity: Decimal) -> None:
        self.minute = minute
        self.open = self.high = self.low = self.close = price
        self.volume = quantity
        self.final = False


class DayWindow:
    """Trades and one-minute candles of one market, folded into buckets that take turns."""

    def __init__(self) -> None:
        self._buckets: dict[int, _Bucket] = {}  # by minute of the day
        # Older minutes rarely change, so they are added up once a minute, and only if asked for.
        self._before: DaySummary | None = None
        self._before_minute = -1

    def trade(self, minute: int, price: Decimal, quantity: Decimal) -> None:
        bucket = self._writable(minute)
        if bucket is None:
            self._buckets[minute % MINUTES] = _Bucket(minute, price, quantity)
        elif bucket.minute == minute and not bucket.final:
            bucket.high = max(bucket.high, price)
            bucket.low = min(bucket.low, price)
            bucket.close = price
            bucket.volume += quantity

    def candle(self, minute: int, candle: Candle) -> None:
        """Take the venue's word on a whole minute; it replaces what its trades added up to."""
        bucket = self._writable(minute)
        if bucket is None:
            bucket = self._buckets[minute % MINUTES] = _Bucket(minute, candle.open, ZERO)
        elif bucket.minute > minute:
            return
        bucket.open, bucket.high, bucket.low = candle.open, candle.high, candle.low
        bucket.close, bucket.volume, bucket.final = candle.close, candle.volume, candle.final

    def summary(self, minute: int) -> DaySummary | None:
        """The 24 hours that end with ``minute``; None if nothing traded in them."""
        if self._before_minute != minute:
            self._before = self.since(minute - MINUTES + 1, minute)
            self._before_minute = minute
        before, now = self._before, self._buckets.get(minute % MINUTES)
        if now is None or now.minute != minute:
            return before
        running = DaySummary(now.open, now.high, now.low, now.close, now.volume)
        return running if before is None else _joined(before, running)

    def since(self, first: int, end: int) -> DaySummary | None:
        """The minutes from ``first`` on and before ``end``."""
        return _summed([b for b in self._buckets.values() if first <= b.minute < end])

    def _writable(self, minute: int) -> _Bucket | None:
        """The bucket in the place of ``minute``, unless it is of an earlier day."""
        if minute < self._before_minute:
            self._before_minute = -1
        bucket = self._buckets.get(minute % MINUTES)
        return None if bucket is None or bucket.minute < minute else bucket


class _Row:
    __slots__ = ("day", "heard_ns", "last", "quote", "trades")

    def __init__(self) -> None:
        self.quote: Quote | None = None
        self.last: Decimal | None = None
        self.trades: deque[Trade] = deque(maxlen=TRADES_KEPT)
        self.day = DayWindow()
        self.heard_ns = 0


class TickerBoard:
    """Keeps the newest of every market that is heard of.

    Time is that in which events were received: a recording may be played in its own time, and a
    venue whose clock runs ahead would empty the window.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[VenueId, Symbol], _Row] = {}

    def hear(self, event: Quote | Trade | Candle) -> None:
        key = (event.venue, event.symbol)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = _Row()
        row.heard_ns = max(row.heard_ns, event.received_ns)
        if isinstance(event, Quote):
            row.quote = event
        elif isinstance(event, Trade):
            row.trades.append(event)
            row.last = event.price
            # A venue that tells no time, or one to come, is taken to mean now.
            at_ns = min(event.venue_time_ns or event.received_ns, event.received_ns)
            row.day.trade(at_ns // _MINUTE_NS, event.price, event.quantity)
        else:
            if not row.trades:
                row.last = event.close
            if event.interval_ns == _MINUTE_NS:
                row.day.candle(event.start_ns // _MINUTE_NS, event)

    def quote(self, venue: VenueId, symbol: Symbol) -> Quote | None:
        row = self._rows.get((venue, symbol))
        return None if row is None else row.quote

    def trade(self, venue: VenueId, symbol: Symbol) -> Trade | None:
        """The newest trade."""
        row = self._rows.get((venue, symbol))
        return row.trades[-1] if row is not None and row.trades else None

    def trades(self, venue: VenueId, symbol: Symbol, limit: int = TRADES_KEPT) -> Sequence[Trade]:
        """The newest trades that were kept, newest first."""
        row = self._rows.get((venue, symbol))
        if row is None:
            return ()
        newest = reversed(row.trades)
        return [trade for trade, _ in zip(newest, range(limit), strict=False)]

    def running(self, venue: VenueId, symbol: Symbol, interval_ns: int) -> Candle | None:
        """The candle of the interval that runs now, as far as it was heard of.

        None if nothing traded in it, or if its interval is no part of a day in whole minutes.
        """
        row = self._rows.get((venue, symbol))
        minutes, odd_ns = divmod(interval_ns, _MINUTE_NS)
        if row is None or odd_ns or not 0 < minutes <= MINUTES:
            return None
        now = row.heard_ns // _MINUTE_NS
        first = now // minutes * minutes
        told = row.day.since(first, now + 1)
        if told is None:
            return None
        return Candle(
            venue=venue,
            symbol=symbol,
            start_ns=first * _MINUTE_NS,
            interval_ns=interval_ns,
            open=told.open,
            high=told.high,
            low=told.low,
            close=told.close,
            volume=told.volume,
            final=False,
            received_ns=row.heard_ns,
        )

    def ticker(self, venue: VenueId, symbol: Symbol) -> Ticker:
        row = self._rows.get((venue, symbol))
        if row is None:
            return Ticker(quote=None, last=None, day=None, heard_ns=0)
        return Ticker(
            quote=row.quote,
            last=row.last,
            day=row.day.summary(row.heard_ns // _MINUTE_NS),
            heard_ns=row.heard_ns,
        )


def _summed(buckets: list[_Bucket]) -> DaySummary | None:
    """Once through, since a page of tickers may ask for a hundred days at a time."""
    if not buckets:
        return None
    first = last = buckets[0]
    high, low, volume = first.high, first.low, ZERO
    for bucket in buckets:
        if bucket.minute < first.minute:
            first = bucket
        elif bucket.minute > last.minute:
            last = bucket
        if bucket.high > high:  # noqa: PLR1730 - twice as fast as max
            high = bucket.high
        if bucket.low < low:  # noqa: PLR1730 - the same
            low = bucket.low
        volume += bucket.volume
    return DaySummary(first.open, high, low, last.close, volume)


def _joined(earlier: DaySummary, later: DaySummary) -> DaySummary:
    return DaySummary(
        earlier.open,
        max(earlier.high, later.high),
        min(earlier.low, later.low),
        later.close,
        earlier.volume + later.volume,
    )
