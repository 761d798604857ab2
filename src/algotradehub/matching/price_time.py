"""A market of its own orders: price-time priority, as exchanges match.

Rules, beside those of ``checks`` and ``working``:

- A match takes place at the resting order's price, best price first, oldest order first.
- Who matches with whom is planned before anything moves. FOK and quote amounts are decided on the
  plan, so an order that is refused or killed has touched nothing.
- A market order is refused when the other side is empty. What the other side cannot give is
  cancelled, as with IOC; a market order never rests. FOK holds for market orders too.
- A market order of a value trades the largest whole market lots that the value pays for, or that
  sell for no more than it, before fees. Otherwise it is like one of that quantity.
- FOK needs the full quantity asked for: it is killed if reduce-only would cut it.
- Two orders of one owner match like any others: a self trade of two executions, which leaves the
  owner's position as it is. Any other ``SelfTrade`` keeps them apart instead; a market order of a
  value is then sized as if it met its owner's orders too, unless those are cancelled for it.
- Each match gives the taker's ``Matched``, then the maker's, then what follows from them; the
  taker's own end comes last. The public trade is the taker's: its price, quantity and side.
- LAST is the price of the last match. What matches fire is worked, one order after the other in the
  order in which they fired, when the request that matched is done; those may fire others.
- MARK is the middle between best bid and ask, or LAST while a side is empty. It is looked at once
  an instant, before anything but expiries happens in it: what it fires is worked then. So nobody
  sees a book half moved, nor the one of restored orders alone.
- An order that fired and finds nobody to take from is cancelled, and so is what may only make and
  would take.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, TypeAlias

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ONE, ZERO
from algotradehub.domain.order import OrderStatus, PriceSource, TimeInForce
from algotradehub.matching.book import BookSide
from algotradehub.matching.checks import (
    Problem,
    market_notional_problem,
    quantity_problem,
)
from algotradehub.matching.fees import FeeModel
from algotradehub.matching.outcomes import NewOrder, Outcome, RefusalCode
from algotradehub.matching.self_trade import SelfTrade
from algotradehub.matching.working import MAX_ORDERS
from algotradehub.matching.working_market import WorkingMarket
from algotradehub.matching.working_order import WorkingOrder, reaches

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_BUY: Final = Side.BUY
_MAKER: Final = Liquidity.MAKER
_TAKER: Final = Liquidity.TAKER
_LAST: Final = PriceSource.LAST
_MARK: Final = PriceSource.MARK

_ALLOWED: Final = SelfTrade.ALLOWED
_CANCEL_NEWEST: Final = SelfTrade.CANCEL_NEWEST
_CANCEL_OLDEST: Final = SelfTrade.CANCEL_OLDEST
_DECREMENT: Final = SelfTrade.DECREMENT

Levels: TypeAlias = tuple[tuple[Decimal, Decimal], ...]
"""(price, quantity) of each level, best first."""


class PriceTimeMarket(WorkingMarket):
    """Implements ``Market``. Beyond ``max_orders`` open orders new ones are refused."""

    def __init__(
        self,
        instrument: Instrument,
        *,
        fees: FeeModel | None = None,
        max_orders: int = MAX_ORDERS,
        self_trade: SelfTrade = SelfTrade.ALLOWED,
    ) -> None:
        """``fees`` defaults to the instrument's rates, taken in quote."""
        super().__init__(instrument, fees=fees, max_orders=max_orders)
        self._self_trade = self_trade
        self._keeps_apart = self_trade is not _ALLOWED
        self._matches = 0
        self._last: Decimal | None = None
        self._looked_ns: int | None = None  # when the mark was looked at

    @property
    def last(self) -> Decimal | None:
        """Price of the last match."""
        return self._last

    @property
    def mark(self) -> Decimal | None:
        """The middle between best bid and ask, else the last price."""
        bid, ask = self.best()
        return self._last if bid is None or ask is None else (bid + ask) / 2

    def best(self) -> tuple[Decimal | None, Decimal | None]:
        """Best bid and ask; None where a side is empty."""
        return self._working.bids.best(), self._working.asks.best()

    def levels(self, depth: int) -> tuple[Levels, Levels]:
        """Return the best ``depth`` levels of bids and of asks, added up by price."""
        return _top(self._working.bids, depth), _top(self._working.asks, depth)

    def _restore(self, order: NewOrder, *, filled: Decimal, value: Decimal) -> None:
        """See ``WorkingMarket``: only a lasting limit order that matches nothing has rested."""
        price = order.limit_price
        lasts = order.time_in_force is TimeInForce.GTC or order.time_in_force is TimeInForce.GTD
        if price is None or not lasts or self._would_take(order.side, price):
            raise ValueError(f"the order {order.order_id} cannot have rested here")
        self._working.rest(self._working.restore(order, filled=filled, value=value))

    def _look(self, now_ns: int, out: list[Outcome]) -> None:
        looked_ns = self._looked_ns
        if looked_ns is not None and now_ns <= looked_ns:
            return
        self._looked_ns = now_ns
        if looked_ns is None:
            return
        mark = self.mark
        if mark is not None:
            self._working.triggers.move(_MARK, mark)
            self._work_fired(now_ns, out)

    def _price_of(self, source: PriceSource) -> Decimal | None:
        return self._last if source is _LAST else self.mark

    def _other(self, side: Side) -> BookSide:
        return self._working.asks if side is _BUY else self._working.bids

    def _would_take(self, side: Side, price: Decimal) -> bool:
        best = (self._working.asks if side is _BUY else self._working.bids).best()
        return best is not None and reaches(side, price, best)

    def _market_quantity(self, order: NewOrder) -> tuple[Problem | None, Decimal | None]:
        """See ``WorkingMarket``; a value is turned into the quantity it pays for."""
        best = self._other(order.side).best()
        if best is None:
            reason = f"nobody rests on the other side of a {order.side}"
            return Problem(RefusalCode.NO_LIQUIDITY, reason), None
        problem = market_notional_problem(order, self.instrument, best)
        if problem is not None or order.value is None:
            return problem, order.quantity
        quantity = self._quantity_for(order.value, best, order.side, order.owner)
        return quantity_problem(quantity, self.instrument, market=True), quantity

    def _quantity_for(self, value: Decimal, best: Decimal, side: Side, owner: str) -> Decimal:
        """Return the whole market lots that ``value`` pays for.

        Beyond the book its last price is taken to go on: so an order that the book cannot serve
        in full is told from one that it can.
        """
        instrument = self.instrument
        passes_own = self._self_trade is _CANCEL_OLDEST
        total, price = ZERO, best
        for maker, quantity in self._makers(side, owner, None):
            if passes_own and maker.owner == owner:
                continue
            assert maker.price is not None  # noqa: S101 - it rests
            price = maker.price
            cost = instrument.notional(price, quantity)
            if cost >= value:
                break
            value -= cost
            total += quantity
        total += value / instrument.notional(price, ONE)
        return instrument.quantity_down(total, market=True)

    def _makers(
        self, side: Side, owner: str, limit: Decimal | None
    ) -> Iterator[tuple[WorkingOrder, Decimal]]:
        """Yield the orders a ``side`` would meet, and what each gives when those before gave all.

        A reduce-only order gives no more than what fills before it leave of its owner's position.
        """
        positions = self._working.positions
        moved: dict[str, Decimal] = {}
        for level in self._other(side).levels():
            if limit is not None and not reaches(side, limit, level.price):
                return
            for maker in level.orders.values():
                quantity = maker.remaining
                if positions.has_reducers and maker.owner != owner:
                    before = moved.get(maker.owner, ZERO)
                    if maker.reduce_only:
                        allowed = positions.reducible(maker.owner, maker.side) - before
                        quantity = min(quantity, allowed)
                        if quantity <= ZERO:
                            continue
                    moved[maker.owner] = before + quantity
                yield maker, quantity

    def _work(self, taker: WorkingOrder, now_ns: int, out: list[Outcome]) -> None:
        working = self._working
        price = taker.price
        if price is not None and not taker.immediate and not self._would_take(taker.side, price):
            working.rest(taker)
            return
        plan, left = self._plan(taker)
        if taker.fill_or_kill and (left or taker.remaining < taker.quantity):
            working.end(taker, OrderStatus.CANCELLED, out, "fill or kill: not enough to fill")
            return
        for maker, quantity in plan:
            if self._keeps_apart and maker.owner == taker.owner:
                self._keep_apart(taker, maker, quantity, out)
            else:
                self._execute(taker, maker, quantity, now_ns, out)
        if not taker.open:
            return
        if not taker.remaining:
            working.finish(taker, out)
        elif price is None or taker.immediate:
            working.end(taker, OrderStatus.CANCELLED, out, "nothing left to take")
        else:
            working.rest(taker)

    def _plan(self, taker: WorkingOrder) -> tuple[list[tuple[WorkingOrder, Decimal]], Decimal]:
        """Whom ``taker`` will meet, what each gives or makes it lose, and what is left then."""
        plan: list[tuple[WorkingOrder, Decimal]] = []
        left = taker.remaining
        keeps_apart, mode = self._keeps_apart, self._self_trade
        for maker, quantity in self._makers(taker.side, taker.owner, taker.price):
            is_own = keeps_apart and maker.owner == taker.owner
            if is_own and (taker.fill_or_kill or mode is not _DECREMENT):
                if mode is _CANCEL_OLDEST or not taker.fill_or_kill:
                    plan.append((maker, ZERO))
                if mode is not _CANCEL_OLDEST:
                    break
            elif quantity >= left:
                plan.append((maker, left))
                left = ZERO
                break
            else:
                plan.append((maker, quantity))
                left -= quantity
        return plan, left

    def _keep_apart(
        self, taker: WorkingOrder, maker: WorkingOrder, quantity: Decimal, out: list[Outcome]
    ) -> None:
        """Do what ``SelfTrade`` says; ``quantity`` is what is left of the smaller."""
        working, mode = self._working, self._self_trade
        for order, other in ((maker, taker), (taker, maker)):
            spared = _CANCEL_NEWEST if order is maker else _CANCEL_OLDEST
            if mode is _DECREMENT and order.remaining > quantity:
                working.lessen(order, quantity, out)
            elif mode is not spared:
                reason = f"it would match {other.order_id} of the same owner"
                working.end(order, OrderStatus.CANCELLED, out, reason)

    def _execute(
        self,
        taker: WorkingOrder,
        maker: WorkingOrder,
        quantity: Decimal,
        now_ns: int,
        out: list[Outcome],
    ) -> None:
        price = maker.price
        assert price is not None  # noqa: S101 - it rests
        self._matches += 1
        self._last = price
        working = self._working
        if working.triggers.orders:
            working.triggers.move(_LAST, price)
        for order, liquidity in ((taker, _TAKER), (maker, _MAKER)):
            working.match(
                order,
                price=price,
                quantity=quantity,
                liquidity=liquidity,
                match_id=self._matches,
                at_ns=now_ns,
                out=out,
            )
        if not maker.remaining:
            working.finish(maker, out)
        working.settle((maker.owner, taker.owner), out)


def _top(side: BookSide, depth: int) -> Levels:
    return tuple(
        (level.price, level.quantity) for level, _ in zip(side.levels(), range(depth), strict=False)
    )
