"""The segment journal keeps its promises through full disks, failing syncs and power loss."""

import errno
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import Checkpoint, Doubted
from algotradehub.storage.journal.journal import LAST_RETRY_S, SegmentJournal
from algotradehub.storage.journal.limits import Limits
from tests.fakes.clock import FakeClock
from tests.fakes.disk import FailingDisk, MemoryDisk

A = AccountId("a")
B = AccountId("b")
ORDER = ClientOrderId("0" * 32)
SMALL = Limits(segment_bytes=600, held_bytes=2000)  # about four records; about fourteen


def note(text: str = "x") -> Doubted:
    return Doubted(order_id=ORDER, what=text)


def repeat(call: Callable[[], object]) -> None:
    for _ in range(100):
        call()


class Machine:
    """One disk, and the process that has the journal open on it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits
        self.clock = FakeClock()
        self.memory = MemoryDisk(self.clock)
        self.has_lease = True
        self.start()

    def start(self) -> None:
        self.memory.clock = self.clock
        self.disk = FailingDisk(self.memory)
        self.told: list[str | None] = []
        self.journal = SegmentJournal(
            self.disk,
            clock=self.clock,
            limits=self.limits,
            may_write=lambda: self.has_lease,
            on_trouble=self.told.append,
        )

    def restart(self, survives: Callable[[bytes], bytes] | None = None) -> None:
        """End the process; with ``survives`` the power fails, and unsynced bytes become that."""
        if survives is None:
            self.memory.process_dies()
        else:
            self.memory.power_fails(survives)
        self.disk.is_dead = True
        self.clock = FakeClock(self.clock.now_ns())
        self.start()

    def append(self, text: str = "x", account: AccountId = A) -> int:
        return self.journal.append(account, note(text), at_ns=1).seq

    def keep(self, text: str = "x", account: AccountId = A) -> int:
        return self.journal.keep(account, note(text), at_ns=1).seq

    def synced(self, text: str, done: Callable[[bool], None]) -> int:
        return self.journal.append_synced(A, note(text), at_ns=1, done=done).seq

    def notes(self) -> list[str]:
        return [r.body.what for r in self.journal.read() if isinstance(r.body, Doubted)]


# Batches and syncs


def test_a_batch_is_one_write_and_one_sync() -> None:
    machine = Machine()
    machine.clock.advance(1)
    syncs, size = machine.memory.syncs, len(machine.memory.read("journal-00000001.seg"))
    answers: list[bool] = []
    for _ in range(64):
        machine.synced("x", answers.append)
    assert len(machine.memory.read("journal-00000001.seg")) == size, "not before the loop turns"
    machine.clock.advance(0)
    assert len(machine.memory.read("journal-00000001.seg")) > size
    assert not answers
    machine.clock.advance(machine.memory.sync_s)
    assert answers == [True] * 64
    assert machine.memory.syncs == syncs + 1


def test_records_that_come_during_a_sync_share_the_next_one() -> None:
    machine = Machine()
    machine.clock.advance(1)
    syncs = machine.memory.syncs
    answers: list[str] = []
    machine.synced("first", lambda _: answers.append("first"))
    machine.clock.advance(machine.memory.sync_s / 2)
    for text in ("second", "third"):
        machine.synced(text, lambda _, text=text: answers.append(text))  # type: ignore[misc]
    machine.clock.advance(machine.memory.sync_s / 2)
    assert answers == ["first"]
    machine.clock.advance(machine.memory.sync_s)
    assert answers == ["first", "second", "third"]
    assert machine.memory.syncs == syncs + 2


def test_a_record_that_needs_no_sync_carries_the_waiting_ones_with_it() -> None:
    machine = Machine()
    answers: list[bool] = []
    machine.synced("a", answers.append)
    machine.append("b")
    assert machine.notes() == ["a", "b"], "stored in order"
    machine.clock.advance(0.005)
    assert answers == [True], "and those who wait do not wait longer for it"


def test_what_is_stored_during_a_slow_sync_is_synced_right_after_it() -> None:
    machine = Machine()
    machine.memory.sync_s = 1.0
    machine.clock.advance(1)
    machine.clock.advance(1)
    first = machine.append("a")
    machine.clock.advance(0.015)
    second = machine.append("b")
    machine.clock.advance(1)
    assert machine.journal.synced_seq == first
    machine.clock.advance(1)
    assert machine.journal.synced_seq == second


def test_nothing_is_synced_twice() -> None:
    machine = Machine()
    machine.append("a")
    machine.clock.advance(1)
    syncs = machine.memory.syncs
    machine.clock.advance(10)
    assert machine.memory.syncs == syncs


def test_what_an_opened_journal_found_is_synced_too() -> None:
    machine = Machine()
    last = machine.append("a")
    machine.restart()
    assert machine.journal.synced_seq == 0
    machine.clock.advance(0.01)
    assert machine.journal.synced_seq == last
    machine.restart(lambda _: b"")
    assert machine.notes() == ["a"]


def test_one_callers_mistake_does_not_hold_up_the_others() -> None:
    machine = Machine()
    answers: list[bool] = []

    def fail(durable: bool) -> None:  # noqa: FBT001 - the port's callback takes a bare bool
        raise RuntimeError("a mistake")

    machine.synced("a", fail)
    machine.synced("b", answers.append)
    with pytest.raises(RuntimeError, match="a mistake"):
        machine.clock.advance(0.01)
    machine.clock.advance(0)
    assert answers == [True]


def test_reading_nothing_costs_nothing() -> None:
    machine = Machine()
    machine.append("a")
    machine.disk.disk = MemoryDisk(machine.clock)  # a read would not find its file
    assert list(machine.journal.read(machine.journal.seq)) == []
    assert list(machine.journal.read(machine.journal.seq + 1)) == []


# Full disks


def test_a_refused_record_takes_its_batch_with_it() -> None:
    """Waiting records stand before it in the file, so they cannot be stored either."""
    machine = Machine()
    answers: list[tuple[str, bool]] = []
    machine.append("a")
    machine.synced("b", lambda durable: answers.append(("b", durable)))
    machine.synced("c", lambda durable: answers.append(("c", durable)))
    machine.disk.room = 300
    with pytest.raises(NotReady, match=r"could not store the record: .*no space left"):
        machine.append("d", B)
    assert not answers, "nobody is called back from inside append"
    assert machine.journal.account_seq(A) == 1
    assert machine.journal.account_seq(B) == 0
    machine.clock.advance(0)
    assert answers == [("b", False), ("c", False)]
    assert machine.notes() == ["a"]
    machine.restart()
    assert machine.notes() == ["a"]


def test_trouble_is_told_once_and_so_is_its_end() -> None:
    machine = Machine()
    machine.disk.room = 0
    for _ in range(3):
        with pytest.raises(NotReady):
            machine.append()
        machine.keep()
        machine.clock.advance(1)
    assert len(machine.told) == 1
    assert machine.told[0] == machine.journal.refusing
    assert "journal-00000001.seg cannot be written: " in (machine.journal.refusing or "")
    machine.disk.room = None
    machine.clock.advance(LAST_RETRY_S)
    assert machine.told[1:] == [None]
    assert machine.journal.refusing is None
    assert machine.journal.verify().kinds == {Kind.CHECKPOINT: 2, Kind.EVENT: 3}


def test_it_does_not_believe_in_a_cure_without_a_write() -> None:
    machine = Machine()
    machine.disk.room = 0
    with pytest.raises(NotReady):
        machine.append()
    machine.clock.advance(60)
    assert machine.journal.refusing is not None


def test_retries_grow_rarer() -> None:
    machine = Machine()
    machine.disk.room = 0
    machine.keep()
    machine.disk.refused = 0
    machine.clock.advance(60)
    assert 10 < machine.disk.refused < 25
    machine.disk.room = None
    machine.clock.advance(LAST_RETRY_S)
    machine.disk.room = 0
    machine.keep()
    machine.disk.refused = 0
    machine.clock.advance(0.05)
    assert machine.disk.refused == 1, "the next trouble begins with quick retries again"


def test_held_records_have_a_bound() -> None:
    machine = Machine(SMALL)
    machine.disk.room = 0
    with pytest.raises(StorageDamaged, match=r"cannot be written: .* held in memory, which is the"):
        repeat(machine.keep)
    kept = machine.journal.account_seq(A)
    assert 10 < kept < 20
    machine.disk.room = None
    machine.clock.advance(LAST_RETRY_S)
    assert len(machine.notes()) == kept, "the refused record took no number"
    assert machine.journal.verify().account_seqs[A] == kept


def test_a_record_that_cannot_be_encoded_changes_nothing() -> None:
    machine = Machine()
    seq = machine.journal.seq
    with pytest.raises(UnicodeEncodeError):
        machine.append("\ud800")
    with pytest.raises(OverflowError):
        machine.journal.keep(A, note(), at_ns=2**70)
    assert (machine.journal.seq, machine.journal.account_seq(A)) == (seq, 0)
    machine.append("a")
    assert machine.notes() == ["a"]


# Failing syncs


def test_a_failed_sync_fails_all_who_wait() -> None:
    machine = Machine()
    machine.clock.advance(1)
    machine.disk.sync_error = OSError(errno.EIO, "input/output error")
    told: list[tuple[str, bool]] = []
    machine.synced("a", lambda durable: told.append(("a", durable)))
    machine.clock.advance(machine.memory.sync_s / 2)
    machine.synced("b", lambda durable: told.append(("b", durable)))
    machine.clock.advance(1)
    assert told == [("a", False), ("b", False)]
    machine.keep("c")
    assert machine.notes() == ["a", "c"], "what was not yet written never is"
    machine.journal.verify()
    assert len(machine.told) == 1
    assert "check the disk, then start the program again" in (machine.told[0] or "")


def test_after_a_failed_sync_the_disk_is_not_asked_again() -> None:
    machine = Machine()
    machine.clock.advance(1)
    machine.disk.sync_error = OSError(errno.EIO, "input/output error")
    machine.keep("a")
    machine.clock.advance(1)
    syncs = machine.memory.syncs
    machine.disk.room = 0
    machine.keep("b")
    machine.disk.room = None
    machine.clock.advance(60)
    assert machine.notes() == ["a", "b"], "a full disk still heals"
    assert machine.memory.syncs == syncs
    assert machine.journal.refusing == machine.told[0]
    assert len(machine.told) == 1
    machine.journal.close()
    assert machine.memory.syncs == syncs


def test_a_sync_that_fails_while_the_disk_is_full_keeps_the_evidence() -> None:
    machine = Machine()
    machine.clock.advance(1)
    machine.append("a")
    machine.disk.sync_error = OSError(errno.EIO, "input/output error")
    machine.clock.advance(0.0105)  # the sync is on its way
    machine.disk.room = 0
    machine.keep("b")
    machine.clock.advance(0.02)
    machine.disk.room = None
    machine.clock.advance(60)
    assert machine.notes() == ["a", "b"]
    assert "could not be synced" in (machine.journal.refusing or "")


# Segments


def test_a_segment_is_left_only_when_all_of_it_is_synced() -> None:
    machine = Machine(SMALL)
    for _ in range(4):
        machine.append()
    assert machine.memory.names() == ["journal-00000001.seg"]
    machine.clock.advance(0.02)
    assert machine.memory.names() == ["journal-00000001.seg", "journal-00000002.seg"]
    first = machine.memory.files["journal-00000001.seg"]
    assert first.synced == len(first.data)
    checkpoint = list(machine.journal.read())[-1].body
    assert isinstance(checkpoint, Checkpoint)
    assert checkpoint.account_seqs == {AccountId(""): 1, A: 4}
    assert checkpoint.previous_size == len(first.data)


def test_new_records_wait_when_the_disk_is_far_behind() -> None:
    machine = Machine(SMALL)
    with pytest.raises(NotReady, match=r"the disk is behind: journal-00000001\.seg is full"):
        repeat(machine.append)
    machine.keep()
    machine.clock.advance(0.02)
    machine.append()
    assert machine.told == [], "a moment's wait is no trouble"
    assert machine.journal.verify().segments == 2


def test_waiting_records_have_a_bound() -> None:
    machine = Machine(Limits(held_bytes=2000))
    with pytest.raises(NotReady, match=r"the disk is behind: \d+ bytes wait to be written"):
        repeat(lambda: machine.synced("x", lambda _: None))


def test_a_segment_that_cannot_be_created_is_no_trouble_yet() -> None:
    machine = Machine(SMALL)
    machine.disk.can_open = False
    for text in "abcde":
        machine.append(text)
        machine.clock.advance(0.02)
    assert machine.memory.names() == ["journal-00000001.seg"]
    machine.disk.can_open = True
    machine.append("f")
    machine.clock.advance(0.02)
    assert len(machine.memory.names()) == 2
    assert machine.notes() == list("abcdef")


@pytest.mark.parametrize("room", [0, 40])
def test_a_segment_that_could_be_created_but_not_written(room: int) -> None:
    machine = Machine(SMALL)
    for text in "abcd":
        machine.append(text)
    machine.disk.room, machine.disk.can_cut = room, False
    machine.clock.advance(0.02)
    assert "journal-00000002.seg cannot be written" in (machine.journal.refusing or "")
    machine.keep("held")
    machine.restart()
    machine.journal.verify()
    assert machine.notes() == list("abcd"), "what was held ended with the process"
    machine.append("e")
    machine.clock.advance(0.02)
    machine.append("f")
    assert machine.notes() == list("abcdef")
    assert machine.journal.verify().segments == 2


# Opening, closing, the lease


def test_a_torn_end_is_cut_and_counted() -> None:
    machine = Machine()
    machine.append("a")
    machine.clock.advance(0.02)
    machine.append("b")
    machine.restart(lambda unsynced: unsynced[:-1])
    assert machine.journal.torn_bytes > 0
    assert machine.notes() == ["a"]
    machine.append("c")
    assert machine.notes() == ["a", "c"]
    machine.restart()
    assert machine.journal.torn_bytes == 0


def test_closing_stores_and_syncs_what_waits() -> None:
    machine = Machine()
    answers: list[bool] = []
    machine.append("a")
    machine.clock.advance(0.0105)  # a sync is on its way
    machine.synced("b", answers.append)
    machine.journal.close()
    machine.journal.close()
    with pytest.raises(NotReady, match="closed"):
        machine.append()
    with pytest.raises(NotReady, match="closed"):
        machine.keep()
    machine.clock.advance(1)
    assert answers == [True]
    machine.restart(lambda _: b"")
    assert machine.notes() == ["a", "b"]


def test_a_closed_journal_asks_nothing_of_the_disk() -> None:
    machine = Machine(SMALL)
    machine.memory.sync_s = 1.0
    for text in "abcde":
        machine.append(text)
    machine.journal.close()
    syncs = machine.memory.syncs
    machine.clock.advance(60)
    assert machine.memory.syncs == syncs
    assert machine.memory.names() == ["journal-00000001.seg"], "not even the next segment"


def test_closing_on_a_full_disk_tells_what_is_lost() -> None:
    machine = Machine()
    answers: list[bool] = []
    machine.synced("a", answers.append)
    machine.disk.room = 0
    machine.journal.close()
    machine.clock.advance(60)
    assert answers == [False]
    machine.restart()
    machine.disk.room = 0
    machine.keep("b")
    with pytest.raises(StorageDamaged, match=r"^1 kept records are lost: .* no space left"):
        machine.journal.close()


def test_closing_stores_what_was_held_if_the_disk_is_well_again() -> None:
    machine = Machine()
    machine.disk.room = 0
    machine.keep("a")
    machine.disk.room = None
    machine.journal.close()
    machine.restart()
    assert machine.notes() == ["a"]


def test_without_the_lease_nothing_is_written() -> None:
    machine = Machine()
    answers: list[bool] = []
    machine.append("a")
    machine.synced("b", answers.append)
    machine.has_lease = False
    size = len(machine.memory.read("journal-00000001.seg"))
    with pytest.raises(NotReady, match="another process took the lease"):
        machine.append()
    with pytest.raises(NotReady, match="another process took the lease"):
        machine.synced("c", answers.append)
    with pytest.raises(NotReady, match="another process took the lease"):
        machine.keep()
    machine.clock.advance(60)
    assert answers == [False]
    assert len(machine.memory.read("journal-00000001.seg")) == size


def test_without_the_lease_no_segment_is_begun() -> None:
    machine = Machine(SMALL)
    for text in "abcde":
        machine.append(text)
    machine.has_lease = False
    machine.clock.advance(60)
    assert machine.memory.names() == ["journal-00000001.seg"]


def test_a_crash_right_after_the_first_file_was_created() -> None:
    machine = Machine()
    machine.restart(lambda _: b"")
    assert machine.journal.verify().kinds == {Kind.CHECKPOINT: 1}
    assert machine.memory.names() == ["journal-00000001.seg"]
    assert machine.append("a") == 2
    assert machine.notes() == ["a"]


# Everything at once

steps = st.one_of(
    st.sampled_from(["append", "append", "synced", "synced", "keep"]).map(lambda name: (name, 0)),
    st.tuples(st.just("pass"), st.integers(0, 30)),
    st.tuples(st.just("room"), st.integers(0, 400)),
    st.tuples(st.sampled_from(["free", "cannot cut", "cannot open", "process dies"]), st.just(0)),
    st.tuples(st.just("power fails"), st.integers(0, 400)),
)


class History:
    """What was asked of the journal and what it answered, to be compared with what is found."""

    def __init__(self) -> None:
        self.machine = Machine(Limits(segment_bytes=600))
        self.count = 0
        self.stored: set[int] = set()  # must be there after the death of the process
        self.durable: set[int] = set()  # must be there after power loss
        self.refused: set[int] = set()  # must never be there
        self.held: dict[int, int] = {}  # kept, with its seq: there once the disk has healed

    def ask(self, name: str) -> None:
        self.count += 1
        number = self.count
        try:
            if name == "append":
                self.machine.append(str(number))
                self.stored.add(number)
            elif name == "synced":
                self.machine.synced(str(number), lambda told: self.answer(number, durable=told))
            else:
                self.held[number] = self.machine.keep(str(number))
        except NotReady:
            self.answer(number, durable=False)

    def step(self, name: str, amount: int) -> None:
        machine = self.machine
        match name:
            case "pass":
                machine.clock.advance(amount / 1000)
            case "room":
                machine.disk.room = amount
            case "free":
                machine.disk.room, machine.disk.can_cut, machine.disk.can_open = None, True, True
            case "cannot cut":
                machine.disk.can_cut = False
            case "cannot open":
                machine.disk.can_open = False
            case "process dies":
                self.note_kept()
                machine.restart()
                self.compare(self.stored | self.durable)
            case "power fails":
                self.note_kept()
                unsynced = [c for c in machine.memory.files.values() if c.synced < len(c.data)]
                assert len(unsynced) <= 1, "power loss can tear the last segment only"
                zeros = bytes(amount % 7)
                machine.restart(lambda data: data[:amount] + zeros if amount < len(data) else data)
                self.compare(self.durable)
            case _:
                self.ask(name)

    def answer(self, number: int, *, durable: bool) -> None:
        if durable:
            self.durable.add(number)
        elif self.machine.disk.can_cut:  # else a later start may find it, if the batch had others
            self.refused.add(number)

    def note_kept(self) -> None:
        """Kept records are stored as far as the journal says so."""
        for number, seq in self.held.items():
            if self.machine.journal.refusing is None or "behind" in self.machine.journal.refusing:
                self.stored.add(number)
            if seq <= self.machine.journal.synced_seq:
                self.durable.add(number)

    def compare(self, promised: set[int]) -> None:
        found = [int(text) for text in self.machine.notes()]
        assert found == sorted(set(found)), "in the order of the calls, none twice"
        assert promised <= set(found), "what was promised is there"
        assert not self.refused & set(found), "what was refused is not"
        self.machine.journal.verify()
        # The next process knows exactly what was found.
        self.stored, self.held = set(found), {}
        self.refused |= set(range(1, self.count + 1)) - set(found)
        self.durable &= set(found)


@example([("append", 0)] * 4 + [("room", 0), ("pass", 11)])
@given(st.lists(steps, max_size=60))
@example([("append", 0)] * 4 + [("room", 40), ("cannot cut", 0), ("pass", 30), ("process dies", 0)])
@pytest.mark.design_property(9)
def test_no_promise_is_ever_broken(history_steps: list[tuple[str, int]]) -> None:
    history = History()
    for name, amount in history_steps:
        history.step(name, amount)
    # The disk heals, and all that was kept is there.
    history.step("free", 0)
    history.machine.clock.advance(60)
    assert history.machine.journal.refusing is None
    history.ask("append")
    history.compare(history.stored | set(history.held))


def test_a_checkpoint_does_not_hide_when_the_last_process_wrote() -> None:
    machine = Machine(SMALL)
    for _ in range(6):
        machine.journal.append(A, note(), at_ns=machine.clock.now_ns())
    wrote_ns = machine.clock.now_ns()
    machine.clock.advance(30)  # it is synced, and the next segment begins with a checkpoint
    last = list(machine.journal.read())[-1]
    assert last.kind is Kind.CHECKPOINT
    machine.restart()
    assert machine.journal.found_ns == wrote_ns
