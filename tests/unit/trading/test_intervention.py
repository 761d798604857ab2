"""The intervention desk: what is stuck is told once, and a person can end it (Property 39)."""

from decimal import Decimal

import pytest

from algotradehub.domain.commands import Cancel, Place
from algotradehub.domain.errors import InvalidRequest, NotFound, WrongState
from algotradehub.domain.evidence import CommandKind
from algotradehub.domain.ids import ClientOrderId, TenantId
from algotradehub.domain.order import OrderStatus, Origin
from algotradehub.domain.records import Decided, DecisionProposed, Doubted, Intervened
from algotradehub.ports.bus import Alert
from algotradehub.trading.intervention import NAMED_AT_MOST, Approvals, InterventionDesk
from algotradehub.trading.stuck import Action
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.desks import DEAD_S, GONE, SILENT, STUCK_AFTER_S, desk_of, ended, unanswered
from tests.unit.trading.words import TENANT, execution, facts, limit, lost, refused, state

pytestmark = pytest.mark.design_property(39)

UNKNOWN, CANCELLED = OrderStatus.UNKNOWN, OrderStatus.CANCELLED
TWO = Approvals(people=frozenset({"ann", "bob"}), approve_within_s=100)


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench(recovers=True, capabilities=SILENT)


@pytest.fixture
def desk(bench: Bench) -> InterventionDesk:
    return desk_of(bench)


def test_an_order_is_stuck_once_its_question_is_old_enough(
    bench: Bench, desk: InterventionDesk
) -> None:
    bench.rest(limit("k2"))
    order = unanswered(bench)
    bench.advance(STUCK_AFTER_S - 1)
    assert desk.stuck(TENANT) == []
    bench.advance(1)
    (stuck,) = desk.stuck(TENANT)
    assert stuck.order.order_id == order.order_id
    assert stuck.question is not None
    assert stuck.question.what == "kraken cannot prove absence: a person decides"
    assert not stuck.absence_provable
    assert stuck.looked is not None
    assert stuck.looked.times == len(bench.account.queries("find"))
    assert desk.stuck(TenantId("somebody else")) == []


def test_a_pending_order_and_a_cancel_that_is_not_confirmed_are_stuck(
    bench: Bench, desk: InterventionDesk
) -> None:
    pending, resting = bench.submit(), bench.rest(limit("k2"))
    bench.account.states = [state(OrderStatus.OPEN, resting)]
    bench.cancel(resting)
    desk.stuck(TENANT)  # the wish is noticed
    bench.advance(STUCK_AFTER_S + 2)
    told = {each.order.order_id: each for each in desk.stuck(TENANT)}
    assert set(told) == {pending.order_id, resting.order_id}
    cancelling = told[resting.order_id]
    assert cancelling.question is not None
    assert cancelling.question.what == "its cancel is not confirmed"
    assert Action.DECIDE not in cancelling.actions
    assert Action.DECIDE in told[pending.order_id].actions


def test_people_are_told_once_of_all_that_is_stuck(bench: Bench, desk: InterventionDesk) -> None:
    count = NAMED_AT_MOST + 2
    orders = [bench.submit(limit(f"k{number}")) for number in range(count)]
    for order in orders:
        bench.account.tell(lost(order))
    watching = bench.loop.create_task(desk.watch())
    bench.advance(STUCK_AFTER_S + 200)
    told = [fact for fact in bench.facts if isinstance(fact, Alert) and fact.name == "order_stuck"]
    assert len(told) == 1
    assert "and 2 more" in told[0].detail
    assert orders[0].order_id in told[0].detail
    later = unanswered_again(bench)
    bench.advance(STUCK_AFTER_S + 10)
    (_, second) = (f for f in bench.facts if isinstance(f, Alert) and f.name == "order_stuck")
    assert later in second.detail
    watching.cancel()


def unanswered_again(bench: Bench) -> ClientOrderId:
    order = bench.submit(limit("later"))
    bench.account.tell(lost(order))
    return order.order_id


def test_a_person_rejects_what_is_not_there(bench: Bench, desk: InterventionDesk) -> None:
    order = unanswered(bench)
    bench.advance(DEAD_S)
    shown = desk.decide(TENANT, order.order_id, GONE, by="ann")
    assert (shown.order.status, shown.order.origin) == (OrderStatus.REJECTED, Origin.PERSON)
    assert shown.question is None
    assert bench.exposure() == (0, 0)
    (decided,) = (body for body in bench.journaled() if isinstance(body, Decided))
    assert (decided.decision.by, decided.decision.reason) == ("ann", GONE.reason)
    with pytest.raises(WrongState, match="has ended"):
        desk.decide(TENANT, order.order_id, GONE, by="ann")
    assert [type(each) for each in bench.sent] == [Place]


def test_a_decided_fill_moves_what_is_held_until_the_real_ones_come(
    bench: Bench, desk: InterventionDesk
) -> None:
    order = unanswered(bench)
    bench.advance(DEAD_S)
    desk.decide(TENANT, order.order_id, ended(CANCELLED, 4, 400), by="ann")
    held = bench.state.sums.of(order.request.account, order.request.symbol).position
    assert held == 4
    bench.account.tell(execution(order, "e1", 3))
    bench.account.tell(execution(order, "e2", 1))
    now = bench.now(order)
    assert facts(now.status, now.filled, now.provisional) == (CANCELLED, 4, 0)
    assert bench.state.sums.of(order.request.account, order.request.symbol).position == 4
    assert "decision_contradicted" not in bench.alerts()


def test_the_venues_later_word_wins(bench: Bench, desk: InterventionDesk) -> None:
    """Rejected by a person, and it rests: it counts again, is asked about, and people hear."""
    order = unanswered(bench)
    bench.advance(DEAD_S)
    desk.decide(TENANT, order.order_id, GONE, by="ann")
    bench.account.tell(state(OrderStatus.OPEN, order))
    assert bench.now(order).status is UNKNOWN
    assert bench.exposure() == (6, 0)
    assert "decision_contradicted" in bench.alerts()
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.advance(3)
    assert bench.now(order).status is OrderStatus.OPEN


def test_the_venue_is_asked_whether_it_agrees(bench: Bench, desk: InterventionDesk) -> None:
    bench.account.blind = "HTTP 502"
    order = unanswered(bench)
    bench.advance(DEAD_S)
    desk.decide(TENANT, order.order_id, GONE, by="ann")
    bench.advance(120)
    assert bench.now(order).status is OrderStatus.REJECTED
    bench.account.blind = None
    bench.account.states = [state(CANCELLED, order, filled=Decimal(2), value=Decimal(200))]
    bench.advance(120)
    now = bench.now(order)
    assert facts(now.status, now.filled, now.decision) == (CANCELLED, 2, None)
    assert "decision_contradicted" in bench.alerts()


def test_once_nothing_speaks_against_it_nobody_asks_on(
    bench: Bench, desk: InterventionDesk
) -> None:
    order = unanswered(bench)
    bench.advance(DEAD_S)
    desk.decide(TENANT, order.order_id, GONE, by="ann")
    bench.advance(120)
    asked = len(bench.account.queries("find"))
    bench.advance(600)
    assert len(bench.account.queries("find")) == asked
    assert bench.desk.looked == {}


def test_what_was_decided_survives_a_restart(bench: Bench, desk: InterventionDesk) -> None:
    order = unanswered(bench)
    bench.advance(DEAD_S)
    desk.decide(TENANT, order.order_id, ended(CANCELLED, 4, 400), by="ann")
    before = bench.now(order)
    bench.restart()
    assert bench.now(order) == before


def test_what_the_venue_can_tell_is_decided_by_nobody(bench: Bench, desk: InterventionDesk) -> None:
    resting = bench.rest()
    with pytest.raises(WrongState, match="cancel it if it should end"):
        desk.decide(TENANT, resting.order_id, GONE, by="ann")
    with pytest.raises(NotFound):
        desk.of(TenantId("somebody else"), resting.order_id)


def test_what_may_still_be_executed_waits(bench: Bench, desk: InterventionDesk) -> None:
    order = unanswered(bench)
    bench.advance(DEAD_S - 1.5)
    with pytest.raises(WrongState, match="may still be executed: decide in 2 s"):
        desk.decide(TENANT, order.order_id, GONE, by="ann")
    bench.advance(1.5)
    desk.decide(TENANT, order.order_id, GONE, by="ann")


def test_asking_again_asks_now_and_begins_the_pauses_anew(
    bench: Bench, desk: InterventionDesk
) -> None:
    bench.account.blind = "HTTP 502"
    order = bench.rest()
    bench.intake.keep(bench.desk, Doubted(order_id=order.order_id, what="?"))
    bench.advance(100)  # by now a minute passes between two look-ups
    asked = len(bench.account.queries("find"))
    lists = len(bench.account.queries("open_orders"))
    desk.ask_again(TENANT, order.order_id, by="ann")
    desk.ask_again(TENANT, order.order_id, by="ann")
    bench.advance(0.5)
    assert len(bench.account.queries("find")) == asked + 1
    assert len(bench.account.queries("open_orders")) == lists + 1
    bench.advance(7)
    assert len(bench.account.queries("find")) == asked + 4, "after 1, 2 and 4 s, as at first"
    notes = [body for body in bench.journaled() if isinstance(body, Intervened)]
    assert [(note.action, note.by) for note in notes] == [("ask_again", "ann")] * 2


def test_a_forced_cancel_goes_out_at_once_and_never_twice_unanswered(
    bench: Bench, desk: InterventionDesk
) -> None:
    order = unanswered(bench)
    bench.advance(100)
    desk.force_cancel(TENANT, order.order_id, by="ann")
    desk.force_cancel(TENANT, order.order_id, by="ann")
    assert [type(each) for each in bench.sent] == [Place, Cancel]
    assert bench.now(order).cancel_pending
    bench.account.tell(refused(order, CommandKind.CANCEL))
    bench.advance(2)
    desk.force_cancel(TENANT, order.order_id, by="ann")
    assert [type(each) for each in bench.sent].count(Cancel) >= 2


def test_one_proposes_and_another_approves(bench: Bench) -> None:
    desk = desk_of(bench, TWO)
    order = unanswered(bench)
    bench.advance(DEAD_S)
    shown = desk.decide(TENANT, order.order_id, GONE, by="ann")
    assert bench.now(order).status is UNKNOWN
    assert shown.proposal is not None
    assert (Action.DECIDE in shown.actions, Action.APPROVE in shown.actions) == (False, True)
    with pytest.raises(WrongState, match="ann has proposed"):
        desk.decide(TENANT, order.order_id, GONE, by="bob")
    with pytest.raises(WrongState, match="another person approves"):
        desk.approve(TENANT, order.order_id, by="ann")
    with pytest.raises(WrongState, match="use the token of one of them"):
        desk.approve(TENANT, order.order_id, by="api")
    desk.approve(TENANT, order.order_id, by="bob")
    decision = bench.now(order).decision
    assert decision is not None
    assert (decision.by, decision.approved_by) == ("ann", "bob")
    kinds = [type(b) for b in bench.journaled() if isinstance(b, Decided | DecisionProposed)]
    assert kinds == [DecisionProposed, Decided]


def test_nobody_proposes_whom_nobody_knows(bench: Bench) -> None:
    order = unanswered(bench)
    bench.advance(DEAD_S)
    with pytest.raises(WrongState, match="two of ann, bob decide together"):
        desk_of(bench, TWO).decide(TENANT, order.order_id, GONE, by="api")


def test_a_proposal_ends_by_itself_and_with_the_process(bench: Bench) -> None:
    desk = desk_of(bench, TWO)
    order = unanswered(bench)
    bench.advance(DEAD_S)
    desk.decide(TENANT, order.order_id, GONE, by="ann")
    with pytest.raises(WrongState, match="nothing is proposed"):
        desk_of(bench, TWO).approve(TENANT, order.order_id, by="bob")
    bench.advance(100)
    with pytest.raises(WrongState, match="nothing is proposed"):
        desk.approve(TENANT, order.order_id, by="bob")
    assert bench.now(order).status is UNKNOWN


def test_when_more_is_known_it_is_proposed_anew(bench: Bench) -> None:
    desk = desk_of(bench, TWO)
    order = unanswered(bench)
    bench.advance(DEAD_S + 3)
    desk.decide(TENANT, order.order_id, GONE, by="ann")
    bench.account.blind = "HTTP 502"
    bench.advance(10)
    with pytest.raises(WrongState, match="look at it again"):
        desk.approve(TENANT, order.order_id, by="bob")
    assert bench.now(order).status is UNKNOWN


def test_what_contradicts_itself_is_refused_and_changes_nothing(
    bench: Bench, desk: InterventionDesk
) -> None:
    order = unanswered(bench)
    bench.advance(DEAD_S)
    before = bench.now(order)
    with pytest.raises(InvalidRequest, match="filled: no more than"):
        desk.decide(TENANT, order.order_id, ended(CANCELLED, 7, 700), by="ann")
    assert bench.now(order) is before
