"""A person ends an order; the venue's word takes that back, or takes its place."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.decisions import advance, decided
from algotradehub.domain.evidence import CommandKind, Execution, OrderEvidence, OrderState
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.fill import Effect, Step
from algotradehub.domain.money import ZERO, money_context
from algotradehub.domain.order import Amendment, Decision, Order, OrderStatus, Origin
from algotradehub.domain.order_rules import advance as by_the_venue
from algotradehub.domain.order_rules import doubted
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
from tests.unit.domain.test_order_rules_histories import events, histories, replay

pytestmark = pytest.mark.design_property(39)

OPEN, UNKNOWN = OrderStatus.OPEN, OrderStatus.UNKNOWN
FILLED, CANCELLED, REJECTED = OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED
LOST = by_the_venue(order(6), lost(), 1).order


def says(status: OrderStatus, filled: int = 0, value: int = 0) -> Decision:
    return Decision(
        status=status, filled=Decimal(filled), value=Decimal(value), by="ann", reason="seen there"
    )


def ends(before: Order, *told: object) -> Order:
    return decided(before, says(*told), 2).order  # type: ignore[arg-type]


def hear(now: Order, *words: OrderEvidence) -> Order:
    for word in words:
        rules = by_the_venue if now.decision is None else advance
        now = rules(now, word, 3).order
    return now


def test_what_a_person_rejects_says_so() -> None:
    now = ends(LOST, REJECTED)
    assert (now.status, now.origin, now.reason, now.doubt) == (
        REJECTED,
        Origin.PERSON,
        "seen there",
        None,
    )
    assert exposure_of(now) == 0


def test_what_a_person_tells_has_filled_moves_what_is_held() -> None:
    step = decided(LOST, says(FILLED, 6, 600), 2)
    now = step.order
    assert facts(now.filled, now.paid, now.provisional, now.venue_filled) == (6, 600, 6, 0)
    assert (now.status, now.origin) == (FILLED, None)
    assert step.effect == Effect(side=now.request.side, quantity=Decimal(6), price=Decimal(100))
    assert decided(LOST, says(CANCELLED), 2).effect is None


def test_real_executions_take_its_place_and_are_never_summed() -> None:
    now = hear(ends(LOST, CANCELLED, 5, 500), execution("a", 2, 99))
    assert facts(now.filled, now.paid, now.provisional) == (5, 198 + 300, 3)
    assert now.status is CANCELLED
    now = hear(now, execution("b", 3, 101))
    assert facts(now.filled, now.paid, now.provisional) == (5, 198 + 303, 0)
    assert (now.status, now.decision is not None) == (CANCELLED, True)


@pytest.mark.parametrize("told", [(FILLED, 6, 600), (CANCELLED, 2, 200), (REJECTED,)])
def test_the_venues_end_takes_the_place_of_the_persons(told: tuple[object, ...]) -> None:
    now = hear(ends(LOST, *told), state(CANCELLED, 5, filled=3, value=303))
    assert (now.status, now.decision, now.origin) == (CANCELLED, None, None)
    assert facts(now.filled, now.paid, now.provisional, now.venue_filled) == (3, 303, 3, 3)


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ((REJECTED,), acknowledged()),
        ((REJECTED,), state(OPEN, 5, filled=0)),
        ((REJECTED,), cumulative(0, 0)),
        ((REJECTED,), execution("a", 1, 100)),
        ((CANCELLED, 2, 200), state(OPEN, 5, filled=0)),
        ((CANCELLED, 2, 200), state(OPEN, 0, filled=0)),
        ((CANCELLED, 2, 200), execution("a", 3, 100)),
        ((CANCELLED, 2, 200), cumulative(3, 300)),
        ((CANCELLED, 2, 200), cumulative(3, None)),
        ((FILLED, 6, 600), state(OrderStatus.PARTIALLY_FILLED, 5, filled=2, value=200)),
        ((FILLED, 6, 600), execution("a", 7, 100)),
    ],
)
def test_a_contradiction_is_a_question_and_nothing_is_understated(
    told: tuple[object, ...], word: OrderEvidence
) -> None:
    now = hear(ends(LOST, *told), word)
    assert (now.status, now.decision) == (UNKNOWN, None)
    assert now.doubt is not None
    assert now.provisional <= now.venue_filled
    size = now.quantity
    assert size is not None
    assert exposure_of(now) == size - now.filled
    again = hear(now, state(OPEN, 9, filled=None))
    assert again.status in {OPEN, OrderStatus.PARTIALLY_FILLED}, "the next word of it counts"


@pytest.mark.parametrize(
    "word",
    [
        lost(CommandKind.CANCEL),
        refused(CommandKind.CANCEL, order_unknown=True),
        acknowledged(CommandKind.CANCEL),
        acknowledged(),
        cumulative(2, 190),
        execution("a", 2, 100),
        not_sent(),
    ],
)
def test_what_agrees_leaves_the_decision(word: OrderEvidence) -> None:
    now = hear(ends(LOST, CANCELLED, 2, 200), word)
    assert (now.status, now.doubt) == (CANCELLED, None)
    assert now.decision is not None
    assert facts(now.filled, now.paid) == (2, 200)


def test_a_live_word_from_before_what_was_known_is_history() -> None:
    known = doubted(hear(order(6), state(OPEN, 5, filled=0)), "?", 2)
    now = ends(known, CANCELLED)
    assert hear(now, state(OPEN, 4, filled=0)).status is CANCELLED
    assert hear(now, state(OPEN, 5, filled=0)).status is UNKNOWN


def test_an_amendment_of_unknown_fate_counts_again() -> None:
    """What may have been made larger is as large as that once it may live again."""
    larger = Amendment(quantity=Decimal(9))
    amending = msgspec.structs.replace(hear(order(6), acknowledged()), amend_pending=larger)
    now = ends(hear(amending, lost(CommandKind.AMEND)), CANCELLED)
    assert now.amend_pending is None
    again = hear(now, execution("a", 1, 100))
    assert (again.status, again.amend_pending) == (UNKNOWN, larger)
    assert exposure_of(again) == 8
    refused_since = hear(now, refused(CommandKind.AMEND), execution("a", 1, 100))
    assert exposure_of(refused_since) == 5


# Laws, over whatever is said before and after.


@st.composite
def decisions(draw: st.DrawFn, now: Order) -> Decision:
    """Any that the desk lets through."""
    real, real_paid = now.filled - now.provisional, now.paid - now.provisional_paid
    size = now.quantity
    assert size is not None
    least = max(now.filled, now.venue_filled)
    filled = least + draw(st.integers(0, int(max(ZERO, size - least))))
    value = real_paid + (filled - real) * draw(st.integers(1, 9))
    choices = [CANCELLED, FILLED] if filled else [CANCELLED, REJECTED]
    return Decision(
        status=draw(st.sampled_from(choices)), filled=filled, value=value, by="ann", reason="?"
    )


@st.composite
def stories(draw: st.DrawFn) -> tuple[Order, Decision, list[OrderEvidence]]:
    with money_context():
        begun = replay(draw(histories))
        now = begun[-1].order
        seen = {m.event.execution_id for m in begun if isinstance(m.event, Execution)}
        decision = draw(decisions(now))
        later: list[OrderEvidence] = []
        for word in draw(st.lists(events, max_size=8)):
            if isinstance(word, Execution):
                if word.execution_id in seen:
                    continue
                seen.add(word.execution_id)
            if isinstance(word, OrderEvidence):
                later.append(word)
        return now, decision, later


def told(story: tuple[Order, Decision, list[OrderEvidence]]) -> list[Step]:
    before, decision, words = story
    steps = [decided(before, decision, 20)]
    for at_ns, word in enumerate(words, 21):
        now = steps[-1].order
        steps.append((by_the_venue if now.decision is None else advance)(now, word, at_ns))
    return steps


def executed(story: tuple[Order, Decision, list[OrderEvidence]], count: int) -> list[Execution]:
    return [word for word in story[2][:count] if isinstance(word, Execution)]


@given(stories())
def test_fills_count_once_and_effects_add_up(
    story: tuple[Order, Decision, list[OrderEvidence]],
) -> None:
    with money_context():
        before = story[0]
        real, real_paid = before.filled - before.provisional, before.paid - before.provisional_paid
        filled, paid = before.filled, before.paid
        for count, step in enumerate(told(story)):
            now, fills = step.order, executed(story, count)
            assert now.filled - now.provisional == real + sum(fill.quantity for fill in fills)
            counted = real_paid + sum((fill.price * fill.quantity for fill in fills), ZERO)
            assert abs(now.paid - now.provisional_paid - counted) < Decimal("1E-12")
            if step.effect is not None:
                filled += step.effect.quantity
                paid += step.effect.quantity * step.effect.price + step.effect.correction
            assert filled == now.filled
            assert abs(paid - now.paid) < Decimal("1E-12")
            assert 0 <= now.provisional <= now.filled


@given(stories())
def test_with_the_decision_gone_nothing_of_it_is_left(
    story: tuple[Order, Decision, list[OrderEvidence]],
) -> None:
    with money_context():
        for step in told(story):
            now = step.order
            if now.decision is not None:
                assert (now.status, now.filled) == (now.decision.status, now.decision.filled)
                assert exposure_of(now) == 0
                assert (now.doubt, now.cancel_pending, now.amend_pending) == (None, False, None)
            else:
                assert now.filled <= now.venue_filled
                assert now.origin is not Origin.PERSON
                assert (now.status is UNKNOWN) <= (now.doubt is not None)


@given(stories())
def test_the_venues_word_wins(story: tuple[Order, Decision, list[OrderEvidence]]) -> None:
    """Fresh and final, it is taken; fresh and live, nothing stays ended."""
    with money_context():
        steps = told(story)
        for count, word in enumerate(story[2]):
            was, now = steps[count].order, steps[count + 1].order
            if was.decision is None or not isinstance(word, OrderState):
                continue
            if word.venue_time_ns < was.venue_time_ns:
                continue
            assert now.decision is None
            assert now.status in ({word.status, UNKNOWN} if word.status not in LIVE else {UNKNOWN})


LIVE = {OPEN, OrderStatus.PARTIALLY_FILLED}
