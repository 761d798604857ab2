"""An amendment by cancel and replace, through the desk: what is sent, and when (order-path 7)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.commands import Cancel, Place
from algotradehub.domain.errors import InvalidRequest, RiskRefused
from algotradehub.domain.evidence import CommandKind, Connection, ConnectionState, OrderEvidence
from algotradehub.domain.ids import ClientOrderId, VenueOrderId
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    Order,
    OrderStatus,
    OrderType,
    TimeInForce,
    Trigger,
    TriggerDirection,
)
from algotradehub.domain.records import AmendAsked, LegAdded, ReplaceDropped
from algotradehub.ports.bus import Fact, OrderChanged
from algotradehub.ports.venue import OrderName
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.limits import RiskLimits
from tests.fakes.account import ALL
from tests.unit.trading.bench import START_NS, Bench, OpenBench, S
from tests.unit.trading.words import (
    ACCOUNT,
    SYMBOL,
    TENANT,
    acknowledged,
    changed,
    execution,
    facts,
    limit,
    lost,
    not_sent,
    refused,
    state,
)

REPLACES = changed(ALL, amend=AmendStyle.CANCEL_REPLACE)
V2 = VenueOrderId("V2")
CANCEL = CommandKind.CANCEL
CANCELLED, PENDING, UNKNOWN = OrderStatus.CANCELLED, OrderStatus.PENDING, OrderStatus.UNKNOWN
MORE = Amendment(quantity=Decimal(8), limit_price=Decimal(99))
PATH = [Place, Cancel, Place]


@pytest.fixture(params=Durability)
def bench(request: pytest.FixtureRequest, open_bench: OpenBench) -> Bench:
    return open_bench(capabilities=REPLACES, durability=request.param)


@pytest.fixture
def synced(open_bench: OpenBench) -> Bench:
    return open_bench(capabilities=REPLACES, durability=Durability.SYNC)


@pytest.fixture
def recovering(open_bench: OpenBench) -> Bench:
    return open_bench(capabilities=REPLACES, recovers=True)


def settle(bench: Bench) -> None:
    """Let the disk answer."""
    bench.advance(0.01)


def rest(bench: Bench, **changes: Any) -> Order:
    order = bench.submit(limit(**changes))
    settle(bench)
    bench.account.tell(acknowledged(order))
    return bench.now(order)


def amend(bench: Bench, order: Order, amendment: Amendment = MORE) -> Order:
    bench.orders.amend(TENANT, order.order_id, amendment)
    settle(bench)
    return bench.now(order)


def tell(bench: Bench, *words: OrderEvidence) -> None:
    for word in words:
        bench.account.tell(word)
    settle(bench)


def dead(order: Order, filled: int = 0, **changes: Any) -> OrderEvidence:
    return state(CANCELLED, order, filled=Decimal(filled), **changes)


def replaced(bench: Bench, amendment: Amendment = MORE, **changes: Any) -> Order:
    """The second leg is sent, and not answered yet."""
    order = amend(bench, rest(bench, **changes), amendment)
    tell(bench, acknowledged(order, CANCEL), dead(order))
    return bench.now(order)


def kinds(bench: Bench) -> list[type]:
    return [type(command) for command in bench.sent]


def placed(bench: Bench) -> Place:
    command = bench.sent[-1]
    assert isinstance(command, Place)
    return command


def bodies(bench: Bench, *wanted: type) -> list[type]:
    return [type(body) for body in bench.journaled() if isinstance(body, wanted)]


def assert_replayed(bench: Bench, order: Order) -> None:
    """What is in the journal makes the same of a final order."""
    before = bench.now(order)
    assert before.is_final
    bench.restart()
    assert bench.now(order) == before


@pytest.mark.design_property("17a")
def test_the_new_leg_is_placed_when_the_old_one_is_dead_and_no_sooner(bench: Bench) -> None:
    order = amend(bench, rest(bench))
    assert kinds(bench) == [Place, Cancel]
    assert bench.exposure() == (8, 0)
    tell(bench, acknowledged(order, CANCEL))
    assert kinds(bench) == [Place, Cancel], "it is the word on the request, not on the order"
    tell(bench, dead(order))
    assert kinds(bench) == PATH
    command, now = placed(bench), bench.now(order)
    assert command.client_order_id == now.leg.client_order_id != order.order_id
    assert facts(command.request.amount, command.request.limit_price) == (
        BaseAmount(Decimal(8)),
        99,
    )
    assert command.send_before_ns == now.part.created_ns + 5 * S
    assert (now.status, now.request) == (PENDING, order.request)
    tell(bench, acknowledged(now, venue_order_id="V2"))
    assert bench.now(order).status is OrderStatus.OPEN
    assert bench.exposure() == (8, 0)
    assert bench.intake.known(bench.desk, None, VenueOrderId("V2")) == bench.now(order)


def test_the_leg_is_on_record_before_it_goes_out(bench: Bench) -> None:
    stored: list[list[type]] = []
    bench.account.on_send = lambda _: stored.append(bodies(bench, AmendAsked, LegAdded))
    replaced(bench)
    assert stored == [[], [AmendAsked], [AmendAsked, LegAdded]]


def test_what_the_old_leg_filled_is_not_asked_for_again(bench: Bench) -> None:
    order = amend(bench, rest(bench))
    tell(bench, execution(order, quantity=2), dead(order, 2))
    assert placed(bench).request.amount == BaseAmount(Decimal(6))
    assert bench.exposure() == (6, 0)
    now = bench.now(order)
    tell(bench, acknowledged(now, venue_order_id="V2"))
    tell(bench, execution(now, quantity=6, venue_order_id="V2", status=OrderStatus.FILLED))
    ended = bench.now(order)
    assert facts(ended.status, ended.filled) == (OrderStatus.FILLED, 8), "e1 of both legs counts"
    fills = bench.state.executions[order.order_id]
    assert list(fills) == ["e1", "2:e1"]
    assert_replayed(bench, order)


def test_nothing_follows_while_an_earlier_leg_rests_again(bench: Bench) -> None:
    first = rest(bench)
    tell(bench, dead(amend(bench, first)))
    second = bench.now(first)
    tell(bench, acknowledged(second, venue_order_id="V2"))
    third = amend(bench, bench.now(second), Amendment(quantity=Decimal(9)))
    again = state(OrderStatus.OPEN, first, venue_time_ns=bench.clock.now_ns() + S)
    tell(bench, again, dead(third, venue_order_id="V2"))
    assert kinds(bench) == [*PATH, Cancel]
    tell(bench, again)
    tell(bench, dead(first, venue_time_ns=bench.clock.now_ns() + 2 * S))
    assert kinds(bench) == [*PATH, Cancel, Place], "when that is dead as well"


def test_nothing_follows_before_the_total_is_told(bench: Bench) -> None:
    order = amend(bench, rest(bench))
    tell(bench, state(CANCELLED, order))
    assert kinds(bench) == [Place, Cancel]
    assert ("watch_fills", order.order_id) in bench.questions.noted
    tell(bench, dead(order, 2))
    assert kinds(bench) == [Place, Cancel], "two have filled, and their executions are missing"
    tell(bench, execution(order, quantity=2))
    assert placed(bench).request.amount == BaseAmount(Decimal(6))


def test_an_order_that_filled_first_is_filled(bench: Bench) -> None:
    order = amend(bench, rest(bench))
    tell(bench, execution(order, quantity=6, status=OrderStatus.FILLED))
    tell(bench, refused(order, CANCEL, order_unknown=True))
    assert bench.now(order).status is OrderStatus.FILLED
    assert kinds(bench) == [Place, Cancel]
    assert_replayed(bench, order)


@pytest.mark.parametrize("word", [refused, not_sent])
def test_an_order_whose_cancel_is_refused_goes_on(
    bench: Bench, word: Callable[[Order, CommandKind], OrderEvidence]
) -> None:
    order = amend(bench, rest(bench))
    tell(bench, word(order, CANCEL))
    now = bench.now(order)
    assert (now.status, now.replacing, now.amend_pending) == (OrderStatus.OPEN, None, None)
    assert bench.exposure() == (6, 0)
    assert ("watch", order.order_id) in bench.questions.noted


def test_a_leg_the_venue_refuses_ends_the_order(bench: Bench) -> None:
    now = replaced(bench)
    tell(bench, refused(now))
    ended = bench.now(now)
    assert (ended.status, ended.reason) == (CANCELLED, "not replaced: refused by the venue")
    assert bench.exposure() == (0, 0)
    assert_replayed(bench, now)


def test_it_may_be_amended_again(bench: Bench) -> None:
    now = replaced(bench)
    with pytest.raises(InvalidRequest, match="this one is PENDING"):
        amend(bench, now)
    tell(bench, acknowledged(now, venue_order_id="V2"))
    now = amend(bench, now, Amendment(quantity=Decimal(3)))
    with pytest.raises(InvalidRequest, match="another change under way"):
        amend(bench, now)
    command = bench.sent[-1]
    assert isinstance(command, Cancel)
    assert command.venue_order_id == "V2"
    tell(bench, dead(now, venue_order_id="V2"))
    assert facts(placed(bench).request.amount, placed(bench).request.limit_price) == (
        BaseAmount(Decimal(3)),
        99,
    )
    assert len(bench.now(now).legs) == 3


# What is asked for


def test_a_new_price_alone_keeps_the_quantity(bench: Bench) -> None:
    replaced(bench, Amendment(limit_price=Decimal(98)))
    request = placed(bench).request
    assert facts(request.amount, request.limit_price) == (BaseAmount(Decimal(6)), 98)


def test_a_new_quantity_alone_keeps_the_price(bench: Bench) -> None:
    replaced(bench, Amendment(quantity=Decimal(4)))
    request = placed(bench).request
    assert facts(request.amount, request.limit_price) == (BaseAmount(Decimal(4)), 100)


def test_its_time_is_kept_unless_it_is_over(bench: Bench) -> None:
    expires_ns = START_NS + 60 * S
    now = replaced(bench, time_in_force=TimeInForce.GTD, expires_ns=expires_ns)
    assert placed(bench).request.expires_ns == expires_ns
    tell(bench, acknowledged(now, venue_order_id="V2"))
    bench.advance(59)
    amend(bench, now, Amendment(quantity=Decimal(7)))
    bench.advance(1)
    tell(bench, dead(bench.now(now), venue_order_id="V2"))
    assert bench.now(now).status is CANCELLED
    assert "for GTD a time after" in bench.now(now).reason


def test_a_stop_keeps_its_trigger_or_takes_the_new_one(bench: Bench) -> None:
    trigger = Trigger(price=Decimal(110), direction=TriggerDirection.RISES_TO)
    new = Amendment(quantity=Decimal(5))
    now = replaced(bench, new, type=OrderType.STOP_MARKET, limit_price=None, trigger=trigger)
    assert placed(bench).request.trigger == trigger
    for number, price in ((2, 120), (3, None)):
        name = f"V{number}"
        tell(bench, acknowledged(now, venue_order_id=name))
        new = Amendment(trigger_price=Decimal(120)) if price else Amendment(quantity=Decimal(4))
        now = amend(bench, now, new)
        tell(bench, dead(now, venue_order_id=name))
        now = bench.now(now)
        assert placed(bench).request.trigger == changed(trigger, price=Decimal(120))


def test_a_stop_that_we_fired_ourselves_has_no_trigger_at_the_venue(open_bench: OpenBench) -> None:
    limits_only = changed(REPLACES, order_types=frozenset({OrderType.LIMIT}))
    bench = open_bench(capabilities=limits_only)
    trigger = Trigger(price=Decimal(110), direction=TriggerDirection.RISES_TO)
    order = bench.submit(limit(type=OrderType.STOP_LIMIT, trigger=trigger))
    bench.orders.amend(TENANT, order.order_id, Amendment(trigger_price=Decimal(120)))
    bench.trade(120)
    tell(bench, acknowledged(order))
    tell(bench, dead(amend(bench, order)))
    assert kinds(bench) == PATH
    request = placed(bench).request
    assert (request.type, request.trigger) == (OrderType.LIMIT, None)


# Nothing follows


def test_a_users_cancel_while_the_old_leg_rests(bench: Bench) -> None:
    order = amend(bench, rest(bench))
    bench.cancel(order)
    assert kinds(bench) == [Place, Cancel], "the same cancel serves both"
    tell(bench, acknowledged(order, CANCEL), dead(order))
    assert bench.now(order).status is CANCELLED
    assert kinds(bench) == [Place, Cancel]
    assert_replayed(bench, order)


def test_a_users_cancel_between(bench: Bench) -> None:
    order = amend(bench, rest(bench))
    tell(bench, state(CANCELLED, order))
    assert bench.cancel(order).status is CANCELLED
    tell(bench, dead(order))
    assert kinds(bench) == [Place, Cancel]
    assert bench.exposure() == (0, 0)


def test_a_cancel_that_answers_the_news_of_the_dead_leg_comes_first(open_bench: OpenBench) -> None:
    bench = open_bench(capabilities=REPLACES)
    order = amend(bench, rest(bench))

    def cancel(fact: Fact) -> None:
        if isinstance(fact, OrderChanged) and fact.order.status is PENDING:
            bench.cancel(order)

    bench.bus.subscribe(cancel)
    tell(bench, dead(order))
    assert bench.now(order).status is CANCELLED
    assert kinds(bench) == [Place, Cancel]


def test_a_users_cancel_of_the_new_leg(bench: Bench) -> None:
    now = replaced(bench)
    bench.cancel(now)
    assert kinds(bench) == [*PATH, Cancel]
    command = bench.sent[-1]
    assert isinstance(command, Cancel)
    assert command.client_order_id == now.leg.client_order_id
    bench.questions.noted.clear()
    tell(bench, acknowledged(now, venue_order_id="V2"))
    assert ("cancel_again", now.order_id) in bench.questions.noted
    tell(bench, dead(now, venue_order_id="V2"))
    assert bench.now(now).status is CANCELLED
    assert_replayed(bench, now)


def halt(bench: Bench) -> None:
    bench.orders.halt(ACCOUNT, halted=True, reason="no", by="ann")


def disconnect(bench: Bench) -> None:
    bench.desk.refusing = "kraken-main is not connected: gone"


def wait(bench: Bench) -> None:
    bench.advance(5)


def shrink(bench: Bench) -> None:
    (instrument,) = bench.desk.instruments.values()
    larger = changed(instrument, min_quantity=Decimal(9))
    bench.desk.instruments = {instrument.symbol: larger}


def delist(bench: Bench) -> None:
    bench.desk.instruments = {}


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (halt, "not replaced: halted by ann before it was sent: no"),
        (disconnect, "not replaced: kraken-main is not connected: gone"),
        (wait, "not replaced: it could not be sent in time"),
        (shrink, "at least 9"),
        (delist, "not replaced: kraken lists BTC/USDT no more"),
    ],
)
def test_what_cannot_be_sent_then_and_there_is_dropped(
    bench: Bench, happens: Callable[[Bench], None], reason: str
) -> None:
    order = amend(bench, rest(bench))
    happens(bench)
    tell(bench, acknowledged(order, CANCEL), dead(order))
    ended = bench.now(order)
    assert ended.status is CANCELLED
    assert reason in ended.reason
    assert kinds(bench) == [Place, Cancel]
    assert bodies(bench, LegAdded, ReplaceDropped) == [ReplaceDropped]
    assert bench.exposure() == (0, 0)
    assert_replayed(bench, order)


def test_a_rest_of_nothing_is_not_placed(bench: Bench) -> None:
    order = amend(bench, rest(bench), Amendment(quantity=Decimal(3)))
    tell(bench, execution(order, quantity=3), dead(order, 3))
    ended = bench.now(order)
    assert facts(ended.status, ended.filled) == (CANCELLED, 3)
    assert ended.reason == "not replaced: it had filled as much as the amendment asks for"


def test_our_limits_hold_for_the_larger_order(open_bench: OpenBench) -> None:
    bench = open_bench(capabilities=REPLACES, limits=RiskLimits(max_position=Decimal(8)))
    replaced(bench)
    assert bench.exposure() == (8, 0), "not old and new together"


def test_our_limits_hold_for_the_second_amendment_too(open_bench: OpenBench) -> None:
    bench = open_bench(capabilities=REPLACES, limits=RiskLimits(max_position=Decimal(8)))
    order = replaced(bench)
    tell(bench, acknowledged(order, venue_order_id="V2"))
    with pytest.raises(RiskRefused, match="could reach 9 BTC"):
        bench.orders.amend(TENANT, order.order_id, Amendment(quantity=Decimal(9)))


# A restart


@pytest.mark.parametrize("power_fails", [False, True])
def test_restarted_before_the_cancel_is_answered(bench: Bench, *, power_fails: bool) -> None:
    order = amend(bench, rest(bench))
    bench.advance(1)
    bench.restart(power_fails=power_fails)
    tell(bench, dead(order))
    assert bench.now(order).status is CANCELLED
    assert not bench.sent, "nothing follows in another life"


def test_restarted_between(bench: Bench) -> None:
    order = amend(bench, rest(bench))
    tell(bench, state(CANCELLED, order))
    bench.restart()
    assert bench.now(order).status is CANCELLED
    tell(bench, dead(order))
    assert not bench.sent
    assert bench.exposure() == (0, 0)


def test_restarted_with_the_new_leg_unanswered(bench: Bench) -> None:
    now = replaced(bench)
    bench.advance(1)
    bench.restart()
    assert bench.now(now).status is UNKNOWN
    assert bench.exposure() == (8, 0)
    assert not bench.sent
    tell(bench, state(OrderStatus.OPEN, now, venue_order_id="V2"))
    assert bench.now(now).status is OrderStatus.OPEN


# The disk


def fail_sync(bench: Bench) -> None:
    bench.disk.sync_error = OSError("broken")


def fail_write(bench: Bench) -> None:
    bench.disk.room = 0


FAILURES = pytest.mark.parametrize("fail", [fail_sync, fail_write])


@FAILURES
def test_an_amendment_that_is_not_stored_cancels_nothing(
    synced: Bench, fail: Callable[[Bench], None]
) -> None:
    order = rest(synced)
    fail(synced)
    now = amend(synced, order)
    assert kinds(synced) == [Place]
    assert (now.status, now.replacing, now.parts) == (OrderStatus.OPEN, None, ())


@pytest.mark.parametrize("room", [None, 0, 450])
def test_a_leg_that_is_not_stored_is_not_sent(synced: Bench, room: int | None) -> None:
    """Neither where the sync fails, nor where the word on the old leg fits, and the new one not."""
    order = amend(synced, rest(synced))
    if room is None:
        fail_sync(synced)
    synced.disk.room = room
    tell(synced, dead(order))
    ended = synced.now(order)
    assert ended.status is CANCELLED
    assert ended.reason.startswith("not replaced: the journal ")
    assert kinds(synced) == [Place, Cancel]
    assert synced.exposure() == (0, 0)
    synced.disk.room = None
    synced.advance(1)
    assert_replayed(synced, order)


def test_a_journal_that_refuses_is_asked_for_no_leg(bench: Bench) -> None:
    order = amend(bench, rest(bench))
    fail_write(bench)
    if bench.desk.durability is Durability.SYNC:
        bench.submit(limit("k2"))
        settle(bench)
    tell(bench, dead(order))
    ended = bench.now(order)
    assert ended.status is CANCELLED
    assert ended.reason.startswith("not replaced: ")
    assert kinds(bench)[:2] == [Place, Cancel]
    assert len(ended.legs) == 1


def test_power_fails_while_the_leg_is_stored(synced: Bench) -> None:
    order = amend(synced, rest(synced))
    synced.memory.sync_s = 1
    synced.account.tell(dead(order))
    assert kinds(synced) == [Place, Cancel], "not before the disk has it"
    synced.restart(power_fails=True)
    assert len(synced.now(order).legs) == 1
    tell(synced, dead(order))
    assert synced.now(order).status is CANCELLED
    assert not synced.sent


def test_a_cancel_while_the_leg_is_stored_ends_it_unsent(synced: Bench) -> None:
    order = amend(synced, rest(synced))
    synced.memory.sync_s = 1
    synced.account.tell(dead(order))
    synced.cancel(order)
    synced.advance(2)
    assert Place not in kinds(synced)[1:]
    ended = synced.now(order)
    assert (ended.status, ended.reason) == (
        CANCELLED,
        "not replaced: cancelled before it was sent",
    )
    assert_replayed(synced, order)


def test_the_old_leg_may_die_while_the_wish_is_stored(synced: Bench) -> None:
    """The leg that follows is wanted: nobody cancels it."""
    order = rest(synced)
    synced.orders.amend(TENANT, order.order_id, MORE)
    synced.account.tell(dead(order))
    synced.advance(2)
    assert kinds(synced) == [Place, Place]


def test_a_slow_disk_holds_the_cancel_up_that_only_makes_room(open_bench: OpenBench) -> None:
    """Else power loss would leave an order cancelled that nobody wanted cancelled."""
    bench = open_bench(capabilities=REPLACES, durability=Durability.SYNC, recovers=True)
    order = rest(bench)
    bench.memory.sync_s = 4
    bench.orders.amend(TENANT, order.order_id, MORE)
    bench.account.tell(execution(order, quantity=1))
    bench.advance(3.9)
    assert kinds(bench) == [Place]
    bench.advance(0.2)
    assert kinds(bench) == [Place, Cancel]


def test_a_cancel_overtakes_the_wish_that_is_stored(synced: Bench) -> None:
    order = rest(synced)
    synced.orders.amend(TENANT, order.order_id, MORE)
    synced.cancel(order)
    settle(synced)
    now = synced.now(order)
    assert (now.replacing, now.amend_pending, now.cancel_pending) == (None, None, True)
    tell(synced, dead(order))
    assert synced.now(order).status is CANCELLED
    assert kinds(synced) == [Place, Cancel]


# Recovery


def lose_cancels(bench: Bench, order: Order) -> None:
    bench.account.on_send = lambda command: (
        bench.account.tell(lost(order, CANCEL)) if isinstance(command, Cancel) else None
    )


def test_a_lost_cancel_is_pursued_until_the_venues_word(recovering: Bench) -> None:
    order = rest(recovering)
    recovering.account.states = [state(OrderStatus.OPEN, order)]
    lose_cancels(recovering, order)
    amend(recovering, order)
    recovering.advance(2.5)
    assert kinds(recovering) == [Place, Cancel, Cancel]
    recovering.account.states = [dead(order)]  # type: ignore[list-item]
    recovering.advance(2)
    assert kinds(recovering)[-1] is Place
    assert recovering.now(order).status is PENDING


def test_a_cancel_that_took_too_long_is_followed_by_nothing(recovering: Bench) -> None:
    order = rest(recovering)
    recovering.account.states = [state(OrderStatus.OPEN, order)]
    lose_cancels(recovering, order)
    amend(recovering, order)
    recovering.advance(20)
    recovering.account.states = [dead(order)]  # type: ignore[list-item]
    recovering.advance(60)
    assert recovering.now(order).status is CANCELLED
    assert kinds(recovering).count(Place) == 1


def asked_about(bench: Bench) -> list[ClientOrderId | None]:
    names = [asked.about for asked in bench.account.queries("find")]
    return [name.client_order_id for name in names if isinstance(name, OrderName)]


def test_a_look_up_asks_about_the_leg_in_question(recovering: Bench) -> None:
    now = replaced(recovering)
    assert asked_about(recovering) == []
    tell(recovering, lost(now))
    recovering.advance(1.5)
    assert asked_about(recovering) == [now.leg.client_order_id]
    tell(recovering, state(OrderStatus.OPEN, now, venue_order_id="V2"))
    recovering.account.states = [dead(changed(now, legs=now.legs[:1]), 1)]  # type: ignore[list-item]
    late = execution(changed(now, legs=now.legs[:1]), "late", quantity=1)
    tell(recovering, late)
    assert recovering.now(now).status is UNKNOWN, "its end had told another total"
    recovering.advance(10)
    assert asked_about(recovering)[-1] == now.order_id
    assert recovering.now(now).status is OrderStatus.PARTIALLY_FILLED


def test_a_lost_leg_that_is_nowhere_is_never_sent_again(recovering: Bench) -> None:
    now = replaced(recovering)
    tell(recovering, lost(now))
    recovering.advance(60)
    ended = recovering.now(now)
    assert ended.status is CANCELLED
    assert ended.reason.startswith("not replaced: never reached the venue")
    assert kinds(recovering) == PATH


def test_a_missing_total_is_looked_up(recovering: Bench) -> None:
    order = amend(recovering, rest(recovering))
    recovering.account.states = [dead(order)]  # type: ignore[list-item]
    tell(recovering, state(CANCELLED, order))
    assert kinds(recovering) == [Place, Cancel]
    recovering.advance(3)
    assert kinds(recovering) == PATH


def test_a_disconnect_while_the_cancel_is_under_way(recovering: Bench) -> None:
    order = amend(recovering, rest(recovering))
    recovering.account.states = [dead(order)]  # type: ignore[list-item]
    recovering.account.tell(Connection(state=ConnectionState.DOWN))
    recovering.advance(1.5)
    assert recovering.now(order).status is CANCELLED
    assert "is not connected" in recovering.now(order).reason
    assert kinds(recovering)[0] is Place
    assert Place not in kinds(recovering)[1:]


@pytest.mark.design_property(19)
def test_a_fill_of_a_later_leg_counts_once_after_the_order_left_memory(bench: Bench) -> None:
    """Reconciliation tells the newest fills again each minute, by the name of their leg."""
    order = replaced(bench)
    fill = execution(order, "e1", 8, venue_order_id=V2)
    tell(bench, acknowledged(order, venue_order_id="V2"), fill)
    tell(bench, state(OrderStatus.FILLED, order, venue_order_id=V2, filled=Decimal(8)))
    order = bench.now(order)
    assert facts(order.is_final, order.filled) == (True, 8)
    bench.advance(1)
    bench.state.forget_ended(bench.clock.now_ns())
    assert not bench.state.orders
    tell(bench, fill)
    assert bench.now(order) == order
    held = bench.state.positions.get(ACCOUNT, SYMBOL)
    assert held is not None
    assert held.quantity == 8
