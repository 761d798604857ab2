"""Stops and trails among recorded data: each kind of data, and the path of candles."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import Candle
from algotradehub.domain.order import OrderStatus, PriceSource, TimeInForce
from algotradehub.matching.candle_path import CandleRule
from algotradehub.matching.outcomes import Accepted, Matched, NewOrder, RefusalCode, Triggered
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
    stop,
    trailing,
    triggered,
)

D = Decimal
MARK = PriceSource.MARK
IOC = TimeInForce.IOC


def a_market(*orders: NewOrder, rule: CandleRule | None = None) -> RecordedMarket:
    market_ = RecordedMarket(instrument(), rule=rule)
    for order in orders:
        assert market_.place(order, 0) == [Accepted(order_id=order.order_id)]
    return market_


# --- quotes, books and prints ---


def test_the_mid_of_quotes_fires_what_waits_for_the_mark() -> None:
    market_ = a_market(stop("mark", SELL, 6, 98, source=MARK), stop("last", SELL, 1, 98))
    assert market_.on_quote(quote((98, 10), (99, 4), 5)) == []
    outcomes = market_.on_quote(quote((97, 4), (98, 4), 6))
    assert outcomes[0] == Triggered(order_id="mark", price=D("97.5"), at_ns=6)
    assert fills(outcomes, "mark") == amounts((97, 4))
    # A market order goes on waiting for what the next events display.
    assert fills(market_.on_quote(quote((96, 9), (98, 4), 7)), "mark") == amounts((96, 2))


def test_the_mid_of_a_book_fires_what_waits_for_the_mark() -> None:
    market_ = a_market(stop("mark", BUY, 3, 103, source=MARK))
    outcomes = market_.on_book(book(bids=((102, 5),), asks=((104, 2), (105, 5))))
    assert fills(outcomes, "mark") == amounts((104, 2), (105, 1))


def test_a_print_fires_what_waits_for_the_last_price_and_the_next_one_fills_it() -> None:
    market_ = a_market(stop("last", SELL, 2, 98), stop("mark", SELL, 1, 98, source=MARK))
    market_.on_trade(trade(100, 1, None, 1))
    outcomes = market_.on_trade(trade(97, 5, SELL, 2))
    # While nothing displays a price the mark is the last print.
    assert outcomes == [
        Triggered(order_id="last", price=D(97), at_ns=2),
        Triggered(order_id="mark", price=D(97), at_ns=2),
    ]
    assert fills(market_.on_trade(trade(96, 5, SELL, 3)), "last") == amounts((96, 2))


def test_a_print_fires_into_what_is_displayed() -> None:
    market_ = a_market(stop("last", SELL, 2, 98))
    market_.on_quote(quote((97, 10), (98, 4)))
    outcomes = market_.on_trade(trade(98, 1, BUY, 2))
    assert fills(outcomes, "last") == amounts((97, 2))
    assert isinstance(outcomes[1], Matched)
    assert outcomes[1].liquidity is Liquidity.TAKER


def test_a_limit_that_fired_rests_at_its_price() -> None:
    market_ = a_market(stop("stop", SELL, 2, 98, limit_price=D(98)))
    market_.on_quote(quote((97, 10), ("98.5", 4)))
    assert triggered(market_.on_trade(trade(98, 1, None, 2))) == ["stop"]
    assert fills(market_.on_trade(trade(99, 5, BUY, 3)), "stop") == amounts((98, 2))


def test_a_trigger_that_was_reached_already_is_refused() -> None:
    market_ = a_market()
    market_.on_trade(trade(100, 1, None))
    for source in (PriceSource.LAST, MARK):
        refused = refusal(market_.place(stop("o", SELL, 1, 100, source=source), 1))
        assert refused.code is RefusalCode.WOULD_TRIGGER


def test_a_trail_follows_the_prints() -> None:
    market_ = a_market(trailing("trail", SELL, 1, 5))
    for price in (100, 110, 106):
        assert market_.on_trade(trade(price, 1, None, price)) == []
    assert market_.on_trade(trade(105, 1, None, 105)) == [
        Triggered(order_id="trail", price=D(105), at_ns=105)
    ]


@pytest.mark.design_property(20)
def test_an_expiry_comes_before_a_trigger_of_the_same_instant() -> None:
    market_ = a_market(stop("stop", SELL, 1, 95, **gtd(5)))
    outcomes = market_.on_trade(trade(90, 1, None, 5))
    assert closings(outcomes)["stop"].status is OrderStatus.EXPIRED
    assert not triggered(outcomes)


# --- candles ---


def test_a_stop_fires_on_the_path_and_takes_at_its_trigger() -> None:
    market_ = a_market(stop("stop", SELL, 2, 95))
    fired, matched, closed = market_.on_candle(candle((100, 104, 90, 92)))
    assert fired == Triggered(order_id="stop", price=D(95), at_ns=160)
    assert isinstance(matched, Matched)
    assert (matched.price, matched.at_ns, matched.liquidity) == (D(95), 160, Liquidity.TAKER)
    assert closings([closed])["stop"].status is OrderStatus.FILLED


def test_an_open_beyond_the_trigger_is_what_the_stop_pays() -> None:
    market_ = a_market(stop("stop", BUY, 2, 95))
    fired, matched, _ = market_.on_candle(candle((100, 104, 90, 92)))
    assert fired == Triggered(order_id="stop", price=D(100), at_ns=100)
    assert isinstance(matched, Matched)
    assert (matched.price, matched.at_ns) == (D(100), 100)


def test_the_path_decides_who_comes_first() -> None:
    # From 100 down to 97, up to 110, down to 104.
    market_ = a_market(
        stop("high", BUY, 1, 108),
        stop("low", SELL, 1, 98),
        stop("lower", SELL, 1, "97.5"),
        limit("bid", BUY, 1, "97.5"),
        stop("mark", BUY, 1, 105, source=MARK),
    )
    outcomes = market_.on_candle(candle((100, 110, 97, 104)))
    assert triggered(outcomes) == ["low", "lower", "mark", "high"]
    names = [outcome.order_id for outcome in outcomes if isinstance(outcome, Matched)]
    assert names == ["low", "lower", "bid", "mark", "high"]


def test_what_fired_within_a_candle_goes_on_along_its_path() -> None:
    # From 100 down to 97, up to 110, down to 104: the limit rests at 108 from 109 on.
    market_ = a_market(stop("stop", BUY, 1, 109, limit_price=D(108)))
    outcomes = market_.on_candle(candle((100, 110, 97, 104)))
    assert fills(outcomes, "stop") == amounts((108, 1))
    (matched,) = [outcome for outcome in outcomes if isinstance(outcome, Matched)]
    assert matched.liquidity is Liquidity.MAKER
    market_ = a_market(stop("stop", SELL, 1, 98, limit_price=D(99)))
    assert fills(market_.on_candle(candle((100, 110, 97, 104))), "stop") == amounts((99, 1))


def test_what_fired_too_late_for_the_path_rests() -> None:
    # From 100 up to 101, down to 90, up to 92: a limit of 99 was passed before it was there.
    market_ = a_market(stop("stop", SELL, 1, 95, limit_price=D(99)))
    outcomes = market_.on_candle(candle((100, 101, 90, 92)))
    assert triggered(outcomes) == ["stop"]
    assert not fills(outcomes, "stop")


def test_a_trail_rises_on_the_path_and_fires_on_its_way_back() -> None:
    # From 100 down to 99, up to 110, down to 104.
    market_ = a_market(trailing("trail", SELL, 1, 5))
    outcomes = market_.on_candle(candle((100, 110, 99, 104)))
    assert fills(outcomes, "trail") == amounts((105, 1))


def test_a_trail_takes_at_the_next_valid_price() -> None:
    market_ = a_market(
        trailing("sell", SELL, 1, bps=123),  # 108.647 below 110
        trailing("buy", BUY, 1, bps=123),  # 100.2177 above 99
    )
    outcomes = market_.on_candle(candle((100, 110, 99, 104)))
    assert fills(outcomes, "buy") == amounts(("100.5", 1))
    assert fills(outcomes, "sell") == amounts(("108.5", 1))


def test_an_order_meets_nothing_of_a_candle_that_began_before_it() -> None:
    market_ = RecordedMarket(instrument())
    market_.place(stop("early", SELL, 1, 95), 100)
    market_.place(stop("late", SELL, 1, 95), 101)
    outcomes = market_.on_candle(candle((100, 101, 90, 94)))
    assert triggered(outcomes) == ["early"]
    outcomes = market_.on_candle(candle((94, 99, 93, 98), start_ns=160))
    assert fills(outcomes, "late") == amounts((94, 1))


def test_what_came_late_may_end_within_the_candle() -> None:
    market_ = RecordedMarket(instrument())
    market_.place(stop("late", SELL, 1, 95, **gtd(120)), 101)
    assert list(closings(market_.on_candle(candle((100, 101, 90, 94))))) == ["late"]
    assert not triggered(market_.on_candle(candle((94, 99, 93, 98), start_ns=160)))


def test_an_order_that_expires_within_a_candle_fires_at_its_open_only() -> None:
    market_ = a_market(stop("path", SELL, 1, 95, **gtd(150)), stop("open", BUY, 1, 99, **gtd(150)))
    outcomes = market_.on_candle(candle((100, 101, 90, 94)))
    assert triggered(outcomes) == ["open"]
    assert closings(outcomes)["path"].status is OrderStatus.EXPIRED


def test_the_volume_of_a_candle_bounds_what_fired_too() -> None:
    market_ = a_market(
        stop("market", SELL, 8, 95),
        stop("now", SELL, 8, 94, limit_price=D(90), time_in_force=IOC),
        rule=CandleRule(max_volume_share=D("0.1")),
    )
    outcomes = market_.on_candle(candle((100, 101, 90, 94), volume=50))
    assert fills(outcomes, "market") == amounts((95, 5))
    assert closings(outcomes)["now"].reason == "nothing left to take"
    outcomes = market_.on_candle(candle((93, 96, 92, 94), volume=50, start_ns=160))
    assert fills(outcomes, "market") == amounts((93, 3))


def test_what_may_only_make_is_cancelled_where_the_path_would_make_it_take() -> None:
    market_ = a_market(
        stop("takes", SELL, 1, 95, limit_price=D(94), post_only=True),
        stop("makes", SELL, 1, 95, limit_price=D(96), post_only=True),
    )
    outcomes = market_.on_candle(candle((100, 101, 90, 97)))
    assert closings(outcomes)["takes"].status is OrderStatus.CANCELLED
    assert fills(outcomes, "makes") == amounts((96, 1))


PRICES = st.integers(160, 240).map(lambda half_ticks: D(half_ticks) / 2)


@st.composite
def histories(draw: st.DrawFn) -> list[Candle]:
    found = []
    for number in range(draw(st.integers(1, 6))):
        low, *inner, high = sorted(draw(st.tuples(PRICES, PRICES, PRICES, PRICES)))
        opening, close = draw(st.permutations(inner))
        prices = (str(opening), str(high), str(low), str(close))
        found.append(candle(prices, start_ns=100 + 60 * number))
    return found


def path_of(bar: Candle) -> list[Decimal]:
    low_first = bar.open - bar.low <= bar.high - bar.open
    extremes = [bar.low, bar.high] if low_first else [bar.high, bar.low]
    return [*extremes, bar.close]


@given(data=histories(), price=PRICES, side=st.sampled_from(Side), takes_profit=st.booleans())
def test_a_stop_pays_its_trigger_or_the_open_in_the_first_candle_that_reaches_it(
    data: list[Candle], price: Decimal, side: Side, *, takes_profit: bool
) -> None:
    market_ = a_market(stop("o", side, 1, str(price), takes_profit=takes_profit))
    sign = -side.sign if takes_profit else side.sign
    wanted = None
    for number, bar in enumerate(data):
        if wanted is None and sign * (bar.open - price) >= 0:
            wanted = number, bar.open
        elif wanted is None and sign * ((bar.high if sign > 0 else bar.low) - price) >= 0:
            wanted = number, price
    found = [
        (number, match.price)
        for number, bar in enumerate(data)
        for match in market_.on_candle(bar)
        if isinstance(match, Matched)
    ]
    assert found == ([] if wanted is None else [wanted])


@given(data=histories(), offset=st.integers(1, 60), side=st.sampled_from(Side))
def test_a_trail_pays_its_offset_from_the_best_price_of_the_path(
    data: list[Candle], offset: int, side: Side
) -> None:
    distance, sign = D(offset) / 2, side.sign
    market_ = a_market(trailing("o", side, 1, str(distance)))
    wanted: list[tuple[int, Decimal]] = []
    best: Decimal | None = None
    for number, bar in enumerate(data):
        for step, price in enumerate([bar.open, *path_of(bar)]):
            trigger = None if best is None else best + sign * distance
            if trigger is not None and sign * (price - trigger) >= 0 and not wanted:
                wanted.append((number, price if step == 0 else trigger))
            best = price if best is None or sign * (price - best) < 0 else best
    found = [
        (number, match.price)
        for number, bar in enumerate(data)
        for match in market_.on_candle(bar)
        if isinstance(match, Matched)
    ]
    assert found == wanted


def test_a_market_order_of_before_is_not_disturbed() -> None:
    market_ = a_market(stop("stop", SELL, 1, 50))
    market_.on_candle(candle((100, 101, 90, 94)))
    market_.place(market("m", BUY, 1), 161)
    outcomes = market_.on_candle(candle((94, 99, 93, 98), start_ns=170))
    assert fills(outcomes, "m") == amounts((94, 1))
