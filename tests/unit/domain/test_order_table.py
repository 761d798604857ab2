"""The evidence table is complete, and every entry keeps the ranks of order-path 4."""

from itertools import product

import pytest

from algotradehub.domain.order import FINAL_STATUSES, UNANSWERED_STATUSES, OrderStatus
from algotradehub.domain.order_table import TRANSITIONS, Word

INFERENCES = {Word.LOST, Word.NOT_SENT, Word.ABSENT}
TERMINAL_WORDS = {
    Word.FILLED: OrderStatus.FILLED,
    Word.CANCELLED: OrderStatus.CANCELLED,
    Word.EXPIRED: OrderStatus.EXPIRED,
    Word.REJECTED: OrderStatus.REJECTED,
}
WORKING = {OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED}
ENTRIES = list(product(OrderStatus, Word))


def after(status: OrderStatus, word: Word) -> OrderStatus:
    return TRANSITIONS[status][word]


def test_every_status_has_an_entry_for_every_word() -> None:
    assert set(TRANSITIONS) == set(OrderStatus)
    for row in TRANSITIONS.values():
        assert set(row) == set(Word)


@pytest.mark.parametrize(("status", "word"), ENTRIES)
def test_no_evidence_makes_an_order_unasked_again(status: OrderStatus, word: Word) -> None:
    if status is not OrderStatus.PENDING:
        assert after(status, word) is not OrderStatus.PENDING


@pytest.mark.parametrize("status", sorted(FINAL_STATUSES))
def test_an_end_and_a_live_word_make_a_contradiction(status: OrderStatus) -> None:
    assert after(status, Word.LIVE) is OrderStatus.UNKNOWN


@pytest.mark.parametrize(("status", "word"), ENTRIES)
def test_what_has_ended_never_lives_again_by_one_word(status: OrderStatus, word: Word) -> None:
    if status in FINAL_STATUSES:
        assert after(status, word) in FINAL_STATUSES | {OrderStatus.UNKNOWN}


@pytest.mark.parametrize("word", sorted(INFERENCES))
@pytest.mark.parametrize("status", sorted(set(OrderStatus) - UNANSWERED_STATUSES))
def test_our_inference_never_beats_the_venues_word(status: OrderStatus, word: Word) -> None:
    assert after(status, word) is status


@pytest.mark.design_property(18)
@pytest.mark.parametrize(("status", "word"), ENTRIES)
def test_filled_cancelled_and_expired_are_the_venues_words(status: OrderStatus, word: Word) -> None:
    reached = after(status, word)
    if reached is not status and reached in FINAL_STATUSES - {OrderStatus.REJECTED}:
        assert TERMINAL_WORDS[word] is reached


@pytest.mark.parametrize("status", sorted(UNANSWERED_STATUSES | {OrderStatus.OPEN}))
@pytest.mark.parametrize("word", sorted(TERMINAL_WORDS))
def test_a_terminal_word_ends_what_may_live(status: OrderStatus, word: Word) -> None:
    assert after(status, word) is TERMINAL_WORDS[word]


@pytest.mark.parametrize("status", sorted(UNANSWERED_STATUSES))
def test_any_word_of_the_venue_answers_what_was_unanswered(status: OrderStatus) -> None:
    for word in set(Word) - INFERENCES:
        assert after(status, word) not in UNANSWERED_STATUSES


def test_a_lost_answer_is_no_refusal() -> None:
    assert after(OrderStatus.PENDING, Word.LOST) is OrderStatus.UNKNOWN
    for status in OrderStatus:
        if status is not OrderStatus.REJECTED:
            assert after(status, Word.LOST) is not OrderStatus.REJECTED


def test_only_the_first_attempt_can_be_certainly_unsent() -> None:
    assert after(OrderStatus.PENDING, Word.NOT_SENT) is OrderStatus.REJECTED
    assert after(OrderStatus.UNKNOWN, Word.NOT_SENT) is OrderStatus.UNKNOWN


@pytest.mark.parametrize("status", sorted(WORKING | {OrderStatus.UNKNOWN, OrderStatus.PENDING}))
def test_a_fill_proves_life(status: OrderStatus) -> None:
    assert after(status, Word.FILL) is OrderStatus.PARTIALLY_FILLED


def test_a_fill_of_what_was_rejected_is_a_contradiction() -> None:
    for word in (Word.FILL, Word.FILLED, Word.ACCEPTED, Word.LIVE):
        assert after(OrderStatus.REJECTED, word) is OrderStatus.UNKNOWN


@pytest.mark.parametrize("status", sorted(FINAL_STATUSES - {OrderStatus.REJECTED}))
def test_a_late_fill_leaves_an_end_alone(status: OrderStatus) -> None:
    """Whether the quantities agree is not the table's business (order-path 4)."""
    assert after(status, Word.FILL) is status


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (OrderStatus.FILLED, Word.CANCELLED),
        (OrderStatus.FILLED, Word.REJECTED),
        (OrderStatus.CANCELLED, Word.FILLED),
        (OrderStatus.EXPIRED, Word.FILLED),
        (OrderStatus.PARTIALLY_FILLED, Word.REJECTED),
        (OrderStatus.OPEN, Word.REFUSED),
    ],
)
def test_ends_that_exclude_each_other_make_a_contradiction(status: OrderStatus, word: Word) -> None:
    assert after(status, word) is OrderStatus.UNKNOWN


@pytest.mark.parametrize("word", sorted(set(Word)))
def test_a_word_repeated_at_once_changes_nothing_more(word: Word) -> None:
    for status in OrderStatus:
        once = after(status, word)
        if once is not OrderStatus.UNKNOWN:
            assert after(once, word) in (once, OrderStatus.UNKNOWN)
