"""Fills against recorded data, rule by rule."""

from decimal import Decimal

import pytest

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import BookAction, Trade
from algotradehub.domain.order import OrderStatus, TimeInForce
from algotradehub.matching.candle_path import CandleRule, LimitsFill
from algotradehub.matching.outcomes import Accepted, Amended, Matched, NewOrder, RefusalCode
from algotradehub.matching.recorded import RecordedMarket
from tests.unit.matching.events import book, candle, quote, trade
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
DELTA = BookAction.DELTA


def a_market(rule: CandleRule | None = None) -> RecordedMarket:
    return RecordedMarket(instrument(), rule=rule)


def quoted() -> RecordedMarket:
    market_ = a_market()
    market_.on_quote(quote((100, 10), (101, 4)))
    return market_


# --- marks, and nothing known ---


def test_without_a_price_there_is_no_market_order() -> None:
    market_ = a_market()
    refused = refusal(market_.place(market("m", BUY, 1), 0))
    assert refused.code is RefusalCode.NO_LIQUIDITY
    assert (market_.last, market_.mid, market_.mark) == (None, None, None)


def test_the_mark_is_the_mid_else_the_last_price() -> None:
    market_ = a_market()
    market_.on_candle(candle((5, 9, 4, 8)))
    assert (market_.last, market_.mid, market_.mark) == (D(8), None, D(8))
    market_.on_trade(trade(7, 1, None))
    assert market_.mark == 7
    market_.on_quote(quote((4, 1), (5, 1)))
    assert (market_.last, market_.mid, market_.mark) == (D(7), D("4.5"), D("4.5"))


# --- quotes ---


def test_a_limit_takes_the_quoted_quantity_and_rests() -> None:
    market_ = quoted()
    outcomes = market_.place(limit("b", BUY, 6, 102), 5)
    assert fills(outcomes, "b") == amounts((101, 4))
    assert isinstance(outcomes[1], Matched)
    assert outcomes[1].liquidity is Liquidity.TAKER
    assert outcomes[1].fee == D("0.808")
    # Its price is reached by what comes next: it is the maker now, and paid its own price.
    (matched, closed) = market_.on_quote(quote((100, 10), (101, 9), 6))
    assert isinstance(matched, Matched)
    assert (matched.price, matched.quantity, matched.liquidity, matched.at_ns) == (
        D(102),
        D(2),
        Liquidity.MAKER,
        6,
    )
    assert closings([closed])["b"].value == 4 * 101 + 2 * 102


def test_a_repeated_quote_offers_nothing_new() -> None:
    market_ = quoted()
    market_.place(limit("b", BUY, 6, 102), 0)
    assert market_.on_quote(quote((99, 5), (101, 4))) == []
    assert fills(market_.on_quote(quote((99, 5), (101, 1))), "b") == amounts((102, 1))


def test_a_resting_limit_fills_when_the_other_side_comes_to_it() -> None:
    market_ = quoted()
    market_.place(limit("low", BUY, 3, 99), 0)
    market_.place(limit("high", BUY, 3, 100), 0)
    assert market_.on_quote(quote((100, 9), ("100.5", 5))) == []
    outcomes = market_.on_quote(quote((98, 9), (99, 5)))
    assert fills(outcomes, "high") == amounts((100, 3))
    assert fills(outcomes, "low") == amounts((99, 2))  # what is left of the 5


def test_a_market_order_takes_quote_after_quote() -> None:
    market_ = quoted()
    outcomes = market_.place(market("m", BUY, 9), 0)
    assert fills(outcomes, "m") == amounts((101, 4))
    assert not closings(outcomes)
    assert fills(market_.on_quote(quote((100, 1), (103, 2))), "m") == amounts((103, 2))
    outcomes = market_.on_quote(quote((100, 1), (102, 50)))
    assert fills(outcomes, "m") == amounts((102, 3))
    assert closings(outcomes)["m"].status is OrderStatus.FILLED


def test_a_value_takes_whole_lots_until_it_pays_for_no_more() -> None:
    market_ = quoted()
    assert fills(market_.place(market("m", BUY, value=700), 0), "m") == amounts((101, 4))
    outcomes = market_.on_quote(quote((100, 1), (110, 50)))  # 296 are left
    assert fills(outcomes, "m") == amounts((110, 2))
    closed = closings(outcomes)["m"]
    assert (closed.status, closed.filled, closed.value) == (OrderStatus.FILLED, D(6), D(624))


def test_a_value_overtaken_by_the_price_ends_unfilled() -> None:
    market_ = a_market()
    market_.on_trade(trade(100, 1, BUY))
    market_.place(market("m", BUY, value=100), 0)
    closed = closings(market_.on_trade(trade(101, 5, BUY)))["m"]
    assert (closed.status, closed.reason) == (
        OrderStatus.CANCELLED,
        "the value pays for no lot",
    )


@pytest.mark.parametrize(("value", "code"), [(100, "QUANTITY"), (0, "NOTIONAL")])
def test_a_value_that_pays_for_no_lot_is_refused(value: int, code: str) -> None:
    assert refusal(quoted().place(market("m", BUY, value=value), 0)).code == code


@pytest.mark.design_property(20)
def test_immediate_or_cancel_takes_what_is_displayed() -> None:
    for order in (
        limit("i", BUY, 9, 101, time_in_force=IOC),
        market("i", BUY, 9, time_in_force=IOC),
    ):
        closed = closings(quoted().place(order, 0))["i"]
        assert (closed.status, closed.filled) == (OrderStatus.CANCELLED, D(4))


@pytest.mark.design_property(20)
@pytest.mark.parametrize(("quantity", "filled"), [(4, 4), (5, 0)])
def test_fill_or_kill_is_all_or_nothing(quantity: int, filled: int) -> None:
    for order in (
        limit("f", BUY, quantity, 101, time_in_force=FOK),
        market("f", BUY, quantity, time_in_force=FOK),
    ):
        assert closings(quoted().place(order, 0))["f"].filled == filled
    too_low = limit("f", BUY, quantity, 100, time_in_force=FOK)
    assert closings(quoted().place(too_low, 0))["f"].filled == 0


def test_post_only_does_not_take() -> None:
    market_ = quoted()
    refused = refusal(market_.place(limit("p", BUY, 1, 101, post_only=True), 0))
    assert refused.code is RefusalCode.WOULD_TAKE
    assert market_.place(limit("p", BUY, 1, "100.5", post_only=True), 0) == [Accepted(order_id="p")]


def test_only_whole_lots_are_taken() -> None:
    market_ = a_market()
    market_.on_quote(quote((100, 1), (101, "2.7")))
    assert fills(market_.place(market("m", BUY, 9), 0), "m") == amounts((101, 2))


@pytest.mark.design_property(20)
def test_good_till_date_does_not_fill_after_its_expiry() -> None:
    market_ = quoted()
    market_.place(limit("g", BUY, 1, 100, **gtd(10)), 0)
    outcomes = market_.on_quote(quote((98, 1), (99, 5), 10))
    assert not fills(outcomes, "g")
    assert closings(outcomes)["g"].status is OrderStatus.EXPIRED


def test_reduce_only_orders_shrink_with_the_position() -> None:
    market_ = quoted()
    market_.set_position("ann", D(12))
    market_.place(limit("tp", SELL, 12, 110, reduce_only=True), 0)
    outcomes = market_.place(market("stop", SELL, 12, reduce_only=True), 0)
    assert fills(outcomes, "stop") == amounts((100, 10))
    assert outcomes[-1] == Amended(order_id="tp", quantity=D(2), limit_price=D(110))
    # Both lean on the same 2: the one that fills first takes them from the other.
    outcomes = market_.on_quote(quote((111, 9), (112, 1)))
    assert fills(outcomes, "stop") == amounts((111, 2))
    assert closings(outcomes)["stop"].status is OrderStatus.FILLED
    assert closings(outcomes)["tp"].reason == "reduce-only, and the position is gone"


def test_a_waiting_reduce_only_order_is_cut_with_the_position() -> None:
    market_ = quoted()
    market_.set_position("ann", D(12))
    market_.place(market("stop", SELL, 12, reduce_only=True), 0)
    market_.set_position("ann", D(1))
    closed = closings(market_.on_quote(quote((99, 9), (101, 1))))["stop"]
    assert (closed.status, closed.filled) == (OrderStatus.CANCELLED, D(11))
    assert closed.reason == "the position allowed 11 of 12"


def test_a_reduce_only_value_stops_at_the_position() -> None:
    market_ = quoted()
    market_.set_position("ann", D(3))
    closed = closings(market_.place(market("v", SELL, value=800, reduce_only=True), 0))["v"]
    assert (closed.status, closed.filled) == (OrderStatus.CANCELLED, D(3))


@pytest.mark.design_property("17a")
def test_an_amendment_may_take_at_once() -> None:
    market_ = quoted()
    market_.place(limit("a", BUY, 6, 99), 0)
    outcomes = market_.amend("a", quantity=D(5), limit_price=D(101), now_ns=1)
    assert outcomes[0] == Amended(order_id="a", quantity=D(5), limit_price=D(101))
    assert fills(outcomes, "a") == amounts((101, 4))
    (amended,) = market_.amend("a", quantity=D(5), limit_price=None, now_ns=2)
    assert amended == outcomes[0]


@pytest.mark.design_property("17a")
def test_a_post_only_order_in_the_market_can_still_be_amended_at_its_price() -> None:
    market_ = quoted()
    market_.place(limit("p", BUY, 5, 100, post_only=True), 0)
    assert fills(market_.on_quote(quote((99, 1), (100, 2))), "p") == amounts((100, 2))
    for total in (4, 6):
        assert market_.amend("p", quantity=D(total), limit_price=D(100), now_ns=1) == [
            Amended(order_id="p", quantity=D(total), limit_price=D(100))
        ]
    refused = refusal(market_.amend("p", quantity=None, limit_price=D(101), now_ns=1))
    assert refused.code is RefusalCode.WOULD_TAKE


# --- books ---


def test_orders_walk_the_levels_of_a_book() -> None:
    market_ = a_market()
    market_.on_book(book(bids=((99, 1),), asks=((101, 2), (102, 3), (104, 5))))
    assert fills(market_.place(limit("l", BUY, 9, 102), 0), "l") == amounts((101, 2), (102, 3))
    market_.cancel("l", 0)
    assert fills(market_.place(market("m", BUY, 9), 0), "m") == amounts((104, 5))
    outcomes = market_.on_book(book(asks=((103, 1), (105, 9)), action=DELTA))
    assert fills(outcomes, "m") == amounts((103, 1), (105, 3))


def test_a_level_is_taken_once_until_it_changes() -> None:
    market_ = a_market()
    market_.on_book(book(asks=((101, 2), (102, 3))))
    take = limit("one", BUY, 2, 101, time_in_force=IOC)
    assert fills(market_.place(take, 0), "one") == amounts((101, 2))
    market_.on_book(book(asks=((102, 4),), action=DELTA))
    again = limit("two", BUY, 2, 101, time_in_force=IOC)
    assert not fills(market_.place(again, 0), "two")
    market_.on_book(book(asks=((101, 1),), action=DELTA))
    again = limit("three", BUY, 2, 101, time_in_force=IOC)
    assert fills(market_.place(again, 0), "three") == amounts((101, 1))


def test_once_a_book_is_known_quotes_count_no_more() -> None:
    market_ = quoted()
    market_.on_book(book(bids=((99, 1),), asks=((103, 2),), action=DELTA))
    assert market_.on_quote(quote((100, 1), (101, 50))) == []
    assert market_.mid == 101
    assert fills(market_.place(market("m", BUY, 1), 0), "m") == amounts((103, 1))


# --- prints ---


def test_a_print_through_the_price_fills_at_the_price() -> None:
    market_ = quoted()
    market_.place(limit("low", BUY, 4, 99), 0)
    market_.place(limit("high", BUY, 4, 100), 0)
    outcomes = market_.on_trade(trade("98.5", 6, SELL, 3))
    assert fills(outcomes, "high") == amounts((100, 4))
    assert fills(outcomes, "low") == amounts((99, 2))
    assert {o.liquidity for o in outcomes if isinstance(o, Matched)} == {Liquidity.MAKER}


def test_a_print_at_the_price_uses_up_the_queue_first() -> None:
    market_ = quoted()
    market_.place(limit("one", BUY, 2, 100), 0)  # behind the 10 that are quoted
    market_.place(limit("two", BUY, 5, 100), 0)  # behind those and the first
    assert market_.on_trade(trade(100, 9, SELL)) == []
    outcomes = market_.on_trade(trade(100, 4, SELL))  # 1 of others, 2, 1 of 5
    assert fills(outcomes, "one") == amounts((100, 2))
    assert fills(outcomes, "two") == amounts((100, 1))


def test_others_cannot_be_more_than_what_is_displayed() -> None:
    market_ = quoted()
    market_.place(limit("b", BUY, 2, 100), 0)
    market_.on_quote(quote((100, 3), (101, 4)))  # seven left the queue, or were filled
    market_.on_quote(quote((100, 50), (101, 4)))  # those came behind
    assert fills(market_.on_trade(trade(100, 4, SELL)), "b") == amounts((100, 1))


def test_an_order_at_a_better_price_than_all_is_the_first() -> None:
    market_ = quoted()
    market_.place(limit("b", BUY, 2, "100.5"), 0)
    assert fills(market_.on_trade(trade("100.5", 1, SELL)), "b") == amounts(("100.5", 1))


def test_where_the_queue_is_not_known_a_print_at_the_price_fills_nothing() -> None:
    market_ = quoted()
    market_.place(limit("b", BUY, 2, 99), 0)  # a quote says nothing of the queue there
    assert market_.on_trade(trade(99, 500, SELL)) == []
    market_.on_quote(quote((99, 3), (101, 4)))  # now it does
    assert fills(market_.on_trade(trade(99, 4, SELL)), "b") == amounts((99, 1))


def test_a_book_tells_the_queue_at_every_price() -> None:
    market_ = a_market()
    market_.on_book(book(bids=((100, 5), (98, 7)), asks=((101, 1),)))
    market_.place(limit("empty", BUY, 2, 99), 0)
    market_.place(limit("b", BUY, 2, 98), 0)
    assert fills(market_.on_trade(trade(99, 1, SELL)), "empty") == amounts((99, 1))
    market_.on_book(book(bids=((98, 2),), action=DELTA))
    # Of 5: 1 to the better price, 2 to others at 98, and then b.
    assert fills(market_.on_trade(trade(98, 5, SELL)), "b") == amounts((98, 2))


def test_a_snapshot_shortens_the_queue_too() -> None:
    market_ = a_market()
    market_.on_book(book(bids=((100, 5),), asks=((101, 1),)))
    market_.place(limit("b", BUY, 2, 100), 0)
    market_.on_book(book(bids=((99, 5),), asks=((101, 1),)))
    assert fills(market_.on_trade(trade(100, 1, SELL)), "b") == amounts((100, 1))


def test_what_is_displayed_is_not_taken_again_by_its_print() -> None:
    market_ = quoted()
    market_.place(limit("b", BUY, 9, 102), 0)  # took the 4 at 101
    assert market_.on_trade(trade(101, 4, BUY)) == []  # those very 4, as recorded
    assert fills(market_.on_trade(trade(101, 2, None)), "b") == amounts((102, 2))


@pytest.mark.parametrize(
    ("printed", "filled"),
    [
        (trade("100.5", 3, BUY), amounts(("100.5", 3))),
        (trade("100.5", 3, None), amounts(("100.5", 3))),
        (trade("100.5", 3, SELL), []),  # says what a seller got, not what a buyer pays
    ],
)
def test_while_there_are_only_prints_they_are_taken_at_their_price(
    printed: Trade, filled: list[tuple[Decimal, Decimal]]
) -> None:
    for order in (market("o", BUY, 9), limit("o", BUY, 9, 102)):
        market_ = a_market()
        market_.on_trade(trade(100, 1, BUY))
        assert market_.place(order, 0) == [Accepted(order_id="o")]
        outcomes = market_.on_trade(printed)
        assert fills(outcomes, "o") == filled
        assert not closings(outcomes)


def test_a_limit_beyond_the_last_price_rests_after_its_first_print() -> None:
    market_ = a_market()
    market_.on_trade(trade(100, 1, BUY))
    market_.place(limit("b", BUY, 9, 102), 0)
    assert market_.on_trade(trade(103, 5, BUY)) == []
    (matched,) = market_.on_trade(trade(101, 5, SELL))
    assert isinstance(matched, Matched)
    assert (matched.price, matched.liquidity) == (D(102), Liquidity.MAKER)


def test_immediate_orders_wait_for_the_first_print_that_could_serve_them() -> None:
    market_ = a_market()
    market_.on_trade(trade(100, 1, BUY))
    market_.place(limit("ioc", BUY, 9, 101, time_in_force=IOC), 0)
    market_.place(market("fok", BUY, 3, time_in_force=FOK), 0)
    market_.place(limit("away", BUY, 1, 99, time_in_force=IOC), 0)
    assert market_.on_trade(trade(100, 50, SELL)) == []
    ended = closings(market_.on_trade(trade(100, 11, BUY)))
    assert {name: closed.filled for name, closed in ended.items()} == {
        "ioc": D(9),
        "fok": D(0),  # 2 were left of the print
        "away": D(0),
    }


def test_waiting_orders_meet_the_first_quote() -> None:
    market_ = a_market()
    market_.on_trade(trade(100, 1, BUY))
    market_.place(market("m", SELL, 3), 0)
    market_.place(limit("i", SELL, 30, 90, time_in_force=IOC), 0)
    market_.place(limit("l", SELL, 3, 99), 0)
    outcomes = market_.on_quote(quote((98, 5), (101, 1)))
    assert fills(outcomes, "m") == amounts((98, 3))
    assert fills(outcomes, "i") == amounts((98, 2))
    assert list(closings(outcomes)) == ["m", "i"]
    assert fills(market_.on_quote(quote((99, 9), (101, 1))), "l") == amounts((99, 3))


def test_a_restored_order_goes_on_with_the_next_data() -> None:
    market_ = a_market()
    market_.restore(limit("l", BUY, 5, 100), filled=D(2), value=D(200))
    market_.restore(market("m", BUY, 5), filled=D(1), value=D(100))
    outcomes = market_.on_trade(trade(99, 7, None))
    ended = closings(outcomes)
    assert (ended["l"].filled, ended["l"].value) == (D(5), D(500))
    assert (ended["m"].filled, ended["m"].value) == (D(5), D(496))


# --- candles ---


def resting_after_candle(*orders: NewOrder, rule: CandleRule | None = None) -> RecordedMarket:
    """A market whose last price is 100, and ``orders`` that came at 100 ns."""
    market_ = a_market(rule)
    market_.on_candle(candle((100, 100, 100, 100), start_ns=40))
    for order in orders:
        market_.place(order, 100)
    return market_


def test_market_orders_fill_at_the_open() -> None:
    market_ = resting_after_candle(market("m", BUY, 3))
    matched, closed = market_.on_candle(candle((102, 105, 99, 101)))
    assert isinstance(matched, Matched)
    assert (matched.price, matched.liquidity, matched.at_ns) == (D(102), Liquidity.TAKER, 100)
    assert closings([closed])["m"].value == 306


@pytest.mark.parametrize(
    ("rule", "low", "filled"),
    [
        (LimitsFill.THROUGH, "98.5", True),
        (LimitsFill.THROUGH, "99", False),
        (LimitsFill.TOUCH, "99", True),
        (LimitsFill.TOUCH, "99.5", False),
    ],
)
def test_limits_fill_at_their_price_on_the_path(
    rule: LimitsFill, low: str, *, filled: bool
) -> None:
    market_ = resting_after_candle(limit("b", BUY, 3, 99), rule=CandleRule(limits_fill=rule))
    outcomes = market_.on_candle(candle((100, 101, low, 101)))
    assert fills(outcomes, "b") == (amounts((99, 3)) if filled else [])
    matched = [outcome for outcome in outcomes if isinstance(outcome, Matched)]
    assert all((o.liquidity, o.at_ns) == (Liquidity.MAKER, 160) for o in matched)


@pytest.mark.parametrize(
    ("order", "price", "liquidity"),
    [
        (limit("o", BUY, 3, 99), 97, Liquidity.TAKER),
        (limit("o", BUY, 3, 99, post_only=True), 99, Liquidity.MAKER),
        (limit("o", BUY, 3, 104), 97, Liquidity.TAKER),  # waited to take
    ],
)
def test_an_open_beyond_the_limit_is_the_price(
    order: NewOrder, price: int, liquidity: Liquidity
) -> None:
    market_ = resting_after_candle(order)
    matched, _ = market_.on_candle(candle((97, 99, 96, 98)))
    assert isinstance(matched, Matched)
    assert (matched.price, matched.liquidity) == (D(price), liquidity)


def test_a_limit_that_missed_the_open_still_meets_the_path() -> None:
    market_ = resting_after_candle(limit("b", BUY, 3, 101))
    outcomes = market_.on_candle(candle((103, 104, 100, 102)))
    assert fills(outcomes, "b") == amounts((101, 3))


@pytest.mark.parametrize(("opening", "first"), [(99, "b"), (102, "s")])
def test_the_nearer_extreme_fills_first(opening: int, first: str) -> None:
    market_ = resting_after_candle(limit("b", BUY, 3, 98), limit("s", SELL, 3, 103))
    outcomes = market_.on_candle(candle((opening, 104, 97, 100)))
    assert next(iter(closings(outcomes))) == first


def test_a_candle_fills_no_more_than_its_share() -> None:
    rule = CandleRule(max_volume_share=D("0.25"))
    market_ = resting_after_candle(
        market("m", BUY, 4), limit("b", BUY, 9, 99), limit("s", SELL, 9, 102), rule=rule
    )
    outcomes = market_.on_candle(candle((100, 103, 98, 101), volume=30))  # 7.5 of 30
    assert fills(outcomes, "m") == amounts((100, 4))
    assert fills(outcomes, "b") == amounts((99, 3))
    assert not fills(outcomes, "s")


def test_orders_meet_only_candles_that_start_after_they_came() -> None:
    market_ = resting_after_candle()
    market_.place(market("m", BUY, 1), 101)
    market_.place(limit("b", BUY, 1, 99), 101)
    assert market_.on_candle(candle((100, 101, 90, 95))) == []
    outcomes = market_.on_candle(candle((95, 96, 90, 95), start_ns=160))
    assert fills(outcomes, "m") == amounts((95, 1))
    assert fills(outcomes, "b") == amounts((95, 1))


@pytest.mark.design_property(20)
def test_an_order_that_expires_within_a_candle_fills_at_its_open_or_not() -> None:
    market_ = resting_after_candle(
        limit("path", BUY, 1, 98, **gtd(159)),
        limit("open", BUY, 1, "99.5", **gtd(159)),
        limit("end", BUY, 1, 98, **gtd(160)),
        limit("early", BUY, 1, "99.5", **gtd(101)),
    )
    market_.advance(101)
    ended = closings(market_.on_candle(candle((99, 101, 90, 95))))
    assert {name: closed.status for name, closed in ended.items()} == {
        "open": OrderStatus.FILLED,
        "path": OrderStatus.EXPIRED,
        "end": OrderStatus.FILLED,
    }


@pytest.mark.design_property(20)
def test_immediate_orders_meet_one_open() -> None:
    market_ = resting_after_candle(
        limit("ioc", BUY, 5, 101, time_in_force=IOC),
        limit("away", BUY, 5, 99, time_in_force=IOC),
        limit("fok", BUY, 9, 101, time_in_force=FOK),
        rule=CandleRule(max_volume_share=D("0.1")),
    )
    ended = closings(market_.on_candle(candle((100, 110, 90, 95), volume=100)))
    assert {name: closed.filled for name, closed in ended.items()} == {
        "ioc": D(5),
        "away": D(0),
        "fok": D(0),
    }


def test_post_only_beside_candles_is_measured_at_the_last_price() -> None:
    market_ = resting_after_candle()
    refused = refusal(market_.place(limit("p", BUY, 1, 101, post_only=True), 100))
    assert refused.code is RefusalCode.WOULD_TAKE
    assert market_.place(limit("p", BUY, 1, 100, post_only=True), 100) == [Accepted(order_id="p")]


def test_candles_beside_finer_data_or_unfinished_fill_nothing() -> None:
    market_ = resting_after_candle(limit("b", BUY, 1, 99))
    assert market_.on_candle(candle((100, 101, 90, 95), final=False)) == []
    assert market_.last == 100
    market_.on_trade(trade(100, 1, SELL, 100))
    assert market_.on_candle(candle((100, 101, 90, 95))) == []
    assert market_.last == 100


@pytest.mark.parametrize("side", Side)
def test_buys_and_sells_are_mirror_images(side: Side) -> None:
    away = D(1) * side.sign
    market_ = resting_after_candle(
        limit("rest", side, 1, str(100 - away)), limit("take", side, 1, str(100 + away))
    )
    low, high = sorted((100 - 2 * away, 100 + 2 * away))
    outcomes = market_.on_candle(candle((100, str(high), str(low), 100)))
    assert fills(outcomes, "take") == amounts((100, 1))
    assert fills(outcomes, "rest") == [(100 - away, D(1))]


def test_of_two_that_wait_to_reduce_the_first_may_end_the_second() -> None:
    for event in ("quote", "print"):
        market_ = a_market()
        market_.on_trade(trade(100, 1, SELL))
        market_.set_position("ann", D(3))
        for name in ("one", "two"):
            market_.place(market(name, SELL, 3, reduce_only=True), 0)
        if event == "quote":
            outcomes = market_.on_quote(quote((99, 50), (101, 1)))
        else:
            outcomes = market_.on_trade(trade(99, 50, SELL))
        assert fills(outcomes, "one") == amounts((99, 3))
        assert not fills(outcomes, "two")
        assert closings(outcomes)["two"].reason == "reduce-only, and the position is gone"


def test_a_side_without_a_quote_offers_nothing() -> None:
    market_ = a_market()
    market_.on_quote(quote((100, 5), (0, 0)))
    assert market_.mid is None
    assert refusal(market_.place(market("m", BUY, 1), 0)).code is RefusalCode.NO_LIQUIDITY
    market_.on_trade(trade(101, 1, BUY))
    assert market_.place(market("m", BUY, 1), 0) == [Accepted(order_id="m")]
    assert market_.place(limit("l", BUY, 1, 200), 0) == [Accepted(order_id="l")]
    assert fills(market_.on_quote(quote((100, 5), (102, 1))), "m") == amounts((102, 1))
