"""The batch: numbers without gaps, whatever is stored, forgotten or impossible to encode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.records import Doubted
from algotradehub.storage.journal import decoding, frame
from algotradehub.storage.journal.batch import Batch

ACCOUNTS = [AccountId(name) for name in "abc"]
NOTE = Doubted(order_id=ClientOrderId("0" * 32), what="x")


@given(st.lists(st.sampled_from([*ACCOUNTS, "stored", "forget"])))
def test_only_what_is_stored_keeps_its_numbers(steps: list[str]) -> None:
    batch = Batch(10, {ACCOUNTS[0]: 5})
    stored = [ACCOUNTS[0]] * 5
    waiting: list[AccountId] = []
    for step in steps:
        if step == "stored":
            stored += waiting
            waiting = []
            batch.stored()
        elif step == "forget":
            waiting = []
            batch.forget()
        else:
            waiting.append(AccountId(step))
            assert batch.add(waiting[-1], NOTE, at_ns=1).seq == batch.seq
    assert batch.stored_seq == 5 + len(stored)
    assert batch.seq == batch.stored_seq + len(waiting)
    everything = stored + waiting
    assert batch.account_seqs == {name: everything.count(name) for name in set(everything)}
    assert batch.count(without=ACCOUNTS[0]) == len([a for a in waiting if a != ACCOUNTS[0]])


def test_the_frames_are_the_records_in_order() -> None:
    batch = Batch(0, {})
    for account in ACCOUNTS:
        batch.add(account, NOTE, at_ns=7)
    view, offset, found = memoryview(bytes(batch.frames)), 0, []
    while (payload := frame.payload_at(view, offset)) is not None:
        record = decoding.record_of(payload, "batch", offset)
        found.append((record.seq, record.account, record.account_seq, record.at_ns, record.body))
        offset = frame.end_of(offset, payload)
    assert found == [(n, account, 1, 7, NOTE) for n, account in enumerate(ACCOUNTS, 1)]
    assert offset == len(view)


def test_a_record_that_cannot_be_encoded_has_no_number() -> None:
    batch = Batch(0, {})
    with pytest.raises(OverflowError):
        batch.add(ACCOUNTS[0], NOTE, at_ns=2**70)
    assert (batch.seq, batch.account_seqs, bytes(batch.frames)) == (0, {}, b"")
