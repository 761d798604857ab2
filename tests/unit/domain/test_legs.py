"""A venue that cannot amend: the old leg is cancelled, and another follows what it left."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from algotradehub.domain.evidence import CommandKind, OrderEvidence
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.fill import fill_id, fill_of, leg_index
from algotradehub.domain.legs import in_question
from algotradehub.domain.order import (
    Order,
    OrderStatus,
    OrderType,
    Origin,
    Trigger,
    TriggerDirection,
)
from algotradehub.domain.records import LegAdded
from tests.unit.domain.examples import (
    ORDER_ID,
    acknowledged,
    execution,
    facts,
    lost,
    not_sent,
    refused,
    state,
)
from tests.unit.domain.leg_words import Story, leg_id, of, venue_id

CANCEL = CommandKind.CANCEL
PENDING, UNKNOWN = OrderStatus.PENDING, OrderStatus.UNKNOWN
OPEN, FILLED, CANCELLED = OrderStatus.OPEN, OrderStatus.FILLED, OrderStatus.CANCELLED
EXPIRED, REJECTED = OrderStatus.EXPIRED, OrderStatus.REJECTED


def resting() -> Story:
    """Six at 100 rest at the venue."""
    story = Story()
    story.hear(of(1, acknowledged()))
    return story


def replacing(quantity: int | None = 8) -> Story:
    story = resting()
    story.amend(quantity)
    return story


def between(filled: int = 2) -> Story:
    """The first leg is dead, and the second is not in the journal yet."""
    story = replacing()
    story.hear(of(1, execution("a", filled)))
    story.hear(of(1, state(CANCELLED, 1, filled=filled)))
    return story


def replaced(filled: int = 2) -> Story:
    story = between(filled)
    story.follow()
    return story


def follow(story: Story, **changes: Any) -> None:
    """Add a leg over six, sent with these values."""
    request = msgspec.structs.replace(story.now.request, **changes)
    story.record(LegAdded(order_id=ORDER_ID, request=request, send_before_ns=9))


def what(order: Order) -> tuple[object, ...]:
    return facts(order.status, order.filled, order.quantity, len(order.legs), exposure_of(order))


def test_the_old_leg_goes_on_until_its_cancel_is_the_venues_word() -> None:
    story = replacing()
    assert what(story.now) == (OPEN, 0, 6, 1, 8), "the larger of both counts"
    assert story.now.wants_cancel
    assert not story.now.cancel_pending
    story.hear(of(1, acknowledged(CANCEL)))
    assert what(story.now) == (OPEN, 0, 6, 1, 8), "which is the word on the order, not on a request"
    assert not story.waits


def test_the_new_leg_takes_what_the_old_one_left() -> None:
    story = between()
    assert what(story.now) == (PENDING, 2, 6, 1, 6)
    assert story.waits
    assert not story.now.wants_cancel, "of the old leg nothing rests"
    story.follow()
    assert what(story.now) == (PENDING, 2, 8, 2, 6)
    assert (story.now.replacing, story.now.amend_pending) == (None, None)
    assert [leg.dead for leg in story.now.legs] == [True, False]
    assert story.now.leg.quantity == 6
    story.hear(of(2, acknowledged()))
    assert what(story.now) == (OrderStatus.PARTIALLY_FILLED, 2, 8, 2, 6)
    assert story.now.remaining == 6
    story.hear(of(2, execution("b", 6, status=FILLED)))
    assert what(story.now) == (FILLED, 8, 8, 2, 0)


def test_the_order_keeps_its_id_and_what_was_asked_for() -> None:
    """The request of an order never changes; each leg has its own."""
    first = resting().now
    now = replaced(filled=3).now
    assert (now.order_id, now.request) == (first.order_id, first.request)
    assert [leg.client_order_id for leg in now.legs] == [leg_id(1), leg_id(2)]
    assert now.part.request.amount != first.request.amount
    assert (now.part.order_id, now.part.send_before_ns) == (leg_id(2), 9)
    assert now.send_before_ns == 9


def test_the_new_leg_has_the_prices_it_is_sent_with() -> None:
    story = between()
    follow(story, limit_price=Decimal(120))
    assert facts(story.now.leg.limit_price, story.now.leg.trigger_price) == (120, None)
    assert story.now.reserve_price == 120
    story = between()
    trigger = Trigger(price=Decimal(90), direction=TriggerDirection.FALLS_TO)
    follow(story, type=OrderType.STOP_MARKET, limit_price=None, trigger=trigger)
    assert facts(story.now.leg.limit_price, story.now.leg.trigger_price) == (None, 90)
    assert story.now.reserve_price == 100, "as the order was valued before"


@pytest.mark.parametrize("status", [FILLED, EXPIRED])
def test_what_ended_before_it_could_be_cancelled_is_not_replaced(status: OrderStatus) -> None:
    """It equals an order that nobody asked to change: ``test_legs_histories`` has the law."""
    word = of(1, state(status, 1, filled=6 if status is FILLED else 0))
    asked, never = replacing(), resting()
    never.at_ns = asked.at_ns
    assert asked.hear(word) == never.hear(word)
    assert asked.now.status is status


@pytest.mark.parametrize(
    "word",
    [refused(CANCEL), not_sent(CANCEL), not_sent(CommandKind.AMEND)],
    ids=lambda w: w.command,
)
def test_where_the_cancel_is_refused_the_order_goes_on(word: OrderEvidence) -> None:
    story = replacing()
    story.hear(word)
    assert what(story.now) == (OPEN, 0, 6, 1, 6)
    assert (story.now.replacing, story.now.amend_pending, story.now.parts) == (None, None, ())


def test_of_an_amendment_that_was_not_stored_nothing_stays_behind() -> None:
    """The journal does not have it, and its replay must make the same order."""
    asked, never = replaced(), replaced()
    for story in (asked, never):
        story.hear(of(2, acknowledged()))
    asked.amend(9, send_before_ns=77)
    never.at_ns = asked.at_ns
    unsent = of(2, not_sent(CommandKind.AMEND))
    assert asked.hear(unsent) == never.hear(unsent)


@pytest.mark.parametrize("word", [lost(CANCEL), refused(CANCEL, order_unknown=True)])
def test_where_the_cancel_may_have_worked_it_is_asked_for_again(word: OrderEvidence) -> None:
    story = replacing()
    story.hear(word)
    assert what(story.now) == (OPEN, 0, 6, 1, 8)
    assert story.now.wants_cancel
    assert story.now.doubt is not None
    story.hear(of(1, state(CANCELLED, 1, filled=0)))
    assert story.waits


def test_nothing_follows_before_the_old_legs_total_is_told() -> None:
    story = replacing()
    story.hear(of(1, state(CANCELLED, 1)))
    assert (story.now.total_untold, story.waits, story.now.status) == (True, False, PENDING)
    assert in_question(story.now).order_id == leg_id(1)
    story.hear(of(1, state(CANCELLED, 1, filled=2)))
    assert (story.now.lacks_fills, story.waits) == (True, False), "its executions are missing"
    story.hear(of(1, execution("a", 2)))
    assert story.waits


def test_a_leg_the_venue_refuses_leaves_the_order_cancelled() -> None:
    """That nothing rests is by the cancel; only the reason says why nothing follows."""
    story = replaced()
    story.hear(of(2, refused()))
    assert what(story.now) == (CANCELLED, 2, 8, 2, 0)
    assert (story.now.reason, story.now.origin) == ("not replaced: no funds", None)
    assert story.now.part.origin is Origin.VENUE


def test_a_leg_that_is_called_rejected_while_it_is_replaced_leaves_the_order_cancelled() -> None:
    """Or an order that filled would be called rejected."""
    story = replaced()
    story.hear(of(2, acknowledged()))
    story.amend(9)
    story.hear(of(2, state(REJECTED, 1)))
    assert what(story.now) == (CANCELLED, 2, 8, 2, 0)
    assert (story.now.origin, story.now.replacing) == (None, None)


def test_a_leg_that_is_dropped_ends_the_order_with_its_reason() -> None:
    story = between()
    story.drop("not replaced: halted by ann")
    assert what(story.now) == (CANCELLED, 2, 6, 1, 0)
    assert story.now.reason == "not replaced: halted by ann"
    assert story.now.parts == ()


# A user's cancel: nothing follows


def test_cancelled_before_the_old_leg_is_dead() -> None:
    story = replacing()
    story.cancel()
    assert story.now.cancel_pending
    story.hear(of(1, state(CANCELLED, 1, filled=0)))
    assert what(story.now) == (CANCELLED, 0, 6, 1, 0)
    assert not story.now.cancel_pending


def test_cancelled_between() -> None:
    story = between()
    story.cancel()
    assert what(story.now) == (CANCELLED, 2, 6, 1, 0)
    assert (story.now.replacing, story.now.cancel_pending) == (None, False)


def test_cancelled_after() -> None:
    story = replaced()
    story.cancel()
    assert (story.now.status, story.now.cancel_pending, story.now.wants_cancel) == (
        PENDING,
        True,
        True,
    )
    story.hear(of(2, acknowledged()), of(2, state(CANCELLED, 1, filled=0)))
    assert what(story.now) == (CANCELLED, 2, 8, 2, 0)
    assert not story.now.cancel_pending


# A restart: nothing follows that was not in the journal


def test_restarted_before_the_cancel_is_answered() -> None:
    story = replacing()
    story.restart()
    assert what(story.now) == (OPEN, 0, 6, 1, 6)
    assert story.now.replacing is None
    assert story.now.doubt is not None, "the venue is asked whether it is cancelled"
    story.hear(of(1, state(CANCELLED, 1, filled=0)))
    assert story.now.status is CANCELLED


def test_restarted_between() -> None:
    story = between()
    story.restart()
    assert what(story.now) == (CANCELLED, 2, 6, 1, 0)
    assert story.now.reason == "restarted before the leg that was to follow was sent"


def test_restarted_with_the_new_leg_unanswered() -> None:
    story = replaced()
    story.restart()
    assert what(story.now) == (UNKNOWN, 2, 8, 2, 6)
    assert in_question(story.now).order_id == leg_id(2)
    story.hear(of(2, state(OPEN, 1)))
    assert what(story.now) == (OrderStatus.PARTIALLY_FILLED, 2, 8, 2, 6)


def test_restarted_while_the_new_leg_rests() -> None:
    story = replaced()
    story.hear(of(2, acknowledged()))
    before = story.now
    story.restart()
    assert (story.now.status, story.now.doubt) == (before.status, None), "nothing was unanswered"


def test_a_new_leg_proven_absent_leaves_the_order_cancelled() -> None:
    story = replaced()
    story.hear(of(2, lost()))
    assert what(story.now) == (UNKNOWN, 2, 8, 2, 6)
    story.absent()
    assert what(story.now) == (CANCELLED, 2, 8, 2, 0)
    assert story.now.reason.startswith("not replaced: never reached the venue")


# What is told late


def test_a_late_execution_of_a_dead_leg_counts_and_is_looked_into() -> None:
    story = replaced()
    story.hear(of(2, acknowledged()))
    story.hear(of(1, execution("late", 1)))
    assert what(story.now) == (UNKNOWN, 3, 9, 2, 6 + 3)
    assert in_question(story.now).order_id == leg_id(1)
    assert [leg.dead for leg in story.now.legs] == [False, False]
    story.hear(of(1, state(CANCELLED, 2, filled=3)))
    assert what(story.now) == (OrderStatus.PARTIALLY_FILLED, 3, 9, 2, 6)


def test_the_same_id_in_two_legs_is_two_fills() -> None:
    """Execution ids repeat from order to order (order-path 8), and a leg is one at the venue."""
    story = replaced()
    story.hear(of(2, acknowledged()), of(2, execution("a", 2)))
    assert story.now.filled == 4
    assert fill_id(story.now, of(1, execution("a"))) == "a"
    assert fill_id(story.now, of(2, execution("a"))) == "2:a"
    story.hear(of(1, execution("a", 2)), of(2, execution("a", 2)))
    assert story.now.filled == 4, "each once"


def test_a_word_is_about_the_leg_it_names() -> None:
    now = replaced().now
    assert leg_index(now, leg_id(1), None) == 0
    assert leg_index(now, None, venue_id(1)) == 0
    assert leg_index(now, leg_id(2), None) == 1
    assert leg_index(now, None, venue_id(2)) == 1, "the last one, whose name is not known yet"


def test_a_leg_whose_executions_are_missing_is_asked_about_before_the_last() -> None:
    story = replaced()
    story.hear(of(2, acknowledged()), of(1, execution("late", 1)))
    story.hear(of(1, state(CANCELLED, 2, filled=4)))
    assert story.now.parts[0].doubt is None
    assert in_question(story.now).order_id == leg_id(1)


def test_the_newest_word_on_any_leg_is_the_newest_on_the_order() -> None:
    story = replaced()
    assert story.now.venue_time_ns == 1, "on the first: of the second nothing was said"
    story.hear(of(2, state(OPEN, 5)))
    assert story.now.venue_time_ns == 5


def test_each_record_tells_when_the_order_changed() -> None:
    story = replaced()
    assert story.now.updated_ns == story.at_ns
    story.hear(of(2, acknowledged()))
    assert story.now.updated_ns == story.at_ns
    story = between()
    story.drop()
    assert story.now.updated_ns == story.at_ns, "and so where one leg remains"


def test_a_fill_names_its_own_leg_at_the_venue() -> None:
    story = replaced()
    story.hear(of(2, acknowledged()))
    late = fill_of(story.now, of(1, execution("late"), venue=False), received_ns=0)
    assert late.venue_order_id == venue_id(1)
    second = fill_of(story.now, of(2, execution("b"), venue=False), received_ns=0)
    assert (second.venue_order_id, second.execution_id) == (venue_id(2), "2:b")


def test_an_order_may_be_replaced_again() -> None:
    story = replaced()
    story.hear(of(2, acknowledged()), of(2, execution("b", 1)))
    story.amend(5)
    story.hear(of(2, state(CANCELLED, 1, filled=1)))
    story.follow()
    assert what(story.now) == (PENDING, 3, 5, 3, 2)
    assert story.now.average_price == Decimal(100)


def test_an_order_lives_while_any_leg_of_it_does() -> None:
    story = replaced()
    story.hear(of(2, acknowledged()))
    story.hear(of(2, state(CANCELLED, 2, filled=0)))
    assert story.now.status is CANCELLED
    story.hear(of(1, execution("c", 1, cumulative=3)))
    story.hear(of(1, state(OPEN, 9)))
    assert story.now.parts[1].status is CANCELLED
    assert story.now.status is OrderStatus.PARTIALLY_FILLED, "by the venue's later word"
    assert exposure_of(story.now) == 3
