"""Recovery of one account: after every connect all is asked again, and every doubt is pursued.

Start, reconnect and doubt are one code path (order-path 9). Only this module, by the rule of
``absence``, turns "not seen" into "not there" (order-path 5).
"""

from collections.abc import Callable, Coroutine
from typing import Any

from algotradehub.domain.capabilities import AbsenceProof
from algotradehub.domain.errors import NotReady, VenueError
from algotradehub.domain.evidence import (
    CommandKind,
    Connection,
    ConnectionState,
    Found,
    NotSeen,
    OrderState,
    Unreadable,
)
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.domain.records import AmendSettled, Doubted, ProvenAbsent
from algotradehub.ports.clock import Clock
from algotradehub.ports.venue import OrderName
from algotradehub.trading.absence import Look, absence_proven, dead_ns, unproven
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.dispatch import Dispatch
from algotradehub.trading.intake import Intake
from algotradehub.trading.look_ups import FIRST_DELAY_S, MAX_DELAY_S, Answered, LookUps
from algotradehub.trading.reconciliation import Reconciler
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.replacing import Replacing
from algotradehub.trading.reports import Occasion, Reconciliation
from algotradehub.trading.state import DeskState
from algotradehub.trading.strays import Strays

_NS = 1_000_000_000
ASK_NOW_EVERY_S = 1.0  # however often a person asks
RECONCILE_EVERY_S = 60.0
CLOCK_SLACK_NS = 60 * _NS  # the venue's clock may be behind ours by less than this

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class _Pursuit:
    """One question, for as long as it is open; a person may have it asked anew."""

    __slots__ = ("asked_ns", "confirmed", "delay_s", "looks", "turn")

    def __init__(self) -> None:
        self.delay_s = FIRST_DELAY_S
        self.turn = 0  # of the task that asks; those of earlier turns end
        self.asked_ns = 0
        self.looks: list[Look] = []
        self.confirmed = False  # nothing the venue has speaks against what a person decided


class Recovery:
    """Keeps one account true; implements ``account_desk.Questions``.

    Args:
        spawn: Starts a task that lives as long as the platform.
    """

    def __init__(
        self,
        *,
        desk: AccountDesk,
        dispatch: Dispatch,
        replacing: Replacing,
        intake: Intake,
        recorder: Recorder,
        state: DeskState,
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        self._desk = desk
        self._dispatch = dispatch
        self._replacing = replacing
        self._intake = intake
        self._state = state
        self._clock = clock
        self._spawn = spawn
        self._reconciler = Reconciler(
            desk=desk,
            intake=intake,
            recorder=recorder,
            state=state,
            clock=clock,
            unsettled=self._unsettled,
        )
        self._asked = False  # by a person, who waits for the report
        self._watched: dict[ClientOrderId, _Pursuit] = {}
        self._incomplete: dict[ClientOrderId, None] = {}  # by age: a dict keeps the order
        self._look_ups = LookUps(desk=desk, recorder=recorder, clock=clock)
        self._strays = Strays(
            desk=desk, intake=intake, state=state, clock=clock, look_ups=self._look_ups
        )

    def watch_all(self) -> None:
        """Take up every question that the last process left, and look for new ones for ever."""
        self._spawn(self._on_schedule())
        for order_id, order in tuple(self._state.orders.items()):
            if order.request.account == self._desk.account_id:
                if self._question(order_id) is not None:
                    self.watch(order_id)
                self.watch_fills(order_id)
                # What the last process sent may still be under way.
                before_ns = max(order.send_before_ns, order.amend_before_ns)
                self._desk.send_before_ns = max(self._desk.send_before_ns, before_ns)

    def connection(self, event: Connection) -> None:
        self._desk.connections += 1
        self._desk.connected = event.state is ConnectionState.UP
        self._desk.refusing = f"{self._desk.account_id} is not connected: {event.reason or 'down'}"
        if event.state is ConnectionState.UP:
            self.resynchronise("connected; asking what happened meanwhile")

    def resynchronise(self, reason: str) -> None:
        self._desk.connections += 1
        self._desk.refusing = f"{self._desk.account_id} is catching up: {reason}"
        self._spawn(self._resynchronise(self._desk.connections))

    def watch(self, order_id: ClientOrderId) -> None:
        if order_id not in self._watched:
            pursuit = self._watched[order_id] = _Pursuit()
            self._spawn(self._pursue(order_id, pursuit, pursuit.turn))

    def ask_now(self, order_id: ClientOrderId) -> None:
        pursuit = self._watched.get(order_id)
        if pursuit is None:
            pursuit = self._watched[order_id] = _Pursuit()
        now_ns = self._clock.now_ns()
        if now_ns - pursuit.asked_ns < ASK_NOW_EVERY_S * _NS:
            return
        pursuit.asked_ns = now_ns
        pursuit.delay_s = FIRST_DELAY_S
        pursuit.turn += 1
        self._spawn(self._pursue(order_id, pursuit, pursuit.turn, at_once=True))
        self._spawn(self._reconcile_once(Occasion.ASKED))

    def watch_fills(self, order_id: ClientOrderId) -> None:
        order = self._state.orders.get(order_id)
        if order is None or not self._is_incomplete(order):
            return
        if not self._incomplete:
            self._spawn(self._pursue_fills())
        self._incomplete[order_id] = None

    def watch_orphan(self, name: OrderName) -> None:
        self._spawn(self._strays.pursue(name))

    def cancel_again(self, order_id: ClientOrderId) -> None:
        order = self._state.orders.get(order_id)
        if order is not None and order.wants_cancel:
            self._dispatch.cancel(self._desk, order)

    def replace(self, order_id: ClientOrderId) -> None:
        self._replacing.go_on(self._desk, order_id)

    async def reconcile(self) -> Reconciliation:
        """Compare books and venue now (order-path 9).

        Raises:
            NotReady: The account is not connected, the stream changed meanwhile, or somebody else
                has asked for the same and has no answer yet.
            VenueError: The venue could not be asked.
        """
        if self._desk.refusing is not None:
            raise NotReady(self._desk.refusing)
        if self._asked:
            raise NotReady(f"{self._desk.account_id} is being compared already; ask again")
        self._asked = True
        try:
            report = await self._reconciler.run(Occasion.ASKED)
        finally:
            self._asked = False
        if report is None:
            raise NotReady(f"{self._desk.account_id} was connected anew meanwhile; ask again")
        return report

    async def _resynchronise(self, connection: int) -> None:
        """Ask for everything that may have been missed; only then accept new orders."""
        delay_s = FIRST_DELAY_S
        asks = 2  # the first answers may be older than the stream, the second ones cannot be
        while asks and self._desk.connections == connection:
            try:
                report = await self._reconciler.run(Occasion.CONNECTED)
            except VenueError as error:
                self._intake.errors.failed(self._desk, error)
                if self._desk.connections != connection:
                    return  # a later one has taken over, and may be done already
                self._desk.refusing = f"{self._desk.account_id} is catching up: {error}"
                await self._clock.sleep(delay_s)
                delay_s = min(delay_s * 2, MAX_DELAY_S)
                continue
            if report is not None:
                self._desk.refusing = None
                asks -= report.complete
            await self._clock.sleep(self._desk.account.capabilities.absence.settle_s)

    async def _on_schedule(self) -> None:
        """What no stream told, and nobody asked about, comes to light all the same."""
        while True:
            await self._clock.sleep(RECONCILE_EVERY_S)
            await self._reconcile_once(Occasion.SCHEDULE)

    async def _reconcile_once(self, occasion: Occasion) -> None:
        if self._desk.refusing is None:
            try:
                await self._reconciler.run(occasion)
            except VenueError as error:  # the next time will do
                self._intake.errors.failed(self._desk, error)

    def _unsettled(self) -> str | None:
        """Why the sum of our fills cannot be what the venue holds, as far as we know."""
        if self._desk.account.capabilities.cumulative_only:
            return "the venue tells no fees"
        if self._watched or self._incomplete or self._desk.orphans:
            return "what became of an order, or of its fees, is not known yet"
        return None

    def _question(self, order_id: ClientOrderId) -> Order | None:
        order = self._state.orders.get(order_id)
        if order is None:
            return None
        open_question = order.decision is not None or (
            not order.is_final
            and (
                order.status is OrderStatus.UNKNOWN or order.doubt is not None or order.wants_cancel
            )
        )
        return order if open_question else None

    async def _pursue(
        self, order_id: ClientOrderId, pursuit: _Pursuit, turn: int, *, at_once: bool = False
    ) -> None:
        """Ask about one order until the venue, or the absence rule, answers."""
        try:
            while not pursuit.confirmed and pursuit.turn == turn:
                order = self._question(order_id)
                if order is None:
                    return
                if not at_once:
                    await self._clock.sleep(self._pause_s(order, pursuit.delay_s))
                    pursuit.delay_s = min(pursuit.delay_s * 2, MAX_DELAY_S)
                at_once = False
                order = self._question(order_id)
                if order is None or pursuit.turn != turn:
                    return
                if order.wants_cancel:
                    self._dispatch.cancel(self._desk, order)
                self._answered(order_id, await self._look_ups.of(order), pursuit)
        finally:
            if pursuit.turn == turn:
                del self._watched[order_id]
            self._forget(order_id)

    def _pause_s(self, order: Order, delay_s: float) -> float:
        """Not past the moment from which a look-up counts as proof."""
        rule = self._desk.account.capabilities.absence
        if order.decision is not None:
            return max(rule.settle_s, delay_s)
        wait_s = (dead_ns(order, rule) - self._clock.now_ns()) / _NS
        if wait_s > 0:
            return min(delay_s, wait_s)
        return max(rule.settle_s, min(delay_s, FIRST_DELAY_S * 4)) if unproven(order) else delay_s

    def _answered(self, order_id: ClientOrderId, told: Answered, pursuit: _Pursuit) -> None:
        order = self._question(order_id)
        if order is None:
            return
        match told.answer:
            case Found(state=state):
                pursuit.looks.clear()
                self._found(order, state, told.asked_ns)
            case NotSeen(sources=sources) if order.decision is not None:
                rule = self._desk.account.capabilities.absence
                settled_ns = dead_ns(order, rule) + int(rule.settle_s * _NS)
                whole = set(rule.sources) <= set(sources)
                pursuit.confirmed = whole and told.asked_ns >= settled_ns
            case NotSeen(sources=sources):
                look = Look(told.asked_ns, told.connections, sources)
                self._not_seen(order, look, pursuit.looks)
            case Unreadable(reason=reason):
                if order.decision is None:
                    self._doubt(order, f"look-up failed: {reason}")

    def _found(self, order: Order, state: OrderState, asked_ns: int) -> None:
        rule = self._desk.account.capabilities.absence
        settled_ns = dead_ns(order, rule) + int(rule.settle_s * _NS)
        in_flight = (order.leg.client_order_id, CommandKind.AMEND) in self._desk.in_flight
        if order.amends_in_place and asked_ns >= settled_ns and not in_flight:
            # The amend can no longer execute: what the order is now is what it stays.
            settled = AmendSettled(order_id=order.order_id, state=state)
            self._intake.keep(self._desk, settled)
        else:
            self._intake.observe(self._desk, order.order_id, state)

    def _not_seen(self, order: Order, look: Look, looks: list[Look]) -> None:
        whole = self._desk.refusing is None and look.connections == self._desk.connections
        if not (unproven(order) and whole):
            if not unproven(order):
                self._doubt(order, "the venue does not list an order it has acknowledged")
            return
        looks.append(look)
        rule = self._desk.account.capabilities.absence
        if rule.proof is AbsenceProof.PERSON:
            self._doubt(order, f"{self._desk.account.venue} cannot prove absence: a person decides")
            return
        proof = absence_proven(looks, rule, dead_ns=dead_ns(order, rule))
        if proof:
            self._intake.keep(
                self._desk,
                ProvenAbsent(
                    order_id=order.order_id,
                    looked_ns=tuple(seen.asked_ns for seen in proof),
                    sources=look.sources,
                ),
            )

    def _doubt(self, order: Order, what: str) -> None:
        if order.doubt is None or order.doubt.what != what:
            self._intake.keep(self._desk, Doubted(order_id=order.order_id, what=what))

    async def _pursue_fills(self) -> None:
        """Fetch executions and totals until nothing is missing, provisional or without its fee."""
        account = self._desk.account
        delay_s = FIRST_DELAY_S
        while orders := self._still_incomplete():
            await self._clock.sleep(delay_s)
            delay_s = min(delay_s * 2, MAX_DELAY_S)
            orders = self._still_incomplete()
            if orders and not account.capabilities.cumulative_only:
                try:
                    told = await account.fills_since(orders[0].created_ns - CLOCK_SLACK_NS)
                except VenueError as error:
                    self._intake.errors.failed(self._desk, error)
                    continue
                for execution in told:
                    self._intake.receive(self._desk, execution)
            for order in self._still_incomplete():
                if order.lacks_fills:
                    answer = (await self._look_ups.of(order)).answer
                    if isinstance(answer, Found):
                        self._intake.receive(self._desk, answer.state)

    def _still_incomplete(self) -> list[Order]:
        """By age; what became complete is let go."""
        left = []
        for order_id in tuple(self._incomplete):
            order = self._state.orders.get(order_id)
            if order is not None and self._is_incomplete(order):
                left.append(order)
            else:
                del self._incomplete[order_id]
                self._forget(order_id)
        return left

    def _forget(self, order_id: ClientOrderId) -> None:
        """Its look-ups count while something is asked about it."""
        if order_id not in self._watched and order_id not in self._incomplete:
            self._look_ups.forget(order_id)

    def _is_incomplete(self, order: Order) -> bool:
        tells_fees = not self._desk.account.capabilities.cumulative_only
        return order.lacks_fills or (tells_fees and self._state.fees_unknown(order.order_id))
