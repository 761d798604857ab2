"""One account as the desk sees it: its port, its instruments, and whether it may trade now."""

from collections import deque
from enum import StrEnum
from typing import Final, Protocol

from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.emulation import Emulated
from algotradehub.domain.evidence import CommandKind, Connection
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, TenantId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import Amendment, Order, OrderRequest, OrderStatus
from algotradehub.ports.venue import OrderName, TradingAccount
from algotradehub.trading.line import Line
from algotradehub.trading.orphans import Orphans
from algotradehub.trading.reports import DeadManStatus, Looked, Reconciliation
from algotradehub.trading.standing import Standing

RECONCILIATIONS_KEPT: Final = 100


class Durability(StrEnum):
    """What an intent must survive before it is sent (order-path 2)."""

    PROCESS = "process"  # the death of this process
    SYNC = "sync"  # power loss


class Questions(Protocol):
    """Takes up what only the venue can answer; ``recovery`` implements it."""

    def watch(self, order_id: ClientOrderId) -> None:
        """Ask about an order until its question is answered."""
        ...

    def ask_now(self, order_id: ClientOrderId) -> None:
        """Ask about an order at once, then as if its question were new; compare the account."""
        ...

    def cancel_again(self, order_id: ClientOrderId) -> None:
        """Repeat the cancel of an order that is still wanted cancelled."""
        ...

    def replace(self, order_id: ClientOrderId) -> None:
        """Send the leg that follows a dead one, or drop it."""
        ...

    def watch_fills(self, order_id: ClientOrderId) -> None:
        """Find out what is missing: executions, a final total, a fee."""
        ...

    def watch_orphan(self, name: OrderName) -> None:
        """Find out whose the events under ``name`` are."""
        ...

    async def reconcile(self) -> Reconciliation:
        """Compare books and venue now.

        Raises:
            NotReady: The account is not connected, or compared already.
            VenueError: The venue could not be asked.
        """
        ...

    def connection(self, event: Connection) -> None: ...

    def resynchronise(self, reason: str) -> None:
        """The stream cannot be trusted: accept nothing new until everything was asked again."""
        ...


class Guards(Protocol):
    """Does in the venue's place what it lacks; ``guard`` implements it (order-path 12)."""

    def take_on(self, request: OrderRequest, now_ns: int) -> Emulated | None:
        """What of ``request`` is left to us; None if the venue does all by itself.

        Raises:
            InvalidRequest: It waits for a price that is not known here.
            NotReady: Its price cannot be watched now.
        """
        ...

    def arm(self, order: Order, *, cancelled: bool = False) -> None:
        """Go on with an emulated order whose intent is as durable as its account asks."""
        ...

    def disarm(self, order: Order, status: OrderStatus, reason: str) -> None:
        """End an order that waits; certain, for nothing of it was sent."""
        ...

    def rearm(self, order: Order, amendment: Amendment) -> None:
        """Give an order that waits new values.

        Raises:
            NotReady: The journal refuses, or its price cannot be watched now.
        """
        ...

    def fire(self, order: Order) -> None:
        """Fire an order that waits, because somebody says so.

        Raises:
            NotReady: It could not be sent now; it goes on waiting.
        """
        ...


class AccountDesk:
    """The runtime side of an account; everything durable is in ``DeskState``."""

    __slots__ = (
        "account",
        "account_id",
        "connected",
        "connections",
        "dead_man",
        "durability",
        "fatal_answers",
        "guard",
        "in_flight",
        "instruments",
        "line",
        "looked",
        "offered",
        "orphans",
        "questions",
        "reconciliations",
        "refusing",
        "send_before_ns",
        "tenant",
    )

    account: TradingAccount
    questions: Questions
    guard: Guards
    offered: Capabilities  # what may be asked for: by the venue, or with us in its place

    def __init__(
        self, account_id: AccountId, *, tenant: TenantId, durability: Durability, orphans: Orphans
    ) -> None:
        self.account_id = account_id
        self.tenant = tenant
        self.durability = durability
        self.orphans = orphans
        self.instruments: dict[Symbol, Instrument] = {}
        self.refusing: str | None = f"{account_id} is not connected yet; try again in a moment"
        self.reconciliations: deque[Reconciliation] = deque(maxlen=RECONCILIATIONS_KEPT)
        self.looked: dict[ClientOrderId, Looked] = {}  # while they are in question
        self.send_before_ns = 0  # the last instant of the latest place or amend that was sent
        self.fatal_answers = 0  # in a row: the venue refuses the credential
        self.connected = False  # the private stream is there
        self.dead_man: DeadManStatus | None = None  # None: nobody asked for one
        self.line = Line()
        self.connections = 0  # rises with every change of the private stream
        # Amends and cancels without an outcome yet: at most one per leg (order-path 6). Every
        # request ends in exactly one outcome, so the set drains by itself.
        self.in_flight: set[tuple[ClientOrderId, CommandKind]] = set()

    def closed(self, standing: Standing) -> str | None:
        """Why the account takes no new orders just now; None if it takes them."""
        if self.refusing is not None:  # before it is open, it has no venue that could be paused
            return self.refusing
        return standing.closed(self.account_id, self.account.venue)
