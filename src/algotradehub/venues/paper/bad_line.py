"""A line to a paper venue that is cut now and then and loses answers, as real ones do.

The venue itself stays honest: what was lost on the way is there when it is asked for.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random

import msgspec

from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.commands import Amend, Cancel, CancelAll, OrderCommand, Place
from algotradehub.domain.errors import OutcomeUnknown, VenueUnavailable
from algotradehub.domain.evidence import (
    Acknowledged,
    Balance,
    CommandKind,
    Connection,
    ConnectionState,
    Execution,
    LookUp,
    Lost,
    NotSent,
    OrderState,
    PositionReport,
    Refused,
    Unreadable,
)
from algotradehub.domain.ids import AccountId, ClientOrderId, VenueId
from algotradehub.domain.instrument import Instrument
from algotradehub.ports.clock import Clock, Timer
from algotradehub.ports.venue import AccountOpener, OrderName, Sink, TradingAccount, Word

_KINDS = {Place: CommandKind.PLACE, Amend: CommandKind.AMEND, Cancel: CommandKind.CANCEL}
_CUT = "the line is cut"


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """How bad a line is."""

    every_s: float  # between the end of an outage and the next one, on average
    for_s: float  # that an outage lasts
    loses: float  # share of the answers that never arrive


class BadLine:
    """Implements ``TradingAccount`` over another one."""

    def __init__(
        self, account: TradingAccount, sink: Sink, trouble: Trouble, *, clock: Clock, random: Random
    ) -> None:
        self._account = account
        self._sink = sink
        self._trouble = trouble
        self._clock = clock
        self._random = random
        self._is_cut = False
        self._doomed: set[tuple[CommandKind, ClientOrderId]] = set()  # answers that will be lost
        self._timer = self._next_outage()

    @property
    def id(self) -> AccountId:
        return self._account.id

    @property
    def venue(self) -> VenueId:
        return self._account.venue

    @property
    def capabilities(self) -> Capabilities:
        return self._account.capabilities

    def send(self, command: OrderCommand) -> None:
        if isinstance(command, CancelAll):
            if not self._is_cut:
                self._account.send(command)
            return
        kind, order_id = _KINDS[type(command)], command.client_order_id
        if self._is_cut:
            self._sink(NotSent(command=kind, client_order_id=order_id, reason=_CUT))
            return
        if self._random.random() < self._trouble.loses:
            self._doomed.add((kind, order_id))
            self._clock.after(self.capabilities.request_timeout_s, self._give_up, kind, order_id)
        self._account.send(command)

    async def set_dead_man(self, timeout_s: float) -> None:
        self._require_line()
        await self._account.set_dead_man(timeout_s)
        if self._random.random() < self._trouble.loses:
            await self._clock.sleep(self.capabilities.request_timeout_s)
            raise OutcomeUnknown(self.venue, "no answer in time")

    async def find(self, name: OrderName) -> LookUp:
        if self._is_cut:
            return Unreadable(reason=_CUT)
        return await self._account.find(name)

    async def open_orders(self) -> Sequence[OrderState]:
        self._require_line()
        return await self._account.open_orders()

    async def fills_since(self, since_ns: int) -> Sequence[Execution]:
        self._require_line()
        return await self._account.fills_since(since_ns)

    async def balances(self) -> Sequence[Balance]:
        self._require_line()
        return await self._account.balances()

    async def positions(self) -> Sequence[PositionReport]:
        self._require_line()
        return await self._account.positions()

    async def instruments(self) -> Sequence[Instrument]:
        self._require_line()
        return await self._account.instruments()

    def receive(self, evidence: Word) -> None:
        """Hand on what the venue says, unless the line loses it."""
        if isinstance(evidence, Acknowledged | Refused | NotSent | Lost):
            if (evidence.command, evidence.client_order_id) in self._doomed:
                return
            if self._is_cut:
                self._tell_lost(evidence.command, evidence.client_order_id, _CUT)
                return
        if not self._is_cut:
            self._sink(evidence)

    def close(self) -> None:
        self._timer.cancel()

    def _next_outage(self) -> Timer:
        return self._clock.after(self._random.expovariate(1 / self._trouble.every_s), self._cut)

    def _cut(self) -> None:
        self._is_cut = True
        self._timer = self._clock.after(self._trouble.for_s, self._mend)
        reason = f"the line is cut for {self._trouble.for_s:g} s, on purpose"
        self._sink(Connection(state=ConnectionState.DOWN, reason=reason))

    def _mend(self) -> None:
        self._is_cut = False
        self._timer = self._next_outage()
        self._sink(Connection(state=ConnectionState.UP))

    def _give_up(self, kind: CommandKind, order_id: ClientOrderId) -> None:
        self._doomed.discard((kind, order_id))
        timeout_s = self.capabilities.request_timeout_s
        self._tell_lost(kind, order_id, f"no answer within {timeout_s:g} s")

    def _tell_lost(self, kind: CommandKind, order_id: ClientOrderId, reason: str) -> None:
        self._sink(Lost(command=kind, client_order_id=order_id, reason=reason))

    def _require_line(self) -> None:
        if self._is_cut:
            raise VenueUnavailable(self.venue, _CUT)


def over_bad_line(
    opener: AccountOpener, trouble: Trouble, *, clock: Clock, seed: int
) -> AccountOpener:
    """Return an opener of the same account, reached over a bad line."""

    @asynccontextmanager
    async def opened(sink: Sink) -> AsyncIterator[TradingAccount]:
        lines: list[BadLine] = []

        def receive(evidence: Word) -> None:
            # Until the account is open there is no line that could be bad.
            (lines[0].receive if lines else sink)(evidence)

        async with opener(receive) as account:
            line = BadLine(account, sink, trouble, clock=clock, random=Random(seed))
            lines.append(line)
            try:
                yield line
            finally:
                line.close()

    return opened
