"""Pursuing questions: asked until the venue, or a proof, answers; nothing is ever sent again."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from algotradehub.domain.commands import Cancel, Place
from algotradehub.domain.evidence import CommandKind, OrderEvidence
from algotradehub.domain.ids import AccountId
from algotradehub.domain.order import Amendment, Order, OrderStatus
from algotradehub.domain.records import AmendSettled, Doubted
from algotradehub.trading.look_ups import AT_ONCE
from tests.fakes.account import ALL
from tests.unit.trading.bench import START_NS, Bench, OpenBench, S
from tests.unit.trading.words import (
    TENANT,
    acknowledged,
    changed,
    execution,
    facts,
    limit,
    lost,
    not_sent,
    refused,
    state,
)

RULE = ALL.absence
DEAD_S = 5.0 + RULE.dead_after_s
UNKNOWN = OrderStatus.UNKNOWN


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench(recovers=True)


def seconds(bench: Bench, what: str = "find") -> list[float]:
    """When the account was asked, in seconds since the start."""
    return [(asked.at_ns - START_NS) / S for asked in bench.account.queries(what)]


def unanswered(bench: Bench, key: str = "k1") -> Order:
    order = bench.submit(limit(key))
    bench.account.tell(lost(order))
    return order


@pytest.mark.design_property(36)
def test_a_lost_order_that_is_there_is_found_and_not_placed_again(bench: Bench) -> None:
    order = unanswered(bench)
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.advance(1.5)
    assert seconds(bench) == [1]
    assert bench.now(order).status is OrderStatus.OPEN
    assert bench.submit(limit()) == bench.now(order)
    bench.advance(600)
    assert [type(command) for command in bench.sent] == [Place]


def test_a_question_that_is_answered_meanwhile_is_not_asked(bench: Bench) -> None:
    order = unanswered(bench)
    bench.advance(0.5)
    bench.account.tell(state(OrderStatus.OPEN, order))
    bench.advance(60)
    assert seconds(bench) == []


def test_a_second_question_about_an_order_is_asked_like_the_first(bench: Bench) -> None:
    order = unanswered(bench)
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.advance(20)
    assert seconds(bench) == [1]
    bench.cancel(order)
    bench.account.tell(lost(order, CommandKind.CANCEL))
    bench.advance(1.5)
    assert seconds(bench) == [1, 21]


def test_an_answer_to_a_question_that_is_none_any_more_says_nothing(bench: Bench) -> None:
    order = unanswered(bench)
    bench.account.states = [state(OrderStatus.CANCELLED, order, filled=Decimal(0))]
    bench.account.answer_s = 5
    bench.advance(2)
    bench.account.tell(state(OrderStatus.OPEN, order, venue_time_ns=9))
    bench.advance(60)
    assert len(seconds(bench)) == 1
    assert bench.now(order).status is OrderStatus.OPEN


def test_a_look_up_that_fails_is_a_doubt_and_no_answer(bench: Bench) -> None:
    """Order-path 4: it changes no status."""
    order = bench.rest()
    bench.intake.keep(bench.desk, Doubted(order_id=order.order_id, what="a bad feeling"))
    bench.account.blind = "HTTP 502"
    bench.advance(DEAD_S + 120)
    now = bench.now(order)
    assert (now.status, now.doubt is not None) == (OrderStatus.OPEN, True)
    assert now.doubt is not None
    assert now.doubt.what == "look-up failed: HTTP 502"
    assert now.doubt.since_ns == START_NS, "as old as the question"
    doubts = [body.what for body in bench.journaled() if isinstance(body, Doubted)]
    assert doubts == ["a bad feeling", "look-up failed: HTTP 502"], "told once"
    bench.account.blind = None
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.advance(60)
    assert bench.now(order).doubt is None


@pytest.mark.design_property(6)
def test_a_question_is_asked_ever_more_rarely_and_never_given_up(bench: Bench) -> None:
    """1, 2, 4 ... at most 60 s apart, once the last instant has passed."""
    order = bench.rest()
    bench.advance(100)
    bench.account.blind = "HTTP 502"
    bench.intake.keep(bench.desk, Doubted(order_id=order.order_id, what="?"))
    bench.recovery.watch(order.order_id)
    bench.advance(400)
    asked = [at - 100 for at in seconds(bench)]
    assert asked == [1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363]


def test_a_venue_is_asked_about_a_few_orders_at_a_time(bench: Bench) -> None:
    bench.account.answer_s = 0.5
    for number in range(10):
        unanswered(bench, f"k{number}")
    bench.advance(3)
    assert bench.account.most_at_once == AT_ONCE
    assert len({asked.about for asked in bench.account.queries("find")}) == 10


# Cancels are repeated until the venue's word (order-path 6)


def cancels(bench: Bench) -> int:
    return sum(isinstance(command, Cancel) for command in bench.sent)


def answer_all_cancels(bench: Bench, order: Order) -> None:
    bench.account.on_send = lambda command: (
        bench.account.tell(lost(order, CommandKind.CANCEL)) if isinstance(command, Cancel) else None
    )


@pytest.mark.design_property(18)
def test_a_cancel_is_repeated_until_the_venues_word(bench: Bench) -> None:
    order = bench.rest()
    bench.account.states = [state(OrderStatus.OPEN, order)]
    answer_all_cancels(bench, order)
    bench.advance(100)
    bench.cancel(order)
    bench.advance(130)
    assert cancels(bench) == 1 + 7, "at once, and after 1, 3, 7, 15, 31, 63 and 123 s"
    assert bench.now(order).status is OrderStatus.OPEN
    bench.account.states = [state(OrderStatus.CANCELLED, order, filled=Decimal(0))]
    bench.advance(60)
    assert bench.now(order).status is OrderStatus.CANCELLED
    sent = len(bench.sent)
    bench.advance(600)
    assert len(bench.sent) == sent


def test_a_cancel_that_overtook_the_place_goes_out_again_after_its_answer(bench: Bench) -> None:
    """Order-path 6: what found nothing before may find the order now."""
    order = bench.submit()
    bench.cancel(order)
    bench.account.tell(refused(order, CommandKind.CANCEL, order_unknown=True))
    assert cancels(bench) == 1
    bench.account.tell(acknowledged(order))
    assert cancels(bench) == 2, "at once"


def test_an_unanswered_cancel_is_not_doubled_by_the_answer_to_the_place(bench: Bench) -> None:
    order = bench.submit()
    bench.cancel(order)
    bench.account.tell(acknowledged(order))
    bench.advance(60)
    assert cancels(bench) == 1


def test_nothing_is_cancelled_again_that_nobody_wants_cancelled(bench: Bench) -> None:
    order = bench.rest()
    bench.recovery.cancel_again(order.order_id)
    bench.state.forget_ended(0)
    bench.recovery.cancel_again(bench.ids.client_order_id(0))
    assert cancels(bench) == 0


@pytest.mark.design_property(6)
@pytest.mark.parametrize("word", [lost, not_sent])
def test_places_and_amends_are_never_repeated(
    bench: Bench, word: Callable[[Order, CommandKind], OrderEvidence]
) -> None:
    """Order-path 14: neither is retried by category; a person or a new key may."""
    bench.account.tell(lost(bench.submit(limit("k1"))))
    bench.account.tell(not_sent(bench.submit(limit("k2"))))
    order = bench.rest(limit("k3"))
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.orders.amend(TENANT, order.order_id, Amendment(quantity=Decimal(9)))
    bench.account.tell(word(order, CommandKind.AMEND))
    bench.advance(600)
    assert [type(command).__name__ for command in bench.sent] == ["Place"] * 3 + ["Amend"]


# A lost amend is settled by a look-up after its last instant (order-path 7)


def lose_amend(bench: Bench) -> Order:
    order = bench.rest()
    bench.advance(100)
    bench.orders.amend(TENANT, order.order_id, Amendment(quantity=Decimal(9)))
    bench.account.tell(lost(order, CommandKind.AMEND))
    return order


@pytest.mark.parametrize("quantity", [6, 9])
def test_a_lost_amend_is_settled_by_a_look_up_after_its_last_instant(
    bench: Bench, quantity: int
) -> None:
    order = lose_amend(bench)
    bench.account.states = [state(OrderStatus.OPEN, order, quantity=Decimal(quantity))]
    bench.advance(DEAD_S + RULE.settle_s - 0.1)
    now = bench.now(order)
    assert len(seconds(bench)) > 2
    assert now.amend_pending is not None
    assert now.doubt is not None, "that the order lives does not say with which terms"
    assert bench.exposure() == (9, 0), "it may still be made"
    bench.advance(20)
    now = bench.now(order)
    assert facts(now.status, now.quantity, now.amend_pending) == (OrderStatus.OPEN, quantity, None)
    assert bench.exposure() == (quantity, 0)
    assert sum(isinstance(body, AmendSettled) for body in bench.journaled()) == 1


def test_an_amend_that_still_waits_for_its_answer_is_not_settled(bench: Bench) -> None:
    """Every request ends in exactly one outcome; until then the answer may say more."""
    order = bench.rest()
    bench.orders.amend(TENANT, order.order_id, Amendment(quantity=Decimal(9)))
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.intake.keep(bench.desk, Doubted(order_id=order.order_id, what="?"))
    bench.advance(600)
    assert bench.now(order).amend_pending is not None
    assert bench.exposure() == (9, 0)


def test_an_order_that_ended_settles_its_lost_amend_at_once(bench: Bench) -> None:
    order = lose_amend(bench)
    bench.account.states = [state(OrderStatus.CANCELLED, order, filled=Decimal(0))]
    bench.advance(1.5)
    assert bench.now(order).status is OrderStatus.CANCELLED
    assert bench.exposure() == (0, 0)


# Restarts


def test_what_another_account_left_is_not_asked_for_here(bench: Bench) -> None:
    order = bench.rest()
    request = changed(order.request, account=AccountId("elsewhere"))
    sent_ns = bench.clock.now_ns() + 99 * S
    theirs = changed(order, request=request, total_untold=True, send_before_ns=sent_ns)
    bench.state.orders[order.order_id] = theirs
    bench.desk.send_before_ns = 0
    bench.recovery.watch_all()
    bench.advance(30)
    assert bench.account.asked == []
    assert bench.desk.send_before_ns == 0


def test_a_new_process_takes_up_what_the_last_one_left(bench: Bench) -> None:
    pending = bench.submit(limit("k1"))
    wanted = bench.rest(limit("k2"), "V2")
    bench.cancel(wanted)
    resting = bench.rest(limit("k3"), "V3")
    feeless = bench.rest(limit("k4"), "V4")
    bench.account.tell(
        changed(
            execution(feeless, fee=None, fee_asset=None), venue_order_id=feeless.leg.venue_order_id
        )
    )
    bench.restart()
    bench.recovery.watch_all()
    bench.advance(1.5)
    asked = {asked.about for asked in bench.account.queries("find")}
    names = {getattr(about, "client_order_id", None) for about in asked}
    assert names == {pending.order_id, wanted.order_id}
    assert resting.order_id not in names
    assert len(bench.account.queries("fills_since")) == 1
    assert [type(command) for command in bench.sent] == [Cancel]


def test_a_new_process_knows_until_when_what_was_sent_may_still_be_executed(bench: Bench) -> None:
    """Or the kill switch calls an account still while the last process's request is under way."""
    first = bench.rest(limit("k1"), "V1")
    bench.advance(10)
    bench.rest(limit("k2"), "V2")
    bench.advance(10)
    bench.orders.amend(TENANT, first.order_id, Amendment(quantity=Decimal(5)))
    bench.restart()
    bench.recovery.watch_all()
    assert bench.desk.send_before_ns == START_NS + 25 * S
