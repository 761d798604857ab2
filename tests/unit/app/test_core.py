"""The inner ring, put together: how it starts, lives with what fails, and ends."""

import errno
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest

from algotradehub.app.core import FORGET_EVERY_S, Core
from algotradehub.app.restoring import IN_MEMORY_NS
from algotradehub.domain.commands import Cancel, Place
from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.domain.order import OrderStatus, Origin
from algotradehub.domain.records import Restarted
from algotradehub.ports.bus import Alert, Fact
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.dead_man import DeadManPolicy
from tests.unit.app.cores import Machine
from tests.unit.trading.words import TENANT, acknowledged, execution, limit, lost, state

S = 1_000_000_000


@pytest.fixture
def machine() -> Iterator[Machine]:
    with closing(Machine()) as made:
        yield made


# Start


def test_an_account_is_ready_a_moment_after_the_start(machine: Machine) -> None:
    async def use(core: Core) -> None:
        with pytest.raises(NotReady):
            core.orders.submit(limit())
        await machine.clock.sleep(0.1)
        assert core.orders.submit(limit()).status is OrderStatus.PENDING
        assert [type(command) for command in machine.account.sent] == [Place]

    machine.run(use)


def test_an_account_may_speak_while_it_is_being_opened(machine: Machine) -> None:
    """What it says waits until it can be asked: that it is up starts the resynchronisation."""
    machine.opening_s = 5.0

    async def use(core: Core) -> None:
        assert core.orders.desks[0].refusing is not None
        assert machine.account.asked == []
        await machine.clock.sleep(0.1)
        assert core.orders.desks[0].refusing is None

    machine.run(use)


@pytest.mark.design_property(36)
def test_a_new_process_resends_nothing_and_asks_about_everything(machine: Machine) -> None:
    """Order-path 3: whatever was unanswered is in doubt before any account can speak."""

    async def place(core: Core) -> None:
        await machine.clock.sleep(0.1)
        core.orders.submit(limit())

    async def look(core: Core) -> None:
        (order,) = core.state.orders.values()
        assert order.status is OrderStatus.UNKNOWN
        await machine.clock.sleep(1.5)
        assert core.orders.submit(limit()) == core.state.orders[order.order_id]
        assert [asked.what for asked in machine.account.asked].count("find") == 1
        assert machine.account.sent == []

    machine.run(place)
    machine.dies()
    machine.run(look)


@pytest.mark.design_property(37)
@pytest.mark.parametrize("power_fails", [False, True])
def test_what_was_promised_is_there_after_any_death(machine: Machine, *, power_fails: bool) -> None:
    """Order-path 2: `sync` survives power loss, and the key stands for the same order."""
    machine.durability = Durability.SYNC
    promised: list[str] = []

    async def promise(core: Core) -> None:
        await machine.clock.sleep(0.1)
        core.orders.submit(limit(), durable=lambda order: promised.append(order.order_id))
        await machine.clock.sleep(0.1)

    async def keep(core: Core) -> None:
        assert [core.orders.submit(limit()).order_id] == promised

    machine.run(promise)
    machine.dies(power_fails=power_fails)
    machine.run(keep)


def test_a_halt_outlives_the_process(machine: Machine) -> None:
    """Order-path 11."""

    async def halt(core: Core) -> None:
        desk = core.orders.desks[0]
        core.orders.halt(desk.account_id, halted=True, reason="no", by="ann")

    async def try_again(core: Core) -> None:
        await machine.clock.sleep(0.1)
        assert core.orders.submit(limit()).origin is Origin.RISK

    machine.run(halt)
    machine.dies()
    machine.run(try_again)


def test_every_start_is_on_record(machine: Machine) -> None:
    async def use(core: Core) -> None:
        await machine.clock.sleep(0.1)

    for _ in range(2):
        machine.run(use)
        machine.dies()

    async def look(core: Core) -> None:
        epochs = [r.body.epoch for r in core.journal.read() if isinstance(r.body, Restarted)]
        assert epochs == [1, 2, 3]

    machine.run(look)


def test_a_damaged_journal_refuses_the_start(machine: Machine) -> None:
    async def use(core: Core) -> None:
        await machine.clock.sleep(0.1)
        core.orders.submit(limit())

    machine.run(use)
    machine.dies()
    (name,) = machine.memory.names()
    machine.memory.files[name].data[20] ^= 0xFF
    with pytest.raises(StorageDamaged):
        machine.run(use)


# What fails while it runs


def alerts(core: Core) -> list[str]:
    names: list[str] = []

    def note(fact: Fact) -> None:
        if isinstance(fact, Alert):
            names.append(fact.name)

    core.bus.subscribe(note)
    return names


def test_people_are_told_when_the_journal_fails_and_when_it_heals(machine: Machine) -> None:
    """Order-path 2: cancels go out with a failed journal; nothing new is accepted."""

    async def use(core: Core) -> None:
        told = alerts(core)
        await machine.clock.sleep(0.1)
        order = core.orders.submit(limit())
        machine.account.tell(acknowledged(order))
        machine.disk.room = 0
        with pytest.raises(NotReady, match="no space left"):
            core.orders.submit(limit("k2"))
        core.orders.cancel(TENANT, order.order_id)
        assert isinstance(machine.account.sent[-1], Cancel)
        assert told == ["journal_failed"]
        machine.disk.room = None
        await machine.clock.sleep(10)
        assert told == ["journal_failed", "journal_healed"]
        assert core.orders.submit(limit("k2")).status is OrderStatus.PENDING

    machine.run(use)


def test_a_start_on_a_disk_that_fails_can_still_cancel(machine: Machine) -> None:
    """Order-path 2: cancels must get out all the same."""

    async def place(core: Core) -> None:
        await machine.clock.sleep(0.1)
        machine.account.tell(acknowledged(core.orders.submit(limit())))

    async def cancel(core: Core) -> None:
        await machine.clock.sleep(0.1)
        (order,) = core.state.orders.values()
        with pytest.raises(NotReady):
            core.orders.submit(limit("k2"))
        core.orders.cancel(TENANT, order.order_id)
        assert [type(command) for command in machine.account.sent] == [Cancel]

    machine.run(place)
    machine.dies()
    machine.disk.sync_error = OSError(errno.EIO, "input/output error")
    machine.run(cancel)


def test_people_are_told_of_a_subscriber_that_failed(machine: Machine) -> None:
    def broken(fact: Fact) -> None:
        raise RuntimeError("bad day")

    async def use(core: Core) -> None:
        core.bus.subscribe(broken)
        told = alerts(core)
        await machine.clock.sleep(0.1)
        order = core.orders.submit(limit())
        machine.account.tell(lost(order))
        assert told == ["subscriber_failed"], "once, and trading went on"

    machine.run(use)


def test_a_task_that_fails_ends_the_process(machine: Machine) -> None:
    """Crash-only: a desk that no longer asks its questions may not go on trading."""

    async def broken() -> None:
        raise RuntimeError("a bug")

    async def use(core: Core) -> None:
        machine.account.open_orders = broken  # type: ignore[method-assign,assignment]
        await machine.clock.sleep(100)
        raise AssertionError("it should have ended long ago")

    with pytest.raises(RuntimeError, match="a bug"):
        machine.run(use)


def test_several_causes_of_death_are_told_together(machine: Machine) -> None:
    async def broken() -> None:
        raise RuntimeError("a bug")

    async def use(core: Core) -> None:
        machine.account.open_orders = broken  # type: ignore[method-assign,assignment]
        try:
            await machine.clock.sleep(100)
        finally:
            raise LookupError("another")

    with pytest.raises(BaseExceptionGroup) as failed:
        machine.run(use)
    assert {type(error) for error in failed.value.exceptions} == {RuntimeError, LookupError}


def test_an_error_of_the_user_is_passed_on_as_it_is(machine: Machine) -> None:
    async def use(core: Core) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        machine.run(use)


# Memory


def test_ended_orders_leave_memory_and_are_still_known(machine: Machine) -> None:
    """Order-path 8: after the replay horizon, once the projection has them."""

    async def use(core: Core) -> None:
        await machine.clock.sleep(0.1)
        order = core.orders.submit(limit())
        machine.account.tell(acknowledged(order))
        machine.account.tell(execution(order))
        machine.account.tell(state(OrderStatus.CANCELLED, order, filled=Decimal(2)))
        await machine.clock.sleep(IN_MEMORY_NS / S - 1)
        assert order.order_id in core.state.orders
        await machine.clock.sleep(FORGET_EVERY_S + 1)
        assert core.state.orders == {}
        assert core.orders.order(TENANT, order.order_id).filled == 2
        assert core.orders.submit(limit()).order_id == order.order_id

    machine.run(use)


def test_nothing_is_forgotten_that_the_projection_lacks(machine: Machine) -> None:
    machine.projection.feed = lambda changes: None  # type: ignore[method-assign]

    async def use(core: Core) -> None:
        await machine.clock.sleep(0.1)
        order = core.orders.submit(limit())
        machine.account.tell(acknowledged(order))
        machine.account.tell(state(OrderStatus.CANCELLED, order, filled=Decimal(0)))
        await machine.clock.sleep(2 * IN_MEMORY_NS / S)
        assert order.order_id in core.state.orders

    machine.run(use)


# Its end


@pytest.mark.parametrize("call_off", [True, False])
def test_a_dead_mans_switch_is_called_off_by_an_orderly_end_alone(
    machine: Machine, *, call_off: bool
) -> None:
    machine.dead_man = DeadManPolicy(timeout_s=30.0, call_off_at_exit=call_off)

    def told() -> list[object]:
        return [asked.about for asked in machine.account.queries("set_dead_man")]

    async def use(core: Core) -> None:
        await machine.clock.sleep(2)

    machine.run(use)
    assert told() == ([30.0, 0.0] if call_off else [30.0])

    async def fails(core: Core) -> None:
        await machine.clock.sleep(2)
        raise OSError("something breaks")

    with pytest.raises(OSError, match="something breaks"):
        machine.run(fails)
    assert told() == [30.0], "nobody is left to look after the orders"
