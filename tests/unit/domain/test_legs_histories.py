"""Whatever is said of any leg, in whatever order, these laws hold for the whole order."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain import decisions, order_rules
from algotradehub.domain.evidence import (
    CommandKind,
    Cumulative,
    Execution,
    NotSent,
    OrderEvidence,
    OrderState,
)
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.fill import leg_index
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import FINAL_STATUSES, Order, OrderStatus
from tests.unit.domain.examples import (
    acknowledged,
    cumulative,
    execution,
    lost,
    not_sent,
    refused,
    state,
)
from tests.unit.domain.leg_words import LIVE, Story, may_fill, of, parts

UNKNOWN, CANCELLED = OrderStatus.UNKNOWN, OrderStatus.CANCELLED


class Ask(msgspec.Struct, frozen=True):
    """What the desk does to an order beside showing it evidence."""

    what: str
    quantity: int | None = None


class Word(msgspec.Struct, frozen=True):
    """Evidence about one leg, and by which of its names."""

    leg: int
    evidence: OrderEvidence
    names: str = "both"  # or client, venue


Event: TypeAlias = Word | Ask

amounts = st.integers(1, 4)
times = st.integers(0, 5)
totals = st.integers(0, 8)
values = st.none() | st.integers(0, 20)
venue_statuses = st.sampled_from([*sorted(LIVE), *sorted(FINAL_STATUSES)])
commands = st.sampled_from(CommandKind)
executions = st.builds(
    lambda name, quantity, price, status, total: execution(
        name, quantity, price, status=status, cumulative=None if total is None else Decimal(total)
    ),
    st.sampled_from("abc"),
    amounts,
    amounts,
    st.none() | venue_statuses,
    st.none() | totals,
)
states = st.builds(
    lambda status, at, filled, value, quantity: state(
        status,
        at,
        filled=filled,
        value=value,
        quantity=None if quantity is None else Decimal(quantity),
    ),
    venue_statuses,
    times,
    st.none() | totals,
    values,
    st.none() | amounts,
)
evidence: st.SearchStrategy[OrderEvidence] = st.one_of(
    executions,
    executions,
    states,
    states,
    st.builds(cumulative, totals, values),
    st.builds(acknowledged, commands, venue_time_ns=times),
    st.builds(refused, commands, order_unknown=st.booleans()),
    st.builds(not_sent, commands),
    st.builds(lost, commands),
)
words: st.SearchStrategy[Event] = st.builds(
    Word, st.integers(1, 3), evidence, st.sampled_from(["both", "client", "venue"])
)
asks: st.SearchStrategy[Event] = st.builds(
    Ask,
    st.sampled_from(
        [
            *("amend", "amend", "follow", "follow", "drop", "cancel"),
            *("doubt", "restart", "absent", "decide", "decide"),
        ]
    ),
    st.none() | st.integers(1, 9),
)
# Most histories begin where another leg has already followed the first.
CANCELLED_FIRST: tuple[Event, ...] = (
    Word(1, acknowledged()),
    Ask("amend", 8),
    Word(1, state(CANCELLED, filled=2, value=200)),
)
SECOND_RESTS: tuple[Event, ...] = (*CANCELLED_FIRST, Ask("follow"), Word(2, acknowledged()))
beginnings = st.sampled_from(
    [(), CANCELLED_FIRST, SECOND_RESTS, SECOND_RESTS, (*SECOND_RESTS, Ask("amend", 7))]
)
histories = st.builds(
    lambda beginning, rest: [*beginning, *rest],
    beginnings,
    st.lists(st.one_of(words, words, asks), max_size=10),
)


def told(story: Story, event: Event) -> OrderEvidence | None:
    """Let one thing happen, if it can, as the desk would; return what was said of a leg."""
    if isinstance(event, Ask):
        act(story, event)
        return None
    if event.leg > len(story.now.legs):
        return None
    anonymous = isinstance(event.evidence, Execution | OrderState | Cumulative)
    known = story.now.legs[event.leg - 1].venue_order_id is not None
    by_client = event.names != "venue" or not (anonymous and known)
    word: OrderEvidence = of(
        event.leg, event.evidence, client=by_client, venue=event.names != "client"
    )
    counted = len(story.counted)
    story.hear(word)
    return None if isinstance(word, Execution) and len(story.counted) == counted else word


def act(story: Story, ask: Ask) -> None:
    now = story.now
    changing = now.cancel_pending or now.amend_pending is not None
    match ask.what:
        case "amend" if now.status in LIVE and not changing and len(now.legs) < 3:
            story.amend(ask.quantity)
        case "follow" if story.waits:
            story.follow()
        case "drop" if story.waits:
            story.drop()
        case "cancel" if not now.is_final:
            story.cancel()
        case "doubt":
            story.doubt()
        case "restart":
            story.restart()
        case "absent" if now.part.status is UNKNOWN:
            story.absent()
        case "decide" if not now.is_final:
            more = max(ZERO, now.venue_filled - now.filled) + (ask.quantity or 0)
            story.decide(CANCELLED if ask.quantity is None else OrderStatus.FILLED, more)


class Moment(msgspec.Struct, frozen=True):
    event: Event
    word: OrderEvidence | None
    before: Order
    after: Order


def moments(history: list[Event], story: Story | None = None) -> Iterator[Moment]:
    story = story or Story()
    for event in history:
        before = story.now
        word = told(story, event)
        yield Moment(event, word, before, story.now)


@given(histories)
def test_the_whole_is_the_sum_of_its_legs(history: list[Event]) -> None:
    for moment in moments(history):
        now = moment.after
        for name in ("filled", "paid", "provisional", "provisional_paid", "venue_filled"):
            assert getattr(now, name) == sum(getattr(part, name) for part in parts(now)), name
        assert now.total_untold == any(part.total_untold for part in parts(now))
        for leg, part in zip(now.legs, parts(now), strict=True):
            assert (leg.client_order_id, leg.venue_order_id, leg.quantity, leg.limit_price) == (
                part.leg.client_order_id,
                part.leg.venue_order_id,
                part.leg.quantity,
                part.leg.limit_price,
            )
            assert leg.dead == (part.is_final if now.parts else False)


@pytest.mark.design_property("17a")
@given(histories)
def test_a_fill_counts_once_for_its_leg_and_is_never_lost(history: list[Event]) -> None:
    story = Story()
    for _ in moments(history, story):
        now, fills = story.now, story.counted
        assert now.filled - now.provisional == sum(fill.quantity for fill in fills)
        assert now.paid - now.provisional_paid == sum(f.price * f.quantity for f in fills)
        effects = story.effects
        assert sum(effect.quantity for effect in effects) == now.filled
        assert sum(e.quantity * e.price + e.correction for e in effects) == now.paid
        assert sum(effect.fee or 0 for effect in effects) == sum(fill.fee or 0 for fill in fills)


@given(histories)
def test_a_leg_is_moved_by_the_words_about_it_and_by_no_other(history: list[Event]) -> None:
    """As the rules of an order of one leg would move it."""
    for number, moment in enumerate(moments(history), 1):
        word, before, after = moment.word, moment.before, moment.after
        if word is None or not before.parts:
            continue
        named = getattr(word, "venue_order_id", None)
        index = leg_index(before, word.client_order_id, named)
        assert isinstance(moment.event, Word)
        assert index == moment.event.leg - 1
        rules = order_rules if before.parts[index].decision is None else decisions
        expected = rules.advance(before.parts[index], word, number).order
        if not after.parts:  # it never came to a second leg
            (only,) = before.parts
            assert msgspec.structs.replace(after, cancel_pending=False, updated_ns=0) == (
                msgspec.structs.replace(expected, cancel_pending=False, updated_ns=0)
            )
            assert only is before.parts[index]
            continue
        for other in range(len(before.parts)):
            if other != index:
                assert after.parts[other] is before.parts[other]
        assert msgspec.structs.replace(after.parts[index], updated_ns=0, doubt=None) == (
            msgspec.structs.replace(expected, updated_ns=0, doubt=None)
        )


@pytest.mark.design_property("17a")
@given(histories)
def test_exposure_covers_all_that_any_leg_may_still_fill(history: list[Event]) -> None:
    story = Story()
    for _ in moments(history, story):
        now = story.now
        if now.is_final:
            assert (exposure_of(now) > 0) <= now.lacks_fills
            continue
        assert exposure_of(now) >= may_fill(now)
        if story.wanted is not None:
            assert exposure_of(now) >= story.wanted - now.filled


@given(histories)
def test_it_is_final_exactly_when_all_legs_are_and_none_follows(history: list[Event]) -> None:
    for moment in moments(history):
        now = moment.after
        all_final = all(part.is_final for part in parts(now))
        assert now.is_final == (all_final and now.replacing is None)
        assert (now.status is UNKNOWN) == any(part.status is UNKNOWN for part in parts(now))
        assert all(part.status is not UNKNOWN or part.doubt is not None for part in parts(now))
        if now.is_final:
            pending = (now.cancel_pending, now.amend_pending, now.doubt)
            assert pending == (False, None, None)
        assert (now.origin is not None) == (now.status is OrderStatus.REJECTED)
        assert (now.decision is not None) == any(part.decision is not None for part in parts(now))
        if now.status is OrderStatus.REJECTED:
            assert len(now.legs) == 1
            assert not now.filled
        if now.status in LIVE:
            partly = now.status is OrderStatus.PARTIALLY_FILLED
            assert partly == (now.filled > 0 or now.part.venue_filled > 0)


@given(histories)
def test_a_leg_follows_only_one_that_was_cancelled_for_it(history: list[Event]) -> None:
    for moment in moments(history):
        now, before = moment.after, moment.before
        assert (now.replacing is not None) <= (now.amend_pending is not None)
        if now.replacing is not None and now.part.is_final:
            assert now.part.status is CANCELLED
            assert not now.cancel_pending
            assert now.status in {OrderStatus.PENDING, UNKNOWN}
        if len(now.legs) > len(before.legs):
            assert before.part.is_final
            assert not before.lacks_fills
            assert now.part.status is OrderStatus.PENDING
            assert now.quantity == before.filled + (now.leg.quantity or ZERO)


@given(histories)
def test_what_has_ended_lives_again_only_through_doubt(history: list[Event]) -> None:
    for moment in moments(history):
        for was, now in zip(parts(moment.before), parts(moment.after), strict=False):
            if was.is_final and not now.is_final:
                assert now.status is UNKNOWN
                assert now.doubt is not None
                assert moment.word is not None
        if moment.before.is_final:
            assert moment.after.status in FINAL_STATUSES | {UNKNOWN}


@given(histories)
def test_no_name_is_ever_lost(history: list[Event]) -> None:
    for moment in moments(history):
        for was, now in zip(moment.before.legs, moment.after.legs, strict=False):
            assert now.client_order_id == was.client_order_id
            assert was.venue_order_id in {None, now.venue_order_id}
        assert len(moment.after.legs) >= len(moment.before.legs)


@given(histories)
def test_after_a_restart_nothing_follows_and_nothing_is_unanswered(history: list[Event]) -> None:
    story = Story()
    for _ in moments(history, story):
        pass
    before = story.now
    now = story.restart()
    assert now.replacing is None
    if before.replacing is not None:
        assert now.amend_pending is None
    for was, part in zip(parts(before), parts(now), strict=True):
        assert part.status is not OrderStatus.PENDING
        assert part.is_final == was.is_final


@given(st.lists(st.builds(Word, st.just(1), evidence), max_size=6), st.integers(1, 9))
def test_a_replacement_that_came_to_nothing_leaves_no_trace(
    history: list[Event], quantity: int
) -> None:
    """An amendment that could not be stored: the order is as if nobody had asked."""
    refusal = of(1, not_sent(CommandKind.AMEND))
    assert isinstance(refusal, NotSent)
    asked, never = Story(), Story()
    for event in history:
        told(asked, event)
        told(never, event)
    if asked.now.status in LIVE and asked.now.amend_pending is None:
        asked.amend(quantity)
        asked.at_ns -= 1
        assert asked.hear(refusal) == never.hear(refusal)
