"""Carries what changed from the desk's state to the projection, behind the journal's sync."""

from typing import Final, Protocol

from algotradehub.ports.clock import Clock
from algotradehub.ports.journal import Journal
from algotradehub.ports.store import Changes
from algotradehub.trading.state import DeskState

INTERVAL_S: Final = 0.01
# After so many looks in vain the disk has failed for good, or is very slow.
PATIENT_LOOKS: Final = 100
RARE_INTERVAL_S: Final = 1.0


class Projection(Protocol):
    """Where changes end up: a store on its own thread, or a store as it is."""

    @property
    def applied_seq(self) -> int: ...

    def feed(self, changes: Changes) -> None:
        """Take ``changes`` over; they are stored in the order of the calls, or not at all yet."""
        ...

    async def settled(self, seq: int) -> None:
        """Return once everything up to ``seq`` is stored.

        Raises:
            NotReady: It will not be stored before the next start.
        """
        ...


class Projector:
    """Feeds the projection with what the journal holds safely.

    A projection ahead of the journal would tell of things that power loss has undone, so changes
    wait until their last record is synced.
    """

    def __init__(
        self, *, state: DeskState, journal: Journal, projection: Projection, clock: Clock
    ) -> None:
        self._state = state
        self._journal = journal
        self._projection = projection
        self._clock = clock
        self._held: Changes | None = None
        self._looks = 0  # at what is held, in vain
        self._scheduled = False

    @property
    def level(self) -> bool:
        """Whether the projection has everything that ever changed."""
        return (
            self._held is None
            and not self._state.changes.records
            and self._projection.applied_seq >= self._state.changes.applied_seq
        )

    def wake(self) -> None:
        """Something changed; cheap to call for every record."""
        if not self._scheduled:
            self._scheduled = True
            is_patient = self._looks < PATIENT_LOOKS
            self._clock.after(INTERVAL_S if is_patient else RARE_INTERVAL_S, self._tick)

    def forget(self, seq: int) -> None:
        """Records above ``seq`` were never stored: they are no part of the journal's views."""
        for changes in (self._held, self._state.changes):
            if changes is not None and changes.applied_seq > seq:
                changes.applied_seq = seq
                while changes.records and changes.records[-1].seq > seq:
                    changes.records.pop()

    def _tick(self) -> None:
        self._scheduled = False
        if self._held is None and self._state.changes.records:
            self._held = self._state.take_changes()
        if self._held is not None and self._journal.synced_seq >= self._held.applied_seq:
            held, self._held = self._held, None
            self._projection.feed(held)
        self._looks = 0 if self._held is None else self._looks + 1
        if self._held is not None or self._state.changes.records:
            self.wake()
