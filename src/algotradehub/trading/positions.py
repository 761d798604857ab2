"""Positions of every account: moved by fills, seen per venue, per asset, or all."""

from collections.abc import Iterable
from typing import TypeAlias

from algotradehub.domain import position
from algotradehub.domain.evidence import FeeSettled, PositionReport
from algotradehub.domain.fill import Effect
from algotradehub.domain.ids import AccountId, ExecutionId, Symbol
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import Order, PositionSide
from algotradehub.domain.position import Position, PositionEvent
from algotradehub.domain.records import PositionCorrected, Record
from algotradehub.ports.store import Changes, PositionChange
from algotradehub.trading.aggregation import AggregatedPosition, aggregated
from algotradehub.trading.risk.sums import RunningSums

PositionKey: TypeAlias = tuple[AccountId, Symbol, PositionSide]


class PositionManager:
    """The only writer of positions."""

    def __init__(self, *, sums: RunningSums) -> None:
        self._sums = sums
        self._positions: dict[PositionKey, Position] = {}
        self._reported: dict[PositionKey, PositionReport] = {}
        self._instruments: dict[tuple[AccountId, Symbol], Instrument] = {}

    def list_instrument(self, account: AccountId, instrument: Instrument) -> None:
        """Reckon with ``instrument`` from now on."""
        self._instruments[account, instrument.symbol] = instrument

    def instrument(self, account: AccountId, symbol: Symbol) -> Instrument | None:
        return self._instruments.get((account, symbol))

    def restore(self, held: Position) -> None:
        self._set(held)

    def report(self, account: AccountId, word: PositionReport) -> None:
        """Keep the venue's word beside ours; comparing them is reconciliation's work."""
        self._reported[account, word.symbol, word.position_side] = word

    def reported(self, account: AccountId) -> Iterable[PositionReport]:
        return tuple(word for key, word in self._reported.items() if key[0] == account)

    def fill(
        self,
        record: Record,
        order: Order,
        effect: Effect,
        execution_id: ExecutionId | None,
        changes: Changes,
    ) -> Position:
        """Move the position of ``order`` by ``effect`` and note the step in its history."""
        request = order.request
        key = (request.account, request.symbol, request.position_side)
        instrument = self._instruments[request.account, request.symbol]
        held = self._positions.get(key) or Position(account=key[0], symbol=key[1], side=key[2])
        moved, event = position.filled(held, effect, instrument, record.at_ns)
        return self._moved(record, moved, changes, held=held, event=event, by=execution_id)

    def settle_fee(
        self, record: Record, order: Order, settled: FeeSettled, changes: Changes
    ) -> Position:
        """The fee of an earlier fill became known; one in the base asset takes quantity away."""
        request = order.request
        held = self._positions[request.account, request.symbol, request.position_side]
        instrument = self._instruments[request.account, request.symbol]
        moved = position.fee_settled(held, settled.fee, settled.fee_asset, instrument, record.at_ns)
        event = PositionEvent.CORRECT
        return self._moved(record, moved, changes, held=held, event=event, by=settled.execution_id)

    def correct(self, record: Record, word: PositionCorrected, changes: Changes) -> Position:
        """Book what only the venue's word explains, as if it had traded (Property 27)."""
        key = (record.account, word.symbol, word.side)
        held = self._positions.get(key) or Position(account=key[0], symbol=key[1], side=key[2])
        effect = Effect(
            side=Side.BUY if word.quantity > ZERO else Side.SELL,
            quantity=abs(word.quantity),
            price=word.price,
        )
        instrument = self._instruments[record.account, word.symbol]
        moved, _ = position.filled(held, effect, instrument, record.at_ns)
        event = PositionEvent.RECONCILE
        return self._moved(record, moved, changes, held=held, event=event, by=None)

    def get(
        self, account: AccountId, symbol: Symbol, side: PositionSide = PositionSide.NET
    ) -> Position | None:
        return self._positions.get((account, symbol, side))

    def all(self, accounts: frozenset[AccountId] | None = None) -> tuple[Position, ...]:
        """Positions ever opened, flat ones included, of ``accounts`` (None: of all)."""
        return tuple(
            held
            for held in self._positions.values()
            if accounts is None or held.account in accounts
        )

    def aggregated(
        self, accounts: frozenset[AccountId] | None = None
    ) -> tuple[AggregatedPosition, ...]:
        """One line per base asset, quote and way of reckoning: the sums of ``all``."""
        instruments = self._instruments
        return aggregated(
            (held, instruments[held.account, held.symbol]) for held in self.all(accounts)
        )

    def _moved(
        self,
        record: Record,
        moved: Position,
        changes: Changes,
        *,
        held: Position,
        event: PositionEvent,
        by: ExecutionId | None,
    ) -> Position:
        """Put ``moved`` in the place of ``held``: one line of history (Property 28)."""
        self._set(moved)
        changes.positions[moved.account, moved.symbol, moved.side] = moved
        changes.position_changes.append(
            PositionChange(
                position=moved,
                event=event,
                previous_quantity=f"{held.quantity:f}",
                previous_cost=f"{held.cost:f}",
                execution_id=by,
                seq=record.seq,
                at_ns=record.at_ns,
            )
        )
        return moved

    def _set(self, held: Position) -> None:
        key = (held.account, held.symbol, held.side)
        before = self._positions.get(key)
        self._positions[key] = held
        was = ZERO if before is None else before.quantity
        self._sums.position_moved(held.account, held.symbol, held.quantity - was)
