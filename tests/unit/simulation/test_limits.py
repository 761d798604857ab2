"""Limits of a seed: half of the seeds have small ones."""

from random import Random

from algotradehub.simulation.limits import WIDE, draw_limits


def test_small_limits_are_as_frequent_as_wide_ones() -> None:
    drawn = [draw_limits(Random(seed)) for seed in range(200)]
    wide = sum(limits == WIDE for limits in drawn)
    assert 70 < wide < 130
    for name in ("max_exposure", "max_daily_loss", "max_orders_per_second", "max_position"):
        assert any(getattr(limits, name) is not None for limits in drawn if limits != WIDE)
