"""Two batches joined say what both said, one after the other."""

from contextlib import closing

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.conformance.store_samples import (
    ACCOUNT,
    BEGINNING_NS,
    TENANT,
    everything,
    fill_of,
    order_id,
    order_of,
    orders_of,
    record_of,
)
from algotradehub.domain.ids import IdempotencyKey
from algotradehub.domain.order import OrderStatus
from algotradehub.domain.records import CancelAsked
from algotradehub.ports.store import Changes, Claim, Halt, Restored
from algotradehub.storage.sqlite.pending import absorb
from algotradehub.storage.sqlite.store import SqliteStore


@st.composite
def histories(draw: st.DrawFn) -> list[Changes]:
    """Batches about the same few things, so that they meet."""
    history = []
    for seq in range(1, draw(st.integers(2, 5)) + 1):
        statuses = {number: draw(st.sampled_from(OrderStatus)) for number in (1, 2)}
        changes = orders_of((order_of(n, status=s) for n, s in statuses.items()), applied_seq=seq)
        changes.records.append(record_of(seq, CancelAsked(order_id=order_id(1))))
        changes.account_seqs[ACCOUNT] = seq
        for name in draw(st.sets(st.sampled_from(["a", "b", "c"]))):
            fill = fill_of(order_of(1), name, at_ns=BEGINNING_NS + seq)
            changes.fills[fill.order_id, fill.execution_id] = fill
        for name in draw(st.sets(st.sampled_from(["a", "b", "c"]))):
            fill = fill_of(order_of(1), name)
            changes.dropped_fills.add((fill.order_id, fill.execution_id))
        if draw(st.booleans()):
            changes.claims.append(
                Claim(
                    tenant=TENANT,
                    key=IdempotencyKey(draw(st.sampled_from(["k", "l"]))),
                    order_id=order_id(seq),
                    claimed_ns=seq,
                )
            )
        if draw(st.booleans()):
            changes.halts[ACCOUNT] = Halt(
                account=ACCOUNT, halted=draw(st.booleans()), reason="", by="ann", at_ns=seq
            )
        history.append(changes)
    return history


def outcome(batches: list[Changes]) -> tuple[Restored, int]:
    with closing(SqliteStore()) as store:
        for changes in batches:
            store.apply(changes)
        return (
            store.restore(changed_after_ns=0, claimed_after_ns=0),
            len(store.timeline(order_id(1))),
        )


@given(history=histories())
def test_joined_batches_leave_what_single_ones_leave(history: list[Changes]) -> None:
    one_by_one = outcome(history)
    first, *later = history
    for changes in later:
        absorb(first, changes)
    assert outcome([first]) == one_by_one


def test_no_part_of_a_batch_is_forgotten() -> None:
    empty = Changes(applied_seq=0)
    absorb(empty, everything())
    assert empty == everything()
    assert all(getattr(empty, name) for name in msgspec.structs.asdict(empty)
               if name != "dropped_fills")  # fmt: skip
