"""The demo after hours of trade, in a minute: for pictures.

python web/tests/e2e/warmed.py HOURS demo [OPTIONS]

The process begins hours ago and lives faster, until it has caught up with the clock on the wall.
From then on it is the demo like any other.
"""

import asyncio
import selectors
import sys

import uvloop

from algotradehub.cli.main import main
from algotradehub.connectivity.clock import LoopClock, monotonic_ns, now_ns

SPEED = 200  # as fast as the markets of the demo can be computed, with some room
_NS = 1_000_000_000


class Warmth:
    """How far the time of this process is from the machine's."""

    def __init__(self, behind_s: float) -> None:
        self._behind_ns = round(behind_s * _NS)
        self._began_ns = monotonic_ns()

    @property
    def shift_ns(self) -> int:
        """Zero or less."""
        gained_ns = (monotonic_ns() - self._began_ns) * (SPEED - 1)
        return min(0, gained_ns - self._behind_ns)

    def now_ns(self) -> int:
        return now_ns() + self.shift_ns

    def monotonic_ns(self) -> int:
        return monotonic_ns() + self.shift_ns


def loop_of(warmth: Warmth) -> asyncio.AbstractEventLoop:
    """A loop that lives by that time: while it is behind, its waits are shorter."""

    class Selector(selectors.DefaultSelector):
        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            return super().select(timeout / SPEED if timeout and warmth.shift_ns else timeout)

    class Loop(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return super().time() + warmth.shift_ns / _NS

    return Loop(Selector())


if __name__ == "__main__":
    warmth = Warmth(float(sys.argv.pop(1)) * 3600)
    uvloop.new_event_loop = lambda: loop_of(warmth)
    LoopClock.now_ns = staticmethod(warmth.now_ns)
    LoopClock.monotonic_ns = staticmethod(warmth.monotonic_ns)
    main()
