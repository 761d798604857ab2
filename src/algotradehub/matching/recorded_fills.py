"""How one of our orders fills from recorded liquidity: displayed levels, prints and candles."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ZERO
from algotradehub.matching.checks import lots_for
from algotradehub.matching.displayed import DisplayedSide, Volume
from algotradehub.matching.outcomes import Outcome
from algotradehub.matching.queue import QueueModel
from algotradehub.matching.slippage import SlippageModel, paid
from algotradehub.matching.working import WorkingOrders
from algotradehub.matching.working_order import WorkingOrder


class RecordedFills:
    """Fills open orders in whole lots and ends those that are done."""

    def __init__(
        self,
        instrument: Instrument,
        working: WorkingOrders,
        *,
        queue: QueueModel,
        slippage: SlippageModel,
    ) -> None:
        self._instrument = instrument
        self._working = working
        self._queue = queue
        self._slippage = slippage
        self._matches = 0

    def fill(
        self,
        order: WorkingOrder,
        volume: Volume,
        *,
        taking_at: Decimal | None = None,
        at_ns: int,
        out: list[Outcome],
    ) -> Decimal:
        """Fill what ``order`` wants and ``volume`` gives, and return the quantity filled.

        ``taking_at`` is the price that the order takes at; None fills a resting one at its own.
        Nothing happens to an order that has ended.
        """
        if not order.open:
            return ZERO
        price = order.price if taking_at is None else taking_at
        assert price is not None  # noqa: S101 - a market order never rests
        wanted = self._wanted(order, price)
        if order.budget is not None and order.reduce_only:
            wanted = min(wanted, self._working.positions.reducible(order.owner, order.side))
        quantity = volume.part(wanted)
        if quantity < wanted:
            quantity = self._instrument.quantity_down(quantity)
        if quantity:
            volume.take(quantity)
            self._matches += 1
            self._working.match(
                order,
                price=price,
                quantity=quantity,
                liquidity=Liquidity.MAKER if taking_at is None else Liquidity.TAKER,
                match_id=self._matches,
                at_ns=at_ns,
                out=out,
            )
        if not self._wanted(order, price):
            self._working.finish(order, out)
        self._working.settle((order.owner,), out)
        return quantity

    def take_told(
        self,
        order: WorkingOrder,
        volume: Volume,
        *,
        price: Decimal,
        at_ns: int,
        out: list[Outcome],
    ) -> None:
        """Fill an order that takes where a print or a candle tells ``price``."""
        at = paid(
            self._slippage,
            order.side,
            price,
            limit=order.price,
            quantity=self._wanted(order, price),
            volume=volume.left,
            instrument=self._instrument,
        )
        self.fill(order, volume, taking_at=at, at_ns=at_ns, out=out)

    def _wanted(self, order: WorkingOrder, price: Decimal) -> Decimal:
        if order.budget is None:
            return order.remaining
        return lots_for(order.budget, price, self._instrument)

    def take(
        self,
        order: WorkingOrder,
        displayed: DisplayedSide,
        *,
        at_ns: int,
        out: list[Outcome],
    ) -> None:
        """Fill ``order`` from the displayed levels within its limit: a resting one as maker."""
        taking = not order.resting
        for price, left in displayed.offers():
            if not order.open or not order.accepts(price):
                return
            at = price if taking else None
            filled = self.fill(order, Volume(left), taking_at=at, at_ns=at_ns, out=out)
            displayed.take(price, filled)

    def can_take_all(self, order: WorkingOrder, displayed: DisplayedSide) -> bool:
        """Whether all of ``order``, as it was asked for, could be taken now."""
        wanted = order.quantity
        for price, left in displayed.offers():
            if wanted <= ZERO or not order.accepts(price):
                break
            wanted -= self._instrument.quantity_down(left)
        return wanted <= ZERO and order.remaining == order.quantity

    def fill_queued(
        self,
        orders: Sequence[WorkingOrder],
        volume: Volume,
        *,
        at_ns: int,
        out: list[Outcome],
    ) -> None:
        """Let a print at the price of ``orders`` use up the queue before each, then fill it."""
        gone = ZERO  # of others at this price, by this print
        printed = volume.left
        for order in orders:
            if order.ahead is None:
                continue
            before = max(ZERO, order.ahead - gone)
            used = volume.part(before)
            volume.take(used)
            gone += used
            order.ahead = before - used
            if printed is not None:
                order.printed += printed
            if not order.ahead:
                self.fill(order, volume, at_ns=at_ns, out=out)

    def join_queue(self, order: WorkingOrder, displayed: DisplayedSide) -> None:
        """Put ``order`` behind all who are displayed at its price."""
        assert order.price is not None  # noqa: S101 - it rests
        order.ahead = order.shown = displayed.size(order.price)
        order.printed = ZERO

    def shorten_queues(self, orders: Iterable[WorkingOrder], displayed: DisplayedSide) -> None:
        """Let those be gone who are displayed no more at the prices of ``orders``."""
        for order in orders:
            if order.ahead is None:
                self.join_queue(order, displayed)
                continue
            assert order.price is not None  # noqa: S101 - it rests
            size = displayed.size(order.price)
            if size == order.shown:  # a repetition, which may be older than the prints
                continue
            standing = order.shown - order.printed
            if order.ahead and size < standing:
                withdrawn = standing - size
                order.ahead = self._queue.ahead(order.ahead, standing=standing, withdrawn=withdrawn)
            # Others before an order cannot be more than all who are displayed at its price.
            order.ahead = min(order.ahead, size)
            order.shown = size
            order.printed = ZERO
