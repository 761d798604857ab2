"""The wires between us and the venue: each may be cut alone, and a silent one is noticed late."""

from collections.abc import Callable, Collection
from enum import StrEnum
from random import Random

from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.simulation.timeline import Source, Timeline, WorldTimer

_MS = 1_000_000
_NOTICED_NS = (1 * _MS, 12_000 * _MS)  # at once, or when nothing has come for too long


class Wire(StrEnum):
    """What fails by itself at real venues: each has its own hosts, programs and limits."""

    STREAM = "stream"  # what the venue tells by itself
    ORDERS = "orders"  # requests and their answers
    LOOK_UPS = "look-ups"  # questions about one order
    LISTS = "lists"  # questions about everything


class Wires:
    """Which wires are up; tells when the stream went and came.

    Args:
        timeline: When all that happens.
        random: Draws how long a dead stream goes unnoticed.
        stream: The stream itself: what it tells of its own state keeps its place in it.
        tell: Takes the news, on our side.
    """

    def __init__(
        self,
        timeline: Timeline,
        random: Random,
        stream: Source,
        tell: Callable[[Connection], None],
    ) -> None:
        self._timeline = timeline
        self._random = random
        self._stream = stream
        self._tell = tell
        self._cut: set[Wire] = set()
        self._notice: WorldTimer | None = None

    def is_up(self, wire: Wire) -> bool:
        return wire not in self._cut

    def cut(self, wires: Collection[Wire]) -> None:
        """Nothing gets through any more; what the stream would have told is lost."""
        if Wire.STREAM in wires and self.is_up(Wire.STREAM):
            silent_ns = self._random.choice((_NOTICED_NS[0], self._random.randint(*_NOTICED_NS)))
            down = Connection(state=ConnectionState.DOWN, reason="outage")
            self._notice = self._timeline.after(silent_ns, self._stream.after, 0, self._tell, down)
        self._cut.update(wires)

    def mend(self, wires: Collection[Wire]) -> None:
        """Everything gets through again; what was lost meanwhile stays lost."""
        if Wire.STREAM in wires and self._notice is not None:
            # Whoever had not noticed yet does now, for the new stream is another one.
            self._notice.cancel()
            self._notice = None
            up = Connection(state=ConnectionState.UP, reason="outage")
            self._stream.after(1 * _MS, self._tell, up)
        self._cut.difference_update(wires)
