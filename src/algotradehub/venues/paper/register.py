"""The paper venue's books: every order it accepted, every execution, every wallet."""

from collections import deque
from collections.abc import Iterator, Mapping
from decimal import Decimal

from algotradehub.domain.errors import NotFound, StorageDamaged
from algotradehub.domain.evidence import Execution
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, VenueId, VenueOrderId
from algotradehub.domain.instrument import Instrument
from algotradehub.venues.paper.records import (
    FORMAT_VERSION,
    Batch,
    Entry,
    PaperOrder,
    Retention,
    Snapshot,
)
from algotradehub.venues.paper.wallet import Wallet


class Customer:
    """All that is kept of one account. A client order id is refused again as long as it is kept."""

    def __init__(self, wallet: Wallet) -> None:
        self.wallet = wallet
        self.orders: dict[ClientOrderId, PaperOrder] = {}
        self.by_venue_id: dict[VenueOrderId, PaperOrder] = {}
        self.closed: deque[PaperOrder] = deque()
        self.executions: deque[Execution] = deque()

    def order(
        self, client_order_id: ClientOrderId | None, venue_order_id: VenueOrderId | None
    ) -> PaperOrder | None:
        """Look an order up by the name of ours, or else by the venue's."""
        order = None if client_order_id is None else self.orders.get(client_order_id)
        if order is None and venue_order_id is not None:
            order = self.by_venue_id.get(venue_order_id)
        return order

    def forget(self, before_ns: int, count: int) -> None:
        """Let go of what ended before ``before_ns`` or is beyond ``count``."""
        closed, executions = self.closed, self.executions
        while closed and (len(closed) > count or closed[0].changed_ns < before_ns):
            order = closed.popleft()
            del self.orders[order.client_order_id]
            del self.by_venue_id[order.venue_order_id]
        while executions and (len(executions) > count or executions[0].venue_time_ns < before_ns):
            executions.popleft()


class Register:
    """The fold of the log's entries, the same live and at the next start."""

    def __init__(
        self,
        instruments: Mapping[Symbol, Instrument],
        *,
        leverage: Decimal,
        retention: Retention,
    ) -> None:
        self._instruments = instruments
        self._leverage = leverage
        self._retention = retention
        self.customers: dict[AccountId, Customer] = {}
        self.working: dict[VenueOrderId, PaperOrder] = {}  # in the order in which they queue
        self.marks: dict[Symbol, Decimal] = {}
        self.dead_men: dict[AccountId, int] = {}  # when each fires; 0: never
        self.next_order = 1
        self.next_execution = 1
        self.at_ns = 0

    def customer(self, account: AccountId) -> Customer:
        """Return the records of ``account``.

        Raises:
            NotFound: It was never opened here.
        """
        customer = self.customers.get(account)
        if customer is None:
            raise NotFound(f"no paper account {account}; open it first")
        return customer

    def fold(self, entry: Entry) -> None:
        """Take over what ``entry`` changed.

        Raises:
            StorageDamaged: It speaks of an instrument that is not listed any more.
        """
        if entry.at_ns > self.at_ns:  # noqa: PLR1730 - max() takes four times as long
            self.at_ns = entry.at_ns
        self.marks.update(entry.marks)
        if entry.dead_men:
            self.dead_men.update(entry.dead_men)
        if not isinstance(entry, Batch):
            self._fold_snapshot(entry)
            return
        for account in entry.opened:
            self._open(account)
        for deposit in entry.deposits:
            self.customers[deposit.account].wallet.deposit(deposit.asset, deposit.amount)
        for account, execution in entry.executions:
            self._add_execution(account, execution)
            if execution.symbol not in self._instruments:
                raise _unlisted(execution.symbol)
            self.customers[account].wallet.execute(execution, entry.at_ns)
        for order in entry.orders:
            self._put(order)

    def snapshot(self, venue: VenueId) -> Snapshot:
        """Everything that is kept, as the first entry of a new log."""
        return Snapshot(
            version=FORMAT_VERSION,
            venue=venue,
            at_ns=self.at_ns,
            next_order=self.next_order,
            next_execution=self.next_execution,
            wallets=[customer.wallet.state() for customer in self.customers.values()],
            orders=[*self._closed(), *self.working.values()],
            executions=[
                (account, execution)
                for account, customer in self.customers.items()
                for execution in customer.executions
            ],
            marks=self.marks,
            dead_men=self.dead_men,
        )

    def _fold_snapshot(self, snapshot: Snapshot) -> None:
        self.next_order = snapshot.next_order
        self.next_execution = snapshot.next_execution
        for state in snapshot.wallets:
            for position in state.positions:
                if position.symbol not in self._instruments:
                    raise _unlisted(position.symbol)
            self._open(state.account).wallet.restore(state)
        for account, execution in snapshot.executions:
            self._add_execution(account, execution)
        for order in snapshot.orders:
            self._put(order)

    def _put(self, order: PaperOrder) -> None:
        if order.symbol not in self._instruments:
            raise _unlisted(order.symbol)
        order_id = order.venue_order_id
        customer = self.customers[order.account]
        before = self.working.get(order_id)
        if before is not None and not _keeps_its_place(before, order):
            del self.working[order_id]
        customer.orders[order.client_order_id] = order
        customer.by_venue_id[order_id] = order
        if order.is_open:
            self.working[order_id] = order
        else:
            customer.closed.append(order)
            self._forget(customer)
        customer.wallet.hold(order)
        if before is None and (number := int(order_id)) >= self.next_order:
            self.next_order = number + 1

    def _add_execution(self, account: AccountId, execution: Execution) -> None:
        customer = self.customers[account]
        customer.executions.append(execution)
        self._forget(customer)
        self.next_execution = max(self.next_execution, int(execution.execution_id) + 1)

    def _forget(self, customer: Customer) -> None:
        before_ns = self.at_ns - self._retention.seconds * 1_000_000_000
        customer.forget(before_ns, self._retention.count)

    def _open(self, account: AccountId) -> Customer:
        customer = Customer(Wallet(account, self._instruments, self._leverage))
        self.customers[account] = customer
        return customer

    def _closed(self) -> Iterator[PaperOrder]:
        for customer in self.customers.values():
            yield from customer.closed


def _unlisted(symbol: Symbol) -> StorageDamaged:
    return StorageDamaged(
        f"the paper venue's log holds {symbol}, which is not listed any more: list it again, or "
        f"move the log away to start this venue anew"
    )


def _keeps_its_place(before: PaperOrder, after: PaperOrder) -> bool:
    """Whether ``after`` still queues where ``before`` did (see ``Market.amend``)."""
    if not after.is_open or before.fired != after.fired:
        return False
    if after.waits:
        return after.trail is not None or before.trigger_price == after.trigger_price
    if before.limit_price != after.limit_price:
        return False
    return not (
        before.quantity is not None
        and after.quantity is not None
        and after.quantity > before.quantity
    )
