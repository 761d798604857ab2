"""Start and reconnect: everything is asked again before anything new is accepted (order-path 9)."""

from decimal import Decimal

import pytest

from algotradehub.domain.commands import Place
from algotradehub.domain.errors import (
    NotReady,
    OutcomeUnknown,
    RateLimited,
    VenueError,
    VenueUnavailable,
)
from algotradehub.domain.evidence import Balance, Connection, ConnectionState, PositionReport
from algotradehub.domain.order import OrderStatus, PositionSide
from algotradehub.domain.records import Doubted
from tests.unit.trading.bench import START_NS, Bench, OpenBench, S
from tests.unit.trading.words import (
    ACCOUNT,
    PRICE,
    SPOT,
    SYMBOL,
    USDT,
    VENUE,
    execution,
    facts,
    foreign,
    limit,
    state,
)

UP, DOWN = Connection(state=ConnectionState.UP), Connection(state=ConnectionState.DOWN)
HORIZON_S = 600


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench(recovers=True)


def connect(bench: Bench) -> None:
    bench.account.tell(UP)
    bench.advance(0.01)


def doubts(bench: Bench) -> list[str]:
    return [body.what for body in bench.journaled() if isinstance(body, Doubted)]


def since_s(bench: Bench) -> float:
    (asked,) = bench.account.queries("fills_since")
    assert isinstance(asked.about, int)
    return (asked.about - START_NS) / S


def test_nothing_new_is_accepted_until_everything_was_asked(bench: Bench) -> None:
    """Order-path 9: fills before lists, so that what is told needs no look-up."""
    bench.desk.instruments = {}
    bench.account.answer_s = 1
    bench.account.tell(DOWN)
    with pytest.raises(NotReady, match="not connected: down"):
        bench.submit()
    bench.account.tell(UP)
    for _ in range(5):
        with pytest.raises(NotReady, match="catching up: connected"):
            bench.submit()
        bench.advance(0.99)
    bench.advance(0.1)
    assert [asked.what for asked in bench.account.asked] == [
        "instruments",
        "fills_since",
        "open_orders",
        "balances",
        "positions",
    ]
    assert bench.desk.instruments == {SYMBOL: SPOT}
    assert bench.submit().status is OrderStatus.PENDING


@pytest.mark.design_property(6)
@pytest.mark.parametrize(
    "trouble",
    [
        VenueUnavailable(VENUE, "no route"),
        RateLimited(VENUE, "slow down", retry_after_s=2),
        OutcomeUnknown(VENUE, "garbled"),
    ],
)
def test_it_tries_again_ever_more_rarely_and_for_ever(bench: Bench, trouble: VenueError) -> None:
    """delay = 1 s x 2 ^ attempt, at most 60 s; a connection never gives up."""
    bench.account.trouble = trouble
    bench.account.tell(UP)
    bench.advance(300)
    attempts = [(asked.at_ns - START_NS) / S for asked in bench.account.queries("instruments")]
    assert attempts == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]
    assert bench.desk.refusing == f"{ACCOUNT} is catching up: {trouble}"
    bench.account.trouble = None
    bench.advance(60)
    bench.submit()
    bench.advance(600)
    assert len(bench.account.queries("instruments")) == 12, "the second time is the last"


def test_a_new_connection_begins_the_ladder_anew(bench: Bench) -> None:
    bench.account.trouble = VenueUnavailable(VENUE, "no route")
    bench.account.tell(UP)
    bench.advance(40)
    bench.account.asked.clear()
    bench.account.tell(UP)
    bench.advance(50)
    attempts = [(asked.at_ns - START_NS) / S for asked in bench.account.queries("instruments")]
    assert attempts == [40, 41, 43, 47, 55, 71], "and the old one has ended"


def test_only_the_newest_connection_speaks(bench: Bench) -> None:
    """Answers that were under way when the stream broke may be of before the break."""
    bench.account.answer_s = 1
    bench.account.states = [foreign("V9", "x-77")]
    bench.account.tell(UP)
    bench.advance(4.5)
    bench.account.tell(DOWN)
    bench.advance(60)
    assert not bench.state.orders
    assert bench.desk.refusing == f"{ACCOUNT} is not connected: down"


def test_an_old_attempt_that_fails_late_refuses_nothing(bench: Bench) -> None:
    bench.account.answer_s = 10
    bench.account.tell(UP)
    bench.advance(1)
    bench.account.answer_s = 0
    bench.account.tell(UP)
    bench.advance(5)
    assert bench.desk.refusing is None
    bench.account.trouble = VenueUnavailable(VENUE, "no route")
    bench.advance(60)
    assert bench.desk.refusing is None


def test_what_was_asked_before_trust_was_lost_is_asked_again(bench: Bench) -> None:
    """An attempt under way has read its fills before the events that were then dropped."""
    bench.account.answer_s = 1
    bench.account.tell(UP)
    bench.advance(3.5)
    bench.recovery.resynchronise("lost track")
    bench.advance(2)
    assert bench.desk.refusing == f"{ACCOUNT} is catching up: lost track"
    bench.advance(4)
    bench.submit()
    assert len(bench.account.queries("fills_since")) == 2


# Fills since the last known one


def test_the_window_overlaps_by_the_venues_replay_horizon(bench: Bench) -> None:
    """Order-path 9: fills may be told out of order."""
    order = bench.rest()
    told_ns = START_NS + 50 * S
    bench.account.tell(execution(order, venue_time_ns=told_ns))
    bench.advance(1000)
    connect(bench)
    assert since_s(bench) == 50 - HORIZON_S


def test_without_a_fill_the_window_begins_before_the_oldest_order(bench: Bench) -> None:
    bench.advance(1000)
    bench.rest()
    bench.advance(1000)
    connect(bench)
    assert since_s(bench) == 1000 - HORIZON_S


def test_without_an_order_nothing_older_can_be_ours(bench: Bench) -> None:
    bench.advance(1000)
    connect(bench)
    assert since_s(bench) == 1000 - HORIZON_S


def test_fills_that_were_missed_are_counted_once(bench: Bench) -> None:
    order = bench.rest()
    first = execution(order, venue_time_ns=START_NS + 1)
    bench.account.tell(first)
    bench.account.tell(DOWN)
    second = execution(order, "e2", 1, venue_time_ns=START_NS + 2)
    bench.account.executions = [first, second]
    bench.account.states = [state(OrderStatus.PARTIALLY_FILLED, order, filled=Decimal(3))]
    connect(bench)
    assert bench.now(order).filled == 3
    assert bench.desk.refusing is None
    assert not bench.account.queries("find"), "it is listed: nothing is in question"


def test_what_the_venue_told_too_late_is_asked_for_again(bench: Bench) -> None:
    """Order-path 9: what is asked for just after the connect may be from just before it."""
    order = bench.rest()
    bench.account.states = [
        state(OrderStatus.OPEN, order, venue_order_id=order.leg.venue_order_id, filled=Decimal(0))
    ]
    connect(bench)
    bench.submit(limit("k2"))  # new orders need not wait for that
    bench.account.states = [state(OrderStatus.FILLED, order, filled=Decimal(6))]
    bench.account.executions = [execution(order, quantity=6, venue_time_ns=START_NS)]
    bench.advance(1.9)
    assert bench.now(order).status is OrderStatus.OPEN, "the stream was down, and says nothing"
    bench.advance(2)
    assert bench.now(order).status is OrderStatus.FILLED


# The lists are questions, not answers


def test_what_is_missing_from_the_list_is_looked_up(bench: Bench) -> None:
    order, listed = bench.rest(), bench.rest(limit("k2"), "V2")
    bench.account.states = [
        state(OrderStatus.CANCELLED, order, filled=Decimal(0)),
        state(OrderStatus.OPEN, listed, venue_order_id=listed.leg.venue_order_id),
    ]
    bench.advance(2)
    connect(bench)
    assert doubts(bench) == ["not among the venue's open orders"]
    assert bench.now(order).status is OrderStatus.OPEN, "the list alone ends nothing"
    bench.advance(1.5)
    assert bench.now(order).status is OrderStatus.CANCELLED
    assert len(bench.account.queries("find")) == 1


def test_an_order_that_filled_whole_while_we_were_away_is_looked_up(bench: Bench) -> None:
    """Its fills alone do not end it: FILLED is the venue's word (order-path 8)."""
    order = bench.rest()
    bench.account.executions = [execution(order, quantity=6, venue_time_ns=START_NS)]
    bench.account.states = [state(OrderStatus.FILLED, order, filled=Decimal(6))]
    bench.advance(2)
    connect(bench)
    assert bench.now(order).status is OrderStatus.PARTIALLY_FILLED
    bench.advance(1.5)
    assert bench.now(order).status is OrderStatus.FILLED
    assert bench.now(order).filled == 6


def test_an_order_told_as_ended_by_its_fill_is_no_question(bench: Bench) -> None:
    order = bench.rest()
    whole = execution(order, quantity=6, status=OrderStatus.FILLED, venue_time_ns=START_NS)
    bench.account.executions = [whole]
    bench.advance(1)
    connect(bench)
    assert bench.now(order).status is OrderStatus.FILLED
    assert doubts(bench) == []


def test_a_list_says_nothing_of_an_order_that_moved_while_it_was_asked(bench: Bench) -> None:
    """Order-path 9: it may speak only about quiet orders."""
    order = bench.rest()
    bench.account.answer_s = 1
    bench.account.tell(UP)
    bench.advance(2.5)
    bench.account.tell(execution(order))
    bench.advance(3)
    assert bench.desk.refusing is None
    assert doubts(bench) == []


def test_lists_are_asked_for_until_they_can_tell_of_every_order(bench: Bench) -> None:
    """What moves while a list is read may have ended before, in silence."""
    order = bench.rest()
    bench.account.answer_s = 1
    bench.account.tell(UP)
    for name in ("e1", "e2", "e3"):
        bench.advance(3)
        bench.account.tell(execution(order, name, 2))  # the third one fills it
        bench.advance(4)
    assert doubts(bench) == []
    bench.advance(7)
    assert doubts(bench)[0] == "not among the venue's open orders"


def test_a_list_says_nothing_of_an_order_that_is_not_answered_yet(bench: Bench) -> None:
    order = bench.submit()
    bench.advance(1)
    connect(bench)
    assert bench.now(order).status is OrderStatus.PENDING
    assert doubts(bench) == []


def test_what_is_in_question_already_is_not_put_in_question_again(bench: Bench) -> None:
    order = bench.rest()
    bench.intake.keep(bench.desk, Doubted(order_id=order.order_id, what="first"))
    bench.account.blind = "HTTP 502"
    bench.advance(0.5)
    connect(bench)
    assert doubts(bench) == ["first"]


def test_an_order_listed_while_in_doubt_is_answered_by_the_list(bench: Bench) -> None:
    order = bench.rest()
    bench.intake.keep(bench.desk, Doubted(order_id=order.order_id, what="first"))
    bench.account.states = [state(OrderStatus.OPEN, order)]
    connect(bench)
    assert bench.now(order).doubt is None


def test_what_is_listed_and_not_in_the_books_is_adopted(bench: Bench) -> None:
    bench.account.states = [foreign("V9", "x-77")]
    connect(bench)
    (order,) = bench.state.orders.values()
    assert (order.external, order.status) == (True, OrderStatus.OPEN)


def test_what_is_listed_without_a_clients_name_waits_for_its_look_up(bench: Bench) -> None:
    bench.account.states = [foreign("V9")]
    connect(bench)
    assert len(bench.desk.orphans) == 1
    bench.advance(1.5)
    (order,) = bench.state.orders.values()
    assert (order.external, order.leg.venue_order_id) == (True, "V9")


@pytest.mark.design_property(27)
def test_balances_and_positions_are_taken_as_the_venue_tells_them(bench: Bench) -> None:
    balance = Balance(asset=USDT, total=Decimal(9), available=Decimal(5), venue_time_ns=1)
    report = PositionReport(
        symbol=SYMBOL,
        position_side=PositionSide.NET,
        quantity=Decimal(5),
        entry_price=PRICE,
        venue_time_ns=1,
    )
    bench.account.held, bench.account.holdings = [balance], [report]
    connect(bench)
    kept = bench.state.balances.get(ACCOUNT, USDT)
    assert kept is not None
    assert facts(kept.total, kept.available) == (9, 5)
    assert bench.state.positions.reported(ACCOUNT) == (report,)


# A full orphan buffer (order-path 8)


def test_after_the_buffer_overflowed_everything_is_asked_again(bench: Bench) -> None:
    order = bench.submit()
    missed = [execution(name=f"e{number}", quantity=1) for number in range(4)]
    for told in missed:
        bench.account.tell(told)
    assert len(bench.desk.orphans) == 0
    with pytest.raises(NotReady, match="orphan buffer is full"):
        bench.submit(limit("k2"))
    bench.account.executions = [
        execution(order, f"e{n}", 1, venue_time_ns=START_NS) for n in range(4)
    ]
    bench.account.states = [state(OrderStatus.PARTIALLY_FILLED, order, filled=Decimal(4))]
    bench.advance(0.1)
    assert bench.now(order).filled == 4
    assert bench.submit(limit("k2")).status is OrderStatus.PENDING
    assert [type(command) for command in bench.sent] == [Place, Place]
