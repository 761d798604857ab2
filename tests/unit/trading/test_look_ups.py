"""Every look-up of an order is in the journal, with its answer, before anything follows from it."""

import pytest

from algotradehub.domain.evidence import Found, NotSeen, Unreadable
from algotradehub.domain.order import OrderStatus
from algotradehub.domain.records import Doubted, LookedUp, Observed
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.desks import unanswered
from tests.unit.trading.words import execution, state

pytestmark = pytest.mark.design_property(36, 39)


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench(recovers=True)


def answers(bench: Bench) -> list[object]:
    return [body.answer for body in bench.journaled() if isinstance(body, LookedUp)]


def test_each_answer_is_kept_as_it_came(bench: Bench) -> None:
    bench.account.blind = "HTTP 502"
    order = unanswered(bench)
    bench.advance(4)
    assert answers(bench) == [Unreadable(reason="HTTP 502")] * 2, "the same failure counts again"
    looked = bench.desk.looked[order.order_id]
    assert (looked.times, looked.answer) == (2, Unreadable(reason="HTTP 502"))
    bench.account.blind = None
    bench.advance(4)
    assert answers(bench)[2:] == [NotSeen(sources=bench.account.capabilities.absence.sources)]
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.advance(8)
    assert answers(bench)[3:] == [Found(state=bench.account.states[0])]
    asked = [body.asked_ns for body in bench.journaled() if isinstance(body, LookedUp)]
    assert asked == [each.at_ns for each in bench.account.queries("find")]
    assert bench.desk.looked == {}, "the question is answered"


def test_it_is_there_before_it_is_judged(bench: Bench) -> None:
    order = unanswered(bench)
    bench.account.blind = "HTTP 502"
    bench.advance(2)
    bench.account.blind = None
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.advance(8)
    judged = (LookedUp, Doubted, Observed)
    kinds = [type(body) for body in bench.journaled() if isinstance(body, judged)]
    assert kinds == [Observed, LookedUp, Doubted, LookedUp, Observed]


def test_those_for_missing_totals_are_kept_too(bench: Bench) -> None:
    order = bench.rest()
    bench.account.tell(execution(order, "e1", 2))
    bench.account.tell(state(OrderStatus.CANCELLED, order, filled=None, value=None))
    bench.account.states = [state(OrderStatus.CANCELLED, order, filled=2, value=200)]
    bench.account.executions = [execution(order, "e1", 2)]
    bench.advance(3)
    assert answers(bench) == [Found(state=bench.account.states[0])]
    bench.advance(60)
    assert bench.desk.looked == {}, "nothing is asked any more"
