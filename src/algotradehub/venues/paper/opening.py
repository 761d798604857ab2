"""Connecting to an account of a paper venue."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.domain.ids import AccountId
from algotradehub.ports.venue import AccountOpener, Sink, TradingAccount
from algotradehub.venues.paper.account import PaperAccount
from algotradehub.venues.paper.venue import PaperVenue


def account_opener(
    venue: PaperVenue, account: AccountId, *, latency_s: float = 0.0, seed: int = 0
) -> AccountOpener:
    """Return the opener of an account that is open at ``venue``."""

    @asynccontextmanager
    async def opened(sink: Sink) -> AsyncIterator[TradingAccount]:
        connected = PaperAccount(venue, account, sink, latency_s=latency_s, seed=seed)
        hang_up = venue.listen(account, connected.receive)
        try:
            connected.receive([Connection(state=ConnectionState.UP)])
            yield connected
        finally:
            hang_up()

    return opened
