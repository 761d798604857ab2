"""A trading account at a paper venue."""

import random
from collections import deque
from collections.abc import Sequence
from itertools import dropwhile
from typing import Final

from algotradehub.domain.capabilities import (
    AbsenceProof,
    AbsenceRule,
    AmendStyle,
    Capabilities,
)
from algotradehub.domain.commands import Amend, Cancel, CancelAll, OrderCommand, Place
from algotradehub.domain.errors import VenueUnavailable
from algotradehub.domain.evidence import (
    Balance,
    CommandKind,
    Evidence,
    Execution,
    Found,
    LookUp,
    Lost,
    NotSeen,
    NotSent,
    OrderState,
    PositionReport,
    Unreadable,
)
from algotradehub.domain.ids import AccountId, VenueId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import OrderType, TimeInForce
from algotradehub.ports.venue import OrderName, Sink
from algotradehub.venues.paper.venue import PaperVenue

CAPABILITIES: Final = Capabilities(
    order_types=frozenset(OrderType),
    times_in_force=frozenset(TimeInForce),
    # A request is executed while it is sent, or never; only the answer may take its time.
    absence=AbsenceRule(
        proof=AbsenceProof.LOOKUPS,
        expiry_s=0.0,
        backend_timeout_s=0.0,
        clock_error_s=0.0,
        settle_s=0.2,
    ),
    quote_amounts=True,
    amend=AmendStyle.IN_PLACE,
)


class PaperAccount:
    """Implements ``TradingAccount`` over one account of a ``PaperVenue``.

    Evidence arrives in the order in which things happened; what a sink sends while it is told is
    done at once and told after the rest. With ``latency_s`` messages take that long, a
    seeded fifth more or less, and none overtakes another; the venue itself acts at once.
    """

    def __init__(
        self,
        venue: PaperVenue,
        account: AccountId,
        sink: Sink,
        *,
        latency_s: float = 0.0,
        seed: int = 0,
    ) -> None:
        """Look after an account that is open at ``venue``; ``account_opener`` connects it.

        Raises:
            NotFound: There is no such account.
        """
        venue.customer(account)
        self.capabilities = CAPABILITIES
        self._id = account
        self._venue = venue
        self._sink = sink
        self._latency_s = latency_s
        self._jitter = random.Random(seed)
        self._coming: deque[Sequence[Evidence]] = deque()

    @property
    def id(self) -> AccountId:
        return self._id

    @property
    def venue(self) -> VenueId:
        return self._venue.id

    def send(self, command: OrderCommand) -> None:
        """See ``TradingAccount``; ``CancelAll`` is answered by the end of each order."""
        venue = self._venue
        failure = venue.failure
        match command:
            case Place() | Amend():
                if venue.clock.now_ns() > command.send_before_ns:
                    failure = "it was too late to send"
            case Cancel():
                pass
            case CancelAll():
                if failure is None:
                    venue.cancel_all(self._id, command)
                return
        if failure is not None:
            self.receive([_not_sent(command, failure)])
        elif not self._asked(command):
            self.receive([_lost(command, f"{venue.id} broke down: {venue.failure}")])

    async def find(self, name: OrderName) -> LookUp:
        if self._venue.failure is not None:
            return Unreadable(reason=self._venue.failure)
        order = self._venue.customer(self._id).order(name.client_order_id, name.venue_order_id)
        if order is None:
            return NotSeen(sources=CAPABILITIES.absence.sources)
        return Found(state=order.state())

    async def open_orders(self) -> Sequence[OrderState]:
        self._require_up()
        return [order.state() for order in self._venue.working(self._id)]

    async def fills_since(self, since_ns: int) -> Sequence[Execution]:
        """See ``TradingAccount``; as far back as the venue's retention reaches."""
        self._require_up()
        executions = self._venue.customer(self._id).executions
        return list(dropwhile(lambda execution: execution.venue_time_ns < since_ns, executions))

    async def balances(self) -> Sequence[Balance]:
        self._require_up()
        return self._venue.customer(self._id).wallet.balances(self._venue.now_ns())

    async def positions(self) -> Sequence[PositionReport]:
        self._require_up()
        return self._venue.customer(self._id).wallet.positions(self._venue.now_ns())

    async def instruments(self) -> Sequence[Instrument]:
        return list(self._venue.instruments.values())

    def receive(self, evidence: Sequence[Evidence]) -> None:
        """Take what the venue tells, and hand it to the sink when it arrives."""
        if not self._latency_s:
            self._hand_over(evidence)
            return
        self._coming.append(evidence)
        self._venue.clock.after(self._latency_s * self._jitter.uniform(0.8, 1.2), self._arrived)

    def _arrived(self) -> None:
        # Whichever timer fires first, the oldest message is the one that arrives.
        self._hand_over(self._coming.popleft())

    def _hand_over(self, evidence: Sequence[Evidence]) -> None:
        for one in evidence:
            self._sink(one)

    def _asked(self, command: Place | Amend | Cancel) -> bool:
        match command:
            case Place():
                return self._venue.place(self._id, command)
            case Amend():
                return self._venue.amend(self._id, command)
            case Cancel():
                return self._venue.cancel(self._id, command)

    def _require_up(self) -> None:
        if self._venue.failure is not None:
            raise VenueUnavailable(self._venue.id, self._venue.failure)


def _kind(command: Place | Amend | Cancel) -> CommandKind:
    match command:
        case Place():
            return CommandKind.PLACE
        case Amend():
            return CommandKind.AMEND
        case Cancel():
            return CommandKind.CANCEL


def _not_sent(command: Place | Amend | Cancel, reason: str) -> NotSent:
    return NotSent(command=_kind(command), client_order_id=command.client_order_id, reason=reason)


def _lost(command: Place | Amend | Cancel, reason: str) -> Lost:
    return Lost(command=_kind(command), client_order_id=command.client_order_id, reason=reason)
