"""The journal over segment files: the one durable record of what was asked, sent and heard.

A record is *stored* when the operating system has it, which survives the death of the process, and
*synced* when the disk has it, which survives power loss. ``append`` stores, ``append_synced`` waits
for the sync that it shares with all who wait, ``keep`` does not care whether the disk works
(order-path 2).
"""

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.domain.ids import AccountId
from algotradehub.domain.records import Body, Checkpoint, Record, Wire
from algotradehub.ports.clock import Clock
from algotradehub.ports.disk import Disk
from algotradehub.storage.journal import segments, verifying
from algotradehub.storage.journal.batch import Batch
from algotradehub.storage.journal.deferred import Deferred
from algotradehub.storage.journal.limits import OVERSIZE, Limits
from algotradehub.storage.journal.open_segment import OpenSegment

# Half of the 20 ms that a stored record may wait for the disk; the other half is the disk's.
SYNC_AFTER_S: Final = 0.01
FIRST_RETRY_S: Final = 0.05
LAST_RETRY_S: Final = 5.0

_OURSELVES: Final = AccountId("")  # records of the journal itself

DURABLE: Final = True
LOST: Final = False  # what a waiting caller is told
_NONE: Final[list[Record]] = []


class SegmentJournal:
    """Implements ``ports.journal.Journal``; opened by its constructor, ended by ``close``.

    All methods belong to the loop thread, except that what ``read`` returned may be consumed
    elsewhere. Reading walks the files: it is for the start and for audits, not for polling.

    Attributes:
        on_deferred: Called with each deferred record when it is stored.
        on_forgotten: Called when records that had numbers above this one turn out never to be
            stored; others will get these numbers.

    Args:
        disk: The directory, owned by this process alone.
        clock: For the timers of syncing and healing, and the time of the journal's own records.
        limits: Sizes at which something happens.
        may_write: Whether this process still holds the lease; asked before every write.
        on_trouble: Called with every new trouble of the disk, and with None when it works again.

    Raises:
        StorageDamaged: What is there cannot be trusted; the message says what to do.
        OSError: The directory cannot be read or a file not opened.
    """

    def __init__(
        self,
        disk: Disk,
        *,
        clock: Clock,
        limits: Limits | None = None,
        may_write: Callable[[], bool] = lambda: True,
        on_trouble: Callable[[str | None], object] = lambda _: None,
    ) -> None:
        self._disk = disk
        self._clock = clock
        self._limits = limits or Limits()
        self._most_bytes = OVERSIZE * self._limits.segment_bytes
        self._may_write = may_write
        self._on_trouble = on_trouble
        self.on_deferred: Callable[[Record], object] = _ignore
        self.on_forgotten: Callable[[int], object] = _ignore

        self._waiters: deque[tuple[int, Callable[[bool], None]]] = deque()
        self._deferred = Deferred()
        self._flush_is_due = False
        self._sync_is_due = False
        self._is_syncing = False
        self._retry_s = FIRST_RETRY_S
        self._write_error: str | None = None
        self._sync_error: str | None = None
        self._trouble: str | None = None  # of the two, what was told
        self._is_closed = False

        tail = segments.find_tail(disk)
        self._batch = Batch(tail.seq, tail.account_seqs, tail.at_ns) if tail else Batch(0, {})
        self._synced_seq = 0
        self.torn_bytes = tail.torn_bytes if tail else 0
        """What the last crash left of the record it interrupted; cut at opening."""
        self.found_ns = tail.at_ns if tail else 0
        """When the last record was written that was there at opening; 0: there was none."""
        self._segment = OpenSegment.after(disk, tail)
        if tail is None:
            self._write_checkpoint()
        # What was found may be in the memory of the operating system only.
        self._start_sync()

    @property
    def seq(self) -> int:
        return self._batch.seq

    @property
    def synced_seq(self) -> int:
        """Number of the last record that survives power loss; 0 until the first sync is done."""
        return self._synced_seq

    @property
    def refusing(self) -> str | None:
        if self._is_closed:
            return "it is closed"
        if self._trouble is not None:
            return self._trouble
        if self._segment.size >= self._most_bytes:
            return f"the disk is behind: {self._segment.name} is full and no other is begun yet"
        if len(self._batch.frames) >= self._limits.held_bytes:
            return f"the disk is behind: {len(self._batch.frames)} bytes wait to be written"
        return None

    def account_seq(self, account: AccountId) -> int:
        return self._batch.account_seqs.get(account, 0)

    def append(self, account: AccountId, body: Body, *, at_ns: int) -> Record:
        self._admit()
        deferred = self._deferred.number(self._batch) if self._deferred.count else _NONE
        record = self._batch.add(account, body, at_ns)
        try:
            self._write()
        except OSError as error:
            self._write_failed(error)
            raise NotReady(f"the journal could not store the record: {error}") from error
        if deferred:
            self._deferred_stored(deferred)
        return record

    def append_synced(
        self, account: AccountId, body: Body, *, at_ns: int, done: Callable[[bool], None]
    ) -> Record:
        """See the port.

        After ``done(False)`` nothing follows from the record, yet a later start may find it: it was
        written and only its sync failed, or a broken disk could not even be cut back.
        """
        self._admit()
        record = self._batch.add(account, body, at_ns)
        self._waiters.append((record.seq, done))
        # While a sync runs the batch grows; it is written when the sync ends.
        if not (self._flush_is_due or self._is_syncing):
            self._flush_is_due = True
            self._clock.after(0, self._flush)
        return record

    def keep(self, account: AccountId, body: Body, *, at_ns: int) -> Record:
        """See the port.

        Raises:
            NotReady: The lease was lost or the journal is closed; whoever owns the account now
                will learn the same from the venue.
            StorageDamaged: As in the port.
        """
        if self._is_closed:
            raise NotReady("the journal stores nothing: it is closed")
        if not self._may_write():
            raise NotReady("the journal stores nothing: another process took the lease")
        if self._write_error is None:
            deferred = self._deferred.number(self._batch) if self._deferred.count else _NONE
            record = self._batch.add(account, body, at_ns)
            try:
                self._write()
            except OSError as error:
                self._write_failed(error)
            else:
                if deferred:
                    self._deferred_stored(deferred)
                return record
        held = len(self._batch.frames)
        if held >= self._limits.held_bytes:
            raise StorageDamaged(
                f"{self._write_error}; {held} bytes of records are held in memory, which is the "
                "limit: make room on the disk or replace it, then start again"
            )
        return self._batch.add(account, body, at_ns)

    def defer(self, account: AccountId, body: Wire, *, at_ns: int) -> bool:
        """See the port."""
        if self._is_closed:
            return False
        if not self._deferred.count:
            self._clock.after(0, self._write_batch)
        return self._deferred.add(account, body, at_ns)

    @property
    def deferred(self) -> int:
        """How many records wait for the next write."""
        return self._deferred.count

    def read(self, after_seq: int = 0) -> Iterator[Record]:
        return segments.read(self._disk, after_seq, until_seq=self._batch.stored_seq)

    def verify(self) -> verifying.Verified:
        """Check everything stored so far.

        Raises:
            StorageDamaged: Something is wrong; the message says where.
        """
        return verifying.verify(self._disk, until_seq=self._batch.stored_seq)

    def close(self) -> None:
        """Store what is left, ask for one last sync, close the file. Waiters are still told.

        Raises:
            StorageDamaged: Kept records could not be stored and end with the process.
        """
        if self._is_closed:
            return
        if self._write_error is None:
            self._write_batch()
        else:
            self._heal()
        self._is_closed = True
        if self._sync_error is None:
            self._segment.sync(partial(self._on_synced, self._batch.stored_seq))
        self._segment.close()
        lost = self._batch.count(without=_OURSELVES)
        if lost:
            raise StorageDamaged(f"{lost} kept records are lost: {self._write_error}")

    def _admit(self) -> None:
        reason = self.refusing
        if reason is not None:
            raise NotReady(f"the journal takes nothing new: {reason}")
        if not self._may_write():
            raise NotReady("the journal takes nothing new: another process took the lease")

    def _add_checkpoint(self) -> None:
        size, crc32, sha256 = self._segment.previous
        account_seqs = dict(self._batch.account_seqs)
        body = Checkpoint(
            account_seqs=account_seqs,
            previous_size=size,
            previous_crc32=crc32,
            previous_sha256=sha256,
        )
        self._batch.add(_OURSELVES, body, self._batch.at_ns or self._clock.now_ns())

    def _write_checkpoint(self) -> None:
        self._add_checkpoint()
        try:
            self._write()
        except OSError as error:
            self._write_failed(error)  # which holds another one

    def _write(self) -> None:
        self._segment.write(self._batch.frames)
        self._batch.stored()
        if not self._sync_is_due:
            self._sync_is_due = True
            self._clock.after(SYNC_AFTER_S, self._sync_after_a_while)

    def _flush(self) -> None:
        """Write what waits to be synced, and sync it."""
        self._flush_is_due = False
        self._write_batch()
        self._start_sync()

    def _write_batch(self) -> None:
        is_empty = not (self._batch.frames or self._deferred.count)
        if is_empty or self._write_error is not None or self._is_closed:
            return
        try:
            if not self._may_write():
                raise PermissionError("another process took the lease")
            deferred = self._deferred.number(self._batch) if self._deferred.count else _NONE
            self._write()
        except OSError as error:
            self._write_failed(error)
        else:
            if deferred:
                self._deferred_stored(deferred)

    def _deferred_stored(self, records: list[Record]) -> None:
        self._deferred.stored()
        for record in records:
            self.on_deferred(record)

    def _write_failed(self, error: OSError) -> None:
        """Forget the records that were to be written, as if they had never been numbered."""
        self._forget_batch()
        self._write_error = f"{self._segment.name} cannot be written: {error}"
        # The first held record: what is tried next must be a real write, and it marks the place.
        self._add_checkpoint()
        self._clock.after(self._retry_s, self._retry)
        self._tell()

    def _forget_batch(self) -> None:
        self._batch.forget()
        self.on_forgotten(self._batch.stored_seq)
        refused: list[Callable[[bool], None]] = []
        while self._waiters and self._waiters[-1][0] > self._batch.stored_seq:
            refused.append(self._waiters.pop()[1])
        for done in reversed(refused):
            self._clock.after(0, done, LOST)

    def _retry(self) -> None:
        self._heal()
        if self._write_error is not None and not self._is_closed:
            self._retry_s = min(2 * self._retry_s, LAST_RETRY_S)
            self._clock.after(self._retry_s, self._retry)

    def _heal(self) -> None:
        """Try to write what is held."""
        if self._is_closed or not self._may_write():
            return
        try:
            self._write()
        except OSError:
            return
        self._write_error = None
        self._retry_s = FIRST_RETRY_S
        self._tell()
        self._write_batch()

    def _tell(self) -> None:
        trouble = self._sync_error or self._write_error
        if trouble != self._trouble:
            self._trouble = trouble
            self._on_trouble(trouble)

    def _sync_after_a_while(self) -> None:
        self._sync_is_due = False
        self._start_sync()

    def _start_sync(self) -> None:
        if self._is_syncing or self._is_closed or self._sync_error is not None:
            return
        if self._synced_seq == self._batch.stored_seq:
            return
        self._is_syncing = True
        self._segment.sync(partial(self._on_synced, self._batch.stored_seq))

    def _on_synced(self, seq: int, error: OSError | None) -> None:
        self._is_syncing = False
        if error is not None:
            self._sync_failed(error)
            return
        self._synced_seq = seq
        if not self._is_closed:
            if self._segment.size >= self._limits.segment_bytes and seq == self._batch.seq:
                self._open_next_segment()
            # The next batch is on its way to the disk while this one's callers go on.
            still_waiting = self._waiters and self._waiters[-1][0] > seq
            if still_waiting or not self._sync_is_due:
                self._flush()
        self._release()

    def _release(self) -> None:
        try:
            while self._waiters and self._waiters[0][0] <= self._synced_seq:
                self._waiters.popleft()[1](DURABLE)
        except BaseException:
            # One caller's mistake must not hold up the others.
            self._clock.after(0, self._release)
            raise

    def _sync_failed(self, error: OSError) -> None:
        """Stop taking orders for good: the kernel may have dropped the pages it could not write.

        A second fdatasync would then succeed without them (order-path 2).
        """
        self._sync_error = (
            f"{self._segment.name} could not be synced ({error}): "
            "check the disk, then start the program again"
        )
        while self._waiters:
            self._clock.after(0, self._waiters.popleft()[1], LOST)
        if self._write_error is None:
            self._forget_batch()
        self._tell()

    def _open_next_segment(self) -> None:
        """Go on in a new file, now that all of the full one is on the disk.

        Power loss can then tear the last segment only.
        """
        if not self._may_write():
            return
        try:
            following = self._segment.next(self._disk)
        except OSError:
            return  # the full segment goes on; tried again after the next sync
        self._segment.close()
        self._segment = following
        self._write_checkpoint()


def _ignore(_: object) -> None:
    """Whoever listens has not come yet."""
