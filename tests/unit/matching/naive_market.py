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
from algotradehub.domain.order import OrderStatus, OrderType, TimeInForce
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


class NaiveMarket:
    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.entries: list[Entry] = []  # open ones, oldest first
        self.positions: dict[str, Decimal] = {}
        self.touched: list[str] = []
        self.count = 0
        self.matches = 0
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
        self.entries.append(entry)
        self.out.append(Accepted(order_id=new.order_id))
        if new.reduce_only:
            self.cut(entry, self.reducible(new.owner, new.side))
        self.work(entry, now_ns)
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
        now_ns: int,
    ) -> Sequence[Outcome]:
        self.begin(now_ns)
        entry = self.find(order_id)
        code: RefusalCode | None = RefusalCode.UNKNOWN_ORDER
        if entry is not None:
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
                return self.out
        assert code is not None
        self.out.append(Refused(order_id=order_id, code=code, reason=""))
        return self.out

    def change(self, entry: Entry, total: Decimal, price: Decimal, now_ns: int) -> None:
        if entry.new.reduce_only:
            allowed = self.reducible(entry.new.owner, entry.new.side)
            total = min(total, entry.filled + allowed)
        requeued = price != entry.price or total > entry.total
        entry.total, entry.left, entry.price = total, total - entry.filled, price
        self.out.append(Amended(order_id=entry.new.order_id, quantity=total, limit_price=price))
        if requeued:
            self.count += 1
            entry.queued = self.count
            entry.resting = False
            self.work(entry, now_ns)

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
        if price is None:
            return self.size(quantity, market=True)
        return (
            self.price_code(price)
            or self.size(quantity, market=False)
            or self.worth(price * quantity, new)
        )

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
        lot = self.instrument.lot
        everything = Entry(new, None, Decimal(10**6), Decimal(10**6), 0, 0)
        trial.sweep(everything, 0)
        prices = [
            matched.price
            for matched in trial.out
            if isinstance(matched, Matched) and matched.liquidity is Liquidity.TAKER
            for _ in range(int(matched.quantity / lot))
        ]
        total = spent = Decimal(0)
        while True:
            price = prices.pop(0) if len(prices) > 1 else prices[0]
            spent += price * lot
            assert new.value is not None
            if spent > new.value:
                return total - total % self.instrument.lot_of(market=True)
            total += lot

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
            self.matches += 1
            for entry, liquidity in ((taker, Liquidity.TAKER), (maker, Liquidity.MAKER)):
                self.fill(entry, maker.price, quantity, liquidity, now_ns)
            if not maker.left:
                self.close(maker, OrderStatus.FILLED)
            self.shrink(maker.new.owner)
            self.shrink(taker.new.owner)

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
        if entry.price is not None and entry.new.time_in_force in LASTING:
            entry.total = entry.filled + allowed
            self.out.append(
                Amended(order_id=entry.new.order_id, quantity=entry.total, limit_price=entry.price)
            )

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
