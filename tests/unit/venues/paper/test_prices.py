"""Prices show the stylised facts of markets: clusters, heavy tails, correlation."""

import math
import random
from itertools import pairwise
from statistics import correlation, fmean, stdev

import pytest

from algotradehub.venues.paper.prices import Prices, Underlying

STEPS = 20_000


def returns(path: list[float]) -> list[float]:
    return [math.log(after / before) for before, after in pairwise(path)]


def kurtosis(values: list[float]) -> float:
    mean, deviation = fmean(values), stdev(values)
    return fmean(((value - mean) / deviation) ** 4 for value in values)


def autocorrelation(values: list[float], lag: int) -> float:
    return correlation(values[:-lag], values[lag:])


@pytest.fixture(scope="module")
def paths() -> list[list[float]]:
    underlyings = [
        Underlying(price=60_000, correlation=0.6),
        Underlying(price=3_000, correlation=0.6, volatility=0.9),
        Underlying(price=10, correlation=0.0),
    ]
    prices = Prices(underlyings, step_s=1.0, rng=random.Random(3))
    paths: list[list[float]] = [[] for _ in underlyings]
    for _ in range(STEPS):
        prices.step()
        for path, price in zip(paths, prices.prices, strict=True):
            path.append(price.value)
    return paths


def test_wild_spells_cluster_though_moves_do_not(paths: list[list[float]]) -> None:
    for path in paths:
        moves = returns(path)
        sizes = [abs(move) for move in moves]
        assert abs(autocorrelation(moves, 1)) < 0.05
        for lag in (1, 20, 100):
            assert autocorrelation(sizes, lag) > 0.05


def test_tails_are_heavier_than_normal(paths: list[list[float]]) -> None:
    for path in paths:
        assert kurtosis(returns(path)) > 3.5


def test_prices_move_together_as_asked(paths: list[list[float]]) -> None:
    first, second, third = (returns(path) for path in paths)
    assert correlation(first, second) == pytest.approx(0.6, abs=0.1)
    assert correlation(first, third) == pytest.approx(0.0, abs=0.1)


def test_volatility_is_the_one_asked_for(paths: list[list[float]]) -> None:
    for path, yearly in zip(paths, (0.6, 0.9, 0.6), strict=True):
        assert stdev(returns(path)) * math.sqrt(365 * 86_400) == pytest.approx(yearly, rel=0.25)


def test_heat_is_one_on_average_in_squares() -> None:
    prices = Prices([Underlying(price=1.0)], step_s=1.0, rng=random.Random(3))
    heats = []
    for _ in range(STEPS):
        prices.step()
        heats.append(prices.prices[0].heat)
    assert fmean(heat * heat for heat in heats) == pytest.approx(1.0, rel=0.3)
    assert max(heats) > 1.5
    assert min(heats) < 0.8


def test_a_step_as_long_as_the_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two steps"):
        Prices([Underlying(price=1.0, calming_s=1.0)], step_s=1.0, rng=random.Random(1))
