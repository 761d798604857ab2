"""The orders a market works on, from acceptance to their end, and what both markets do alike.

Rules:

- An order id names one open order. It may come again after that order ended: what was done stays
  the caller's to remember, and a market does not grow with its history.
- An order expires at the instant ``expires_ns``, before anything else happens at that instant.
- A reduce-only order larger than the position is cut to it at once. One that can rest is amended;
  of one that cannot, the rest is cancelled. When the position shrinks later, open ones shrink with
  it, or end when nothing is left to reduce. Positions count fills only, not fees taken in base.
- A position set, or an order restored, from outside is checked against the other at the next call.
- An order that waits for its trigger is open like one that rests: it is counted, expires, and is
  cut to the position. Post-only is judged when it fires.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final, TypeAlias

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO, text
from algotradehub.domain.order import LIMIT_TYPES, OrderStatus, OrderType, TimeInForce
from algotradehub.matching.book import BookSide
from algotradehub.matching.checks import Problem, order_problem
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
from algotradehub.matching.triggers import Triggers
from algotradehub.matching.working_order import Condition, WorkingOrder

MAX_ORDERS: Final = 1_000_000

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_BUY: Final = Side.BUY
_LIMIT: Final = OrderType.LIMIT
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
        self.triggers = Triggers()
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
        if order.post_only and order.limit_price is not None and order.type is _LIMIT:
            return self.taking_problem(order.side, order.limit_price)
        return None

    def taking_problem(self, side: Side, price: Decimal) -> Problem | None:
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
        condition: Condition | None = None,
    ) -> WorkingOrder:
        """Open ``order`` and cut it to the position if it only reduces.

        ``quantity`` is in base units; None keeps an amount in quote to be spent match by match.
        What waits for a ``condition`` is put to its place by the caller.
        """
        out.append(Accepted(order_id=order.order_id))
        opened = self._opened(order, now_ns, quantity, condition)
        if order.reduce_only:
            self._cut(opened, out)
        return opened

    def find(self, order_id: str) -> WorkingOrder | None:
        return self._by_id.get(order_id)

    def restore(
        self,
        order: NewOrder,
        *,
        filled: Decimal,
        value: Decimal,
        condition: Condition | None = None,
    ) -> WorkingOrder:
        """Open ``order`` again as it was; the caller puts it to its place.

        Raises:
            ValueError: It cannot have been open, or is open already.
        """
        if order.order_id in self._by_id:
            raise ValueError(f"the order {order.order_id} is open already")
        if order.quantity is not None and order.quantity <= filled:
            raise ValueError(f"the order {order.order_id} has nothing left that could be open")
        if (order.type in LIMIT_TYPES) is (order.limit_price is None):
            raise ValueError(f"the order {order.order_id} must be LIMIT with a price, or MARKET")
        restored = self._opened(order, 0, order.quantity, condition)
        restored.filled = filled
        restored.value = value
        if restored.budget is None:
            restored.remaining -= filled
        else:
            restored.budget -= self._spent(filled, value)
        self._unsettled[order.owner] = None
        return restored

    def _opened(
        self,
        order: NewOrder,
        since_ns: int,
        quantity: Decimal | None,
        condition: Condition | None,
    ) -> WorkingOrder:
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
        if condition is not None:
            opened.condition = condition
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
        elif order.condition is not None:
            self.triggers.remove(order, order.condition)
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
        if order.condition is None and (order.price is None or order.immediate):
            order.remaining = allowed
        else:
            self.resize(order, order.filled + allowed)
            out.append(amended(order))

    def resize(self, order: WorkingOrder, quantity: Decimal) -> None:
        """Change the total of ``order``, of a resting one to less; it keeps its place."""
        if order.resting and order.price is not None:
            cut = order.remaining - (quantity - order.filled)
            self.resting(order.side).reduce(order.price, cut)
        order.quantity = quantity
        order.remaining = quantity - order.filled

    def lessen(self, order: WorkingOrder, quantity: Decimal, out: list[Outcome]) -> None:
        """Take ``quantity`` off ``order``, which has more left; it keeps its place."""
        order.quantity -= quantity
        order.remaining -= quantity
        if order.resting and order.price is not None:
            self.resting(order.side).reduce(order.price, quantity)
        out.append(amended(order))

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
            out.append(unknown(order_id))
        else:
            self.end(order, OrderStatus.CANCELLED, out, "asked for")

    def _spent(self, filled: Decimal, value: Decimal) -> Decimal:
        instrument = self._instrument
        return filled * instrument.contract_size if instrument.inverse else value


def amended(order: WorkingOrder) -> Amended:
    condition = order.condition
    trigger_price = None if condition is None or condition.trail is not None else condition.price
    return Amended(
        order_id=order.order_id,
        quantity=order.quantity,
        limit_price=order.price,
        trigger_price=trigger_price,
    )


def unknown(order_id: str) -> Refused:
    reason = f"no order {order_id} is open here"
    return Refused(order_id=order_id, code=RefusalCode.UNKNOWN_ORDER, reason=reason)
