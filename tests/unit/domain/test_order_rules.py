"""How an order moves: the cases that a history finds only by luck, one by one."""

from decimal import Decimal

import msgspec
import pytest

from algotradehub.domain.evidence import CommandKind, FeeSettled, OrderEvidence
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.fill import Step
from algotradehub.domain.ids import Asset, ExecutionId, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Amendment, Order, OrderStatus, Origin
from algotradehub.domain.order_rules import (
    _amended as amended,
)
from algotradehub.domain.order_rules import (
    advance,
    doubted,
    proven_absent,
    restarted,
)
from tests.unit.domain.examples import (
    ORDER_ID,
    SYMBOL,
    VENUE_ORDER_ID,
    acknowledged,
    cumulative,
    execution,
    facts,
    lost,
    not_sent,
    order,
    quote_order,
    refused,
    state,
)

OPEN, PARTIALLY_FILLED = OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED
FILLED, CANCELLED = OrderStatus.FILLED, OrderStatus.CANCELLED
REJECTED, UNKNOWN = OrderStatus.REJECTED, OrderStatus.UNKNOWN
AMEND, CANCEL = CommandKind.AMEND, CommandKind.CANCEL


def after(*evidence: OrderEvidence, of: Order | None = None) -> Order:
    now = order() if of is None else of
    for at_ns, told in enumerate(evidence, 1):
        now = advance(now, told, at_ns).order
    return now


def amending(quantity: int | None = None, price: int | None = None) -> Order:
    amendment = Amendment(
        quantity=None if quantity is None else Decimal(quantity),
        limit_price=None if price is None else Decimal(price),
    )
    return msgspec.structs.replace(after(acknowledged()), amend_pending=amendment)


# --- answers to a place


def test_an_acknowledged_order_is_open_and_named() -> None:
    now = after(acknowledged())
    assert now.status is OPEN
    assert now.leg.venue_order_id == VENUE_ORDER_ID


def test_a_refused_order_tells_why_and_who() -> None:
    now = after(refused())
    assert facts(now.status, now.origin, now.reason) == (REJECTED, Origin.VENUE, "no funds")


def test_an_order_not_sent_is_ours_to_reject() -> None:
    now = after(not_sent())
    assert facts(now.status, now.origin, now.reason) == (REJECTED, Origin.UNSENT, "not connected")


def test_a_lost_answer_is_a_question_since_then() -> None:
    now = after(lost())
    assert now.status is UNKNOWN
    assert now.doubt is not None
    assert facts(now.doubt.what, now.doubt.since_ns) == ("timed out", 1)
    assert exposure_of(now) == 6


def test_a_fill_before_the_lost_answer_keeps_the_order_known() -> None:
    now = after(execution("e1"), lost())
    assert now.status is PARTIALLY_FILLED
    assert now.doubt is not None


def test_a_refusal_after_a_fill_contradicts_it() -> None:
    now = after(execution("e1"), refused())
    assert now.status is UNKNOWN
    assert now.doubt is not None
    assert exposure_of(now) == 5


def test_a_rejected_order_that_fills_is_looked_up_and_counts() -> None:
    now = after(refused(), execution("e1", 2))
    assert facts(now.status, now.origin, now.filled, exposure_of(now)) == (UNKNOWN, None, 2, 4)


# --- the venue's words


@pytest.mark.parametrize("status", [FILLED, CANCELLED, OrderStatus.EXPIRED, REJECTED])
def test_a_live_word_after_the_end_puts_all_in_doubt(status: OrderStatus) -> None:
    now = after(acknowledged(), state(status, 5), state(OPEN, 6))
    assert now.status is UNKNOWN
    assert now.doubt is not None


def test_an_old_live_word_after_the_end_is_history() -> None:
    ended = after(acknowledged(), state(CANCELLED, 5, filled=0))
    assert after(state(OPEN, 4), of=ended).status is CANCELLED
    assert after(state(OPEN, 5), of=ended).status is CANCELLED


def test_an_end_told_too_late_is_asked_about_and_not_believed() -> None:
    now = after(acknowledged(), state(OPEN, 6), state(CANCELLED, 5))
    assert now.status is OPEN
    assert now.doubt is not None
    assert exposure_of(now) == 6


def test_filled_without_a_total_means_all_of_it() -> None:
    now = after(acknowledged(), state(FILLED, 5))
    assert facts(now.status, now.venue_filled) == (FILLED, 6)


def test_earlier_executions_may_follow_the_one_that_filled_it() -> None:
    now = after(acknowledged(), execution("e2", 2, status=FILLED), execution("e1", 4))
    assert facts(now.status, now.filled, now.doubt) == (FILLED, 6, None)


def test_filled_says_no_total_while_an_amendment_is_unanswered() -> None:
    now = after(state(FILLED, 5), of=amending(quantity=2))
    assert facts(now.status, now.venue_filled) == (FILLED, 0)


def test_late_fills_within_the_final_total_leave_the_end_alone() -> None:
    now = after(acknowledged(), state(CANCELLED, 5, filled=2), execution("e1", 2))
    assert facts(now.status, now.filled) == (CANCELLED, 2)


@pytest.mark.parametrize(
    "late",
    [execution("e1", 3), execution("e1", 1, cumulative=Decimal(3)), cumulative(3, 300)],
)
def test_late_fills_beyond_the_final_total_contradict_it(late: OrderEvidence) -> None:
    now = after(acknowledged(), state(CANCELLED, 5, filled=2), late)
    assert now.status is UNKNOWN
    assert now.venue_filled == 3


def test_a_final_total_below_an_earlier_one_contradicts_it() -> None:
    now = after(cumulative(3, None), state(CANCELLED, 5, filled=1))
    assert now.status is UNKNOWN
    assert now.doubt is not None


@pytest.mark.parametrize("late", [acknowledged(), execution("e1", 1)])
def test_what_is_past_settles_no_contradiction(late: OrderEvidence) -> None:
    now = after(state(FILLED, 5), state(OPEN, 6, filled=0), late)
    assert now.status is UNKNOWN
    assert now.doubt is not None


def test_a_smaller_question_does_not_hide_a_contradiction() -> None:
    contradicted = after(acknowledged(), state(FILLED, 5), state(OPEN, 6))
    asked = doubted(contradicted, "a look-up failed", 9)
    assert asked.doubt == contradicted.doubt


def test_a_fresh_word_settles_a_contradiction() -> None:
    contradicted = after(acknowledged(), state(CANCELLED, 5), state(OPEN, 6))
    assert after(state(OPEN, 6), of=contradicted).status is OPEN
    now = after(state(CANCELLED, 7, filled=0), of=contradicted)
    assert facts(now.status, now.doubt) == (CANCELLED, None)


def test_an_unknown_order_of_which_a_total_is_told_is_known() -> None:
    now = after(lost(), cumulative(2, None))
    assert now.status is PARTIALLY_FILLED
    assert facts(now.filled, now.venue_filled, exposure_of(now)) == (0, 2, 6)


def test_a_total_of_nothing_tells_nothing() -> None:
    assert after(lost(), cumulative(0, 0)).status is UNKNOWN


def test_the_venue_may_resize_a_resting_order() -> None:
    told = state(OPEN, 5, quantity=Decimal(4), limit_price=Decimal(90))
    now = after(acknowledged(), told)
    assert facts(now.quantity, now.leg.limit_price, exposure_of(now)) == (4, 90, 4)
    assert now.request.limit_price == 100


def test_the_venue_tells_where_a_trigger_stands() -> None:
    now = after(acknowledged(), state(OPEN, 5, trigger_price=Decimal(90)), state(OPEN, 6))
    assert now.leg.trigger_price == 90


def test_a_trade_carries_another_clock_than_the_orders_last_change() -> None:
    now = after(acknowledged(), execution("e1", 1, venue_time_ns=9), state(CANCELLED, 8, filled=1))
    assert facts(now.status, now.doubt) == (CANCELLED, None)


def test_a_settled_fee_moves_no_order() -> None:
    settled = FeeSettled(
        client_order_id=ORDER_ID,
        venue_order_id=VENUE_ORDER_ID,
        execution_id=ExecutionId("e1"),
        symbol=SYMBOL,
        side=Side.BUY,
        fee=Decimal(1),
        fee_asset=Asset("USDT"),
    )
    before = after(acknowledged(), execution("e1"))
    step = advance(before, settled, 9)
    assert step == Step(msgspec.structs.replace(before, updated_ns=9))


def test_a_quote_amount_has_no_quantity_to_resize_or_to_fill() -> None:
    now = after(
        acknowledged(),
        execution("e1", 2, 300),
        state(FILLED, 5, quantity=Decimal(2)),
        of=quote_order(600),
    )
    assert now.quantity is None
    assert facts(now.status, now.remaining, now.venue_filled) == (FILLED, 0, 2)


def test_the_first_name_the_venue_gives_stays() -> None:
    other = execution("e1", venue_order_id=VenueOrderId("V2"))
    assert after(acknowledged(), other).leg.venue_order_id == VENUE_ORDER_ID


# --- amend


def test_an_amendment_is_in_force_when_the_venue_says_so() -> None:
    now = after(acknowledged(AMEND), of=amending(quantity=9, price=90))
    assert facts(now.quantity, now.leg.limit_price, now.amend_pending) == (9, 90, None)


def test_an_amendment_keeps_what_it_does_not_name() -> None:
    assert amended(amending(quantity=9), 5).leg.limit_price == 100
    assert amended(amending(price=90), 5).quantity == 6
    assert amended(order(), 5).legs == order().legs


def test_both_sizes_count_while_an_amendment_is_unanswered() -> None:
    assert exposure_of(amending(quantity=9)) == 9
    assert exposure_of(amending(quantity=2)) == 6


def test_a_word_from_before_the_amendment_does_not_undo_it() -> None:
    now = after(
        acknowledged(AMEND, venue_time_ns=8),
        state(OPEN, 7, quantity=Decimal(6)),
        of=amending(quantity=9),
    )
    assert now.quantity == 9


@pytest.mark.parametrize(("ahead_s", "quantity"), [(-1, 9), (0.9, 9), (1.1, 6)])
def test_where_the_venue_did_not_say_when_our_clock_may_be_behind_its_own(
    ahead_s: float, quantity: int
) -> None:
    """A list may be older than the amendment, and yet later than our clock at its answer."""
    told = state(OPEN, 1 + int(ahead_s * 1_000_000_000), quantity=Decimal(6))
    now = after(acknowledged(AMEND), told, of=amending(quantity=9))
    assert now.quantity == quantity


@pytest.mark.parametrize("answer", [refused(AMEND), not_sent(AMEND)])
def test_a_refused_amendment_changes_nothing(answer: OrderEvidence) -> None:
    now = after(answer, of=amending(quantity=9))
    assert facts(now.status, now.quantity, exposure_of(now), now.doubt) == (OPEN, 6, 6, None)


def test_an_amendment_of_an_order_the_venue_does_not_know_is_a_question() -> None:
    now = after(refused(AMEND, order_unknown=True), of=amending(quantity=9))
    assert now.status is OPEN
    assert now.doubt is not None


def test_a_lost_amendment_stays_a_question_although_the_order_lives() -> None:
    unknown = after(lost(AMEND), of=amending(quantity=9))
    assert facts(unknown.status, exposure_of(unknown)) == (UNKNOWN, 9)
    now = after(state(OPEN, 5), execution("e1"), of=unknown)
    assert now.status is PARTIALLY_FILLED
    assert now.doubt is not None
    assert exposure_of(now) == 8


def test_an_end_answers_a_lost_amendment() -> None:
    now = after(
        lost(AMEND), state(CANCELLED, 5, quantity=Decimal(9), filled=0), of=amending(quantity=9)
    )
    assert facts(now.status, now.amend_pending, now.doubt, now.quantity) == (
        CANCELLED,
        None,
        None,
        9,
    )


# --- cancel


@pytest.mark.design_property(18)
@pytest.mark.parametrize(
    "answer", [acknowledged(CANCEL), refused(CANCEL), not_sent(CANCEL), lost(CANCEL)]
)
def test_no_answer_to_a_cancel_cancels(answer: OrderEvidence) -> None:
    asked = msgspec.structs.replace(after(acknowledged()), cancel_pending=True)
    now = after(answer, of=asked)
    assert facts(now.status, now.cancel_pending, exposure_of(now)) == (OPEN, True, 6)


@pytest.mark.parametrize("answer", [refused(CANCEL), not_sent(CANCEL), lost(CANCEL)])
def test_a_failed_cancel_is_a_question(answer: OrderEvidence) -> None:
    now = after(acknowledged(), answer)
    assert now.doubt is not None
    assert now.doubt.what.startswith("cancel: ")


@pytest.mark.design_property(18)
def test_the_venues_word_ends_a_cancel() -> None:
    asked = msgspec.structs.replace(after(acknowledged()), cancel_pending=True)
    now = after(state(CANCELLED, 5, filled=0), of=asked)
    assert facts(now.status, now.cancel_pending) == (CANCELLED, False)


# --- absence, restart, doubt


def test_what_was_proven_absent_was_never_sent() -> None:
    now = proven_absent(after(lost()), "not seen", 9)
    assert facts(now.status, now.origin, now.reason) == (REJECTED, Origin.UNSENT, "not seen")


@pytest.mark.parametrize("word", [cumulative(1, None), execution("e1"), state(CANCELLED, 5)])
def test_nothing_the_venue_spoke_of_is_absent(word: OrderEvidence) -> None:
    seen = after(lost(), word)
    assert proven_absent(seen, "not seen", 9).status is seen.status


def test_an_order_the_venue_has_named_is_not_absent_after_a_lost_amendment() -> None:
    unknown = after(lost(AMEND), of=amending(quantity=9))
    now = proven_absent(unknown, "not seen", 9)
    assert facts(now.status, exposure_of(now)) == (UNKNOWN, 9)


def test_a_new_process_doubts_what_was_unanswered() -> None:
    now = restarted(order(), 9)
    assert now.status is UNKNOWN
    assert now.doubt is not None
    assert restarted(amending(quantity=9), 9).status is UNKNOWN
    known = after(acknowledged())
    assert restarted(known, 9) is known


def test_a_question_keeps_the_time_of_the_first_and_the_words_of_the_last() -> None:
    now = doubted(doubted(after(acknowledged()), "first", 3), "second", 5)
    assert now.doubt is not None
    assert facts(now.doubt.what, now.doubt.since_ns, now.status) == ("second", 3, OPEN)


def test_there_is_no_question_about_an_end() -> None:
    ended = after(acknowledged(), state(CANCELLED, 5))
    assert doubted(ended, "a look-up failed", 9).doubt is None


# --- provisional fills


def test_a_total_moves_position_at_once_and_its_executions_only_correct_it() -> None:
    step = advance(after(acknowledged()), cumulative(3, 310), 2)
    assert step.effect is not None
    assert facts(step.effect.quantity, step.effect.fee) == (3, 0)
    now = advance(step.order, execution("e1", 2, 100), 3)
    assert now.effect is not None
    assert now.effect.quantity == 0
    assert now.effect.fee == Decimal("0.01")
    assert facts(now.order.filled, now.order.provisional) == (3, 1)
    end = advance(now.order, execution("e2", 1, 110), 4).order
    assert facts(end.filled, end.paid, end.provisional, end.provisional_paid) == (3, 310, 0, 0)


def test_an_average_that_does_not_end_leaves_no_crumb() -> None:
    now = after(cumulative(7, 100), of=order(7))
    for n in range(7):
        now = advance(now, execution(f"e{n}", 1, 13), n).order
        assert now.paid == 13 * (n + 1) + now.provisional_paid
    assert facts(now.paid, now.provisional, now.provisional_paid) == (91, 0, 0)


def test_a_value_corrected_by_the_venue_is_a_correction() -> None:
    first = after(cumulative(3, 300))
    step = advance(first, cumulative(3, 303), 2)
    assert step.effect is not None
    assert facts(step.effect.quantity, step.effect.correction) == (0, 3)
    assert step.order.paid == 303
    assert advance(step.order, cumulative(3, 303), 3).effect is None


def test_a_total_without_value_only_raises_the_claim() -> None:
    step = advance(after(acknowledged()), cumulative(3, None), 2)
    assert step.effect is None
    assert facts(step.order.filled, step.order.venue_filled, exposure_of(step.order)) == (0, 3, 6)
