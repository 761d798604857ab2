"""Opening a paper venue, and connecting to an account there."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal

from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.domain.ids import AccountId, VenueId
from algotradehub.domain.money import ONE
from algotradehub.matching.latency import LatencyModel
from algotradehub.matching.outcomes import Market
from algotradehub.ports.clock import Clock
from algotradehub.ports.disk import Disk
from algotradehub.ports.venue import AccountOpener, Sink, TradingAccount
from algotradehub.venues.paper.account import PaperAccount
from algotradehub.venues.paper.records import Retention
from algotradehub.venues.paper.venue import PaperVenue


@contextmanager
def open_venue(
    venue: VenueId,
    *,
    markets: Sequence[Market],
    clock: Clock,
    disk: Disk,
    leverage: Decimal = ONE,
    retention: Retention | None = None,
) -> Iterator[PaperVenue]:
    """Run a paper venue; see ``PaperVenue`` for what may be raised."""
    opened = PaperVenue(
        venue, markets=markets, clock=clock, disk=disk, leverage=leverage, retention=retention
    )
    try:
        yield opened
    finally:
        opened.close()


def account_opener(
    venue: PaperVenue,
    account: AccountId,
    *,
    latency: LatencyModel | None = None,
    lacks: frozenset[str] = frozenset(),
) -> AccountOpener:
    """Return the opener of an account that is open at ``venue``.

    ``lacks`` names order types and times in force that the venue refuses, as some real ones do.
    """

    @asynccontextmanager
    async def opened(sink: Sink) -> AsyncIterator[TradingAccount]:
        connected = PaperAccount(venue, account, sink, latency=latency, lacks=lacks)
        hang_up = venue.listen(account, connected.receive)
        try:
            connected.receive([Connection(state=ConnectionState.UP)])
            yield connected
        finally:
            hang_up()
            connected.close()

    return opened
