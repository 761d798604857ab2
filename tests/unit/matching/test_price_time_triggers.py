"""Stops and trails in a market of its own orders: the laws on random histories, and each rule."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    OrderStatus,
    PriceSource,
    TimeInForce,
    TriggerDirection,
)
from algotradehub.matching.outcomes import (
    Accepted,
    Amended,
    Closed,
    Matched,
    NewOrder,
    Outcome,
    RefusalCode,
    Triggered,
)
from algotradehub.matching.price_time import PriceTimeMarket
from tests.unit.matching.histories import EVENTS, START, STRICT, Amend, apply
from tests.unit.matching.orders import (
    BUY,
    SELL,
    amounts,
    closings,
    fills,
    gtd,
    instrument,
    limit,
    market,
    refusal,
    stop,
    trailing,
    triggered,
)

D = Decimal
MARK = PriceSource.MARK


class Watch:
    """What is known of one waiting order by reading the outcomes alone."""

    def __init__(self, new: NewOrder) -> None:
        self.new = new
        self.trigger_price = None if new.trigger is None else new.trigger.price
        self.waits = True

    def follow(self, outcome: Outcome, *, is_asked: bool, prices: set[Decimal]) -> None:
        match outcome:
            case Triggered():
                assert self.waits
                self.waits = False
                self.check(outcome, prices)
            case Matched():
                assert not self.waits
            case Amended() if outcome.trigger_price is not None:
                assert self.waits
                assert is_asked or outcome.trigger_price == self.trigger_price
                self.trigger_price = outcome.trigger_price
            case _:
                pass

    def check(self, fired: Triggered, prices: set[Decimal]) -> None:
        new = self.new
        condition = new.trigger or new.trail
        assert condition is not None
        assert fired.price in prices or condition.source is MARK
        if new.trigger is not None and self.trigger_price is not None:
            rises = new.trigger.direction is TriggerDirection.RISES_TO
            distance = fired.price - self.trigger_price
            assert distance >= 0 if rises else distance <= 0
        if new.time_in_force is TimeInForce.GTD:
            assert new.expires_ns is not None
            assert fired.at_ns < new.expires_ns


@settings(max_examples=200)
@given(events=st.lists(EVENTS, min_size=30, max_size=70))
def test_every_history_keeps_the_laws_of_triggers(events: list[object]) -> None:
    market_, again = PriceTimeMarket(STRICT), PriceTimeMarket(STRICT)
    for owner, quantity in START.items():
        market_.set_position(owner, quantity)
        again.set_position(owner, quantity)
    watches: dict[str, Watch] = {}
    for number, event in enumerate(events, 2):
        outcomes = apply(market_, event, number // 2)
        assert apply(again, event, number // 2) == outcomes
        prices = {outcome.price for outcome in outcomes if isinstance(outcome, Matched)}
        for outcome in outcomes:
            order_id = outcome.order_id
            if isinstance(outcome, Accepted | Closed):
                # It may have ended and come again: what fires without a watch is an error.
                watches.pop(order_id, None)
            elif isinstance(outcome, Triggered) or order_id in watches:
                is_asked = isinstance(event, Amend)
                watches[order_id].follow(outcome, is_asked=is_asked, prices=prices)
            waits = isinstance(event, NewOrder) and (event.trigger or event.trail)
            if isinstance(outcome, Accepted) and isinstance(event, NewOrder) and waits:
                watches[order_id] = Watch(event)


def a_market(*orders: NewOrder) -> PriceTimeMarket:
    """A market in which bob has ten to buy at 99 and ten to sell at 101."""
    market_ = PriceTimeMarket(instrument())
    market_.place(limit("bid", BUY, 10, 99, owner="bob"), 0)
    market_.place(limit("ask", SELL, 10, 101, owner="bob"), 0)
    for order in orders:
        assert market_.place(order, 0) == [Accepted(order_id=order.order_id)]
    return market_


@pytest.mark.design_property(16)
def test_a_stop_waits_outside_the_book_and_then_takes_from_it() -> None:
    market_ = a_market(stop("stop", BUY, 3, 101))
    assert market_.levels(5) == (((D(99), D(10)),), ((D(101), D(10)),))
    outcomes = market_.place(market("m", BUY, 1, owner="cid"), 7)
    assert Triggered(order_id="stop", price=D(101), at_ns=7) in outcomes
    assert fills(outcomes, "stop") == amounts((101, 3))
    assert closings(outcomes)["stop"].status is OrderStatus.FILLED


@pytest.mark.design_property(16)
def test_a_stop_limit_rests_where_its_limit_finds_nobody() -> None:
    market_ = a_market(stop("stop", SELL, 3, 99, limit_price=D(100)))
    outcomes = market_.place(market("m", SELL, 1, owner="cid"), 1)
    assert triggered(outcomes) == ["stop"]
    assert market_.best() == (D(99), D(100))
    assert market_.amend("stop", quantity=D(2), limit_price=None, now_ns=2) == [
        Amended(order_id="stop", quantity=D(2), limit_price=D(100))
    ]


def test_the_request_that_fires_is_done_first() -> None:
    market_ = a_market(stop("stop", BUY, 5, 101))
    outcomes = market_.place(limit("taker", BUY, 8, 102, owner="cid"), 1)
    assert fills(outcomes, "taker") == amounts((101, 8))
    assert fills(outcomes, "stop") == amounts((101, 2))
    assert closings(outcomes)["stop"].reason == "nothing left to take"


def test_one_stop_fires_the_next() -> None:
    market_ = a_market(
        stop("third", BUY, 1, 103), stop("first", BUY, 10, 101), stop("second", BUY, 1, 102)
    )
    market_.place(limit("a", SELL, 1, 102, owner="bob"), 0)
    market_.place(limit("b", SELL, 1, 103, owner="bob"), 0)
    outcomes = market_.place(market("m", BUY, 1, owner="cid"), 1)
    # The first takes nine at 101 and one at 102, which fires the second, which takes at 103.
    assert triggered(outcomes) == ["first", "second", "third"]
    assert fills(outcomes, "second") == amounts((103, 1))
    assert closings(outcomes)["third"].status is OrderStatus.CANCELLED


def test_a_trigger_that_was_reached_already_is_refused_with_the_price() -> None:
    market_ = a_market()
    market_.place(market("m", BUY, 1, owner="cid"), 1)
    refused = refusal(market_.place(stop("stop", BUY, 1, 101), 1))
    assert (refused.code, refused.reason) == (
        RefusalCode.WOULD_TRIGGER,
        "LAST is at 101, no longer below the trigger 101",
    )
    refused = refusal(market_.place(stop("stop", SELL, 1, 100, source=MARK), 1))
    assert refused.code is RefusalCode.WOULD_TRIGGER


def test_the_mark_is_the_mid_and_is_looked_at_once_an_instant() -> None:
    market_ = a_market(stop("stop", SELL, 1, 98, source=MARK))
    assert market_.mark == 100
    market_.cancel("bid", 1)
    market_.place(limit("low", BUY, 1, 94, owner="bob"), 1)  # a mid of 97.5, for now
    market_.place(limit("high", BUY, 1, 99, owner="bob"), 1)
    assert market_.advance(2) == []
    market_.cancel("high", 2)
    assert market_.advance(2) == []
    outcomes = market_.advance(3)
    assert outcomes[0] == Triggered(order_id="stop", price=D("97.5"), at_ns=3)
    assert fills(outcomes, "stop") == amounts((94, 1))


def test_the_mark_is_the_last_price_while_a_side_is_empty() -> None:
    market_ = PriceTimeMarket(instrument())
    assert (market_.last, market_.mark) == (None, None)
    market_.place(limit("ask", SELL, 1, 101, owner="bob"), 0)
    market_.place(market("m", BUY, 1, owner="cid"), 0)
    assert (market_.last, market_.mark) == (D(101), D(101))


@pytest.mark.design_property(20)
def test_an_expiry_comes_before_a_trigger_of_the_same_instant() -> None:
    market_ = a_market(stop("stop", SELL, 1, 95, source=MARK, **gtd(5)))
    market_.cancel("bid", 1)
    market_.place(limit("low", BUY, 1, 80, owner="bob"), 1)
    (expired,) = market_.advance(5)
    assert isinstance(expired, Closed)
    assert expired.status is OrderStatus.EXPIRED


@pytest.mark.design_property(18)
def test_a_cancelled_stop_never_fires() -> None:
    market_ = a_market(stop("stop", BUY, 3, 101), trailing("trail", BUY, 3, 1))
    for name in ("stop", "trail"):
        assert closings(market_.cancel(name, 1))[name].status is OrderStatus.CANCELLED
    assert not triggered(market_.place(market("m", BUY, 10, owner="cid"), 2))


def test_a_waiting_reduce_only_order_shrinks_with_the_position() -> None:
    market_ = a_market()
    market_.set_position("ann", D(5))
    outcomes = market_.place(stop("stop", SELL, 9, 90, reduce_only=True), 1)
    amended = Amended(order_id="stop", quantity=D(5), limit_price=None, trigger_price=D(90))
    assert outcomes == [Accepted(order_id="stop"), amended]
    outcomes = market_.place(market("m", SELL, 2), 2)
    assert outcomes[-2] == Amended(
        order_id="stop", quantity=D(3), limit_price=None, trigger_price=D(90)
    )
    outcomes = market_.place(market("m", SELL, 3), 3)
    assert closings(outcomes)["stop"].reason == "reduce-only, and the position is gone"


def test_a_fired_order_that_may_only_make_is_cancelled_if_it_would_take() -> None:
    market_ = a_market(stop("stop", BUY, 1, 101, limit_price=D(101), post_only=True))
    outcomes = market_.place(market("m", BUY, 1, owner="cid"), 1)
    closed = closings(outcomes)["stop"]
    assert (closed.status, closed.filled) == (OrderStatus.CANCELLED, D(0))
    assert closed.reason == "post-only, and a BUY at 101 would match at once"


def test_a_trail_follows_the_last_price() -> None:
    market_ = a_market(trailing("trail", SELL, 2, 3))
    assert list(market_.trailing()) == []
    market_.place(market("m", BUY, 1, owner="cid"), 1)
    assert list(market_.trailing()) == [("trail", D(101), D(98))]
    market_.cancel("bid", 2)
    market_.place(limit("bid", BUY, 5, 98, owner="bob"), 2)
    outcomes = market_.place(market("m", SELL, 1, owner="cid"), 3)
    assert triggered(outcomes) == ["trail"]
    assert fills(outcomes, "trail") == amounts((98, 2))


@pytest.mark.parametrize(("best", "fires"), [(None, False), (D(103), False), (D(104), True)])
def test_a_restored_trail_goes_on_from_its_best_price(best: Decimal | None, *, fires: bool) -> None:
    market_ = a_market()
    market_.restore(trailing("trail", SELL, 2, 3), filled=D(0), value=D(0), best=best)
    outcomes = market_.place(market("m", BUY, 1, owner="cid"), 1)
    assert triggered(outcomes) == ["trail"] * fires


def test_a_restored_stop_waits_and_meets_the_first_price() -> None:
    market_ = a_market()
    market_.restore(stop("stop", BUY, 2, 100), filled=D(0), value=D(0))
    with pytest.raises(ValueError, match="stop"):
        market_.restore(stop("stop", BUY, 2, 100), filled=D(0), value=D(0))
    assert triggered(market_.place(market("m", BUY, 1, owner="cid"), 1)) == ["stop"]


def test_waiting_orders_count_as_open() -> None:
    market_ = PriceTimeMarket(instrument(), max_orders=1)
    market_.place(stop("stop", BUY, 2, 100), 0)
    refused = refusal(market_.place(limit("o", BUY, 1, 90), 0))
    assert refused.code is RefusalCode.UNSUPPORTED


@pytest.mark.parametrize("side", Side)
def test_an_amended_trigger_counts_from_now_on(side: Side) -> None:
    market_ = a_market()
    market_.place(market("m", BUY, 1, owner="cid"), 1)  # at 101
    away, near = (110, 102) if side is BUY else (90, 99)
    market_.place(stop("stop", side, 1, away), 1)
    (amended,) = market_.amend(
        "stop", quantity=None, limit_price=None, trigger_price=D(near), now_ns=2
    )
    assert amended == Amended(
        order_id="stop", quantity=D(1), limit_price=None, trigger_price=D(near)
    )
    market_.place(limit("ask 2", SELL, 10, 102, owner="bob"), 2)
    outcomes = market_.place(market("m", side, 10, owner="cid"), 3)
    assert triggered(outcomes) == ["stop"]
