"""The kill switch: nothing new, everything cancelled, and proven by the venue's empty list."""

from decimal import Decimal
from typing import Any

import pytest

from algotradehub.domain.commands import Cancel, CancelAll, Place
from algotradehub.domain.errors import InvalidRequest, VenueUnavailable
from algotradehub.domain.evidence import CommandKind, Connection, ConnectionState
from algotradehub.domain.ids import ClientOrderId, VenueOrderId
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import Amendment, Order, OrderStatus, OrderType, Origin, Permit
from algotradehub.domain.records import CancelAsked, HaltSet, StopProven
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.kill_switch import KillSwitch, Stop
from algotradehub.trading.limits import RiskLimits
from tests.fakes.account import ALL
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.words import (
    VENUE,
    acknowledged,
    changed,
    execution,
    foreign,
    limit,
    refused,
    state,
)

RULE = ALL.absence
DEAD_S = 5 + RULE.dead_after_s
QUIET_S = DEAD_S + RULE.settle_s + 1
ONE_BY_ONE = changed(ALL, cancel_all=False)


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench(recovers=True, capabilities=ONE_BY_ONE)


def switch(bench: Bench) -> KillSwitch:
    return KillSwitch(
        orders=bench.orders,
        dispatch=bench.dispatch,
        intake=bench.intake,
        state=bench.state,
        clock=bench.clock,
        spawn=bench.loop.create_task,
    )


def stop(bench: Bench) -> KillSwitch:
    kill_switch = switch(bench)
    kill_switch.stop([bench.desk], reason="enough", by="ann")
    return kill_switch


def stopped(bench: Bench, kill_switch: KillSwitch) -> Stop:
    found = kill_switch.of(bench.desk)
    assert found is not None
    return found


def ends(bench: Bench, order: Order, *, acknowledge: bool = True) -> None:
    """The venue cancels ``order``."""
    if acknowledge:
        bench.account.tell(acknowledged(order, CommandKind.CANCEL))
    bench.account.tell(state(OrderStatus.CANCELLED, order, filled=ZERO))


def proofs(bench: Bench) -> int:
    return sum(isinstance(body, StopProven) for body in bench.journaled())


def cancelled(bench: Bench) -> list[ClientOrderId]:
    return [sent.client_order_id for sent in bench.sent if isinstance(sent, Cancel)]


def lists(bench: Bench) -> list[int]:
    return [asked.at_ns for asked in bench.account.queries("open_orders")]


def listing(bench: Bench, *resting: Any) -> None:
    bench.account.states[:] = resting


def test_an_account_is_still_when_its_venue_listed_nothing_twice(bench: Bench) -> None:
    order = bench.rest()
    kill_switch = stop(bench)
    assert isinstance(bench.sent[-1], Cancel)
    bench.advance(QUIET_S)
    assert stopped(bench, kill_switch).not_proven == (order.order_id,)
    ends(bench, order)
    bench.advance(QUIET_S)
    proven = stopped(bench, kill_switch)
    assert proven.is_proven
    assert not proven.not_proven
    first_ns, second_ns = proven.looked_ns
    assert second_ns - first_ns >= RULE.settle_s * 1e9
    kill_switch.stop([bench.desk], reason="again", by="bob")
    bench.advance(QUIET_S)
    assert proofs(bench) == 1, "a stop that is proven is not begun anew"
    assert stopped(bench, kill_switch).by == "ann"


def test_a_stopped_account_takes_no_order(bench: Bench) -> None:
    kill_switch = switch(bench)
    assert kill_switch.of(bench.desk) is None
    kill_switch.stop([bench.desk], reason="enough", by="ann")
    assert bench.submit(limit("k2")).origin is Origin.RISK
    assert not bench.sent


def test_all_halts_come_before_the_first_cancel(bench: Bench) -> None:
    order = bench.rest()
    stop(bench)
    bodies = [body for body in bench.journaled() if isinstance(body, HaltSet | CancelAsked)]
    assert isinstance(bodies[0], HaltSet)
    assert bodies[1:] == [CancelAsked(order_id=order.order_id)]


def test_one_request_cancels_all_where_the_venue_has_it(open_bench: OpenBench) -> None:
    bench = open_bench(recovers=True)
    bench.rest()
    bench.rest(limit("k2"), "V2")
    pending = bench.submit(limit("k3"))
    stop(bench)
    assert sum(isinstance(sent, CancelAll) for sent in bench.sent) == 1
    assert cancelled(bench) == [pending.order_id], "the venue may not know of it"


def test_the_venue_is_asked_after_the_last_request_can_execute(bench: Bench) -> None:
    order = bench.rest()
    sent_ns = bench.clock.now_ns()
    stop(bench)
    ends(bench, order)
    bench.advance(QUIET_S)
    assert lists(bench)[0] >= sent_ns + DEAD_S * 1e9


def test_an_order_of_ours_in_the_list_begins_anew(bench: Bench) -> None:
    order = bench.rest()
    kill_switch = stop(bench)
    ends(bench, order)
    bench.advance(DEAD_S + 0.2)
    assert len(lists(bench)) == 1
    listing(bench, state(OrderStatus.OPEN, order, venue_time_ns=5))
    bench.advance(RULE.settle_s + 0.1)
    assert not stopped(bench, kill_switch).is_proven
    assert stopped(bench, kill_switch).not_proven == (order.order_id,)
    listing(bench)
    bench.account.states.append(state(OrderStatus.CANCELLED, order, filled=ZERO, venue_time_ns=9))
    bench.account.tell(acknowledged(order, CommandKind.CANCEL))
    bench.account.tell(state(OrderStatus.CANCELLED, order, filled=ZERO, venue_time_ns=9))
    count = len(lists(bench))
    bench.advance(10 * QUIET_S)
    assert stopped(bench, kill_switch).is_proven
    assert len(lists(bench)) >= count + 2


def test_a_strangers_order_in_the_list_is_cancelled_and_begins_anew(bench: Bench) -> None:
    kill_switch = stop(bench)
    listing(bench, foreign("V9"))
    bench.advance(DEAD_S)
    stranger = bench.state.order_of_venue(bench.desk.account_id, VenueOrderId("V9"))
    assert stranger is not None
    assert stranger.order_id in cancelled(bench)
    assert not stopped(bench, kill_switch).is_proven
    listing(bench)
    bench.account.tell(acknowledged(stranger, CommandKind.CANCEL, "V9"))
    bench.account.tell(foreign("V9", status=OrderStatus.CANCELLED, filled=ZERO, venue_time_ns=5))
    bench.advance(QUIET_S)
    assert stopped(bench, kill_switch).is_proven


def test_an_order_that_is_adopted_meanwhile_is_cancelled(bench: Bench) -> None:
    order = bench.rest()
    kill_switch = stop(bench)
    bench.account.tell(foreign("V9", "ab" * 16))
    bench.advance(0.2)
    assert cancelled(bench)[-1] == "ab" * 16
    ends(bench, order)
    bench.advance(QUIET_S)
    adopted = bench.state.order(ClientOrderId("ab" * 16))
    assert adopted is not None
    assert stopped(bench, kill_switch).not_proven == (adopted.order_id,)


def test_the_cancel_of_a_resting_order_is_not_asked_again_and_again(bench: Bench) -> None:
    bench.rest()
    stop(bench)
    bench.advance(0.9)  # before recovery repeats it
    assert len(cancelled(bench)) == 1
    assert sum(isinstance(body, CancelAsked) for body in bench.journaled()) == 1


def test_a_reconnect_between_the_lists_begins_anew(bench: Bench) -> None:
    kill_switch = stop(bench)
    bench.advance(0.2)
    assert len(lists(bench)) == 1
    bench.account.tell(Connection(state=ConnectionState.DOWN, reason="cut"))
    bench.advance(RULE.settle_s + 0.5)
    assert not stopped(bench, kill_switch).is_proven
    bench.account.tell(Connection(state=ConnectionState.UP))
    up_ns = bench.clock.now_ns()
    bench.advance(20)
    proven = stopped(bench, kill_switch)
    assert proven.is_proven
    assert proven.looked_ns[0] >= up_ns


def test_a_list_that_was_asked_before_a_reconnect_proves_nothing(bench: Bench) -> None:
    bench.account.answer_s = 1.0
    kill_switch = stop(bench)
    bench.advance(RULE.settle_s + 0.5)  # the second is on its way
    assert len(lists(bench)) == 2
    bench.desk.connections += 1
    bench.advance(1)
    assert not stopped(bench, kill_switch).is_proven
    bench.advance(2 + RULE.settle_s + 2)
    assert stopped(bench, kill_switch).is_proven


def test_a_venue_that_cannot_be_asked_is_asked_until_it_answers(bench: Bench) -> None:
    bench.account.trouble = VenueUnavailable(VENUE, "busy")
    kill_switch = stop(bench)
    bench.advance(10)
    assert not stopped(bench, kill_switch).is_proven
    assert 5 <= len(lists(bench)) <= 12, "once a second"
    bench.account.trouble = None
    bench.advance(QUIET_S)
    assert stopped(bench, kill_switch).is_proven


def test_a_failed_journal_does_not_hold_up_cancels(bench: Bench) -> None:
    order = bench.rest()
    bench.disk.room = 0
    kill_switch = stop(bench)
    assert cancelled(bench) == [order.order_id]
    ends(bench, order)
    bench.advance(QUIET_S)
    assert stopped(bench, kill_switch).is_proven
    bench.disk.room = None
    bench.advance(5)
    assert proofs(bench) == 1


def test_a_restart_goes_on_proving(bench: Bench) -> None:
    order = bench.rest()
    stop(bench)
    bench.advance(0.1)
    bench.restart()
    kill_switch = switch(bench)
    kill_switch.go_on(bench.desk)
    assert order.order_id in cancelled(bench)
    assert stopped(bench, kill_switch).reason == "enough"
    ends(bench, order)
    bench.advance(QUIET_S)
    assert stopped(bench, kill_switch).is_proven
    bench.restart()
    again = switch(bench)
    again.go_on(bench.desk)
    assert stopped(bench, again).is_proven, "the proof outlives the process"
    bench.advance(QUIET_S)
    assert proofs(bench) == 1


def test_a_proof_comes_back_from_the_projection(bench: Bench) -> None:
    stop(bench)
    bench.advance(QUIET_S)
    (halt,) = bench.store.restore(changed_after_ns=0, claimed_after_ns=0).halts
    assert halt == bench.state.standing.halts[bench.desk.account_id]
    assert (halt.stop, len(halt.looked_ns)) == (True, 2)


def resume(bench: Bench) -> None:
    bench.orders.halt(bench.desk.account_id, halted=False, reason="", by="bob")


def test_resuming_in_the_middle_ends_it(bench: Bench) -> None:
    kill_switch = stop(bench)
    bench.advance(0.1)
    resume(bench)
    bench.advance(QUIET_S)
    assert kill_switch.of(bench.desk) is None
    assert not proofs(bench)
    assert bench.submit(limit("k2")).status is OrderStatus.PENDING


def test_a_list_for_an_earlier_stop_proves_nothing_of_a_later_one(bench: Bench) -> None:
    kill_switch = stop(bench)
    bench.advance(0.1)
    assert len(lists(bench)) == 1
    resume(bench)
    kill_switch.stop([bench.desk], reason="again", by="bob")
    again_ns = bench.clock.now_ns()
    bench.advance(QUIET_S)
    proven = stopped(bench, kill_switch)
    assert proven.is_proven
    assert proven.looked_ns[0] >= again_ns


def test_a_stop_that_is_begun_again_cancels_what_came_between(bench: Bench) -> None:
    kill_switch = stop(bench)
    resume(bench)
    order = bench.rest()
    kill_switch.stop([bench.desk], reason="again", by="bob")
    assert cancelled(bench) == [order.order_id]


def test_a_halt_leaves_a_stop_in_force(bench: Bench) -> None:
    kill_switch = stop(bench)
    bench.orders.halt(bench.desk.account_id, halted=True, reason="lunch", by="bob")
    assert stopped(bench, kill_switch).reason == "enough"


def test_a_stop_takes_the_place_of_a_halt(bench: Bench) -> None:
    order = bench.rest()
    bench.orders.halt(bench.desk.account_id, halted=True, reason="lunch", by="bob")
    assert switch(bench).of(bench.desk) is None
    kill_switch = stop(bench)
    assert stopped(bench, kill_switch).by == "ann"
    assert cancelled(bench) == [order.order_id]


@pytest.mark.parametrize("cancel_all", [True, False])
def test_an_order_on_its_way_to_the_disk_is_never_sent(
    open_bench: OpenBench, *, cancel_all: bool
) -> None:
    bench = open_bench(
        recovers=True,
        durability=Durability.SYNC,
        capabilities=changed(ALL, cancel_all=cancel_all),
    )
    bench.memory.sync_s = 1.0
    order = bench.submit()
    kill_switch = stop(bench)
    assert not cancelled(bench), "the venue does not know of it"
    bench.advance(0.5)
    assert bench.now(order).status is OrderStatus.PENDING
    assert stopped(bench, kill_switch).not_proven == (order.order_id,)
    assert sum(isinstance(sent, CancelAll) for sent in bench.sent) == cancel_all
    bench.advance(QUIET_S)
    assert bench.now(order).origin is Origin.UNSENT
    assert not any(isinstance(sent, Place) for sent in bench.sent)
    assert stopped(bench, kill_switch).is_proven


def permitted(bench: Bench, key: str = "f1") -> Order:
    request = limit(key, type=OrderType.MARKET, limit_price=None, reduce_only=True)
    return bench.orders.submit_permitted(request, Permit.FLATTEN)


@pytest.mark.parametrize("capabilities", [ALL, ONE_BY_ONE])
def test_an_order_with_a_permit_passes_a_stop_and_counts(
    open_bench: OpenBench, capabilities: Any
) -> None:
    bench = open_bench(recovers=True, capabilities=capabilities)
    kill_switch = stop(bench)
    bench.advance(QUIET_S)
    before = stopped(bench, kill_switch)
    assert before.is_proven
    sent = len(bench.sent)
    order = permitted(bench)
    kill_switch.prove(bench.desk)
    assert [type(each) for each in bench.sent[sent:]] == [Place]
    assert order.permit is Permit.FLATTEN
    bench.account.tell(acknowledged(order))
    listing(bench, state(OrderStatus.OPEN, order))
    bench.account.tell(foreign("V9", "ab" * 16))
    bench.advance(0.9)
    assert cancelled(bench) == ["ab" * 16], "only what came without a permit"
    assert not any(isinstance(each, CancelAll) for each in bench.sent[sent:])
    assert not stopped(bench, kill_switch).is_proven
    assert order.order_id in stopped(bench, kill_switch).not_proven
    stranger = bench.state.order(ClientOrderId("ab" * 16))
    assert stranger is not None
    bench.account.tell(acknowledged(stranger, CommandKind.CANCEL, "V9"))
    ended = foreign("V9", "ab" * 16, status=OrderStatus.CANCELLED, filled=ZERO, venue_time_ns=5)
    bench.account.tell(ended)
    bench.account.tell(execution(order, quantity=6, status=OrderStatus.FILLED))
    listing(bench)
    ended_ns = bench.clock.now_ns()
    bench.advance(QUIET_S)
    proven = stopped(bench, kill_switch)
    assert proven.is_proven
    assert proven.looked_ns[0] >= ended_ns
    assert proofs(bench) == 2


def test_a_stop_cancels_what_was_sent_by_a_permit_before(bench: Bench) -> None:
    order = permitted(bench)
    bench.account.tell(acknowledged(order))
    stop(bench)
    assert cancelled(bench) == [order.order_id]


def test_an_order_with_a_permit_needs_no_disk_and_no_limit(open_bench: OpenBench) -> None:
    limits = RiskLimits(max_open_orders=0)
    bench = open_bench(durability=Durability.SYNC, limits=limits)
    bench.disk.room = 0
    bench.orders.halt(bench.desk.account_id, halted=True, reason="lunch", by="bob")
    order = permitted(bench)
    assert isinstance(bench.sent[-1], Place)
    assert bench.sent[-1].client_order_id == order.order_id


def test_what_went_out_by_a_permit_cannot_be_changed(bench: Bench) -> None:
    order = permitted(bench)
    bench.account.tell(acknowledged(order))
    with pytest.raises(InvalidRequest, match="closes a position"):
        bench.orders.amend(order.request.tenant, order.order_id, Amendment(quantity=Decimal(60)))


def test_a_refused_cancel_is_followed_by_recovery(bench: Bench) -> None:
    order = bench.rest()
    kill_switch = stop(bench)
    bench.account.tell(refused(order, CommandKind.CANCEL))
    bench.advance(1.5)
    assert cancelled(bench) == [order.order_id] * 2
    assert not stopped(bench, kill_switch).is_proven
