"""How open orders are changed in place.

Rules:

- An amendment may not go below what has filled, and is checked like a new order.
- Of an order that waits for its trigger everything may change that it was given: quantity, limit,
  trigger price. A new trigger price may not be reached already, and counts from now on.
"""

from decimal import Decimal

from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import text
from algotradehub.matching.checks import (
    PriceOf,
    Problem,
    crossed_problem,
    notional_problem,
    price_problem,
    quantity_problem,
)
from algotradehub.matching.outcomes import Outcome, RefusalCode, Refused
from algotradehub.matching.working import WorkingOrders, amended, unknown
from algotradehub.matching.working_order import Condition, WorkingOrder


class Amendments:
    """Judges what is asked for, and does it or refuses it."""

    def __init__(
        self, instrument: Instrument, working: WorkingOrders, *, price_of: PriceOf
    ) -> None:
        self._instrument = instrument
        self._working = working
        self._price_of = price_of

    def amend(
        self,
        order_id: str,
        *,
        quantity: Decimal | None,
        limit_price: Decimal | None,
        trigger_price: Decimal | None,
        now_ns: int,
        out: list[Outcome],
    ) -> WorkingOrder | None:
        """Amend an order; returns it if it lost its place and must be worked anew."""
        working = self._working
        order = working.find(order_id)
        if order is None:
            out.append(unknown(order_id))
            return None
        price = order.price if limit_price is None else limit_price
        total = order.quantity if quantity is None else quantity
        condition = order.condition
        if condition is None:
            problem = self._resting_problem(order, quantity, price, trigger_price)
        else:
            problem = self._waiting_problem(order, condition, quantity, limit_price, trigger_price)
        if problem is not None:
            out.append(Refused(order_id=order_id, code=problem.code, reason=problem.reason))
            return None
        if order.reduce_only:
            reducible = working.positions.reducible(order.owner, order.side)
            total = min(total, order.filled + reducible)
        keeps_place = condition is not None or (price == order.price and total <= order.quantity)
        if keeps_place:
            working.resize(order, total)
            order.price = price
        else:
            working.lift(order)
            order.price = price
            order.quantity = total
            order.remaining = total - order.filled
            order.since_ns = now_ns
        if condition is not None and trigger_price is not None:
            self._move_trigger(order, condition, trigger_price, now_ns)
        out.append(amended(order))
        return None if keeps_place else order

    def _resting_problem(
        self,
        order: WorkingOrder,
        quantity: Decimal | None,
        price: Decimal | None,
        trigger_price: Decimal | None,
    ) -> Problem | None:
        if order.price is None or price is None or order.immediate:
            reason = "an order that cannot rest cannot be amended; cancel it"
            return Problem(RefusalCode.UNSUPPORTED, reason)
        if trigger_price is not None:
            reason = "the order waits for no trigger, or for none any more"
            return Problem(RefusalCode.UNSUPPORTED, reason)
        problem = price_problem(price, self._instrument)
        if problem is None and quantity is not None:
            # An old total may be below the minimum: the position cut it.
            problem = quantity_problem(quantity, self._instrument, market=False)
        if problem is not None:
            return problem
        total = order.quantity if quantity is None else quantity
        if total <= order.filled:
            reason = f"{text(order.filled)} has filled already; to end the order, cancel it"
            return Problem(RefusalCode.QUANTITY, reason)
        if order.post_only and price != order.price:
            problem = self._working.taking_problem(order.side, price)
        return problem or self._notional_problem(order, price, total)

    def _waiting_problem(
        self,
        order: WorkingOrder,
        condition: Condition,
        quantity: Decimal | None,
        limit_price: Decimal | None,
        trigger_price: Decimal | None,
    ) -> Problem | None:
        if limit_price is not None and order.price is None:
            return Problem(RefusalCode.PRICE, "a market order has no limit price")
        if trigger_price is not None and condition.trail is not None:
            reason = "a trailing stop moves its trigger itself; place another with another trail"
            return Problem(RefusalCode.UNSUPPORTED, reason)
        for price in (limit_price, trigger_price):
            problem = None if price is None else price_problem(price, self._instrument)
            if problem is not None:
                return problem
        problem = None
        if quantity is not None:
            is_market = order.price is None
            problem = quantity_problem(quantity, self._instrument, market=is_market)
        if problem is None and trigger_price is not None and trigger_price != condition.price:
            source = condition.source
            current = self._price_of(source)
            problem = crossed_problem(source, trigger_price, current, rises=condition.rises)
        trigger = condition.price if trigger_price is None else trigger_price
        price = limit_price or order.price or trigger
        if problem is not None or price is None or condition.trail is not None:
            return problem
        total = order.quantity if quantity is None else quantity
        return self._notional_problem(order, price, total)

    def _notional_problem(
        self, order: WorkingOrder, price: Decimal, total: Decimal
    ) -> Problem | None:
        notional = self._instrument.notional(price, total)
        return notional_problem(notional, self._instrument, reduce_only=order.reduce_only)

    def _move_trigger(
        self, order: WorkingOrder, condition: Condition, price: Decimal, now_ns: int
    ) -> None:
        if price == condition.price:
            return
        triggers = self._working.triggers
        triggers.remove(order, condition)
        condition.price = price
        condition.number = 0
        order.since_ns = now_ns
        triggers.add(order, None)
