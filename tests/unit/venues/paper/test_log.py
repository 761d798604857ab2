"""The paper venue's log survives crashes, and says so when it cannot be trusted."""

import errno

import pytest

from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.domain.ids import AccountId, VenueId
from algotradehub.ports.disk import Disk
from algotradehub.venues.paper.log import LogFailed, PaperLog
from algotradehub.venues.paper.records import FORMAT_VERSION, Batch, Entry, Snapshot
from tests.fakes.clock import FakeClock
from tests.fakes.disk import FailingDisk, MemoryDisk

VENUE = VenueId("paper:test")
FIRST = "paper-test.000001.log"
SECOND = "paper-test.000002.log"


class Desk:
    """A log, its disk, and what the log asks of its owner."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.memory = MemoryDisk(self.clock)
        self.failing = FailingDisk(self.memory)
        self.broken: list[str] = []
        self.next_order = 1

    def snapshot(self) -> Snapshot:
        return Snapshot(
            version=FORMAT_VERSION,
            venue=VENUE,
            at_ns=0,
            next_order=self.next_order,
            next_execution=1,
        )

    def open(
        self, venue: VenueId = VENUE, *, compact_bytes: int = 10_000, disk: Disk | None = None
    ) -> PaperLog:
        return PaperLog(
            disk or self.failing,
            self.clock,
            venue,
            snapshot=self.snapshot,
            broken=self.broken.append,
            compact_bytes=compact_bytes,
        )

    def entries(self) -> list[Entry]:
        """What the next process reads, after the snapshot."""
        self.memory.process_dies()
        return list(self.open().entries[1:])


def batch(number: int) -> Batch:
    return Batch(at_ns=number, opened=[AccountId("somebody")])


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_entries_come_back_in_order(desk: Desk) -> None:
    log = desk.open()
    log.append(batch(1))
    log.append(batch(2))
    assert desk.entries() == [batch(1), batch(2)]


def test_a_torn_tail_is_cut_and_writing_goes_on(desk: Desk) -> None:
    log = desk.open()
    log.append(batch(1))
    log.append(batch(2))
    del desk.memory.files[FIRST].data[-3:]
    desk.memory.process_dies()
    log = desk.open()
    log.append(batch(3))
    assert desk.entries() == [batch(1), batch(3)]


def test_a_garbled_tail_is_cut(desk: Desk) -> None:
    desk.open().append(batch(1))
    desk.memory.files[FIRST].data += bytes(300)
    assert desk.entries() == [batch(1)]


def test_damage_before_whole_entries_is_refused(desk: Desk) -> None:
    log = desk.open()
    size = len(desk.memory.files[FIRST].data)
    log.append(batch(1))
    log.append(batch(2))
    desk.memory.files[FIRST].data[size + 10] ^= 1
    with pytest.raises(StorageDamaged, match=f"damaged at byte {size}"):
        desk.entries()


def test_another_venues_log_is_refused(desk: Desk) -> None:
    desk.open(VenueId("paper:test"))
    with pytest.raises(StorageDamaged, match="belongs to paper:test, not to paper-test"):
        desk.open(VenueId("paper-test"))


def test_a_newer_programs_log_is_refused(desk: Desk) -> None:
    log = desk.open(compact_bytes=1)
    newer = Snapshot(
        version=FORMAT_VERSION + 1, venue=VENUE, at_ns=0, next_order=1, next_execution=1
    )
    log._begin(2, newer)
    with pytest.raises(StorageDamaged, match="newer program"):
        desk.entries()


def test_a_log_without_a_snapshot_is_refused(desk: Desk) -> None:
    log = desk.open()
    size = len(desk.memory.files[FIRST].data)
    log.append(batch(1))
    del desk.memory.files[FIRST].data[:size]
    with pytest.raises(StorageDamaged, match="does not open with a snapshot"):
        desk.entries()


def grow(log: PaperLog) -> None:
    for number in range(50):
        log.append(batch(number))


def test_a_large_log_begins_a_new_file(desk: Desk) -> None:
    log = desk.open(compact_bytes=100)
    grow(log)
    desk.next_order = 77
    desk.clock.advance(1.0)
    log.append(batch(99))
    assert desk.memory.names() == [FIRST, SECOND]
    desk.clock.advance(0.1)
    assert desk.memory.names() == [SECOND]
    desk.memory.process_dies()
    snapshot, entry = desk.open().entries
    assert isinstance(snapshot, Snapshot)
    assert snapshot.next_order == 77
    assert entry == batch(99)


def test_a_compaction_cut_short_leaves_the_old_file(desk: Desk) -> None:
    log = desk.open(compact_bytes=100)
    grow(log)
    desk.clock.advance(1.0)
    del desk.memory.files[SECOND].data[-1:]
    assert len(desk.entries()) == 50
    assert desk.memory.names() == [FIRST]


def test_a_compaction_done_but_not_tidied_counts(desk: Desk) -> None:
    log = desk.open(compact_bytes=100)
    grow(log)
    desk.clock.advance(1.0)
    assert desk.memory.names() == [FIRST, SECOND]
    assert desk.entries() == []
    desk.clock.advance(0.1)
    assert desk.memory.names() == [SECOND]


def test_what_is_a_second_old_survives_power_loss(desk: Desk) -> None:
    log = desk.open()
    log.append(batch(1))
    desk.clock.advance(1.1)
    log.append(batch(2))
    desk.memory.power_fails()
    assert desk.entries() == [batch(1)]


def test_a_full_disk_breaks_the_log_for_good(desk: Desk) -> None:
    log = desk.open()
    desk.failing.room = 3
    with pytest.raises(LogFailed, match="no space left"):
        log.append(batch(1))
    desk.failing.room = None
    with pytest.raises(NotReady, match="start it anew"):
        log.append(batch(2))
    assert desk.broken == [log.failure]
    assert desk.entries() == []


def test_a_failed_sync_breaks_the_log_and_is_told_once(desk: Desk) -> None:
    log = desk.open()
    desk.clock.advance(0.1)
    log.append(batch(1))
    desk.failing.sync_error = OSError(errno.EIO, "input/output error")
    desk.clock.advance(1.1)
    assert len(desk.broken) == 1
    with pytest.raises(LogFailed, match="cannot be synced"):
        log.append(batch(2))


def test_a_compaction_that_finds_no_room_breaks_the_log(desk: Desk) -> None:
    log = desk.open(compact_bytes=100)
    grow(log)
    desk.failing.can_open = False
    desk.clock.advance(1.0)
    assert log.failure is not None
    desk.failing.can_open = True
    assert len(desk.entries()) == 50


def test_a_venue_without_a_disk_does_not_open(desk: Desk) -> None:
    desk.failing.can_open = False
    with pytest.raises(LogFailed, match="cannot be opened"):
        desk.open()


def test_a_closed_log_leaves_its_file_alone(desk: Desk) -> None:
    log = desk.open()
    log.append(batch(1))
    log.close()
    desk.clock.advance(5)
    assert desk.entries() == [batch(1)]
