"""Under `sync` nothing is sent, told or promised before the disk has it (order-path 2)."""

import errno
from collections.abc import Callable
from decimal import Decimal

import pytest

from algotradehub.domain.commands import Place
from algotradehub.domain.errors import NotReady
from algotradehub.domain.evidence import CommandKind
from algotradehub.domain.order import Amendment, Order, OrderStatus, Origin
from algotradehub.domain.records import CancelAsked, Intent, Observed
from algotradehub.ports.bus import OrderChanged
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.limits import RiskLimits
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.words import ACCOUNT, TENANT, acknowledged, facts, limit, state

BROKEN = OSError(errno.EIO, "input/output error")


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    bench = open_bench(durability=Durability.SYNC)
    bench.submit(limit("first", 1))  # lists the instrument; the tests begin after it
    settle(bench)
    bench.account.sent.clear()
    bench.facts.clear()
    return bench


def settle(bench: Bench) -> None:
    bench.advance(0.1)


def resting(bench: Bench) -> Order:
    order = bench.submit()
    settle(bench)
    bench.account.tell(acknowledged(order))
    return bench.now(order)


def heard(bench: Bench) -> list[Order]:
    return [fact.order for fact in bench.facts if isinstance(fact, OrderChanged)]


def test_an_order_is_sent_and_told_of_when_its_intent_survives_power_loss(bench: Bench) -> None:
    synced: list[tuple[int, int]] = []
    bench.account.on_send = lambda _: synced.append((bench.journal.synced_seq, bench.journal.seq))
    order = bench.submit()
    assert order.status is OrderStatus.PENDING
    assert bench.sent == []
    assert heard(bench) == []
    settle(bench)
    assert heard(bench) == [order]
    assert [type(command) for command in bench.sent] == [Place]
    ((synced_seq, seq),) = synced
    assert synced_seq == seq


def test_orders_that_share_a_sync_go_out_in_journal_order(bench: Bench) -> None:
    orders = [bench.submit(limit(f"k{number}")) for number in range(5)]
    settle(bench)
    assert [command.client_order_id for command in sent_places(bench)] == [
        order.order_id for order in orders
    ]


def sent_places(bench: Bench) -> list[Place]:
    return [command for command in bench.sent if isinstance(command, Place)]


def test_power_loss_before_the_sync_leaves_no_order_anywhere(bench: Bench) -> None:
    order = bench.submit()
    bench.restart(power_fails=True)
    assert order.order_id not in bench.state.orders
    again = bench.submit()
    assert again.order_id != order.order_id, "the key was free: nothing had been promised"


def test_a_repeat_while_the_first_is_being_stored_waits_with_it(bench: Bench) -> None:
    """Order-path 1: one order, and both are told when it is durable."""
    told: list[Order] = []
    first = bench.orders.submit(limit(), durable=told.append)
    assert bench.orders.submit(limit(), durable=told.append) == first
    assert bench.submit() == first
    assert not told
    settle(bench)
    assert told == [first, first]
    assert len(bench.sent) == 1
    bench.orders.submit(limit(), durable=told.append)
    assert told == [first, first, first], "once it is stored, whoever asks is told at once"


# The disk fails


def fail_sync(bench: Bench) -> None:
    bench.disk.sync_error = BROKEN


def fail_write(bench: Bench) -> None:
    bench.disk.room = 0


FAILURES = pytest.mark.parametrize("fail", [fail_sync, fail_write])


@FAILURES
def test_an_intent_that_never_became_durable_is_an_order_that_ended_unsent(
    bench: Bench, fail: Callable[[Bench], None]
) -> None:
    """Order-path 2: an fdatasync error is never retried, and nothing follows from the record."""
    told: list[Order] = []
    fail(bench)
    order = bench.orders.submit(limit(), durable=told.append)
    settle(bench)
    assert (bench.now(order).status, bench.now(order).origin) == (
        OrderStatus.REJECTED,
        Origin.UNSENT,
    )
    assert bench.now(order).reason == "the journal could not be made durable; nothing was sent"
    assert told == [bench.now(order)] == heard(bench)
    assert not bench.sent
    assert bench.exposure() == (1, 0)
    with pytest.raises(NotReady, match="journal takes nothing new"):
        bench.submit(limit("k2"))
    assert bench.submit() == bench.now(order), "its key still stands for it"


@pytest.mark.design_property(8)
@FAILURES
def test_cancels_never_wait_for_the_disk(bench: Bench, fail: Callable[[Bench], None]) -> None:
    """Order-path 2: they go out with a failed journal."""
    order = resting(bench)
    fail(bench)
    bench.submit(limit("k2"))
    settle(bench)
    assert bench.journal.refusing is not None
    assert bench.cancel(order).cancel_pending
    assert [type(command).__name__ for command in bench.sent] == ["Place", "Cancel"]


def test_what_was_kept_while_the_disk_failed_is_written_when_it_heals(bench: Bench) -> None:
    fail_write(bench)
    order = bench.submit()
    settle(bench)
    bench.disk.room = None
    bench.advance(1)
    ended = bench.now(order)
    bench.restart()
    assert bench.state.orders[order.order_id] == ended
    assert bench.submit() == ended
    assert bench.submit(limit("k2")).status is OrderStatus.PENDING


# What changed between the two phases


def test_a_cancel_of_an_order_that_is_being_stored_ends_it_unsent(bench: Bench) -> None:
    """Order-path 6: it is certain that nothing was sent, so nothing has to be asked."""
    order = bench.submit()
    assert bench.cancel(order).cancel_pending
    assert bench.now(order) == order, "the journal has neither of them yet"
    settle(bench)
    ended = bench.now(order)
    assert (ended.status, ended.origin) == (OrderStatus.REJECTED, Origin.UNSENT)
    assert ended.reason == "cancelled before it was sent"
    assert not bench.sent
    bodies = [body for body in bench.journaled() if not isinstance(body, CancelAsked)][-2:]
    assert [type(body) for body in bodies] == [Intent, Observed], "never before its intent"
    assert not any(isinstance(body, CancelAsked) for body in bench.journaled())


def halt(bench: Bench) -> None:
    bench.orders.halt(ACCOUNT, halted=True, reason="too hot", by="ann")


def disconnect(bench: Bench) -> None:
    bench.desk.refusing = "kraken-main is not connected"


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (halt, "halted by ann before it was sent: too hot"),
        (disconnect, "kraken-main is not connected"),
    ],
)
def test_release_looks_again_whether_it_may_send(
    bench: Bench, happens: Callable[[Bench], None], reason: str
) -> None:
    """Order-path 2 and 11: halt and health are checked at release, not at submit alone."""
    order = bench.submit()
    happens(bench)
    settle(bench)
    ended = bench.now(order)
    assert (ended.status, ended.origin) == (OrderStatus.REJECTED, Origin.UNSENT)
    assert ended.reason == reason
    assert not bench.sent


@pytest.mark.design_property(8)
@pytest.mark.parametrize(("sync_s", "is_sent"), [(4.9, True), (5.0, False), (5.5, False)])
def test_an_order_is_not_sent_at_or_after_its_last_instant(
    bench: Bench, sync_s: float, *, is_sent: bool
) -> None:
    """Order-path 3: past ``send_before`` it is REJECTED, unsent, without a call to the venue."""
    bench.memory.sync_s = sync_s
    order = bench.submit()
    bench.advance(6)
    ended = bench.now(order)
    if is_sent:
        assert (ended.status, len(bench.sent)) == (OrderStatus.PENDING, 1)
    else:
        assert (ended.status, ended.origin) == (OrderStatus.REJECTED, Origin.UNSENT)
        assert ended.reason == "it could not be sent in time"
        assert not bench.sent


def test_what_our_own_limit_refused_is_stored_and_told_but_never_released(
    open_bench: OpenBench,
) -> None:
    bench = open_bench(durability=Durability.SYNC, limits=RiskLimits(max_position=Decimal(5)))
    told: list[Order] = []
    order = bench.orders.submit(limit(), durable=told.append)
    assert (order.status, order.origin) == (OrderStatus.REJECTED, Origin.RISK)
    assert bench.orders.cancel(TENANT, order.order_id) == order
    settle(bench)
    assert told == heard(bench) == [order]
    assert not bench.sent


def test_a_limits_refusal_that_could_not_be_stored_promises_nothing(open_bench: OpenBench) -> None:
    """After power loss its key would be free, and the next answer another one."""
    bench = open_bench(durability=Durability.SYNC, limits=RiskLimits(max_position=Decimal(5)))
    settle(bench)
    fail_sync(bench)
    order = bench.submit()
    settle(bench)
    assert (bench.now(order).status, bench.now(order).origin) == (
        OrderStatus.REJECTED,
        Origin.UNSENT,
    )
    assert "max_position" in bench.now(order).reason
    assert bench.now(order).updated_ns > order.updated_ns, "when the disk had answered"


# Amends: they may enlarge an order, so they wait for the disk as well

MORE = Amendment(quantity=Decimal(9))


def amend(bench: Bench, order: Order) -> Order:
    return bench.orders.amend(TENANT, order.order_id, MORE)


def kinds(bench: Bench) -> list[str]:
    return [type(command).__name__ for command in bench.sent]


def test_an_amend_is_sent_when_it_survives_power_loss(bench: Bench) -> None:
    order = resting(bench)
    assert amend(bench, order).amend_pending == MORE
    assert bench.exposure() == (10, 0), "it counts from the moment it may follow"
    assert kinds(bench) == ["Place"]
    assert not any(told.amend_pending for told in heard(bench))
    settle(bench)
    assert kinds(bench) == ["Place", "Amend"]
    assert heard(bench)[-1].amend_pending == MORE, "it is durable, so everybody may know"
    bench.account.tell(acknowledged(order, CommandKind.AMEND))
    assert bench.now(order).quantity == 9


@FAILURES
def test_an_amend_that_never_became_durable_is_not_sent(
    bench: Bench, fail: Callable[[Bench], None]
) -> None:
    order = resting(bench)
    settle(bench)
    fail(bench)
    amend(bench, order)
    settle(bench)
    assert kinds(bench) == ["Place"]
    assert bench.now(order).amend_pending is None
    assert facts(bench.now(order).status, bench.now(order).quantity) == (OrderStatus.OPEN, 6)
    assert bench.exposure() == (7, 0)


def test_a_cancel_overtakes_an_amend_that_waits_for_the_disk(bench: Bench) -> None:
    """Order-path 2 and 6: it goes out at once, and the amend then never."""
    order = resting(bench)
    bench.memory.sync_s = 60.0
    amend(bench, order)
    bench.cancel(order)
    assert kinds(bench) == ["Place", "Cancel"]
    bench.memory.sync_s = 0.001
    bench.advance(61)
    assert kinds(bench) == ["Place", "Cancel"]
    assert bench.now(order).amend_pending is None


def end(bench: Bench) -> None:
    bench.account.tell(state(OrderStatus.CANCELLED, filled=Decimal(0)))


@pytest.mark.parametrize("happens", [halt, disconnect, end])
def test_the_release_of_an_amend_looks_again_too(
    bench: Bench, happens: Callable[[Bench], None]
) -> None:
    order = resting(bench)
    amend(bench, order)
    happens(bench)
    settle(bench)
    assert kinds(bench) == ["Place"]
    assert bench.now(order).amend_pending is None
    assert bench.now(order).quantity == 6
