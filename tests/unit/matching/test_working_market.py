"""What both markets do alike with orders, cancels, amends and time."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import OrderStatus
from algotradehub.matching.outcomes import Accepted, Amended, Closed, RefusalCode
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.matching.recorded import RecordedMarket
from algotradehub.matching.working_market import WorkingMarket
from tests.unit.matching.orders import BUY, SELL, amounts, gtd, instrument, limit, market, refusal

D = Decimal
RULES = instrument(min_notional=D(300))

Opener = Callable[[Instrument], WorkingMarket]


@pytest.fixture(params=[PriceTimeMarket, RecordedMarket])
def working_market(request: pytest.FixtureRequest) -> WorkingMarket:
    opener: Opener = request.param
    return opener(RULES)


def test_a_limit_with_nobody_to_meet_is_accepted_and_rests(working_market: WorkingMarket) -> None:
    assert working_market.place(limit("1", BUY, 4, 100), 1) == [Accepted(order_id="1")]


def test_a_broken_rule_is_refused_and_nothing_rests(working_market: WorkingMarket) -> None:
    assert refusal(working_market.place(limit("1", BUY, 2, 100), 1)).code is RefusalCode.NOTIONAL
    assert refusal(working_market.cancel("1", 2)).code is RefusalCode.UNKNOWN_ORDER


def test_a_market_order_is_judged_by_the_prices_known(working_market: WorkingMarket) -> None:
    assert refusal(working_market.place(market("1", BUY, 4), 1)).code is RefusalCode.NO_LIQUIDITY
    assert refusal(working_market.cancel("1", 2)).code is RefusalCode.UNKNOWN_ORDER


def test_a_cancel_ends_what_rests(working_market: WorkingMarket) -> None:
    working_market.place(limit("1", BUY, 4, 100), 1)
    (closed,) = working_market.cancel("1", 2)
    assert isinstance(closed, Closed)
    assert closed.status is OrderStatus.CANCELLED


def test_an_amendment_changes_what_rests(working_market: WorkingMarket) -> None:
    working_market.place(limit("1", BUY, 4, 100), 1)
    (amended,) = working_market.amend("1", quantity=D(5), limit_price=D(101), now_ns=2)
    assert isinstance(amended, Amended)
    assert [(amended.limit_price, amended.quantity)] == amounts((101, 5))


def test_an_amendment_of_nothing_is_refused(working_market: WorkingMarket) -> None:
    outcomes = working_market.amend("1", quantity=D(5), limit_price=None, now_ns=2)
    assert refusal(outcomes).code is RefusalCode.UNKNOWN_ORDER


@pytest.mark.parametrize("call", ["advance", "place", "cancel", "amend"])
def test_whatever_happens_next_expires_what_is_due_first(
    working_market: WorkingMarket, call: str
) -> None:
    working_market.place(limit("1", BUY, 4, 100, **gtd(5)), 1)
    first, *_ = {
        "advance": lambda: working_market.advance(5),
        "place": lambda: working_market.place(limit("2", BUY, 4, 100), 5),
        "cancel": lambda: working_market.cancel("1", 5),
        "amend": lambda: working_market.amend("1", quantity=D(5), limit_price=None, now_ns=5),
    }[call]()
    assert isinstance(first, Closed)
    assert (first.order_id, first.status) == ("1", OrderStatus.EXPIRED)


def test_a_position_bounds_what_may_reduce_it(working_market: WorkingMarket) -> None:
    reducing = limit("1", SELL, 3, 100, reduce_only=True)
    assert refusal(working_market.place(reducing, 1)).code is RefusalCode.NOTHING_TO_REDUCE
    working_market.set_position("ann", D(3))
    assert working_market.place(reducing, 2) == [Accepted(order_id="1")]
