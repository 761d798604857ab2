"""A start: the projection and the journal together give the state that the last process had."""

import errno
from collections.abc import Iterator
from contextlib import closing
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.app import restoring
from algotradehub.app.core import Core, memory_store
from algotradehub.app.restoring import restore
from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.domain.ids import VenueOrderId
from algotradehub.ports.store import Changes
from algotradehub.trading.state import DeskState
from tests.fakes.projection import StoredAtOnce
from tests.unit.app.cores import Machine
from tests.unit.trading.bench import Bench
from tests.unit.trading.words import ACCOUNT, TENANT, acknowledged, execution, limit, lost

NOTHING_FORGOTTEN_S = 600


@pytest.fixture
def machine() -> Iterator[Machine]:
    with closing(Machine()) as made:
        yield made


async def trade(machine: Machine, core: Core, orders: int) -> None:
    """Some orders, each acknowledged, filled in part, or lost."""
    await machine.clock.sleep(0.1)
    for number in range(orders):
        order = core.orders.submit(limit(f"k{number}"))
        if number % 3:
            machine.account.tell(acknowledged(order, venue_order_id=f"V{number}"))
        if number % 3 == 1:
            venue_order_id = VenueOrderId(f"V{number}")
            machine.account.tell(execution(order, venue_order_id=venue_order_id))
        if not number % 3:
            machine.account.tell(lost(order))


def same(one: DeskState, other: DeskState) -> bool:
    return (
        (one.orders, one.live, one.executions, one.claims, one.by_venue_id)
        == (other.orders, other.live, other.executions, other.claims, other.by_venue_id)
        and one.positions.all() == other.positions.all()
        and sorted(map(repr, one.balances.all())) == sorted(map(repr, other.balances.all()))
        and one.sums.snapshot() == other.sums.snapshot()
    )


@given(st.lists(st.integers(0, 30).map(lambda ms: ms / 1000), min_size=1, max_size=8))
def test_wherever_the_projection_was_cut_off_the_rest_is_replayed(pauses_s: list[float]) -> None:
    """Order-path 2: start opens it and replays the journal from ``applied_seq``."""
    with closing(Bench()) as bench:
        for number, pause_s in enumerate(pauses_s):
            order = bench.rest(limit(f"k{number}"), f"V{number}")
            venue_order_id = VenueOrderId(f"V{number}")
            bench.account.tell(execution(order, venue_order_id=venue_order_id))
            bench.advance(pause_s)
        now_ns = bench.clock.now_ns()
        assert same(restore(bench.store, bench.journal, now_ns=now_ns), bench.state)
        with closing(memory_store()) as empty:
            assert same(restore(empty, bench.journal, now_ns=now_ns), bench.state)


def test_a_projection_ahead_of_its_journal_refuses_the_start() -> None:
    """They are not of the same backup: the next records would be lost without a word."""
    with closing(Bench()) as bench, closing(Bench()) as other:
        for key in ("k1", "k2"):
            bench.submit(limit(key))
        bench.advance(1)
        with pytest.raises(StorageDamaged, match="restore both from the same backup"):
            restore(bench.store, other.journal, now_ns=bench.clock.now_ns())


def test_orders_that_ended_long_ago_stay_in_the_projection(machine: Machine) -> None:
    async def place(core: Core) -> None:
        await trade(machine, core, 3)
        await machine.clock.sleep(NOTHING_FORGOTTEN_S)
        assert len(core.state.orders) == 3

    async def look(core: Core) -> None:
        live = {order.order_id for order in core.state.orders.values() if not order.is_final}
        assert live == set(core.state.live[ACCOUNT])
        (ended,) = set(core.state.claims[TENANT].values()) - set(core.state.orders)
        assert core.state.order(ended) is not None

    machine.run(place)
    machine.timeline.run_until(machine.timeline.now_ns + restoring.IN_MEMORY_NS)
    machine.dies()
    machine.run(look)


class Fed(StoredAtOnce):
    """Notes how many records came at once; may refuse to say when they are stored."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine.store)
        self.sizes: list[int] = []
        self.gave_up = False

    def feed(self, changes: Changes) -> None:
        self.sizes.append(len(changes.records))
        super().feed(changes)

    async def settled(self, seq: int) -> None:
        if self.gave_up:
            _give_up()


def _give_up() -> NoReturn:
    raise NotReady("more than 10 records waited for it")


@pytest.mark.parametrize("gave_up", [False, True])
def test_a_lost_projection_is_rebuilt_in_parts(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, *, gave_up: bool
) -> None:
    """In bounded memory; if it cannot be stored, memory has to do."""
    monkeypatch.setattr(restoring, "RECORDS_AT_ONCE", 4)
    before: list[DeskState] = []

    async def place(core: Core) -> None:
        await trade(machine, core, 6)
        await machine.clock.sleep(0.1)
        before.append(core.state)

    async def look(core: Core) -> None:
        assert same(core.state, before[0])
        await machine.clock.sleep(0.1)
        assert core.projector.level

    machine.run(place)
    machine.dies()
    machine.store.close()
    machine.store = memory_store()
    fed = machine.projection = Fed(machine)
    fed.gave_up = gave_up
    machine.run(look)
    assert fed.sizes[:3] == [4, 4, 4]


def test_nothing_is_restored_before_all_of_the_journal_is_on_the_disk(machine: Machine) -> None:
    """What the last process wrote may be in the operating system's memory only."""
    started_ns: list[int] = []

    async def place(core: Core) -> None:
        await trade(machine, core, 3)

    async def look(core: Core) -> None:
        started_ns.append(machine.clock.now_ns())
        assert core.journal.synced_seq >= 3

    machine.run(place)
    machine.dies()
    machine.memory.sync_s = 7.0
    before_ns = machine.clock.now_ns()
    machine.run(look)
    assert started_ns[0] - before_ns >= 7 * 10**9


def test_on_a_disk_that_fails_the_start_goes_on_and_projects_nothing(machine: Machine) -> None:
    async def place(core: Core) -> None:
        await trade(machine, core, 3)

    machine.run(place)
    machine.dies()
    applied_seq = machine.store.applied_seq
    machine.disk.sync_error = OSError(errno.EIO, "input/output error")

    async def look(core: Core) -> None:
        assert len(core.state.orders) == 3
        await machine.clock.sleep(10)
        assert machine.store.applied_seq == applied_seq
        assert not core.projector.level

    machine.run(look)
