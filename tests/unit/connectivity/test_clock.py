"""The production clock, run over a loop in virtual time so that nothing waits."""

from collections.abc import Iterator
from contextlib import closing
from random import Random

import pytest

from algotradehub.connectivity.clock import LoopClock, monotonic_ns, now_ns, pause
from algotradehub.ports.clock import Clock
from algotradehub.simulation.loop import SimLoop
from algotradehub.simulation.timeline import Timeline


@pytest.fixture
def loop() -> Iterator[SimLoop]:
    with closing(Timeline(Random(1), start_ns=0)) as timeline:
        yield SimLoop(timeline)


def test_it_reads_the_clocks_of_the_machine(loop: SimLoop) -> None:
    clock: Clock = LoopClock(loop)
    before_ns, started_ns = now_ns(), monotonic_ns()
    assert before_ns <= clock.now_ns() <= now_ns()
    assert started_ns <= clock.monotonic_ns() <= monotonic_ns()


def test_it_needs_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000_000_000_001)
    monkeypatch.setattr("time.monotonic_ns", lambda: 42)
    monkeypatch.setattr("time.sleep", pauses.append)
    pause(0.5)
    assert (now_ns(), monotonic_ns(), pauses) == (1_700_000_000_000_000_001, 42, [0.5])


def test_a_timer_calls_back_with_its_arguments(loop: SimLoop) -> None:
    clock = LoopClock(loop)
    calls: list[tuple[str, float]] = []
    clock.after(2.5, lambda word: calls.append((word, loop.time())), "fired")
    clock.after(1.0, calls.append, ("never", 0.0)).cancel()
    loop.run(clock.sleep(3600.0))
    assert calls == [("fired", 2.5)]
    assert loop.time() == 3600.0
