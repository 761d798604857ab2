"""Emulated orders of one account and symbol, by the prices that each waits for.

A price that fires nothing and moves no trail costs four comparisons, however many wait. Prices are
compared as ``matching.triggers`` does it, but that a trail moves in steps: each step is in the
journal before it counts, so that no restart loosens a stop.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, Protocol

from algotradehub.domain.emulation_rules import trigger_price
from algotradehub.domain.ids import ClientOrderId, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import Order, Trigger
from algotradehub.matching.outcomes import NewOrder
from algotradehub.matching.triggers import PriceQueue, begin, condition_of, trailing_offset
from algotradehub.matching.working_order import Condition, WorkingOrder
from algotradehub.ports.venue import Channel, MarketSink

STEPS: Final = 50  # of its offset: a trail follows the price in steps of a fiftieth
_ABOVE_ALL: Final = Decimal("Infinity")


class PriceFeed(Protocol):
    """Where prices come from; ``market_data`` implements it."""

    def listen(self, venue: VenueId, channel: Channel, sink: MarketSink) -> Callable[[], None]:
        """Call ``sink`` with every event until the returned function is called.

        Raises:
            NotFound: No such venue or symbol.
            Unsupported: The venue has no such channel.
        """
        ...

    def heard_ns(self, venue: VenueId) -> int:
        """When the venue last said anything useful; 0: never."""
        ...


class PriceWatch:
    """Which order a price fires next, and which trail it moves."""

    def __init__(self) -> None:
        self._waiting: dict[str, WorkingOrder] = {}
        self._number = 0
        self._rising = PriceQueue(rises=True)
        self._falling = PriceQueue(rises=False)
        # Trails by the price from which they begin, or take their next step.
        self._trails = (PriceQueue(rises=True), PriceQueue(rises=False))

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, order_id: ClientOrderId) -> bool:
        return order_id in self._waiting

    def add(self, order: Order) -> None:
        """Wait for the price of ``order``; a trail goes on from the best price it is recorded with.

        It takes the place of an earlier one of the same id.
        """
        self.remove(order.order_id)
        emulated = order.emulated
        assert emulated is not None  # noqa: S101 - the caller's reason to add it
        condition = condition_of(_as_new(order), best=emulated.best)
        self._number += 1
        condition.number = self._number
        waiting = WorkingOrder(
            order_id=order.order_id,
            owner="",
            side=order.request.side,
            price=None,
            quantity=ZERO,
            remaining=ZERO,
            since_ns=0,
            condition=condition,
        )
        self._waiting[order.order_id] = waiting
        self._enter(waiting, condition)

    def remove(self, order_id: ClientOrderId) -> None:
        """Wait for it no more, if it waited."""
        waiting = self._waiting.pop(order_id, None)
        if waiting is not None:
            self._leave(waiting, _condition(waiting))

    def reached(self, price: Decimal) -> ClientOrderId | None:
        """Take out the order that ``price`` fires, the nearest first; None if it fires none."""
        for queue in (self._rising, self._falling):
            entry = queue.next(price)
            if entry is not None:
                order_id = ClientOrderId(entry[2].order_id)
                self.remove(order_id)
                return order_id
        return None

    def moved(self, price: Decimal) -> ClientOrderId | None:
        """A trail that ``price`` begins or moves a step; the same until ``follow`` is called."""
        for queue in self._trails:
            entry = queue.next(price)
            if entry is not None:
                return ClientOrderId(entry[2].order_id)
        return None

    def follow(self, order_id: ClientOrderId, best: Decimal) -> None:
        """Let a trail keep its offset from ``best``."""
        waiting = self._waiting[order_id]
        condition = _condition(waiting)
        self._leave(waiting, condition)
        begin(condition, best)
        self._enter(waiting, condition)

    def _enter(self, waiting: WorkingOrder, condition: Condition) -> None:
        if condition.price is not None:
            self._firing(condition).add(condition.price, waiting, condition)
        if condition.trail is not None:
            self._following(condition).add(_next_best(condition), waiting, condition)

    def _leave(self, waiting: WorkingOrder, condition: Condition) -> None:
        if condition.price is not None:
            self._firing(condition).remove(condition.price, waiting, condition)
        if condition.trail is not None:
            self._following(condition).remove(_next_best(condition), waiting, condition)

    def _firing(self, condition: Condition) -> PriceQueue:
        return self._rising if condition.rises else self._falling

    def _following(self, condition: Condition) -> PriceQueue:
        """What fires on a fall follows the rise, and the other way round."""
        rising, falling = self._trails
        return falling if condition.rises else rising


def _condition(waiting: WorkingOrder) -> Condition:
    assert waiting.condition is not None  # noqa: S101 - made with one
    return waiting.condition


def _next_best(condition: Condition) -> Decimal:
    """The price at which a trail begins, or that is a step better than its best."""
    trail, best = condition.trail, condition.best
    assert trail is not None  # noqa: S101 - it follows
    if best is None:
        if trail.activation_price is not None:
            return trail.activation_price
        return _ABOVE_ALL if condition.rises else ZERO
    step = trailing_offset(trail, best) / STEPS
    return best - step if condition.rises else best + step


def _as_new(order: Order) -> NewOrder:
    request, price = order.request, trigger_price(order)
    trigger = request.trigger
    if trigger is not None and price is not None:
        trigger = Trigger(price=price, direction=trigger.direction, source=trigger.source)
    return NewOrder(
        order_id=order.order_id,
        owner="",
        side=Side(request.side),
        type=request.type,
        trigger=trigger,
        trail=request.trail,
    )
