"""Connecting to a paper account, and hanging up."""

from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.ports.venue import Word
from algotradehub.venues.paper.opening import account_opener
from tests.unit.venues.paper.markets import BOB, OPENING, USDT, Exchange


async def test_an_account_is_told_of_its_connection_and_nothing_after() -> None:
    exchange = Exchange()
    exchange.venue.open_account(BOB, OPENING)
    heard: list[Word] = []
    async with account_opener(exchange.venue, BOB)(heard.append) as account:
        assert heard == [Connection(state=ConnectionState.UP)]
        assert (account.id, account.venue) == (BOB, exchange.venue.id)
    exchange.venue.deposit(BOB, USDT, OPENING[USDT])
    assert len(heard) == 1
