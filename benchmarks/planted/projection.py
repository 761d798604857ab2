"""The projection, which must never be ahead of the journal."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "projection",
        "it is fed before the journal is synced",
        "app/projector.py",
        "if self._held is not None and self._journal.synced_seq >= self._held.applied_seq:",
        "if self._held is not None:",
    ),
)
