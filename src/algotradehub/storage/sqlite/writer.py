"""The one thread that writes a projection: it gathers what waits, stores it, and tries again."""

import threading
from collections.abc import Callable

from algotradehub.ports.store import Changes, Store
from algotradehub.storage.sqlite.pending import absorb

MAX_RETRY_S = 5.0


class Writer:
    """Stores changes in the order they come, as many at a time as have gathered.

    What waits is bounded. At the bound, and after an error that trying again cannot heal, it
    drops what waits and ends: skipping a part would leave a hole, while the next start replays
    the journal from the ``applied_seq`` that was reached.
    """

    def __init__(
        self,
        store: Store,
        *,
        applied: Callable[[int], object],
        failed: Callable[[str], object],
        gave_up: Callable[[str], object],
        max_pending_records: int,
        retry_s: float,
    ) -> None:
        """Start the thread. The three are called on it.

        Args:
            store: Used by the writer's thread alone from now on.
            applied: Everything up to this number is stored.
            failed: Storing failed and will be tried again; called once for failures in a row.
            gave_up: Why nothing more will be stored, although something waited.
            max_pending_records: The bound.
            retry_s: From a failure to the next attempt; each further failure doubles it.
        """
        self._store = store
        self._applied = applied
        self._failed = failed
        self._gave_up = gave_up
        self._max_pending_records = max_pending_records
        self._retry_s = retry_s
        # Joined by the writer's thread: feeding costs the loop no more when much waits.
        self._pending: list[Changes] = []
        self._pending_records = 0
        self._closing = False
        self._given_up: str | None = None
        self._changed = threading.Condition()
        # Dies with the process: whatever it has not stored is in the journal.
        self._thread = threading.Thread(target=self._run, name="projection-writer", daemon=True)
        self._thread.start()

    def feed(self, changes: Changes) -> None:
        """Take ``changes`` over, to be stored soon; the caller does not touch them again."""
        with self._changed:
            if self._given_up is not None:
                return
            self._pending.append(changes)
            self._count(changes)
            self._changed.notify()

    def close(self) -> None:
        """Try once to store what waits, and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            reason = self._store_until_the_end()
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody must hear of it
            reason = str(error) or repr(error)
        with self._changed:
            self._pending.clear()
            self._given_up = reason or "it is closed"
        if reason is not None:
            self._gave_up(reason)

    def _store_until_the_end(self) -> str | None:
        """Return why it gives up, or None when it was closed and nothing waits."""
        delay_s: float | None = None  # None: the last attempt went well
        while (changes := self._next()) is not None:
            try:
                self._store.apply(changes)
            except OSError as error:
                if delay_s is None:
                    self._failed(str(error))
                delay_s = self._retry_s if delay_s is None else min(2 * delay_s, MAX_RETRY_S)
                if not self._put_back(changes, delay_s):
                    return self._given_up or str(error)
            else:
                delay_s = None
                self._applied(changes.applied_seq)
        return self._given_up

    def _next(self) -> Changes | None:
        """Wait for changes and take all there are; None when there will be none."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._is_ending)
            pending, self._pending, self._pending_records = self._pending, [], 0
        if not pending:
            return None
        first, *later = pending
        for changes in later:
            absorb(first, changes)
        return first

    def _put_back(self, changes: Changes, delay_s: float) -> bool:
        """Let ``changes`` wait with what came meanwhile; False when they cannot be tried again."""
        with self._changed:
            if self._is_ending:
                return False
            self._pending.insert(0, changes)
            self._count(changes)
            self._changed.wait_for(lambda: self._is_ending, timeout=delay_s)
        return True

    def _count(self, changes: Changes) -> None:
        """``changes`` wait too: drop everything at the bound. The lock is held."""
        self._pending_records += len(changes.records)
        if self._pending_records > self._max_pending_records:
            self._pending.clear()
            self._given_up = f"more than {self._max_pending_records} records waited for it"

    @property
    def _is_ending(self) -> bool:
        return self._closing or self._given_up is not None
