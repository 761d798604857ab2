"""The projection on a real file: fed and read on the loop, failing and healing aloud."""

import asyncio
import threading
from contextlib import closing
from pathlib import Path

import pytest

from algotradehub.conformance.store_samples import (
    ACCOUNT,
    everything,
    order_id,
    order_of,
    record_of,
)
from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.domain.records import CancelAsked
from algotradehub.ports.bus import Alert
from algotradehub.ports.store import Changes, Restored, Store
from algotradehub.storage.sqlite import projection as module
from algotradehub.storage.sqlite.projection import Projection, open_projection
from algotradehub.storage.sqlite.store import SqliteStore
from tests.fakes.clock import START_NS, FakeClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "projection.sqlite"


def no_alert(alert: Alert) -> None:
    raise AssertionError(alert)


def batch(seq: int) -> Changes:
    order = order_of(seq)
    return Changes(
        applied_seq=seq,
        records=[record_of(seq, CancelAsked(order_id=order.order_id))],
        account_seqs={ACCOUNT: seq},
        orders={order.order_id: (order, seq)},
    )


def everything_in(store: Store) -> Restored:
    return store.restore(changed_after_ns=0, claimed_after_ns=0)


async def test_what_was_fed_is_read_once_it_has_settled(path: Path) -> None:
    async with open_projection(path, clock=FakeClock(), alert=no_alert) as projection:
        assert projection.applied_seq == 0
        for seq in range(1, 51):
            projection.feed(batch(seq))
        await projection.settled(50)
        assert projection.applied_seq == 50
        assert await projection.query(lambda store: store.order(order_id(50))) == order_of(50)
        assert len((await projection.query(everything_in)).orders) == 50
        await projection.settled(50)  # long true: does not wait


async def test_waiters_are_served_in_the_order_of_what_they_wait_for(path: Path) -> None:
    async with open_projection(path, clock=FakeClock(), alert=no_alert) as projection:
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            for seq in (3, 1, 2, 3):
                group.create_task(projection.settled(seq))
            impatient = group.create_task(projection.settled(2))
            await projection.query(everything_in)  # lets the tasks begin to wait
            impatient.cancel()
            for seq in (1, 2, 3):
                projection.feed(batch(seq))
        assert projection.applied_seq == 3


async def test_closing_stores_what_waits(path: Path) -> None:
    async with open_projection(path, clock=FakeClock(), alert=no_alert) as projection:
        for seq in range(1, 101):
            projection.feed(batch(seq))
    with closing(SqliteStore(path)) as store:
        assert store.applied_seq == 100


async def feed_and_fail(path: Path) -> None:
    async with open_projection(path, clock=FakeClock(), alert=no_alert) as projection:
        projection.feed(batch(1))
        raise KeyError


async def test_an_error_inside_closes_it_too(path: Path) -> None:
    with pytest.raises(KeyError):
        await feed_and_fail(path)
    with closing(SqliteStore(path)) as store:
        assert store.applied_seq == 1


def told_trouble(projection: Projection) -> bool:
    return projection.trouble is not None


async def test_a_failing_disk_is_told_and_heals(path: Path) -> None:
    alerts: list[Alert] = []
    told = asyncio.Event()

    def alert(one: Alert) -> None:
        alerts.append(one)
        told.set()

    async with open_projection(path, clock=FakeClock(), alert=alert, retry_s=0.001) as projection:
        with closing(SqliteStore(path)) as other:
            other._connection.execute("BEGIN IMMEDIATE")
            projection._stores[0]._connection.execute("PRAGMA busy_timeout = 0")
            projection.feed(batch(1))
            async with asyncio.timeout(30):
                await told.wait()
            assert told_trouble(projection)
            other._connection.execute("ROLLBACK")
        async with asyncio.timeout(30):
            await projection.settled(1)
        assert not told_trouble(projection)
    (one,) = alerts
    assert (one.name, one.account, one.at_ns) == ("projection_failing", None, START_NS)
    assert one.detail.startswith("the projection cannot be written just now: ")
    assert "another process holds it" in one.detail


async def refusal(projection: Projection, seq: int) -> str:
    with pytest.raises(NotReady) as caught:
        await projection.settled(seq)
    return str(caught.value)


async def test_it_stops_at_damage_and_says_so_to_all_who_wait(path: Path) -> None:
    alerts: list[Alert] = []
    async with open_projection(path, clock=FakeClock(), alert=alerts.append) as projection:
        projection.feed(everything())
        await projection.settled(7)
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            early = group.create_task(refusal(projection, 9))
            projection.feed(batch(3))  # of another journal
        assert "stopped at record 7 until the next start" in early.result()
        assert await refusal(projection, 9) == early.result() == projection.trouble
        projection.feed(batch(10))  # harmless: the next start replays it
        assert await projection.query(lambda store: store.applied_seq) == 7
    (one,) = alerts
    assert (one.name, one.detail) == ("projection_stopped", early.result())


async def test_past_the_bound_it_stops_rather_than_leave_a_hole(path: Path) -> None:
    alerts: list[Alert] = []
    async with open_projection(
        path, clock=FakeClock(), alert=alerts.append, max_pending_records=2
    ) as projection:
        large = batch(3)
        large.records = [record_of(seq, CancelAsked(order_id=order_id(1))) for seq in (1, 2, 3)]
        projection.feed(large)
        assert "more than 2 records waited for it" in await refusal(projection, 3)
    assert [one.name for one in alerts] == ["projection_stopped"]
    with closing(SqliteStore(path)) as store:
        assert store.applied_seq == 0


async def test_who_waits_for_what_never_comes_is_told_at_the_end(path: Path) -> None:
    async with (
        asyncio.timeout(30),
        asyncio.TaskGroup() as group,
        open_projection(path, clock=FakeClock(), alert=no_alert) as projection,
    ):
        waiting = group.create_task(refusal(projection, 9))
        await projection.query(everything_in)  # lets the task begin to wait
    assert waiting.result() == "the projection is closed"


async def test_a_query_that_fails_tells_its_caller_and_spoils_nothing(path: Path) -> None:
    def fail(store: Store) -> None:
        raise KeyError(store.applied_seq)

    async with open_projection(path, clock=FakeClock(), alert=no_alert) as projection:
        for _ in range(2 * module.READERS):
            with pytest.raises(KeyError, match="0"):
                await projection.query(fail)
        assert (await projection.query(everything_in)).applied_seq == 0


async def test_a_query_sees_one_instant_while_others_are_stored(path: Path) -> None:
    fed = threading.Event()

    def look_twice(store: Store) -> tuple[int, int]:
        first = store.applied_seq
        assert fed.wait(30)
        return first, store.applied_seq

    async with open_projection(path, clock=FakeClock(), alert=no_alert) as projection:
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(projection.query(look_twice))
            await projection.query(everything_in)  # the other reader is free
            projection.feed(batch(1))
            await projection.settled(1)
            fed.set()
        assert looking.result()[0] == looking.result()[1]
        assert await projection.query(lambda store: store.applied_seq) == 1


async def test_what_waits_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 0)
    async with open_projection(path, clock=FakeClock(), alert=no_alert) as projection:
        with pytest.raises(NotReady, match="too many queries wait already"):
            await projection.query(everything_in)
        assert await refusal(projection, 1) == (
            "too many wait for the projection already: try again in a moment"
        )


@pytest.fixture
def damaged(path: Path) -> Path:
    path.write_bytes(b"\xff" * 8192)
    return path


async def test_a_damaged_file_is_refused_at_the_start(damaged: Path) -> None:
    with pytest.raises(StorageDamaged, match="Move it"):
        async with open_projection(damaged, clock=FakeClock(), alert=no_alert):
            raise AssertionError
