"""The projector: what the journal holds safely goes to the projection, in order, and soon."""

import errno

from hypothesis import given
from hypothesis import strategies as st

from algotradehub.app.projector import INTERVAL_S, PATIENT_LOOKS, RARE_INTERVAL_S, Projector
from algotradehub.bus.memory import MemoryBus
from algotradehub.domain.ids import AccountId
from algotradehub.domain.records import HaltSet
from algotradehub.ports.store import Changes
from algotradehub.storage.journal.journal import SegmentJournal
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.state import DeskState
from tests.fakes.clock import FakeClock
from tests.fakes.disk import FailingDisk, MemoryDisk

A, B = AccountId("a"), AccountId("b")


class Projected:
    """Implements ``Projection``: stores at once, or falls behind; checks each batch."""

    def __init__(self, journal: SegmentJournal) -> None:
        self.fed: list[Changes] = []
        self.applied_seq = 0
        self.lags = False
        self._journal = journal

    def feed(self, changes: Changes) -> None:
        assert changes.applied_seq <= self._journal.synced_seq, "ahead of what survives power loss"
        assert changes.records, "nothing changed"
        self.fed.append(changes)
        if not self.lags:
            self.applied_seq = changes.applied_seq

    async def settled(self, seq: int) -> None:
        raise NotImplementedError

    @property
    def seqs(self) -> list[int]:
        return [record.seq for changes in self.fed for record in changes.records]


class Parts:
    """Journal, state and projector, with a clock that stands still."""

    def __init__(self, sync_s: float = 0.001) -> None:
        self.clock = FakeClock()
        self.memory = MemoryDisk(self.clock, sync_s=sync_s)
        self.disk = FailingDisk(self.memory)
        self.journal = SegmentJournal(self.disk, clock=self.clock)
        self.state = DeskState(load=lambda _: None, locate=lambda *_: None)
        self.projection = Projected(self.journal)
        self.projector = Projector(
            state=self.state,
            journal=self.journal,
            projection=self.projection,
            clock=self.clock,
        )
        self.recorder = Recorder(
            journal=self.journal,
            state=self.state,
            bus=MemoryBus(on_failure=lambda *_: None),
            clock=self.clock,
            on_record=self.projector.wake,
        )

    def record(self, account: AccountId = A) -> int:
        self.recorder.keep(account, HaltSet(halted=True, reason="r", by="ann"))
        return self.journal.seq


def test_changes_of_one_interval_go_together_when_they_are_synced() -> None:
    """Order-path 2: fed in batches, each with the number of its last record."""
    parts = Parts(sync_s=0.1)
    first, second = parts.record(A), parts.record(B)
    parts.clock.advance(0.1)
    assert parts.projection.fed == []
    parts.clock.advance(0.1)
    (changes,) = parts.projection.fed
    assert [record.seq for record in changes.records] == [first, second]
    assert changes.applied_seq == second
    assert changes.account_seqs == {A: 1, B: 1}
    assert {account: halt.halted for account, halt in changes.halts.items()} == {A: True, B: True}


def test_what_comes_while_a_batch_waits_goes_in_the_next() -> None:
    parts = Parts(sync_s=0.1)
    first = parts.record()
    parts.clock.advance(2 * INTERVAL_S)
    second = parts.record()
    parts.clock.advance(1)
    assert [changes.applied_seq for changes in parts.projection.fed] == [first, second]


def test_the_projection_is_never_fed_from_a_disk_that_failed() -> None:
    parts = Parts()
    parts.clock.advance(1)
    parts.disk.sync_error = OSError(errno.EIO, "input/output error")
    parts.record()
    parts.clock.advance(60)
    assert parts.projection.fed == []
    assert not parts.projector.level


def test_a_disk_that_failed_for_good_is_looked_at_rarely() -> None:
    parts = Parts()
    parts.clock.advance(1)
    parts.disk.sync_error = OSError(errno.EIO, "input/output error")
    parts.record()
    parts.clock.advance(PATIENT_LOOKS * INTERVAL_S)
    timers = parts.clock._count
    parts.clock.advance(60 * RARE_INTERVAL_S)
    assert parts.clock._count <= timers + 61


def test_after_a_slow_sync_it_looks_often_again() -> None:
    parts = Parts(sync_s=3 * PATIENT_LOOKS * INTERVAL_S)
    first = parts.record()
    parts.clock.advance(10)
    assert [changes.applied_seq for changes in parts.projection.fed] == [first]
    parts.memory.sync_s = 0.001
    second = parts.record()
    parts.clock.advance(5 * INTERVAL_S)
    assert [changes.applied_seq for changes in parts.projection.fed] == [first, second]


def test_nothing_runs_while_nothing_changes() -> None:
    parts = Parts()
    parts.record()
    parts.clock.advance(1)
    assert len(parts.projection.fed) == 1
    parts.projector.wake()
    parts.clock.advance(1)
    assert len(parts.projection.fed) == 1
    assert parts.clock._timers == [], "no timer is left to poll with"


def test_level_means_that_everything_has_arrived() -> None:
    parts = Parts(sync_s=0.1)
    levels = [parts.projector.level]
    parts.record()
    levels.append(parts.projector.level)
    parts.clock.advance(2 * INTERVAL_S)
    levels.append(parts.projector.level)
    parts.projection.lags = True
    parts.clock.advance(1)
    assert len(parts.projection.fed) == 1
    levels.append(parts.projector.level)
    parts.projection.applied_seq = parts.journal.seq
    levels.append(parts.projector.level)
    # At the start; not taken yet; taken but not synced; fed but not stored; stored.
    assert levels == [True, False, False, False, True]


@given(st.lists(st.integers(0, 40).map(lambda ms: ms / 1000), max_size=20), st.integers(1, 50))
def test_every_record_arrives_once_and_in_order(pauses_s: list[float], sync_ms: int) -> None:
    """Whenever records come, and however slow the disk is (``Projected`` checks each batch)."""
    parts = Parts(sync_s=sync_ms / 1000)
    recorded = []
    for pause_s in pauses_s:
        recorded.append(parts.record())
        parts.clock.advance(pause_s)
    parts.clock.advance(1)
    assert parts.projection.seqs == recorded
    assert parts.projector.level
