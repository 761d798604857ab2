"""A clock that stands still until the test moves it."""

import asyncio
import heapq
from collections.abc import Callable

NS_PER_S = 1_000_000_000
START_NS = 1_800_000_000 * NS_PER_S  # 2027-01-15 08:00 UTC


class FakeTimer:
    def __init__(self, callback: Callable[..., object], args: tuple[object, ...]) -> None:
        self._callback = callback
        self._args = args
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True

    def fire(self) -> None:
        if not self.cancelled:
            self._callback(*self._args)


class FakeClock:
    """Implements ``ports.clock.Clock``. ``advance`` runs what comes due, in order of time."""

    def __init__(self, start_ns: int = START_NS) -> None:
        self._wall_ns = start_ns
        self._monotonic_ns = 0
        self._timers: list[tuple[int, int, FakeTimer]] = []
        self._count = 0

    def now_ns(self) -> int:
        return self._wall_ns

    def monotonic_ns(self) -> int:
        return self._monotonic_ns

    def after(self, delay_s: float, callback: Callable[..., object], *args: object) -> FakeTimer:
        timer = FakeTimer(callback, args)
        due_ns = self._monotonic_ns + max(0, round(delay_s * NS_PER_S))
        # The count keeps the order of calls among timers due at the same instant.
        self._count += 1
        heapq.heappush(self._timers, (due_ns, self._count, timer))
        return timer

    async def sleep(self, delay_s: float) -> None:
        awake = asyncio.get_running_loop().create_future()
        self.after(delay_s, _wake, awake)
        await awake

    def advance(self, seconds: float) -> None:
        """Let time pass; timers set meanwhile run too if they come due."""
        end_ns = self._monotonic_ns + round(seconds * NS_PER_S)
        while self._timers and self._timers[0][0] <= end_ns:
            due_ns, _, timer = heapq.heappop(self._timers)
            self._move_to(due_ns)
            timer.fire()
        self._move_to(end_ns)

    def step_wall(self, seconds: float) -> None:
        """Set the wall clock, as an operator or NTP does; monotonic time does not notice."""
        self._wall_ns += round(seconds * NS_PER_S)

    def process_dies(self) -> None:
        """Nothing that was waited for happens; time itself goes on."""
        self._timers.clear()

    def _move_to(self, monotonic_ns: int) -> None:
        self._wall_ns += monotonic_ns - self._monotonic_ns
        self._monotonic_ns = monotonic_ns


def _wake(awake: asyncio.Future[None]) -> None:
    if not awake.done():
        awake.set_result(None)
