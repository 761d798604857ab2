"""Whatever happens to a paper venue, its log tells all of it to the process that comes after."""

from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.conformance.trader import Trader
from algotradehub.domain.commands import Amend, Cancel, Place
from algotradehub.domain.evidence import Acknowledged, CommandKind, Execution, Found, NotSeen
from algotradehub.domain.ids import IdempotencyKey, TenantId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO, money_context
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    OrderRequest,
    OrderType,
    QuoteAmount,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.ports.venue import OrderName
from tests.unit.venues.paper.markets import ALICE, BTC, OPENING, USDT, Exchange, perpetual, spot

FAR_NS = 2**62


class Ours(NamedTuple):
    side: Side
    price: int
    lots: int
    kind: str  # GTC, IOC, FOK, GTD, market, value, stop, stop limit, trail


class Change(NamedTuple):
    which: int
    price: int | None
    lots: int | None


class Drop(NamedTuple):
    which: int


class Theirs(NamedTuple):
    side: Side
    price: int
    lots: int


class Wait(NamedTuple):
    seconds: int


# Few prices and sizes, so that orders meet.
sides = st.sampled_from(Side)
prices = st.integers(998, 1_002)
lots = st.integers(1, 5)
kinds = st.sampled_from(
    ["GTC", "GTC", "IOC", "FOK", "GTD", "market", "value", "stop", "stop limit", "trail"]
)
TYPES = {
    "market": OrderType.MARKET,
    "value": OrderType.MARKET,
    "stop": OrderType.STOP_MARKET,
    "stop limit": OrderType.STOP_LIMIT,
    "trail": OrderType.TRAILING_STOP,
}
which = st.integers(0, 5)
actions = st.lists(
    st.builds(Ours, sides, prices, lots, kinds)
    | st.builds(Theirs, sides, prices, lots)
    | st.builds(Change, which, st.none() | prices, st.none() | lots)
    | st.builds(Drop, which)
    | st.builds(Wait, st.integers(0, 20)),
    max_size=25,
)
instruments = st.sampled_from([spot(), perpetual()])


class Story:
    """An exchange, what was done to it, and how it looked whenever its log was of one size."""

    def __init__(self, instrument: Instrument) -> None:
        self.exchange = Exchange([instrument])
        self.trader = Trader(self.exchange)
        self.places: list[Place] = []
        self.pictures = {self.log_size: self.picture()}

    @property
    def log(self) -> bytearray:
        (content,) = self.exchange.memory.files.values()
        return content.data

    @property
    def log_size(self) -> int:
        return len(self.log)

    def picture(self) -> object:
        venue = self.exchange.venue
        customer = venue.customer(ALICE)
        return (
            [order.state() for order in venue.working(ALICE)],
            dict(customer.orders),
            list(customer.executions),
            sorted(customer.wallet.balances(0), key=lambda balance: balance.asset),
            customer.wallet.positions(0),
        )

    def tell(self, history: list[object]) -> None:
        for action in history:
            self.do(action)
            self.pictures[self.log_size] = self.picture()

    def do(self, action: object) -> None:
        exchange = self.exchange
        match action:
            case Ours():
                self.place(action)
            case Theirs(side, price, count):
                exchange.rest(side, Decimal(price), count * Decimal("0.1"))
            case Change(number, price, count) if number < len(self.places):
                place = self.places[number]
                moved = None if price is None else Decimal(price)
                waits = place.request.trigger is not None
                amendment = Amendment(
                    quantity=None if count is None else count * Decimal("0.1"),
                    limit_price=None if waits else moved,
                    trigger_price=moved if waits else None,
                )
                exchange.paper.send(
                    Amend(
                        client_order_id=place.client_order_id,
                        venue_order_id=None,
                        symbol=place.request.symbol,
                        side=place.request.side,
                        amendment=amendment,
                        send_before_ns=FAR_NS,
                    )
                )
            case Drop(number) if number < len(self.places):
                place = self.places[number]
                exchange.paper.send(
                    Cancel(
                        client_order_id=place.client_order_id,
                        venue_order_id=None,
                        symbol=place.request.symbol,
                        side=place.request.side,
                    )
                )
            case Wait(seconds):
                exchange.clock.advance(seconds)
            case _:
                pass

    def place(self, order: Ours) -> None:
        quantity, price = order.lots * Decimal("0.1"), Decimal(order.price)
        plain = order.kind in TimeInForce.__members__
        rises = TriggerDirection.RISES_TO if order.side is Side.BUY else TriggerDirection.FALLS_TO
        waits = order.kind.startswith("stop")
        request = OrderRequest(
            tenant=TenantId("t"),
            account=ALICE,
            symbol=self.exchange.instrument.symbol,
            side=order.side,
            type=TYPES.get(order.kind, OrderType.LIMIT),
            amount=QuoteAmount(quantity * price) if order.kind == "value" else BaseAmount(quantity),
            idempotency_key=IdempotencyKey("k"),
            limit_price=price if plain or order.kind == "stop limit" else None,
            trigger=Trigger(price=price, direction=rises) if waits else None,
            trail=Trail(offset=Decimal(order.lots)) if order.kind == "trail" else None,
            time_in_force=TimeInForce[order.kind] if plain else TimeInForce.GTC,
            expires_ns=self.exchange.now_ns() + 10**10 if order.kind == "GTD" else None,
        )
        place = Place(client_order_id=self.trader.new_id(), request=request, send_before_ns=FAR_NS)
        self.places.append(place)
        self.exchange.paper.send(place)


@given(instruments, actions)
@pytest.mark.design_property(36)
def test_a_restart_changes_nothing(instrument: Instrument, history: list[object]) -> None:
    with money_context():
        story = Story(instrument)
        story.tell(history)
        before = story.picture()
        story.exchange.restart()
        assert story.picture() == before


@given(instruments, actions, st.data())
def test_a_torn_log_is_as_if_the_last_request_had_not_come(
    instrument: Instrument, history: list[object], data: st.DataObject
) -> None:
    with money_context():
        story = Story(instrument)
        first = story.log_size
        story.tell(history)
        cut = data.draw(st.integers(first, story.log_size))
        del story.log[cut:]
        story.exchange.restart()
        whole = max(size for size in story.pictures if size <= cut)
        assert story.picture() == story.pictures[whole]
        assert story.log_size == whole


@given(instruments, actions)
def test_compaction_keeps_everything(instrument: Instrument, history: list[object]) -> None:
    with money_context():
        story = Story(instrument)
        story.tell(history)
        # Any size is too large, once the file has grown to four times its snapshot.
        story.exchange.restart(compact_bytes=1)
        story.exchange.venue.deposit(ALICE, BTC, Decimal(1))
        while story.log_size < 4_000:
            story.exchange.venue.deposit(ALICE, BTC, Decimal(1))
        story.exchange.clock.advance(1.1)
        before = story.picture()
        (name,) = story.exchange.memory.names()
        assert name.endswith("2.log")
        story.exchange.restart()
        assert story.picture() == before


@given(instruments, actions)
@pytest.mark.design_property(19)
def test_money_and_orders_add_up(instrument: Instrument, history: list[object]) -> None:
    with money_context():
        story = Story(instrument)
        story.tell(history)
        executions = [e for e in story.exchange.events if isinstance(e, Execution)]
        customer = story.exchange.venue.customer(ALICE)
        assert list(customer.executions) == executions
        balances = {b.asset: b for b in customer.wallet.balances(0)}
        if instrument.is_spot:
            base = sum((e.side.sign * e.quantity for e in executions), ZERO)
            quote = sum((e.side.sign * e.quantity * e.price + fee(e) for e in executions), ZERO)
            assert balances[BTC].total == OPENING[BTC] + base
            assert balances[USDT].total == OPENING[USDT] - quote
        for order in customer.orders.values():
            mine = [e for e in executions if e.client_order_id == order.client_order_id]
            assert order.filled == sum((e.quantity for e in mine), ZERO)
            assert order.paid == sum((e.quantity * e.price for e in mine), ZERO)
            assert order.quantity is None or order.filled <= order.quantity
        for balance in balances.values():
            assert ZERO <= balance.available <= balance.total
        if not list(story.exchange.venue.working(ALICE)) and instrument.is_spot:
            assert all(balance.available == balance.total for balance in balances.values())


def fee(execution: Execution) -> Decimal:
    assert execution.fee is not None
    assert execution.fee_asset == USDT
    return execution.fee


@given(actions)
async def test_what_was_acknowledged_is_found_and_nothing_else(history: list[object]) -> None:
    with money_context():
        story = Story(spot())
        story.tell(history)
        story.exchange.restart()
        acknowledged = {
            event.client_order_id
            for event in story.exchange.events
            if isinstance(event, Acknowledged) and event.command is CommandKind.PLACE
        }
        for place in story.places:
            name = OrderName(
                client_order_id=place.client_order_id,
                venue_order_id=None,
                symbol=place.request.symbol,
                side=place.request.side,
            )
            seen = await story.exchange.account.find(name)
            known = place.client_order_id in acknowledged
            assert isinstance(seen, Found if known else NotSeen)
