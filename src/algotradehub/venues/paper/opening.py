"""Connecting to an account of a paper venue."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.domain.ids import AccountId
from algotradehub.matching.latency import LatencyModel
from algotradehub.ports.venue import AccountOpener, Sink, TradingAccount
from algotradehub.venues.paper.account import PaperAccount
from algotradehub.venues.paper.venue import PaperVenue


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
