"""Edges of the second phase of a request, each with what a user would lose if it moved."""

from decimal import Decimal
from itertools import pairwise

import pytest

from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.commands import Cancel, Place
from algotradehub.domain.errors import NotReady
from algotradehub.domain.evidence import CommandKind
from algotradehub.domain.guard_records import Disarmed, Fired, Unguarded
from algotradehub.domain.order import Amendment, Order, OrderStatus, OrderType, Permit
from algotradehub.domain.records import CancelAsked
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.dispatch import NEVER_SENT
from tests.fakes.account import ALL
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.test_dispatch import fail_write, heard, resting, settle
from tests.unit.trading.test_guard import PLAIN, stop
from tests.unit.trading.words import (
    SYMBOL,
    TENANT,
    VENUE,
    acknowledged,
    changed,
    execution,
    limit,
    state,
)

MORE = Amendment(quantity=Decimal(8))
REPLACES = changed(ALL, amend=AmendStyle.CANCEL_REPLACE)


@pytest.fixture
def synced(open_bench: OpenBench) -> Bench:
    return open_bench(capabilities=PLAIN, durability=Durability.SYNC)


def replaced(bench: Bench) -> Order:
    """The first leg is dead, and the second is on its way to the venue."""
    order = resting(bench)
    bench.orders.amend(TENANT, order.order_id, MORE)
    settle(bench)
    bench.account.tell(acknowledged(order, CommandKind.CANCEL))
    bench.account.tell(state(OrderStatus.CANCELLED, order, filled=Decimal(0)))
    settle(bench)
    return bench.now(order)


def test_a_cancel_that_somebody_asked_for_is_not_called_an_expiry(bench: Bench) -> None:
    bench.cancel(bench.rest())
    (asked,) = [body for body in bench.journaled() if isinstance(body, CancelAsked)]
    assert not asked.expired


def test_an_amend_may_execute_as_long_as_a_place(bench: Bench) -> None:
    """A stop counts from then; from the place alone it would be proven too early."""
    order = bench.rest()
    bench.advance(1)
    bench.orders.amend(TENANT, order.order_id, MORE)
    assert bench.desk.send_before_ns == bench.now(order).amend_before_ns > order.send_before_ns


def test_a_pause_holds_up_no_order_that_closes_a_position(bench: Bench) -> None:
    bench.orders.pause(VENUE, paused=True, reason="upkeep", by="ann")
    bench.orders.submit_permitted(
        limit(type=OrderType.MARKET, limit_price=None, reduce_only=True), Permit.FLATTEN
    )
    assert [type(command) for command in bench.sent] == [Place]


def test_a_cancel_goes_to_every_leg_that_may_rest(open_bench: OpenBench) -> None:
    bench = open_bench(capabilities=REPLACES)
    now = replaced(bench)
    bench.account.tell(acknowledged(now, venue_order_id="V2"))
    bench.account.tell(execution(changed(now, legs=now.legs[:1]), "late", 1))
    assert bench.now(now).status is OrderStatus.UNKNOWN, "the first was dead with less"
    bench.sent.clear()
    bench.cancel(now)
    assert [command.venue_order_id for command in bench.sent if isinstance(command, Cancel)] == [
        "V1",
        "V2",
    ]


def test_what_waits_is_disarmed_and_what_rests_is_cancelled(synced: Bench) -> None:
    """What is on its way to the disk ends there: the journal has not heard of it."""
    resting(synced)
    waiting = synced.submit(stop(idempotency_key="k2"))
    settle(synced)
    storing = synced.submit(stop(idempotency_key="k3"))
    synced.dispatch.cancel_everything(synced.desk)
    settle(synced)
    disarmed = [body for body in synced.journaled() if isinstance(body, Disarmed)]
    assert [(body.order_id, body.reason) for body in disarmed] == [
        (waiting.order_id, NEVER_SENT),
        (storing.order_id, "cancelled before it was stored"),
    ]


# The disk


def test_an_amendment_that_the_journal_refuses_holds_no_cancel_up(synced: Bench) -> None:
    order = resting(synced)
    fail_write(synced)
    synced.submit(limit("k2"))
    settle(synced)
    with pytest.raises(NotReady):
        synced.orders.amend(TENANT, order.order_id, MORE)
    synced.dispatch.cancel(synced.desk, synced.now(order))
    assert [type(command) for command in synced.sent] == [Place, Cancel]


def test_everybody_is_told_of_a_leg_when_it_is_stored(synced: Bench) -> None:
    order = replaced(synced)
    assert len(order.legs) == 2
    assert heard(synced)[-1] == order


def test_where_nobody_waits_for_the_disk_each_change_is_told_once(open_bench: OpenBench) -> None:
    bench = open_bench(capabilities=REPLACES)
    replaced(bench)
    assert all(one != following for one, following in pairwise(heard(bench)))


def test_a_trigger_that_could_not_be_stored_is_told_again(synced: Bench) -> None:
    order = synced.submit(stop())
    settle(synced)
    fail_write(synced)
    synced.trade(94)
    settle(synced)
    ended = synced.now(order)
    assert (ended.status, synced.sent) == (OrderStatus.REJECTED, [])
    synced.disk.room = None
    synced.advance(1)
    assert any(isinstance(body, Fired) for body in synced.journaled())
    synced.restart()
    assert synced.now(order) == ended


def test_who_waits_for_the_disk_is_told_of_what_happened_meanwhile(synced: Bench) -> None:
    told: list[Order] = []
    order = synced.orders.submit(stop(), durable=told.append)
    since_ns = synced.clock.now_ns()
    gap = Unguarded(symbols=(SYMBOL,), since_ns=since_ns, reason="its prices are not fresh")
    synced.recorder.keep(order.request.account, gap)
    settle(synced)
    (now,) = told
    assert now.emulated is not None
    assert now.emulated.unguarded_since_ns == since_ns
