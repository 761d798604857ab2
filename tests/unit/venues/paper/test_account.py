"""The way to a paper venue and back: connections, latency, and what is too late."""

import pytest

from algotradehub.domain.commands import CancelAll
from algotradehub.domain.errors import NotFound
from algotradehub.domain.evidence import (
    Balance,
    Found,
    OrderState,
    Refused,
)
from algotradehub.domain.ids import VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.ports.venue import OrderName
from algotradehub.venues.paper.account import PaperAccount
from tests.unit.venues.paper.markets import ALICE, BOB, OPENING, USDT, Exchange, jittered


async def test_an_account_that_was_never_opened_cannot_connect() -> None:
    exchange = Exchange()
    with pytest.raises(NotFound, match="no paper account bob"):
        PaperAccount(exchange.venue, BOB, lambda _: None)


async def test_the_venue_acts_at_once_and_the_answer_takes_its_time() -> None:
    exchange = Exchange(latency=jittered(answer_s=0.5))
    await exchange.trader().place(price=exchange.price)
    exchange.paper.send(CancelAll())
    assert not list(exchange.venue.working(ALICE))
    exchange.clock.advance(0.39)
    assert not any(isinstance(event, OrderState) for event in exchange.events)
    exchange.clock.advance(0.22)
    assert any(isinstance(event, OrderState) for event in exchange.events)


async def test_no_message_overtakes_another() -> None:
    exchange = Exchange(latency=jittered(answer_s=0.5))
    for number in range(1, 200):
        exchange.venue.deposit(ALICE, USDT, OPENING[USDT] * number)
        exchange.clock.advance(0.01)
    exchange.clock.advance(1)
    totals = [event.total for event in exchange.events if isinstance(event, Balance)]
    assert len(totals) == 199
    assert totals == sorted(totals)


async def test_the_jitter_is_seeded() -> None:
    def arrivals() -> list[tuple[int, int]]:
        exchange = Exchange(latency=jittered(answer_s=0.5))
        seen = []
        for _ in range(20):
            exchange.venue.deposit(ALICE, USDT, OPENING[USDT])
        for _ in range(100):
            exchange.clock.advance(0.01)
            seen.append((exchange.now_ns(), len(exchange.events)))
        return seen

    assert arrivals() == arrivals()


async def test_a_request_acts_when_it_arrives() -> None:
    exchange = Exchange(latency=jittered(request_s=3.0))
    start_ns = exchange.now_ns()
    await exchange.trader().place(price=exchange.price)
    exchange.clock.advance(2.39 - (exchange.now_ns() - start_ns) / 1e9)
    assert not list(exchange.venue.working(ALICE))
    exchange.clock.advance(1.22)
    assert len(list(exchange.venue.working(ALICE))) == 1


async def test_a_request_that_arrives_long_after_its_last_instant_is_refused() -> None:
    exchange = Exchange(latency=jittered(request_s=9.0))
    order_id = await exchange.trader().place(price=exchange.price)
    exchange.clock.advance(10)
    (refused,) = (event for event in exchange.events if isinstance(event, Refused))
    assert (refused.client_order_id, refused.code) == (order_id, "expired")
    assert not list(exchange.venue.working(ALICE))
    assert exchange.paper.capabilities.absence.dead_after_s == 1.0


async def test_what_is_under_way_is_lost_when_the_account_is_closed() -> None:
    exchange = Exchange(latency=jittered(request_s=3.0, answer_s=3.0))
    await exchange.trader().place(price=exchange.price)
    exchange.paper.close()
    exchange.clock.advance(9)
    assert not list(exchange.venue.working(ALICE))
    assert exchange.events == []


async def test_cancel_all_of_nothing_says_nothing() -> None:
    exchange = Exchange()
    exchange.paper.send(CancelAll())
    assert exchange.events == []


async def test_an_order_is_found_by_the_venues_name_too() -> None:
    exchange = Exchange()
    await exchange.trader().place(price=exchange.price)
    name = OrderName(
        client_order_id=None,
        venue_order_id=VenueOrderId("1"),
        symbol=exchange.instrument.symbol,
        side=Side.BUY,
    )
    assert isinstance(await exchange.account.find(name), Found)
