"""An account that says nothing by itself: the test speaks for the venue."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

import msgspec

from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.commands import Amend, Cancel, CancelAll, OrderCommand, Place
from algotradehub.domain.errors import VenueError
from algotradehub.domain.evidence import (
    Acknowledged,
    Balance,
    CommandKind,
    Execution,
    Found,
    LookUp,
    Lost,
    NotSeen,
    NotSent,
    OrderState,
    PositionReport,
    Refused,
    Unreadable,
)
from algotradehub.domain.ids import AccountId, ClientOrderId, VenueId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import OrderStatus
from algotradehub.ports.clock import Clock
from algotradehub.ports.venue import OrderName, Sink, TradingAccount, Word
from tests.fakes.account import ALL

_LIVE = {OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED}
_KINDS: dict[type, CommandKind] = {
    Place: CommandKind.PLACE,
    Amend: CommandKind.AMEND,
    Cancel: CommandKind.CANCEL,
}


class Asked(msgspec.Struct, frozen=True):
    """One query: its name, what it was asked with, and when."""

    what: str
    about: object
    at_ns: int


class SilentAccount:
    """Implements ``ports.venue.TradingAccount``. Queries tell what the lists below hold.

    Attributes:
        sent: Every command, in order.
        asked: Every query, in order.
        states: All orders of the account, as the venue would describe them now.
        executions: All of them, by venue time.
        trouble: What every list raises; None when they can be read.
        blind: Why ``find`` cannot be read; None when it can.
        refuses_dead_man: What setting the dead man's switch raises; None when it is taken.
        answer_s: How long a query takes.
        most_at_once: How many look-ups were ever under way together.
        on_send: Called with every command before ``send`` returns.
    """

    def __init__(
        self,
        account: AccountId,
        *,
        venue: VenueId,
        instruments: Sequence[Instrument],
        clock: Clock,
        capabilities: Capabilities = ALL,
    ) -> None:
        self.id = account
        self.venue = venue
        self.capabilities = capabilities
        self.sent: list[OrderCommand] = []
        self.asked: list[Asked] = []
        self.states: list[OrderState] = []
        self.executions: list[Execution] = []
        self.held: list[Balance] = []
        self.holdings: list[PositionReport] = []
        self.trouble: VenueError | None = None
        self.blind: str | None = None
        self.refuses_dead_man: VenueError | None = None
        self.answer_s = 0.0
        self.most_at_once = 0
        self.on_send: Callable[[OrderCommand], object] = lambda _: None
        self.sink: Sink
        self._instruments = instruments
        self._clock = clock
        self._looking = 0
        self._unanswered: list[tuple[CommandKind, ClientOrderId]] = []

    def open(self, sink: Sink) -> AbstractAsyncContextManager[TradingAccount]:
        self.sink = sink
        return nullcontext(self)

    def send(self, command: OrderCommand) -> None:
        self.sent.append(command)
        if not isinstance(command, CancelAll):  # what becomes of it shows in the orders alone
            self._unanswered.append((_KINDS[type(command)], command.client_order_id))
        self.on_send(command)

    def tell(self, evidence: Word) -> None:
        """Push ``evidence``, or answer a request with it: each request once, and no other."""
        if isinstance(evidence, Acknowledged | Refused | NotSent | Lost):
            # list.remove raises if there is no such request
            self._unanswered.remove((evidence.command, evidence.client_order_id))
        self.sink(evidence)

    def queries(self, what: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.what == what]

    async def set_dead_man(self, timeout_s: float) -> None:
        await self._ask("set_dead_man", timeout_s)
        if self.refuses_dead_man is not None:
            raise self.refuses_dead_man

    async def find(self, name: OrderName) -> LookUp:
        self._looking += 1
        self.most_at_once = max(self.most_at_once, self._looking)
        await self._ask("find", name)
        self._looking -= 1
        if self.blind is not None:
            return Unreadable(reason=self.blind)
        for state in self.states:
            if (
                name.venue_order_id is not None and state.venue_order_id == name.venue_order_id
            ) or (
                name.client_order_id is not None and state.client_order_id == name.client_order_id
            ):
                return Found(state=state)
        return NotSeen(sources=self.capabilities.absence.sources)

    async def open_orders(self) -> Sequence[OrderState]:
        await self._list("open_orders")
        return [state for state in self.states if state.status in _LIVE]

    async def fills_since(self, since_ns: int) -> Sequence[Execution]:
        await self._list("fills_since", since_ns)
        return [told for told in self.executions if told.venue_time_ns >= since_ns]

    async def balances(self) -> Sequence[Balance]:
        await self._list("balances")
        return self.held

    async def positions(self) -> Sequence[PositionReport]:
        await self._list("positions")
        return self.holdings

    async def instruments(self) -> Sequence[Instrument]:
        await self._list("instruments")
        return self._instruments

    async def _ask(self, what: str, about: object = None) -> None:
        self.asked.append(Asked(what, about, self._clock.now_ns()))
        if self.answer_s:
            await self._clock.sleep(self.answer_s)

    async def _list(self, what: str, about: object = None) -> None:
        await self._ask(what, about)
        if self.trouble is not None:
            raise self.trouble
