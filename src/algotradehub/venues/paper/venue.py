"""A paper venue: markets, accounts and records, behaving as an honest exchange does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

from algotradehub.domain.commands import Amend, Cancel, CancelAll, Place
from algotradehub.domain.errors import VenueUnavailable
from algotradehub.domain.evidence import (
    Balance,
    CommandKind,
    Connection,
    ConnectionState,
    Refused,
)
from algotradehub.domain.ids import AccountId, Asset, Symbol, VenueId, VenueOrderId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ONE, ZERO, text
from algotradehub.domain.order import TimeInForce
from algotradehub.matching.outcomes import Market, Outcome, RefusalCode
from algotradehub.ports.clock import Clock
from algotradehub.ports.disk import Disk
from algotradehub.venues.paper.admission import INSUFFICIENT_BALANCE, admit, shortage_of
from algotradehub.venues.paper.dead_men import DeadMen
from algotradehub.venues.paper.display import Display
from algotradehub.venues.paper.expiries import Expiries
from algotradehub.venues.paper.log import LogFailed, PaperLog
from algotradehub.venues.paper.outbox import Listener, Outbox
from algotradehub.venues.paper.records import Batch, Deposit, PaperOrder, Retention
from algotradehub.venues.paper.register import Customer, Register
from algotradehub.venues.paper.reserve import amended_reserve
from algotradehub.venues.paper.settlement import Settlement
from algotradehub.venues.paper.tape import Tape
from algotradehub.venues.paper.triggers import TriggerWatch

_replace: Final = msgspec.structs.replace

Watcher: TypeAlias = Callable[[Sequence[Outcome]], None]
# Members looked up once: on Python 3.11 that costs 50 ns each time.
_PLACE: Final = CommandKind.PLACE
_GTD: Final = TimeInForce.GTD

_NS_PER_S: Final = 1_000_000_000
_COMPACT_BYTES: Final = 16 * 1024 * 1024


class PaperVenue:
    """One simulated exchange in our process.

    A request is checked against the wallet, matched, written to the venue's own log with one
    write, and only then told. After a crash the log is all there is, and it is enough. If the
    disk fails, the venue is down until it is opened anew: memory may be ahead of the record.
    """

    def __init__(
        self,
        venue: VenueId,
        *,
        markets: Sequence[Market],
        clock: Clock,
        disk: Disk,
        leverage: Decimal = ONE,
        retention: Retention | None = None,
        compact_bytes: int = _COMPACT_BYTES,
    ) -> None:
        """Open the venue as its log left it. Use ``opening.open_venue``, which also closes it.

        Raises:
            StorageDamaged: The log cannot be read, or holds a symbol that is not listed.
            ValueError: An instrument belongs to another venue, or is listed twice.
        """
        self._markets = {market.instrument.symbol: market for market in markets}
        if len(self._markets) != len(markets):
            raise ValueError(f"{venue} lists a symbol twice")
        for market in markets:
            if market.instrument.venue != venue:
                raise ValueError(f"{market.instrument.symbol} belongs to {market.instrument.venue}")
        self.id = venue
        self.clock = clock
        self.instruments: Mapping[Symbol, Instrument] = {
            symbol: market.instrument for symbol, market in self._markets.items()
        }
        self.tape = Tape(venue, list(self._markets))
        self._display = Display(venue, self._markets, self.tape, clock)
        self._register = Register(
            self.instruments, leverage=leverage, retention=retention or Retention()
        )
        self._expiries = Expiries(clock, self._expire)
        self._triggers = TriggerWatch(clock, self._look)
        self._dead_men = DeadMen(clock, self._register.dead_men, self._fire_dead_man)
        self._watchers: dict[Symbol, Watcher] = {}
        self._outbox = Outbox(clock, self._changed_balances)
        self._log = PaperLog(
            disk,
            clock,
            venue,
            snapshot=lambda: self._register.snapshot(venue),
            broken=self._break_down,
            compact_bytes=compact_bytes,
        )
        for entry in self._log.entries:
            self._register.fold(entry)
        self._log.entries = ()
        self._refill_markets()
        for account in self._register.dead_men:
            self._dead_men.watch(account)

    @property
    def failure(self) -> str | None:
        """Why the venue is down; None while all is well."""
        return self._log.failure

    def market(self, symbol: Symbol) -> Market:
        return self._markets[symbol]

    def mark(self, symbol: Symbol) -> Decimal | None:
        """Where the market of ``symbol`` stood when it was last noted."""
        return self._register.marks.get(symbol)

    def now_ns(self) -> int:
        """The venue's own time, which never steps back."""
        now_ns, noted_ns = self.clock.now_ns(), self._register.at_ns
        if now_ns < noted_ns:
            return noted_ns
        return now_ns

    # --- accounts ---

    def open_account(self, account: AccountId, opening: Mapping[Asset, Decimal]) -> None:
        """Open an account with some money; one that the log knows stays as it is.

        Raises:
            VenueUnavailable: The log could not be written.
        """
        if account not in self._register.customers:
            deposits = [Deposit(account, asset, amount) for asset, amount in opening.items()]
            self._deposit(Batch(at_ns=self.now_ns(), opened=[account], deposits=deposits))

    def deposit(self, account: AccountId, asset: Asset, amount: Decimal) -> None:
        """Give an account pretended money; a negative amount takes it away.

        Raises:
            NotFound: There is no such account.
            ValueError: It has less than is taken.
            VenueUnavailable: The log could not be written.
        """
        available = self._register.customer(account).wallet.available(asset)
        if available + amount < ZERO:
            raise ValueError(f"{account} has {text(available)} {asset} available")
        deposit = Deposit(account, asset, amount)
        self._deposit(Batch(at_ns=self.now_ns(), deposits=[deposit]))

    def customer(self, account: AccountId) -> Customer:
        """The records of one account, to read.

        Raises:
            NotFound: There is no such account.
        """
        return self._register.customer(account)

    def working(self, account: AccountId) -> Iterator[PaperOrder]:
        return (o for o in self._register.working.values() if o.account == account)

    def listen(self, account: AccountId, listener: Listener) -> Callable[[], None]:
        """See ``Outbox.listen``."""
        return self._outbox.listen(account, listener)

    # --- requests: False means that the venue broke down over it ---

    def place(self, account: AccountId, command: Place) -> bool:
        now_ns = self.now_ns()
        symbol = command.request.symbol
        market = self._markets.get(symbol)
        order = admit(
            command,
            customer=self._register.customer(account),
            market=market,
            quote=self.tape.quote,
            order_id=VenueOrderId(str(self._register.next_order)),
            now_ns=now_ns,
        )
        settlement = Settlement(self._register, now_ns)
        if not isinstance(order, PaperOrder):
            settlement.tell(account, order)
            return self._settle(settlement, symbol, ())
        outcomes = self._markets[symbol].place(order.as_new(), now_ns)
        if settlement.answer(_PLACE, order, outcomes):
            settlement.accept(order)
            self._wake_for(order)
        return self._settle(settlement, symbol, outcomes)

    def amend(self, account: AccountId, command: Amend) -> bool:
        order = self._open_order(account, command)
        if order is None:
            return self._answer_unknown(account, CommandKind.AMEND, command)
        market = self._markets[order.symbol]
        amendment = command.amendment
        wanted = _replace(
            order,
            quantity=order.quantity if amendment.quantity is None else amendment.quantity,
            reserve_price=amended_reserve(order, amendment),
        )
        shortage = shortage_of(
            wanted,
            customer=self._register.customer(account),
            market=market,
            quote=self.tape.quote,
        )
        now_ns = self.now_ns()
        settlement = Settlement(self._register, now_ns)
        if shortage is not None:
            settlement.refuse(CommandKind.AMEND, order, INSUFFICIENT_BALANCE, shortage)
            return self._settle(settlement, order.symbol, ())
        outcomes = market.amend(
            order.venue_order_id,
            quantity=amendment.quantity,
            limit_price=amendment.limit_price,
            trigger_price=amendment.trigger_price,
            now_ns=now_ns,
        )
        settlement.answer(CommandKind.AMEND, order, outcomes)
        return self._settle(settlement, order.symbol, outcomes)

    def cancel(self, account: AccountId, command: Cancel) -> bool:
        order = self._open_order(account, command)
        if order is None:
            return self._answer_unknown(account, CommandKind.CANCEL, command)
        now_ns = self.now_ns()
        settlement = Settlement(self._register, now_ns)
        outcomes = self._markets[order.symbol].cancel(order.venue_order_id, now_ns)
        settlement.answer(CommandKind.CANCEL, order, outcomes)
        return self._settle(settlement, order.symbol, outcomes)

    def cancel_all(self, account: AccountId, command: CancelAll) -> bool:
        """The answer is the end of each order: a cancel of everything has no order to name."""
        now_ns = self.now_ns()
        settlement = Settlement(self._register, now_ns)
        for order in list(self.working(account)):
            if command.symbol is None or command.symbol == order.symbol:
                outcomes = self._markets[order.symbol].cancel(order.venue_order_id, now_ns)
                settlement.take(outcomes)
                self._display.touch(order.symbol)
        done = self._record(settlement, {})
        self._outbox.tell()
        return done

    def set_dead_man(self, account: AccountId, timeout_s: float) -> None:
        """Cancel every order of ``account`` after ``timeout_s``, unless told again; 0: never.

        Raises:
            VenueUnavailable: The log could not be written.
        """
        now_ns = self.now_ns()
        fires_ns = now_ns + int(timeout_s * _NS_PER_S) if timeout_s else 0
        self._note(Batch(at_ns=now_ns, dead_men={account: fires_ns}))
        self._dead_men.watch(account)

    # --- what drives the markets ---

    def settle(
        self, symbol: Symbol, outcomes: Sequence[Outcome], *, mark: Decimal | None = None
    ) -> bool:
        """Take over what happened in a market; ``mark`` notes where it stands, for a restart."""
        settlement = Settlement(self._register, self.now_ns())
        return self._settle(settlement, symbol, outcomes, mark=mark)

    def watch(self, symbol: Symbol, watcher: Watcher) -> Callable[[], None]:
        """Show ``watcher`` what matched in a market, whoever asked, until the result is called.

        It may not ask anything of the venue while it looks.
        """
        self._watchers[symbol] = watcher
        return lambda: self._watchers.pop(symbol, None) and None

    def close(self) -> None:
        self._expiries.close()
        self._triggers.close()
        self._dead_men.close()
        self._log.close()

    def _settle(
        self,
        settlement: Settlement,
        symbol: Symbol,
        outcomes: Sequence[Outcome],
        *,
        mark: Decimal | None = None,
    ) -> bool:
        settlement.take(outcomes)
        if not self._record(settlement, {} if mark is None else {symbol: mark}):
            return False
        if outcomes:
            self._display.touch(symbol)
        if settlement.traded:
            watcher = self._watchers.get(symbol)
            if watcher is not None:
                watcher(outcomes)
            self._outbox.add_call(self._display.print_trades, symbol, outcomes, settlement.at_ns)
        self._outbox.tell()
        return True

    def _record(self, settlement: Settlement, marks: dict[Symbol, Decimal]) -> bool:
        """Write, then remember, then queue: nobody hears what the record does not hold."""
        batch = settlement.batch(marks)
        if batch is not None:
            try:
                self._log.append(batch)
            except LogFailed:
                return False
            self._register.fold(batch)
        for account, words in settlement.told.items():
            wallet = self._register.customers[account].wallet
            if wallet.total_moved:
                words.extend(wallet.take_changed(settlement.at_ns))
            elif batch is not None:
                self._outbox.add_balances(account)
            self._outbox.add(account, words)
        return True

    def _note(self, batch: Batch) -> None:
        try:
            self._log.append(batch)
        except LogFailed as error:
            raise VenueUnavailable(self.id, str(error)) from error
        self._register.fold(batch)

    def _deposit(self, batch: Batch) -> None:
        self._note(batch)
        for account in dict.fromkeys(deposit.account for deposit in batch.deposits):
            wallet = self._register.customers[account].wallet
            self._outbox.add(account, wallet.take_changed(batch.at_ns))
        self._outbox.tell()

    def _break_down(self, reason: str) -> None:
        self._outbox.add_for_all(Connection(state=ConnectionState.DOWN, reason=reason))
        self._outbox.tell()

    def _changed_balances(self, account: AccountId) -> Sequence[Balance]:
        return self._register.customers[account].wallet.take_changed(self.now_ns())

    def _open_order(self, account: AccountId, command: Amend | Cancel) -> PaperOrder | None:
        order = self._register.customer(account).order(
            command.client_order_id, command.venue_order_id
        )
        return order if order is not None and order.is_open else None

    def _answer_unknown(
        self, account: AccountId, kind: CommandKind, command: Amend | Cancel
    ) -> bool:
        settlement = Settlement(self._register, self.now_ns())
        refusal = Refused(
            command=kind,
            client_order_id=command.client_order_id,
            code=RefusalCode.UNKNOWN_ORDER,
            reason="no such order is open here",
            order_unknown=True,
        )
        settlement.tell(account, refusal)
        return self._settle(settlement, command.symbol, ())

    def _refill_markets(self) -> None:
        """Put back what rested, in the order in which it queued."""
        for customer in self._register.customers.values():
            for symbol, quantity in customer.wallet.quantities():
                self._markets[symbol].set_position(customer.wallet.account, quantity)
        for order in self._register.working.values():
            market = self._markets[order.symbol]
            market.restore(order.as_new(), filled=order.filled, value=order.paid, best=order.best)
            self._wake_for(order)

    def _wake_for(self, order: PaperOrder) -> None:
        if order.time_in_force is _GTD and order.expires_ns is not None:
            self._expiries.add(order.expires_ns, order.symbol)
        if order.waits:
            self._triggers.add(order.symbol)

    def _look(self, symbol: Symbol) -> bool:
        """Let the mark be looked at, and note how far trails have come."""
        market, now_ns = self._markets[symbol], self.now_ns()
        if self.failure is not None:
            return False
        settlement = Settlement(self._register, now_ns)
        outcomes = market.advance(now_ns)
        for order_id, best, trigger in market.trailing():
            settlement.trailed(order_id, best, trigger, market.instrument)
        return self._settle(settlement, symbol, outcomes) and market.has_waiting

    def _fire_dead_man(self, account: AccountId) -> None:
        if self.cancel_all(account, CancelAll()):
            self.set_dead_man(account, 0)

    def _expire(self, symbol: Symbol) -> None:
        self.settle(symbol, self._markets[symbol].advance(self.now_ns()))
