"""A trading account at a paper venue."""

from collections.abc import Sequence
from itertools import dropwhile
from typing import Final

import msgspec

from algotradehub.domain.capabilities import (
    AbsenceProof,
    AbsenceRule,
    AmendStyle,
    Capabilities,
    DeadManRule,
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
    Refused,
    Unreadable,
)
from algotradehub.domain.ids import AccountId, VenueId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import OrderType, TimeInForce
from algotradehub.matching.latency import LatencyModel
from algotradehub.ports.venue import OrderName, Sink
from algotradehub.venues.paper.venue import PaperVenue
from algotradehub.venues.paper.way import Way

CAPABILITIES: Final = Capabilities(
    order_types=frozenset(OrderType),
    times_in_force=frozenset(TimeInForce),
    # Where requests take no time, one is executed while it is sent, or never.
    absence=AbsenceRule(
        proof=AbsenceProof.LOOKUPS,
        expiry_s=0.0,
        backend_timeout_s=0.0,
        clock_error_s=0.0,
        settle_s=0.2,
    ),
    quote_amounts=True,
    amend=AmendStyle.IN_PLACE,
    dead_man=DeadManRule(shortest_s=1.0, longest_s=86_400.0),
)


_EXPIRY_S: Final = 1.0  # a request that arrives so long after its last instant is refused
_NS_PER_S: Final = 1_000_000_000


class PaperAccount:
    """Implements ``TradingAccount`` over one account of a ``PaperVenue``.

    Evidence arrives in the order in which things happened; what a sink sends while it is told is
    done at once and told after the rest. With a ``LatencyModel`` requests and messages take their
    time, in their order; what is asked by look-ups takes none.
    """

    def __init__(
        self,
        venue: PaperVenue,
        account: AccountId,
        sink: Sink,
        *,
        latency: LatencyModel | None = None,
        lacks: frozenset[str] = frozenset(),
    ) -> None:
        """Look after an account that is open at ``venue``; ``account_opener`` connects it.

        Raises:
            NotFound: There is no such account.
        """
        venue.customer(account)
        self.capabilities = CAPABILITIES
        if lacks:
            self.capabilities = msgspec.structs.replace(
                CAPABILITIES,
                order_types=CAPABILITIES.order_types - lacks,
                times_in_force=CAPABILITIES.times_in_force - lacks,
            )
        self._id = account
        self._venue = venue
        self._sink = sink
        self._there: Way[OrderCommand] | None = None
        self._back: Way[Sequence[Evidence]] | None = None
        if latency is not None:
            absence = msgspec.structs.replace(CAPABILITIES.absence, expiry_s=_EXPIRY_S)
            self.capabilities = msgspec.structs.replace(self.capabilities, absence=absence)
            self._there = Way(venue.clock, latency.request_s, self._arrived)
            self._back = Way(venue.clock, latency.answer_s, self._hand_over)

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
        if isinstance(command, CancelAll):
            if failure is not None:
                return
        else:
            if not isinstance(command, Cancel) and venue.clock.now_ns() > command.send_before_ns:
                failure = "it was too late to send"
            if failure is not None:
                self.receive([_not_sent(command, failure)])
                return
        if self._there is None:
            self._act(command)
        else:
            self._there.put(command)

    async def set_dead_man(self, timeout_s: float) -> None:
        """See ``TradingAccount``; like look-ups it takes no time."""
        self._require_up()
        self._venue.set_dead_man(self._id, timeout_s)

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
        if self._back is None:
            self._hand_over(evidence)
        else:
            self._back.put(evidence)

    def close(self) -> None:
        """Lose what is under way."""
        for way in (self._there, self._back):
            if way is not None:
                way.close()

    def _arrived(self, command: OrderCommand) -> None:
        """Act on what took its time, unless the venue's rules forbid to act so late."""
        if isinstance(command, Place | Amend):
            last_ns = command.send_before_ns + int(_EXPIRY_S * _NS_PER_S)
            if self._venue.clock.now_ns() > last_ns:
                self.receive([_expired(command)])
                return
        self._act(command)

    def _act(self, command: OrderCommand) -> None:
        if isinstance(command, CancelAll):
            self._venue.cancel_all(self._id, command)
        elif isinstance(command, Place) and self._lacks(command):
            self.receive([_unsupported(command)])
        elif not self._asked(command):
            reason = f"{self._venue.id} broke down: {self._venue.failure}"
            self.receive([_lost(command, reason)])

    def _lacks(self, command: Place) -> bool:
        request, offered = command.request, self.capabilities
        return (
            request.type not in offered.order_types
            or request.time_in_force not in offered.times_in_force
        )

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


def _unsupported(command: Place) -> Refused:
    request = command.request
    return Refused(
        command=CommandKind.PLACE,
        client_order_id=command.client_order_id,
        code="unsupported",
        reason=f"{request.type} {request.time_in_force} is not offered",
    )


def _expired(command: Place | Amend) -> Refused:
    return Refused(
        command=_kind(command),
        client_order_id=command.client_order_id,
        code="expired",
        reason=f"it arrived more than {_EXPIRY_S:g} s after its last instant",
    )


def _lost(command: Place | Amend | Cancel, reason: str) -> Lost:
    return Lost(command=_kind(command), client_order_id=command.client_order_id, reason=reason)
