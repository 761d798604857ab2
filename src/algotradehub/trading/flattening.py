"""Close all positions: reduce-only market orders that pass a halt, until books and venue are flat.

Order-path 11. The orders are orders as all others, journaled before they go, with a permit that
lets them pass halts, stops and limits, and without a wait for the disk. A spot holding has no
reduce-only order: it is sold only where that was asked for, and never more than is free. How far
it has come is kept in memory: after a restart nothing more is sent, and it is asked for again.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

import msgspec

from algotradehub.domain.errors import InvalidRequest, NotReady, Refusal, VenueError
from algotradehub.domain.ids import AccountId, Asset, ClientOrderId, IdempotencyKey, Symbol
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import (
    BaseAmount,
    Order,
    OrderRequest,
    OrderType,
    Origin,
    Permit,
    PositionSide,
)
from algotradehub.domain.records import CloseAsked, FlatProven
from algotradehub.ports.clock import Clock
from algotradehub.ports.ids import IdSource
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.intake import Intake
from algotradehub.trading.kill_switch import KillSwitch
from algotradehub.trading.orders import OrderManager
from algotradehub.trading.reports import CloseReport, Closing
from algotradehub.trading.state import DeskState

_NS: Final = 1_000_000_000
LOOK_EVERY_S: Final = 0.1
ASK_AGAIN_S: Final = 1.0
MOST_ORDERS: Final = 20  # per position; what is larger than that at its venue is left, and said so

Place: TypeAlias = tuple[Symbol, PositionSide]


class Flattening:
    """Closes positions, and says what is left.

    Args:
        spawn: Starts a task that lives as long as the platform.
    """

    def __init__(
        self,
        *,
        orders: OrderManager,
        kill_switch: KillSwitch,
        intake: Intake,
        state: DeskState,
        clock: Clock,
        ids: IdSource,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._orders = orders
        self._kill_switch = kill_switch
        self._intake = intake
        self._state = state
        self._clock = clock
        self._ids = ids
        self._spawn = spawn
        self._runs: dict[AccountId, _Run] = {}

    def close(
        self,
        desks: Sequence[AccountDesk],
        *,
        reason: str,
        by: str,
        spot: bool = False,
        cancel_first: bool = False,
    ) -> None:
        """Begin to close every position of the accounts; one that is at it already goes on.

        Args:
            desks: The accounts.
            reason: For people.
            by: Who asks.
            spot: Sell spot holdings, too, at most what is free.
            cancel_first: Stop the accounts first, and begin when that is proven.

        Raises:
            InvalidRequest: An account has working orders, or is closed in another way already;
                nothing was begun.
        """
        running = [desk for desk in desks if self._is_running(desk)]
        idle = [desk for desk in desks if desk not in running]
        found = [
            _refusal(desk, f"one that is not being closed already; look at it, spot={not spot}")
            for desk in running
            if self._runs[desk.account_id].spot is not spot
        ]
        if not cancel_first:
            rule = "one without working orders: stop it and wait for the proof, or say cancel_first"
            found += [_refusal(desk, rule) for desk in idle if self._may_work(desk)]
        if found:
            raise InvalidRequest(*found)
        if cancel_first:
            self._kill_switch.stop(idle, reason=reason, by=by)
        for desk in idle:
            run = _Run(spot=spot, stopped=cancel_first)
            run.report = CloseReport(
                account=desk.account_id,
                reason=reason,
                by=by,
                spot=spot,
                asked_ns=self._clock.now_ns(),
            )
            self._runs[desk.account_id] = run
            self._intake.keep(desk, CloseAsked(reason=reason, by=by, spot=spot))
            self._spawn(self._close(desk, run))

    def of(self, desk: AccountDesk) -> CloseReport | None:
        """Return how far it has come; None if this process was never asked to."""
        run = self._runs.get(desk.account_id)
        if run is None:
            return None
        positions = tuple(run.closing.values())
        if not run.report.ended_ns:
            positions = tuple(self._now(desk, closing) for closing in positions)
        return msgspec.structs.replace(run.report, positions=positions)

    def _is_running(self, desk: AccountDesk) -> bool:
        run = self._runs.get(desk.account_id)
        return run is not None and not run.report.ended_ns

    def _may_work(self, desk: AccountDesk) -> bool:
        """Whether an order of the account may still fill: then what is held is not known."""
        stop = self._kill_switch.of(desk)
        unproven = stop is not None and not stop.is_proven
        return unproven or bool(self._state.live.get(desk.account_id))

    def _now(self, desk: AccountDesk, closing: Closing) -> Closing:
        own = self._state.positions.get(desk.account_id, closing.symbol, closing.side)
        return closing if own is None else msgspec.structs.replace(closing, left=own.quantity)

    async def _close(self, desk: AccountDesk, run: "_Run") -> None:
        told: Mapping[Place, Decimal] | None = None  # by the venue, since the last order ended
        while True:
            if run.stopped and not await self._stilled(desk, run):
                run.tell(ended_ns=self._clock.now_ns())
                return
            while desk.refusing is not None:
                await self._wait(run, desk.refusing)
            if self._send(desk, run, told):
                self._kill_switch.prove(desk)  # the orders count: what was proven is so no more
                await self._ended(run)
            elif told is not None:
                break
            told = await self._ask(desk, run)
        held = self._held(desk, told)
        for place, closing in run.closing.items():
            run.closing[place] = msgspec.structs.replace(closing, left=held.get(place, ZERO))
        if not held:
            self._intake.keep(desk, FlatProven(looked_ns=run.report.looked_ns))
        run.tell(waiting=None, ended_ns=self._clock.now_ns(), flat=not held)

    async def _stilled(self, desk: AccountDesk, run: "_Run") -> bool:
        """Wait for the proof of the stop; False if somebody ended it before."""
        while (stop := self._kill_switch.of(desk)) is not None:
            if stop.is_proven:
                run.stopped = False
                return True
            await self._wait(run, "the proof that no order works any more")
        run.tell(waiting="the stop was ended before it was proven; nothing was closed")
        return False

    def _send(self, desk: AccountDesk, run: "_Run", told: Mapping[Place, Decimal] | None) -> bool:
        """Send the next order of every position; whether there was one."""
        run.promised.clear()
        sent = False
        for place, quantity in self._held(desk, told).items():
            closing = run.closing.get(place)
            if closing is None:
                closing = Closing(symbol=place[0], side=place[1], was=quantity, left=quantity)
            closing = msgspec.structs.replace(closing, left=quantity)
            if told is not None and not told.get(place) and not self._is_spot(desk, place):
                reason = "our books hold it, the venue lists none: reconcile the account"
                closing = msgspec.structs.replace(closing, reason=reason)
            elif closing.reason is None:
                closing = self._ordered(desk, run, closing)
                sent = sent or closing.reason is None
            run.closing[place] = closing
        return sent

    def _ordered(self, desk: AccountDesk, run: "_Run", closing: Closing) -> Closing:
        """Send an order over what is left; or say why there is none."""
        try:
            order = self._orders.submit_permitted(self._request(desk, run, closing), Permit.FLATTEN)
        except (_Left, InvalidRequest, NotReady) as error:
            return msgspec.structs.replace(closing, reason=str(error))
        run.working[closing.symbol, closing.side] = order.order_id
        return msgspec.structs.replace(closing, orders=(*closing.orders, order.order_id))

    def _request(self, desk: AccountDesk, run: "_Run", closing: Closing) -> OrderRequest:
        if len(closing.orders) >= MOST_ORDERS:
            raise _Left(f"{MOST_ORDERS} orders did not close it")
        instrument = desk.instruments.get(closing.symbol)
        if instrument is None:
            raise _Left(f"{desk.account.venue} does not list it")
        quantity = abs(closing.left)
        if instrument.is_spot:
            quantity = self._saleable(desk, run, closing, instrument)
        most = instrument.market_max_quantity or instrument.max_quantity
        if most is not None:
            quantity = min(quantity, most)
        rounded = instrument.quantity_down(quantity, market=True)
        if not rounded:
            lot = instrument.lot_of(market=True)
            raise _Left(f"{quantity:f} is less than one lot of {lot:f}")
        if instrument.is_spot:
            base = instrument.base
            run.promised[base] = run.promised.get(base, ZERO) + rounded
        now_ns = self._clock.now_ns()
        return OrderRequest(
            tenant=desk.tenant,
            account=desk.account_id,
            symbol=closing.symbol,
            side=Side.SELL if closing.left > ZERO else Side.BUY,
            type=OrderType.MARKET,
            amount=BaseAmount(rounded),
            idempotency_key=IdempotencyKey(f"close-all-{self._ids.client_order_id(now_ns)}"),
            reduce_only=not instrument.is_spot,
            position_side=closing.side,
        )

    def _saleable(
        self, desk: AccountDesk, run: "_Run", closing: Closing, instrument: Instrument
    ) -> Decimal:
        """How much of a spot holding may be sold: at most what is free."""
        base = instrument.base
        if closing.left < ZERO:
            raise _Left("more was sold than bought here: there is nothing to sell")
        if not run.spot:
            raise _Left("a spot holding is sold only where that is asked for")
        balance = self._state.balances.get(desk.account_id, base)
        if balance is None or balance.available is None:
            raise _Left(f"the venue has not told how much {base} is free")
        return max(ZERO, min(closing.left, balance.available - run.promised.get(base, ZERO)))

    async def _ended(self, run: "_Run") -> None:
        """Wait for the end of every order; a position is left alone whose order did nothing."""
        for place, order_id in tuple(run.working.items()):
            while not (order := self._state.require(order_id)).is_final or order.lacks_fills:
                await self._wait(run, f"the end of order {order_id}, which is {order.status}")
            if order.origin is Origin.UNSENT:
                await self._wait(run, f"another try: {order.reason}", ASK_AGAIN_S)
            elif not order.filled:
                closing = run.closing[place]
                run.closing[place] = msgspec.structs.replace(closing, reason=_ending(order))
        run.working.clear()

    async def _ask(self, desk: AccountDesk, run: "_Run") -> Mapping[Place, Decimal]:
        """Ask the venue what is held, late enough for it to know of the last fill."""
        account, settle_s = desk.account_id, desk.account.capabilities.absence.settle_s
        while True:
            moved_ns = self._state.moved_ns.get(account, 0)
            wait_s = settle_s - (self._clock.now_ns() - moved_ns) / _NS
            if wait_s > 0:
                await self._clock.sleep(wait_s)
            asked_ns = self._clock.now_ns()
            try:
                positions = await desk.account.positions()
                if run.spot:
                    for balance in await desk.account.balances():
                        self._intake.receive(desk, balance)
            except VenueError as error:
                await self._wait(run, f"the venue's positions: {error}", ASK_AGAIN_S)
                continue
            for position in positions:
                self._intake.receive(desk, position)
            if self._state.moved_ns.get(account, 0) == moved_ns:
                run.tell(looked_ns=asked_ns)
                return {(word.symbol, word.position_side): word.quantity for word in positions}

    def _held(
        self, desk: AccountDesk, told: Mapping[Place, Decimal] | None
    ) -> dict[Place, Decimal]:
        """What is held by our books or by the venue's list; where both have it, by the list."""
        held = {
            (own.symbol, own.side): own.quantity
            for own in self._state.positions.all(frozenset({desk.account_id}))
            if own.quantity
        }
        return held | {place: quantity for place, quantity in (told or {}).items() if quantity}

    def _is_spot(self, desk: AccountDesk, place: Place) -> bool:
        instrument = desk.instruments.get(place[0])
        return instrument is not None and instrument.is_spot

    async def _wait(self, run: "_Run", what: str, pause_s: float = LOOK_EVERY_S) -> None:
        run.tell(waiting=what)
        await self._clock.sleep(pause_s)


class _Run:
    """One account's positions on their way out."""

    __slots__ = ("closing", "promised", "report", "spot", "stopped", "working")

    report: CloseReport

    def __init__(self, *, spot: bool, stopped: bool) -> None:
        self.spot = spot
        self.stopped = stopped  # nothing is sent before that is proven
        self.closing: dict[Place, Closing] = {}
        self.working: dict[Place, ClientOrderId] = {}
        self.promised: dict[Asset, Decimal] = {}  # to orders of this round

    def tell(self, **changes: object) -> None:
        self.report = msgspec.structs.replace(self.report, **changes)


class _Left(Exception):
    """Why a position stays."""


def _ending(order: Order) -> str:
    reason = f": {order.reason}" if order.reason else ""
    return f"order {order.order_id} ended {order.status}{reason}"


def _refusal(desk: AccountDesk, rule: str) -> Refusal:
    return Refusal(field="accounts", rule=rule, value=desk.account_id)
