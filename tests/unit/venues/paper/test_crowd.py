"""Makers move as little as they must and refill what was taken; takers come as asked."""

from decimal import Decimal
from random import Random

import msgspec

from algotradehub.domain.instrument import Side, TickBands
from algotradehub.domain.order import OrderType
from algotradehub.matching.outcomes import Accepted, Closed, Matched, NewOrder, Refused
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.venues.paper.crowd import Habits, Makers, Takers
from tests.unit.venues.paper.markets import spot

FAIR = 60_000.0


def test_a_ladder_in_place_is_left_alone() -> None:
    makers = Makers(PriceTimeMarket(spot()), Habits(), Random(1))
    assert makers.quote(FAIR, 1.0, 0)
    assert makers.quote(FAIR, 1.0, 1) == []


def test_a_small_move_leaves_most_of_the_ladder_in_its_place() -> None:
    makers = Makers(PriceTimeMarket(spot()), Habits(), Random(1))
    placed = len([o for o in makers.quote(FAIR, 1.0, 0) if isinstance(o, Accepted)])
    assert placed == 2 * Habits().levels
    outcomes = makers.quote(FAIR + 3, 1.0, 1)
    assert 0 < len([o for o in outcomes if isinstance(o, Closed)]) <= placed // 4


def test_what_was_taken_is_refilled() -> None:
    market = PriceTimeMarket(spot())
    makers = Makers(market, Habits(), Random(1))
    makers.quote(FAIR, 1.0, 0)
    taking = NewOrder(
        order_id="ours",
        owner="us",
        side=Side.BUY,
        type=OrderType.MARKET,
        quantity=Decimal(2),
    )
    outcomes = market.place(taking, 1)
    assert len([o for o in outcomes if isinstance(o, Closed)]) > 2
    makers.look(outcomes)
    makers.quote(FAIR, 1.0, 2)
    bids, asks = market.levels(50)
    assert len(bids) == len(asks) == Habits().levels


def test_a_ladder_goes_through_an_order_left_behind() -> None:
    market = PriceTimeMarket(spot())
    makers = Makers(market, Habits(), Random(1))
    makers.quote(FAIR, 1.0, 0)
    ours = NewOrder(
        order_id="ours",
        owner="us",
        side=Side.BUY,
        type=OrderType.LIMIT,
        quantity=Decimal("0.01"),
        limit_price=Decimal("59999.99"),
    )
    market.place(ours, 1)
    outcomes = makers.quote(FAIR - 100, 1.0, 2)
    (match,) = [o for o in outcomes if isinstance(o, Matched) and o.order_id == "ours"]
    assert match.price == Decimal("59999.99")


def test_a_ladder_keeps_the_price_rule_where_the_tick_changes() -> None:
    rule = TickBands(((Decimal(0), Decimal("0.02")), (Decimal(100), Decimal("0.05"))))
    instrument = msgspec.structs.replace(spot(), price_rule=rule)
    for fair in (99.97, 100.13):
        market = PriceTimeMarket(instrument)
        outcomes = Makers(market, Habits(), Random(1)).quote(fair, 1.0, 0)
        assert not [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        bids, asks = market.levels(50)
        assert bids[-1][0] < 100 < asks[-1][0]


def test_a_price_near_zero_still_has_two_sides() -> None:
    market = PriceTimeMarket(msgspec.structs.replace(spot(), min_notional=None))
    Makers(market, Habits(), Random(1)).quote(0.03, 1.0, 0)
    bids, asks = market.levels(50)
    assert [price for price, _ in bids] == [Decimal("0.02"), Decimal("0.01")]
    assert len(asks) == Habits().levels


def test_takers_come_as_often_as_they_should() -> None:
    market = PriceTimeMarket(spot())
    makers = Makers(market, Habits(), Random(1))
    habits = Habits(trades_per_s=0.5, herding=0.5)
    takers = Takers(market, habits, Random(2))
    orders = 0
    for second in range(4_000):
        makers.quote(FAIR, 1.0, second)
        outcomes = takers.trade(FAIR, 1.0, 1.0, second)
        makers.look(outcomes)
        orders += len([o for o in outcomes if isinstance(o, Accepted)])
    # Each of 2,000 brings half another about, and that one half of one, and so on.
    assert 3_600 < orders < 4_400
