"""When "not seen" is "not there": the absence rule, and nothing short of it (order-path 5)."""

import pytest

from algotradehub.domain.capabilities import AbsenceProof
from algotradehub.domain.commands import Place
from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.domain.order import Order, OrderStatus, Origin
from algotradehub.domain.records import Doubted, ProvenAbsent
from tests.fakes.account import ALL
from tests.unit.trading.bench import START_NS, Bench, OpenBench, S
from tests.unit.trading.words import (
    changed,
    lost,
    state,
)

RULE = ALL.absence  # dead 6.5 s after the last instant, look-ups 2 s apart, two of them
DEAD_S = 5.0 + RULE.dead_after_s
UNKNOWN = OrderStatus.UNKNOWN


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench(recovers=True)


def seconds(bench: Bench) -> list[float]:
    """When the account was asked, in seconds since the start."""
    return [(asked.at_ns - START_NS) / S for asked in bench.account.queries("find")]


def unanswered(bench: Bench) -> Order:
    order = bench.submit()
    bench.account.tell(lost(order))
    return order


@pytest.mark.design_property(36)
def test_a_lost_order_that_is_nowhere_is_rejected_when_that_is_proven(bench: Bench) -> None:
    """Order-path 3 and 5: look-ups first, no second place, and no end before the proof."""
    order = unanswered(bench)
    bench.advance(DEAD_S + RULE.settle_s - 0.01)
    assert bench.now(order).status is UNKNOWN
    assert len(seconds(bench)) > 2, "asked before, though it could prove nothing yet"
    bench.advance(3)
    ended = bench.now(order)
    assert (ended.status, ended.origin) == (OrderStatus.REJECTED, Origin.UNSENT)
    (proof,) = (body for body in bench.journaled() if isinstance(body, ProvenAbsent))
    first_ns, second_ns = proof.looked_ns
    assert first_ns >= START_NS + DEAD_S * S
    assert second_ns - first_ns >= RULE.settle_s * S
    assert proof.sources == RULE.sources
    assert [type(command) for command in bench.sent] == [Place]
    asked = len(bench.account.asked)
    bench.advance(600)
    assert len(bench.account.asked) == asked, "the question is answered: nobody asks on"


@pytest.mark.design_property(39)
def test_where_a_person_decides_the_order_stays_unknown(open_bench: OpenBench) -> None:
    """Order-path 5: without an expiry at the venue nothing ends it by itself."""
    rule = changed(ALL.absence, proof=AbsenceProof.PERSON)
    bench = open_bench(recovers=True, capabilities=changed(ALL, absence=rule))
    order = unanswered(bench)
    bench.advance(24 * 3600)
    now = bench.now(order)
    assert now.status is UNKNOWN
    assert now.doubt is not None
    assert now.doubt.what == "kraken cannot prove absence: a person decides"
    assert bench.exposure() == (6, 0)


def test_a_broken_stream_begins_the_proof_anew(bench: Bench) -> None:
    """Order-path 5: what was seen empty before the break may have been told while it was down."""
    order = unanswered(bench)
    bench.advance(DEAD_S + 0.5)
    assert bench.now(order).status is UNKNOWN
    bench.account.tell(Connection(state=ConnectionState.DOWN))
    bench.advance(30)
    assert bench.now(order).status is UNKNOWN, "nothing is proven while the stream is down"
    bench.account.tell(Connection(state=ConnectionState.UP))
    up_s = (bench.clock.now_ns() - START_NS) / S
    bench.advance(30)
    assert bench.now(order).status is OrderStatus.REJECTED
    (proof,) = (body for body in bench.journaled() if isinstance(body, ProvenAbsent))
    assert min(proof.looked_ns) >= START_NS + up_s * S


def test_a_look_up_across_a_reconnect_proves_nothing(bench: Bench) -> None:
    order = unanswered(bench)
    bench.advance(DEAD_S)
    bench.account.answer_s = 1.5
    for _ in range(20):  # the stream is whole again whenever an answer comes, but never for long
        bench.advance(1.6)
        bench.account.tell(Connection(state=ConnectionState.UP))
    assert bench.now(order).status is UNKNOWN


def test_a_look_up_that_outlived_its_stream_proves_nothing(bench: Bench) -> None:
    """All is whole again when its answer comes, yet it was asked before the break."""
    order = unanswered(bench)
    bench.advance(DEAD_S + 0.5)
    bench.account.answer_s = 4
    bench.advance(4)
    bench.account.answer_s = 0
    asked = len(seconds(bench))
    bench.account.tell(Connection(state=ConnectionState.UP))
    bench.advance(3.5)
    assert bench.desk.refusing is None
    assert len(seconds(bench)) == asked, "the answer has come, and nothing was asked since"
    assert bench.now(order).status is UNKNOWN
    bench.advance(30)
    assert bench.now(order).status is OrderStatus.REJECTED


def test_an_order_the_venue_acknowledged_is_never_proven_absent(bench: Bench) -> None:
    order = bench.rest()
    bench.intake.keep(bench.desk, Doubted(order_id=order.order_id, what="?"))
    bench.advance(3600)
    now = bench.now(order)
    assert now.status is OrderStatus.OPEN
    assert now.doubt is not None
    assert now.doubt.what == "the venue does not list an order it has acknowledged"
    assert bench.exposure() == (6, 0)


def test_a_found_order_ends_what_was_seen_empty_before(bench: Bench) -> None:
    """One empty copy, the order, one empty copy: that is no proof."""
    order = unanswered(bench)
    bench.advance(DEAD_S + 0.5)
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.advance(5)
    assert bench.now(order).status is OrderStatus.OPEN
    bench.account.states = []
    bench.advance(60)
    assert bench.now(order).status is OrderStatus.OPEN
