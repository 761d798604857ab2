"""Our process's connection to the scripted venue: where requests and answers go astray."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Self

from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.commands import (
    Amend,
    Cancel,
    CancelAll,
    Operation,
    OrderCommand,
    Place,
)
from algotradehub.domain.errors import OutcomeUnknown, VenueUnavailable
from algotradehub.domain.evidence import (
    Balance,
    CommandKind,
    Connection,
    ConnectionState,
    Execution,
    Found,
    LookUp,
    Lost,
    NotSeen,
    OrderEvidence,
    OrderState,
    PositionReport,
    Unreadable,
)
from algotradehub.domain.ids import AccountId, VenueId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import FINAL_STATUSES
from algotradehub.domain.records import Requested, Responded
from algotradehub.ports.venue import OrderName, Sink, Word
from algotradehub.simulation.answers import Answer, Request, kind_of, lost, not_sent, throttled
from algotradehub.simulation.encoding import answered, encode, failed
from algotradehub.simulation.loop import SimLoop
from algotradehub.simulation.venue import INSTRUMENT, VENUE, ScriptedVenue
from algotradehub.simulation.wires import Wire

_S = 1_000_000_000
_MS = 1_000_000
_OPERATIONS = {
    CommandKind.PLACE: Operation.ORDER_SUBMIT,
    CommandKind.AMEND: Operation.ORDER_MODIFY,
    CommandKind.CANCEL: Operation.ORDER_CANCEL,
}


class ScriptedAccount:
    """Implements ``TradingAccount`` for one life of the process.

    Args:
        effect: Called before and after each write to the wire; it may end this life.
        life: Which one it is; every request says so.
    """

    def __init__(
        self,
        account_id: AccountId,
        *,
        venue: ScriptedVenue,
        sink: Sink,
        loop: SimLoop,
        effect: Callable[[str], None],
        life: int = 1,
    ) -> None:
        self._id = account_id
        self._venue = venue
        self._sink = sink
        self._loop = loop
        self._effect = effect
        self._life = life
        self._requests = 0
        self._capabilities = venue.rules.capabilities()
        self._alive = True
        self.on_send: Callable[[OrderCommand], None] = lambda _: None  # told of every request
        self.on_dead_man: Callable[[float], None] = lambda _: None  # likewise

    async def __aenter__(self) -> Self:
        self._venue.connect(self._receive)
        if self._venue.wires.is_up(Wire.STREAM):
            self._loop.call_soon(self._receive, Connection(state=ConnectionState.UP))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.die()

    def die(self) -> None:
        """Nothing reaches this life any more; what it sent still arrives."""
        self._alive = False

    @property
    def id(self) -> AccountId:
        return self._id

    @property
    def venue(self) -> VenueId:
        return VENUE

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def send(self, command: OrderCommand) -> None:
        self._venue.calls += 1
        self.on_send(command)
        random, rules = self._venue.random, self._venue.rules
        if isinstance(command, CancelAll):
            self._send_cancel_all(command)
            return
        if isinstance(command, Place):
            self._venue.asked_to_place += 1
        answer = Answer(self._told, kind_of(command), command.client_order_id)
        luck = random.random()  # a request that meets a venue under load is late everywhere
        if not isinstance(command, Cancel) and luck < rules.queues:
            left_ns = command.send_before_ns - self._venue.timeline.now_ns
            self._loop.call_later(
                _often_the_last(random, left_ns) / _S, self._write, command, answer, luck
            )
        else:
            self._write(command, answer, luck)

    def _write(self, command: Request, answer: Answer, luck: float) -> None:
        """The command has left our lane and goes out on the wire."""
        random, rules = self._venue.random, self._venue.rules
        if not isinstance(command, Cancel) and self._is_late(command):
            self._later(answer, not_sent(command, "it was too late to send"))
            return
        if not self._venue.wires.is_up(Wire.ORDERS) or random.random() < rules.not_sent:
            self._later(answer, not_sent(command, "no connection"))
            return
        self._effect("before send")
        sent, answer.request = self._encode(_OPERATIONS[kind_of(command)], command)
        self._receive(answer.request)
        sent_ns = self._venue.timeline.now_ns
        timeout_ns = int(self._capabilities.request_timeout_s * _S)
        self._venue.timeline.after(timeout_ns, answer.lose, "no answer in time")
        if random.random() < rules.throttle:
            self._later(answer, throttled(command))
        elif random.random() >= rules.lose_request:
            delay_ns = random.randint(1 * _MS, 60 * _MS)
            if luck < rules.slow:
                delay_ns = _often_the_last(random, int(random.choice((1, 2)) * rules.expiry_s * _S))
            self._venue.timeline.after(delay_ns, self._arrive, command, sent, sent_ns, answer, luck)
        self._effect("after send")

    async def set_dead_man(self, timeout_s: float) -> None:
        venue, rules, random = self._venue, self._venue.rules, self._venue.random
        venue.calls += 1
        self.on_dead_man(timeout_s)
        if not venue.wires.is_up(Wire.ORDERS) or random.random() < rules.not_sent:
            raise VenueUnavailable(VENUE, "no connection")
        self._effect("before dead man")
        sent, request = self._encode(Operation.DEAD_MAN, timeout_s)
        self._receive(request)
        heard: asyncio.Future[bool] = self._loop.create_future()
        timeout_ns = int(self._capabilities.request_timeout_s * _S)
        venue.timeline.after(timeout_ns, self._hear, heard, failed(request, "no answer in time"))
        if random.random() >= rules.lose_request:
            delay_ns = random.randint(1 * _MS, 60 * _MS)
            venue.timeline.after(delay_ns, self._set_dead_man, timeout_s, sent, request, heard)
        self._effect("after dead man")
        if not await heard:
            raise OutcomeUnknown(VENUE, "no answer in time")

    def _set_dead_man(
        self, timeout_s: float, sent: bytes, request: Requested, heard: "asyncio.Future[bool]"
    ) -> None:
        venue, rules, random = self._venue, self._venue.rules, self._venue.random
        venue.requests.append(sent)
        venue.dead_man.set(timeout_s)
        if random.random() >= rules.lose_answer:
            delay_ns = random.randint(1 * _MS, 60 * _MS)
            venue.timeline.after(delay_ns, self._hear, heard, answered(request, "done"))

    def _hear(self, heard: "asyncio.Future[bool]", told: Responded) -> None:
        """What came back for a refresh, if it is the first word of it."""
        if self._alive and not heard.done():
            self._receive(told)
            heard.set_result(told.category is None)

    async def find(self, name: OrderName) -> LookUp:
        request = await self._asked(
            Wire.LOOK_UPS, self._venue.rules.blind, Operation.ORDER_QUERY, name
        )
        if request is None:
            return Unreadable(reason="the look-up failed")
        found = self._found(name)
        self._receive(answered(request, found))
        return found

    def _found(self, name: OrderName) -> LookUp:
        as_of_ns = self._lagging_ns()
        partial = self._venue.random.random() < self._venue.rules.partial
        for order in self._venue.orders.values():
            if order.venue_order_id == name.venue_order_id or (
                name.client_order_id is not None and order.client_order_id == name.client_order_id
            ):
                state = order.as_of(as_of_ns)
                if state is not None and not (partial and state.status in FINAL_STATUSES):
                    return Found(state=state)
        if partial:
            return NotSeen(sources=("open_orders",))
        return NotSeen(sources=self._capabilities.absence.sources)

    async def open_orders(self) -> Sequence[OrderState]:
        request = await self._list(Operation.OPEN_ORDERS_QUERY)
        as_of_ns = self._lagging_ns()
        states = (order.as_of(as_of_ns) for order in self._venue.orders.values())
        resting = [state for state in states if state and state.status not in FINAL_STATUSES]
        self._receive(answered(request, resting))
        return resting

    async def fills_since(self, since_ns: int) -> Sequence[Execution]:
        request = await self._list(Operation.FILLS_QUERY, since_ns)
        fills = [] if self._capabilities.cumulative_only else self._filled_since(since_ns)
        self._receive(answered(request, fills))
        return fills

    def _filled_since(self, since_ns: int) -> list[Execution]:
        as_of_ns = self._lagging_ns()
        told = (
            execution
            for order in self._venue.orders.values()
            for at_ns, execution in order.executions
            if since_ns <= at_ns <= as_of_ns
        )
        return sorted(told, key=lambda execution: execution.venue_time_ns)

    async def balances(self) -> Sequence[Balance]:
        request = await self._list(Operation.BALANCE_QUERY)
        balances = self._venue.told_balances(self._venue.stamp())
        self._receive(answered(request, balances))
        return balances

    async def positions(self) -> Sequence[PositionReport]:
        return []

    async def instruments(self) -> Sequence[Instrument]:
        request = await self._list(Operation.INSTRUMENTS_QUERY)
        self._receive(answered(request, [INSTRUMENT]))
        return [INSTRUMENT]

    def _is_late(self, command: Place | Amend) -> bool:
        return self._venue.timeline.now_ns >= command.send_before_ns

    def _send_cancel_all(self, command: CancelAll) -> None:
        """It names no order, so what becomes of it shows in the orders alone."""
        venue, rules, random = self._venue, self._venue.rules, self._venue.random
        if not venue.wires.is_up(Wire.ORDERS) or random.random() < rules.not_sent:
            return
        self._effect("before send")
        sent, request = self._encode(Operation.CANCEL_ALL, command)
        self._receive(request)
        if random.random() >= rules.lose_request:
            delay_ns = random.randint(1 * _MS, 60 * _MS)
            venue.timeline.after(delay_ns, self._cancel_all, command, sent, request)
        else:
            lost = failed(request, "no answer in time")
            timeout_ns = int(self._capabilities.request_timeout_s * _S)
            venue.timeline.after(timeout_ns, self._receive, lost)
        self._effect("after send")

    def _told(self, outcome: Word) -> None:
        self._venue.lost += isinstance(outcome, Lost)
        self._receive(outcome)

    def _cancel_all(self, command: CancelAll, sent: bytes, request: Requested) -> None:
        self._venue.requests.append(sent)
        self._venue.cancel_all(command)
        self._receive(answered(request, "done"))

    def _encode(self, operation: Operation, what: object) -> tuple[bytes, Requested]:
        self._requests += 1
        client_order_id = getattr(what, "client_order_id", None)
        return encode(self._life, self._requests, operation, what, client_order_id)

    def _receive(self, evidence: Word) -> None:
        if self._alive:
            self._sink(evidence)

    def _arrive(
        self, command: Request, sent: bytes, sent_ns: int, answer: Answer, luck: float
    ) -> None:
        """At the venue: execute, then answer, unless somebody cuts the wire between."""
        self._venue.requests.append(sent)
        venue, rules, random = self._venue, self._venue.rules, self._venue.random
        failing = random.random() < rules.server_error
        if failing and random.choice((True, False)):
            self._later(answer, lost(command, "HTTP 502, and it was not executed"))
            return
        if luck < rules.backlog:
            wait_ns = _often_the_last(random, int(rules.backend_timeout_s * _S))
            # Its expiry was judged when it arrived.
            execute = partial(self._execute, command, sent_ns + wait_ns, answer, failing=failing)
            venue.timeline.after(wait_ns, execute)
        else:
            self._execute(command, sent_ns, answer, failing=failing)

    def _execute(self, command: Request, sent_ns: int, answer: Answer, *, failing: bool) -> None:
        venue, rules, random = self._venue, self._venue.rules, self._venue.random
        if isinstance(command, Place):
            told = venue.place(command, sent_ns)
        elif isinstance(command, Amend):
            told = venue.amend(command, sent_ns)
        else:
            told = venue.cancel(command)
        if random.random() < rules.lose_answer:
            return
        if failing:
            told = lost(command, "HTTP 504, and it was executed")
        elif random.random() < rules.malformed:
            told = lost(command, "the answer cannot be read")
        self._later(answer, told)

    def _later(self, answer: Answer, told: OrderEvidence) -> None:
        delay_ns = self._venue.random.randint(1 * _MS, 60 * _MS)
        self._venue.timeline.after(delay_ns, answer.give, told)

    def _lagging_ns(self) -> int:
        """Look-ups read a copy that is up to ``settle_s`` old."""
        lag_ns = _often_the_last(self._venue.random, int(self._venue.rules.settle_s * _S) - 1)
        return self._venue.timeline.now_ns - lag_ns

    async def _asked(
        self, wire: Wire, fails: float, operation: Operation, what: object
    ) -> Requested | None:
        """Spend a call's time on the wire; return what was asked if there will be an answer."""
        venue = self._venue
        venue.calls += 1
        sent, request = self._encode(operation, what)
        self._receive(request)
        done: asyncio.Future[None] = self._loop.create_future()
        venue.timeline.after(venue.random.randint(1 * _MS, 100 * _MS), self._wake, done, sent)
        await done
        if venue.wires.is_up(wire) and venue.random.random() >= fails:
            return request
        self._receive(failed(request, "HTTP 503"))
        return None

    async def _list(self, operation: Operation, what: object = None) -> Requested:
        request = await self._asked(Wire.LISTS, self._venue.rules.unlisted, operation, what)
        if request is None:
            raise VenueUnavailable(VENUE, "the list could not be read")
        return request

    def _wake(self, done: "asyncio.Future[None]", sent: bytes) -> None:
        self._venue.requests.append(sent)
        if self._alive and not done.done():
            done.set_result(None)


def _often_the_last(random: Random, limit_ns: int) -> int:
    """A time up to ``limit_ns``, every second one close to it: bounds break at their edge."""
    earliest_ns = random.choice((0, limit_ns - limit_ns // 50))
    return random.randint(min(earliest_ns, max(0, limit_ns)), max(0, limit_ns))
