"""Books and venue are compared: what the stream did not tell comes to light (order-path 9)."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from algotradehub.domain.difference import Difference, Subject
from algotradehub.domain.errors import NotReady, VenueUnavailable
from algotradehub.domain.evidence import Balance, PositionReport
from algotradehub.domain.order import OrderStatus, PositionSide
from algotradehub.domain.records import BalanceCorrected, Differed, Doubted
from algotradehub.trading.account_desk import RECONCILIATIONS_KEPT
from algotradehub.trading.recovery import RECONCILE_EVERY_S
from algotradehub.trading.reports import Occasion, Reconciliation
from tests.fakes.account import ALL
from tests.unit.trading.bench import START_NS, Bench, OpenBench, S
from tests.unit.trading.words import (
    ACCOUNT,
    SYMBOL,
    USDT,
    VENUE,
    changed,
    cumulative,
    execution,
    facts,
    foreign,
    state,
)

RULE = ALL.absence
LATE_S = RULE.settle_s + RULE.clock_error_s
LONG_S = 100
LONG_AGO_NS = START_NS + LONG_S * S - int(LATE_S * S) - 1


HELD = PositionReport(
    symbol=SYMBOL,
    position_side=PositionSide.NET,
    quantity=Decimal(1),
    entry_price=None,
    venue_time_ns=1,
)


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench(recovers=True)


def compare(bench: Bench) -> Reconciliation:
    return bench.loop.run(bench.recovery.reconcile())


def differed(bench: Bench) -> list[Differed]:
    return [body for body in bench.journaled() if isinstance(body, Differed)]


def subjects(report: Reconciliation) -> list[tuple[Subject, str]]:
    return [(each.subject, each.name) for each in report.differences]


def usdt(total: int) -> Balance:
    amount = Decimal(total)
    return Balance(asset=USDT, total=amount, available=amount, venue_time_ns=1)


def test_where_nothing_differs_the_report_says_what_was_compared(bench: Bench) -> None:
    order = bench.rest()
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.account.held = [usdt(1000)]
    bench.account.holdings = [HELD]
    bench.account.answer_s = 1
    bench.advance(LONG_S)
    report = compare(bench)
    asked_ns = START_NS + (LONG_S + 1) * S
    assert report == Reconciliation(
        account=ACCOUNT,
        occasion=Occasion.ASKED,
        asked_ns=asked_ns,
        answered_ns=asked_ns + 4 * S,
        orders=1,
        fills=0,
        balances=1,
        positions=1,
        differences=[],
    )
    assert list(bench.desk.reconciliations) == [report]
    assert differed(bench) == []


# Fills


def test_a_fill_that_the_stream_missed_is_counted_and_reported_once(bench: Bench) -> None:
    order = bench.rest()
    bench.advance(LONG_S)
    bench.account.executions = [execution(order, venue_time_ns=LONG_AGO_NS)]
    bench.account.states = [state(OrderStatus.PARTIALLY_FILLED, order, filled=Decimal(2))]
    report = compare(bench)
    difference = Difference(
        subject=Subject.FILL,
        name="e1",
        ours="not counted",
        theirs="BUY 2 at 100",
        meaning="the stream did not tell of it; counted now",
    )
    assert report.differences == [difference]
    assert bench.now(order).filled == 2
    assert differed(bench) == [
        Differed(occasion="ASKED", asked_ns=report.asked_ns, differences=(difference,))
    ]
    bench.advance(LONG_S)
    again = compare(bench)
    assert (again.fills, again.differences) == (1, [])
    assert bench.now(order).filled == 2


def test_what_the_stream_may_still_tell_is_no_difference(bench: Bench) -> None:
    """It is counted all the same, and the stream's own word of it then changes nothing."""
    order = bench.rest()
    bench.advance(LONG_S)
    told = execution(order, venue_time_ns=LONG_AGO_NS + 1)
    bench.account.executions = [told]
    bench.account.states = [state(OrderStatus.PARTIALLY_FILLED, order, filled=Decimal(2))]
    assert compare(bench).differences == []
    assert bench.now(order).filled == 2
    bench.account.tell(told)
    assert bench.now(order).filled == 2


def test_an_order_that_filled_whole_unheard_is_asked_about_at_once(bench: Bench) -> None:
    """What the answers themselves tell of it does not make it less quiet."""
    order = bench.rest()
    bench.advance(LONG_S)
    bench.account.executions = [execution(order, quantity=6, venue_time_ns=LONG_AGO_NS)]
    bench.account.states = [state(OrderStatus.FILLED, order, filled=Decimal(6))]
    report = compare(bench)
    assert subjects(report) == [(Subject.FILL, "e1"), (Subject.ORDER, order.order_id)]
    assert report.complete
    bench.advance(1.5)
    assert bench.now(order).status is OrderStatus.FILLED


# Orders


def test_an_order_from_elsewhere_is_adopted_and_reported_once(bench: Bench) -> None:
    bench.account.states = [foreign("V9", "x-77")]
    (difference,) = compare(bench).differences
    (order,) = bench.state.orders.values()
    assert order.external
    assert (difference.subject, difference.name) == (Subject.ORDER, order.order_id)
    assert (difference.ours, difference.theirs) == ("not known", "BUY 6 BTC/USDT")
    assert compare(bench).differences == []


def test_a_missing_order_is_a_question_and_reported(bench: Bench) -> None:
    order = bench.rest()
    bench.advance(LONG_S)
    bench.account.blind = "HTTP 502"
    (difference,) = compare(bench).differences
    assert (difference.subject, difference.name) == (Subject.ORDER, order.order_id)
    assert (difference.ours, difference.theirs) == ("OPEN", "not listed as open")
    now = bench.now(order)
    assert now.status is OrderStatus.OPEN, "the list alone ends nothing"
    assert now.doubt is not None
    assert compare(bench).differences == [], "it is in question already"
    bench.account.blind = None
    bench.account.states = [state(OrderStatus.CANCELLED, order, filled=Decimal(0))]
    bench.advance(60)
    assert bench.now(order).status is OrderStatus.CANCELLED


def test_a_list_says_nothing_of_an_order_that_moved_meanwhile(bench: Bench) -> None:
    order = bench.rest()
    bench.advance(LONG_S)
    bench.account.answer_s = 1
    task = bench.loop.create_task(bench.recovery.reconcile())
    bench.advance(2.5)
    bench.account.tell(execution(order))
    bench.advance(4)
    report = task.result()
    assert (report.differences, report.complete) == ([], False)
    assert bench.now(order).doubt is None


def test_a_list_that_may_be_older_than_the_order_raises_no_question(bench: Bench) -> None:
    """Order-path 9: a list may lag by ``settle_s``, and then does not know of what is new."""
    order = bench.rest()
    bench.advance(RULE.settle_s - 0.1)
    report = compare(bench)
    assert (report.differences, report.complete) == ([], False)
    assert bench.now(order).doubt is None
    bench.advance(0.1)
    (difference,) = compare(bench).differences
    assert difference.name == order.order_id


def test_answers_from_over_a_change_of_the_stream_say_nothing(bench: Bench) -> None:
    bench.account.states = [foreign("V9", "x-77")]
    bench.account.held = [usdt(1000)]
    bench.account.answer_s = 1

    async def connect_anew() -> None:
        await bench.clock.sleep(4.5)
        bench.desk.connections += 1

    changing = bench.loop.create_task(connect_anew())
    with pytest.raises(NotReady, match="connected anew meanwhile; ask again"):
        compare(bench)
    assert changing.done()
    assert not bench.state.orders
    assert not bench.state.balances.all()
    assert not bench.desk.reconciliations


# Balances and positions are compared while nothing is under way


def just_filled(bench: Bench) -> None:
    bench.account.tell(execution(bench.rest()))
    bench.advance(RULE.settle_s - 0.1)


def fee_just_told(bench: Bench) -> None:
    order = bench.rest()
    bench.account.tell(execution(order, fee=None, fee_asset=None))
    bench.advance(LONG_S)
    bench.account.tell(execution(order))


def in_question(bench: Bench) -> None:
    order = bench.rest()
    bench.account.blind = "HTTP 502"
    bench.intake.keep(bench.desk, Doubted(order_id=order.order_id, what="?"))


def without_fee(bench: Bench) -> None:
    bench.account.tell(execution(bench.rest(), fee=None, fee_asset=None))
    bench.advance(LONG_S)


def provisional(bench: Bench) -> None:
    bench.rest()
    bench.account.tell(cumulative(2, 200))
    bench.advance(LONG_S)


def orphan(bench: Bench) -> None:
    bench.account.tell(execution())
    bench.advance(LONG_S)


FILLED = "something filled just before or meanwhile"
OPEN_QUESTION = "what became of an order, or of its fees, is not known yet"


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (just_filled, FILLED),
        (fee_just_told, FILLED),
        (in_question, OPEN_QUESTION),
        (without_fee, OPEN_QUESTION),
        (provisional, OPEN_QUESTION),
        (orphan, OPEN_QUESTION),
    ],
)
def test_what_is_under_way_explains_a_difference(
    bench: Bench, happens: Callable[[Bench], None], reason: str
) -> None:
    bench.account.held = [usdt(1000)]
    compare(bench)
    bench.account.held = [usdt(900)]
    bench.account.holdings = [HELD]
    happens(bench)
    bench.account.states = [state(order.status, order) for order in bench.state.orders.values()]
    for _ in range(2):
        report = compare(bench)
        assert (report.skipped, report.balances, report.positions) == (reason, 0, 0)
    kept = bench.state.balances.get(ACCOUNT, USDT)
    assert kept is not None
    assert facts(kept.total, kept.suspense) == (900, 0)


def test_what_fills_while_the_venue_is_asked_explains_a_difference(bench: Bench) -> None:
    order = bench.rest()
    bench.advance(LONG_S)
    bench.account.answer_s = 1
    task = bench.loop.create_task(bench.recovery.reconcile())
    bench.advance(4.5)
    bench.account.tell(execution(order))
    bench.advance(2)
    assert task.result().skipped == FILLED


def test_a_venue_that_tells_no_fees_is_never_corrected(open_bench: OpenBench) -> None:
    bench = open_bench(recovers=True, capabilities=changed(ALL, cumulative_only=True))
    for total in (1000, 900, 900, 900):
        bench.account.held = [usdt(total)]
        assert compare(bench).skipped == "the venue tells no fees"
        bench.advance(LONG_S)
    assert not any(isinstance(body, BalanceCorrected) for body in bench.journaled())


# When


def test_an_account_that_is_not_ready_cannot_be_compared(bench: Bench) -> None:
    bench.desk.refusing = "kraken-main is not connected: gone"
    with pytest.raises(NotReady, match="not connected: gone"):
        compare(bench)
    assert not bench.account.asked


def test_a_venue_that_cannot_be_asked_is_told_to_who_asked(bench: Bench) -> None:
    bench.account.trouble = VenueUnavailable(VENUE, "no route")
    with pytest.raises(VenueUnavailable, match="no route"):
        compare(bench)
    assert not bench.desk.reconciliations


def test_books_and_venue_are_compared_on_schedule(bench: Bench) -> None:
    bench.recovery.watch_all()
    bench.advance(RECONCILE_EVERY_S - 1)
    assert not bench.account.asked
    bench.advance(2)
    bench.desk.refusing = "away"
    bench.advance(RECONCILE_EVERY_S)
    assert len(bench.desk.reconciliations) == 1, "not while it is refusing"
    bench.desk.refusing = None
    bench.account.trouble = VenueUnavailable(VENUE, "no route")
    bench.advance(RECONCILE_EVERY_S)
    bench.account.trouble = None
    bench.advance(RECONCILE_EVERY_S)
    assert [
        (report.occasion, (report.asked_ns - START_NS) / S) for report in bench.desk.reconciliations
    ] == [(Occasion.SCHEDULE, RECONCILE_EVERY_S), (Occasion.SCHEDULE, RECONCILE_EVERY_S * 4)]


def test_the_last_reports_are_kept(bench: Bench) -> None:
    reports = [compare(bench) for _ in range(RECONCILIATIONS_KEPT + 1)]
    assert list(bench.desk.reconciliations) == reports[1:]
