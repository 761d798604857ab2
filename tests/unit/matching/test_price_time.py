"""Price-time matching: random histories against a naive market, and each rule by itself."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import OrderStatus, TimeInForce
from algotradehub.matching.outcomes import (
    Accepted,
    Amended,
    Closed,
    Matched,
    NewOrder,
    Outcome,
    RefusalCode,
)
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.matching.self_trade import SelfTrade
from tests.unit.matching.histories import (
    EVENTS,
    START,
    STRICT,
    SetPosition,
    apply,
    without_reasons,
)
from tests.unit.matching.naive_market import NaiveMarket
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
)

D = Decimal
IOC, FOK = TimeInForce.IOC, TimeInForce.FOK


@settings(max_examples=200)
@given(
    events=st.lists(EVENTS, min_size=20, max_size=70),
    rules=st.sampled_from([STRICT, instrument()]),
    mode=st.sampled_from([SelfTrade.ALLOWED, *SelfTrade]),
)
def test_every_history_has_the_outcomes_of_the_naive_market(
    events: list[object], rules: Instrument, mode: SelfTrade
) -> None:
    market_, naive = PriceTimeMarket(rules, self_trade=mode), NaiveMarket(rules, mode)
    for owner, quantity in START.items():
        market_.set_position(owner, quantity)
        naive.set_position(owner, quantity)
    for number, event in enumerate(events, 2):
        now_ns = number // 2
        expected = without_reasons(apply(naive, event, now_ns))
        assert without_reasons(apply(market_, event, now_ns)) == expected
        bids, asks = market_.levels(50)
        assert list(bids) == naive.levels(BUY)
        assert list(asks) == naive.levels(SELL)
        bid, ask = market_.best()
        assert bid is None or ask is None or bid < ask


class Books:
    """What the outcomes of a market amount to, kept by somebody who knows the laws."""

    def __init__(self) -> None:
        self.placed: dict[str, NewOrder] = {}
        self.filled: dict[str, Decimal] = {}
        self.positions: dict[str, Decimal] = {}

    def record(self, event: object, outcomes: Sequence[Outcome], now_ns: int) -> None:
        if isinstance(event, SetPosition):
            self.positions[event.owner] = event.quantity
        taker: Matched | None = None
        for outcome in outcomes:
            match outcome:
                case Accepted() if isinstance(event, NewOrder):
                    self.placed[event.order_id] = event
                    self.filled[event.order_id] = D(0)
                case Matched():
                    if taker is not None:
                        self.check_match(taker, outcome, now_ns)
                    taker = outcome if taker is None else None
                case Closed():
                    assert outcome.filled == self.filled[outcome.order_id]
                case _:
                    pass
        assert taker is None
        accepted = isinstance(event, NewOrder) and Accepted(order_id=event.order_id) in outcomes
        if isinstance(event, NewOrder) and accepted:
            self.check_end(event, closings(outcomes))

    def check_match(self, taker: Matched, maker: Matched, now_ns: int) -> None:
        self.check_sides(taker, maker)
        for match in (taker, maker):
            self.check(match, now_ns)
            self.move(match, is_self_trade=taker.owner == maker.owner)

    def check_end(self, new: NewOrder, ended: dict[str, Closed]) -> None:
        waits = new.trigger is not None or new.trail is not None
        if new.time_in_force in {IOC, FOK} and not waits:
            closed = ended[new.order_id]
            assert new.time_in_force is IOC or closed.filled in {D(0), new.quantity}

    def check_sides(self, taker: Matched, maker: Matched) -> None:
        assert (taker.liquidity, maker.liquidity) == (Liquidity.TAKER, Liquidity.MAKER)
        for field in ("match_id", "price", "quantity", "at_ns"):
            assert getattr(taker, field) == getattr(maker, field)
        assert taker.side is maker.side.opposite
        assert not self.placed[taker.order_id].post_only

    def check(self, match: Matched, now_ns: int) -> None:
        new = self.placed[match.order_id]
        self.filled[match.order_id] += match.quantity
        assert match.filled == self.filled[match.order_id]
        is_taker = match.liquidity is Liquidity.TAKER
        rate = STRICT.taker_fee if is_taker else STRICT.maker_fee
        assert match.fee == match.price * match.quantity * rate
        if new.time_in_force is TimeInForce.GTD:
            assert new.expires_ns is not None
            assert new.expires_ns > now_ns

    def move(self, match: Matched, *, is_self_trade: bool) -> None:
        before = self.positions.get(match.owner, D(0))
        after = before + match.side.sign * match.quantity
        self.positions[match.owner] = after
        if self.placed[match.order_id].reduce_only and not is_self_trade:
            assert abs(after) < abs(before)
            assert after * before >= 0


@pytest.mark.design_property(19)
@settings(max_examples=200)
@given(events=st.lists(EVENTS, min_size=20, max_size=70))
def test_every_history_keeps_the_laws(events: list[object]) -> None:
    market_, books = PriceTimeMarket(STRICT), Books()
    for owner, quantity in START.items():
        market_.set_position(owner, quantity)
        books.positions[owner] = quantity
    for now_ns, event in enumerate(events, 1):
        books.record(event, apply(market_, event, now_ns), now_ns)


def a_market(*orders: NewOrder, **changes: Any) -> PriceTimeMarket:
    """A market in which ``orders`` of bob rest."""
    market_ = PriceTimeMarket(instrument(**changes))
    for order in orders:
        (accepted,) = market_.place(msgspec.structs.replace(order, owner="bob"), 0)
        assert isinstance(accepted, Accepted)
    return market_


def test_the_best_price_goes_first_then_the_oldest_order() -> None:
    market_ = a_market(
        limit("worse", SELL, 5, 102), limit("old", SELL, 2, 101), limit("new", SELL, 4, 101)
    )
    outcomes = market_.place(limit("taker", BUY, 9, 103), 7)
    assert outcomes[0] == Accepted(order_id="taker")
    assert fills(outcomes, "taker") == amounts((101, 2), (101, 4), (102, 3))
    assert [o.order_id for o in outcomes if isinstance(o, Closed)] == ["old", "new", "taker"]
    assert closings(outcomes)["taker"] == Closed(
        order_id="taker", status=OrderStatus.FILLED, filled=D(9), value=D(912)
    )
    assert market_.levels(10) == ((), ((D(102), D(2)),))


def test_a_match_is_told_for_both_sides_with_fees_in_quote() -> None:
    market_ = a_market(limit("maker", SELL, 5, 102))
    _, taken, made, _ = market_.place(limit("taker", BUY, 2, 110), 7)
    assert taken == Matched(
        order_id="taker",
        owner="ann",
        match_id=1,
        side=BUY,
        price=D(102),
        quantity=D(2),
        liquidity=Liquidity.TAKER,
        fee=D("0.408"),
        fee_asset=instrument().quote,
        filled=D(2),
        at_ns=7,
    )
    assert made == msgspec.structs.replace(
        taken,
        order_id="maker",
        owner="bob",
        side=SELL,
        liquidity=Liquidity.MAKER,
        fee=D("0.204"),
    )


def test_what_a_limit_order_cannot_match_rests() -> None:
    market_ = a_market(limit("maker", SELL, 2, 101))
    outcomes = market_.place(limit("taker", BUY, 5, 101), 1)
    assert not closings(outcomes).get("taker")
    assert market_.best() == (D(101), None)
    assert market_.levels(1) == (((D(101), D(3)),), ())


@pytest.mark.design_property(20)
def test_immediate_or_cancel_never_rests() -> None:
    market_ = a_market(limit("maker", SELL, 2, 101))
    taker = limit("taker", BUY, 5, 101, time_in_force=IOC)
    closed = closings(market_.place(taker, 1))["taker"]
    assert (closed.status, closed.filled, closed.value) == (OrderStatus.CANCELLED, D(2), D(202))
    assert market_.best() == (None, None)


@pytest.mark.design_property(20)
@pytest.mark.parametrize("quantity", [5, 6])
def test_fill_or_kill_is_all_or_nothing(quantity: int) -> None:
    market_ = a_market(limit("a", SELL, 2, 101), limit("b", SELL, 3, 102))
    before = market_.levels(9)
    taker = limit("taker", BUY, quantity, 102, time_in_force=FOK)
    outcomes = market_.place(taker, 1)
    if quantity == 5:
        assert closings(outcomes)["taker"].status is OrderStatus.FILLED
    else:
        accepted, closed = outcomes
        assert accepted == Accepted(order_id="taker")
        assert isinstance(closed, Closed)
        assert (closed.status, closed.filled) == (OrderStatus.CANCELLED, D(0))
        assert market_.levels(9) == before


def test_fill_or_kill_sees_that_a_reduce_only_maker_will_give_less() -> None:
    # Selling 5 at 101 leaves bob 2 of his 7: the second order can give those 2 only.
    market_ = PriceTimeMarket(instrument())
    market_.set_position("bob", D(7))
    market_.place(limit("first", SELL, 5, 101, owner="bob"), 0)
    market_.place(limit("second", SELL, 7, 102, owner="bob", reduce_only=True), 0)
    kill = limit("kill", BUY, 8, 102, time_in_force=FOK)
    assert closings(market_.place(kill, 1))["kill"].filled == 0
    fill = limit("fill", BUY, 7, 102, time_in_force=FOK)
    outcomes = market_.place(fill, 2)
    assert closings(outcomes)["fill"].status is OrderStatus.FILLED
    assert Amended(order_id="second", quantity=D(2), limit_price=D(102)) in outcomes
    assert market_.best() == (None, None)


def test_a_reduce_only_maker_is_passed_over_when_its_owner_has_nothing_left_to_reduce() -> None:
    market_ = PriceTimeMarket(instrument())
    market_.set_position("bob", D(5))
    market_.place(limit("first", SELL, 5, 101, owner="bob"), 0)
    market_.place(limit("second", SELL, 5, 102, owner="bob", reduce_only=True), 0)
    market_.place(limit("third", SELL, 5, 103, owner="cid"), 0)
    outcomes = market_.place(limit("taker", BUY, 8, 103), 1)
    assert fills(outcomes, "taker") == amounts((101, 5), (103, 3))
    assert list(closings(outcomes)) == ["first", "second", "taker"]


@pytest.mark.design_property(20)
def test_good_till_date_ends_at_its_instant_before_anything_else_happens() -> None:
    market_ = a_market(limit("maker", SELL, 2, 101, **gtd(10)))
    assert fills(market_.place(limit("in time", BUY, 1, 101), 9), "maker")
    outcomes = market_.place(limit("late", BUY, 1, 101), 10)
    assert not fills(outcomes, "late")
    assert outcomes[0] == Closed(
        order_id="maker",
        status=OrderStatus.EXPIRED,
        filled=D(1),
        value=D(101),
        reason="good till date",
    )
    assert market_.best() == (D(101), None)


def test_post_only_never_takes() -> None:
    market_ = a_market(limit("maker", SELL, 2, 101))
    refused = refusal(market_.place(limit("taker", BUY, 1, 101, post_only=True), 1))
    assert refused.code is RefusalCode.WOULD_TAKE
    (accepted,) = market_.place(limit("maker 2", BUY, 1, "100.5", post_only=True), 1)
    assert accepted == Accepted(order_id="maker 2")
    amended = market_.amend("maker 2", quantity=None, limit_price=D(101), now_ns=2)
    assert refusal(amended).code is RefusalCode.WOULD_TAKE
    assert market_.best() == (D("100.5"), D(101))


@pytest.mark.design_property(16)
def test_a_market_order_takes_what_there_is_and_never_rests() -> None:
    market_ = a_market(limit("a", SELL, 2, 101), limit("b", SELL, 3, 105))
    outcomes = market_.place(market("all", BUY, 9), 1)
    assert fills(outcomes, "all") == amounts((101, 2), (105, 3))
    assert closings(outcomes)["all"].status is OrderStatus.CANCELLED
    assert refusal(market_.place(market("more", BUY, 1), 1)).code is RefusalCode.NO_LIQUIDITY


@pytest.mark.parametrize(
    ("value", "quantity", "status"),
    [
        (101, 1, OrderStatus.FILLED),
        (201, 1, OrderStatus.FILLED),  # 1 short of the second
        (202, 2, OrderStatus.FILLED),
        (306, 2, OrderStatus.FILLED),
        (307, 3, OrderStatus.FILLED),
        (621, 5, OrderStatus.FILLED),  # 517, and no sixth at 105 for the 104 left
        (622, 5, OrderStatus.CANCELLED),  # it would pay for a sixth
    ],
)
def test_a_value_buys_the_largest_whole_lots(
    value: int, quantity: int, status: OrderStatus
) -> None:
    market_ = a_market(limit("a", SELL, 2, 101), limit("b", SELL, 3, 105))
    closed = closings(market_.place(market("taker", BUY, value=value), 1))["taker"]
    assert (closed.filled, closed.status) == (D(quantity), status)
    assert closed.value <= value


def test_a_value_too_small_for_a_lot_is_refused() -> None:
    market_ = a_market(limit("a", SELL, 2, 101))
    refused = refusal(market_.place(market("taker", BUY, value=100), 1))
    assert refused.code is RefusalCode.QUANTITY


def test_a_value_of_inverse_contracts_does_not_depend_on_the_price() -> None:
    contract = {"inverse": True, "contract_size": D(100)}
    market_ = a_market(limit("a", SELL, 2, 50), limit("b", SELL, 2, 60), **contract)
    assert fills(market_.place(market("taker", BUY, value=350), 1), "taker") == amounts(
        (50, 2), (60, 1)
    )


def test_reduce_only_never_goes_beyond_the_position() -> None:
    market_ = PriceTimeMarket(instrument())
    market_.set_position("ann", D(5))
    assert market_.place(limit("tp", SELL, 9, 110, reduce_only=True), 1) == [
        Accepted(order_id="tp"),
        Amended(order_id="tp", quantity=D(5), limit_price=D(110)),
    ]
    market_.place(limit("bid", BUY, 9, 100, owner="bob"), 2)
    outcomes = market_.place(market("stop", SELL, 3, reduce_only=True), 3)
    assert outcomes[-2] == Amended(order_id="tp", quantity=D(2), limit_price=D(110))
    outcomes = market_.place(market("stop", SELL, 3, reduce_only=True), 4)
    assert fills(outcomes, "stop") == amounts((100, 2))
    ended = closings(outcomes)
    assert ended["stop"].status is OrderStatus.CANCELLED
    assert ended["stop"].reason == "the position allowed 2 of 3"
    assert ended["tp"].reason == "reduce-only, and the position is gone"
    refused = refusal(market_.place(limit("more", SELL, 1, 100, reduce_only=True), 5))
    assert refused.code is RefusalCode.NOTHING_TO_REDUCE


def test_orders_of_one_owner_match_as_a_self_trade() -> None:
    market_ = a_market(limit("maker", SELL, 2, 101))
    outcomes = market_.place(limit("taker", BUY, 2, 101, owner="bob"), 1)
    matched = [outcome for outcome in outcomes if isinstance(outcome, Matched)]
    assert [(o.match_id, o.order_id, o.owner) for o in matched] == [
        (1, "taker", "bob"),
        (1, "maker", "bob"),
    ]


def test_a_self_trade_leaves_the_position_and_what_leans_on_it() -> None:
    market_ = PriceTimeMarket(instrument())
    market_.set_position("ann", D(5))
    market_.place(limit("one", SELL, 5, 101), 0)
    market_.place(limit("two", SELL, 5, 102, reduce_only=True), 0)
    outcomes = market_.place(limit("taker", BUY, 10, 102), 1)
    assert fills(outcomes, "taker") == amounts((101, 5), (102, 5))


def test_the_makers_owner_is_settled_before_the_takers() -> None:
    market_ = PriceTimeMarket(instrument())
    market_.set_position("ann", D(5))
    market_.set_position("bob", D(-5))
    market_.place(limit("tp ann", SELL, 5, 110, reduce_only=True), 0)
    market_.place(limit("tp bob", BUY, 5, 90, owner="bob", reduce_only=True), 0)
    market_.place(limit("bid", BUY, 5, 100, owner="bob"), 0)
    outcomes = market_.place(market("stop", SELL, 5), 1)
    assert list(closings(outcomes)) == ["bid", "tp bob", "tp ann", "stop"]


@pytest.mark.design_property("17a")
@pytest.mark.parametrize(
    ("quantity", "price", "first"),
    [
        (3, None, "amended"),  # less keeps the place
        (None, 101, "amended"),  # as does no change
        (6, None, "other"),  # more loses it
    ],
)
def test_an_amendment_keeps_the_place_only_if_it_asks_for_no_more(
    quantity: int | None, price: int | None, first: str
) -> None:
    market_ = a_market(limit("amended", SELL, 5, 101), limit("other", SELL, 5, 101))
    total = None if quantity is None else D(quantity)
    limit_price = None if price is None else D(price)
    (amended,) = market_.amend("amended", quantity=total, limit_price=limit_price, now_ns=1)
    assert amended == Amended(order_id="amended", quantity=total or D(5), limit_price=D(101))
    assert market_.levels(1)[1] == ((D(101), D(5) + (total or D(5))),)
    outcomes = market_.place(limit("taker", BUY, 1, 101), 2)
    assert fills(outcomes, first) == amounts((101, 1))


@pytest.mark.design_property("17a")
def test_an_amendment_to_a_price_that_matches_takes_at_once() -> None:
    market_ = a_market(limit("ask", SELL, 2, 101), limit("bid", BUY, 5, 99))
    market_.place(limit("part", SELL, 1, 99), 1)
    outcomes = market_.amend("bid", quantity=D(4), limit_price=D(102), now_ns=2)
    assert outcomes[0] == Amended(order_id="bid", quantity=D(4), limit_price=D(102))
    assert fills(outcomes, "bid") == amounts((101, 2))
    # 4 in all, less the 1 filled before and the 2 now.
    assert market_.levels(1) == (((D(102), D(1)),), ())


def test_an_amendment_that_breaks_a_rule_changes_nothing() -> None:
    market_ = a_market(limit("bid", BUY, 5, 100), min_notional=D(100))
    market_.place(limit("part", SELL, 2, 100), 1)
    before = market_.levels(9)
    for quantity, price, code in [
        (D(2), None, RefusalCode.QUANTITY),  # no more than has filled
        (D("2.5"), None, RefusalCode.QUANTITY),
        (None, D("100.1"), RefusalCode.PRICE),
        (None, D(10), RefusalCode.NOTIONAL),
    ]:
        outcomes = market_.amend("bid", quantity=quantity, limit_price=price, now_ns=2)
        assert refusal(outcomes).code is code
    outcomes = market_.amend("nobody", quantity=D(1), limit_price=None, now_ns=2)
    assert refusal(outcomes).code is RefusalCode.UNKNOWN_ORDER
    assert market_.levels(9) == before


@pytest.mark.design_property(18)
def test_a_cancel_is_confirmed_or_refused() -> None:
    market_ = a_market(limit("bid", BUY, 5, 100))
    assert market_.cancel("bid", 1) == [
        Closed(
            order_id="bid",
            status=OrderStatus.CANCELLED,
            filled=D(0),
            value=D(0),
            reason="asked for",
        )
    ]
    assert refusal(market_.cancel("bid", 2)).code is RefusalCode.UNKNOWN_ORDER


def test_a_restored_order_goes_on_where_it_was() -> None:
    market_ = PriceTimeMarket(instrument())
    market_.restore(limit("first", SELL, 5, 101, owner="bob"), filled=D(2), value=D(202))
    market_.restore(limit("second", SELL, 5, 101, owner="bob"), filled=D(0), value=D(0))
    closed = closings(market_.place(limit("taker", BUY, 4, 101), 1))["first"]
    assert (closed.filled, closed.value) == (D(5), D(505))
    assert market_.levels(1)[1] == ((D(101), D(4)),)


@pytest.mark.parametrize(
    "order",
    [
        market("market", BUY, 1),
        limit("crossing", BUY, 1, 101),
        limit("immediate", BUY, 1, 99, time_in_force=IOC),
        limit("ask", BUY, 1, 99),
        limit("done", BUY, 1, 99),
    ],
)
def test_what_cannot_have_rested_is_not_restored(order: NewOrder) -> None:
    market_ = a_market(limit("ask", SELL, 1, 101))
    with pytest.raises(ValueError, match=order.order_id):
        market_.restore(order, filled=D(1) if order.order_id == "done" else D(0), value=D(0))


def test_there_is_a_limit_on_open_orders() -> None:
    market_ = PriceTimeMarket(instrument(), max_orders=1)
    market_.place(limit("one", BUY, 1, 100), 0)
    refused = refusal(market_.place(limit("two", BUY, 1, 100), 0))
    assert (refused.code, refused.reason) == (
        RefusalCode.UNSUPPORTED,
        "1 orders are open; cancel one first",
    )
    market_.cancel("one", 0)
    assert market_.place(limit("two", BUY, 1, 100), 0) == [Accepted(order_id="two")]


def test_an_id_names_one_open_order() -> None:
    market_ = a_market(limit("one", BUY, 1, 100))
    refused = refusal(market_.place(limit("one", BUY, 1, 100), 0))
    assert refused.code is RefusalCode.DUPLICATE
