"""The other people in a synthetic market: makers who quote around a price, takers who trade."""

import math
import random
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec

from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import OrderType
from algotradehub.matching.outcomes import Closed, NewOrder, Outcome, Refused
from algotradehub.matching.price_time import PriceTimeMarket

_NICE = (1, 2, 5)
_TURNING = 0.3  # how often a taker does the opposite of the one before
_LARGEST = 2  # first levels that one taker takes at most


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How people trade one instrument. Sizes are in quote units, distances in basis points."""

    spread_bps: float = 1.0  # at mean volatility; it widens in proportion
    level_bps: float = 0.5
    levels: int = 10
    level_value: float = 20_000.0  # of the first level; those behind are larger
    trades_per_s: float = 0.5  # when nothing stirs
    trade_value: float = 500.0  # the smallest usual one
    herding: float = 0.6  # trades that one trade brings about, on average; below 1
    herding_s: float = 10.0  # how long it takes them


class Makers:
    """A ladder on each side, moved as little as possible, so that its orders keep their place.

    Prices of levels lie on a grid of 1, 2 or 5 times a power of ten of the tick. Orders left
    outside the ladder are cancelled; new ones may take what stands in their way, also ours.
    """

    def __init__(self, market: PriceTimeMarket, habits: Habits, rng: random.Random) -> None:
        self._market = market
        self._instrument = market.instrument
        self._habits = habits
        self._rng = rng
        self._resting: dict[str, tuple[Side, Decimal]] = {}
        self._placed: dict[tuple[Side, Decimal], str] = {}
        self._count = 0

    def look(self, outcomes: Sequence[Outcome]) -> None:
        """Notice which of the ladder's orders have ended, or never began."""
        for outcome in outcomes:
            if isinstance(outcome, Closed | Refused) and outcome.order_id in self._resting:
                del self._placed[self._resting.pop(outcome.order_id)]

    def quote(self, fair: float, heat: float, now_ns: int) -> list[Outcome]:
        """Move the ladder to around ``fair``."""
        wanted = dict.fromkeys(self._ladder(fair, heat))
        outcomes: list[Outcome] = []
        for order_id, place in list(self._resting.items()):
            if place not in wanted:
                outcomes += self._market.cancel(order_id, now_ns)
        self.look(outcomes)
        for rank, (side, price) in enumerate(wanted):
            if (side, price) not in self._placed:
                outcomes += self._place(side, price, rank // 2, now_ns)
        return outcomes

    def _ladder(self, fair: float, heat: float) -> Iterator[tuple[Side, Decimal]]:
        """Places from the best to the worst, bids and asks in turn."""
        habits = self._habits
        half = fair * habits.spread_bps * heat / 20_000
        grid = _grid(self._instrument, fair, fair * habits.level_bps * heat / 10_000)
        bid = (_decimal(fair - half) / grid).to_integral_value(ROUND_FLOOR) * grid
        ask = (_decimal(fair + half) / grid).to_integral_value(ROUND_CEILING) * grid
        for level in range(habits.levels):
            # Rounded once more, because the tick may change with the price.
            below = self._instrument.passive_price(bid - level * grid, Side.BUY)
            if below > ZERO:
                yield Side.BUY, below
            yield Side.SELL, self._instrument.passive_price(ask + level * grid, Side.SELL)

    def _place(self, side: Side, price: Decimal, level: int, now_ns: int) -> Sequence[Outcome]:
        value = self._habits.level_value * (1 + level / 2) * self._rng.lognormvariate(0, 0.5)
        self._count += 1
        order = NewOrder(
            order_id=f"maker-{self._count}",
            owner="makers",
            side=side,
            type=OrderType.LIMIT,
            quantity=_quantity(self._instrument, value, price, market=False),
            limit_price=price,
        )
        self._resting[order.order_id] = (side, price)
        self._placed[side, price] = order.order_id
        outcomes = self._market.place(order, now_ns)
        self.look(outcomes)
        return outcomes


class Takers:
    """Market orders that come in clusters, mostly small, at times large."""

    def __init__(self, market: PriceTimeMarket, habits: Habits, rng: random.Random) -> None:
        self._market = market
        self._habits = habits
        self._rng = rng
        self._stir = 0.0  # trades a second beyond the usual
        self._side = Side.BUY
        self._count = 0

    def trade(self, fair: float, heat: float, step_s: float, now_ns: int) -> list[Outcome]:
        """Send the orders of the next ``step_s`` seconds."""
        habits = self._habits
        self._stir *= math.exp(-step_s / habits.herding_s)
        outcomes: list[Outcome] = []
        for _ in range(self._arrivals((habits.trades_per_s * heat + self._stir) * step_s)):
            # A Hawkes process: the stir of one trade adds up to ``herding`` trades in all.
            self._stir += habits.herding / habits.herding_s
            outcomes += self._take(fair, now_ns)
        return outcomes

    def _take(self, fair: float, now_ns: int) -> Sequence[Outcome]:
        # Trades follow trades of their side; sizes are Pareto, cut at what the first levels hold.
        if self._rng.random() < _TURNING:
            self._side = self._side.opposite
        value = self._habits.trade_value * self._rng.paretovariate(1.5)
        value = min(value, _LARGEST * self._habits.level_value)
        self._count += 1
        order = NewOrder(
            order_id=f"taker-{self._count}",
            owner="takers",
            side=self._side,
            type=OrderType.MARKET,
            quantity=_quantity(self._market.instrument, value, _decimal(fair), market=True),
        )
        return self._market.place(order, now_ns)

    def _arrivals(self, mean: float) -> int:
        """A Poisson number, by Knuth's method: means are far below 1 here."""
        limit, product, count = math.exp(-min(mean, 5.0)), self._rng.random(), 0
        while product > limit:
            product *= self._rng.random()
            count += 1
        return count


def _decimal(value: float) -> Decimal:
    return Decimal(repr(value))


def _quantity(instrument: Instrument, value: float, price: Decimal, *, market: bool) -> Decimal:
    """The quantity worth about ``value``, in lots, and at least what the instrument asks for."""
    unit = instrument.notional(price, Decimal(1))
    quantity = max(_decimal(value) / unit, instrument.min_quantity)
    if instrument.min_notional is not None:
        quantity = max(quantity, instrument.min_notional / unit)
    return instrument.quantity_up(quantity, market=market)


def _grid(instrument: Instrument, fair: float, step: float) -> Decimal:
    """The largest of 1, 2, 5, 10 ... ticks that is no more than ``step``, or the tick."""
    tick = instrument.price_step(_decimal(fair))
    ticks = step / float(tick)
    if ticks < 1:
        return tick
    power = math.floor(math.log10(ticks))
    nice = max(n for n in _NICE if n * 10**power <= ticks)
    return Decimal(nice).scaleb(power) * tick
