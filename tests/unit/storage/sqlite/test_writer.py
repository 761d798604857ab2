"""The writing thread gathers, retries, keeps its bound, and ends with everything stored."""

import threading
from collections.abc import Callable
from typing import Any

from algotradehub.conformance.store_samples import ACCOUNT, order_id, record_of
from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.records import CancelAsked
from algotradehub.ports.store import Changes
from algotradehub.storage.sqlite.writer import Writer

PATIENCE_S = 30.0  # only a test that fails waits so long


class ScriptedStore:
    """Stands at a gate before each ``apply``, then does what the script says."""

    def __init__(self, *script: Exception | None, gated: bool = False) -> None:
        self.script = list(script)
        self.applied: list[Changes] = []
        self.attempts: list[int] = []
        self.at_gate = threading.Semaphore(0)
        self.gate = threading.Semaphore(0 if gated else 1_000_000)

    def apply(self, changes: Changes) -> None:
        self.attempts.append(changes.applied_seq)
        self.at_gate.release()
        assert self.gate.acquire(timeout=PATIENCE_S)
        problem = self.script.pop(0) if self.script else None
        if problem is not None:
            raise problem
        self.applied.append(changes)


class Told:
    """What the writer said, and a way to wait for it."""

    def __init__(self) -> None:
        self.words: list[tuple[str, Any]] = []
        self._said = threading.Condition()

    def hears(self, name: str) -> Callable[[Any], None]:
        def hear(detail: Any) -> None:
            with self._said:
                self.words.append((name, detail))
                self._said.notify_all()

        return hear

    def wait(self, name: str) -> Any:
        with self._said:
            assert self._said.wait_for(lambda: any(n == name for n, _ in self.words), PATIENCE_S)
            return next(detail for n, detail in self.words if n == name)


def batch(seq: int) -> Changes:
    body = CancelAsked(order_id=order_id(1))
    return Changes(applied_seq=seq, records=[record_of(seq, body)], account_seqs={ACCOUNT: seq})


def writer_of(
    store: ScriptedStore, told: Told, *, max_pending_records: int = 100, retry_s: float = 0.0
) -> Writer:
    return Writer(
        store,  # type: ignore[arg-type]
        applied=told.hears("applied"),
        failed=told.hears("failed"),
        gave_up=told.hears("gave up"),
        max_pending_records=max_pending_records,
        retry_s=retry_s,
    )


def seqs(store: ScriptedStore) -> list[list[int]]:
    return [[record.seq for record in changes.records] for changes in store.applied]


def test_what_gathers_while_one_batch_is_written_is_the_next_batch() -> None:
    store, told = ScriptedStore(gated=True), Told()
    writer = writer_of(store, told)
    writer.feed(batch(1))
    assert store.at_gate.acquire(timeout=PATIENCE_S)
    for seq in (2, 3, 4):
        writer.feed(batch(seq))
    store.gate.release(2)
    writer.close()
    assert seqs(store) == [[1], [2, 3, 4]]
    assert told.words == [("applied", 1), ("applied", 4)]


def test_closing_stores_what_waits() -> None:
    store, told = ScriptedStore(), Told()
    writer = writer_of(store, told)
    writer.feed(batch(1))
    writer.close()
    assert seqs(store) == [[1]]
    writer.feed(batch(2))  # too late, and harmless
    assert not writer._pending
    assert seqs(store) == [[1]]


def test_a_failure_is_told_once_and_tried_again_with_what_came_meanwhile() -> None:
    full = OSError(28, "no space is left")
    store, told = ScriptedStore(full, full, full, gated=True), Told()
    writer = writer_of(store, told)
    writer.feed(batch(1))
    assert store.at_gate.acquire(timeout=PATIENCE_S)
    writer.feed(batch(2))
    store.gate.release(4)
    assert told.wait("applied") == 2
    writer.close()
    assert seqs(store) == [[1, 2]]
    assert store.attempts == [1, 2, 2, 2]
    assert told.words == [("failed", str(full)), ("applied", 2)]


def test_closing_tries_once_more_and_does_not_wait_for_the_disk() -> None:
    full = OSError(28, "no space is left")
    store, told = ScriptedStore(full, full), Told()
    writer = writer_of(store, told, retry_s=PATIENCE_S)
    writer.feed(batch(1))
    told.wait("failed")
    writer.close()
    assert store.attempts == [1, 1]
    assert told.words == [("failed", str(full)), ("gave up", str(full))]


def test_an_error_that_will_not_heal_ends_it_at_once() -> None:
    store, told = ScriptedStore(StorageDamaged("move it away")), Told()
    writer = writer_of(store, told)
    writer.feed(batch(1))
    assert told.wait("gave up") == "move it away"
    writer.feed(batch(2))
    writer.close()
    assert store.attempts == [1]
    assert told.words == [("gave up", "move it away")]


def test_the_bound_holds_while_the_disk_fails() -> None:
    store, told = ScriptedStore(OSError(28, "no space is left")), Told()
    writer = writer_of(store, told, max_pending_records=3, retry_s=PATIENCE_S)
    writer.feed(batch(1))
    told.wait("failed")
    for seq in (2, 3, 4):
        writer.feed(batch(seq))
    assert told.wait("gave up") == "more than 3 records waited for it"
    writer.close()
    assert store.attempts == [1]
    assert not writer._pending


def test_the_bound_holds_while_a_batch_is_written() -> None:
    store, told = ScriptedStore(gated=True), Told()
    writer = writer_of(store, told, max_pending_records=2)
    writer.feed(batch(1))
    assert store.at_gate.acquire(timeout=PATIENCE_S)
    for seq in (2, 3, 4):
        writer.feed(batch(seq))
    store.gate.release()
    told.wait("gave up")
    writer.close()
    assert seqs(store) == [[1]]
    assert told.words[0] == ("applied", 1)
