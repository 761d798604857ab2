"""A crash stops a process where it stands: none of its code runs on, and nothing leaks."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, closing, suppress
from random import Random

import pytest

from algotradehub.simulation.clock import SimClock
from algotradehub.simulation.loop import SimLoop
from algotradehub.simulation.timeline import Crash, SimulationFailed, Timeline

START_NS = 1_700_000_000_000_000_000
SECOND_NS = 1_000_000_000


@pytest.fixture
def timeline() -> Iterator[Timeline]:
    with closing(Timeline(Random(1), start_ns=START_NS)) as world:
        yield world
    gc.collect()  # whatever would complain while it is freed complains in the test that made it


@pytest.fixture
def loop(timeline: Timeline) -> SimLoop:
    return SimLoop(timeline)


class Outside:
    """What the world saw of a process: effects, and code that ran without being allowed one."""

    def __init__(self, loop: SimLoop) -> None:
        self.loop = loop
        self.effects: list[str] = []
        self.attempts: list[str] = []

    def effect(self, name: str) -> None:
        self.attempts.append(name)
        self.loop.require_alive()
        self.effects.append(name)

    @asynccontextmanager
    async def resource(self, name: str) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self.effect(f"release {name}")


async def crash_in_task(loop: SimLoop) -> None:
    await SimClock(loop).sleep(1.0)
    loop.crash()


async def crash_swallowed(loop: SimLoop) -> None:
    await SimClock(loop).sleep(1.0)
    with suppress(BaseException):
        loop.crash()


async def crash_in_callback(loop: SimLoop) -> None:
    loop.call_later(1.0, loop.crash)
    await loop.create_future()


async def crash_in_world(loop: SimLoop) -> None:
    loop.timeline.after(SECOND_NS, loop.crash)
    await loop.create_future()


async def crash_swallowed_by_the_world(loop: SimLoop) -> None:
    def crash() -> None:
        with suppress(BaseException):
            loop.crash()

    loop.timeline.after(SECOND_NS, crash)
    await loop.create_future()


CRASHES = [
    crash_in_task,
    crash_swallowed,
    crash_in_callback,
    crash_in_world,
    crash_swallowed_by_the_world,
]


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_freezes_every_other_task(
    timeline: Timeline, loop: SimLoop, crash: Callable[[SimLoop], Coroutine[object, object, None]]
) -> None:
    outside = Outside(loop)

    async def hold(name: str) -> None:
        async with outside.resource(name):
            await loop.create_future()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(hold("sleeper"))
            group.create_task(hold("other"))
            group.create_task(crash(loop))

    with pytest.raises(Crash):
        loop.run(main())
    loop.close()
    gc.collect()
    assert timeline.now_ns == START_NS + SECOND_NS
    assert outside.attempts == []
    timeline.close()
    assert sorted(outside.attempts) == ["release other", "release sleeper"]
    assert outside.effects == []


def test_the_code_that_crashed_unwinds_without_effects(timeline: Timeline, loop: SimLoop) -> None:
    outside = Outside(loop)

    async def main() -> None:
        async with outside.resource("own"):
            outside.effect("write")
            loop.crash()

    with pytest.raises(Crash):
        loop.run(main())
    assert outside.attempts == ["write", "release own"]
    assert outside.effects == ["write"]


def test_a_crash_outside_of_run_is_a_plain_exception(loop: SimLoop) -> None:
    with pytest.raises(Crash):
        loop.crash()
    with pytest.raises(Crash):
        loop.require_alive()


def test_a_process_closed_from_outside_is_dead_too(loop: SimLoop) -> None:
    loop.require_alive()
    loop.close()
    with pytest.raises(Crash):
        loop.require_alive()


def test_the_world_goes_on_and_the_next_life_meets_it(timeline: Timeline, loop: SimLoop) -> None:
    seen: list[str] = []
    timeline.after(5 * SECOND_NS, seen.append, "of the world, while down")
    timeline.after(20 * SECOND_NS, seen.append, "of the world, while up")
    loop.call_later(6.0, seen.append, "of the dead process")
    with pytest.raises(Crash):
        loop.run(crash_in_task(loop))
    loop.close()
    timeline.run_until(START_NS + 10 * SECOND_NS)
    assert seen == ["of the world, while down"]
    following = SimLoop(timeline)
    following.run(SimClock(following).sleep(30.0))
    assert seen == ["of the world, while down", "of the world, while up"]
    assert timeline.now_ns == START_NS + 40 * SECOND_NS


def test_world_events_of_the_crash_instant_still_happen(timeline: Timeline, loop: SimLoop) -> None:
    seen: list[int] = []

    def crash_then(number: int) -> None:
        seen.append(number)
        if not loop.is_closed():
            loop.crash()

    for number in range(5):
        timeline.after(7, crash_then, number)
    with pytest.raises(Crash):
        loop.run(SimClock(loop).sleep(1.0))
    loop.close()
    timeline.run_until(START_NS + 7)
    assert sorted(seen) == [0, 1, 2, 3, 4]


def test_what_was_ready_or_not_yet_begun_never_runs(timeline: Timeline, loop: SimLoop) -> None:
    async def never() -> None:
        pytest.fail("ran after the crash")

    async def main() -> None:
        loop.call_soon(pytest.fail, "ran after the crash")
        _ = loop.create_task(never())
        loop.crash()

    with pytest.raises(Crash):
        loop.run(main())
    loop.close()
    following = SimLoop(timeline)
    following.run(SimClock(following).sleep(1.0))


def test_a_dead_loop_refuses_calls(loop: SimLoop) -> None:
    loop.close()
    for call in (loop.call_soon, loop.call_soon_threadsafe):
        with pytest.raises(SimulationFailed, match="dead process"):
            call(list)
    with pytest.raises(SimulationFailed, match="dead process"):
        loop.call_later(1.0, list)


def test_the_dead_leave_memory_with_their_world() -> None:
    class Witness:
        pass

    async def main(loop: SimLoop, witness: Witness) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(SimClock(loop).sleep(3600.0))
            group.create_task(crash_in_task(loop))
            await SimClock(loop).sleep(7200.0)
        del witness

    def live() -> weakref.ref[Witness]:
        with closing(Timeline(Random(1), start_ns=START_NS)) as world:
            loop, witness = SimLoop(world), Witness()
            with suppress(Crash):
                loop.run(main(loop, witness))
            return weakref.ref(witness)

    witness = live()
    gc.collect()
    assert witness() is None


def test_awaits_in_a_dying_finally_block_end_too(timeline: Timeline, loop: SimLoop) -> None:
    seen: list[str] = []

    async def main() -> None:
        try:
            await loop.create_future()
        finally:
            try:
                seen.append("first")
                await loop.create_future()
            finally:
                seen.append("second")
                await loop.create_future()
                seen.append("never answered")

    _ = loop.create_task(main())
    loop.run(SimClock(loop).sleep(1.0))
    timeline.close()
    assert seen == ["first", "second"]


def test_a_dying_finally_block_that_starts_a_task_is_silent(
    timeline: Timeline, loop: SimLoop
) -> None:
    errors: list[str] = []

    async def main() -> None:
        try:
            await loop.create_future()
        finally:
            try:
                _ = asyncio.get_running_loop().create_task(SimClock(loop).sleep(1.0))
            except RuntimeError as error:
                errors.append(str(error))

    _ = loop.create_task(main())
    loop.run(SimClock(loop).sleep(1.0))
    timeline.close()
    assert errors == ["Event loop is closed"]


def test_a_coroutine_that_refuses_to_end_is_named(timeline: Timeline, loop: SimLoop) -> None:
    mortal = False

    async def immortal() -> None:
        while not mortal:
            with suppress(GeneratorExit):
                await loop.create_future()

    _ = loop.create_task(immortal())
    loop.run(SimClock(loop).sleep(1.0))
    with pytest.raises(SimulationFailed, match=r"immortal.* swallows GeneratorExit"):
        timeline.close()
    mortal = True
