"""The simulated clock: wall time may be wrong and step, monotonic time belongs to one life."""

from collections.abc import Iterator
from contextlib import closing
from random import Random

import pytest

from algotradehub.ports.clock import Clock
from algotradehub.simulation.clock import SimClock
from algotradehub.simulation.loop import SimLoop
from algotradehub.simulation.timeline import Timeline

START_NS = 1_700_000_000_000_000_000
SECOND_NS = 1_000_000_000


@pytest.fixture
def timeline() -> Iterator[Timeline]:
    with closing(Timeline(Random(1), start_ns=START_NS)) as world:
        yield world


def test_time_passes_by_sleeping_only(timeline: Timeline) -> None:
    loop = SimLoop(timeline)
    clock: Clock = SimClock(loop)
    assert (clock.now_ns(), clock.monotonic_ns()) == (START_NS, 0)
    loop.run(clock.sleep(0.000_000_001))
    loop.run(clock.sleep(2.5))
    assert clock.now_ns() == START_NS + 2_500_000_001
    assert clock.monotonic_ns() == 2_500_000_001


def test_the_wall_clock_errs_and_steps_while_monotonic_time_does_not(timeline: Timeline) -> None:
    clock = SimClock(SimLoop(timeline), wall_error_ns=-7)
    assert clock.now_ns() == START_NS - 7
    clock.step(-SECOND_NS)
    assert clock.now_ns() == START_NS - 7 - SECOND_NS
    assert clock.monotonic_ns() == 0


def test_a_new_life_starts_its_monotonic_time_elsewhere(timeline: Timeline) -> None:
    loop = SimLoop(timeline)
    old = SimClock(loop, monotonic_origin_ns=900)
    loop.run(old.sleep(1.0))
    loop.close()
    new = SimClock(SimLoop(timeline), monotonic_origin_ns=5)
    assert old.monotonic_ns() == 900 + SECOND_NS
    assert new.monotonic_ns() == 5
    assert new.now_ns() == START_NS + SECOND_NS


def test_a_timer_calls_back_unless_cancelled(timeline: Timeline) -> None:
    loop = SimLoop(timeline)
    clock = SimClock(loop)
    calls: list[str] = []
    clock.after(1.0, calls.append, "fired")
    clock.after(1.0, calls.append, "never").cancel()
    loop.run(clock.sleep(2.0))
    assert calls == ["fired"]


def test_a_sleeper_may_be_cancelled_at_the_instant_it_wakes() -> None:
    cancelled = set()
    for seed in range(20):
        with closing(Timeline(Random(seed), start_ns=START_NS)) as timeline:
            loop = SimLoop(timeline)
            clock = SimClock(loop)
            sleeper = loop.create_task(clock.sleep(1.0))
            clock.after(1.0, sleeper.cancel)
            loop.run(clock.sleep(2.0))
            cancelled.add(sleeper.cancelled())
    assert cancelled == {True, False}


def test_a_cancelled_sleeper_leaves_no_timer_behind(timeline: Timeline) -> None:
    loop = SimLoop(timeline)
    clock = SimClock(loop)
    sleeper = loop.create_task(clock.sleep(3600.0))
    clock.after(1.0, sleeper.cancel)
    loop.run(clock.sleep(2.0))
    assert sleeper.cancelled()
    assert timeline.take() is None
