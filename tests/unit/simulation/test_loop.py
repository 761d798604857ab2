"""A simulated process: virtual time, seeded ties, nothing outside, every error loud."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, suppress
from random import Random

import pytest

from algotradehub.simulation.clock import SimClock
from algotradehub.simulation.loop import OutsideWorld, SimLoop, SimulationDeadlock
from algotradehub.simulation.timeline import SimulationEndless, SimulationFailed, Timeline

START_NS = 1_700_000_000_000_000_000


@pytest.fixture
def timeline() -> Iterator[Timeline]:
    with closing(Timeline(Random(1), start_ns=START_NS, max_steps=10_000)) as world:
        yield world


@pytest.fixture
def loop(timeline: Timeline) -> SimLoop:
    return SimLoop(timeline)


def run_workers(seed: int) -> str:
    """Eight workers over five tenths of a second that often wake at the same instant."""
    with closing(Timeline(Random(seed), start_ns=START_NS)) as world:
        loop = SimLoop(world)
        clock = SimClock(loop)
        trace: list[str] = []

        async def work(number: int) -> None:
            for turn in range(5):
                await clock.sleep(0.1)
                trace.append(f"{clock.now_ns()} worker {number} turn {turn}")

        async def main() -> None:
            async with asyncio.TaskGroup() as group:
                for number in range(8):
                    group.create_task(work(number))

        loop.run(main())
        return "\n".join(trace)


def test_a_seed_repeats_its_trace_to_the_byte() -> None:
    assert all(run_workers(seed) == run_workers(seed) for seed in range(20))


def test_seeds_differ_in_how_they_interleave() -> None:
    assert len({run_workers(seed) for seed in range(100)}) == 100


def test_a_thousand_sleepers_over_an_hour_cost_a_few_steps(timeline: Timeline) -> None:
    loop = SimLoop(timeline)
    clock = SimClock(loop)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(1_000):
                group.create_task(clock.sleep(3.6 * (number + 1)))

    loop.run(main())
    assert timeline.now_ns == START_NS + 3_600 * 1_000_000_000
    assert timeline.steps < 5_000


def test_call_soon_keeps_its_order_under_every_seed() -> None:
    for seed in range(50):
        with closing(Timeline(Random(seed), start_ns=START_NS)) as world:
            loop = SimLoop(world)
            seen: list[int] = []
            for number in range(10):
                loop.call_soon(seen.append, number)
                world.at(START_NS, list)  # ties may come between, but change nothing
            loop.run(SimClock(loop).sleep(1.0))
            assert seen == list(range(10))


def test_a_tie_may_come_before_or_after_what_it_races_with() -> None:
    """A deadline at the instant of an answer comes even between the answer and its reader."""

    def outcome(seed: int) -> str:
        with closing(Timeline(Random(seed), start_ns=START_NS)) as world:
            loop = SimLoop(world)
            answer: asyncio.Future[None] = loop.create_future()
            seen: list[str] = []

            def arrive() -> None:
                seen.append("answer")
                answer.set_result(None)

            async def main() -> str:
                await answer
                seen.append("read")
                await SimClock(loop).sleep(1.0)
                return " ".join(seen)

            world.after(10, arrive)
            world.after(10, seen.append, "deadline")
            return loop.run(main())

    outcomes = {"deadline answer read", "answer deadline read", "answer read deadline"}
    assert {outcome(seed) for seed in range(50)} == outcomes


def test_a_cancelled_callback_never_runs(loop: SimLoop) -> None:
    loop.call_soon(pytest.fail, "was cancelled").cancel()
    loop.call_later(1.0, pytest.fail, "was cancelled").cancel()
    loop.run(SimClock(loop).sleep(2.0))


def test_asyncio_timeouts_run_in_virtual_time(loop: SimLoop) -> None:
    async def main() -> float:
        with suppress(TimeoutError):
            async with asyncio.timeout(60.0):
                await loop.create_future()
        return loop.time()

    assert loop.run(main()) == 60.0


def test_a_loop_runs_again_and_other_tasks_wait_meanwhile(loop: SimLoop) -> None:
    clock = SimClock(loop)
    background = loop.create_task(clock.sleep(5.0))
    loop.run(clock.sleep(1.0))
    assert not background.done()
    loop.run(clock.sleep(10.0))
    assert background.done()


# --- failures are loud


def test_a_deadlock_names_who_waits(loop: SimLoop) -> None:
    async def waits_for_nobody() -> None:
        await loop.create_future()

    with pytest.raises(SimulationDeadlock, match=r"waits_for_nobody at .*test_loop.py:\d+"):
        loop.run(waits_for_nobody())


def test_endless_repetition_ends_the_run(loop: SimLoop) -> None:
    async def spin() -> None:
        ready = asyncio.Event()
        ready.set()
        while True:
            await ready.wait()
            loop.call_soon(list)
            await SimClock(loop).sleep(0.0)

    with pytest.raises(SimulationEndless):
        loop.run(spin())


def raises() -> None:
    raise ValueError("a bug")


@pytest.mark.parametrize(
    "schedule",
    [
        lambda loop: loop.call_soon(raises),
        lambda loop: loop.call_later(1.0, raises),
        lambda loop: loop.timeline.after(1, raises),
    ],
    ids=["callback", "timer", "world"],
)
def test_an_error_in_a_callback_ends_the_run(
    loop: SimLoop, schedule: Callable[[SimLoop], object]
) -> None:
    schedule(loop)
    with pytest.raises(ValueError, match="a bug"):
        loop.run(SimClock(loop).sleep(2.0))


async def fails() -> None:
    raises()


@pytest.mark.parametrize("kept", [True, False])
def test_an_error_of_an_abandoned_task_ends_the_run(loop: SimLoop, *, kept: bool) -> None:
    keeping: list[object] = []

    async def main() -> None:
        task = loop.create_task(fails())
        if kept:
            keeping.append(task)
        await SimClock(loop).sleep(1.0)

    with pytest.raises(ValueError, match="a bug"):
        loop.run(main())


def test_an_error_somebody_handles_does_not_end_the_run(loop: SimLoop) -> None:
    async def main() -> str:
        task = loop.create_task(fails())
        try:
            await task
        except ValueError:
            return "handled"
        return "lost"

    assert loop.run(main()) == "handled"


def test_an_error_of_the_main_task_is_the_result(loop: SimLoop) -> None:
    with pytest.raises(ValueError, match="a bug"):
        loop.run(fails())


def test_a_complaint_without_an_exception_ends_the_run(loop: SimLoop) -> None:
    loop.call_soon(loop.call_exception_handler, {"message": "something is wrong"})
    with pytest.raises(SimulationFailed, match="something is wrong"):
        loop.run(SimClock(loop).sleep(1.0))


def test_finished_tasks_leave_memory(loop: SimLoop) -> None:
    async def main() -> None:
        for _ in range(1_000):
            await loop.create_task(SimClock(loop).sleep(0.001))

    loop.run(main())
    assert len(loop._tasks) < 100


# --- there is nothing outside


@pytest.mark.parametrize(
    "name",
    [
        "add_reader",
        "add_signal_handler",
        "create_connection",
        "create_server",
        "getaddrinfo",
        "run_in_executor",
        "sock_connect",
        "subprocess_exec",
    ],
)
def test_reaching_outside_ends_the_run_even_if_the_error_is_swallowed(
    loop: SimLoop, name: str
) -> None:
    async def main() -> None:
        with suppress(Exception):
            getattr(loop, name)()
        await SimClock(loop).sleep(1.0)

    with pytest.raises(OutsideWorld, match=name):
        loop.run(main())


def test_threads_are_refused(loop: SimLoop) -> None:
    async def main() -> None:
        await asyncio.to_thread(list)

    with pytest.raises(OutsideWorld, match="run_in_executor"):
        loop.run(main())


def test_a_call_from_another_thread_is_refused(loop: SimLoop) -> None:
    def intrude() -> None:
        with suppress(OutsideWorld):
            loop.call_soon_threadsafe(list)

    async def main() -> None:
        loop.call_soon_threadsafe(list)  # from our own thread it is a plain call
        thread = threading.Thread(target=intrude)
        thread.start()
        thread.join()
        await SimClock(loop).sleep(1.0)

    with pytest.raises(OutsideWorld, match="another thread"):
        loop.run(main())


def test_making_a_loop_opens_nothing_that_would_need_closing() -> None:
    with closing(Timeline(Random(1), start_ns=0)) as world:
        loops = [SimLoop(world) for _ in range(100)]
    assert all(loop.is_closed() for loop in loops)
    gc.collect()  # an unclosed loop would warn here, and warnings are errors


def test_async_generators_are_hosted(loop: SimLoop) -> None:
    async def main(sleep: Callable[[float], Awaitable[None]]) -> list[float]:
        async def ticks() -> AsyncIterator[float]:
            while True:
                await sleep(1.0)
                yield loop.time()

        seen = []
        async for tick in ticks():
            seen.append(tick)
            if tick == 3.0:
                break
        return seen

    assert loop.run(main(SimClock(loop).sleep)) == [1.0, 2.0, 3.0]
