"""Orders of one owner that would match: each way of keeping them apart."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algotradehub.domain.order import OrderStatus, TimeInForce
from algotradehub.matching.outcomes import Accepted, Amended, Closed, Matched, NewOrder
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.matching.self_trade import SelfTrade
from tests.unit.matching.histories import EVENTS, START, STRICT, SetPosition, apply
from tests.unit.matching.orders import (
    BUY,
    SELL,
    amounts,
    closings,
    fills,
    instrument,
    limit,
    market,
)

D = Decimal
FOK = TimeInForce.FOK
APART = [mode for mode in SelfTrade if mode is not SelfTrade.ALLOWED]


def a_market(mode: SelfTrade) -> PriceTimeMarket:
    """Bob sells 2 at 101, ann 5 at 102, bob 9 at 103."""
    market_ = PriceTimeMarket(instrument(), self_trade=mode)
    market_.place(limit("first", SELL, 2, 101, owner="bob"), 0)
    market_.place(limit("own", SELL, 5, 102), 0)
    market_.place(limit("last", SELL, 9, 103, owner="bob"), 0)
    return market_


def ended(mode: SelfTrade, taker: NewOrder) -> tuple[dict[str, OrderStatus], list[str]]:
    """How orders ended by ``taker``, and what still rests of each: order and quantity."""
    market_ = a_market(mode)
    found = closings(market_.place(taker, 1))
    rest = [str(quantity) for side in market_.levels(9) for _, quantity in side]
    return {name: closed.status for name, closed in found.items()}, rest


CANCELLED, FILLED = OrderStatus.CANCELLED, OrderStatus.FILLED


@pytest.mark.parametrize(
    ("mode", "ends", "rest"),
    [
        (SelfTrade.ALLOWED, {"first": FILLED, "own": FILLED, "taker": FILLED}, ["8"]),
        (SelfTrade.CANCEL_NEWEST, {"first": FILLED, "taker": CANCELLED}, ["5", "9"]),
        (SelfTrade.CANCEL_OLDEST, {"first": FILLED, "own": CANCELLED, "taker": FILLED}, ["3"]),
        (SelfTrade.CANCEL_BOTH, {"first": FILLED, "own": CANCELLED, "taker": CANCELLED}, ["9"]),
        (SelfTrade.DECREMENT, {"first": FILLED, "own": CANCELLED, "taker": FILLED}, ["8"]),
    ],
)
def test_a_taker_that_comes_to_its_owners_order(
    mode: SelfTrade, ends: dict[str, OrderStatus], rest: list[str]
) -> None:
    assert ended(mode, limit("taker", BUY, 8, 103)) == (ends, rest)


@pytest.mark.parametrize("mode", APART)
def test_what_matches_before_stays_matched(mode: SelfTrade) -> None:
    outcomes = a_market(mode).place(limit("taker", BUY, 8, 102), 1)
    assert fills(outcomes, "taker") == amounts((101, 2))
    assert not fills(outcomes, "own")


def test_both_lose_the_smaller_quantity_and_the_larger_goes_on() -> None:
    market_ = a_market(SelfTrade.DECREMENT)
    outcomes = market_.place(limit("taker", BUY, 5, 102), 1)
    assert Amended(order_id="own", quantity=D(2), limit_price=D(102)) in outcomes
    assert outcomes[-1] == Closed(
        order_id="taker",
        status=CANCELLED,
        filled=D(2),
        value=D(202),
        reason="it would match own of the same owner",
    )
    assert market_.levels(9)[1] == ((D(102), D(2)), (D(103), D(9)))
    outcomes = market_.place(limit("taker", BUY, 9, 102), 2)
    assert closings(outcomes)["own"].reason == "it would match taker of the same owner"
    assert Amended(order_id="taker", quantity=D(7), limit_price=D(102)) in outcomes
    assert market_.levels(9)[0] == ((D(102), D(7)),)


def test_two_of_one_size_both_end() -> None:
    market_ = a_market(SelfTrade.DECREMENT)
    outcomes = market_.place(limit("taker", BUY, 7, 103), 1)
    assert [o.order_id for o in outcomes if isinstance(o, Closed)] == ["first", "own", "taker"]


@pytest.mark.parametrize("mode", APART)
def test_what_must_be_filled_whole_touches_nothing_if_it_would_lose(mode: SelfTrade) -> None:
    market_ = a_market(mode)
    before = market_.levels(9)
    outcomes = market_.place(limit("taker", BUY, 8, 103, time_in_force=FOK), 1)
    if mode is SelfTrade.CANCEL_OLDEST:
        assert closings(outcomes)["taker"].status is FILLED
    else:
        assert len(outcomes) == 2
        assert isinstance(outcomes[0], Accepted)
        assert closings(outcomes)["taker"].reason == "fill or kill: not enough to fill"
        assert market_.levels(9) == before


@pytest.mark.parametrize(
    ("mode", "quantity"),
    [
        (SelfTrade.CANCEL_NEWEST, 2),
        (SelfTrade.CANCEL_OLDEST, 6),  # 202 for two, and four of the 103s for 412
        (SelfTrade.CANCEL_BOTH, 2),
        (SelfTrade.DECREMENT, 2),  # 202 for two; four at 102 are lost
    ],
)
def test_a_value_buys_no_more_than_it_pays_for(mode: SelfTrade, quantity: int) -> None:
    closed = closings(a_market(mode).place(market("taker", BUY, value=615), 1))["taker"]
    assert closed.filled == quantity
    assert closed.value <= 615


def test_only_its_own_orders_leave_nothing_to_take() -> None:
    market_ = PriceTimeMarket(instrument(), self_trade=SelfTrade.CANCEL_OLDEST)
    market_.place(limit("own", SELL, 5, 102), 0)
    ends = closings(market_.place(market("taker", BUY, value=615), 1))
    assert list(ends) == ["own", "taker"]
    assert ends["taker"].reason == "nothing left to take"


@settings(max_examples=200)
@given(events=st.lists(EVENTS, min_size=30, max_size=70), mode=st.sampled_from(APART))
def test_every_history_keeps_owners_apart_and_makes_nothing_from_nothing(
    events: list[object], mode: SelfTrade
) -> None:
    market_ = PriceTimeMarket(STRICT, self_trade=mode)
    for owner, quantity in START.items():
        market_.set_position(owner, quantity)
    for now_ns, event in enumerate(events, 1):
        outcomes = apply(market_, event, now_ns)
        if isinstance(event, SetPosition):
            continue
        matched = [outcome for outcome in outcomes if isinstance(outcome, Matched)]
        for taker, maker in zip(matched[::2], matched[1::2], strict=True):
            assert taker.owner != maker.owner
        assert sum(match.side.sign * match.quantity for match in matched) == 0
        assert sum(match.side.sign * match.quantity * match.price for match in matched) == 0
        for closed in closings(outcomes).values():
            mine = [match for match in matched if match.order_id == closed.order_id]
            assert closed.filled >= sum(match.quantity for match in mine)
