"""What waits for a write keeps its order, and has a bound."""

from algotradehub.domain.ids import AccountId
from algotradehub.storage.journal.batch import Batch
from algotradehub.storage.journal.deferred import MOST_BYTES, Deferred
from tests.unit.storage.journal.test_journal_deferred import asked

A = AccountId("a")


def test_it_waits_until_it_is_stored() -> None:
    deferred = Deferred()
    for number in (1, 2):
        assert deferred.add(A, asked(number), 7)
    batch = Batch(0, {})
    assert [record.body.request_id for record in deferred.number(batch)] == [1, 2]
    batch.forget()
    assert deferred.count == 2
    assert [record.seq for record in deferred.number(batch)] == [1, 2]
    deferred.stored()
    assert (deferred.count, deferred.number(batch)) == (0, [])


def test_what_has_no_room_is_left_out() -> None:
    deferred = Deferred()
    assert not deferred.add(A, asked(1, bytes(MOST_BYTES)), 7)
    assert deferred.add(A, asked(2), 7)
    assert deferred.count == 1
