"""Journal first, then state, then everybody else: the one way in which anything changes."""

from collections.abc import Callable
from typing import Final

import msgspec

from algotradehub.domain.evidence import Balance, PositionReport
from algotradehub.domain.ids import AccountId
from algotradehub.domain.order import Order
from algotradehub.domain.records import Body, Record, Told, Wire
from algotradehub.ports.bus import (
    Alert,
    BalanceChanged,
    Bus,
    FillChanged,
    FillDropped,
    OrderChanged,
    PositionChanged,
)
from algotradehub.ports.clock import Clock
from algotradehub.ports.journal import Journal
from algotradehub.trading.applied import Applied
from algotradehub.trading.state import DeskState

_replace: Final = msgspec.structs.replace
MAX_BODY_BYTES: Final = 64 << 10  # of what went over a wire; the rest is counted


class Recorder:
    """Writes a record, folds it into the state, and publishes what changed, in this order."""

    def __init__(
        self,
        *,
        journal: Journal,
        state: DeskState,
        bus: Bus,
        clock: Clock,
        on_record: Callable[[], None],
    ) -> None:
        self._on_record = on_record
        self._journal = journal
        self._state = state
        self._bus = bus
        self._clock = clock
        self._missing = 0  # requests and answers that the journal had no room for

    def append(self, account: AccountId, body: Body) -> Applied:
        """Record what must exist before anything follows from it.

        Raises:
            NotReady: The journal refuses; nothing changed.
        """
        at_ns = self._clock.now_ns()
        record = self._journal.append(account, body, at_ns=at_ns)
        return self._fold(record, tell=True)

    def append_synced(
        self, account: AccountId, body: Body, done: Callable[[bool], None]
    ) -> Applied:
        """The same, for what must survive power loss: ``done`` follows the sync.

        Nobody hears of it yet; ``publish`` tells them once it is durable.

        Raises:
            NotReady: The journal refuses; nothing changed.
        """
        at_ns = self._clock.now_ns()
        record = self._journal.append_synced(account, body, at_ns=at_ns, done=done)
        return self._fold(record, tell=False)

    def keep(self, account: AccountId, body: Body) -> Applied:
        """Record what is true whether or not the disk works."""
        at_ns = self._clock.now_ns()
        record = self._journal.keep(account, body, at_ns=at_ns)
        return self._fold(record, tell=True)

    def hear(self, account: AccountId, word: Balance | PositionReport) -> None:
        """Take the venue's word on the account; it is recorded if it changes a total."""
        if isinstance(word, Balance):
            if self._state.balances.is_stale(account, word):
                return
            told = self._state.balances.refresh(account, word)
            if told is not None:
                account_seq = self._journal.account_seq(account)
                fact = BalanceChanged(account=account, account_seq=account_seq, balance=told)
                self._bus.publish(fact)
                return
        self.keep(account, Told(word=word))

    def defer(self, account: AccountId, wire: Wire) -> None:
        """Record what went over a wire, without holding anything up."""
        body = wire.body
        if len(body) > MAX_BODY_BYTES or self._missing:
            wire = _replace(
                wire,
                body=body[:MAX_BODY_BYTES],
                cut_bytes=max(0, len(body) - MAX_BODY_BYTES),
                missing=self._missing,
            )
        if self._journal.defer(account, wire, at_ns=self._clock.now_ns()):
            self._missing = 0
            return
        if not self._missing:
            detail = "the journal has no room for requests and answers; the next one tells how many"
            self.alert("audit_incomplete", detail, account)
        self._missing += 1

    def deferred_stored(self, record: Record) -> None:
        """Fold in what was deferred, now that it has its numbers."""
        self._fold(record, tell=False)

    def publish(self, order: Order) -> None:
        """Tell everybody of an order that has become durable."""
        account = order.request.account
        self._publish(account, self._journal.account_seq(account), Applied(order=order))

    def alert(self, name: str, detail: str, account: AccountId | None = None) -> None:
        """Tell people; nothing is decided from it."""
        at_ns = self._clock.now_ns()
        self._bus.publish(Alert(name=name, detail=detail, account=account, at_ns=at_ns))

    def _fold(self, record: Record, *, tell: bool) -> Applied:
        self._on_record()
        applied = self._state.apply(record)
        if tell:
            self._publish(record.account, record.account_seq, applied)
        return applied

    def _publish(self, account: AccountId, account_seq: int, applied: Applied) -> None:
        publish = self._bus.publish
        order, dropped = applied.order, applied.dropped_fill
        if order is not None:
            publish(OrderChanged(account=account, account_seq=account_seq, order=order))
            if dropped is not None:
                publish(
                    FillDropped(
                        account=account,
                        account_seq=account_seq,
                        order_id=order.order_id,
                        execution_id=dropped,
                    )
                )
        for other in applied.others:
            publish(OrderChanged(account=account, account_seq=account_seq, order=other))
        for fill in applied.fills:
            publish(FillChanged(account=account, account_seq=account_seq, fill=fill))
        position = applied.position
        if position is not None:
            publish(PositionChanged(account=account, account_seq=account_seq, position=position))
        for balance in applied.balances:
            publish(BalanceChanged(account=account, account_seq=account_seq, balance=balance))
