"""An honest account at a venue that accepts everything, for tests of what stands before it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

import msgspec

from algotradehub.domain.capabilities import AbsenceProof, AbsenceRule, AmendStyle, Capabilities
from algotradehub.domain.commands import Amend, Cancel, CancelAll, OrderCommand, Place
from algotradehub.domain.errors import Unsupported
from algotradehub.domain.evidence import (
    Acknowledged,
    Balance,
    CommandKind,
    Connection,
    ConnectionState,
    Execution,
    Found,
    Liquidity,
    LookUp,
    NotSeen,
    OrderState,
    PositionReport,
)
from algotradehub.domain.ids import AccountId, ClientOrderId, ExecutionId, VenueId, VenueOrderId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import BaseAmount, OrderStatus, OrderType, TimeInForce
from algotradehub.ports.clock import Clock
from algotradehub.ports.venue import OrderName, Sink, TradingAccount, Word

ALL = Capabilities(
    order_types=frozenset(OrderType),
    times_in_force=frozenset(TimeInForce),
    absence=AbsenceRule(
        proof=AbsenceProof.LOOKUPS, expiry_s=5.0, backend_timeout_s=1.0, clock_error_s=0.5
    ),
    quote_amounts=True,
    amend=AmendStyle.IN_PLACE,
    hedged_positions=True,
)

_replace = msgspec.structs.replace
_LIVE = frozenset({OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED})


class FakeAccount:
    """Implements ``ports.venue.TradingAccount``. It answers at once; ``fill`` makes it trade.

    Attributes:
        sent: Every command it was given, in order.
        answers: False loses every answer without a word.
    """

    def __init__(
        self,
        account: AccountId,
        *,
        venue: VenueId,
        instruments: Sequence[Instrument],
        balances: Sequence[Balance],
        clock: Clock,
        capabilities: Capabilities = ALL,
    ) -> None:
        self.id = account
        self.venue = venue
        self.capabilities = capabilities
        self.sent: list[OrderCommand] = []
        self.answers = True
        self._instruments = instruments
        self._balances = balances
        self._clock = clock
        self._states: dict[ClientOrderId, OrderState] = {}
        self._executions: list[Execution] = []
        self._sink: Sink = _nobody

    @asynccontextmanager
    async def open(self, sink: Sink) -> AsyncIterator[TradingAccount]:
        self._sink = sink
        self.connect()
        yield self
        self._sink = _nobody

    def connect(self) -> None:
        self._sink(Connection(state=ConnectionState.UP))

    def disconnect(self, reason: str) -> None:
        self._sink(Connection(state=ConnectionState.DOWN, reason=reason))

    def send(self, command: OrderCommand) -> None:
        self.sent.append(command)
        match command:
            case Place():
                self._place(command)
                self.acknowledge(CommandKind.PLACE, command.client_order_id)
            case Amend():
                state = self._states[command.client_order_id]
                new = command.amendment
                self._states[command.client_order_id] = _replace(
                    state,
                    quantity=new.quantity or state.quantity,
                    limit_price=new.limit_price or state.limit_price,
                    venue_time_ns=self._clock.now_ns(),
                )
                self.acknowledge(CommandKind.AMEND, command.client_order_id)
            case Cancel():
                self.acknowledge(CommandKind.CANCEL, command.client_order_id)
                self._end(command.client_order_id)
            case CancelAll():
                for order_id in list(self._states):
                    self._end(order_id)

    def fill(self, order_id: ClientOrderId, *, quantity: Decimal, price: Decimal) -> None:
        """Execute a part of an order, or all that is left."""
        state = self._states[order_id]
        filled = (state.filled or ZERO) + quantity
        status = OrderStatus.FILLED if filled == state.quantity else OrderStatus.PARTIALLY_FILLED
        now_ns = self._clock.now_ns()
        self._states[order_id] = _replace(state, filled=filled, status=status, venue_time_ns=now_ns)
        execution = Execution(
            client_order_id=order_id,
            venue_order_id=state.venue_order_id,
            execution_id=ExecutionId(f"E{len(self._executions) + 1}"),
            symbol=state.symbol,
            side=state.side,
            price=price,
            quantity=quantity,
            fee=ZERO,
            fee_asset=None,
            venue_time_ns=now_ns,
            liquidity=Liquidity.MAKER,
            status=status,
            cumulative=filled,
        )
        self._executions.append(execution)
        self._sink(execution)

    async def set_dead_man(self, timeout_s: float) -> None:
        raise Unsupported(f"{self.venue} has no dead man's switch")

    async def find(self, name: OrderName) -> LookUp:
        state = self._states.get(name.client_order_id or ClientOrderId(""))
        if state is None:
            return NotSeen(sources=self.capabilities.absence.sources)
        return Found(state=state)

    async def open_orders(self) -> Sequence[OrderState]:
        return [state for state in self._states.values() if state.status in _LIVE]

    async def fills_since(self, since_ns: int) -> Sequence[Execution]:
        return [each for each in self._executions if each.venue_time_ns >= since_ns]

    async def balances(self) -> Sequence[Balance]:
        return self._balances

    async def positions(self) -> Sequence[PositionReport]:
        return []

    async def instruments(self) -> Sequence[Instrument]:
        return self._instruments

    def _place(self, command: Place) -> None:
        request = command.request
        amount = request.amount
        self._states[command.client_order_id] = OrderState(
            client_order_id=command.client_order_id,
            venue_order_id=VenueOrderId(f"V{len(self._states) + 1}"),
            symbol=request.symbol,
            side=request.side,
            status=OrderStatus.OPEN,
            venue_time_ns=self._clock.now_ns(),
            quantity=amount.quantity if isinstance(amount, BaseAmount) else None,
            limit_price=request.limit_price,
            filled=ZERO,
        )

    def acknowledge(self, kind: CommandKind, order_id: ClientOrderId) -> None:
        if self.answers:
            state = self._states[order_id]
            self._sink(
                Acknowledged(
                    command=kind,
                    client_order_id=order_id,
                    venue_order_id=state.venue_order_id,
                    venue_time_ns=state.venue_time_ns,
                )
            )

    def _end(self, order_id: ClientOrderId) -> None:
        state = self._states[order_id]
        if state.status in _LIVE:
            now_ns = self._clock.now_ns()
            ended = _replace(state, status=OrderStatus.CANCELLED, venue_time_ns=now_ns)
            self._states[order_id] = ended
            if self.answers:
                self._sink(ended)


def _nobody(evidence: Word) -> None:
    """Not connected."""
