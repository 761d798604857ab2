"""The chain of hashes, and what went over the wires."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "audit",
        "what goes over the wires waits for the next record, however long that takes",
        "storage/journal/journal.py",
        "        if not self._deferred.count:\n"
        "            self._clock.after(0, self._write_batch)\n",
        "",
    ),
    Bug(
        "audit",
        "a write that fails takes the requests and answers with it",
        "storage/journal/deferred.py",
        "        return [batch.add(account, body, at_ns) for account, body, at_ns"
        " in self._waiting]",
        "        waiting, self._waiting = self._waiting, []\n"
        "        return [batch.add(account, body, at_ns) for account, body, at_ns in waiting]",
    ),
    Bug(
        "audit",
        "an answer that overtakes its record is not recorded",
        "trading/recorder.py",
        "        if self._journal.defer(account, wire, at_ns=self._clock.now_ns()):\n",
        "        if self._journal.deferred > 1:\n            return\n"
        "        if self._journal.defer(account, wire, at_ns=self._clock.now_ns()):\n",
    ),
    Bug(
        "audit",
        "a segment begins with the hash of a part of the one before",
        "storage/journal/open_segment.py",
        "hashed=True), previous=digest)",
        "hashed=True), previous=(*digest[:2], self.previous[2] or digest[2]))",
    ),
    Bug(
        "audit",
        "the views hold records that were never stored",
        "app/core.py",
        "        journal.on_forgotten = projector.forget\n",
        "",
    ),
    Bug(
        "audit",
        "an answer ends the oldest question of its kind, whatever it answers",
        "storage/sqlite/operations.py",
        '_ANSWER: Final = _END.format(which="request_id = :request_id")',
        '_ANSWER: Final = _END.format(which="request_id <= :request_id")',
    ),
)
