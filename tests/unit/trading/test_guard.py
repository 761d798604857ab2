"""Emulated orders: they wait here, fire at most once, and show when nobody watched."""

from decimal import Decimal
from typing import Any

import pytest

from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.commands import Amend, Cancel, Place
from algotradehub.domain.emulation import Emulated, Emulation
from algotradehub.domain.errors import InvalidRequest, NotReady, RiskRefused
from algotradehub.domain.guard_records import Fired, TrailMoved, Unguarded
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    PriceSource,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.dispatch import NEVER_SENT
from algotradehub.trading.guard import PRICE_AGE_S, SAY_EVERY_NS
from tests.fakes.account import ALL
from tests.unit.trading.bench import Bench, OpenBench, S
from tests.unit.trading.words import ACCOUNT, TENANT, VENUE, acknowledged, changed, limit, state

PLAIN = changed(
    ALL,
    order_types=frozenset({OrderType.LIMIT, OrderType.MARKET}),
    times_in_force=frozenset({TimeInForce.GTC, TimeInForce.IOC}),
    amend=AmendStyle.CANCEL_REPLACE,
    cancel_all=False,
)


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench(capabilities=PLAIN)


def stop(price: int = 95, **changes: Any) -> OrderRequest:
    """A request to sell 6 once the price has fallen."""
    made = limit(
        side=Side.SELL,
        type=OrderType.STOP_MARKET,
        limit_price=None,
        trigger=Trigger(price=Decimal(price), direction=TriggerDirection.FALLS_TO),
    )
    return changed(made, **changes)  # type: ignore[no-any-return]


def trail(**changes: Any) -> OrderRequest:
    """A request to sell 6 once the price has fallen by 10 from its highest."""
    made = limit(
        side=Side.SELL,
        type=OrderType.TRAILING_STOP,
        limit_price=None,
        trail=Trail(offset=Decimal(10)),
    )
    return changed(made, **changes)  # type: ignore[no-any-return]


def emulated(bench: Bench, order: Order) -> Emulated:
    found = bench.now(order).emulated
    assert found is not None
    return found


@pytest.mark.design_property(16)
def test_what_the_venue_lacks_waits_here_and_counts_from_the_start(bench: Bench) -> None:
    order = bench.submit(stop())
    assert (order.status, order.is_waiting, order.send_before_ns) == (OrderStatus.PENDING, True, 0)
    assert bench.sent == []
    assert bench.exposure() == (0, 6)


@pytest.mark.design_property(16)
@pytest.mark.parametrize("durability", Durability)
def test_it_fires_once_when_its_price_comes(open_bench: OpenBench, durability: Durability) -> None:
    bench = open_bench(capabilities=PLAIN, durability=durability)
    order = bench.submit(stop())
    bench.advance(1)
    bench.trade(96)
    assert bench.sent == []
    bench.trade(95)
    bench.trade(94)
    bench.advance(1)
    bench.trade(94)
    (place,) = bench.sent
    assert isinstance(place, Place)
    assert place.client_order_id == order.order_id
    assert (place.request.type, place.request.trigger) == (OrderType.MARKET, None)
    assert place.send_before_ns > bench.clock.now_ns()
    now = emulated(bench, order)
    assert (now.waiting, now.fired_price) == (False, Decimal(95))


@pytest.mark.parametrize(
    ("kind", "side", "price", "rises", "beyond"),
    [
        (OrderType.STOP_LIMIT, Side.BUY, 105, True, 105),
        (OrderType.TAKE_PROFIT_LIMIT, Side.SELL, 105, True, 106),
        (OrderType.TAKE_PROFIT_MARKET, Side.BUY, 95, False, 94),
    ],
)
def test_each_type_fires_as_what_the_venue_knows(
    bench: Bench, kind: OrderType, side: Side, price: int, *, rises: bool, beyond: int
) -> None:
    direction = TriggerDirection.RISES_TO if rises else TriggerDirection.FALLS_TO
    limited = kind in {OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT}
    request = limit(
        type=kind,
        side=side,
        limit_price=Decimal(101) if limited else None,
        trigger=Trigger(price=Decimal(price), direction=direction),
    )
    bench.submit(request)
    bench.trade(100)
    assert bench.sent == []
    bench.trade(beyond)
    (place,) = bench.sent
    assert isinstance(place, Place)
    assert place.request.type is (OrderType.LIMIT if limited else OrderType.MARKET)
    assert place.request.limit_price == request.limit_price


def test_many_wait_and_only_those_fire_whose_price_came(bench: Bench) -> None:
    orders = [bench.submit(stop(price, idempotency_key=f"k{price}")) for price in (97, 93, 95)]
    bench.trade(95)
    fired = [command.client_order_id for command in bench.sent if isinstance(command, Place)]
    assert fired == [orders[0].order_id, orders[2].order_id]


def test_the_firing_is_in_the_journal_before_it_is_sent(open_bench: OpenBench) -> None:
    """Under ``sync`` it waits for the disk; a power failure before takes it back whole."""
    bench = open_bench(capabilities=PLAIN, durability=Durability.SYNC)
    order = bench.submit(stop())
    bench.advance(1)
    bench.trade(94)
    assert bench.sent == []
    bench.restart(power_fails=True)
    assert bench.now(order).is_waiting
    bench.restart()


def test_after_a_restart_a_fired_order_is_never_sent_again(bench: Bench) -> None:
    order = bench.submit(stop())
    bench.account.trouble = None
    bench.trade(94)
    bench.restart()
    assert bench.now(order).status is OrderStatus.UNKNOWN
    bench.trade(93)
    assert bench.sent == []


def test_after_a_restart_it_waits_on_in_no_doubt(bench: Bench) -> None:
    order = bench.submit(stop())
    bench.restart()
    bench.trade(99)
    now = bench.now(order)
    assert (now.status, now.doubt, now.is_waiting) == (OrderStatus.PENDING, None, True)
    bench.trade(94)
    assert len(bench.sent) == 1


def test_what_was_crossed_while_down_waits_for_a_person(bench: Bench) -> None:
    order = bench.submit(stop())
    bench.advance(30)
    bench.restart()
    bench.trade(94)
    bench.trade(93)
    assert bench.sent == []
    assert bench.alerts() == ["trigger_missed"]
    now = emulated(bench, order)
    assert (now.waiting, now.missed_price) == (True, Decimal(94))
    bench.restart()
    bench.trade(99)
    bench.trade(92)
    assert bench.sent == [], "it still waits for a person"
    assert emulated(bench, order).unguarded_since_ns, "and nobody guards it meanwhile"
    fired = bench.orders.fire(TENANT, order.order_id)
    assert not fired.is_waiting
    assert len(bench.sent) == 1


def test_what_was_missed_is_guarded_again_with_a_new_trigger(bench: Bench) -> None:
    order = bench.submit(stop())
    bench.restart()
    bench.trade(94)
    bench.orders.amend(TENANT, order.order_id, Amendment(trigger_price=Decimal(90)))
    now = emulated(bench, order)
    assert (now.missed_ns, now.unguarded_since_ns) == (0, 0)
    bench.trade(91)
    assert bench.sent == []
    bench.trade(90)
    assert len(bench.sent) == 1


@pytest.mark.parametrize("by_request", [True, False])
def test_late_fires_only_what_was_to_fire_late(open_bench: OpenBench, *, by_request: bool) -> None:
    account = Emulation.ALERT if by_request else Emulation.FIRE_LATE
    bench = open_bench(capabilities=PLAIN, emulation=account)
    bench.submit(stop(emulation=Emulation.FIRE_LATE if by_request else None))
    bench.restart()
    bench.trade(94)
    assert len(bench.sent) == 1
    assert bench.alerts() == []


@pytest.mark.design_property(18)
def test_a_cancel_ends_it_at_once_without_a_call(bench: Bench) -> None:
    order = bench.cancel(bench.submit(stop()))
    assert (order.status, order.reason) == (OrderStatus.CANCELLED, NEVER_SENT)
    assert bench.exposure() == (0, 0)
    bench.trade(90)
    assert bench.sent == []
    bench.restart()
    bench.trade(90)
    assert bench.sent == []
    assert bench.now(order).status is OrderStatus.CANCELLED


def test_a_cancel_before_the_intent_is_durable(open_bench: OpenBench) -> None:
    bench = open_bench(capabilities=PLAIN, durability=Durability.SYNC)
    order = bench.submit(stop())
    bench.cancel(order)
    bench.advance(1)
    assert bench.now(order).status is OrderStatus.CANCELLED
    bench.trade(90)
    bench.advance(1)
    assert bench.sent == []


def test_a_cancel_after_it_has_fired_goes_to_the_venue(bench: Bench) -> None:
    order = bench.submit(stop())
    bench.trade(94)
    bench.cancel(order)
    assert [type(command) for command in bench.sent] == [Place, Cancel]
    assert bench.now(order).cancel_pending


def test_an_amendment_changes_it_here(bench: Bench) -> None:
    order = bench.submit(stop())
    new = Amendment(quantity=Decimal(9), trigger_price=Decimal(90))
    now = bench.orders.amend(TENANT, order.order_id, new)
    assert (now.leg.quantity, now.leg.trigger_price) == (Decimal(9), Decimal(90))
    assert bench.exposure() == (0, 9)
    bench.restart()
    bench.trade(99)
    bench.trade(91)
    assert bench.sent == []
    bench.trade(90)
    (place,) = bench.sent
    assert isinstance(place, Place)
    assert place.request.amount == BaseAmount(Decimal(9))
    bench.account.tell(acknowledged(order))
    with pytest.raises(InvalidRequest, match="once the order has fired"):
        bench.orders.amend(TENANT, order.order_id, Amendment(trigger_price=Decimal(80)))


def test_a_halt_fires_nothing_and_says_so(bench: Bench) -> None:
    order = bench.submit(stop())
    bench.orders.halt(ACCOUNT, halted=True, reason="lunch", by="ann")
    bench.trade(94)
    assert bench.sent == []
    assert "halted by ann" in emulated(bench, order).unguarded_reason
    with pytest.raises(RiskRefused, match="halted by ann"):
        bench.orders.fire(TENANT, order.order_id)
    bench.orders.halt(ACCOUNT, halted=False, reason="", by="ann")
    bench.trade(94)
    assert bench.sent == []
    assert emulated(bench, order).missed_price == 94


@pytest.mark.design_property(31)
def test_a_pause_of_the_venue_fires_nothing_and_says_so(bench: Bench) -> None:
    order = bench.submit(stop())
    bench.orders.pause(VENUE, paused=True, reason="upkeep", by="ann")
    why = "kraken is paused by ann: upkeep"
    assert bench.orders.outlook(TENANT, order.order_id)[0] == why, "before a price could come"
    bench.trade(94)
    assert bench.sent == []
    assert emulated(bench, order).unguarded_reason == why


@pytest.mark.design_property(16)
def test_the_kill_switch_stops_it_first(bench: Bench) -> None:
    order, resting = bench.submit(stop()), bench.rest(limit("k2"))
    bench.dispatch.cancel_everything(bench.desk)
    assert bench.now(order).status is OrderStatus.CANCELLED
    assert not bench.now(resting).is_final
    bench.trade(90)
    assert not any(
        isinstance(each, Place | Cancel) and each.client_order_id == order.order_id
        for each in bench.sent
    )


def test_where_prices_stop_it_is_unguarded_since_the_last(bench: Bench) -> None:
    order = bench.submit(stop())
    heard_ns = bench.clock.now_ns()
    bench.advance(PRICE_AGE_S + 2)
    now = emulated(bench, order)
    assert now.unguarded_since_ns == heard_ns
    assert "tells no prices" in now.unguarded_reason
    with pytest.raises(NotReady, match="tells no prices"):
        bench.submit(stop(idempotency_key="k2"))
    bench.trade(99)
    now = emulated(bench, order)
    assert now.unguarded_since_ns == 0
    assert now.unguarded_s == PRICE_AGE_S + 2
    assert sum(isinstance(body, Unguarded) for body in bench.journaled()) == 1


def test_while_the_venue_is_there_it_is_guarded(bench: Bench) -> None:
    order = bench.submit(stop())
    for _ in range(30):
        bench.advance(1)
        bench.quote()
    assert emulated(bench, order).unguarded_s == 0
    bench.trade(94)
    assert len(bench.sent) == 1


def test_a_disconnection_however_short_is_a_gap(bench: Bench) -> None:
    order = bench.submit(stop())
    bench.desk.connections += 2
    bench.trade(94)
    assert bench.sent == []
    assert emulated(bench, order).missed_price == 94


def test_a_journal_that_refuses_fires_nothing(bench: Bench) -> None:
    order = bench.submit(stop())
    bench.disk.room = 0
    with pytest.raises(NotReady):
        bench.submit(limit("k2"))
    bench.trade(94)
    assert bench.sent == []
    assert bench.now(order).is_waiting


def test_a_restart_counts_the_time_that_nobody_watched(bench: Bench) -> None:
    order = bench.submit(stop())
    bench.advance(20)
    bench.quote()
    bench.restart()
    bench.trade(99)
    assert 20 <= emulated(bench, order).unguarded_s <= 22


def test_what_is_known_of_an_ended_process_is_never_old(bench: Bench) -> None:
    bench.submit(stop())
    before = bench.journal.seq
    for _ in range(2 * SAY_EVERY_NS // S):
        bench.advance(1)
        bench.quote()
    assert 1 <= bench.journal.seq - before <= 3


def test_a_trail_is_recorded_before_it_counts_and_no_restart_loosens_it(bench: Bench) -> None:
    order = bench.submit(trail())
    for price in ("100", "100.1", "101", "108", "107"):
        bench.trade(price)
    assert emulated(bench, order).best == 108
    moves = [body.best for body in bench.journaled() if isinstance(body, TrailMoved)]
    assert moves == [Decimal(100), Decimal(101), Decimal(108)]
    bench.restart()
    bench.trade(99)
    assert emulated(bench, order).best == 108
    bench.trade("98.1")
    assert bench.sent == []
    bench.trade(98)
    assert len(bench.sent) == 1


def test_a_trail_begins_at_its_activation_price(bench: Bench) -> None:
    bench.submit(trail(trail=Trail(offset_bps=Decimal(1000), activation_price=Decimal(110))))
    bench.trade(90)
    assert bench.sent == []
    bench.trade(110)
    bench.trade(99)
    assert len(bench.sent) == 1


def test_only_the_last_price_is_watched(bench: Bench) -> None:
    wanted = Trigger(
        price=Decimal(95), direction=TriggerDirection.FALLS_TO, source=PriceSource.MARK
    )
    with pytest.raises(InvalidRequest, match="LAST"):
        bench.submit(stop(trigger=wanted))


@pytest.mark.parametrize("by_request", [True, False])
def test_emulation_can_be_refused(open_bench: OpenBench, *, by_request: bool) -> None:
    account = Emulation.ALERT if by_request else Emulation.REFUSE
    bench = open_bench(capabilities=PLAIN, emulation=account)
    request = stop(emulation=Emulation.REFUSE if by_request else None)
    with pytest.raises(InvalidRequest, match="at this venue"):
        bench.submit(request)


def test_what_the_venue_can_do_is_left_to_it(open_bench: OpenBench) -> None:
    bench = open_bench(capabilities=ALL)
    order = bench.submit(stop())
    assert order.emulated is None
    assert len(bench.sent) == 1


def test_only_what_waits_can_be_fired(bench: Bench) -> None:
    order = bench.rest()
    with pytest.raises(InvalidRequest, match="waits here"):
        bench.orders.fire(TENANT, order.order_id)


def test_what_the_venue_turns_out_to_know_waits_no_more(bench: Bench) -> None:
    """Power failed after it was sent, and took the record of its firing."""
    order = bench.submit(stop())
    bench.account.tell(state(OrderStatus.OPEN, order))
    assert not bench.now(order).is_waiting
    bench.trade(90)
    assert bench.sent == []


def until(bench: Bench, seconds: float, **changes: Any) -> OrderRequest:
    expires_ns = bench.clock.now_ns() + int(seconds * S)
    return limit(time_in_force=TimeInForce.GTD, expires_ns=expires_ns, **changes)


@pytest.mark.design_property(20)
def test_gtd_is_sent_as_gtc_and_cancelled_in_time(bench: Bench) -> None:
    order = bench.rest(until(bench, 5))
    (place,) = bench.sent
    assert isinstance(place, Place)
    assert (place.request.time_in_force, place.request.expires_ns) == (TimeInForce.GTC, None)
    bench.advance(4.9)
    assert len(bench.sent) == 1
    bench.advance(0.2)
    assert isinstance(bench.sent[1], Cancel)
    bench.account.tell(state(OrderStatus.CANCELLED, order))
    now = bench.now(order)
    assert now.status is OrderStatus.CANCELLED, "the venue's word"
    assert now.reason.startswith("expired")
    expires_ns = order.request.expires_ns
    assert expires_ns is not None
    assert 0 <= emulated(bench, order).expired_ns - expires_ns < S


@pytest.mark.design_property(20)
def test_gtd_that_ran_out_while_down_is_cancelled_at_the_start(bench: Bench) -> None:
    bench.rest(until(bench, 5))
    bench.restart()
    bench.advance(6)
    assert [type(command) for command in bench.sent] == [Cancel]


def test_a_trigger_expires_while_it_waits(bench: Bench) -> None:
    expires_ns = bench.clock.now_ns() + 5 * S
    order = bench.submit(stop(time_in_force=TimeInForce.GTD, expires_ns=expires_ns))
    bench.advance(6)
    assert bench.now(order).status is OrderStatus.EXPIRED
    bench.trade(90)
    assert bench.sent == []


def test_gtd_amended_where_legs_are_replaced_keeps_its_end(bench: Bench) -> None:
    order = bench.rest(until(bench, 5))
    bench.orders.amend(TENANT, order.order_id, Amendment(quantity=Decimal(9)))
    bench.account.tell(state(OrderStatus.CANCELLED, order, filled=Decimal(0)))
    place = bench.sent[-1]
    assert isinstance(place, Place)
    assert place.request.time_in_force is TimeInForce.GTC
    now = bench.now(order)
    bench.account.tell(acknowledged(now, venue_order_id="V2"))
    bench.advance(6)
    last = bench.sent[-1]
    assert isinstance(last, Cancel)
    assert last.client_order_id == now.leg.client_order_id
    assert not any(isinstance(command, Amend) for command in bench.sent)


def test_it_stops_listening_where_nothing_waits(bench: Bench) -> None:
    bench.cancel(bench.submit(stop()))
    bench.advance(2)
    assert [channel.kind for channel in bench.feed.open_channels] == ["quotes"]


def test_a_firing_is_one_record(bench: Bench) -> None:
    bench.submit(stop())
    bench.trade(94)
    (fired,) = [body for body in bench.journaled() if isinstance(body, Fired)]
    assert (fired.price, fired.by_hand) == (Decimal(94), False)
