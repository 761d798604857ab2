"""The clock of one simulated process."""

import asyncio
from collections.abc import Callable

from algotradehub.simulation.loop import SimLoop
from algotradehub.simulation.timeline import WorldTimer


class SimClock:
    """Implements ``Clock`` over a ``SimLoop``.

    Args:
        loop: The process.
        monotonic_origin_ns: Where this life's monotonic time starts; give every life another, as
            every boot does.
        wall_error_ns: How far the machine's wall clock is ahead of true time.
    """

    def __init__(
        self, loop: SimLoop, *, monotonic_origin_ns: int = 0, wall_error_ns: int = 0
    ) -> None:
        self._loop = loop
        self._timeline = loop.timeline
        self._born_ns = loop.timeline.now_ns - monotonic_origin_ns
        self._wall_error_ns = wall_error_ns

    def step(self, by_ns: int) -> None:
        """Set the wall clock forward or back, as an administrator or a time daemon does."""
        self._wall_error_ns += by_ns

    def now_ns(self) -> int:
        return self._timeline.now_ns + self._wall_error_ns

    def monotonic_ns(self) -> int:
        return self._timeline.now_ns - self._born_ns

    def after(self, delay_s: float, callback: Callable[..., object], *args: object) -> WorldTimer:
        return self._loop.after(delay_s, callback, *args)

    async def sleep(self, delay_s: float) -> None:
        woken: asyncio.Future[None] = self._loop.create_future()
        timer = self._loop.after(delay_s, _wake, woken)
        try:
            await woken
        finally:
            timer.cancel()


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
