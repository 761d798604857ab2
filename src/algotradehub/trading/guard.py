"""The guard of one account: watches prices in the venue's place, and knows when it cannot.

Order-path 12. An order that waits fires at most once: its firing is in the journal before it is
sent, and nothing is sent again. It is guarded while this process looks, the journal works, the
account may send and the venue's prices are fresh. Whatever ends that begins a gap, which ends with
the first price of each symbol afterwards. What this price finds crossed did not happen before our
eyes: it fires only where that was chosen, else a person decides.
"""

import heapq
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, Final

from algotradehub.domain.emulation import Emulated, Emulation
from algotradehub.domain.emulation_rules import offered, stand_in
from algotradehub.domain.errors import InvalidRequest, NotFound, NotReady, Refusal, Unsupported
from algotradehub.domain.guard_records import (
    Disarmed,
    Fired,
    Guarded,
    Rearmed,
    TrailMoved,
    TriggerMissed,
    Unguarded,
)
from algotradehub.domain.ids import ClientOrderId, Symbol
from algotradehub.domain.market import MarketEvent, Trade
from algotradehub.domain.order import Amendment, Order, OrderRequest, OrderStatus, PriceSource
from algotradehub.ports.clock import Clock
from algotradehub.ports.venue import Channel
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.dispatch import Dispatch
from algotradehub.trading.new_order import SEND_WITHIN_NS
from algotradehub.trading.price_watch import PriceFeed, PriceWatch
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.state import DeskState

_NS: Final = 1_000_000_000
LOOK_EVERY_S: Final = 1.0
_EXPIRE_AGAIN_NS: Final = 1 * _NS
SAY_EVERY_NS: Final = 60 * _NS  # so much more than the truth can be counted after a crash
PRICE_AGE_S: Final = 10.0  # unless told otherwise; prices that are older count as unseen


class _Watched:
    """One symbol of the account."""

    __slots__ = ("guarded", "leave", "price", "waiting")

    def __init__(self) -> None:
        self.waiting = PriceWatch()
        self.guarded = False
        self.price: Decimal | None = None  # the newest that was seen
        self.leave: Callable[[], None] | None = None


class Guard:
    """Implements ``account_desk.Guards``.

    Args:
        journal_refuses: Why the journal stores nothing new; None while it does.
        choice: What the account wants done about what its venue lacks.
        price_age_s: How long the venue may be silent, or this process stand still, before prices
            count as unseen.
        spawn: Starts a task that lives as long as the platform.
    """

    def __init__(
        self,
        *,
        desk: AccountDesk,
        dispatch: Dispatch,
        recorder: Recorder,
        state: DeskState,
        prices: PriceFeed,
        clock: Clock,
        journal_refuses: Callable[[], str | None],
        choice: Emulation,
        price_age_s: float,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._desk = desk
        self._dispatch = dispatch
        self._recorder = recorder
        self._state = state
        self._prices = prices
        self._clock = clock
        self._journal_refuses = journal_refuses
        self._choice = choice
        self._price_age_ns = int(price_age_s * _NS)
        self._spawn = spawn
        self._watched: dict[Symbol, _Watched] = {}
        self._expiries: list[tuple[int, ClientOrderId]] = []
        self._checked_ns = clock.now_ns()  # when all was last seen to be well
        self._checked_monotonic_ns = clock.monotonic_ns()
        self._said_ns = self._checked_ns
        self._connections = desk.connections
        self._looks = False  # every now and then; not where nothing waits
        capabilities = desk.account.capabilities
        refuses = choice is Emulation.REFUSE
        desk.offered = capabilities if refuses else offered(capabilities)

    def open(self) -> None:
        """Take up what the last process left: unguarded, until its first price comes."""
        for order_id in tuple(self._state.live.get(self._desk.account_id, ())):
            order = self._state.orders[order_id]
            emulated = order.emulated
            if emulated is None:
                continue
            self._note_expiry(order)
            if emulated.waiting:
                watched = self._watch(order.request.symbol)
                if not emulated.missed_ns:
                    watched.waiting.add(order)

    def take_on(self, request: OrderRequest, now_ns: int) -> Emulated | None:
        """See ``Guards``."""
        capabilities = self._desk.account.capabilities
        emulated = stand_in(request, capabilities, self._choice, now_ns=now_ns)
        if emulated is None or not emulated.trigger:
            return emulated
        wanted = request.trigger or request.trail
        assert wanted is not None  # noqa: S101 - validated
        if wanted.source is not PriceSource.LAST:
            field = "trigger.source" if request.trigger is not None else "trail.source"
            rule = f"LAST: {self._desk.account.venue} leaves it to us, who see no other price"
            raise InvalidRequest(
                Refusal(field=field, rule=rule, value=wanted.source, nearest=PriceSource.LAST)
            )
        self._require_guarded(request.symbol)
        return emulated

    def arm(self, order: Order, *, cancelled: bool = False) -> None:
        """See ``Guards``."""
        emulated = order.emulated
        if emulated is None or emulated.fired_ns or (cancelled and not emulated.waiting):
            return
        if cancelled:
            self.disarm(order, OrderStatus.CANCELLED, "cancelled before it was stored")
            return
        self._note_expiry(order)
        if not emulated.waiting:
            return
        symbol = order.request.symbol
        watched = self._watch(symbol)
        watched.waiting.add(order)
        if not watched.guarded:  # it was, when the order was accepted
            self._unguarded((symbol,), self._checked_ns, "its prices are not fresh")

    def disarm(self, order: Order, status: OrderStatus, reason: str) -> None:
        """See ``Guards``."""
        self._forget(order)
        disarmed = Disarmed(order_id=order.order_id, status=status, reason=reason)
        self._recorder.keep(self._desk.account_id, disarmed)

    def rearm(self, order: Order, amendment: Amendment) -> None:
        """See ``Guards``."""
        symbol = order.request.symbol
        self._require_guarded(symbol)
        rearmed = Rearmed(order_id=order.order_id, amendment=amendment)
        self._recorder.append(self._desk.account_id, rearmed)
        order = self._state.orders[order.order_id]
        assert order.emulated is not None  # noqa: S101 - it waits
        if not order.emulated.missed_ns:
            self._watch(symbol).waiting.add(order)

    def fire(self, order: Order) -> None:
        """See ``Guards``."""
        reason = self._dispatch.why_not(self._desk, self._clock.now_ns() + SEND_WITHIN_NS)
        if reason is not None:
            raise NotReady(reason)
        watched = self._watched.get(order.request.symbol)
        self._fire(order, None if watched is None else watched.price, by_hand=True)

    def _require_guarded(self, symbol: Symbol) -> None:
        """Raise NotReady if the price of ``symbol`` cannot be watched just now."""
        reason = self._trouble()
        if reason is None and not self._watch(symbol).guarded:
            reason = f"no price of {symbol} has come since"
        if reason is not None:
            raise NotReady(f"{symbol} cannot be watched in the venue's place: {reason}")

    def _watch(self, symbol: Symbol) -> _Watched:
        """What watches ``symbol``; where nothing waited, no gap is to be ended first."""
        watched = self._watched.get(symbol)
        if watched is None:
            if not self._watched:
                self._all_is_well()  # nothing waited so far, so nothing was missed
            self._look()
            watched = self._watched[symbol] = _Watched()
            watched.guarded = not self._waits(symbol) and self._trouble() is None
        if watched.leave is None:
            channel = Channel(symbol, "trades")
            try:
                watched.leave = self._prices.listen(
                    self._desk.account.venue, channel, lambda event: self._hear(watched, event)
                )
            except (NotFound, Unsupported):
                watched.guarded = False
        return watched

    def _waits(self, symbol: Symbol) -> bool:
        """Whether an order of ``symbol`` waits by the books."""
        orders = self._state.orders
        return any(
            orders[each].is_waiting and orders[each].request.symbol == symbol
            for each in self._state.live.get(self._desk.account_id, ())
        )

    def _hear(self, watched: _Watched, event: MarketEvent) -> None:
        if not isinstance(event, Trade):
            return
        price = watched.price = event.price
        if not self._all_is_well():
            return
        if not watched.guarded:
            self._end_gap(watched, event.symbol, price)
        waiting = watched.waiting
        while watched.guarded and (order_id := waiting.moved(price)) is not None:
            self._recorder.keep(self._desk.account_id, TrailMoved(order_id=order_id, best=price))
            waiting.follow(order_id, price)
        while watched.guarded and (order_id := waiting.reached(price)) is not None:
            self._fired(watched, order_id, price)

    def _fired(self, watched: _Watched, order_id: ClientOrderId, price: Decimal) -> None:
        order = self._state.orders.get(order_id)
        if order is None or not order.is_waiting:
            return  # the venue turned out to know it
        try:
            self._fire(order, price)
        except NotReady as refused:
            # It has not fired. With the journal that refused, a gap begins.
            watched.waiting.add(order)
            self._begin_gap(str(refused), self._checked_ns)

    def _fire(self, order: Order, price: Decimal | None, *, by_hand: bool = False) -> None:
        """Record and send; raises NotReady where the journal refuses."""
        now_ns = self._clock.now_ns()
        expires_ns = order.request.expires_ns
        if expires_ns is not None and expires_ns <= now_ns:
            self._expire(order)
            return
        fired = Fired(
            order_id=order.order_id,
            price=price,
            fired_ns=now_ns,
            send_before_ns=now_ns + SEND_WITHIN_NS,
            by_hand=by_hand,
        )
        self._dispatch.fire(self._desk, fired)
        self._forget(order)

    def _end_gap(self, watched: _Watched, symbol: Symbol, price: Decimal) -> None:
        """The first price after a gap: what it finds crossed was crossed by eyes unseen."""
        late: list[ClientOrderId] = []
        while (order_id := watched.waiting.reached(price)) is not None:
            order = self._state.orders.get(order_id)
            if order is None or order.emulated is None or not order.is_waiting:
                continue
            if order.emulated.fires_late:
                late.append(order_id)
                continue
            account = self._desk.account_id
            self._recorder.keep(account, TriggerMissed(order_id=order_id, price=price))
            self._recorder.alert(
                "trigger_missed",
                f"order {order_id} on {symbol} was not guarded when its price came, which is "
                f"{price:f} now: fire it, change its trigger, or cancel it",
                account,
            )
        watched.guarded = True
        self._recorder.keep(self._desk.account_id, Guarded(symbols=(symbol,)))
        for order_id in late:
            self._fired(watched, order_id, price)

    def _all_is_well(self) -> bool:
        """Whether prices are watched now; if not, or not all the while, a gap begins."""
        now_ns, monotonic_ns = self._clock.now_ns(), self._clock.monotonic_ns()
        reason, since_ns = self._trouble(), self._checked_ns
        stood_still_ns = monotonic_ns - self._checked_monotonic_ns
        is_well = reason is None
        if self._desk.connections != self._connections:
            self._connections = self._desk.connections
            reason = reason or "the account was connected anew"
        if stood_still_ns > self._price_age_ns:
            reason = reason or f"this program stood still for {stood_still_ns / _NS:.0f} s"
        if reason is not None:
            heard_ns = self._prices.heard_ns(self._desk.account.venue)
            self._begin_gap(reason, min(since_ns, heard_ns) if heard_ns else since_ns)
        if is_well:
            self._checked_ns = now_ns
            self._checked_monotonic_ns = monotonic_ns
        return is_well

    def _trouble(self) -> str | None:
        """Why nothing could be fired just now."""
        reason = self._desk.closed(self._state.standing) or self._journal_refuses()
        if reason is not None:
            return reason
        venue = self._desk.account.venue
        if self._clock.now_ns() - self._prices.heard_ns(venue) > self._price_age_ns:
            return f"{venue} tells no prices"
        return None

    def _begin_gap(self, reason: str, since_ns: int) -> None:
        lost: list[Symbol] = []
        for symbol, watched in self._watched.items():
            if watched.guarded:
                watched.guarded = False
                lost.append(symbol)
        if lost:
            self._unguarded(tuple(lost), since_ns, reason)

    def _unguarded(self, symbols: tuple[Symbol, ...], since_ns: int, reason: str) -> None:
        if any(self._waits(symbol) for symbol in symbols):
            unguarded = Unguarded(symbols=symbols, since_ns=since_ns, reason=reason)
            self._recorder.keep(self._desk.account_id, unguarded)

    def _look(self) -> None:
        """Look after what waits, as long as something does."""
        if not self._looks:
            self._looks = True
            self._spawn(self._on_schedule())

    async def _on_schedule(self) -> None:
        try:
            await self._clock.sleep(0)  # what waits is noted by now
            while self._watched or self._expiries:
                self._end_expired()
                self._sweep()
                if self._all_is_well():
                    self._say_so()
                await self._clock.sleep(self._pause_s())
        finally:
            self._looks = False

    def _pause_s(self) -> float:
        if not self._expiries:
            return LOOK_EVERY_S
        left_ns = self._expiries[0][0] - self._clock.now_ns()
        return max(0, min(LOOK_EVERY_S, left_ns / _NS))

    def _say_so(self) -> None:
        """Tell the journal now and then that all is well: a crash then costs little certainty."""
        if self._checked_ns - self._said_ns < SAY_EVERY_NS:
            return
        self._said_ns = self._checked_ns
        symbols = tuple(symbol for symbol, watched in self._watched.items() if watched.guarded)
        if symbols:
            self._recorder.keep(self._desk.account_id, Guarded(symbols=symbols))

    def _note_expiry(self, order: Order) -> None:
        expires_ns, emulated = order.request.expires_ns, order.emulated
        if expires_ns is not None and emulated is not None:
            heapq.heappush(self._expiries, (expires_ns, order.order_id))
            self._look()

    def _end_expired(self) -> None:
        now_ns = self._clock.now_ns()
        while self._expiries and self._expiries[0][0] <= now_ns:
            order = self._state.orders.get(heapq.heappop(self._expiries)[1])
            if order is None:
                continue
            if not order.is_final:
                self._expire(order)
            # As long as it is remembered, the venue may say that it lives after all.
            heapq.heappush(self._expiries, (now_ns + _EXPIRE_AGAIN_NS, order.order_id))

    def _expire(self, order: Order) -> None:
        emulated = order.emulated
        assert emulated is not None  # noqa: S101 - only such orders expire here
        if emulated.waiting:
            self.disarm(order, OrderStatus.EXPIRED, "it expired while it waited for its price")
        elif emulated.expiry and not order.cancel_pending:
            self._dispatch.want_cancelled(self._desk, order, expired=True)

    def _forget(self, order: Order) -> None:
        watched = self._watched.get(order.request.symbol)
        if watched is not None:
            watched.waiting.remove(order.order_id)

    def _sweep(self) -> None:
        """Listen no more where nothing waits."""
        for symbol, watched in tuple(self._watched.items()):
            if not watched.waiting and not self._waits(symbol):
                if watched.leave is not None:
                    watched.leave()
                del self._watched[symbol]
