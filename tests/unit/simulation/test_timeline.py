"""Virtual time: jumps to the next call, permutes ties by the seed, keeps the order of a source."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.simulation.timeline import SimulationEndless, Source, Timeline, WorldTimer

START_NS = 1_700_000_000_000_000_000


def timeline(seed: int = 1, **options: int) -> Timeline:
    return Timeline(Random(seed), start_ns=START_NS, **options)


@given(delays_ns=st.lists(st.integers(0, 1_000)), seed=st.integers(0, 100))
def test_calls_come_in_the_order_of_their_times(delays_ns: list[int], seed: int) -> None:
    world = timeline(seed)
    seen: list[tuple[int, int]] = []
    for delay_ns in delays_ns:
        world.after(delay_ns, lambda delay: seen.append((delay, world.now_ns)), delay_ns)
    world.run_until(START_NS + 1_000)
    assert seen == [(delay, START_NS + delay) for delay in sorted(delays_ns)]
    assert world.now_ns == START_NS + 1_000


def test_the_seed_decides_between_calls_of_one_instant() -> None:
    def order(seed: int) -> tuple[int, ...]:
        world = timeline(seed)
        seen: list[int] = []
        for number in range(4):
            world.after(5, seen.append, number)
        world.run_until(START_NS + 5)
        return tuple(seen)

    assert [order(seed) for seed in range(9)] == [order(seed) for seed in range(9)]
    assert len({order(seed) for seed in range(500)}) == 24  # every permutation of four


@given(delays_ns=st.lists(st.integers(0, 5), max_size=30), seed=st.integers(0, 100))
def test_events_of_one_source_never_overtake(delays_ns: list[int], seed: int) -> None:
    world = timeline(seed)
    sources = [Source(world), Source(world)]
    seen: list[list[int]] = [[], []]
    for number, delay_ns in enumerate(delays_ns):
        sources[number % 2].after(delay_ns, seen[number % 2].append, number)
    world.run_until(START_NS + 1_000)
    assert seen == [list(range(0, len(delays_ns), 2)), list(range(1, len(delays_ns), 2))]


def test_sources_are_interleaved_by_the_seed() -> None:
    def order(seed: int) -> str:
        world = timeline(seed)
        seen: list[str] = []
        for name in "ab":
            Source(world).after(7, seen.append, name)
        world.run_until(START_NS + 10)
        return "".join(seen)

    assert {order(seed) for seed in range(50)} == {"ab", "ba"}


def test_what_is_in_the_past_happens_now() -> None:
    world = timeline()
    seen: list[int] = []
    world.at(START_NS - 10, lambda: seen.append(world.now_ns))
    world.run_until(START_NS)
    assert seen == [START_NS]


def test_a_cancelled_call_neither_happens_nor_moves_time() -> None:
    world = timeline()
    world.after(50, pytest.fail, "was cancelled").cancel()
    assert world.take() is None
    assert world.now_ns == START_NS


def test_a_cancelled_call_of_this_instant_does_not_let_a_later_one_interrupt() -> None:
    for seed in range(20):
        world = timeline(seed)
        world.at(START_NS, pytest.fail, "was cancelled").cancel()
        world.after(1, list)
        assert not world.interrupts()


@given(due_ns=st.lists(st.tuples(st.integers(0, 100), st.booleans())))
def test_dropping_a_dead_process_leaves_the_rest_in_order(due_ns: list[tuple[int, bool]]) -> None:
    world = timeline()
    seen: list[int] = []
    dead = object()
    for delay_ns, of_dead in due_ns:
        call = WorldTimer(seen.append, (delay_ns,))
        world.schedule(START_NS + delay_ns, call, owner=dead if of_dead else None)
    world.drop(dead)
    world.run_until(START_NS + 100)
    assert seen == sorted(delay_ns for delay_ns, of_dead in due_ns if not of_dead)


def test_the_world_stops_at_its_limit() -> None:
    world = timeline(max_steps=1_000)

    def again() -> None:
        world.after(0, again)

    again()
    with pytest.raises(SimulationEndless, match="retry without a delay"):
        world.run_until(START_NS + 1)
    assert world.steps == 1_001


def test_the_end_undoes_what_was_begun_last_first_and_leaves_nothing_scheduled() -> None:
    world = timeline()
    seen: list[int] = []
    world.at_end(lambda: seen.append(1))
    world.at_end(lambda: seen.append(2))
    world.after(1, pytest.fail, "after the end")
    world.close()
    world.close()
    assert seen == [2, 1]
    assert world.take() is None
