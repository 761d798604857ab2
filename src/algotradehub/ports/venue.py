"""What the platform needs from a venue: one feed per venue, one account per wallet."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

import msgspec

from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.commands import OrderCommand
from algotradehub.domain.evidence import (
    Balance,
    Evidence,
    Execution,
    LookUp,
    OrderState,
    PositionReport,
)
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, VenueId, VenueOrderId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.market import BookUpdate, Candle, MarketEvent
from algotradehub.domain.records import Wire

Word: TypeAlias = Evidence | Wire
Sink: TypeAlias = Callable[[Word], None]
MarketSink: TypeAlias = Callable[[MarketEvent], None]


class OrderName(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How to ask a venue for one order."""

    client_order_id: ClientOrderId | None
    venue_order_id: VenueOrderId | None
    symbol: Symbol
    side: Side


class TradingAccount(Protocol):
    """One authenticated account at one venue.

    Outcomes of ``send`` reach the sink given at construction, each exactly once per request:
    ``Acknowledged``, ``Refused``, ``NotSent`` or ``Lost``. A request without an answer ends in
    ``Lost`` after ``capabilities.request_timeout_s``; ``CancelAll`` is answered by the end of each
    order. What the venue pushes reaches the same sink, ``Connection`` UP first of all. The sink may
    be called before ``send`` returns.

    An account with a wire tells the sink its bytes as well: ``Requested`` when a request is
    written, ``Responded`` once for each, before the evidence that is read from it. Secrets are left
    out where the request is encoded.
    """

    @property
    def id(self) -> AccountId: ...

    @property
    def venue(self) -> VenueId: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def send(self, command: OrderCommand) -> None:
        """Encode, sign and write, now. Never raises for a reason of the venue's."""
        ...

    async def set_dead_man(self, timeout_s: float) -> None:
        """Have the venue cancel every order unless it is told so again within ``timeout_s``.

        0 calls that off. It is of the venue's own account: what other programs placed there is
        cancelled, too.

        Raises:
            Unsupported: The venue has no such switch.
            VenueUnavailable: Certainly not done.
            OutcomeUnknown: It may have been done.
            VenueError: The venue refused, or answered what cannot be read.
        """
        ...

    # The queries raise VenueUnavailable, RateLimited, OutcomeUnknown, ProtocolViolation or
    # CredentialRefused when there is no answer that can be read. An empty list is an answer.

    async def find(self, name: OrderName) -> LookUp:
        """Ask every source the venue has for one order; trouble is an answer, not an error."""
        ...

    async def open_orders(self) -> Sequence[OrderState]: ...

    async def fills_since(self, since_ns: int) -> Sequence[Execution]:
        """Executions with a venue time at or after ``since_ns``, oldest first."""
        ...

    async def balances(self) -> Sequence[Balance]: ...

    async def positions(self) -> Sequence[PositionReport]: ...

    async def instruments(self) -> Sequence[Instrument]: ...


AccountOpener: TypeAlias = Callable[[Sink], AbstractAsyncContextManager[TradingAccount]]


class Channel(msgspec.Struct, frozen=True, gc=False):
    """What of one symbol is wanted: ``quotes``, ``trades``, ``book`` or ``candles``."""

    symbol: Symbol
    kind: str
    interval_ns: int = 0  # of candles


class MarketFeed(Protocol):
    """Public market data of one venue."""

    @property
    def venue(self) -> VenueId: ...

    @property
    def candle_intervals_ns(self) -> Sequence[int]:
        """Intervals in which every symbol has candles, shortest first; some may have more."""
        ...

    async def instruments(self) -> Sequence[Instrument]: ...

    def subscribe(self, channel: Channel, sink: MarketSink) -> Callable[[], None]:
        """Deliver events of ``channel`` until the returned function is called.

        Reconnecting is the feed's business. A book subscription starts with a snapshot, and starts
        again with one after every gap.

        Raises:
            NotFound: The symbol is not listed here.
            Unsupported: The venue has no such channel.
        """
        ...

    async def book(self, symbol: Symbol, depth: int) -> BookUpdate:
        """The best ``depth`` levels of each side now, as a snapshot.

        Raises:
            NotFound: The symbol is not listed here.
        """
        ...

    async def candles(
        self, symbol: Symbol, *, interval_ns: int, start_ns: int, end_ns: int
    ) -> Sequence[Candle]:
        """Final candles that start within ``[start_ns, end_ns)``, oldest first.

        Raises:
            NotFound: The symbol is not listed here.
            Unsupported: It has no candles of this interval.
        """
        ...


FeedOpener: TypeAlias = Callable[[], AbstractAsyncContextManager[MarketFeed]]
