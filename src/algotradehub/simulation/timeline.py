"""Virtual time, and what the world has still to do in it."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from random import Random
from typing import Protocol

DEFAULT_MAX_STEPS = 1_000_000
_FAIR = 0.5


class SimulationFailed(Exception):
    """The run cannot go on, or what it did may not be believed."""


class SimulationEndless(SimulationFailed):
    """More calls than any honest run needs: something repeats itself forever."""


class Crash(BaseException):
    """This incarnation of the process ends here.

    Not an ``Exception``, so that no handler of ordinary errors survives its own death.
    """


class Scheduled(Protocol):
    def cancelled(self) -> bool: ...
    def fire(self) -> None: ...


class WorldTimer:
    """A call of the world's own (venue, wire, disk), which outlives the process, or of a clock."""

    __slots__ = ("_args", "_callback", "_cancelled")

    def __init__(self, callback: Callable[..., object], args: tuple[object, ...]) -> None:
        self._callback = callback
        self._args = args
        self._cancelled = False

    def cancel(self) -> None:
        self._cancelled = True

    def cancelled(self) -> bool:
        return self._cancelled

    def fire(self) -> None:
        self._callback(*self._args)


class Timeline:
    """The one virtual clock of a world, shared by all incarnations of the process.

    Time stands still while code runs and jumps to the next scheduled call when nothing is left to
    do. Calls due at the same instant come in an order drawn from the seed: real clocks never tie,
    so no code may rely on it. What must keep its order goes through a ``Source``.

    Args:
        random: Draws the order of ties.
        start_ns: True wall time at the start, nanoseconds since the Unix epoch.
        max_steps: Calls after which the world is declared endless.
    """

    def __init__(
        self, random: Random, *, start_ns: int, max_steps: int = DEFAULT_MAX_STEPS
    ) -> None:
        self.start_ns = start_ns
        self.now_ns = start_ns  # written here only
        self.steps = 0
        self._draw = random.random
        self._max_steps = max_steps
        self._entries = 0
        # (due, drawn tie-break, number of the entry, call, owner); the number keeps it comparable
        self._heap: list[tuple[int, float, int, Scheduled, object]] = []
        self._at_end: list[Callable[[], None]] = []

    def at(self, when_ns: int, callback: Callable[..., object], *args: object) -> WorldTimer:
        """Have the world call ``callback(*args)`` at ``when_ns``, or now if that has passed."""
        timer = WorldTimer(callback, args)
        self.schedule(when_ns, timer, owner=None)
        return timer

    def after(self, delay_ns: int, callback: Callable[..., object], *args: object) -> WorldTimer:
        return self.at(self.now_ns + delay_ns, callback, *args)

    def schedule(self, when_ns: int, call: Scheduled, *, owner: object) -> None:
        """Enter a call that ``drop(owner)`` takes away again."""
        self._entries += 1
        due_ns = max(when_ns, self.now_ns)
        heappush(self._heap, (due_ns, self._draw(), self._entries, call, owner))

    def drop(self, owner: object) -> None:
        """Forget every call of a dead process."""
        self._heap = [entry for entry in self._heap if entry[4] is not owner]
        heapify(self._heap)

    def take(self, until_ns: int | None = None) -> Scheduled | None:
        """Move to the next call and return it; None if none is due until then.

        Raises:
            SimulationEndless: ``max_steps`` is reached.
        """
        heap = self._heap
        while heap and (until_ns is None or heap[0][0] <= until_ns):
            due_ns, _, _, call, _ = heappop(heap)
            if not call.cancelled():
                self.now_ns = due_ns
                self.count(1)
                return call
        return None

    def interrupts(self) -> bool:
        """Draw whether a call due at this very instant goes before what is ready to run."""
        heap = self._heap
        while heap and heap[0][0] <= self.now_ns:
            if not heap[0][3].cancelled():
                return self._draw() < _FAIR
            heappop(heap)
        return False

    def count(self, calls: int) -> None:
        """Account for calls about to be made.

        Raises:
            SimulationEndless: ``max_steps`` is reached.
        """
        self.steps += calls
        if self.steps > self._max_steps:
            raise SimulationEndless(
                f"{self.steps} calls in {(self.now_ns - self.start_ns) / 1e9} virtual seconds; "
                "look for a retry without a delay, or raise max_steps"
            )

    def run_until(self, until_ns: int) -> None:
        """Let the world go on while no process is up."""
        while (call := self.take(until_ns)) is not None:
            call.fire()
        self.now_ns = max(self.now_ns, until_ns)

    def at_end(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` when the world ends, after everything was judged."""
        self._at_end.append(callback)

    def close(self) -> None:
        """End the world: nothing scheduled happens any more, and the dead are buried."""
        while self._at_end:
            self._at_end.pop()()
        self._heap.clear()


class Source:
    """One source of events that never overtake each other: a connection, a file."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._last_ns = 0

    def after(self, delay_ns: int, callback: Callable[..., object], *args: object) -> WorldTimer:
        """Call ``callback(*args)`` after ``delay_ns``, and after all that was asked for before."""
        due_ns = max(self._timeline.now_ns + delay_ns, self._last_ns + 1)
        self._last_ns = due_ns
        return self._timeline.at(due_ns, callback, *args)
