"""Emulated orders: what is offered and sent, and what each record makes of one."""

from decimal import Decimal

import msgspec

from algotradehub.domain import emulation_rules as rules
from algotradehub.domain import order_fold
from algotradehub.domain.emulation import Emulated, Emulation
from algotradehub.domain.guard_records import (
    Disarmed,
    Fired,
    Guarded,
    Rearmed,
    TriggerMissed,
    Unguarded,
)
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    OrderStatus,
    OrderType,
    TimeInForce,
    Trigger,
    TriggerDirection,
)
from algotradehub.domain.records import CancelAsked, Restarted
from tests.fakes.account import ALL
from tests.unit.domain.examples import ORDER_ID, acknowledged, order, state

S = 1_000_000_000
replace = msgspec.structs.replace
PLAIN = replace(
    ALL,
    order_types=frozenset({OrderType.LIMIT}),
    times_in_force=frozenset({TimeInForce.GTC, TimeInForce.IOC}),
)
REQUEST = replace(
    order().request,
    type=OrderType.STOP_LIMIT,
    trigger=Trigger(price=Decimal(90), direction=TriggerDirection.FALLS_TO),
    time_in_force=TimeInForce.GTD,
    expires_ns=9 * S,
)
BOTH = Emulated(trigger=True, expiry=True, waiting=True, armed_ns=10 * S)
WAITS = order(request=REQUEST, emulated=BOTH)
FIRED = Fired(order_id=ORDER_ID, price=Decimal(90), fired_ns=20 * S, send_before_ns=25 * S)


def test_only_what_can_be_made_of_what_the_venue_has_is_offered() -> None:
    assert rules.offered(ALL) is ALL
    found = rules.offered(PLAIN)
    limited = {OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT}
    assert found.order_types == limited
    assert found.times_in_force == {*PLAIN.times_in_force, TimeInForce.GTD}


def test_what_the_venue_does_is_not_ours() -> None:
    alert = Emulation.ALERT
    assert rules.stand_in(REQUEST, ALL, alert, now_ns=1) is None
    assert rules.stand_in(REQUEST, PLAIN, alert, now_ns=10 * S) == BOTH
    late = replace(REQUEST, emulation=Emulation.FIRE_LATE)
    found = rules.stand_in(late, PLAIN, alert, now_ns=1)
    assert found is not None
    assert found.fires_late


def test_what_is_sent_is_what_the_venue_knows_with_the_newest_values() -> None:
    new = Amendment(quantity=Decimal(8), limit_price=Decimal(89))
    amended = order_fold.recorded(WAITS, Rearmed(order_id=ORDER_ID, amendment=new), 1).order
    sent = rules.sent_request(amended)
    assert (sent.type, sent.trigger, sent.limit_price) == (OrderType.LIMIT, None, Decimal(89))
    assert (sent.time_in_force, sent.expires_ns) == (TimeInForce.GTC, None)
    assert sent.amount == BaseAmount(Decimal(8))
    plain = order()
    assert rules.sent_request(plain) is plain.request


def test_once_it_has_fired_nothing_of_ours_moves_it() -> None:
    fired = order_fold.recorded(WAITS, FIRED, 21 * S).order
    assert fired.emulated is not None
    assert (fired.is_waiting, fired.emulated.fired_ns) == (False, 20 * S)
    assert fired.send_before_ns == 25 * S
    cancel = Disarmed(order_id=ORDER_ID, status=OrderStatus.CANCELLED, reason="?")
    for record in (replace(FIRED, fired_ns=30 * S), cancel):
        after = order_fold.recorded(fired, record, 22 * S).order
        assert (after.status, after.emulated) == (fired.status, fired.emulated)


def test_a_gap_counts_from_its_beginning_but_not_before_the_order() -> None:
    gap = Unguarded(symbols=(REQUEST.symbol,), since_ns=4 * S, reason="halted")
    alone = order_fold.one_of_many(WAITS, gap, 20 * S)
    assert alone.emulated is not None
    assert alone.emulated.unguarded_since_ns == 10 * S
    later = order_fold.one_of_many(alone, replace(gap, since_ns=15 * S), 20 * S)
    assert later is alone
    watched = order_fold.one_of_many(alone, Guarded(symbols=(REQUEST.symbol,)), 30 * S)
    assert watched.emulated is not None
    assert (watched.emulated.unguarded_since_ns, watched.emulated.unguarded_s) == (0, 20)
    assert order_fold.one_of_many(WAITS, Guarded(symbols=()), 30 * S) is WAITS
    assert order_fold.one_of_many(WAITS, replace(gap, symbols=()), 30 * S) is WAITS


def test_a_restart_counts_from_the_last_record_of_the_ended_process() -> None:
    after = order_fold.one_of_many(WAITS, Restarted(epoch=2, last_ns=15 * S), 20 * S)
    assert (after.status, after.doubt) == (OrderStatus.PENDING, None)
    assert after.emulated is not None
    assert after.emulated.unguarded_since_ns == 14 * S, "the clocks may differ"


def test_what_was_missed_stays_alone_until_it_has_a_new_trigger() -> None:
    gap = Unguarded(symbols=(REQUEST.symbol,), since_ns=10 * S, reason="halted")
    alone = order_fold.one_of_many(WAITS, gap, 10 * S)
    missed = order_fold.recorded(
        alone, TriggerMissed(order_id=ORDER_ID, price=Decimal(80)), 12 * S
    ).order
    watched = order_fold.one_of_many(missed, Guarded(symbols=(REQUEST.symbol,)), 13 * S)
    assert watched is missed
    new = Rearmed(order_id=ORDER_ID, amendment=Amendment(trigger_price=Decimal(70)))
    again = order_fold.recorded(missed, new, 14 * S).order.emulated
    assert again is not None
    assert (again.missed_ns, again.unguarded_since_ns, again.unguarded_s) == (0, 0, 4)


def test_a_word_of_the_venue_ends_the_waiting() -> None:
    assert not order_fold.advanced(WAITS, acknowledged(), 12 * S).order.is_waiting


def test_only_a_cancel_by_us_for_its_expiry_is_called_expired() -> None:
    rests = order_fold.advanced(order(emulated=Emulated(expiry=True)), acknowledged(), 1).order
    word = state(OrderStatus.CANCELLED, 9, filled=0)
    for expired, reason in ((True, rules.EXPIRED), (False, "")):
        asked = order_fold.recorded(rests, CancelAsked(order_id=ORDER_ID, expired=expired), 2).order
        ended = order_fold.advanced(asked, word, 3).order
        assert (ended.status, ended.reason) == (OrderStatus.CANCELLED, reason)
