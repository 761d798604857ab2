"""The orders a market works on, from acceptance to their end, and what both markets do alike.

Rules:

- An order id names one open order. It may come again after that order ended: what was done stays
  the caller's to remember, and a market does not grow with its history.
- An order expires at the instant ``expires_ns``, before anything else happens at that instant.
- A reduce-only order larger than the position is cut to it at once. One that can rest is amended;
  of one that cannot, the rest is cancelled. When the position shrinks later, open ones shrink with
  it, or end when nothing is left to reduce. Positions count fills only, not fees taken in base.
- A position set, or an order restored, from outside is checked against the other at the next call.
- An amendment may not go below what has filled, and is checked like a new order.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final, TypeAlias

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO, text
from algotradehub.domain.order import OrderStatus, OrderType, TimeInForce
from algotradehub.matching.book import BookSide
from algotradehub.matching.checks import (
    Problem,
    notional_problem,
    order_problem,
    price_problem,
    quantity_problem,
)
from algotradehub.matching.expiries import Expiries
from algotradehub.matching.fees import FeeModel
from algotradehub.matching.outcomes import (
    Accepted,
    Amended,
    Closed,
    Matched,
    NewOrder,
    Outcome,
    RefusalCode,
    Refused,
)
from algotradehub.matching.positions import Positions
from algotradehub.matching.working_order import WorkingOrder

MAX_ORDERS: Final = 1_000_000

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_BUY: Final = Side.BUY
_IOC: Final = TimeInForce.IOC
_FOK: Final = TimeInForce.FOK
_GTD: Final = TimeInForce.GTD

WouldTake: TypeAlias = Callable[[Side, Decimal], bool]
"""Whether a limit of this side and price would match at once."""


class WorkingOrders:
    """Open orders by id and by price, their owners' positions, and their ends.

    Every method that lets something happen appends the outcomes to ``out``.
    """

    def __init__(
        self,
        instrument: Instrument,
        *,
        fees: FeeModel,
        would_take: WouldTake,
        max_orders: int,
    ) -> None:
        self.bids = BookSide(Side.BUY)
        self.asks = BookSide(Side.SELL)
        self.waiting: dict[str, WorkingOrder] = {}  # neither rest nor end: they wait to take
        self.positions = Positions()
        self._instrument = instrument
        self._fees = fees
        self._would_take = would_take
        self._max_orders = max_orders
        self._by_id: dict[str, WorkingOrder] = {}
        self._expiries = Expiries()
        self._unsettled: dict[str, None] = {}  # owners; a dict, because a set has no order

    def resting(self, side: Side) -> BookSide:
        return self.bids if side is _BUY else self.asks

    # --- what comes in ---

    def problem(self, order: NewOrder, now_ns: int) -> Problem | None:
        """Return why ``order`` cannot be accepted, as far as both markets judge alike."""
        if order.order_id in self._by_id:
            return Problem(RefusalCode.DUPLICATE, f"the order {order.order_id} is open already")
        if len(self._by_id) >= self._max_orders:
            reason = f"{self._max_orders} orders are open; cancel one first"
            return Problem(RefusalCode.UNSUPPORTED, reason)
        problem = order_problem(order, self._instrument, now_ns)
        if problem is not None:
            return problem
        if order.reduce_only and not self.positions.reducible(order.owner, order.side):
            reason = f"no position of {order.owner} is reduced by a {order.side}"
            return Problem(RefusalCode.NOTHING_TO_REDUCE, reason)
        if order.post_only and order.limit_price is not None:
            return self._taking_problem(order.side, order.limit_price)
        return None

    def _taking_problem(self, side: Side, price: Decimal) -> Problem | None:
        if not self._would_take(side, price):
            return None
        reason = f"post-only, and a {side} at {text(price)} would match at once"
        return Problem(RefusalCode.WOULD_TAKE, reason)

    def accept(
        self,
        order: NewOrder,
        now_ns: int,
        out: list[Outcome],
        *,
        quantity: Decimal | None,
    ) -> WorkingOrder:
        """Open ``order`` and cut it to the position if it only reduces.

        ``quantity`` is in base units; None keeps an amount in quote to be spent match by match.
        """
        out.append(Accepted(order_id=order.order_id))
        opened = self._opened(order, now_ns, quantity)
        if order.reduce_only:
            self._cut(opened, out)
        return opened

    def restore(self, order: NewOrder, *, filled: Decimal, value: Decimal) -> WorkingOrder:
        """Open ``order`` again as it was; the caller puts it to its place.

        Raises:
            ValueError: It cannot have been open, or is open already.
        """
        if order.order_id in self._by_id:
            raise ValueError(f"the order {order.order_id} is open already")
        if order.quantity is not None and order.quantity <= filled:
            raise ValueError(f"the order {order.order_id} has nothing left that could be open")
        if (order.type is OrderType.LIMIT) is (order.limit_price is None):
            raise ValueError(f"the order {order.order_id} must be LIMIT with a price, or MARKET")
        restored = self._opened(order, 0, order.quantity)
        restored.filled = filled
        restored.value = value
        if restored.budget is None:
            restored.remaining -= filled
        else:
            restored.budget -= self._spent(filled, value)
        self._unsettled[order.owner] = None
        return restored

    def _opened(self, order: NewOrder, since_ns: int, quantity: Decimal | None) -> WorkingOrder:
        time_in_force = order.time_in_force
        fill_or_kill = time_in_force is _FOK
        total = ZERO if quantity is None else quantity
        opened = WorkingOrder(
            order_id=order.order_id,
            owner=order.owner,
            side=order.side,
            price=order.limit_price,
            quantity=total,
            remaining=total,
            since_ns=since_ns,
            immediate=fill_or_kill or time_in_force is _IOC,
            fill_or_kill=fill_or_kill,
            expires_ns=order.expires_ns if time_in_force is _GTD else None,
            post_only=order.post_only,
            reduce_only=order.reduce_only,
            budget=order.value if quantity is None else None,
        )
        self._by_id[order.order_id] = opened
        if opened.expires_ns is not None:
            self._expiries.add(opened.expires_ns, opened)
        if opened.reduce_only:
            self.positions.watch(opened)
        return opened

    def set_position(self, owner: str, quantity: Decimal) -> None:
        self.positions.set(owner, quantity)
        self._unsettled[owner] = None

    # --- what happens to it ---

    def rest(self, order: WorkingOrder) -> None:
        """Put a limit order to the end of the queue at its price."""
        assert order.price is not None  # noqa: S101 - a market order waits, it never rests
        side = self.bids if order.side is _BUY else self.asks
        side.add(order.price, order)

    def lift(self, order: WorkingOrder) -> None:
        """Take an open order from wherever it stands."""
        if order.resting:
            assert order.price is not None  # noqa: S101 - see rest
            self.resting(order.side).remove(order.price, order)
        else:
            self.waiting.pop(order.order_id, None)

    def match(
        self,
        order: WorkingOrder,
        *,
        price: Decimal,
        quantity: Decimal,
        liquidity: Liquidity,
        match_id: int,
        at_ns: int,
        out: list[Outcome],
    ) -> None:
        """Fill part of ``order``. The caller ends it if nothing remains, then calls ``settle``."""
        order.filled += quantity
        order.value += price * quantity
        if order.budget is None:
            order.remaining -= quantity
        else:
            order.budget -= self._instrument.notional(price, quantity)
        if order.resting and order.price is not None:
            self.resting(order.side).reduce(order.price, quantity)
        self.positions.move(order.owner, order.side, quantity)
        fee = self._fees.fee(order.side, price, quantity, liquidity)
        out.append(
            Matched(
                order_id=order.order_id,
                owner=order.owner,
                match_id=match_id,
                side=order.side,
                price=price,
                quantity=quantity,
                liquidity=liquidity,
                fee=fee.amount,
                fee_asset=fee.asset,
                filled=order.filled,
                at_ns=at_ns,
            )
        )

    def end(
        self, order: WorkingOrder, status: OrderStatus, out: list[Outcome], reason: str = ""
    ) -> None:
        self.lift(order)
        order.open = False
        del self._by_id[order.order_id]
        if order.expires_ns is not None:
            self._expiries.ended()
        if order.reduce_only:
            self.positions.forget(order)
        out.append(
            Closed(
                order_id=order.order_id,
                status=status,
                filled=order.filled,
                value=order.value,
                reason=reason,
            )
        )

    def finish(self, order: WorkingOrder, out: list[Outcome]) -> None:
        """End ``order`` when it can take no more: filled, unless something cut it short."""
        if order.budget is None and order.filled < order.quantity:
            reason = f"the position allowed {text(order.filled)} of {text(order.quantity)}"
            self.end(order, OrderStatus.CANCELLED, out, reason)
        elif not order.filled:
            self.end(order, OrderStatus.CANCELLED, out, "the value pays for no lot")
        else:
            self.end(order, OrderStatus.FILLED, out)

    def settle(self, owners: Iterable[str], out: list[Outcome]) -> None:
        """Cut the reduce-only orders that ``owners``' positions no longer support."""
        if not self.positions.has_reducers:
            return
        for owner in owners:
            for order, allowed in self.positions.excesses(owner):
                if allowed:
                    self._cut(order, out)
                else:
                    reason = "reduce-only, and the position is gone"
                    self.end(order, OrderStatus.CANCELLED, out, reason)

    def _cut(self, order: WorkingOrder, out: list[Outcome]) -> None:
        allowed = self.positions.reducible(order.owner, order.side)
        if order.remaining <= allowed:
            return
        if order.price is None or order.immediate:
            order.remaining = allowed
        else:
            self._resize(order, order.filled + allowed)
            out.append(_amended(order, order.price))

    def _resize(self, order: WorkingOrder, quantity: Decimal) -> None:
        """Lower the total of ``order`` to ``quantity``; it keeps its place."""
        if order.resting and order.price is not None:
            cut = order.remaining - (quantity - order.filled)
            self.resting(order.side).reduce(order.price, cut)
        order.quantity = quantity
        order.remaining = quantity - order.filled

    # --- what is asked of it ---

    def catch_up(self, now_ns: int, out: list[Outcome]) -> None:
        """Bring everything up to ``now_ns``: first in every call."""
        for order in self._expiries.due(now_ns):
            self.end(order, OrderStatus.EXPIRED, out, "good till date")
        if self._unsettled:
            owners, self._unsettled = self._unsettled, {}
            self.settle(owners, out)

    def cancel(self, order_id: str, out: list[Outcome]) -> None:
        order = self._by_id.get(order_id)
        if order is None:
            out.append(_unknown(order_id))
        else:
            self.end(order, OrderStatus.CANCELLED, out, "asked for")

    def amend(
        self,
        order_id: str,
        *,
        quantity: Decimal | None,
        limit_price: Decimal | None,
        now_ns: int,
        out: list[Outcome],
    ) -> WorkingOrder | None:
        """Amend a limit order; returns it if it lost its place and must be worked anew."""
        order = self._by_id.get(order_id)
        if order is None:
            out.append(_unknown(order_id))
            return None
        if order.price is None or order.immediate:
            reason = "an order that cannot rest cannot be amended; cancel it"
            out.append(Refused(order_id=order_id, code=RefusalCode.UNSUPPORTED, reason=reason))
            return None
        price = order.price if limit_price is None else limit_price
        total = order.quantity if quantity is None else quantity
        problem = price_problem(price, self._instrument)
        if problem is None and quantity is not None:
            # An old total may be below the minimum: the position cut it.
            problem = quantity_problem(quantity, self._instrument, market=False)
        if problem is None:
            problem = self._amend_problem(order, total, price)
        if problem is not None:
            out.append(Refused(order_id=order_id, code=problem.code, reason=problem.reason))
            return None
        if order.reduce_only:
            total = min(total, order.filled + self.positions.reducible(order.owner, order.side))
        if price == order.price and total <= order.quantity:
            self._resize(order, total)
            out.append(_amended(order, price))
            return None
        self.lift(order)
        order.price = price
        order.quantity = total
        order.remaining = total - order.filled
        order.since_ns = now_ns
        out.append(_amended(order, price))
        return order

    def _amend_problem(self, order: WorkingOrder, total: Decimal, price: Decimal) -> Problem | None:
        if total <= order.filled:
            reason = f"{text(order.filled)} has filled already; to end the order, cancel it"
            return Problem(RefusalCode.QUANTITY, reason)
        if order.post_only and price != order.price:
            problem = self._taking_problem(order.side, price)
            if problem is not None:
                return problem
        notional = self._instrument.notional(price, total)
        return notional_problem(notional, self._instrument, reduce_only=order.reduce_only)

    def _spent(self, filled: Decimal, value: Decimal) -> Decimal:
        instrument = self._instrument
        return filled * instrument.contract_size if instrument.inverse else value


def _amended(order: WorkingOrder, price: Decimal) -> Amended:
    return Amended(order_id=order.order_id, quantity=order.quantity, limit_price=price)


def _unknown(order_id: str) -> Refused:
    reason = f"no order {order_id} is open here"
    return Refused(order_id=order_id, code=RefusalCode.UNKNOWN_ORDER, reason=reason)
