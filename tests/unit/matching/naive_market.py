"""A second price-time market, written for the eye: every question scans one list of all orders.

It decides one match at a time and tries things out on a copy of itself, so it shares neither data
structure nor procedure with the market it checks.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.order import (
    OrderStatus,
    OrderType,
    PriceSource,
    TimeInForce,
    TriggerDirection,
)
from algotradehub.matching.outcomes import (
    Accepted,
    Amended,
    Closed,
    Matched,
    NewOrder,
    Outcome,
    RefusalCode,
    Refused,
    Triggered,
)
from algotradehub.matching.self_trade import SelfTrade

LASTING = (TimeInForce.GTC, TimeInForce.GTD)


@dataclass(eq=False)
class Entry:
    new: NewOrder
    price: Decimal | None
    total: Decimal  # as asked for
    left: Decimal
    accepted: int
    queued: int
    filled: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    resting: bool = False
    source: PriceSource | None = None  # it waits for a price of this kind,
    at: Decimal | None = None  # and fires at that price, if known yet;
    rises: bool = False  # from below
    best: Decimal | None = None
    number: int = 0  # among those that wait for one price


class NaiveMarket:
    def __init__(self, instrument: Instrument, self_trade: SelfTrade = SelfTrade.ALLOWED) -> None:
        self.instrument = instrument
        self.self_trade = self_trade
        self.entries: list[Entry] = []  # open ones, oldest first
        self.positions: dict[str, Decimal] = {}
        self.touched: list[str] = []
        self.count = 0
        self.matches = 0
        self.now_ns: int | None = None
        self.last: Decimal | None = None
        self.fired: list[tuple[Entry, Decimal]] = []
        self.out: list[Outcome] = []

    # --- questions ---

    def find(self, order_id: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.new.order_id == order_id), None)

    def book(self, side: Side) -> list[Entry]:
        """Resting orders of one side, first to match first."""
        mine = [entry for entry in self.entries if entry.resting and entry.new.side is side]
        return sorted(mine, key=lambda entry: (-side.sign * (entry.price or 0), entry.queued))

    def meets(self, side: Side, price: Decimal | None) -> Entry | None:
        """The first resting order that a ``side`` limited to ``price`` would match."""
        others = self.book(side.opposite)
        if not others:
            return None
        best = others[0].price
        assert best is not None
        return others[0] if price is None or (price - best) * side.sign >= 0 else None

    def reducible(self, owner: str, side: Side) -> Decimal:
        return max(Decimal(0), -side.sign * self.positions.get(owner, Decimal(0)))

    def levels(self, side: Side) -> list[tuple[Decimal, Decimal]]:
        found: dict[Decimal, Decimal] = {}
        for entry in self.book(side):
            assert entry.price is not None
            found[entry.price] = found.get(entry.price, Decimal(0)) + entry.left
        return list(found.items())

    def price_of(self, source: PriceSource) -> Decimal | None:
        bids, asks = self.levels(Side.BUY), self.levels(Side.SELL)
        if source is PriceSource.MARK and bids and asks:
            return (bids[0][0] + asks[0][0]) / 2
        return self.last

    # --- calls ---

    def begin(self, now_ns: int) -> None:
        self.out = []
        due = [
            (entry.new.expires_ns, entry.accepted, entry)
            for entry in self.entries
            if entry.new.time_in_force is TimeInForce.GTD
            and entry.new.expires_ns is not None
            and entry.new.expires_ns <= now_ns
        ]
        for _, _, entry in sorted(due, key=lambda item: item[:2]):
            self.close(entry, OrderStatus.EXPIRED)
        touched, self.touched = self.touched, []
        for owner in touched:
            self.shrink(owner)
        mark = self.price_of(PriceSource.MARK)
        if mark is not None and self.now_ns is not None and now_ns > self.now_ns:
            self.moved(PriceSource.MARK, mark)
            self.work_fired(now_ns)
        self.now_ns = now_ns

    def place(self, new: NewOrder, now_ns: int) -> Sequence[Outcome]:
        self.begin(now_ns)
        code = self.refusal(new, now_ns)
        total = new.quantity
        if code is None and new.value is not None:
            total = self.affordable(new)
            code = self.size(total, market=True)
        if code is not None:
            self.out.append(Refused(order_id=new.order_id, code=code, reason=""))
            return self.out
        assert total is not None
        self.count += 1
        entry = Entry(new, new.limit_price, total, total, self.count, self.count)
        entry.number = self.count
        self.entries.append(entry)
        self.out.append(Accepted(order_id=new.order_id))
        if new.trigger is not None:
            entry.source, entry.at = new.trigger.source, new.trigger.price
            entry.rises = new.trigger.direction is TriggerDirection.RISES_TO
        if new.trail is not None:
            entry.source, entry.rises = new.trail.source, new.side is Side.BUY
            self.trail(entry, self.price_of(new.trail.source))
        if new.reduce_only:
            self.cut(entry, self.reducible(new.owner, new.side))
        if entry.source is None:
            self.work(entry, now_ns)
            self.work_fired(now_ns)
        return self.out

    def cancel(self, order_id: str, now_ns: int) -> Sequence[Outcome]:
        self.begin(now_ns)
        entry = self.find(order_id)
        if entry is None:
            self.out.append(Refused(order_id=order_id, code=RefusalCode.UNKNOWN_ORDER, reason=""))
        else:
            self.close(entry, OrderStatus.CANCELLED)
        return self.out

    def amend(
        self,
        order_id: str,
        *,
        quantity: Decimal | None,
        limit_price: Decimal | None,
        trigger_price: Decimal | None,
        now_ns: int,
    ) -> Sequence[Outcome]:
        self.begin(now_ns)
        entry = self.find(order_id)
        if entry is None:
            code: RefusalCode | None = RefusalCode.UNKNOWN_ORDER
        elif entry.source is not None:
            code = self.amend_waiting(entry, quantity, limit_price, trigger_price)
        elif trigger_price is not None:
            code = RefusalCode.UNSUPPORTED
        else:
            price = entry.price if limit_price is None else limit_price
            total = entry.total if quantity is None else quantity
            assert price is not None
            code = self.price_code(price)
            if code is None and quantity is not None:
                code = self.size(quantity, market=False)
            if code is None and total <= entry.filled:
                code = RefusalCode.QUANTITY
            if code is None and entry.new.post_only and self.meets(entry.new.side, price):
                code = RefusalCode.WOULD_TAKE
            code = code or self.worth(price * total, entry.new)
            if code is None:
                self.change(entry, total, price, now_ns)
        if code is not None:
            self.out.append(Refused(order_id=order_id, code=code, reason=""))
        return self.out

    def amend_waiting(
        self,
        entry: Entry,
        quantity: Decimal | None,
        limit_price: Decimal | None,
        trigger_price: Decimal | None,
    ) -> RefusalCode | None:
        new = entry.new
        if limit_price is not None and entry.price is None:
            return RefusalCode.PRICE
        if trigger_price is not None and new.trail is not None:
            return RefusalCode.UNSUPPORTED
        for asked in (limit_price, trigger_price):
            if asked is not None and self.price_code(asked):
                return RefusalCode.PRICE
        total = entry.total if quantity is None else quantity
        code = self.size(quantity, market=entry.price is None) if quantity is not None else None
        at = entry.at if trigger_price is None else trigger_price
        if code is None and at is not None and at != entry.at:
            code = self.crossed(entry.source, at, rises=entry.rises)
        price = limit_price or entry.price or at
        if code is None and new.trail is None and price is not None:
            code = self.worth(price * total, new)
        if code is not None:
            return code
        if at != entry.at:
            self.count += 1
            entry.at, entry.number = at, self.count
        if new.reduce_only:
            total = min(total, self.reducible(new.owner, new.side))
        entry.total = entry.left = total
        entry.price = entry.price if limit_price is None else limit_price
        self.say_amended(entry)
        return None

    def say_amended(self, entry: Entry) -> None:
        waits = entry.source is not None and entry.new.trail is None
        self.out.append(
            Amended(
                order_id=entry.new.order_id,
                quantity=entry.total,
                limit_price=entry.price,
                trigger_price=entry.at if waits else None,
            )
        )

    def change(self, entry: Entry, total: Decimal, price: Decimal, now_ns: int) -> None:
        if entry.new.reduce_only:
            allowed = self.reducible(entry.new.owner, entry.new.side)
            total = min(total, entry.filled + allowed)
        requeued = price != entry.price or total > entry.total
        entry.total, entry.left, entry.price = total, total - entry.filled, price
        self.say_amended(entry)
        if requeued:
            self.count += 1
            entry.queued = self.count
            entry.resting = False
            self.work(entry, now_ns)
            self.work_fired(now_ns)

    def advance(self, now_ns: int) -> Sequence[Outcome]:
        self.begin(now_ns)
        return self.out

    def set_position(self, owner: str, quantity: Decimal) -> None:
        self.positions[owner] = quantity
        if owner not in self.touched:
            self.touched.append(owner)

    # --- rules ---

    def refusal(self, new: NewOrder, now_ns: int) -> RefusalCode | None:
        if self.find(new.order_id):
            return RefusalCode.DUPLICATE
        if new.time_in_force is TimeInForce.GTD and (new.expires_ns or 0) <= now_ns:
            return RefusalCode.EXPIRED
        code = self.instrument_code(new)
        if code is not None:
            return code
        if new.reduce_only and not self.reducible(new.owner, new.side):
            return RefusalCode.NOTHING_TO_REDUCE
        if new.trigger is not None:
            rises = new.trigger.direction is TriggerDirection.RISES_TO
            return self.crossed(new.trigger.source, new.trigger.price, rises=rises)
        met = self.meets(new.side, new.limit_price)
        if new.post_only and met:
            return RefusalCode.WOULD_TAKE
        if new.type is not OrderType.MARKET:
            return None
        if met is None:
            return RefusalCode.NO_LIQUIDITY
        assert met.price is not None
        return self.worth(new.value or (new.quantity or 0) * met.price, new)

    def instrument_code(self, new: NewOrder) -> RefusalCode | None:
        if new.value is not None:
            return None
        assert new.quantity is not None
        price, quantity = new.limit_price, new.quantity
        if new.trigger is not None and self.price_code(new.trigger.price):
            return RefusalCode.PRICE
        if price is None:
            code = self.size(quantity, market=True)
            if code is None and new.trigger is not None:
                code = self.worth(new.trigger.price * quantity, new)
            return code
        return (
            self.price_code(price)
            or self.size(quantity, market=False)
            or self.worth(price * quantity, new)
        )

    def crossed(
        self, source: PriceSource | None, at: Decimal, *, rises: bool
    ) -> RefusalCode | None:
        price = None if source is None else self.price_of(source)
        if price is None or (price < at if rises else price > at):
            return None
        return RefusalCode.WOULD_TRIGGER

    def price_code(self, price: Decimal) -> RefusalCode | None:
        fits = price > 0 and price % self.instrument.price_step(price) == 0
        return None if fits else RefusalCode.PRICE

    def size(self, quantity: Decimal, *, market: bool) -> RefusalCode | None:
        rules = self.instrument
        fits = (
            quantity % rules.lot_of(market=market) == 0
            and quantity >= rules.min_quantity
            and (rules.max_quantity is None or quantity <= rules.max_quantity)
        )
        return None if fits else RefusalCode.QUANTITY

    def worth(self, value: Decimal, new: NewOrder) -> RefusalCode | None:
        least = self.instrument.min_notional
        too_little = least is not None and value < least and not new.reduce_only
        return RefusalCode.NOTIONAL if too_little else None

    def affordable(self, new: NewOrder) -> Decimal:
        """Buy lot by lot from a copy; past its end the last price goes on."""
        trial = copy.deepcopy(self)
        trial.out = []
        if self.self_trade is not SelfTrade.CANCEL_OLDEST:
            trial.self_trade = SelfTrade.ALLOWED
        met = self.meets(new.side, None)
        assert met is not None
        assert met.price is not None
        lot = self.instrument.lot
        everything = Entry(new, None, Decimal(10**6), Decimal(10**6), 0, 0)
        trial.sweep(everything, 0)
        prices = [
            matched.price
            for matched in trial.out
            if isinstance(matched, Matched) and matched.liquidity is Liquidity.TAKER
            for _ in range(int(matched.quantity / lot))
        ] or [met.price]
        total = spent = Decimal(0)
        while True:
            price = prices.pop(0) if len(prices) > 1 else prices[0]
            spent += price * lot
            assert new.value is not None
            if spent > new.value:
                return total - total % self.instrument.lot_of(market=True)
            total += lot

    # --- triggers ---

    def moved(self, source: PriceSource, price: Decimal) -> None:
        """Set fire to what waits for this price, nearest first."""
        waiting = [entry for entry in self.entries if entry.source is source]
        for entry in waiting:
            if entry.new.trail is not None:
                self.trail(entry, price)
        for rises in (True, False):
            sign = 1 if rises else -1
            due = [
                (sign * entry.at, entry.number, entry)
                for entry in waiting
                if entry.rises is rises and entry.at is not None and sign * (price - entry.at) >= 0
            ]
            for _, _, entry in sorted(due, key=lambda item: item[:2]):
                entry.source = None
                self.fired.append((entry, price))

    def trail(self, entry: Entry, price: Decimal | None) -> None:
        trail, sign = entry.new.trail, entry.new.side.sign
        assert trail is not None
        if price is None:
            return
        start = trail.activation_price if entry.best is None else entry.best
        if start is None or sign * (price - start) <= 0:
            entry.best = price
            offset = trail.offset or price * (trail.offset_bps or 0) / 10_000
            entry.at = price + sign * offset

    def work_fired(self, now_ns: int) -> None:
        while self.fired:
            entry, price = self.fired.pop(0)
            if entry not in self.entries:
                continue
            new = entry.new
            self.out.append(Triggered(order_id=new.order_id, price=price, at_ns=now_ns))
            if new.post_only and self.meets(new.side, entry.price):
                self.close(entry, OrderStatus.CANCELLED)
                continue
            self.count += 1
            entry.queued = self.count
            self.work(entry, now_ns)

    # --- matching ---

    def work(self, entry: Entry, now_ns: int) -> None:
        new = entry.new
        if new.time_in_force is TimeInForce.FOK:
            trial = copy.deepcopy(self)
            tried = trial.find(new.order_id)
            assert tried is not None
            trial.sweep(tried, now_ns)
            if tried.filled < entry.total:
                self.close(entry, OrderStatus.CANCELLED)
                return
        self.sweep(entry, now_ns)
        if entry not in self.entries:
            return
        if entry.filled == entry.total:
            self.close(entry, OrderStatus.FILLED)
        elif entry.left and entry.price is not None and new.time_in_force in LASTING:
            entry.resting = True
        else:
            self.close(entry, OrderStatus.CANCELLED)

    def sweep(self, taker: Entry, now_ns: int) -> None:
        while taker.left:
            maker = self.meets(taker.new.side, taker.price)
            if maker is None:
                return
            assert maker.price is not None
            quantity = min(taker.left, maker.left)
            is_own = maker.new.owner == taker.new.owner
            if is_own and self.self_trade is not SelfTrade.ALLOWED:
                self.keep_apart(taker, maker, quantity)
                if taker not in self.entries and self.self_trade is not SelfTrade.CANCEL_OLDEST:
                    return
                continue
            self.matches += 1
            self.last = maker.price
            self.moved(PriceSource.LAST, maker.price)
            for entry, liquidity in ((taker, Liquidity.TAKER), (maker, Liquidity.MAKER)):
                self.fill(entry, maker.price, quantity, liquidity, now_ns)
            if not maker.left:
                self.close(maker, OrderStatus.FILLED)
            self.shrink(maker.new.owner)
            self.shrink(taker.new.owner)

    def keep_apart(self, taker: Entry, maker: Entry, quantity: Decimal) -> None:
        match self.self_trade:
            case SelfTrade.CANCEL_NEWEST:
                ended = [taker]
            case SelfTrade.CANCEL_OLDEST:
                ended = [maker]
            case SelfTrade.CANCEL_BOTH:
                ended = [maker, taker]
            case _:
                ended = []
                for entry in (maker, taker):
                    if entry.left == quantity:
                        self.close(entry, OrderStatus.CANCELLED)
                    else:
                        entry.total -= quantity
                        entry.left -= quantity
                        self.say_amended(entry)
        for entry in ended:
            self.close(entry, OrderStatus.CANCELLED)

    def fill(
        self, entry: Entry, price: Decimal, quantity: Decimal, liquidity: Liquidity, now_ns: int
    ) -> None:
        new = entry.new
        entry.left -= quantity
        entry.filled += quantity
        entry.value += price * quantity
        held = self.positions.get(new.owner, Decimal(0))
        self.positions[new.owner] = held + new.side.sign * quantity
        maker = liquidity is Liquidity.MAKER
        rate = self.instrument.maker_fee if maker else self.instrument.taker_fee
        self.out.append(
            Matched(
                order_id=new.order_id,
                owner=new.owner,
                match_id=self.matches,
                side=new.side,
                price=price,
                quantity=quantity,
                liquidity=liquidity,
                fee=price * quantity * rate,
                fee_asset=self.instrument.quote,
                filled=entry.filled,
                at_ns=now_ns,
            )
        )

    def shrink(self, owner: str) -> None:
        for entry in list(self.entries):
            if entry.new.owner != owner or not entry.new.reduce_only:
                continue
            allowed = self.reducible(owner, entry.new.side)
            if entry.left > allowed == 0:
                self.close(entry, OrderStatus.CANCELLED)
            else:
                self.cut(entry, allowed)

    def cut(self, entry: Entry, allowed: Decimal) -> None:
        if entry.left <= allowed:
            return
        entry.left = allowed
        rests = entry.price is not None and entry.new.time_in_force in LASTING
        if entry.source is not None or rests:
            entry.total = entry.filled + allowed
            self.say_amended(entry)

    def close(self, entry: Entry, status: OrderStatus) -> None:
        self.entries.remove(entry)
        self.out.append(
            Closed(
                order_id=entry.new.order_id,
                status=status,
                filled=entry.filled,
                value=entry.value,
            )
        )
