"""The kill switch: nothing new, everything cancelled, and proven by the venue's empty list."""

import pytest

from algotradehub.domain.commands import Cancel
from algotradehub.domain.evidence import CommandKind
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import OrderStatus, Origin
from algotradehub.domain.records import StopProven
from algotradehub.trading.kill_switch import KillSwitch, Stop
from tests.fakes.account import ALL
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.words import acknowledged, changed, limit, state

QUIET_S = 5 + ALL.absence.dead_after_s + ALL.absence.settle_s + 1


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench(recovers=True, capabilities=changed(ALL, cancel_all=False))


def switch(bench: Bench) -> KillSwitch:
    return KillSwitch(
        orders=bench.orders,
        dispatch=bench.dispatch,
        intake=bench.intake,
        state=bench.state,
        clock=bench.clock,
        spawn=bench.loop.create_task,
    )


def stopped(bench: Bench, kill_switch: KillSwitch) -> Stop:
    stop = kill_switch.of(bench.desk)
    assert stop is not None
    return stop


def proofs(bench: Bench) -> int:
    return sum(isinstance(body, StopProven) for body in bench.journaled())


def test_an_account_is_still_when_its_venue_listed_nothing_twice(bench: Bench) -> None:
    order = bench.rest()
    kill_switch = switch(bench)
    kill_switch.stop([bench.desk], reason="enough", by="ann")
    assert isinstance(bench.sent[-1], Cancel)
    bench.advance(QUIET_S)
    assert stopped(bench, kill_switch).not_proven == (order.order_id,)
    bench.account.tell(acknowledged(order, CommandKind.CANCEL))
    bench.account.tell(state(OrderStatus.CANCELLED, order, filled=ZERO))
    bench.advance(QUIET_S)
    stop = stopped(bench, kill_switch)
    assert stop.is_proven
    assert not stop.not_proven
    first_ns, second_ns = stop.looked_ns
    assert second_ns - first_ns >= ALL.absence.settle_s * 1e9
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
