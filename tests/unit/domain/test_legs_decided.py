"""A person ends an order of several legs: what each of them is told to have filled."""

from decimal import Decimal

from algotradehub.domain.legs import in_question
from algotradehub.domain.order import Order, OrderStatus
from tests.unit.domain.examples import acknowledged, execution, facts, state
from tests.unit.domain.leg_words import Story, leg_id, of
from tests.unit.domain.test_legs import replaced, what

OPEN, CANCELLED, FILLED = OrderStatus.OPEN, OrderStatus.CANCELLED, OrderStatus.FILLED


def in_doubt() -> Story:
    """The first leg died with two filled and is told of a third; the second filled one of six."""
    story = replaced(filled=2)
    story.hear(of(2, acknowledged()), of(2, execution("b", 1)), of(1, execution("late", 1)))
    return story


def told(order: Order) -> list[tuple[object, ...]]:
    return [
        facts(part.status, part.filled, part.paid, part.decision is not None)
        for part in order.parts
    ]


def test_the_last_leg_has_what_the_others_have_not() -> None:
    story = in_doubt()
    story.decide(FILLED, Decimal(2))
    assert what(story.now)[:2] == (FILLED, 6)
    assert told(story.now) == [(CANCELLED, 3, 300, True), (FILLED, 3, 300, True)]


def test_what_the_venue_has_ended_is_not_decided_again() -> None:
    story = in_doubt()
    story.hear(of(2, state(CANCELLED, 1, filled=1)))
    story.decide(CANCELLED, Decimal(2))
    assert what(story.now)[:2] == (CANCELLED, 6)
    assert told(story.now) == [(CANCELLED, 5, 500, True), (CANCELLED, 1, 100, False)]
    assert in_question(story.now).order_id == leg_id(1), "what rests on a person's word alone"


def test_where_no_leg_may_rest_the_last_has_what_was_not_told() -> None:
    story = replaced(filled=2)
    story.hear(of(2, acknowledged()))
    story.amend(9)
    story.hear(of(2, state(CANCELLED, 1)))
    assert (story.now.status, story.now.lacks_fills) == (OrderStatus.PENDING, True)
    story.decide(CANCELLED, Decimal(3))
    assert what(story.now)[:2] == (CANCELLED, 5)
    assert told(story.now) == [(CANCELLED, 2, 200, False), (CANCELLED, 3, 300, True)]
    assert (story.now.replacing, story.now.amend_pending) == (None, None)


def test_what_is_wanted_cancelled_stays_so_if_the_venue_contradicts() -> None:
    story = in_doubt()
    story.cancel()
    story.decide(CANCELLED, Decimal(1))
    assert not story.now.cancel_pending, "it has ended"
    story.hear(of(2, state(OPEN, 1)))
    assert (story.now.status, story.now.cancel_pending) == (OrderStatus.UNKNOWN, True)
