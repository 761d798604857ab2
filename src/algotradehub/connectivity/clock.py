"""The machine's own time."""

import asyncio
import time
from collections.abc import Callable


def monotonic_ns() -> int:
    """Nanoseconds that only rise, where no event loop runs."""
    return time.monotonic_ns()


def now_ns() -> int:
    """Wall time, nanoseconds since the Unix epoch, where no event loop runs."""
    return time.time_ns()


def pause(delay_s: float) -> None:
    """Wait, where no event loop runs: it would stop one."""
    time.sleep(delay_s)


class LoopClock:
    """The production ``Clock``, over an event loop.

    A timer may fire early, because uvloop counts whole milliseconds from the start of its turn: it
    is a reason to look at ``monotonic_ns``, never the proof that a deadline has passed.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    # The system's calls themselves: an order asks six times, and a method around each would show.
    now_ns = staticmethod(time.time_ns)
    monotonic_ns = staticmethod(time.monotonic_ns)

    def after(
        self, delay_s: float, callback: Callable[..., object], *args: object
    ) -> asyncio.TimerHandle:
        return self._loop.call_later(delay_s, callback, *args)

    async def sleep(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
