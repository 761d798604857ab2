"""A paper venue keeps order when the disk fails, when accounts meet, and when a listener reacts."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from algotradehub.domain.commands import Cancel
from algotradehub.domain.errors import NotFound, StorageDamaged, VenueUnavailable
from algotradehub.domain.evidence import (
    Acknowledged,
    Balance,
    CommandKind,
    Connection,
    ConnectionState,
    Execution,
    Lost,
    NotSent,
    OrderState,
    Unreadable,
)
from algotradehub.domain.ids import Asset, Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import Trade
from algotradehub.domain.order import BaseAmount, OrderStatus, OrderType, QuoteAmount, TimeInForce
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.matching.self_trade import SelfTrade
from algotradehub.ports.venue import Channel, OrderName, Word
from algotradehub.venues.paper.account import PaperAccount
from algotradehub.venues.paper.opening import open_venue
from algotradehub.venues.paper.records import Retention
from algotradehub.venues.paper.venue import PaperVenue
from tests.fakes.disk import FailingDisk, MemoryDisk
from tests.unit.venues.paper.markets import (
    ALICE,
    BOB,
    BTC,
    ETH,
    OPENING,
    USDT,
    VENUE,
    Exchange,
    perpetual,
    spot,
)

HALF = Decimal("0.25")


def names(events: Sequence[Word]) -> list[str]:
    return [type(event).__name__ for event in events]


async def test_one_request_is_told_in_one_order() -> None:
    exchange = Exchange()
    exchange.rest(Side.SELL, exchange.price, HALF)
    await exchange.trader().place(price=exchange.price)
    assert names(exchange.events) == ["Acknowledged", "Execution", "Balance", "Balance"]
    acknowledged, execution, base, quote = exchange.events
    assert isinstance(acknowledged, Acknowledged)
    assert acknowledged.venue_order_id == "1"
    assert isinstance(execution, Execution)
    assert (execution.execution_id, execution.status) == ("1", OrderStatus.PARTIALLY_FILLED)
    assert execution.cumulative == HALF
    fee = HALF * exchange.price * Decimal("0.002")
    rest = HALF * exchange.price * Decimal("1.002")
    assert base == Balance(
        asset=BTC,
        total=OPENING[BTC] + HALF,
        available=OPENING[BTC] + HALF,
        venue_time_ns=execution.venue_time_ns,
    )
    assert isinstance(quote, Balance)
    assert quote.total == OPENING[USDT] - HALF * exchange.price - fee
    assert quote.available == quote.total - rest


async def test_what_an_order_holds_back_is_told_a_little_later() -> None:
    exchange = Exchange()
    await exchange.trader().place(price=exchange.price)
    acknowledged, balance = exchange.events
    assert isinstance(acknowledged, Acknowledged)
    assert isinstance(balance, Balance)
    assert balance.venue_time_ns == acknowledged.venue_time_ns + 50_000_000
    assert balance.total == OPENING[USDT]
    assert balance.available == exchange.venue.customer(ALICE).wallet.available(USDT)
    assert balance.available < balance.total


async def test_every_request_is_one_write() -> None:
    exchange = Exchange()
    for price in range(5):
        exchange.rest(Side.SELL, exchange.price + price, Decimal("0.01"))
    writes: list[int] = []
    file = exchange.venue._log._file
    write = file.write

    def count(data: bytes | bytearray | memoryview) -> None:
        writes.append(len(data))
        write(data)

    file.write = count  # type: ignore[method-assign]
    await exchange.trader().place(price=exchange.price + 10)
    assert len(writes) == 1
    assert len([e for e in exchange.events if isinstance(e, Execution)]) == 5


async def test_two_accounts_trade_with_each_other() -> None:
    exchange = Exchange()
    exchange.venue.open_account(BOB, {BTC: Decimal(1)})
    heard: list[Word] = []
    bob = PaperAccount(exchange.venue, BOB, heard.append)
    exchange.venue.listen(BOB, bob.receive)
    trades: list[Trade] = []
    symbol = exchange.instrument.symbol
    exchange.venue.tape.subscribe(Channel(symbol, "trades"), trades.append)  # type: ignore[arg-type]
    order = await exchange.trader().place(price=exchange.price)
    exchange.events, exchange.paper = heard, bob
    await exchange.trader().place(Side.SELL, price=exchange.price)
    exchange_ids = [e.execution_id for e in heard if isinstance(e, Execution)]
    fills = exchange.venue.customer(ALICE).executions
    assert [fill.client_order_id for fill in fills] == [order]
    assert {fill.execution_id for fill in fills}.isdisjoint(exchange_ids)
    assert [(t.price, t.quantity, t.taker) for t in trades] == [
        (exchange.price, exchange.quantity, Side.SELL)
    ]


async def test_what_a_listener_does_is_told_after_what_it_heard() -> None:
    exchange = Exchange()
    heard = exchange.events

    def react(event: Word) -> None:
        heard.append(event)
        if isinstance(event, Acknowledged) and event.command is CommandKind.PLACE:
            exchange.paper.send(
                Cancel(
                    client_order_id=event.client_order_id,
                    venue_order_id=event.venue_order_id,
                    symbol=exchange.instrument.symbol,
                    side=Side.BUY,
                )
            )
            assert not list(exchange.venue.working(ALICE))  # done at once

    exchange.paper = PaperAccount(exchange.venue, ALICE, react)
    exchange.venue._outbox._listeners[ALICE] = exchange.paper.receive
    exchange.rest(Side.SELL, exchange.price, HALF)
    await exchange.trader().place(price=exchange.price)
    told = [n for n in names(heard) if n != "Balance"]
    assert told == ["Acknowledged", "Execution", "Acknowledged", "OrderState"]


async def test_orders_queue_as_before_after_a_restart() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    first = await trader.place(price=exchange.price)
    second = await trader.place(price=exchange.price)
    third = await trader.place(price=exchange.price)
    await trader.amend(first, quantity=exchange.quantity * 2)  # to the end of the queue
    await trader.amend(second, quantity=HALF)  # keeps its place
    exchange.restart()
    exchange.rest(Side.SELL, exchange.price, Decimal(5))
    filled = [e.client_order_id for e in exchange.events if isinstance(e, Execution)]
    assert filled == [second, third, first]


async def test_an_order_due_while_down_expires_at_the_start() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    expires_ns = exchange.now_ns() + 10**10
    await trader.place(price=exchange.price, time_in_force=TimeInForce.GTD, expires_ns=expires_ns)
    exchange.die()
    exchange.clock.advance(60)
    exchange.open()
    exchange.clock.advance(0)
    ends = [e for e in exchange.events if isinstance(e, OrderState)]
    assert [end.status for end in ends] == [OrderStatus.EXPIRED]


async def test_a_failing_disk_takes_the_venue_down() -> None:
    exchange = Exchange()
    failing = FailingDisk(exchange.memory)
    exchange.die()
    exchange.disk = failing
    exchange.open()
    trader = exchange.trader()
    resting = await trader.place(price=exchange.price)
    failing.room = 5
    lost = await trader.place(price=exchange.price)
    assert [type(a) for a in trader.answers(lost, CommandKind.PLACE)] == [Lost]
    down = [e.state for e in exchange.events if isinstance(e, Connection)]
    assert down == [ConnectionState.DOWN]
    later = await trader.place(price=exchange.price)
    await trader.cancel(resting)
    assert [type(a) for a in trader.answers(later, CommandKind.PLACE)] == [NotSent]
    assert [type(a) for a in trader.answers(resting, CommandKind.CANCEL)] == [NotSent]
    name = OrderName(
        client_order_id=lost, venue_order_id=None, symbol=exchange.instrument.symbol, side=Side.BUY
    )
    assert isinstance(await exchange.account.find(name), Unreadable)
    with pytest.raises(VenueUnavailable, match="start it anew"):
        await exchange.account.open_orders()
    with pytest.raises(VenueUnavailable):
        await exchange.account.set_dead_man(30)
    with pytest.raises(VenueUnavailable):
        exchange.venue.deposit(ALICE, USDT, Decimal(1))
    failing.room = None
    exchange.restart()
    assert await exchange.trader().open_ids() == [resting]
    assert await trader.state(lost) is None


def test_an_account_opens_once() -> None:
    exchange = Exchange()
    exchange.venue.open_account(ALICE, {USDT: Decimal(5)})
    exchange.restart()
    assert exchange.venue.customer(ALICE).wallet.available(USDT) == OPENING[USDT]


def test_money_can_be_given_and_taken() -> None:
    exchange = Exchange()
    exchange.venue.deposit(ALICE, USDT, Decimal(5))
    assert [e.total for e in exchange.events if isinstance(e, Balance)] == [OPENING[USDT] + 5]
    with pytest.raises(ValueError, match="100005 USDT available"):
        exchange.venue.deposit(ALICE, USDT, Decimal(-100_006))
    with pytest.raises(NotFound):
        exchange.venue.deposit(BOB, USDT, Decimal(1))


def test_one_stream_per_account() -> None:
    exchange = Exchange()
    with pytest.raises(ValueError, match="connected already"):
        exchange.venue.listen(ALICE, lambda _: None)


def test_a_symbol_is_listed_once_and_here() -> None:
    exchange = Exchange()
    markets = [PriceTimeMarket(spot()), PriceTimeMarket(spot())]
    with pytest.raises(ValueError, match="lists a symbol twice"):
        PaperVenue(VENUE, markets=markets, clock=exchange.clock, disk=exchange.disk)
    with pytest.raises(ValueError, match="belongs to paper:test"):
        PaperVenue(
            VenueId("paper:else"), markets=markets[:1], clock=exchange.clock, disk=exchange.disk
        )


async def test_a_symbol_on_record_must_stay_listed() -> None:
    exchange = Exchange([spot(), spot(ETH)])
    await exchange.trader().place(price=exchange.price)
    exchange.instruments.pop(0)
    with pytest.raises(StorageDamaged, match="BTC/USDT, which is not listed any more"):
        exchange.restart()


async def test_what_ended_is_forgotten_by_count_and_by_age() -> None:
    exchange = Exchange()
    exchange.die()
    exchange.open(retention=Retention(seconds=60, count=3))
    trader = exchange.trader()
    orders = []
    for _ in range(5):
        exchange.rest(Side.SELL, exchange.price, exchange.quantity)
        orders.append(await trader.place(price=exchange.price))
    customer = exchange.venue.customer(ALICE)
    assert list(customer.orders) == orders[2:]
    assert [e.client_order_id for e in customer.executions] == orders[2:]
    resting = await trader.place(price=exchange.price)
    exchange.clock.advance(120)
    last = await trader.place(price=exchange.price)
    await trader.cancel(last)
    assert list(customer.orders) == [resting, last]
    assert await trader.open_ids() == [resting]
    assert list(customer.by_venue_id) == ["6", "7"]


async def test_time_never_steps_back() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    await trader.place(price=exchange.price)
    exchange.clock.step_wall(-3600)
    order = await trader.place(price=exchange.price, send_before_ns=2**62)
    first, second = [e.venue_time_ns for e in exchange.events if isinstance(e, Acknowledged)]
    assert second >= first
    assert (await trader.found(order)).venue_time_ns == second


def test_a_venue_is_closed_with_its_context() -> None:
    exchange = Exchange()
    disk = MemoryDisk(exchange.clock)
    with open_venue(
        VENUE, markets=[PriceTimeMarket(spot())], clock=exchange.clock, disk=disk
    ) as venue:
        venue.open_account(ALICE, {Asset("EUR"): Decimal(1)})
    with pytest.raises(AssertionError, match="closed"):
        venue.deposit(ALICE, Asset("EUR"), Decimal(1))


def test_a_mark_is_kept() -> None:
    exchange = Exchange()
    symbol = exchange.instrument.symbol
    assert exchange.venue.mark(symbol) is None
    exchange.venue.settle(symbol, (), mark=Decimal("12.5"))
    exchange.restart()
    assert exchange.venue.mark(symbol) == Decimal("12.5")


async def test_an_amendment_must_be_paid_for() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    order = await trader.place(price=exchange.price, amount=BaseAmount(Decimal(50)))
    await trader.amend(order, quantity=Decimal(200))
    (answer,) = trader.answers(order, CommandKind.AMEND)
    assert "INSUFFICIENT_BALANCE" in str(answer)
    await trader.amend(order, quantity=Decimal(90))  # what it holds already counts
    assert (await trader.found(order)).quantity == 90


def test_an_unlisted_symbol_has_no_quote() -> None:
    with pytest.raises(NotFound):
        Exchange().venue.tape.quote(Symbol("NOBODY/KNOWS"))


async def test_the_last_execution_tells_that_an_order_is_filled() -> None:
    exchange = Exchange()
    exchange.rest(Side.SELL, exchange.price, HALF)
    exchange.rest(Side.SELL, exchange.price, HALF)
    await exchange.trader().place(price=exchange.price)
    statuses = [e.status for e in exchange.events if isinstance(e, Execution)]
    assert statuses == [OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED]
    assert not any(isinstance(event, OrderState) for event in exchange.events)


async def test_an_amended_order_holds_what_it_may_cost_now() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    order = await trader.place(price=exchange.price)
    await trader.amend(order, limit_price=exchange.price / 2)
    held = exchange.quantity * exchange.price / 2 * Decimal("1.002")
    assert exchange.venue.customer(ALICE).wallet.available(USDT) == OPENING[USDT] - held


async def test_execution_ids_go_on_after_a_restart() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    for _ in range(2):
        for _ in range(2):
            exchange.rest(Side.SELL, exchange.price, exchange.quantity)
            await trader.place(price=exchange.price)
        exchange.restart()
    ids = [e.execution_id for e in exchange.events if isinstance(e, Execution)]
    assert ids == ["1", "2", "3", "4"]


async def test_a_partial_fill_goes_on_after_a_restart() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    order = await trader.place(price=exchange.price)
    exchange.rest(Side.SELL, exchange.price, HALF)
    exchange.restart()
    exchange.rest(Side.SELL, exchange.price, Decimal(5))
    state = await trader.found(order)
    assert (state.status, state.filled) == (OrderStatus.FILLED, exchange.quantity)
    assert state.value == exchange.quantity * exchange.price


async def test_reduce_only_knows_the_position_after_a_restart() -> None:
    exchange = Exchange([perpetual()])
    trader = exchange.trader()
    exchange.rest(Side.SELL, exchange.price, exchange.quantity)
    await trader.place(price=exchange.price)
    exchange.restart()
    await trader.place(Side.SELL, price=exchange.price, reduce_only=True)
    exchange.rest(Side.BUY, exchange.price, Decimal(5))
    assert await exchange.account.positions() == []


async def test_orders_of_one_account_may_be_kept_apart() -> None:
    market = PriceTimeMarket(spot(), self_trade=SelfTrade.DECREMENT)
    exchange = Exchange(markets=[market])
    trader = exchange.trader()
    resting = await trader.place(Side.SELL, price=exchange.price)
    value = exchange.quantity * exchange.price / 2
    taker = await trader.place(order_type=OrderType.MARKET, amount=QuoteAmount(value))
    assert (await trader.found(taker)).status is OrderStatus.CANCELLED
    state = await trader.found(resting)
    assert (state.status, state.quantity) == (OrderStatus.OPEN, HALF)
    smaller = await trader.place(price=exchange.price, amount=BaseAmount(HALF * 2))
    assert await trader.open_ids() == [smaller]
    wallet = exchange.venue.customer(ALICE).wallet
    held = HALF * exchange.price * Decimal("1.002")
    assert (wallet.available(BTC), wallet.available(USDT)) == (OPENING[BTC], OPENING[USDT] - held)
    exchange.restart()
    assert await trader.open_ids() == [smaller]


async def test_a_dead_mans_switch_survives_the_venue() -> None:
    exchange = Exchange()
    trader = exchange.trader()
    order = await trader.place(price=exchange.price)
    await exchange.account.set_dead_man(30)
    exchange.restart()
    exchange.clock.advance(29)
    assert await exchange.trader().open_ids() == [order]
    exchange.clock.advance(1)
    assert await exchange.trader().open_ids() == []
    other = await exchange.trader().place(price=exchange.price)
    exchange.restart()
    exchange.clock.advance(60)
    assert await exchange.trader().open_ids() == [other], "it has fired"
