"""The journal: what is durable, and what a broken write leaves behind."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "journal",
        "a new segment begins before the old one is on the disk",
        "storage/journal/journal.py",
        " and seq == self._batch.seq:",
        ":",
    ),
    Bug(
        "journal",
        "callers are told durable when the record is only written",
        "storage/journal/journal.py",
        "while self._waiters and self._waiters[0][0] <= self._synced_seq:",
        "while self._waiters and self._waiters[0][0] <= self._batch.stored_seq:",
    ),
    Bug(
        "journal",
        "after a failed write the torn record stays",
        "storage/journal/open_segment.py",
        "        if self._file.size != self.size:\n            self._file.truncate(self.size)\n",
        "",
    ),
)
