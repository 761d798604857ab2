"""What both markets do alike with an order, a cancel or an amend."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.order import OrderType
from algotradehub.matching.checks import Problem
from algotradehub.matching.fees import FeeModel, QuoteFees
from algotradehub.matching.outcomes import NewOrder, Outcome, Refused
from algotradehub.matching.working import WorkingOrders
from algotradehub.matching.working_order import WorkingOrder

# Looked up once: on Python 3.11 that costs 50 ns each time.
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

    def place(self, order: NewOrder, now_ns: int) -> Sequence[Outcome]:
        out: list[Outcome] = []
        working = self._working
        working.catch_up(now_ns, out)
        problem = working.problem(order, now_ns)
        quantity = order.quantity
        if problem is None and order.type is _MARKET:
            problem, quantity = self._market_quantity(order)
        if problem is not None:
            out.append(Refused(order_id=order.order_id, code=problem.code, reason=problem.reason))
            return out
        self._work(working.accept(order, now_ns, out, quantity=quantity), now_ns, out)
        return out

    def cancel(self, order_id: str, now_ns: int) -> Sequence[Outcome]:
        out: list[Outcome] = []
        self._working.catch_up(now_ns, out)
        self._working.cancel(order_id, out)
        return out

    def amend(
        self,
        order_id: str,
        *,
        quantity: Decimal | None,
        limit_price: Decimal | None,
        now_ns: int,
    ) -> Sequence[Outcome]:
        out: list[Outcome] = []
        self._working.catch_up(now_ns, out)
        order = self._working.amend(
            order_id, quantity=quantity, limit_price=limit_price, now_ns=now_ns, out=out
        )
        if order is not None:
            self._work(order, now_ns, out)
        return out

    def advance(self, now_ns: int) -> Sequence[Outcome]:
        out: list[Outcome] = []
        self._working.catch_up(now_ns, out)
        return out

    def set_position(self, owner: str, quantity: Decimal) -> None:
        self._working.set_position(owner, quantity)

    @abstractmethod
    def restore(self, order: NewOrder, *, filled: Decimal, value: Decimal) -> None: ...

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
