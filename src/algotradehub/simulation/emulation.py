"""The promises about emulated orders, judged against what the world knows (order-path 12)."""

from collections.abc import Iterable
from decimal import Decimal

from algotradehub.domain.commands import OrderCommand, Place
from algotradehub.domain.guard_records import Fired
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import Order, OrderType, Origin, TriggerDirection
from algotradehub.domain.records import HaltSet, Record
from algotradehub.simulation.invariants import is_decided
from algotradehub.simulation.users import ACCOUNT
from algotradehub.simulation.venue import SYMBOL, ScriptedVenue
from algotradehub.simulation.verdict import Broken, require
from algotradehub.trading.state import DeskState

_S = 1_000_000_000
_CLOCKS_NS = 1 * _S  # by so much the clocks of two lives may differ
EXPIRY_NS = 3 * _S  # so much later a cancel goes out at the latest, on a good day


class _Seen:
    """What the world knows of one order that waits."""

    def __init__(self, order: Order) -> None:
        self.terms = _terms(order)
        self.lowest: Decimal | None = None  # prices shown since it waits on these terms
        self.highest: Decimal | None = None
        self.reached = False  # one of them was beyond its trigger
        self.best: Decimal | None = None  # by the books
        self.down_ns = 0  # of no process since it waits
        self.may_fire = False  # by the books, just before the newest price

    def show(self, order: Order, price: Decimal) -> None:
        self.reached = self.reached or self._is_beyond(order, price)
        self.lowest = price if self.lowest is None else min(self.lowest, price)
        self.highest = price if self.highest is None else max(self.highest, price)

    def _is_beyond(self, order: Order, price: Decimal) -> bool:
        """Whether it may fire, by the tightest reading of its terms."""
        if order.request.type is not OrderType.TRAILING_STOP:
            return is_crossed(order, price)
        trail = order.request.trail
        assert trail is not None  # noqa: S101 - of its type
        assert trail.offset is not None  # noqa: S101 - drawn with one
        if order.request.side is Side.SELL:
            return self.highest is not None and price <= self.highest - trail.offset
        return self.lowest is not None and price >= self.lowest + trail.offset


class Judge:
    """Watches every price, every request and every death; outlives the processes."""

    def __init__(self, venue: ScriptedVenue) -> None:
        self._venue = venue
        self._waiting: dict[ClientOrderId, _Seen] = {}
        self._now: set[ClientOrderId] = set()  # those that still wait
        self._ended: set[ClientOrderId] = set()  # a cancel was promised before it fired
        self._by_hand: set[ClientOrderId] = set()
        self._sent: set[ClientOrderId] = set()

    def watch(self, state: DeskState) -> None:
        """Called at every change: what waits counts, and no trail loosens."""
        waiting = {Side.BUY: ZERO, Side.SELL: ZERO}
        self._now.clear()
        for order in _waiting(state):
            self._now.add(order.order_id)
            seen = self._waiting.get(order.order_id)
            if seen is None or seen.terms != _terms(order):
                down_ns = 0 if seen is None else seen.down_ns
                seen = self._waiting[order.order_id] = _Seen(order)
                seen.down_ns = down_ns
            waiting[order.request.side] += order.remaining
            self._check_trail(seen, order)
        for truth in self._venue.orders.values():
            ours = truth.client_order_id is not None
            if ours and truth.is_open and not is_decided(state, truth):
                waiting[truth.side] += truth.remaining
        sums = state.sums.of(ACCOUNT, SYMBOL)
        if waiting[Side.BUY] > sums.buying or waiting[Side.SELL] > sums.selling:
            detail = f"{waiting} waits or rests, the sums have {sums.buying} and {sums.selling}"
            raise Broken("exposure understated", detail)

    def before_price(self, state: DeskState, price: Decimal) -> None:
        self.watch(state)
        for order in _waiting(state):
            seen = self._waiting[order.order_id]
            seen.show(order, price)
            seen.may_fire = _is_guarded(order) or _fires_late(order)

    def after_price(self, state: DeskState, price: Decimal) -> None:
        """Whoever is called guarded when its price is seen has fired by then."""
        for order in _waiting(state):
            if _is_guarded(order) and is_crossed(order, price):
                raise Broken("not fired", f"{order} was to fire at {price}")
        for order_id in self._now:
            order = state.orders[order_id]
            if order.emulated is None or not order.emulated.fired_ns:
                continue
            may = self._waiting[order_id].may_fire
            require(may, "fired unasked", f"{order}, which nobody had guarded")
            require(order.origin is not Origin.UNSENT, "fired into nothing", f"{order}")
        self.watch(state)

    def sent(self, state: DeskState, command: OrderCommand) -> None:
        """Called with every request before it leaves."""
        if not isinstance(command, Place):
            return
        order_id = command.client_order_id
        order = state.orders.get(order_id)
        if order is None or order.emulated is None or not order.emulated.trigger:
            return
        require(order_id not in self._sent, "fired twice", f"{order}")
        self._sent.add(order_id)
        require(order_id not in self._ended, "fired after its cancel", f"{order}")
        seen = self._waiting.get(order_id)
        may = order_id in self._by_hand or (seen is not None and seen.reached)
        require(may, "fired too soon", f"{order} at {order.emulated.fired_price}")
        self._check_down(order)

    def cancelled(self, order: Order) -> None:
        """A user was told that it ended before it was sent, and the disk has it."""
        self._ended.add(order.order_id)
        self._check_down(order)

    def fired_by_hand(self, order_id: ClientOrderId) -> None:
        self._by_hand.add(order_id)

    def died(self, state: DeskState | None, down_ns: int, *, power_failed: bool) -> None:
        """No process was up for so long, which left ``state``; None if it never came that far.

        A power failure takes back what was not synced.
        """
        if state is not None:
            self._now &= {order.order_id for order in _waiting(state)}
        for order_id in self._now - self._sent:
            seen = self._waiting[order_id]
            seen.down_ns += max(0, down_ns - _CLOCKS_NS)
            if power_failed:
                seen.best = None
        if power_failed:
            self._ended.clear()
            self._by_hand.clear()

    def check_all(self, state: DeskState, records: Iterable[Record], now_ns: int) -> None:
        """When all is settled: what expired has ended, and nothing fired under a halt."""
        for order_id in state.live.get(ACCOUNT, ()):
            order = state.orders[order_id]
            expires_ns, emulated = order.request.expires_ns, order.emulated
            if expires_ns is not None and emulated is not None:
                require(now_ns < expires_ns + EXPIRY_NS, "outlived its expiry", f"{order}")
            if order.is_waiting:
                self._check_down(order)
        for order in state.orders.values():
            emulated, expires_ns = order.emulated, order.request.expires_ns
            if emulated is not None and emulated.expired_ns and expires_ns is not None:
                require(emulated.expired_ns >= expires_ns, "expired too soon", f"{order}")
        _check_firings(records)

    def _check_trail(self, seen: _Seen, order: Order) -> None:
        assert order.emulated is not None  # noqa: S101 - it waits
        best = order.emulated.best
        if seen.best is not None:
            sells = order.request.side is Side.SELL
            kept = best is not None and (best >= seen.best if sells else best <= seen.best)
            require(kept, "trail loosened", f"{order} had followed to {seen.best}")
        seen.best = best

    def _check_down(self, order: Order) -> None:
        seen, emulated = self._waiting.get(order.order_id), order.emulated
        if seen is None or emulated is None:
            return
        if emulated.unguarded_since_ns:
            return  # it is still counted
        require(
            emulated.unguarded_s * _S >= seen.down_ns,
            "unguarded understated",
            f"{order} was alone for {seen.down_ns / _S} s at least",
        )


def is_crossed(order: Order, price: Decimal) -> bool:
    """Whether ``order`` fires at ``price`` by what the books have of it."""
    trigger, trail, emulated = order.request.trigger, order.request.trail, order.emulated
    if trigger is not None:
        at = order.leg.trigger_price or trigger.price
        rises = trigger.direction is TriggerDirection.RISES_TO
        return price >= at if rises else price <= at
    if trail is None or trail.offset is None or emulated is None or emulated.best is None:
        return False
    if order.request.side is Side.SELL:
        return price <= emulated.best - trail.offset
    return price >= emulated.best + trail.offset


def _is_guarded(order: Order) -> bool:
    emulated = order.emulated
    return emulated is not None and not emulated.unguarded_since_ns and not emulated.missed_ns


def _fires_late(order: Order) -> bool:
    emulated = order.emulated
    return emulated is not None and emulated.fires_late and not emulated.missed_ns


def _waiting(state: DeskState) -> Iterable[Order]:
    orders = (state.orders[each] for each in tuple(state.live.get(ACCOUNT, ())))
    return [order for order in orders if order.is_waiting]


def _terms(order: Order) -> Decimal | None:
    return order.leg.trigger_price


def _check_firings(records: Iterable[Record]) -> None:
    fired: dict[ClientOrderId, Fired] = {}  # one that was not made durable is told again
    halted = False
    for record in records:
        body = record.body
        if isinstance(body, HaltSet):
            halted = body.halted
        elif isinstance(body, Fired):
            require(not halted, "fired while halted", str(record))
            before = fired.setdefault(body.order_id, body)
            require(before == body, "fired twice", str(record))
