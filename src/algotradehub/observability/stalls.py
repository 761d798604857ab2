"""Notices when the event loop was held up: everything in it was late by that much."""

from types import TracebackType
from typing import Final, Self

from algotradehub.ports.clock import Clock, Timer

EVERY_S: Final = 0.1
STALL_NS: Final = 250_000_000  # from here on feeds count as stale (architecture 7)
_EVERY_NS: Final = int(EVERY_S * 1_000_000_000)


class StallWatch:
    """Looks every 100 ms how late it is, while its context lasts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._timer: Timer | None = None
        self._due_ns = 0
        self.count = 0
        self.total_ns = 0

    def __enter__(self) -> Self:
        self._wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self) -> None:
        self._due_ns = self._clock.monotonic_ns() + _EVERY_NS
        self._timer = self._clock.after(EVERY_S, self._look)

    def _look(self) -> None:
        late_ns = self._clock.monotonic_ns() - self._due_ns
        if late_ns >= STALL_NS:
            self.count += 1
            self.total_ns += late_ns
        self._wait()
