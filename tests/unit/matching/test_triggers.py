"""What fires when a price moves, and in which order: against a list that is searched each time."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.instrument import Side
from algotradehub.domain.order import PriceSource
from algotradehub.matching.outcomes import NewOrder
from algotradehub.matching.triggers import PriceQueue, Triggers, condition_of
from algotradehub.matching.working_order import Condition, WorkingOrder
from tests.unit.matching.orders import BUY, SELL, limit, stop, trailing

D = Decimal
LAST, MARK = PriceSource.LAST, PriceSource.MARK
PRICES = st.integers(80, 120).map(D)
WALKS = st.lists(PRICES, min_size=1, max_size=30)


def opened(new: NewOrder, *, since_ns: int = 0, best: Decimal | None = None) -> WorkingOrder:
    assert new.quantity is not None
    return WorkingOrder(
        order_id=new.order_id,
        owner=new.owner,
        side=new.side,
        price=new.limit_price,
        quantity=new.quantity,
        remaining=new.quantity,
        since_ns=since_ns,
        condition=condition_of(new, best=best),
    )


def waiting(*orders: NewOrder, at: int | None = None) -> Triggers:
    triggers = Triggers()
    for order in orders:
        triggers.add(opened(order), None if at is None else D(at))
    return triggers


def fired(triggers: Triggers) -> list[tuple[str, Decimal]]:
    found = [(order.order_id, price) for order, price in triggers.fired]
    triggers.fired.clear()
    return found


def trigger_of(order: WorkingOrder) -> Decimal | None:
    assert order.condition is not None
    return order.condition.price


@pytest.mark.parametrize(
    "order",
    [
        limit("o", BUY, 1, 100),
        stop("o", BUY, 1, 100, trigger=None),
        trailing("o", BUY, 1, 5, trail=None),
    ],
)
def test_what_waits_for_nothing_has_no_condition(order: NewOrder) -> None:
    with pytest.raises(ValueError, match="the order o"):
        condition_of(order)


def test_the_next_of_a_queue_is_the_nearest_and_then_the_oldest() -> None:
    queue = PriceQueue(rises=True)
    conditions = [Condition(source=LAST, rises=True, price=None, number=n) for n in (1, 2, 3)]
    orders = [opened(stop(name, BUY, 1, 100)) for name in "abc"]
    for price, order, condition in zip((102, 101, 101), orders, conditions, strict=True):
        queue.add(D(price), order, condition)
    assert queue.next(D(100)) is None
    assert [queue.pop().order_id for _ in "ab"] == ["b", "c"]
    queue.remove(D(102), orders[0], conditions[0])
    assert queue.next(D(200)) is None


def test_a_queue_may_ask_for_more_than_its_price() -> None:
    queue = PriceQueue(rises=False, beyond=True)
    condition = Condition(source=LAST, rises=False, price=None, number=1)
    queue.add(D(100), opened(stop("o", SELL, 1, 100)), condition)
    assert queue.next(D(100)) is None
    assert queue.next(D(99)) is not None


@pytest.mark.parametrize(
    ("order", "short", "reached"),
    [
        (stop("o", BUY, 1, 105), 104, 105),
        (stop("o", SELL, 1, 95), 96, 95),
        (stop("o", BUY, 1, 95, takes_profit=True), 96, 95),
        (stop("o", SELL, 1, 105, takes_profit=True), 104, 105),
        (trailing("o", SELL, 1, 5), 96, 95),
        (trailing("o", BUY, 1, 5), 104, 105),
        (trailing("o", SELL, 1, bps=500), 96, 95),
    ],
)
def test_a_trigger_fires_at_its_price_and_not_before(
    order: NewOrder, short: int, reached: int
) -> None:
    triggers = waiting(order, at=100)
    triggers.move(LAST, D(short))
    triggers.move(MARK, D(reached))  # another price
    assert fired(triggers) == []
    triggers.move(LAST, D(reached))
    assert fired(triggers) == [("o", D(reached))]
    assert not triggers.orders
    triggers.move(LAST, D(reached))
    assert fired(triggers) == []


def test_a_jump_fires_what_it_passes_in_the_order_of_its_way() -> None:
    triggers = waiting(
        stop("far", SELL, 1, 90),
        stop("near", SELL, 1, 98),
        stop("near too", SELL, 1, 98),
        trailing("between", SELL, 1, 5),
        stop("other way", BUY, 1, 101),
        at=100,
    )
    triggers.move(LAST, D(85))
    names = [name for name, _ in fired(triggers)]
    assert names == ["near", "near too", "between", "far"]
    assert list(triggers.orders) == ["other way"]


def test_a_step_of_a_path_fires_one_of_all_sources() -> None:
    triggers = waiting(
        stop("far", SELL, 1, 90), stop("mark", SELL, 1, 98, source=MARK), stop("up", BUY, 1, 105)
    )
    steps = []
    while (found := triggers.next_fired(D(90))) is not None:
        steps.append((found[0].order_id, found[1]))
    assert steps == [("mark", D(98)), ("far", D(90))]
    assert list(triggers.orders) == ["up"]


def test_a_trail_begins_at_its_activation_price() -> None:
    triggers = Triggers()
    order = opened(trailing("o", SELL, 1, 5, activation=110))
    triggers.add(order, D(100))
    triggers.move(LAST, D(80))
    assert (fired(triggers), trigger_of(order)) == ([], None)
    triggers.move(LAST, D(111))
    assert trigger_of(order) == 106
    triggers.move(LAST, D(106))
    assert fired(triggers) == [("o", D(106))]


def test_a_trail_beyond_its_activation_price_begins_at_once() -> None:
    triggers = Triggers()
    order = opened(trailing("o", BUY, 1, 5, activation=110))
    triggers.add(order, D(100))
    assert trigger_of(order) == 105


def test_a_trail_begins_with_the_first_price_known_or_where_it_was() -> None:
    triggers = Triggers()
    new, old = opened(trailing("new", SELL, 1, 5)), opened(trailing("o", SELL, 1, 5), best=D(100))
    for order in (new, old):
        triggers.add(order, None)
    assert (trigger_of(new), trigger_of(old)) == (None, D(95))
    triggers.move(LAST, D(96))
    assert (trigger_of(new), trigger_of(old)) == (D(91), D(95))


@given(start=PRICES, walk=WALKS, offset=st.integers(1, 9).map(D), rises=st.booleans())
def test_a_trigger_of_a_trail_is_its_offset_from_the_best_price_and_never_moves_away(
    start: Decimal, walk: list[Decimal], offset: Decimal, *, rises: bool
) -> None:
    sign, best = (1, min) if rises else (-1, max)
    triggers = Triggers()
    order = opened(trailing("o", BUY if rises else SELL, 1, str(offset)))
    triggers.add(order, start)
    seen, before = [start], trigger_of(order)
    for price in walk:
        triggers.move(LAST, price)
        seen.append(price)
        wanted = best(seen) + sign * offset
        if sign * (price - wanted) >= 0:
            assert fired(triggers) == [("o", price)]
            return
        now = trigger_of(order)
        assert not triggers.fired
        assert now == wanted
        assert before is not None
        assert sign * (before - now) >= 0
        before = now


@given(
    stops=st.lists(st.tuples(st.sampled_from([BUY, SELL]), PRICES, st.booleans()), max_size=20),
    removed=st.sets(st.integers(0, 19)),
    walk=WALKS,
)
def test_each_fires_once_where_the_price_first_reaches_it(
    stops: list[tuple[Side, Decimal, bool]], removed: set[int], walk: list[Decimal]
) -> None:
    triggers = Triggers()
    wanted: dict[str, Decimal] = {}
    for number, (side, price, takes_profit) in enumerate(stops):
        order = opened(stop(str(number), side, 1, str(price), takes_profit=takes_profit))
        triggers.add(order, None)
        assert order.condition is not None
        if number in removed:
            triggers.remove(order, order.condition)
            continue
        sign = 1 if order.condition.rises else -1
        reached = [seen for seen in walk if sign * (seen - price) >= 0]
        if reached:
            wanted[str(number)] = reached[0]
    found: dict[str, Decimal] = {}
    for seen in walk:
        triggers.move(LAST, seen)
        for name, price in fired(triggers):
            assert name not in found
            found[name] = price
    assert found == wanted


def test_what_came_too_late_meets_no_price_until_it_is_released() -> None:
    triggers = Triggers()
    orders = [opened(stop(str(ns), BUY, 1, 100), since_ns=ns) for ns in (1, 2, 3, 4)]
    for order in orders:
        triggers.add(order, None)
    triggers.hold(1)
    assert list(triggers.orders) == ["1"]
    condition = orders[2].condition
    assert condition is not None
    triggers.remove(orders[2], condition)
    triggers.move(LAST, D(100))
    assert [name for name, _ in fired(triggers)] == ["1"]
    triggers.release()
    assert list(triggers.orders) == ["2", "4"]
    triggers.move(LAST, D(100))
    assert [name for name, _ in fired(triggers)] == ["2", "4"]
