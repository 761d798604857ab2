"""Recovery of one account: after every connect all is asked again, and every doubt is pursued.

Start, reconnect and doubt are one code path (order-path 9). Only this module, by the rule of
``absence``, turns "not seen" into "not there" (order-path 5).
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from algotradehub.domain.capabilities import AbsenceProof
from algotradehub.domain.errors import NotReady, VenueError
from algotradehub.domain.evidence import (
    CommandKind,
    Connection,
    ConnectionState,
    Found,
    LookUp,
    NotSeen,
    OrderState,
)
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.legs import in_question
from algotradehub.domain.order import UNANSWERED_STATUSES, Order, OrderStatus
from algotradehub.domain.records import AmendSettled, Doubted, ProvenAbsent
from algotradehub.ports.clock import Clock
from algotradehub.ports.venue import OrderName
from algotradehub.trading.absence import Look, absence_proven, unproven
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.dispatch import Dispatch
from algotradehub.trading.intake import Intake
from algotradehub.trading.reconciliation import Reconciler
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.replacing import Replacing
from algotradehub.trading.reports import Occasion, Reconciliation
from algotradehub.trading.state import DeskState

_NS = 1_000_000_000
FIRST_DELAY_S = 1.0
MAX_DELAY_S = 60.0  # the ladder of the integration design: 1, 2, 4 ... at most 60 s
LOOK_UPS_AT_ONCE = 4
RECONCILE_EVERY_S = 60.0
CLOCK_SLACK_NS = 60 * _NS  # the venue's clock may be behind ours by less than this

Spawn = Callable[[Coroutine[Any, Any, None]], object]


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
        self._watched: set[ClientOrderId] = set()
        self._incomplete: dict[ClientOrderId, None] = {}  # by age: a dict keeps the order
        self._slots = asyncio.Semaphore(LOOK_UPS_AT_ONCE)

    def watch_all(self) -> None:
        """Take up every question that the last process left, and look for new ones for ever."""
        self._spawn(self._on_schedule())
        for order_id in tuple(self._state.live.get(self._desk.account_id, ())):
            if self._question(order_id) is not None:
                self.watch(order_id)
        for order_id, order in tuple(self._state.orders.items()):
            if order.request.account == self._desk.account_id:
                self.watch_fills(order_id)
                # What the last process sent may still be under way.
                before_ns = max(order.send_before_ns, order.amend_before_ns)
                self._desk.send_before_ns = max(self._desk.send_before_ns, before_ns)

    def connection(self, event: Connection) -> None:
        self._desk.connections += 1
        self._desk.refusing = f"{self._desk.account_id} is not connected: {event.reason or 'down'}"
        if event.state is ConnectionState.UP:
            self.resynchronise("connected; asking what happened meanwhile")

    def resynchronise(self, reason: str) -> None:
        self._desk.connections += 1
        self._desk.refusing = f"{self._desk.account_id} is catching up: {reason}"
        self._spawn(self._resynchronise(self._desk.connections))

    def watch(self, order_id: ClientOrderId) -> None:
        if order_id not in self._watched:
            self._watched.add(order_id)
            self._spawn(self._pursue(order_id))

    def watch_fills(self, order_id: ClientOrderId) -> None:
        order = self._state.orders.get(order_id)
        if order is None or not self._is_incomplete(order):
            return
        if not self._incomplete:
            self._spawn(self._pursue_fills())
        self._incomplete[order_id] = None

    def watch_orphan(self, name: OrderName) -> None:
        self._spawn(self._pursue_orphan(name))

    def cancel_again(self, order_id: ClientOrderId) -> None:
        order = self._state.orders.get(order_id)
        if order is not None and order.wants_cancel:
            self._dispatch.cancel(self._desk, order)

    def replace(self, order_id: ClientOrderId) -> None:
        self._replacing.go_on(self._desk, order_id)

    async def reconcile(self) -> Reconciliation:
        """Compare books and venue now (order-path 9).

        Raises:
            NotReady: The account is not connected, or the stream changed meanwhile.
            VenueError: The venue could not be asked.
        """
        if self._desk.refusing is not None:
            raise NotReady(self._desk.refusing)
        report = await self._reconciler.run(Occasion.ASKED)
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
            if self._desk.refusing is None:
                with suppress(VenueError):  # the next time will do
                    await self._reconciler.run(Occasion.SCHEDULE)

    def _unsettled(self) -> str | None:
        """Why the sum of our fills cannot be what the venue holds, as far as we know."""
        if self._desk.account.capabilities.cumulative_only:
            return "the venue tells no fees"
        if self._watched or self._incomplete or self._desk.orphans:
            return "what became of an order, or of its fees, is not known yet"
        return None

    def _question(self, order_id: ClientOrderId) -> Order | None:
        order = self._state.orders.get(order_id)
        if order is None or order.is_final:
            return None
        open_question = (
            order.status is OrderStatus.UNKNOWN or order.doubt is not None or order.wants_cancel
        )
        return order if open_question else None

    async def _pursue(self, order_id: ClientOrderId) -> None:
        """Ask about one order until the venue, or the absence rule, answers."""
        looks: list[Look] = []
        delay_s = FIRST_DELAY_S
        try:
            while (order := self._question(order_id)) is not None:
                await self._clock.sleep(self._pause_s(order, delay_s))
                delay_s = min(delay_s * 2, MAX_DELAY_S)
                order = self._question(order_id)
                if order is None:
                    return
                if order.wants_cancel:
                    self._dispatch.cancel(self._desk, order)
                async with self._slots:
                    asked_ns = self._clock.now_ns()
                    connections = self._desk.connections
                    answer = await self._desk.account.find(_name(order))
                self._answered(order_id, answer, asked_ns, connections, looks)
        finally:
            self._watched.discard(order_id)

    def _pause_s(self, order: Order, delay_s: float) -> float:
        """Not past the moment from which a look-up counts as proof."""
        rule = self._desk.account.capabilities.absence
        now_ns = self._clock.now_ns()
        wait_s = (self._dead_ns(order) - now_ns) / _NS
        if wait_s > 0:
            return min(delay_s, wait_s)
        return max(rule.settle_s, min(delay_s, FIRST_DELAY_S * 4)) if unproven(order) else delay_s

    def _dead_ns(self, order: Order) -> int:
        """From then on neither the place nor a pending amend can execute any more."""
        rule = self._desk.account.capabilities.absence
        before_ns = order.send_before_ns
        if order.amends_in_place:
            before_ns = max(before_ns, order.amend_before_ns)
        return before_ns + int(rule.dead_after_s * _NS)

    def _answered(
        self,
        order_id: ClientOrderId,
        answer: LookUp,
        asked_ns: int,
        connections: int,
        looks: list[Look],
    ) -> None:
        order = self._question(order_id)
        if order is None:
            return
        match answer:
            case Found(state=state):
                looks.clear()
                self._found(order, state, asked_ns)
            case NotSeen(sources=sources):
                self._not_seen(order, Look(asked_ns, connections, sources), looks)
            case _:
                self._doubt(order, f"look-up failed: {answer.reason}")

    def _found(self, order: Order, state: OrderState, asked_ns: int) -> None:
        settled_ns = self._dead_ns(order) + int(
            self._desk.account.capabilities.absence.settle_s * _NS
        )
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
        proof = absence_proven(looks, rule, dead_ns=self._dead_ns(order))
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
                except VenueError:
                    continue
                for execution in told:
                    self._intake.receive(self._desk, execution)
            for order in self._still_incomplete():
                if order.lacks_fills:
                    answer = await account.find(_name(order))
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
        return left

    def _is_incomplete(self, order: Order) -> bool:
        tells_fees = not self._desk.account.capabilities.cumulative_only
        return order.lacks_fills or (tells_fees and self._state.fees_unknown(order.order_id))

    async def _pursue_orphan(self, name: OrderName) -> None:
        """Ask whose an event is, once no order here can still turn out to be its owner."""
        delay_s = FIRST_DELAY_S
        while self._desk.orphans.holds(name):
            await self._clock.sleep(delay_s)
            delay_s = min(delay_s * 2, MAX_DELAY_S)
            if self._may_be_ours(name) or not self._desk.orphans.holds(name):
                continue
            async with self._slots:
                answer = await self._desk.account.find(name)
            if isinstance(answer, Found) and self._desk.orphans.holds(name):
                self._identify(name, answer.state)

    def _identify(self, name: OrderName, state: OrderState) -> None:
        desk = self._desk
        order = self._intake.known(desk, state.client_order_id, state.venue_order_id)
        if order is None:
            self._intake.adopt(desk, state)
            order = self._intake.known(desk, state.client_order_id, state.venue_order_id)
            if order is None:
                return  # it cannot be adopted, and people were told why
        else:
            self._intake.observe(desk, order.order_id, state)
        # Adopting hands waiting events on by the names it learnt; what waits under another one
        # is known to be the order's only since this look-up.
        for evidence in desk.orphans.take(name.client_order_id, name.venue_order_id):
            self._intake.attribute(desk, self._state.orders[order.order_id], evidence)

    def _may_be_ours(self, name: OrderName) -> bool:
        for order_id in self._state.live.get(self._desk.account_id, ()):
            order = self._state.orders[order_id]
            same = order.request.symbol == name.symbol and order.request.side is name.side
            waiting = order.status in UNANSWERED_STATUSES or order.amend_pending is not None
            if order.is_waiting:
                continue  # nothing of it was sent
            if same and waiting and order.leg.venue_order_id is None:
                return True
        return False


def _name(order: Order) -> OrderName:
    """The leg that a look-up should ask about."""
    leg = (in_question(order) if order.parts else order).leg
    return OrderName(
        client_order_id=leg.client_order_id,
        venue_order_id=leg.venue_order_id,
        symbol=order.request.symbol,
        side=order.request.side,
    )
