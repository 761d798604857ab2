"""SQLite's own side of the store: one transaction, plans without scans, snapshots, full disks."""

import errno
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from algotradehub.conformance.store_samples import (
    ACCOUNT,
    SYMBOL,
    TENANT,
    everything,
    order_id,
    order_of,
    orders_of,
)
from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.ids import StrategyId, VenueOrderId
from algotradehub.domain.order import FINAL_STATUSES, OrderStatus
from algotradehub.ports.store import OrderFilter, Store
from algotradehub.storage.sqlite.store import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "projection.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore(path)) as opened:
        yield opened


def test_it_is_a_store(store: SqliteStore) -> None:
    as_port: Store = store
    assert as_port.applied_seq == 0


def test_what_was_applied_is_there_after_reopening(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        store.apply(everything())
        before = store.restore(changed_after_ns=0, claimed_after_ns=0)
    with closing(SqliteStore(path)) as store:
        assert store.restore(changed_after_ns=0, claimed_after_ns=0) == before


def test_a_batch_is_one_transaction(store: SqliteStore) -> None:
    statements: list[str] = []
    store._connection.set_trace_callback(statements.append)
    store.apply(everything())
    assert statements[0] == "BEGIN IMMEDIATE"
    assert statements[-1] == "COMMIT"
    assert sum(s.startswith(("BEGIN", "COMMIT", "ROLLBACK")) for s in statements) == 2


def test_a_full_disk_is_told_in_one_sentence_and_heals(store: SqliteStore) -> None:
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    many = orders_of(order_of(number) for number in range(200))
    with pytest.raises(OSError, match=r"no space is left; free some.*projection\.sqlite") as caught:
        store.apply(many)
    assert caught.value.errno == errno.ENOSPC
    assert store.applied_seq == 0
    assert store.order(order_id(1)) is None
    store._connection.execute("PRAGMA max_page_count = 100000")
    store.apply(many)
    assert store.order(order_id(1)) == order_of(1)


def test_another_writer_is_waited_for_and_then_told(path: Path, store: SqliteStore) -> None:
    with closing(SqliteStore(path)) as other:
        other._connection.execute("PRAGMA busy_timeout = 0")
        store._connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(OSError, match="another process holds it") as caught:
            other.apply(everything())
        assert caught.value.errno == errno.EBUSY
        store._connection.execute("ROLLBACK")
        other.apply(everything())
    assert store.applied_seq == 7


def test_a_reader_sees_what_is_applied_and_cannot_write(path: Path, store: SqliteStore) -> None:
    with closing(SqliteStore(path, read_only=True)) as reader:
        store.apply(everything())
        assert reader.applied_seq == 7
        with pytest.raises(OSError, match="it may only be read") as caught:
            reader.apply(everything())
        assert caught.value.errno == errno.EROFS


def test_all_reads_of_a_snapshot_are_of_one_instant(path: Path, store: SqliteStore) -> None:
    with closing(SqliteStore(path, read_only=True)) as reader:
        with reader.snapshot():
            assert reader.applied_seq == 0
            store.apply(everything())
            assert reader.applied_seq == 0
            assert reader.restore(changed_after_ns=0, claimed_after_ns=0).orders == []
        assert reader.applied_seq == 7


def test_what_is_restored_is_of_one_instant(path: Path, store: SqliteStore) -> None:
    with closing(SqliteStore(path, read_only=True)) as reader:

        def apply_meanwhile(query: str) -> None:
            if "FROM orders" in query and store.applied_seq == 0:
                store.apply(everything())

        reader._connection.set_trace_callback(apply_meanwhile)
        restored = reader.restore(changed_after_ns=0, claimed_after_ns=0)
        reader._connection.set_trace_callback(None)
        assert (restored.applied_seq, restored.orders, restored.fills) == (0, [], [])
        assert reader.applied_seq == store.applied_seq == 7


def test_a_value_that_cannot_be_read_is_told_with_what_to_do(store: SqliteStore) -> None:
    store.apply(everything())
    store._connection.execute("UPDATE orders SET value = x'c1'")
    with pytest.raises(StorageDamaged, match=r"holds a value nobody can read.*Move it"):
        store.order(order_id(1))


def test_two_stores_in_memory_share_nothing() -> None:
    with closing(SqliteStore()) as one, closing(SqliteStore()) as two:
        one.apply(everything())
        assert (one.applied_seq, two.applied_seq) == (7, 0)


FINAL = frozenset({OrderStatus.FILLED, OrderStatus.CANCELLED})


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (OrderFilter(tenant=TENANT), "orders_by_tenant (tenant=?)"),
        (
            OrderFilter(tenant=TENANT, account=ACCOUNT, before=order_id(9)),
            "orders_by_tenant (tenant=? AND order_id<?)",
        ),
        (
            OrderFilter(tenant=TENANT, statuses=frozenset(OrderStatus) - FINAL_STATUSES),
            "orders_by_status (status=? AND tenant=?)",
        ),
        (
            OrderFilter(tenant=TENANT, statuses=frozenset({OrderStatus.REJECTED})),
            "orders_by_status (status=? AND tenant=?)",
        ),
        # Nearly all orders end so: the newest first, until the page is full.
        (OrderFilter(tenant=TENANT, statuses=FINAL), "orders_by_tenant (tenant=?)"),
        (
            OrderFilter(tenant=TENANT, strategy=StrategyId("grid")),
            "orders_by_strategy (tenant=? AND strategy=?)",
        ),
        (
            OrderFilter(tenant=TENANT, created_from_ns=1, before=order_id(9)),
            "orders_by_creation (tenant=? AND created_ns>?)",
        ),
    ],
)
def test_orders_are_found_through_an_index(
    store: SqliteStore, wanted: OrderFilter, index: str
) -> None:
    assert plans(store, lambda: store.orders(wanted))[0] == f"SEARCH orders USING INDEX {index}"


def test_nothing_is_ever_searched_row_by_row(store: SqliteStore) -> None:
    asked = [
        *plans(store, lambda: store.order(order_id(1))),
        *plans(store, lambda: store.order_by_venue_id(ACCOUNT, VenueOrderId("v"))),
        *plans(store, lambda: store.timeline(order_id(1))),
        *plans(store, lambda: store.fills(tenant=TENANT)),
        *plans(store, lambda: store.fills(tenant=TENANT, account=ACCOUNT, symbol=SYMBOL)),
    ]
    assert asked
    assert not [step for step in asked if step.startswith("SCAN")]
    of_one = plans(store, lambda: store.fills(tenant=TENANT, order_id=order_id(1), before_ns=9))
    assert of_one[0] == "SEARCH fills USING INDEX sqlite_autoindex_fills_1 (order_id=?)"


def test_a_start_reads_only_what_it_needs_of_orders_and_claims(store: SqliteStore) -> None:
    steps = plans(store, lambda: store.restore(changed_after_ns=1, claimed_after_ns=1))
    scanned = {step.split()[1] for step in steps if step.startswith("SCAN")}
    # These hold one row for each thing that exists, and all of them are wanted.
    assert scanned == {
        "account_seqs", "balances", "days", "halts", "instruments", "meta", "pauses", "positions",
    }  # fmt: skip


def plans(store: SqliteStore, read: Callable[[], object]) -> list[str]:
    """How SQLite executes the queries that ``read()`` makes."""
    queries: list[str] = []
    store._connection.set_trace_callback(queries.append)
    read()
    store._connection.set_trace_callback(None)
    return [
        row[3]
        for query in queries
        if query.startswith("SELECT")
        for row in store._connection.execute(f"EXPLAIN QUERY PLAN {query}")
    ]
