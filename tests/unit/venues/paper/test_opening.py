"""Connecting to a paper account, and hanging up."""

import msgspec

from algotradehub.domain.commands import Place
from algotradehub.domain.evidence import Connection, ConnectionState, Refused
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.order import OrderType, TimeInForce
from algotradehub.ports.venue import Word
from algotradehub.venues.paper.opening import account_opener
from tests.unit.domain.examples import order
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


async def test_what_a_venue_is_told_to_lack_it_does_not_offer_and_refuses() -> None:
    exchange = Exchange()
    exchange.venue.open_account(BOB, OPENING)
    heard: list[Word] = []
    lacks = frozenset({"TRAILING_STOP", "GTD"})
    async with account_opener(exchange.venue, BOB, lacks=lacks)(heard.append) as account:
        offered = account.capabilities
        assert OrderType.TRAILING_STOP not in offered.order_types
        assert OrderType.STOP_MARKET in offered.order_types
        assert TimeInForce.GTD not in offered.times_in_force
        request = msgspec.structs.replace(order().request, type=OrderType.TRAILING_STOP)
        name = ClientOrderId("a" * 32)
        last_ns = exchange.clock.now_ns() + 1
        account.send(Place(client_order_id=name, request=request, send_before_ns=last_ns))
    refused = heard[-1]
    assert isinstance(refused, Refused)
    assert (refused.client_order_id, refused.code) == (name, "unsupported")
