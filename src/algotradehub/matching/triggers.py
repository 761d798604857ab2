"""Orders that wait for a price: stops, take-profits and trailing stops.

Rules:

- A trigger fires when its source price is at it or beyond it, in the direction that it names.
- A price moves in a straight line. Of the triggers on its way the nearest fires first, and of those
  at one price the one accepted, or given that price, first.
- A trailing SELL fires when the price falls to its offset below the highest price since the
  acceptance, a BUY when it rises to its offset above the lowest. With an activation price it begins
  when the price has risen (a BUY: fallen) to that one, at once if it is there already.
- Nothing fires, and no trail begins, while the source price is not known.

All stand in lists sorted by price, so that a move costs what it fires and what trails it moves, and
not what waits.
"""

from bisect import bisect_left, insort
from collections import deque
from decimal import Decimal
from itertools import takewhile
from typing import Final

from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import OrderType, PriceSource, Trail, TriggerDirection
from algotradehub.matching.outcomes import NewOrder
from algotradehub.matching.working_order import Condition, WorkingOrder

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_BUY: Final = Side.BUY
_TRAILING_STOP: Final = OrderType.TRAILING_STOP
_RISES_TO: Final = TriggerDirection.RISES_TO

_BPS: Final = Decimal("0.0001")
_ABOVE_ALL: Final = Decimal("Infinity")


class PriceQueue:
    """Orders by the price that each waits for, the one that is reached next last."""

    __slots__ = ("_beyond", "_entries", "_rises")

    def __init__(self, *, rises: bool, beyond: bool = False) -> None:
        self._rises = rises  # the price comes from below
        self._beyond = beyond  # it must go further than to the price waited for
        self._entries: list[tuple[Decimal, int, WorkingOrder]] = []

    def _entry(
        self, price: Decimal, order: WorkingOrder, condition: Condition
    ) -> tuple[Decimal, int, WorkingOrder]:
        return price.copy_negate() if self._rises else price, -condition.number, order

    def add(self, price: Decimal, order: WorkingOrder, condition: Condition) -> None:
        insort(self._entries, self._entry(price, order, condition))

    def remove(self, price: Decimal, order: WorkingOrder, condition: Condition) -> None:
        del self._entries[bisect_left(self._entries, self._entry(price, order, condition))]

    def pop(self) -> WorkingOrder:
        return self._entries.pop()[2]

    def next(self, price: Decimal) -> tuple[Decimal, int, WorkingOrder] | None:
        """The entry that a move to ``price`` reaches first; the nearer of two is the larger."""
        entries = self._entries
        if not entries:
            return None
        entry = entries[-1]
        key = price.copy_negate() if self._rises else price
        reached = key < entry[0] if self._beyond else key <= entry[0]
        return entry if reached else None


class Triggers:
    """Open orders that are not worked yet, by the prices at which that changes."""

    __slots__ = (
        "_beginning",
        "_falling",
        "_following",
        "_held",
        "_number",
        "_rising",
        "_trails",
        "fired",
        "orders",
    )

    def __init__(self) -> None:
        self.orders: dict[str, WorkingOrder] = {}  # by the time since which their path counts
        self.fired: deque[tuple[WorkingOrder, Decimal]] = deque()  # to be worked, at which price
        self._held: dict[str, WorkingOrder] = {}
        self._number = 0
        self._trails = 0
        # Of each source: those that fire, by direction; the trails to begin, and those to be moved.
        self._rising = {source: PriceQueue(rises=True) for source in PriceSource}
        self._falling = {source: PriceQueue(rises=False) for source in PriceSource}
        self._beginning = {
            source: (PriceQueue(rises=True), PriceQueue(rises=False)) for source in PriceSource
        }
        self._following = {
            source: (PriceQueue(rises=True, beyond=True), PriceQueue(rises=False, beyond=True))
            for source in PriceSource
        }

    def add(self, order: WorkingOrder, price: Decimal | None) -> None:
        """Let ``order`` wait; ``price`` is that of its source now, as far as it is known."""
        condition = order.condition
        assert condition is not None  # noqa: S101 - the caller's reason to add it
        if not condition.number:
            self._number += 1
            condition.number = self._number
        self.orders[order.order_id] = order
        if condition.price is not None:
            self._firing(condition).add(condition.price, order, condition)
        if condition.trail is not None:
            self._trails += 1
            self._follow_at(order, condition)
            if price is not None:
                self.follow(condition.source, price)

    def remove(self, order: WorkingOrder, condition: Condition) -> None:
        if self._held.pop(order.order_id, None) is not None:
            return
        del self.orders[order.order_id]
        if condition.price is not None:
            self._firing(condition).remove(condition.price, order, condition)
        if condition.trail is not None:
            self._trails -= 1
            self._queue_of_trail(condition).remove(_followed(condition), order, condition)

    def move(self, source: PriceSource, price: Decimal) -> None:
        """The price of ``source`` has moved: what that reaches is ``fired``, in order."""
        self.follow(source, price)
        for queue in (self._rising[source], self._falling[source]):
            while (entry := queue.next(price)) is not None:
                self._take(entry[2])
                self.fired.append((entry[2], price))

    def next_fired(self, price: Decimal) -> tuple[WorkingOrder, Decimal] | None:
        """Take the order that a move of all sources to ``price`` fires first, and its trigger."""
        if not self.orders:
            return None
        for queues in (self._rising, self._falling):
            reached = [entry for queue in queues.values() if (entry := queue.next(price))]
            if reached:
                order = max(reached)[2]
                return order, self._take(order)
        return None

    def follow_all(self, price: Decimal) -> None:
        """Move the trails of all sources, as a step of a path does."""
        for source in PriceSource:
            self.follow(source, price)

    def follow(self, source: PriceSource, price: Decimal) -> None:
        """Begin the trails that ``price`` activates, and move those for which it is better."""
        if not self._trails:
            return
        reached: list[WorkingOrder] = []
        for queue in (*self._beginning[source], *self._following[source]):
            while queue.next(price) is not None:
                reached.append(queue.pop())
        for order in reached:
            condition = order.condition
            assert condition is not None  # noqa: S101 - it waits
            if condition.price is not None:
                self._firing(condition).remove(condition.price, order, condition)
            begin(condition, price)
            assert condition.price is not None  # noqa: S101 - it has begun
            self._firing(condition).add(condition.price, order, condition)
            self._follow_at(order, condition)

    def hold(self, start_ns: int) -> None:
        """Let what came after ``start_ns`` meet no price until ``release``."""
        if not self.orders:
            return
        newest = reversed(self.orders.values())
        late = list(takewhile(lambda order: order.since_ns > start_ns, newest))
        for order in reversed(late):
            condition = order.condition
            assert condition is not None  # noqa: S101 - it waits
            self.remove(order, condition)
            self._held[order.order_id] = order

    def release(self) -> None:
        if not self._held:
            return
        held, self._held = self._held, {}
        for order in held.values():
            self.add(order, None)

    def _take(self, order: WorkingOrder) -> Decimal:
        condition = order.condition
        assert condition is not None  # noqa: S101 - it waits
        assert condition.price is not None  # noqa: S101 - it was reached
        self.remove(order, condition)
        order.condition = None
        return condition.price

    def _firing(self, condition: Condition) -> PriceQueue:
        return (self._rising if condition.rises else self._falling)[condition.source]

    def _queue_of_trail(self, condition: Condition) -> PriceQueue:
        queues = self._beginning if condition.best is None else self._following
        rising, falling = queues[condition.source]
        return falling if condition.rises else rising

    def _follow_at(self, order: WorkingOrder, condition: Condition) -> None:
        self._queue_of_trail(condition).add(_followed(condition), order, condition)


def condition_of(order: NewOrder, *, best: Decimal | None = None) -> Condition:
    """What ``order``, of a type that waits, waits for; a trail goes on from ``best``.

    Raises:
        ValueError: It does not say what it waits for.
    """
    trigger, trail = order.trigger, order.trail
    if order.type is _TRAILING_STOP and trail is not None:
        rises = order.side is _BUY
        condition = Condition(source=trail.source, rises=rises, price=None, trail=trail)
        if best is not None:
            begin(condition, best)
        return condition
    if order.type is _TRAILING_STOP or trigger is None:
        raise ValueError(f"the order {order.order_id} does not say what it waits for")
    rises = trigger.direction is _RISES_TO
    return Condition(source=trigger.source, rises=rises, price=trigger.price)


def begin(condition: Condition, best: Decimal) -> None:
    """Let a trail go on from ``best``."""
    trail = condition.trail
    assert trail is not None  # noqa: S101 - it follows
    offset = trailing_offset(trail, best)
    condition.best = best
    condition.price = best + offset if condition.rises else best - offset


def trailing_offset(trail: Trail, best: Decimal) -> Decimal:
    """How far the trigger is from ``best``."""
    if trail.offset is not None:
        return trail.offset
    assert trail.offset_bps is not None  # noqa: S101 - one of the two, checked by order_problem
    return best * trail.offset_bps * _BPS


def _followed(condition: Condition) -> Decimal:
    """The price at which a trail begins, or beyond which it moves."""
    if condition.best is not None:
        return condition.best
    assert condition.trail is not None  # noqa: S101 - it follows
    activation = condition.trail.activation_price
    if activation is not None:
        return activation
    return _ABOVE_ALL if condition.rises else ZERO
