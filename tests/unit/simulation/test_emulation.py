"""The judge of emulated orders condemns: each promise, broken by hand."""

from decimal import Decimal
from random import Random
from typing import Any

import msgspec
import pytest

from algotradehub.domain.commands import Place
from algotradehub.domain.emulation import Emulated
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Order,
    OrderStatus,
    OrderType,
    Origin,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.simulation.emulation import Judge
from algotradehub.simulation.timeline import Timeline
from algotradehub.simulation.users import ACCOUNT
from algotradehub.simulation.venue import SYMBOL, ScriptedVenue
from algotradehub.simulation.verdict import Broken
from algotradehub.trading.state import DeskState
from tests.unit.domain import examples
from tests.unit.simulation.stage import HONEST

S = 1_000_000_000
replace = msgspec.structs.replace
STOP = examples.order(
    request=replace(
        examples.order().request,
        account=ACCOUNT,
        symbol=SYMBOL,
        side=Side.SELL,
        type=OrderType.STOP_MARKET,
        trigger=Trigger(price=Decimal(95), direction=TriggerDirection.FALLS_TO),
    ),
    emulated=Emulated(trigger=True, waiting=True, armed_ns=1),
)
TRAILING = replace(
    STOP,
    request=replace(
        STOP.request, type=OrderType.TRAILING_STOP, trigger=None, trail=Trail(offset=Decimal(10))
    ),
)


class Court:
    """Books that a test writes, and the judge who reads them."""

    def __init__(self, order: Order = STOP) -> None:
        timeline = Timeline(Random(0), start_ns=0)
        self.state = DeskState(load=lambda _: None, locate=lambda *_: None)
        self.judge = Judge(ScriptedVenue(timeline, Random(0), HONEST))
        self.order = order
        self.state.live[ACCOUNT] = {order.order_id: None}
        self.write()
        self.judge.watch(self.state)

    def write(self, **emulated: Any) -> None:
        assert self.order.emulated is not None
        self.order = replace(self.order, emulated=replace(self.order.emulated, **emulated))
        before = self.state.orders.get(self.order.order_id)
        self.state.orders[self.order.order_id] = self.order
        self.state.sums.order_moved(before, self.order)

    def show(self, price: int, **emulated: Any) -> None:
        """A price comes, and the books make that of it."""
        self.judge.before_price(self.state, Decimal(price))
        self.write(**emulated)
        self.judge.after_price(self.state, Decimal(price))

    def send(self) -> None:
        place = Place(
            client_order_id=self.order.order_id, request=self.order.request, send_before_ns=9
        )
        self.judge.sent(self.state, place)


FIRED = {"waiting": False, "fired_ns": 5}


def test_an_honest_firing_passes() -> None:
    court = Court()
    court.show(96)
    court.show(95, **FIRED)
    court.send()


def test_what_is_guarded_and_crossed_has_to_fire() -> None:
    with pytest.raises(Broken, match="not fired"):
        Court().show(95)
    Court().show(95, unguarded_since_ns=5)


def test_nothing_fires_before_its_price() -> None:
    court = Court()
    court.show(96, **FIRED)
    with pytest.raises(Broken, match="fired too soon"):
        court.send()
    by_hand = Court()
    by_hand.judge.fired_by_hand(by_hand.order.order_id)
    by_hand.write(**FIRED)
    by_hand.send()


def test_a_trail_fires_at_its_offset_from_the_best_price_only() -> None:
    court = Court(TRAILING)
    court.show(110, best=Decimal(110))
    court.show(101, **FIRED)
    with pytest.raises(Broken, match="fired too soon"):
        court.send()


def test_nothing_fires_twice_or_after_its_cancel() -> None:
    court = Court()
    court.show(95, **FIRED)
    court.send()
    with pytest.raises(Broken, match="fired twice"):
        court.send()
    other = Court()
    other.judge.cancelled(other.order)
    with pytest.raises(Broken, match="fired after its cancel"):
        other.send()


def test_what_nobody_guarded_fires_only_if_that_was_chosen() -> None:
    court = Court()
    court.write(unguarded_since_ns=2)
    with pytest.raises(Broken, match="fired unasked"):
        court.show(95, unguarded_since_ns=0, **FIRED)
    late = Court()
    late.write(unguarded_since_ns=2, fires_late=True)
    late.show(95, unguarded_since_ns=0, **FIRED)


def test_a_firing_that_cannot_leave_is_none() -> None:
    court = Court()
    court.order = replace(court.order, status=OrderStatus.REJECTED, origin=Origin.UNSENT)
    court.state.live[ACCOUNT].clear()
    court.judge._now = {court.order.order_id}
    court.judge._waiting[court.order.order_id].may_fire = True
    court.write(**FIRED)
    with pytest.raises(Broken, match="fired into nothing"):
        court.judge.after_price(court.state, Decimal(95))


def test_no_trail_loosens() -> None:
    court = Court(TRAILING)
    court.show(110, best=Decimal(110))
    with pytest.raises(Broken, match="trail loosened"):
        court.show(111, best=Decimal(109))


def test_what_waits_counts() -> None:
    court = Court()
    court.state.sums.expect(ACCOUNT, SYMBOL, Side.SELL, Decimal(-1))
    with pytest.raises(Broken, match="exposure understated"):
        court.judge.watch(court.state)


def test_time_without_a_process_is_counted() -> None:
    court = Court()
    court.judge.died(None, 30 * S, power_failed=False)
    court.write(unguarded_s=28.0)
    with pytest.raises(Broken, match="unguarded understated"):
        court.judge.cancelled(court.order)
    court.write(unguarded_s=29.5)
    court.judge.cancelled(court.order)
