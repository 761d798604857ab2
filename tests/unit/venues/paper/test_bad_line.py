"""A bad line loses answers and streams, and never the truth at the venue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from algotradehub.domain.commands import CancelAll
from algotradehub.domain.errors import OutcomeUnknown, VenueUnavailable
from algotradehub.domain.evidence import (
    Acknowledged,
    CommandKind,
    Connection,
    ConnectionState,
    Found,
    Lost,
    NotSent,
    OrderState,
    Unreadable,
)
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.ports.venue import OrderName, Sink, TradingAccount, Word
from algotradehub.venues.paper.bad_line import BadLine, Trouble, over_bad_line
from algotradehub.venues.paper.opening import account_opener
from tests.unit.venues.paper.markets import ALICE, BOB, OPENING, Exchange, jittered

NEVER_S = 1e9


class FarExchange(Exchange):
    """An exchange at the other end of a bad line."""

    def __init__(
        self, *, every_s: float = NEVER_S, loses: float = 0.0, answer_s: float = 0.0
    ) -> None:
        super().__init__(latency=jittered(answer_s=answer_s) if answer_s else None)
        self.events.clear()
        trouble = Trouble(every_s=every_s, for_s=2.0, loses=loses)
        near = self.paper
        self.line = BadLine(near, self.events.append, trouble, clock=self.clock, random=Random(1))
        near._sink = self.line.receive

    @property
    def account(self) -> TradingAccount:
        return self.line

    def of(self, *kinds: type[Word]) -> list[Word]:
        return [event for event in self.events if isinstance(event, kinds)]

    def pass_until(self, state: ConnectionState) -> None:
        while not any(e.state is state for e in self.events if isinstance(e, Connection)):
            self.clock.advance(0.1)
        self.events.clear()

    def name(self, order_id: ClientOrderId) -> OrderName:
        return OrderName(
            client_order_id=order_id,
            venue_order_id=None,
            symbol=self.instrument.symbol,
            side=Side.BUY,
        )


async def test_a_good_day_is_as_without_it() -> None:
    exchange = FarExchange()
    await exchange.trader().place(price=exchange.price)
    assert [type(event).__name__ for event in exchange.events] == ["Acknowledged", "Balance"]
    assert (exchange.line.id, exchange.line.venue) == (ALICE, exchange.venue.id)
    assert len(await exchange.line.open_orders()) == 1
    assert len(await exchange.line.balances()) == 2
    assert await exchange.line.positions() == []
    assert await exchange.line.fills_since(0) == []
    assert len(await exchange.line.instruments()) == 1
    exchange.line.send(CancelAll())
    assert not list(exchange.venue.working(ALICE))


async def test_a_lost_answer_is_told_lost_and_the_order_is_there() -> None:
    exchange = FarExchange(loses=1.0)
    order_id = await exchange.trader().place(price=exchange.price)
    assert exchange.of(Acknowledged, Lost) == []
    exchange.clock.advance(exchange.line.capabilities.request_timeout_s)
    (lost,) = exchange.of(Acknowledged, Lost)
    assert isinstance(lost, Lost)
    assert (lost.command, lost.client_order_id) == (CommandKind.PLACE, order_id)
    assert isinstance(await exchange.line.find(exchange.name(order_id)), Found)


async def test_while_it_is_cut_nothing_leaves_and_nothing_is_heard() -> None:
    exchange = FarExchange(every_s=10.0)
    resting = await exchange.trader().place(price=exchange.price)
    exchange.pass_until(ConnectionState.DOWN)
    await exchange.trader().place(price=exchange.price)
    (unsent,) = exchange.events
    assert isinstance(unsent, NotSent)
    assert [order.client_order_id for order in exchange.venue.working(ALICE)] == [resting]
    exchange.line.send(CancelAll())
    assert len(list(exchange.venue.working(ALICE))) == 1
    exchange.paper.send(CancelAll())
    assert exchange.of(OrderState) == []
    assert isinstance(await exchange.line.find(exchange.name(resting)), Unreadable)
    for ask in (
        exchange.line.open_orders(),
        exchange.line.balances(),
        exchange.line.positions(),
        exchange.line.instruments(),
        exchange.line.fills_since(0),
    ):
        with pytest.raises(VenueUnavailable, match="the line is cut"):
            await ask
    exchange.pass_until(ConnectionState.UP)
    assert await exchange.line.open_orders() == []


async def test_an_answer_on_its_way_is_lost_with_the_line() -> None:
    exchange = FarExchange(every_s=10.0, answer_s=0.3)
    outage_s = Random(1).expovariate(1 / 10.0)
    exchange.clock.advance(outage_s - 0.1)
    await exchange.trader().place(price=exchange.price)
    answers = exchange.of(Acknowledged, Lost)
    assert [type(answer) for answer in answers] == [Lost]
    assert len(list(exchange.venue.working(ALICE))) == 1


async def test_outages_come_again_until_it_is_closed() -> None:
    exchange = FarExchange(every_s=10.0)
    exchange.clock.advance(300)
    states = [event.state for event in exchange.events if isinstance(event, Connection)]
    assert len(states) > 10
    assert states[:4] == [ConnectionState.DOWN, ConnectionState.UP] * 2
    exchange.line.close()
    exchange.events.clear()
    exchange.clock.advance(300)
    assert exchange.events == []


async def test_an_opened_account_speaks_over_the_line() -> None:
    exchange = Exchange()
    exchange.venue.open_account(BOB, OPENING)
    heard: list[Word] = []
    closed: list[str] = []

    @asynccontextmanager
    async def opener(sink: Sink) -> AsyncIterator[TradingAccount]:
        async with account_opener(exchange.venue, BOB)(sink) as account:
            yield account
        closed.append("account")

    trouble = Trouble(every_s=10.0, for_s=2.0, loses=0.0)
    opened = over_bad_line(opener, trouble, clock=exchange.clock, seed=1)
    async with opened(heard.append) as account:
        assert heard == [Connection(state=ConnectionState.UP)]
        assert account.id == BOB
        exchange.clock.advance(300)
        assert Connection(state=ConnectionState.UP) in heard[1:]
    count = len(heard)
    exchange.clock.advance(300)
    assert (len(heard), closed) == (count, ["account"])


async def test_a_dead_mans_switch_is_set_or_nobody_knows() -> None:
    far = FarExchange()
    await far.line.set_dead_man(30)
    order = await far.trader().place(price=far.price)
    far.clock.advance(31)
    assert await far.trader().open_ids() == [], f"{order} has ended"
    cut = FarExchange(every_s=1.0)
    cut.pass_until(ConnectionState.DOWN)
    with pytest.raises(VenueUnavailable):
        await cut.line.set_dead_man(30)


async def test_an_answer_about_the_switch_may_be_lost() -> None:
    far = FarExchange(loses=1.0)

    async def asks() -> None:
        with pytest.raises(OutcomeUnknown):
            await far.line.set_dead_man(30)

    async with asyncio.TaskGroup() as group:
        group.create_task(asks())
        group.create_task(far.pass_time(far.line.capabilities.request_timeout_s))
    far.line._trouble = Trouble(every_s=NEVER_S, for_s=2.0, loses=0.0)
    await far.trader().place(price=far.price)
    far.clock.advance(30)
    assert await far.trader().open_ids() == [], "it was set all the same"
