"""What both markets do alike with an order, a cancel or an amend."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.order import OrderStatus, OrderType, PriceSource
from algotradehub.matching.amendments import Amendments
from algotradehub.matching.checks import Problem, crossed_problem
from algotradehub.matching.fees import FeeModel, QuoteFees
from algotradehub.matching.outcomes import NewOrder, Outcome, Refused, Triggered
from algotradehub.matching.triggers import condition_of
from algotradehub.matching.working import WorkingOrders
from algotradehub.matching.working_order import Condition, WorkingOrder

# Looked up once: on Python 3.11 that costs 50 ns each time.
_LIMIT: Final = OrderType.LIMIT
_MARKET: Final = OrderType.MARKET


class WorkingMarket(ABC):
    """``Market`` but for what orders meet, which the classes below it say."""

    def __init__(self, instrument: Instrument, *, fees: FeeModel | None, max_orders: int) -> None:
        """``fees`` defaults to the instrument's rates, taken in quote."""
        self.instrument = instrument
        self._working = WorkingOrders(
            instrument,
            fees=fees or QuoteFees(instrument),
            would_take=self._would_take,
            max_orders=max_orders,
        )
        self._amendments = Amendments(instrument, self._working, price_of=self._price_of)

    def place(self, order: NewOrder, now_ns: int) -> Sequence[Outcome]:
        out: list[Outcome] = []
        working = self._working
        triggers = working.triggers
        working.catch_up(now_ns, out)
        if triggers.orders:
            self._look(now_ns, out)
        problem = working.problem(order, now_ns)
        quantity, kind = order.quantity, order.type
        condition: Condition | None = None
        if problem is None and kind is not _LIMIT:
            if kind is _MARKET:
                problem, quantity = self._market_quantity(order)
            else:
                condition = condition_of(order)
                problem = self._condition_problem(condition)
        if problem is not None:
            out.append(Refused(order_id=order.order_id, code=problem.code, reason=problem.reason))
            return out
        accepted = working.accept(order, now_ns, out, quantity=quantity, condition=condition)
        if condition is not None:
            self._look(now_ns, out)
            triggers.add(accepted, self._price_of(condition.source))
            return out
        self._work(accepted, now_ns, out)
        if triggers.fired:
            self._work_fired(now_ns, out)
        return out

    def cancel(self, order_id: str, now_ns: int) -> Sequence[Outcome]:
        out: list[Outcome] = []
        self._begin(now_ns, out)
        self._working.cancel(order_id, out)
        return out

    def amend(
        self,
        order_id: str,
        *,
        quantity: Decimal | None,
        limit_price: Decimal | None,
        trigger_price: Decimal | None = None,
        now_ns: int,
    ) -> Sequence[Outcome]:
        out: list[Outcome] = []
        self._begin(now_ns, out)
        order = self._amendments.amend(
            order_id,
            quantity=quantity,
            limit_price=limit_price,
            trigger_price=trigger_price,
            now_ns=now_ns,
            out=out,
        )
        if order is not None:
            self._work(order, now_ns, out)
            if self._working.triggers.fired:
                self._work_fired(now_ns, out)
        return out

    def advance(self, now_ns: int) -> Sequence[Outcome]:
        out: list[Outcome] = []
        self._begin(now_ns, out)
        return out

    def set_position(self, owner: str, quantity: Decimal) -> None:
        self._working.set_position(owner, quantity)

    def restore(
        self, order: NewOrder, *, filled: Decimal, value: Decimal, best: Decimal | None = None
    ) -> None:
        """See ``Market``.

        Raises:
            ValueError: The order cannot have been open here, or is open already.
        """
        if order.type is _LIMIT or order.type is _MARKET:
            self._restore(order, filled=filled, value=value)
            return
        condition = condition_of(order, best=best)
        restored = self._working.restore(order, filled=filled, value=value, condition=condition)
        self._working.triggers.add(restored, None)

    @property
    def has_waiting(self) -> bool:
        return bool(self._working.triggers.orders)

    def trailing(self) -> Iterator[tuple[str, Decimal, Decimal]]:
        for order in self._working.triggers.orders.values():
            condition = order.condition
            if condition is not None and condition.best is not None and condition.price is not None:
                yield order.order_id, condition.best, condition.price

    # --- triggers ---

    def _begin(self, now_ns: int, out: list[Outcome]) -> None:
        """What comes first in every request."""
        self._working.catch_up(now_ns, out)
        if self._working.triggers.orders:
            self._look(now_ns, out)

    def _condition_problem(self, condition: Condition) -> Problem | None:
        if condition.price is None:
            return None
        source = condition.source
        current = self._price_of(source)
        return crossed_problem(source, condition.price, current, rises=condition.rises)

    def _work_fired(self, now_ns: int, out: list[Outcome]) -> None:
        """Work what has fired, and what that fires; no order fires twice."""
        fired = self._working.triggers.fired
        while fired:
            order, price = fired.popleft()
            if order.open:
                self._fire(order, price, now_ns, out)

    def _fire(self, order: WorkingOrder, price: Decimal, now_ns: int, out: list[Outcome]) -> None:
        out.append(Triggered(order_id=order.order_id, price=price, at_ns=now_ns))
        problem = None
        if order.post_only and order.price is not None:
            problem = self._working.taking_problem(order.side, order.price)
        if problem is None:
            self._work(order, now_ns, out)
        else:
            self._working.end(order, OrderStatus.CANCELLED, out, problem.reason)

    # --- what the markets below say ---

    @property
    @abstractmethod
    def mark(self) -> Decimal | None: ...

    @abstractmethod
    def _restore(self, order: NewOrder, *, filled: Decimal, value: Decimal) -> None:
        """Put an order back that waits for no trigger."""

    @abstractmethod
    def _look(self, now_ns: int, out: list[Outcome]) -> None:
        """Let what waits meet prices that no event tells of; called while anything waits."""

    @abstractmethod
    def _price_of(self, source: PriceSource) -> Decimal | None:
        """Where ``source`` stands; None while that is not known."""

    @abstractmethod
    def _would_take(self, side: Side, price: Decimal) -> bool:
        """Whether a limit of this side and price would match at once."""

    @abstractmethod
    def _market_quantity(self, order: NewOrder) -> tuple[Problem | None, Decimal | None]:
        """Judge a market order by the prices known, and say what quantity it works for.

        The quantity is None for an order of a value that is worked as a value.
        """

    @abstractmethod
    def _work(self, order: WorkingOrder, now_ns: int, out: list[Outcome]) -> None:
        """Match ``order``, then let what is left of it rest, wait or end."""
