"""The scripted venue keeps honest books, and the promises an absence rule is built on."""

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from random import Random

import msgspec
import pytest

from algotradehub.domain.commands import CancelAll
from algotradehub.domain.evidence import (
    Acknowledged,
    Balance,
    Connection,
    ConnectionState,
    Evidence,
    Refused,
)
from algotradehub.domain.ids import Asset, ClientOrderId, Symbol
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import OrderStatus, TimeInForce
from algotradehub.simulation.timeline import Timeline
from algotradehub.simulation.truth import VenueOrder
from algotradehub.simulation.venue import INSTRUMENT, OPENING, ScriptedVenue
from algotradehub.simulation.wires import Wire
from tests.unit.simulation.commands import amend, cancel, client_id, place
from tests.unit.simulation.stage import HONEST, START_NS

S = 1_000_000_000
BTC, USDT = Asset("BTC"), Asset("USDT")
EXPIRY_NS = int(HONEST.expiry_s * S)


@pytest.fixture
def timeline() -> Iterator[Timeline]:
    with closing(Timeline(Random(1), start_ns=START_NS)) as opened:
        yield opened


@pytest.fixture
def venue(timeline: Timeline) -> ScriptedVenue:
    venue = ScriptedVenue(timeline, Random(1), HONEST)
    venue.market = nobody_trades
    return venue


def nobody_trades(order: VenueOrder) -> None:
    """The market where nothing fills."""


def available(venue: ScriptedVenue) -> dict[Asset, Decimal]:
    return {balance.asset: balance.available for balance in venue.told_balances(0)}


# --- promises


@pytest.mark.parametrize(
    ("late_ns", "executed"), [(0, True), (EXPIRY_NS, True), (EXPIRY_NS + 1, False)]
)
def test_a_place_that_arrives_after_its_expiry_is_not_executed(
    timeline: Timeline, venue: ScriptedVenue, late_ns: int, *, executed: bool
) -> None:
    timeline.run_until(START_NS + late_ns)
    answer = venue.place(place(), sent_ns=START_NS)
    assert isinstance(answer, Acknowledged if executed else Refused)
    assert len(venue.orders) == executed
    assert venue.places == {client_id(1): 1}  # it arrived all the same, and is counted


def test_an_amend_that_arrives_after_its_expiry_is_not_executed(
    timeline: Timeline, venue: ScriptedVenue
) -> None:
    venue.place(place(), sent_ns=START_NS)
    timeline.run_until(START_NS + EXPIRY_NS + 1)
    assert isinstance(venue.amend(amend(1, quantity=3), sent_ns=START_NS), Refused)
    assert venue.by_client_id[client_id(1)].quantity == 10


@pytest.mark.parametrize("reusable", [False, True])
def test_a_client_id_is_free_again_only_by_rule_and_after_the_end(
    timeline: Timeline, *, reusable: bool
) -> None:
    rules = msgspec.structs.replace(HONEST, ids_reusable=reusable)
    venue = ScriptedVenue(timeline, Random(1), rules)
    venue.market = nobody_trades
    answers = [venue.place(place(), START_NS), venue.place(place(), START_NS)]
    venue.cancel(cancel(1))
    answers.append(venue.place(place(), START_NS))
    kinds = [isinstance(answer, Acknowledged) for answer in answers]
    assert kinds == [True, False, reusable]
    assert venue.places == {client_id(1): 3}


# --- books


@pytest.mark.parametrize("seed", range(30))
def test_money_moves_by_the_executions_and_their_fees_alone(timeline: Timeline, seed: int) -> None:
    random = Random(seed)
    venue = ScriptedVenue(timeline, random, HONEST)
    for number in range(1, 15):
        side = random.choice((Side.BUY, Side.SELL))
        price = random.choice((None, 95, 100, 105))
        force = random.choice((TimeInForce.GTC, TimeInForce.IOC))
        order = place(number, side, quantity=random.randint(1, 9), price=price, time_in_force=force)
        venue.place(order, sent_ns=timeline.now_ns)
        if random.random() < 0.3:
            venue.cancel(cancel(random.randint(1, number)))
        if random.random() < 0.3:
            venue.amend(amend(random.randint(1, number), quantity=12), sent_ns=timeline.now_ns)
        timeline.run_until(timeline.now_ns + random.randint(0, 5 * S))
        held_back = {
            asset: venue.balances[asset] - rest for asset, rest in available(venue).items()
        }
        assert all(amount >= 0 for amount in held_back.values())
    expected = dict(OPENING)
    for truth in venue.orders.values():
        executions = [execution for _, execution in truth.executions]
        assert truth.filled == sum((e.quantity for e in executions), ZERO) <= truth.quantity
        assert truth.value == sum((e.quantity * e.price for e in executions), ZERO)
        assert (truth.status is OrderStatus.FILLED) is (truth.filled == truth.quantity)
        for execution in executions:
            assert execution.fee is not None
            expected[BTC] += truth.side.sign * execution.quantity
            expected[USDT] -= truth.side.sign * execution.quantity * execution.price
            expected[USDT] -= execution.fee
    assert any(order.filled for order in venue.orders.values())
    assert venue.balances == expected


def test_a_deposit_moves_the_balance_is_told_and_watched(venue: ScriptedVenue) -> None:
    heard: list[Evidence] = []
    watched: list[Decimal] = []
    venue.connect(heard.append)
    heard.clear()
    venue.watcher = lambda: watched.append(venue.balances[BTC])
    venue.deposit(BTC, Decimal(-50))
    assert venue.balances == {**OPENING, BTC: OPENING[BTC] - 50}
    assert venue.deposits == [(BTC, Decimal(-50))]
    assert watched == [OPENING[BTC] - 50]
    venue.timeline.run_until(START_NS + S)
    told = {word.asset: word.total for word in heard if isinstance(word, Balance)}
    assert told == venue.balances


def test_an_open_order_holds_back_what_it_may_cost(venue: ScriptedVenue) -> None:
    venue.place(place(1), START_NS)
    venue.place(place(2, Side.SELL), START_NS)
    assert available(venue) == {BTC: Decimal(990), USDT: OPENING[USDT] - Decimal(1_001)}
    venue.cancel(cancel(1))
    venue.cancel(cancel(2))
    assert available(venue) == OPENING


def test_an_amendment_may_use_what_its_own_order_holds_but_no_more(venue: ScriptedVenue) -> None:
    venue.place(place(1, Side.SELL, quantity=900), START_NS)
    assert isinstance(venue.amend(amend(1, quantity=1_000), START_NS), Acknowledged)
    assert isinstance(venue.amend(amend(1, quantity=1_001), START_NS), Refused)
    assert isinstance(venue.amend(amend(1, price=-5), START_NS), Refused)
    order = venue.by_client_id[client_id(1)]
    assert order.quantity == 1_000
    assert order.price == 100


def test_what_is_filled_cannot_be_amended_away(venue: ScriptedVenue) -> None:
    venue.place(place(1), START_NS)
    order = venue.by_client_id[client_id(1)]
    venue.fill(order, Decimal(4), Decimal(100))
    assert isinstance(venue.amend(amend(1, quantity=4), START_NS), Refused)
    assert isinstance(venue.amend(amend(1, quantity=5), START_NS), Acknowledged)
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert order.remaining == 1


@pytest.mark.parametrize("fills", [0, 3])
def test_what_must_fill_at_once_never_rests(venue: ScriptedVenue, fills: int) -> None:
    def trade(order: VenueOrder) -> None:
        if fills:
            venue.fill(order, Decimal(fills), Decimal(100))

    venue.market = trade
    venue.place(place(1, time_in_force=TimeInForce.IOC), START_NS)
    order = venue.by_client_id[client_id(1)]
    assert order.status is (OrderStatus.CANCELLED if fills else OrderStatus.EXPIRED)


def test_cancel_all_ends_open_orders_of_the_symbol_and_those_made_by_hand(
    venue: ScriptedVenue,
) -> None:
    venue.place(place(1), START_NS)
    venue.place(place(2), START_NS)
    venue.cancel(cancel(2))
    venue.place_by_hand(Side.SELL, Decimal(1), Decimal(100))
    before = [order.as_of(venue.stamp()) for order in venue.orders.values()]
    venue.cancel_all(CancelAll(symbol=Symbol("ETH/USDT")))
    assert [order.as_of(venue.stamp()) for order in venue.orders.values()] == before
    venue.cancel_all(CancelAll())
    assert all(order.status is OrderStatus.CANCELLED for order in venue.orders.values())
    assert [order.client_order_id for order in venue.orders.values()][-1] is None


def test_a_stranger_may_name_an_order_and_the_name_is_told(venue: ScriptedVenue) -> None:
    name = ClientOrderId("web-1")
    for _ in range(2):
        venue.place_by_hand(Side.SELL, Decimal(1), Decimal(100), name)
    for order in venue.orders.values():
        told = order.as_of(venue.stamp())
        assert told is not None
        assert (order.client_order_id, told.client_order_id) == (None, name)
    assert not venue.by_client_id


def test_every_change_of_the_truth_is_watched_and_has_its_own_time(venue: ScriptedVenue) -> None:
    changes: list[Decimal] = []
    venue.watcher = lambda: changes.append(sum((o.remaining for o in venue.orders.values()), ZERO))
    venue.place(place(1), START_NS)
    venue.amend(amend(1, quantity=12), START_NS)
    venue.fill(venue.by_client_id[client_id(1)], Decimal(5), Decimal(100))
    venue.cancel(cancel(1))
    assert changes == [10, 12, 7, 0]
    times = venue.by_client_id[client_id(1)]._times
    assert times == sorted(set(times))


# --- the stream


def test_an_outage_is_told_and_what_happens_meanwhile_is_not(
    timeline: Timeline, venue: ScriptedVenue
) -> None:
    heard: list[Evidence] = []
    venue.connect(heard.append)
    venue.place(place(1), START_NS)
    venue.wires.cut([Wire.STREAM])
    venue.fill(venue.by_client_id[client_id(1)], Decimal(10), Decimal(100))
    timeline.run_until(START_NS + 20 * S)
    venue.wires.mend([Wire.STREAM])
    timeline.run_until(START_NS + 21 * S)
    states = [evidence.state for evidence in heard if isinstance(evidence, Connection)]
    assert states == [ConnectionState.DOWN, ConnectionState.UP]
    assert len(heard) == 2  # nothing of the fill


def test_nobody_hears_what_is_told_while_no_process_is_up(
    timeline: Timeline, venue: ScriptedVenue
) -> None:
    heard: list[Evidence] = []
    venue.connect(heard.append)
    venue.connect(None)
    venue.place(place(1), START_NS)
    venue.fill(venue.by_client_id[client_id(1)], Decimal(10), Decimal(100))
    timeline.run_until(START_NS + S)
    assert heard == []
    assert venue.balances[INSTRUMENT.base] == 1_010
