"""A few hundred seeds of the simulation, as part of the suite; nightly runs do many more."""

import pytest

from algotradehub.simulation.campaign import run_scenario, run_seeds
from algotradehub.simulation.drawing import draw

AT_ONCE = 30


@pytest.mark.design_property(36)
@pytest.mark.parametrize("first", range(1, 301, AT_ONCE))
def test_seeds_are_clean(first: int) -> None:
    verdicts = run_seeds(list(range(first, first + AT_ONCE)))
    last = verdicts[-1]
    assert last.failure is None, f"./run simulate --seed {last.seed} --seeds 1: {last.failure}"
    assert len(verdicts) == AT_ONCE
    assert sum(verdict.effects for verdict in verdicts) > 100 * AT_ONCE


def test_a_seed_is_one_history() -> None:
    for seed in range(1, AT_ONCE + 1):
        assert run_scenario(draw(seed)) == run_scenario(draw(seed)), f"seed {seed}"
