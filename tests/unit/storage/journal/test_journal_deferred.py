"""What goes over the wires is stored with the next record, or at the end of the turn."""

import pytest

from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import NotReady
from algotradehub.domain.records import Record, Requested
from algotradehub.storage.journal import deferred as module
from algotradehub.storage.journal.journal import LAST_RETRY_S
from algotradehub.storage.journal.limits import Limits
from tests.fakes.builds import patches_what_is_compiled
from tests.unit.storage.journal.test_journal import A, Machine, note

pytestmark = pytest.mark.design_property(9)


def asked(request_id: int = 1, body: bytes = b"{}") -> Requested:
    return Requested(
        request_id=request_id,
        operation=Operation.ORDER_SUBMIT,
        client_order_id=None,
        body=body,
    )


class Wired(Machine):
    """It is told what of the deferred was stored."""

    def start(self) -> None:
        super().start()
        self.stored: list[Record] = []
        self.forgotten: list[int] = []
        self.journal.on_deferred = self.stored.append
        self.journal.on_forgotten = self.forgotten.append
        self.clock.advance(1)

    def defer(self, *request_ids: int) -> None:
        for request_id in request_ids:
            assert self.journal.defer(A, asked(request_id), at_ns=7)

    @property
    def size(self) -> int:
        return len(self.memory.read("journal-00000001.seg"))

    def kinds(self) -> list[str]:
        return [record.kind.value for record in self.journal.read()][1:]


def test_it_is_stored_at_the_end_of_the_turn() -> None:
    machine = Wired()
    size = machine.size
    machine.defer(1, 2)
    assert (machine.size, machine.stored, machine.journal.deferred) == (size, [], 2)
    machine.clock.advance(0)
    assert [record.body.request_id for record in machine.stored] == [1, 2]
    assert list(machine.journal.read())[1:] == machine.stored
    assert [(r.seq, r.account_seq, r.at_ns) for r in machine.stored] == [(2, 1, 7), (3, 2, 7)]


@pytest.mark.parametrize("how", ["append", "keep"])
def test_it_goes_before_the_next_record_and_in_one_write(how: str) -> None:
    machine = Wired()
    machine.disk.refused = 0
    machine.defer(1)
    record_seq = getattr(machine, how)()
    assert machine.kinds() == ["request", "event"]
    assert [record.seq for record in machine.stored] == [record_seq - 1]
    size = machine.size
    machine.clock.advance(0)
    assert machine.size == size, "there is nothing left to write"


def test_it_goes_behind_what_waits_for_the_sync() -> None:
    """That has its number already."""
    machine = Wired()
    answers: list[bool] = []
    machine.synced("a", answers.append)
    machine.defer(1)
    machine.clock.advance(machine.memory.sync_s)
    assert machine.kinds() == ["event", "request"]
    assert answers == [True]


def test_it_outlives_a_write_that_fails_without_a_number() -> None:
    machine = Wired()
    machine.defer(1)
    machine.disk.room = 0
    with pytest.raises(NotReady):
        machine.append("never")
    assert (machine.stored, machine.journal.deferred) == ([], 1)
    assert machine.forgotten == [1]
    machine.defer(2)
    machine.keep("held")
    machine.disk.room = None
    machine.clock.advance(LAST_RETRY_S)
    assert machine.kinds() == ["checkpoint", "event", "request", "request"]
    assert machine.notes() == ["held"]
    assert [record.body.request_id for record in machine.stored] == [1, 2]
    machine.journal.verify()


@patches_what_is_compiled
def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RECORDS", 3)
    machine = Wired()
    machine.disk.room = 0
    machine.keep("trouble")
    machine.defer(1, 2, 3)
    assert not machine.journal.defer(A, asked(4), at_ns=7)
    machine.disk.room = None
    machine.clock.advance(LAST_RETRY_S)
    assert [record.body.request_id for record in machine.stored] == [1, 2, 3]
    machine.defer(5)


@patches_what_is_compiled
def test_its_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1_000)
    machine = Wired()
    assert machine.journal.defer(A, asked(1, bytes(900)), at_ns=7)
    assert not machine.journal.defer(A, asked(2, bytes(101)), at_ns=7)
    machine.clock.advance(0)
    assert machine.journal.defer(A, asked(3, bytes(900)), at_ns=7), "the room is free again"


def test_closing_stores_it() -> None:
    machine = Wired()
    machine.defer(1)
    machine.journal.close()
    assert machine.kinds() == ["request"]
    assert not machine.journal.defer(A, asked(2), at_ns=7)


def test_a_new_segment_still_begins_with_its_checkpoint() -> None:
    machine = Wired(Limits(segment_bytes=600))
    for number in range(40):
        machine.defer(number + 1)
        machine.journal.append(A, note(), at_ns=1)
        machine.defer(number + 100)
        machine.clock.advance(0.02)
    found = machine.journal.verify()
    assert found.segments > 5
    assert len(machine.stored) == 80


def test_what_cannot_be_encoded_is_refused_at_once() -> None:
    machine = Wired()
    with pytest.raises(UnicodeEncodeError):
        machine.journal.defer(A, bad(), at_ns=7)
    machine.append("a")
    assert machine.notes() == ["a"]


def bad() -> Requested:
    """A request about an order whose id is no text."""
    return Requested(
        request_id=1,
        operation=Operation.ORDER_SUBMIT,
        client_order_id="\ud800",  # type: ignore[arg-type]
        body=b"",
    )
