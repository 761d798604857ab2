"""Prices that move like markets: calm and wild spells, big moves now and then, and together."""

import math
import random
from collections.abc import Sequence

import msgspec

_YEAR_S = 365 * 24 * 60 * 60


class Underlying(msgspec.Struct, frozen=True, kw_only=True):
    """What one price is like. ``correlation`` is the share of its moves that all have in common."""

    price: float
    volatility: float = 0.6  # of a year: 0.6 is 60 %
    correlation: float = 0.6  # two underlyings of 0.6 have returns that correlate by 0.6
    calming_s: float = 300.0  # half-life of a wild spell


class Price:
    """GARCH(1,1): variance rises with each move and returns to its mean.

    The reaction to a move is set so that returns have a kurtosis of 6, twice that of a normal
    distribution, at any length of step; the memory of it has the half-life asked for.
    """

    def __init__(self, underlying: Underlying, *, step_s: float) -> None:
        if step_s > underlying.calming_s / 2:
            raise ValueError(f"calming_s must be at least two steps, {2 * step_s} s")
        self.value = underlying.price
        self._mean = underlying.volatility**2 * step_s / _YEAR_S
        self._variance = self._mean
        persistence = math.pow(0.5, step_s / underlying.calming_s)
        # Kurtosis = 3 (1 - p^2) / (1 - p^2 - 2 a^2), Bollerslev 1986, solved for 6.
        self._reaction = math.sqrt((1 - persistence**2) / 4)
        self._memory = persistence - self._reaction
        self._rest = (1 - persistence) * self._mean

    @property
    def heat(self) -> float:
        """Volatility now, where 1 is its mean."""
        return math.sqrt(self._variance / self._mean)

    def step(self, shock: float) -> None:
        """Move by a standard normal ``shock``."""
        move = math.sqrt(self._variance) * shock
        self.value *= math.exp(move - self._variance / 2)
        self._variance = self._rest + self._reaction * move * move + self._memory * self._variance


class Prices:
    """Several prices that share one factor."""

    def __init__(
        self, underlyings: Sequence[Underlying], *, step_s: float, rng: random.Random
    ) -> None:
        self.prices = [Price(underlying, step_s=step_s) for underlying in underlyings]
        self._rng = rng
        self._loadings = [
            (math.sqrt(u.correlation), math.sqrt(1 - u.correlation)) for u in underlyings
        ]

    def step(self) -> None:
        factor = self._rng.gauss(0, 1)
        for price, (common, own) in zip(self.prices, self._loadings, strict=True):
            price.step(common * factor + own * self._rng.gauss(0, 1))
