"""A market of recorded data: our orders fill against what others quoted and traded.

Our orders never match each other and never move the data. Of books, quotes, trades and candles the
finest kind seen so far decides and coarser ones are ignored, so that the same liquidity is not
counted twice; only prints stand beside quotes and books, and fill resting orders.

**On arrival**, with quotes or a book known, an order takes what is displayed, best level first, as
TAKER; a quote is a book of one level. What is left rests (LIMIT), is cancelled (IOC) or, of a
MARKET order, waits for what the next events display. FOK is all or nothing. While only prints or
candles are known, all that would take (MARKET, IOC, FOK, and LIMIT beyond the last price) waits for
the next of them. A MARKET order is refused while no price at all is known.

**Quotes and books** fill resting orders when the other side reaches their price, at their own price
(who comes to a resting order pays its price), up to what is displayed there.

**Prints** through the price of a resting order, strictly, fill it at its own price up to the
print's quantity, best price first. Prints at its price first use up the queue: others' quantity
there when the order came, if that was displayed, and never more than is displayed there later; of
what is withdrawn there, a ``QueueModel`` says how much stood before the order. If the queue is not
known, only a print through fills. A taker of the order's own side traded against the
other side: such a print says nothing at the order's price, and nothing at all once quotes or a book
display that other side. While none do, it fills those that wait to take, at its price. A print of
unknown taker counts as both.

**Candles** fill orders that came at or before their start. At the open, and at its price, those
that wait to take fill, and resting ones that the open has jumped over, as TAKER; post-only orders
keep their own price. Then the path (``candle_path``) fills resting orders at their own price as
MAKER. ``CandleRule.max_volume_share`` bounds all fills of one candle. An order that expires within
a candle can only fill at its open. Fills carry the time of the candle's start at the open, of its
end on the path. Candles that are not final are ignored.

**Triggers** (``triggers``) meet LAST, the last print or the path of a candle (nothing, while a
recording only quotes), and MARK, the mid or else LAST, after what is open has met the event; what
fires is worked like an order that comes at that instant. Within a candle they meet its open and the
path in its order: resting orders fill as far as the path has come, then what fires takes there, at
its trigger (of a trail, at the next valid price beyond), or at the open if that has jumped over it;
what is left goes on along the path. An order that came after a candle's start meets none of it.

What waits to take waits for the first event that could serve it; then IOC and FOK end, LIMIT rests,
and MARKET goes on waiting for the rest. Who takes from a print or a candle pays what a
``SlippageModel`` says, though never beyond a limit. Quantities are whole lots. An order of a value
is filled when what is left pays for no further lot.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import IntEnum
from typing import Final

from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.market import BookAction, BookUpdate, Candle, Quote, Trade
from algotradehub.domain.order import OrderStatus, PriceSource
from algotradehub.matching.candle_path import CandleRule, LimitsFill, fired_at, turns
from algotradehub.matching.checks import (
    Problem,
    lots_for,
    market_notional_problem,
    quantity_problem,
)
from algotradehub.matching.displayed import DisplayedBook, Volume
from algotradehub.matching.fees import FeeModel
from algotradehub.matching.outcomes import NewOrder, Outcome, RefusalCode
from algotradehub.matching.queue import CautiousQueue, QueueModel
from algotradehub.matching.recorded_fills import RecordedFills
from algotradehub.matching.slippage import NoSlippage, SlippageModel
from algotradehub.matching.working import MAX_ORDERS
from algotradehub.matching.working_market import WorkingMarket
from algotradehub.matching.working_order import WorkingOrder, reaches

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_BUY: Final = Side.BUY
_SELL: Final = Side.SELL
_LAST: Final = PriceSource.LAST
_MARK: Final = PriceSource.MARK
_SIDES: Final = (_BUY, _SELL)

_KILLED: Final = "fill or kill: not enough to fill"


class _Source(IntEnum):
    """Kinds of data, rising in fineness."""

    NOTHING = 0
    CANDLES = 1
    TRADES = 2
    QUOTES = 3
    BOOK = 4


class RecordedMarket(WorkingMarket):
    """Implements ``Market``; the ``on_...`` methods return the outcomes that the data caused."""

    def __init__(
        self,
        instrument: Instrument,
        *,
        fees: FeeModel | None = None,
        rule: CandleRule | None = None,
        queue: QueueModel | None = None,
        slippage: SlippageModel | None = None,
        max_orders: int = MAX_ORDERS,
    ) -> None:
        """``fees`` defaults to the instrument's rates, taken in quote."""
        super().__init__(instrument, fees=fees, max_orders=max_orders)
        self._rule = rule or CandleRule()
        self._through = self._rule.limits_fill is LimitsFill.THROUGH
        self._displayed = DisplayedBook()
        self._source = _Source.NOTHING
        self._last: Decimal | None = None
        self._fills = RecordedFills(
            instrument,
            self._working,
            queue=queue or CautiousQueue(),
            slippage=slippage or NoSlippage(),
        )

    @property
    def last(self) -> Decimal | None:
        """Price of the last print, or close of the last candle."""
        return self._last

    @property
    def mid(self) -> Decimal | None:
        return self._displayed.mid

    @property
    def mark(self) -> Decimal | None:
        """What a position is valued at: the mid, else the last price."""
        mid = self.mid
        return self._last if mid is None else mid

    def _restore(self, order: NewOrder, *, filled: Decimal, value: Decimal) -> None:
        """See ``WorkingMarket``: it fills by the data that comes next, as if it always rested."""
        restored = self._working.restore(order, filled=filled, value=value)
        if restored.price is None or restored.immediate:
            self._working.waiting[restored.order_id] = restored
        else:
            self._rest(restored, restored.price)

    # --- what the data does ---

    def on_quote(self, quote: Quote) -> Sequence[Outcome]:
        out: list[Outcome] = []
        now_ns = quote.received_ns
        self._working.catch_up(now_ns, out)
        if self._source > _Source.QUOTES:
            return out
        self._source = _Source.QUOTES
        self._displayed.quote(quote)
        self._meet_displayed(now_ns, out)
        for side in _SIDES:
            displayed = self._displayed.side(side)
            best = displayed.best()
            if best is not None:
                # Of the queue behind the best level a quote says nothing.
                self._fills.shorten_queues(self._reached(side, best, through=False), displayed)
        self._meet_triggers(now_ns, out)
        return out

    def on_book(self, update: BookUpdate) -> Sequence[Outcome]:
        out: list[Outcome] = []
        now_ns = update.received_ns
        self._working.catch_up(now_ns, out)
        whole = update.action is BookAction.SNAPSHOT or self._source is not _Source.BOOK
        self._source = _Source.BOOK
        self._displayed.update(update, whole=whole)
        self._meet_displayed(now_ns, out)
        for side, levels in ((_BUY, update.bids), (_SELL, update.asks)):
            resting, displayed = self._working.resting(side), self._displayed.side(side)
            if whole:
                self._fills.shorten_queues(resting.orders(), displayed)
            else:
                for price, _ in levels:
                    self._fills.shorten_queues(resting.at(price), displayed)
        self._meet_triggers(now_ns, out)
        return out

    def on_trade(self, trade: Trade) -> Sequence[Outcome]:
        out: list[Outcome] = []
        now_ns = trade.received_ns
        self._working.catch_up(now_ns, out)
        self._last = trade.price
        self._source = max(self._source, _Source.TRADES)
        undisplayed = self._source is _Source.TRADES
        volume = Volume(trade.quantity)
        for side in _SIDES:
            if trade.taker is side and not undisplayed:
                continue
            if undisplayed and trade.taker is not side.opposite:
                for order in self._waiting():
                    if order.side is side:
                        self._serve(order, trade.price, volume, now_ns, out)
            reached = self._reached(side, trade.price, through=False)
            queued = [order for order in reached if order.price == trade.price]
            for order in reached[: len(reached) - len(queued)]:
                self._fills.fill(order, volume, at_ns=now_ns, out=out)
            if trade.taker is not side:
                self._fills.fill_queued(queued, volume, at_ns=now_ns, out=out)
        self._meet_triggers(now_ns, out)
        return out

    def on_candle(self, candle: Candle) -> Sequence[Outcome]:
        out: list[Outcome] = []
        if not candle.final or self._source > _Source.CANDLES:
            return out
        self._source = _Source.CANDLES
        self._last = candle.open
        start_ns, end_ns = candle.start_ns, candle.start_ns + candle.interval_ns
        share = self._rule.max_volume_share
        volume = Volume(None if share is None else candle.volume * share)
        triggers = self._working.triggers
        self._working.catch_up(start_ns, out)
        watched = bool(triggers.orders)
        if watched:
            triggers.hold(start_ns)
        self._meet_open(candle, volume, out)
        self._working.catch_up(end_ns - 1, out)
        legs = turns(candle)
        for side, price in legs:
            if watched:
                self._fire_on_leg(side, price, volume, candle, out)
            self._fill_reached(side, price, volume, candle, out)
        if watched:
            # The way to the close reaches nothing new but for what waited or came with it.
            back = legs[0][0]
            self._fire_on_leg(back, candle.close, volume, candle, out)
            self._fill_reached(back, candle.close, volume, candle, out)
            triggers.release()
        self._last = candle.close
        return out

    # --- how orders meet it ---

    def _price_of(self, source: PriceSource) -> Decimal | None:
        return self._last if source is _LAST else self.mark

    def _would_take(self, side: Side, price: Decimal) -> bool:
        if self._source >= _Source.QUOTES:
            best = self._displayed.side(side.opposite).best()
            return best is not None and reaches(side, price, best)
        return self._last is not None and price != self._last and reaches(side, price, self._last)

    def _market_quantity(self, order: NewOrder) -> tuple[Problem | None, Decimal | None]:
        reference = self._displayed.side(order.side.opposite).best() or self.mark
        if reference is None:
            reason = f"no price is known that a {order.side} could take; wait for market data"
            return Problem(RefusalCode.NO_LIQUIDITY, reason), None
        problem = market_notional_problem(order, self.instrument, reference)
        if problem is None and order.value is not None:
            quantity = lots_for(order.value, reference, self.instrument)
            problem = quantity_problem(quantity, self.instrument, market=True)
        return problem, order.quantity

    def _work(self, order: WorkingOrder, now_ns: int, out: list[Outcome]) -> None:
        waiting = self._working.waiting
        if self._source < _Source.QUOTES:
            price = order.price
            if price is None or order.immediate or self._would_take(order.side, price):
                waiting[order.order_id] = order
            else:
                self._rest(order, price)
            return
        displayed = self._displayed.side(order.side.opposite)
        if order.fill_or_kill and not self._fills.can_take_all(order, displayed):
            self._working.end(order, OrderStatus.CANCELLED, out, _KILLED)
            return
        self._fills.take(order, displayed, at_ns=now_ns, out=out)
        self._settle_taker(order, out)

    def _settle_taker(self, order: WorkingOrder, out: list[Outcome]) -> None:
        """Say what becomes of an order that took what it could."""
        if not order.open:
            return
        if order.immediate:
            self._working.end(order, OrderStatus.CANCELLED, out, "nothing left to take")
        elif order.price is None:
            self._working.waiting[order.order_id] = order
        else:
            self._working.waiting.pop(order.order_id, None)
            self._rest(order, order.price)

    def _rest(self, order: WorkingOrder, price: Decimal) -> None:
        """Let ``order`` rest, behind whatever is displayed at its price."""
        self._working.rest(order)
        displayed = self._displayed.side(order.side)
        best = displayed.best()
        is_known = best is not None and reaches(order.side, price, best)
        if self._source is _Source.BOOK or is_known:
            self._fills.join_queue(order, displayed)
        else:
            order.ahead = None

    def _waiting(self) -> list[WorkingOrder]:
        return list(self._working.waiting.values())

    def _reached(self, side: Side, price: Decimal, *, through: bool) -> list[WorkingOrder]:
        """Resting orders whose price the market has reached, or gone through; best first."""
        found = []
        for order in self._working.resting(side).orders():
            if not order.accepts(price) or (through and order.price == price):
                break
            found.append(order)
        return found

    def _look(self, now_ns: int, out: list[Outcome]) -> None:
        """Events tell of every price here."""

    def _meet_triggers(self, now_ns: int, out: list[Outcome]) -> None:
        triggers = self._working.triggers
        if not triggers.orders:
            return
        for source in (_LAST, _MARK):
            price = self._price_of(source)
            if price is not None:
                triggers.move(source, price)
        self._work_fired(now_ns, out)

    def _meet_open(self, candle: Candle, volume: Volume, out: list[Outcome]) -> None:
        """Let what waits take, then what was jumped over, then what the open fires."""
        price, start_ns = candle.open, candle.start_ns
        for order in self._waiting():
            if order.since_ns <= start_ns:
                self._serve(order, price, volume, start_ns, out)
        for side in _SIDES:
            for order in self._reached(side, price, through=self._through):
                if order.since_ns <= start_ns and not order.post_only:
                    self._fills.take_told(order, volume, price=price, at_ns=start_ns, out=out)
        triggers = self._working.triggers
        if triggers.orders:
            while (found := triggers.next_fired(price)) is not None:
                self._fire_within(found[0], price, volume, start_ns, out)
            triggers.follow_all(price)

    def _fire_on_leg(
        self, side: Side, end: Decimal, volume: Volume, candle: Candle, out: list[Outcome]
    ) -> None:
        """Fire what the path of ``candle`` to ``end``, which fills limits of ``side``, reaches."""
        triggers = self._working.triggers
        end_ns = candle.start_ns + candle.interval_ns
        while (found := triggers.next_fired(end)) is not None:
            order, trigger = found
            at = fired_at(trigger, order.side, self.instrument, leg=side, end=end)
            self._fill_reached(side, at, volume, candle, out)
            self._fire_within(order, at, volume, end_ns, out)
        triggers.follow_all(end)

    def _fire_within(
        self,
        order: WorkingOrder,
        price: Decimal,
        volume: Volume,
        at_ns: int,
        out: list[Outcome],
    ) -> None:
        """Fire ``order`` where a candle's path stands, and let it take there."""
        self._last = price
        self._fire(order, price, at_ns, out)
        if order.open and not order.resting:
            self._serve(order, price, volume, at_ns, out)

    def _meet_displayed(self, now_ns: int, out: list[Outcome]) -> None:
        """Let open orders take what is displayed now: those that wait first, then the resting."""
        for order in self._waiting():
            if order.open:
                self._work(order, now_ns, out)
        for side in _SIDES:
            opposite = self._displayed.side(side.opposite)
            best = opposite.best()
            if best is not None:
                for order in self._reached(side, best, through=False):
                    self._fills.take(order, opposite, at_ns=now_ns, out=out)

    def _fill_reached(
        self, side: Side, price: Decimal, volume: Volume, candle: Candle, out: list[Outcome]
    ) -> None:
        """Fill what rests where the path of ``candle`` has come."""
        end_ns = candle.start_ns + candle.interval_ns
        for order in self._reached(side, price, through=self._through):
            if order.since_ns <= candle.start_ns:
                self._fills.fill(order, volume, at_ns=end_ns, out=out)

    def _serve(
        self,
        order: WorkingOrder,
        price: Decimal,
        volume: Volume,
        at_ns: int,
        out: list[Outcome],
    ) -> None:
        """Let an order that waits to take do so at ``price``."""
        if not order.open:
            return
        if order.accepts(price):
            whole = order.remaining == order.quantity == volume.part(order.quantity)
            if order.fill_or_kill and not whole:
                self._working.end(order, OrderStatus.CANCELLED, out, _KILLED)
                return
            self._fills.take_told(order, volume, price=price, at_ns=at_ns, out=out)
        self._settle_taker(order, out)
