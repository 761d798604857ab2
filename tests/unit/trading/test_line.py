"""What requests meet on their way is noted as it happens, each request once."""

import pytest

from algotradehub.domain.commands import Amend, Cancel, Place
from algotradehub.domain.evidence import CommandKind, Connection, ConnectionState
from algotradehub.domain.order import Amendment
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.line import KEPT, Line
from tests.unit.domain import examples
from tests.unit.trading.bench import Bench, OpenBench, S
from tests.unit.trading.words import (
    PRICE,
    TENANT,
    acknowledged,
    changed,
    limit,
    lost,
    not_sent,
    refused,
)

pytestmark = pytest.mark.design_property(31)


def took_s(bench: Bench) -> list[float | None]:
    """How long the answers took that are kept; None where none came."""
    return [None if took is None else took / S for _, took in bench.desk.line.ended]


def test_places_amends_and_cancels_are_timed_from_their_sending(bench: Bench) -> None:
    order = bench.submit()
    bench.advance(0.5)
    bench.account.tell(acknowledged(order))
    bench.orders.amend(TENANT, order.order_id, Amendment(limit_price=PRICE + 1))
    bench.advance(1)
    bench.account.tell(acknowledged(order, CommandKind.AMEND))
    bench.cancel(order)
    bench.advance(2)
    bench.account.tell(refused(order, CommandKind.CANCEL))
    assert [type(command) for command in bench.sent] == [Place, Amend, Cancel]
    assert took_s(bench) == [0.5, 1, 2]
    assert [ended for ended, _ in bench.desk.line.ended] == [0.5 * S, 1.5 * S, 3.5 * S]


def test_the_time_to_the_disk_is_not_the_lines(open_bench: OpenBench) -> None:
    bench = open_bench(durability=Durability.SYNC)
    order = bench.submit()
    bench.advance(1)
    assert bench.sent
    stored_s = bench.clock.monotonic_ns() / S
    bench.account.tell(acknowledged(order))
    (took,) = took_s(bench)
    assert took is not None
    assert 0 < took < stored_s


def test_what_gets_no_answer_is_lost_and_counted(bench: Bench) -> None:
    for key, word in (("k1", lost), ("k2", not_sent)):
        bench.account.tell(word(bench.submit(limit(key))))
    assert took_s(bench) == [None, None]


def test_what_was_held_back_is_not_the_lines_fault(bench: Bench) -> None:
    held = changed(not_sent(bench.submit(limit("k1"))), retry_after_s=1.0)
    bench.account.tell(held)
    bench.orders.halt(bench.desk.account_id, halted=True, reason="lunch", by="ann")
    bench.submit(limit("k2"))
    assert took_s(bench) == []


def test_an_outcome_of_what_nobody_here_sent_is_passed_over() -> None:
    line = Line()
    line.outcome(acknowledged(examples.order()), 1)
    assert not line.ended


def test_only_the_newest_are_kept() -> None:
    line, order = Line(), examples.order()
    for now_ns in range(KEPT + 5):
        line.sent(order.order_id, CommandKind.PLACE, now_ns)
        line.outcome(lost(order), now_ns)
        line.cut(now_ns)
    assert [ended for ended, _ in line.ended] == list(range(5, KEPT + 5))
    assert len(line.cuts) == KEPT
    line.forget()
    assert not line.ended
    assert not line.cuts


def test_a_stream_that_goes_down_is_a_cut(bench: Bench) -> None:
    for state in (ConnectionState.UP, ConnectionState.DOWN, ConnectionState.UP):
        bench.account.tell(Connection(state=state))
    assert len(bench.desk.line.cuts) == 1
