"""Edges of the order rules, each with what a user would lose if it moved."""

from decimal import Decimal

import msgspec
import pytest

from algotradehub.domain.evidence import CommandKind, OrderEvidence
from algotradehub.domain.order import Amendment, OrderStatus, Origin
from algotradehub.domain.order_rules import advance, proven_absent, restarted
from tests.unit.domain.examples import (
    acknowledged,
    cumulative,
    execution,
    facts,
    lost,
    not_sent,
    order,
    refused,
    state,
)
from tests.unit.domain.test_order_rules import after, amending

OPEN, FILLED, CANCELLED = OrderStatus.OPEN, OrderStatus.FILLED, OrderStatus.CANCELLED
REJECTED, EXPIRED = OrderStatus.REJECTED, OrderStatus.EXPIRED
AMEND, CANCEL = CommandKind.AMEND, CommandKind.CANCEL
SECOND_NS = 1_000_000_000


@pytest.mark.parametrize(
    "word",
    [
        *(
            answer(kind)
            for answer in (acknowledged, refused, not_sent, lost)
            for kind in CommandKind
        ),
        refused(AMEND, order_unknown=True),
        execution(),
        cumulative(1, 100),
        cumulative(0, None),
        state(OPEN, 5),
        state(CANCELLED, 5, filled=0),
    ],
    ids=lambda word: type(word).__name__,
)
def test_every_word_moves_the_time_of_the_last_news(word: OrderEvidence) -> None:
    """Or a list by last change leaves the order where it was."""
    assert advance(order(), word, 9).order.updated_ns == 9
    assert advance(amending(quantity=9), word, 9).order.updated_ns == 9
    ended = after(acknowledged(), state(CANCELLED, 5, filled=0))
    assert advance(ended, word, 9).order.updated_ns == 9


def test_an_absence_that_changes_nothing_is_news_as_well() -> None:
    assert proven_absent(after(acknowledged()), "not seen", 9).updated_ns == 9
    assert proven_absent(after(lost()), "not seen", 9).updated_ns == 9


# --- questions


@pytest.mark.parametrize("word", [acknowledged(), state(OPEN, 5)])
def test_a_question_ends_with_its_answer(word: OrderEvidence) -> None:
    """Or the order is looked up for ever."""
    now = after(lost(), word)
    assert facts(now.status, now.doubt) == (OPEN, None)


def test_a_late_acknowledgement_does_not_answer_for_the_amendment() -> None:
    """Or the size of an order whose amendment may have been executed is taken for certain."""
    now = after(acknowledged(), of=restarted(amending(quantity=9), 9))
    assert now.status is OPEN
    assert now.doubt is not None


def test_a_contradiction_is_as_old_as_the_question_before_it() -> None:
    now = after(execution("e1"), refused(CANCEL), refused())
    assert now.status is OrderStatus.UNKNOWN
    assert now.doubt is not None
    assert facts(now.doubt.what, now.doubt.since_ns) == (
        "the venue's words contradict each other",
        2,
    )


def test_an_order_that_lives_after_all_may_fill() -> None:
    """The venue refused it, and then called it live; its amendment is unanswered all the while."""
    now = after(refused(), state(OPEN, 5), execution("e1"), of=amending(quantity=9))
    assert now.status is OrderStatus.PARTIALLY_FILLED


def test_a_lost_amendment_does_not_bring_an_ended_order_back() -> None:
    now = after(acknowledged(), state(CANCELLED, 5, filled=0), lost(AMEND))
    assert facts(now.status, now.doubt) == (CANCELLED, None)


def test_a_question_about_what_has_filled_is_not_answered_by_absence() -> None:
    now = after(execution("e1", venue_order_id=None), lost(AMEND))
    assert proven_absent(now, "not seen", 9).doubt == now.doubt


def test_a_question_ends_with_the_order_whoever_tells_of_its_end() -> None:
    now = after(lost(), execution("e1", 6, status=FILLED))
    assert facts(now.status, now.doubt) == (FILLED, None)


def test_a_cancel_that_was_heard_confirms_no_amendment() -> None:
    now = after(acknowledged(CANCEL), of=amending(quantity=9))
    assert facts(now.quantity, now.amend_pending) == (6, Amendment(quantity=Decimal(9)))


# --- the order of the venue's words


def test_an_old_live_word_asks_nothing() -> None:
    assert after(acknowledged(), state(OPEN, 9), state(OPEN, 7)).doubt is None


def test_an_end_that_is_told_twice_may_tell_its_total_the_second_time() -> None:
    now = after(acknowledged(), state(CANCELLED, 5), state(CANCELLED, 5, filled=2))
    assert facts(now.status, now.venue_filled, now.total_untold) == (CANCELLED, 2, False)


def test_an_amendment_that_was_confirmed_late_makes_no_old_word_new() -> None:
    """Or an end that the venue has taken back ends the order here."""
    resting = after(state(OPEN, 9), of=amending(quantity=9))
    for told_ns in (5, 12):
        now = after(acknowledged(AMEND, venue_time_ns=told_ns), state(CANCELLED, 7), of=resting)
        assert now.status is OPEN
        assert now.doubt is not None


def test_what_is_older_than_a_confirmed_amendment_is_history() -> None:
    confirmed = acknowledged(AMEND, venue_time_ns=12)
    now = after(state(OPEN, 9), confirmed, state(CANCELLED, 10), of=amending(quantity=9))
    assert now.status is OPEN


def test_a_live_word_may_know_less_than_was_told_before() -> None:
    now = after(acknowledged(), cumulative(3, None), state(OPEN, 5, filled=1))
    assert facts(now.status, now.doubt) == (OrderStatus.PARTIALLY_FILLED, None)


@pytest.mark.parametrize(("told_ns", "traded_ns", "late_ns"), [(9, 5, 7), (3, 9, 8)])
def test_a_live_word_from_before_the_end_is_history(
    told_ns: int, traded_ns: int, late_ns: int
) -> None:
    filled = execution("e1", 6, status=FILLED, venue_time_ns=traded_ns)
    now = after(acknowledged(), state(OPEN, told_ns), filled, state(OPEN, late_ns))
    assert now.status is FILLED


def test_a_word_older_than_a_total_is_history() -> None:
    told = state(OPEN, 8, quantity=Decimal(4))
    assert after(acknowledged(), cumulative(1, 100, venue_time_ns=9), told).quantity == 6


def test_an_execution_may_end_an_order_once_more_with_a_larger_total() -> None:
    again = execution("e1", 3, status=CANCELLED, cumulative=Decimal(3))
    now = after(acknowledged(), state(CANCELLED, 5, filled=2), again)
    assert facts(now.status, now.filled, now.doubt) == (CANCELLED, 3, None)


def test_who_rejected_an_order_is_told() -> None:
    assert after(acknowledged(), state(REJECTED, 5)).origin is Origin.VENUE
    assert after(acknowledged(), state(CANCELLED, 5)).origin is None


# --- what is missing


@pytest.mark.parametrize("status", [CANCELLED, EXPIRED])
def test_an_end_without_its_total_may_lack_fills(status: OrderStatus) -> None:
    assert after(acknowledged(), state(status, 5)).lacks_fills
    assert after(acknowledged(), execution(status=status)).lacks_fills
    assert not after(acknowledged(), state(status, 5, filled=0)).lacks_fills
    assert not after(acknowledged(), execution(cumulative=Decimal(1), status=status)).lacks_fills


def test_what_was_rejected_or_still_rests_lacks_no_fills() -> None:
    """Or its executions are asked for without end."""
    assert not after(state(REJECTED, 5)).lacks_fills
    assert not after(acknowledged(), state(OPEN, 5)).lacks_fills


def test_filled_by_its_last_execution_says_how_much_that_was() -> None:
    now = after(acknowledged(), execution("e2", 2, status=FILLED))
    assert facts(now.status, now.venue_filled, now.lacks_fills) == (FILLED, 6, True)
    assert not after(execution("e1", 4), of=now).lacks_fills
    told = execution("e2", 2, status=FILLED, cumulative=Decimal(5))
    assert after(acknowledged(), told).venue_filled == 5, "its own word on the total is better"


def test_filled_without_a_total_is_as_large_as_the_venue_says_it_was() -> None:
    assert after(acknowledged(), state(FILLED, 5, quantity=Decimal(4))).venue_filled == 4


# --- sizes


def test_an_order_that_rests_and_has_filled_is_partially_filled() -> None:
    now = after(acknowledged(), state(OPEN, 5, filled=2))
    assert now.status is OrderStatus.PARTIALLY_FILLED


@pytest.mark.parametrize("size", [2, 9])
def test_filled_tells_what_an_unanswered_amendment_had_made_of_the_size(size: int) -> None:
    now = after(state(FILLED, 5, filled=size), of=amending(quantity=9))
    assert facts(now.status, now.quantity, now.venue_filled) == (FILLED, size, size)


def test_a_live_word_does_not_settle_an_amendment_that_is_unanswered() -> None:
    """The smaller size alone would be counted, although the larger one may be in force."""
    now = after(state(OPEN, 5, quantity=Decimal(3)), of=amending(quantity=9))
    assert now.quantity == 6


def test_the_first_instant_that_is_certainly_after_an_amendment_is_believed() -> None:
    told = state(OPEN, 1 + SECOND_NS, quantity=Decimal(4))
    assert after(acknowledged(AMEND), told, of=amending(quantity=9)).quantity == 4
    told = state(OPEN, SECOND_NS, quantity=Decimal(4))
    assert after(acknowledged(AMEND), told, of=amending(quantity=9)).quantity == 9


def test_an_end_tells_the_size_however_soon_after_the_amendment_it_came() -> None:
    told = state(CANCELLED, 5, quantity=Decimal(4), filled=0)
    assert after(acknowledged(AMEND), told, of=amending(quantity=9)).quantity == 4


def test_an_order_that_filled_beyond_its_size_was_that_large() -> None:
    now = after(lost(AMEND), execution("e1", 8), of=amending(quantity=9))
    assert facts(now.quantity, now.remaining) == (8, 0)


def test_a_new_trigger_price_is_in_force_and_an_old_one_stays() -> None:
    at_90 = after(state(OPEN, 5, trigger_price=Decimal(90)))
    for wanted, price in ((Decimal(95), 95), (None, 90)):
        asked = msgspec.structs.replace(at_90, amend_pending=Amendment(trigger_price=wanted))
        assert after(acknowledged(AMEND), of=asked).leg.trigger_price == price


def test_a_refused_amendment_leaves_no_deadline_behind() -> None:
    """A new process would wait for it before it proves that an account is still."""
    asked = msgspec.structs.replace(amending(quantity=9), amend_before_ns=77)
    assert after(refused(AMEND), of=asked).amend_before_ns == 0


# --- provisional fills


def test_a_total_counts_beside_the_executions_that_were_told() -> None:
    now = after(acknowledged(), execution("e1", 1, 90), cumulative(3, 310))
    assert facts(now.filled, now.paid) == (3, 310)
    assert facts(now.provisional, now.provisional_paid) == (2, 220)
    more = after(cumulative(5, 520), of=now)
    assert facts(more.filled, more.paid) == (5, 520)
    assert facts(more.provisional, more.provisional_paid) == (4, 430)


def test_an_execution_takes_the_place_of_its_share_of_a_total() -> None:
    now = after(cumulative(4, 400), execution("e1", 2, 100))
    assert facts(now.filled, now.paid) == (4, 400)
    assert facts(now.provisional, now.provisional_paid) == (2, 200)


def test_an_execution_moves_what_the_order_paid() -> None:
    """Or position and balances tell another story than the order."""
    before = after(cumulative(4, 430))
    step = advance(before, execution("e1", 2, 100), 2)
    assert step.effect is not None
    moved = step.effect.quantity * step.effect.price + step.effect.correction
    assert moved == step.order.paid - before.paid == -15


def test_executions_of_the_whole_total_leave_no_crumb_of_it() -> None:
    now = after(cumulative(7, 100), execution("e1", 7, 13), of=order(7))
    assert facts(now.paid, now.provisional, now.provisional_paid) == (91, 0, 0)


def test_what_a_total_moves_is_worth_what_it_says() -> None:
    effect = advance(after(acknowledged()), cumulative(3, 310), 2).effect
    assert effect is not None
    assert effect.quantity * effect.price + effect.correction == 310
    more = advance(after(cumulative(1, 100)), cumulative(3, 310), 2).effect
    assert more is not None
    assert facts(more.quantity, more.price) == (2, 105)


def test_of_what_executions_tell_wholly_a_total_corrects_no_price() -> None:
    step = advance(after(acknowledged(), execution("e1", 2, 100)), cumulative(2, 201), 3)
    assert step.effect is None
    assert facts(step.order.paid, step.order.provisional) == (200, 0)
