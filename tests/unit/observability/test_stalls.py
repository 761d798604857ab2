"""Stalls of the event loop: told from small delays, counted and added up."""

from algotradehub.observability.stalls import EVERY_S, StallWatch
from tests.fakes.clock import FakeClock


def test_a_loop_that_turns_has_no_stalls() -> None:
    clock = FakeClock()
    with StallWatch(clock) as watch:
        for _ in range(100):
            clock.advance(EVERY_S)
    assert (watch.count, watch.total_ns) == (0, 0)


def test_a_stall_counts_for_as_long_as_it_took() -> None:
    clock = FakeClock()
    with StallWatch(clock) as watch:
        watch._due_ns -= 249_000_000
        clock.advance(EVERY_S)
        assert watch.count == 0
        watch._due_ns -= 300_000_000
        clock.advance(EVERY_S)
        assert (watch.count, watch.total_ns) == (1, 300_000_000)


def test_it_looks_no_more_once_it_is_left() -> None:
    clock = FakeClock()
    with StallWatch(clock) as watch:
        pass
    watch._due_ns -= 10**12
    clock.advance(10)
    assert watch.count == 0
