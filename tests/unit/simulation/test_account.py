"""Every lie of the wire really happens, none happens unasked, and each request has one outcome."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from decimal import Decimal

import pytest

from algotradehub.conformance.trader import Answer
from algotradehub.domain.commands import CancelAll
from algotradehub.domain.errors import ErrorCategory, VenueError, VenueUnavailable
from algotradehub.domain.evidence import (
    Acknowledged,
    Balance,
    CommandKind,
    Connection,
    ConnectionState,
    Cumulative,
    Evidence,
    Execution,
    FeeSettled,
    Found,
    Lost,
    NotSeen,
    NotSent,
    OrderState,
    Refused,
    Unreadable,
)
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import OrderStatus
from algotradehub.domain.records import Requested, Responded
from algotradehub.ports.venue import OrderName
from algotradehub.simulation.venue import INSTRUMENT, SYMBOL
from algotradehub.simulation.wires import Wire
from tests.unit.simulation.commands import client_id, place
from tests.unit.simulation.stage import HONEST, RATES, Stage

S = 1_000_000_000
MS = 1_000_000
REQUESTS = 40


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def stage(opened: ExitStack, **changes: object) -> Stage:
    return opened.enter_context(closing(Stage(changes)))


def place_many(on: Stage, count: int = REQUESTS) -> list[Answer]:
    """Send orders one after another; return the outcome of each."""
    trader = on.trader()

    async def trade() -> list[ClientOrderId]:
        return [await trader.place(price=Decimal(1 + number)) for number in range(count)]

    orders = on.run(trade())
    return [only(trader.answers(order, CommandKind.PLACE)) for order in orders]


def only(answers: list[Answer]) -> Answer:
    (answer,) = answers
    return answer


def lost_requests(on: Stage) -> None:
    assert {type(answer) for answer in place_many(on)} == {Lost}
    assert not on.venue.places


def lost_answers(on: Stage) -> None:
    assert {type(answer) for answer in place_many(on)} == {Lost}
    assert len(on.venue.orders) == REQUESTS


def garbled_answers(on: Stage) -> None:
    answers = place_many(on)
    reasons = {answer.reason for answer in answers if isinstance(answer, Lost)}
    assert reasons == {"the answer cannot be read"}
    assert len(answers) == len(on.venue.orders) == REQUESTS


def refused_orders(on: Stage) -> None:
    codes = {answer.code for answer in place_many(on) if isinstance(answer, Refused)}
    assert codes == {"FUNDS"}
    assert len(on.venue.places) == REQUESTS
    assert not on.venue.orders


def throttled_requests(on: Stage) -> None:
    answers = [answer for answer in place_many(on) if isinstance(answer, Refused)]
    assert [answer.category for answer in answers] == [ErrorCategory.RATE_LIMITED] * REQUESTS
    assert not on.venue.places


def server_errors(on: Stage) -> None:
    assert {type(answer) for answer in place_many(on)} == {Lost}
    assert 0 < len(on.venue.orders) < REQUESTS  # executed or not, nobody can tell


def unsent_requests(on: Stage) -> None:
    assert {type(answer) for answer in place_many(on)} == {NotSent}
    assert not on.venue.places
    assert not on.effects  # nothing was written


def doubled_messages(on: Stage) -> None:
    place_many(on)
    on.rest(Side.SELL, Decimal(1), Decimal(10) * REQUESTS)
    on.advance(1)
    told = Counter(event for event in on.events if isinstance(event, Execution | OrderState))
    assert len(told) == 2 * REQUESTS
    assert set(told.values()) == {2}


def overtaking_messages(on: Stage) -> None:
    place_many(on)
    on.rest(Side.SELL, Decimal(1), Decimal(10) * REQUESTS)
    on.advance(1)
    times = [event.venue_time_ns for event in on.events if isinstance(event, Execution)]
    assert len(times) == REQUESTS
    assert times != sorted(times)


def blind_look_ups(on: Stage) -> None:
    (answer,) = place_many(on, 1)
    name = named(answer.client_order_id)
    assert all(isinstance(on.run(on.scripted.find(name)), Unreadable) for _ in range(REQUESTS))


def partial_look_ups(on: Stage) -> None:
    """They see what rests; what has ended they have no source for."""
    (answer,) = place_many(on, 1)
    name = named(answer.client_order_id)
    on.run(on.clock.sleep(on.venue.rules.settle_s))
    assert isinstance(on.run(on.scripted.find(name)), Found)
    on.venue.cancel_all(CancelAll())
    on.run(on.clock.sleep(on.venue.rules.settle_s))
    assert on.run(on.scripted.find(name)) == NotSeen(sources=("open_orders",))


def blind_lists(on: Stage) -> None:
    lists = (
        on.scripted.open_orders,
        on.scripted.balances,
        on.scripted.instruments,
        lambda: on.scripted.fills_since(0),
    )
    for read in lists:
        with pytest.raises(VenueUnavailable):
            on.run(read())


def slow_requests(on: Stage) -> None:
    trader = on.trader()
    took_ns = []
    for _ in range(REQUESTS):
        began_ns, heard = on.now_ns(), len(on.heard)
        on.run(trader.place(price=Decimal(100)))
        took_ns.append(on.heard[heard][0] - began_ns)
    assert max(took_ns) > 3 * S
    assert sum(ns > 120 * MS for ns in took_ns) > REQUESTS / 2  # an honest answer needs no more
    assert any(isinstance(event, Lost) for event in on.events)  # some take longer than we wait
    expired = REQUESTS - len(on.venue.orders)
    assert 0 < expired < REQUESTS


def queued_requests(on: Stage) -> None:
    """They leave our lane late, some at their last instant, but never after it."""
    waited_ns = []
    for number in range(1, REQUESTS + 1):
        asked_ns = on.now_ns()
        command = place(number, price=number, send_before_ns=asked_ns + 5 * S)
        on.scripted.send(command)
        assert not on.effects
        on.advance(15)
        if on.effects:
            waited_ns.append(on.effects[0][0] - asked_ns)
            on.effects.clear()
        else:
            assert isinstance(on.events[-1], NotSent)  # its last instant was too late
    assert max(waited_ns) < 5 * S
    assert max(waited_ns) > 4.9 * S
    assert len({ns // S for ns in waited_ns}) > 2


def executed_late(on: Stage) -> None:
    """Taken at once, executed later: up to what the venue documents, and no later."""
    lags_ns = []
    for number in range(1, REQUESTS + 1):
        sent_ns = on.now_ns()
        on.scripted.send(place(number, price=number))
        on.advance(5)
        order = on.venue.by_client_id[client_id(number)]
        lags_ns.append(order._times[0] - sent_ns)
    assert max(lags_ns) <= HONEST.backend_timeout_s * S + 60 * MS
    assert sum(ns > 60 * MS for ns in lags_ns) > REQUESTS / 2


def forestalled_cancels(on: Stage) -> None:
    """A fill comes first: of all that is left, and the cancel finds nothing; or of a part."""
    trader = on.trader()
    orders = [answer.client_order_id for answer in place_many(on)]

    async def cancel() -> None:
        for order in orders:
            await trader.cancel(order)

    on.run(cancel())
    ends: Counter[object] = Counter()
    for order in orders:
        truth = on.venue.by_client_id[order]
        (answer,) = trader.answers(order, CommandKind.CANCEL)
        ends[truth.status, truth.filled, isinstance(answer, Refused) and answer.order_unknown] += 1
    whole = (OrderStatus.FILLED, Decimal(10), True)
    assert set(ends) == {whole, (OrderStatus.CANCELLED, Decimal(5), False)}


LIES: dict[str, Callable[[Stage], None]] = {
    "lose_request": lost_requests,
    "lose_answer": lost_answers,
    "malformed": garbled_answers,
    "refuse": refused_orders,
    "throttle": throttled_requests,
    "server_error": server_errors,
    "not_sent": unsent_requests,
    "crosses": forestalled_cancels,
    "duplicate": doubled_messages,
    "reorder": overtaking_messages,
    "blind": blind_look_ups,
    "partial": partial_look_ups,
    "unlisted": blind_lists,
    "slow": slow_requests,
    "queues": queued_requests,
    "backlog": executed_late,
}


def test_every_lie_has_its_test() -> None:
    assert set(LIES) == set(RATES)


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_whose_rate_is_one_always_happens(opened: ExitStack, lie: str) -> None:
    LIES[lie](stage(opened, **{lie: 1.0}))


def test_without_lies_nothing_goes_wrong(opened: ExitStack) -> None:
    on = stage(opened)
    assert {type(answer) for answer in place_many(on)} == {Acknowledged}
    on.rest(Side.SELL, Decimal(1), Decimal(10) * REQUESTS)
    on.advance(1)
    executions = [event for event in on.events if isinstance(event, Execution)]
    assert len(executions) == len(set(executions)) == REQUESTS
    times = [event.venue_time_ns for event in executions]
    assert times == sorted(times)
    assert [name for _, name in on.effects] == ["before send", "after send"] * REQUESTS
    assert all(event.status is OrderStatus.FILLED for event in executions)


# --- styles: what a venue may tell, and how


def heard_of_a_fill(opened: ExitStack, **style: object) -> list[Evidence]:
    on = stage(opened, **style)
    place_many(on, 1)
    before = len(on.events)
    on.rest(Side.SELL, Decimal(1), Decimal(4))
    on.advance(1)
    return [event for event in on.events[before:] if not isinstance(event, Balance)]


def test_a_venue_may_tell_totals_only(opened: ExitStack) -> None:
    (total,) = heard_of_a_fill(opened, cumulative_only=True)
    assert isinstance(total, Cumulative)
    assert total.filled == total.value == 4
    on = stage(opened, cumulative_only=True)
    place_many(on, 1)
    on.rest(Side.SELL, Decimal(1), Decimal(4))
    on.advance(HONEST.settle_s)
    assert on.run(on.scripted.fills_since(0)) == []


@pytest.mark.parametrize("names", [True, False])
def test_executions_may_lack_our_id(opened: ExitStack, *, names: bool) -> None:
    (execution,) = heard_of_a_fill(opened, names_client_id=names)
    assert isinstance(execution, Execution)
    assert (execution.client_order_id is not None) is names
    assert execution.venue_order_id is not None


@pytest.mark.parametrize("tells", [True, False])
def test_executions_may_lack_totals(opened: ExitStack, *, tells: bool) -> None:
    (execution,) = heard_of_a_fill(opened, tells_totals=tells)
    assert isinstance(execution, Execution)
    partial = (OrderStatus.PARTIALLY_FILLED, Decimal(4))
    assert (execution.status, execution.cumulative) == (partial if tells else (None, None))


def test_fees_may_come_afterwards(opened: ExitStack) -> None:
    execution, settled = heard_of_a_fill(opened, late_fees=True)
    assert isinstance(execution, Execution)
    assert isinstance(settled, FeeSettled)
    assert execution.fee is None
    assert execution.execution_id == settled.execution_id
    assert settled.fee == 4 * INSTRUMENT.maker_fee


@pytest.mark.parametrize("tells", [True, False])
def test_states_may_lack_totals(opened: ExitStack, *, tells: bool) -> None:
    on = stage(opened, states_tell_totals=tells)
    place_many(on, 1)
    on.rest(Side.SELL, Decimal(1), Decimal(10))
    on.advance(1)
    (state,) = [event for event in on.events if isinstance(event, OrderState)]
    assert state.filled == state.value == (10 if tells else None)


@pytest.mark.parametrize("tells", [True, False])
def test_the_opening_may_be_told(opened: ExitStack, *, tells: bool) -> None:
    on = stage(opened, tells_open=tells)
    place_many(on, 3)
    assert sum(isinstance(event, OrderState) for event in on.events) == (3 if tells else 0)


# --- look-ups


def named(client_order_id: ClientOrderId) -> OrderName:
    return OrderName(
        client_order_id=client_order_id, venue_order_id=None, symbol=SYMBOL, side=Side.BUY
    )


def test_a_look_up_lags_but_never_more_than_settle_s(opened: ExitStack) -> None:
    """Asked just after the change it may miss it; asked ``settle_s`` later it never does."""
    on = stage(opened)
    stale = 0
    for number in range(REQUESTS):
        on.venue.place_by_hand(Side.BUY, Decimal(1), Decimal(100))
        order = on.venue.orders[next(reversed(on.venue.orders))]
        name = OrderName(
            client_order_id=None,
            venue_order_id=order.venue_order_id,
            symbol=SYMBOL,
            side=Side.BUY,
        )
        listed = len(on.run(on.scripted.open_orders()))
        assert listed <= number + 1
        on.advance(HONEST.settle_s / 2)
        stale += isinstance(on.run(on.scripted.find(name)), NotSeen)
        on.advance(HONEST.settle_s)
        assert isinstance(on.run(on.scripted.find(name)), Found)
        assert len(on.run(on.scripted.open_orders())) == number + 1
    assert 0 < stale < REQUESTS


def test_fills_are_read_oldest_first_from_the_moment_asked_for(opened: ExitStack) -> None:
    on = stage(opened)
    place_many(on, 2)
    second, first = on.venue.orders.values()
    for order in (first, second, first):
        on.venue.fill(order, Decimal(1), Decimal(1))
        on.advance(HONEST.settle_s)
    read = on.run(on.scripted.fills_since(0))
    owners = [execution.venue_order_id for execution in read]
    assert owners == [first.venue_order_id, second.venue_order_id, first.venue_order_id]
    assert on.run(on.scripted.fills_since(read[1].venue_time_ns)) == read[1:]


# --- lives


def test_while_the_venue_is_down_nothing_is_sent_and_nothing_can_be_read(
    opened: ExitStack,
) -> None:
    on = stage(opened)
    on.venue.wires.cut(tuple(Wire))
    (answer,) = place_many(on, 1)
    assert isinstance(answer, NotSent)
    assert isinstance(on.run(on.scripted.find(named(answer.client_order_id))), Unreadable)
    with pytest.raises(VenueUnavailable):
        on.run(on.scripted.open_orders())


def test_while_look_ups_are_cut_orders_and_news_get_through(opened: ExitStack) -> None:
    on = stage(opened)
    on.venue.wires.cut([Wire.LOOK_UPS])
    (answer,) = place_many(on, 1)
    assert isinstance(answer, Acknowledged)
    on.rest(Side.SELL, Decimal(1), Decimal(10))
    on.advance(1)
    assert any(isinstance(event, Execution) for event in on.events)
    assert isinstance(on.run(on.scripted.find(named(answer.client_order_id))), Unreadable)


def test_while_the_stream_is_cut_orders_and_look_ups_get_through(opened: ExitStack) -> None:
    on = stage(opened)
    on.venue.wires.cut([Wire.STREAM])
    (answer,) = place_many(on, 1)
    assert isinstance(answer, Acknowledged)
    on.rest(Side.SELL, Decimal(1), Decimal(10))
    on.advance(HONEST.settle_s)
    assert not any(isinstance(event, Execution) for event in on.events)
    found = on.run(on.scripted.find(named(answer.client_order_id)))
    assert isinstance(found, Found)
    assert found.state.filled == 10


def test_what_the_dead_sent_arrives_and_its_answer_reaches_nobody(opened: ExitStack) -> None:
    on = stage(opened)
    on.advance(1)
    on.scripted.send(place())
    on.scripted.die()
    before = on.events
    on.advance(10)
    assert list(on.venue.by_client_id) == [client_id(1)]
    assert on.events == before
    on.connect()
    on.advance(1)
    assert on.events[len(before) :] == [Connection(state=ConnectionState.UP)]


def test_a_cancel_of_everything_can_be_lost_like_any_request(opened: ExitStack) -> None:
    for changes, still_open in (({}, 0), ({"lose_request": 1.0}, 3), ({"not_sent": 1.0}, 3)):
        on = stage(opened)
        place_many(on, 3)
        on.venue.rules = stage(opened, **changes).venue.rules
        on.scripted.send(CancelAll())
        on.advance(5)
        assert len(on.run(on.scripted.open_orders())) == still_open


def set_dead_man(on: Stage) -> str:
    """What comes of it, and what it raised."""
    try:
        on.run(on.account.set_dead_man(30.0))
    except VenueError as error:
        return type(error).__name__
    return "done"


@pytest.mark.parametrize(
    ("lie", "says", "is_set"),
    [
        (None, "done", True),
        ("lose_request", "OutcomeUnknown", False),
        ("lose_answer", "OutcomeUnknown", True),
        ("not_sent", "VenueUnavailable", False),
    ],
)
def test_a_dead_mans_switch_is_set_over_the_same_wire(
    opened: ExitStack, lie: str | None, says: str, *, is_set: bool
) -> None:
    on = stage(opened, **({lie: 1.0} if lie else {}))
    assert set_dead_man(on) == says
    assert bool(on.venue.dead_man.fires_ns) is is_set
    bytes_told = [type(word) for word in on.wire]
    assert bytes_told == ([] if lie == "not_sent" else [Requested, Responded])


def test_a_switch_cannot_be_set_over_a_wire_that_is_cut(opened: ExitStack) -> None:
    on = stage(opened)
    on.venue.wires.cut([Wire.ORDERS])
    assert set_dead_man(on) == "VenueUnavailable"
