"""Time, injected: wall time for records and signatures, monotonic time for deadlines."""

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    def now_ns(self) -> int:
        """Wall time, nanoseconds since the Unix epoch, UTC. May step."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds that only ever rise; comparable within one process."""
        ...

    def after(self, delay_s: float, callback: Callable[..., object], *args: object) -> Timer:
        """Call ``callback(*args)`` on the loop thread, ``delay_s`` seconds from now.

        It may come a little early; the order of calls due at one instant is not defined.
        """
        ...

    async def sleep(self, delay_s: float) -> None: ...
