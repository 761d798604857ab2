"""Whatever is said of an order, in whatever order, these laws hold after every word."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.evidence import (
    Acknowledged,
    CommandKind,
    Cumulative,
    Execution,
    Lost,
    NotSent,
    OrderEvidence,
    OrderState,
    Refused,
)
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.fill import Effect
from algotradehub.domain.ids import ExecutionId
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import FINAL_STATUSES, Amendment, Order, OrderStatus
from algotradehub.domain.order_rules import advance, doubted, proven_absent, restarted
from tests.unit.domain.examples import (
    VENUE_ORDER_ID,
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

LIVE = {OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED}
UNKNOWN = OrderStatus.UNKNOWN


class Ask(msgspec.Struct, frozen=True):
    """What the manager does to an order beside showing it evidence."""

    what: str  # cancel, amend, doubt, restart, absent
    quantity: int = 0


Event: TypeAlias = OrderEvidence | Ask

# Few names, small amounts and close times: repeats, exact completion and ties are common.
amounts = st.integers(1, 4)
times = st.integers(0, 5)
totals = st.integers(0, 8)
values = st.none() | st.integers(0, 20)
venue_statuses = st.sampled_from([*sorted(LIVE), *sorted(FINAL_STATUSES)])
commands = st.sampled_from(CommandKind)


@st.composite
def executions(draw: st.DrawFn) -> Execution:
    return execution(
        draw(st.sampled_from("abcdef")),
        draw(amounts),
        draw(amounts),
        venue_time_ns=draw(times),
        status=draw(st.none() | venue_statuses),
        cumulative=draw(st.none() | totals.map(Decimal)),
        venue_order_id=draw(st.sampled_from([None, VENUE_ORDER_ID])),
    )


@st.composite
def states(draw: st.DrawFn) -> OrderState:
    return state(
        draw(venue_statuses),
        draw(times),
        filled=draw(st.none() | totals),
        value=draw(values),
        quantity=draw(st.none() | amounts.map(Decimal)),
    )


@st.composite
def cumulatives(draw: st.DrawFn) -> Cumulative:
    return cumulative(draw(totals), draw(values), venue_time_ns=draw(times))


events: st.SearchStrategy[Event] = st.one_of(
    executions(),
    executions(),
    states(),
    states(),
    cumulatives(),
    st.builds(acknowledged, commands, venue_time_ns=times),
    st.builds(refused, commands, order_unknown=st.booleans()),
    st.builds(not_sent, commands),
    st.builds(lost, commands),
    st.builds(Ask, st.sampled_from(["cancel", "amend", "doubt", "restart", "absent"]), amounts),
)
histories = st.lists(events, max_size=12)


class Moment(msgspec.Struct, frozen=True):
    event: Event | None
    order: Order
    effect: Effect | None = None


def replay(history: Sequence[Event], quantity: int = 6) -> list[Moment]:
    """Every state an order goes through. Executions are de-duplicated, as the manager does."""
    moments = [Moment(None, order(quantity))]
    seen: set[ExecutionId] = set()
    for at_ns, event in enumerate(history, 1):
        if isinstance(event, Execution):
            if event.execution_id in seen:
                continue
            seen.add(event.execution_id)
        before = moments[-1].order
        if isinstance(event, Ask):
            moments.append(Moment(event, asked(before, event, at_ns)))
        else:
            step = advance(before, event, at_ns)
            moments.append(Moment(event, step.order, step.effect))
    return moments


def asked(before: Order, ask: Ask, at_ns: int) -> Order:
    match ask.what:
        case "cancel" if not before.is_final:
            return msgspec.structs.replace(before, cancel_pending=True)
        case "amend" if before.status in LIVE and before.amend_pending is None:
            amendment = Amendment(quantity=Decimal(ask.quantity))
            return msgspec.structs.replace(before, amend_pending=amendment)
        case "doubt":
            return doubted(before, "a look-up failed", at_ns)
        case "restart":
            return restarted(before, at_ns)
        case "absent" if before.status is UNKNOWN:
            return proven_absent(before, "not seen", at_ns)
        case _:
            return before


def real_fills(moments: Sequence[Moment]) -> list[Execution]:
    return [m.event for m in moments if isinstance(m.event, Execution)]


@pytest.mark.design_property(19)
@given(histories)
def test_a_fill_counts_once_and_is_never_lost(history: list[Event]) -> None:
    moments = replay(history)
    for number, moment in enumerate(moments, 1):
        fills = real_fills(moments[:number])
        now = moment.order
        assert now.filled - now.provisional == sum(fill.quantity for fill in fills)
        assert now.paid - now.provisional_paid == sum(f.price * f.quantity for f in fills)
        assert 0 <= now.provisional <= now.filled <= now.venue_filled
        assert now.provisional or not now.provisional_paid


@given(histories)
def test_effects_add_up_to_what_was_filled_and_paid(history: list[Event]) -> None:
    moments = replay(history)
    effects = [moment.effect for moment in moments if moment.effect is not None]
    last = moments[-1].order
    assert sum(effect.quantity for effect in effects) == last.filled
    worth = sum(effect.quantity * effect.price + effect.correction for effect in effects)
    assert worth == last.paid
    fees = [effect.fee for effect in effects]
    assert sum(fee or 0 for fee in fees) == sum(f.fee or 0 for f in real_fills(moments))


@given(histories)
def test_the_venues_total_never_falls_and_covers_every_claim(history: list[Event]) -> None:
    for before, after in pairwise(replay(history)):
        assert after.order.venue_filled >= before.order.venue_filled
        told = after.event
        if isinstance(told, OrderState | Cumulative) and told.filled is not None:
            assert after.order.venue_filled >= told.filled
        if isinstance(told, Execution) and told.cumulative is not None:
            assert after.order.venue_filled >= told.cumulative


@given(histories)
def test_a_total_with_a_value_leaves_no_gap(history: list[Event]) -> None:
    for before, after in pairwise(replay(history)):
        told = after.event
        if not isinstance(told, OrderState | Cumulative) or told.value is None:
            continue
        if told.filled is not None and told.filled >= before.order.venue_filled:
            assert after.order.filled == after.order.venue_filled


@given(histories)
def test_exposure_is_never_understated(history: list[Event]) -> None:
    for moment in replay(history):
        now = moment.order
        if now.is_final and not now.total_untold:
            assert exposure_of(now) == max(ZERO, now.venue_filled - now.filled)
            continue
        size = now.quantity
        assert size is not None
        if now.amend_pending is not None and now.amend_pending.quantity is not None:
            size = max(size, now.amend_pending.quantity)
        assert exposure_of(now) == max(ZERO, size - now.filled)


@given(histories)
def test_the_venues_name_for_it_is_never_lost(history: list[Event]) -> None:
    for before, after in pairwise(replay(history)):
        if before.order.leg.venue_order_id is not None:
            assert after.order.leg.venue_order_id == before.order.leg.venue_order_id
        if getattr(after.event, "venue_order_id", None) is not None:
            named = not isinstance(after.event, Acknowledged) or (
                after.event.command is not CommandKind.CANCEL
            )
            assert not named or after.order.leg.venue_order_id == VENUE_ORDER_ID


@given(histories)
def test_what_has_ended_lives_again_only_through_doubt(history: list[Event]) -> None:
    for before, after in pairwise(replay(history)):
        if before.order.status is not OrderStatus.PENDING:
            assert after.order.status is not OrderStatus.PENDING
        if before.order.is_final:
            assert after.order.status not in LIVE


@given(histories)
def test_the_unknown_always_has_a_question(history: list[Event]) -> None:
    for moment in replay(history):
        if moment.order.status is UNKNOWN:
            assert moment.order.doubt is not None


@given(histories)
def test_an_end_leaves_nothing_pending(history: list[Event]) -> None:
    for moment in replay(history):
        now = moment.order
        if now.is_final:
            assert not now.cancel_pending
            assert now.amend_pending is None
            assert now.doubt is None
        assert (now.origin is not None) == (now.status is OrderStatus.REJECTED)
        if now.status is OrderStatus.REJECTED:
            assert not now.filled
            assert not now.venue_filled
        if now.status in LIVE:
            assert (now.status is OrderStatus.PARTIALLY_FILLED) == (now.venue_filled > 0)


@pytest.mark.design_property(18)
@given(histories)
def test_filled_and_cancelled_are_the_venues_word_on_the_order(history: list[Event]) -> None:
    for before, after in pairwise(replay(history)):
        reached = after.order.status
        if reached is before.order.status or not after.order.is_final:
            continue
        if reached is OrderStatus.REJECTED:
            assert not isinstance(after.event, Lost)
        else:
            assert isinstance(after.event, OrderState | Execution)
            assert after.event.status is reached


@pytest.mark.design_property(18)
@given(histories)
def test_no_answer_to_a_cancel_changes_status_or_amounts(history: list[Event]) -> None:
    answers = Acknowledged | Refused | NotSent | Lost
    for before, after in pairwise(replay(history)):
        if isinstance(after.event, answers) and after.event.command is CommandKind.CANCEL:
            assert after.order.status is before.order.status
            assert after.order.legs == before.order.legs
            assert after.order.cancel_pending == before.order.cancel_pending
            assert exposure_of(after.order) == exposure_of(before.order)


@given(histories)
def test_a_stale_word_changes_no_status(history: list[Event]) -> None:
    """Unless it tells of more fills than were known: those count whenever they are heard of."""
    for before, after in pairwise(replay(history)):
        word, was, now = after.event, before.order, after.order
        if not isinstance(word, OrderState) or word.venue_time_ns >= was.venue_time_ns:
            continue
        assert was.quantity is not None
        # More filled than there was: then it had been made larger.
        assert now.quantity == max(was.quantity, now.filled)
        assert now.venue_time_ns == was.venue_time_ns
        if now.venue_filled == was.venue_filled:
            assert now.status is was.status


@given(histories)
def test_a_terminal_word_is_never_just_dropped(history: list[Event]) -> None:
    for before, after in pairwise(replay(history)):
        word = after.event
        if isinstance(word, OrderState) and word.status in FINAL_STATUSES:
            assert (
                after.order.status is word.status
                or after.order.doubt is not None
                or before.order.is_final
            )


@given(histories)
def test_a_fresh_word_answers(history: list[Event]) -> None:
    """Nothing stays open that the venue has just answered, except by contradicting itself."""
    for before, after in pairwise(replay(history)):
        word, was, now = after.event, before.order, after.order
        if not isinstance(word, OrderState) or word.venue_time_ns < was.venue_time_ns:
            continue
        if was.is_final:
            continue
        if word.status in FINAL_STATUSES:
            assert now.status in (word.status, UNKNOWN)
        else:
            assert now.status in LIVE
            assert now.doubt is None or now.amend_pending is not None


@given(histories)
def test_only_an_answer_ends_the_question_of_an_amendment(history: list[Event]) -> None:
    for before, after in pairwise(replay(history)):
        was, now = before.order, after.order
        if was.amend_pending is not None and was.doubt is not None:
            assert now.is_final or now.amend_pending is None or now.doubt is not None


@given(histories)
def test_evidence_may_repeat(history: list[Event]) -> None:
    """Words repeated at once move no amount a second time."""
    doubled = [event for event in history for _ in range(2)]
    once, twice = replay(history)[-1].order, replay(doubled)[-1].order
    assert facts(twice.filled, twice.paid) == (once.filled, once.paid)
    assert facts(twice.provisional, twice.venue_filled) == (once.provisional, once.venue_filled)


# A venue that tells the truth, over channels that repeat, delay and reorder.


class Truth(msgspec.Struct, frozen=True):
    """What happened at the venue: fills, then perhaps an end."""

    fills: tuple[tuple[int, int], ...]  # (quantity, price)
    end: OrderStatus | None

    @property
    def quantity(self) -> int:
        filled = sum(quantity for quantity, _ in self.fills)
        return filled if self.end is OrderStatus.FILLED else filled + 2

    def total(self, count: int) -> tuple[int, int]:
        first = self.fills[:count]
        return sum(q for q, _ in first), sum(q * p for q, p in first)

    def executions(self, delays: Sequence[int]) -> list[Execution]:
        """A trade's time comes from another clock than that of the order's last change."""
        return [
            execution(str(n), quantity, price, venue_time_ns=10 * n + delay)
            for n, ((quantity, price), delay) in enumerate(zip(self.fills, delays, strict=False))
        ]

    def word(self, count: int) -> OrderState:
        filled, value = self.total(count)
        status = OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.OPEN
        return state(status, 10 * count, filled=filled, value=value)

    def last_word(self) -> OrderState:
        if self.end is None:
            return self.word(len(self.fills))
        filled, value = self.total(len(self.fills))
        return state(self.end, 10 * len(self.fills), filled=filled, value=value)


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    fills = draw(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 7)), max_size=5))
    ends: list[OrderStatus | None] = [None, OrderStatus.CANCELLED, OrderStatus.EXPIRED]
    if fills:
        ends.append(OrderStatus.FILLED)
    return Truth(tuple(fills), draw(st.sampled_from(ends)))


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[Truth, list[OrderEvidence]]:
    """A truth, and every execution of it among other words of it: any order, any repeats."""
    truth = draw(truths())
    delays = draw(st.lists(st.integers(0, 30), min_size=5, max_size=5))
    told: list[OrderEvidence] = list(truth.executions(delays))
    words: list[OrderEvidence] = [acknowledged(), lost(CommandKind.CANCEL), truth.last_word()]
    for count in range(len(truth.fills) + 1):
        words.append(truth.word(count))
        words.append(msgspec.structs.replace(truth.word(count), filled=None, value=None))
        words.append(cumulative(*truth.total(count), venue_time_ns=10 * count))
    told += draw(st.lists(st.sampled_from(words), max_size=8))
    told += draw(st.lists(st.sampled_from(told), max_size=3)) if told else []
    return truth, draw(st.permutations(told))


@pytest.mark.design_property(19)
@given(deliveries())
def test_totals_are_replaced_by_real_executions_and_never_summed(
    delivery: tuple[Truth, list[OrderEvidence]],
) -> None:
    truth, told = delivery
    moments = replay(told, truth.quantity)
    last = moments[-1].order
    assert facts(last.filled, last.paid) == facts(*truth.total(len(truth.fills)))
    assert facts(last.provisional, last.provisional_paid) == (0, 0)
    for moment in moments:
        now = moment.order
        assert now.filled == max(now.filled - now.provisional, now.venue_filled)


@given(deliveries())
def test_a_truthful_venue_is_believed_in_the_end(
    delivery: tuple[Truth, list[OrderEvidence]],
) -> None:
    """After any mess one look-up ends every question: no order is stuck, none is lost."""
    truth, told = delivery
    last = replay([*told, truth.last_word()], truth.quantity)[-1].order
    assert last.doubt is None
    assert last.status is truth.last_word().status
    assert exposure_of(last) == (0 if truth.end else 2)


@given(deliveries())
def test_a_truthful_venue_never_hides_exposure(
    delivery: tuple[Truth, list[OrderEvidence]],
) -> None:
    """What may still fill, with what has filled, is never less than the truth."""
    truth, told = delivery
    for moment in replay(told, truth.quantity):
        if not moment.order.is_final:
            assert exposure_of(moment.order) + moment.order.filled >= truth.quantity


@given(deliveries(), st.randoms(use_true_random=False))
def test_the_order_of_delivery_does_not_matter_for_amounts(
    delivery: tuple[Truth, list[OrderEvidence]], random: object
) -> None:
    truth, told = delivery
    shuffled = list(told)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = replay(told, truth.quantity)[-1].order, replay(shuffled, truth.quantity)[-1].order
    assert facts(one.filled, one.paid, one.provisional) == (
        other.filled,
        other.paid,
        other.provisional,
    )
