"""Refusals: every rule once, with its code and its reason."""

from decimal import Decimal

import pytest

from algotradehub.domain.order import OrderType, PriceSource, TimeInForce
from algotradehub.matching.checks import (
    Problem,
    crossed_problem,
    lots_for,
    market_notional_problem,
    order_problem,
)
from algotradehub.matching.outcomes import NewOrder, RefusalCode
from tests.unit.matching.orders import (
    BUY,
    SELL,
    gtd,
    instrument,
    limit,
    market,
    stop,
    trailing,
)

D = Decimal
RULES = instrument(
    lot=D("0.5"),
    market_lot=D(2),
    min_quantity=D(1),
    max_quantity=D(50),
    market_max_quantity=D(20),
    min_notional=D(100),
    max_notional=D(5000),
)
IOC, FOK, GTD = TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTD


@pytest.mark.design_property(24)
@pytest.mark.parametrize(
    ("order", "code", "reason"),
    [
        (
            limit("o", BUY, 1, "100.3"),
            RefusalCode.PRICE,
            "the price 100.3 is not one of the instrument's; the nearest is 100.5",
        ),
        (limit("o", BUY, 1, 0), RefusalCode.PRICE, "the price 0 is not positive"),
        (
            limit("o", BUY, 1, 100, limit_price=None),
            RefusalCode.PRICE,
            "a limit order needs a limit price",
        ),
        (
            limit("o", BUY, "1.2", 100),
            RefusalCode.QUANTITY,
            "the quantity 1.2 is not a multiple of the lot 0.5",
        ),
        (limit("o", BUY, "0.5", 999), RefusalCode.QUANTITY, "the quantity 0.5 is below 1"),
        (limit("o", BUY, -1, 999), RefusalCode.QUANTITY, "the quantity -1 is not positive"),
        (
            limit("o", BUY, "50.5", 9),
            RefusalCode.QUANTITY,
            "the quantity 50.5 is above 50; split the order",
        ),
        (
            limit("o", BUY, 1, 100, quantity=None, value=D(1)),
            RefusalCode.QUANTITY,
            "a limit order needs a quantity, and no value",
        ),
        (limit("o", BUY, 2, 49), RefusalCode.NOTIONAL, "the order is worth 98, less than 100"),
        (
            limit("o", BUY, 50, 101),
            RefusalCode.NOTIONAL,
            "the order is worth 5050, more than 5000; split it",
        ),
        (
            limit("o", BUY, 1, 100, time_in_force=GTD),
            RefusalCode.EXPIRED,
            "good till date needs an expiry",
        ),
        (
            limit("o", BUY, 1, 100, **gtd(7)),
            RefusalCode.EXPIRED,
            "the expiry passed 3 ns ago",
        ),
        (
            limit("o", BUY, 1, 100, post_only=True, time_in_force=IOC),
            RefusalCode.UNSUPPORTED,
            "post-only contradicts IOC: choose one",
        ),
        (
            limit("o", BUY, 1, 100, type=OrderType.STOP_LIMIT),
            RefusalCode.PRICE,
            "a STOP_LIMIT order needs a trigger",
        ),
        (
            market("o", BUY, 2, limit_price=D(1)),
            RefusalCode.PRICE,
            "a market order has no limit price; send a LIMIT order",
        ),
        (
            market("o", BUY, 3),
            RefusalCode.QUANTITY,
            "the quantity 3 is not a multiple of the lot 2",
        ),
        (
            market("o", BUY, 22),
            RefusalCode.QUANTITY,
            "the quantity 22 is above 20; split the order",
        ),
        (
            market("o", BUY),
            RefusalCode.QUANTITY,
            "a market order needs a quantity or a value, and not both",
        ),
        (
            market("o", BUY, 2, value=5),
            RefusalCode.QUANTITY,
            "a market order needs a quantity or a value, and not both",
        ),
        (
            market("o", BUY, 2, post_only=True),
            RefusalCode.WOULD_TAKE,
            "a market order always takes; drop post-only",
        ),
        (
            market("o", BUY, 2, **gtd(99)),
            RefusalCode.UNSUPPORTED,
            "a market order cannot be good till date",
        ),
        (
            stop("o", BUY, 2, "100.3"),
            RefusalCode.PRICE,
            "the price 100.3 is not one of the instrument's; the nearest is 100.5",
        ),
        (
            stop("o", BUY, 2, 100, source=PriceSource.INDEX),
            RefusalCode.UNSUPPORTED,
            "there is no index price here; use LAST or MARK",
        ),
        (
            stop("o", BUY, 2, 100, trigger=None),
            RefusalCode.PRICE,
            "a STOP_MARKET order needs a trigger",
        ),
        (
            trailing("o", BUY, 2, 5, trail=None),
            RefusalCode.PRICE,
            "a TRAILING_STOP order needs a trail",
        ),
        (
            stop("o", BUY, 3, 100),
            RefusalCode.QUANTITY,
            "the quantity 3 is not a multiple of the lot 2",
        ),
        (
            stop("o", BUY, 1, 100, quantity=None, value=D(500)),
            RefusalCode.QUANTITY,
            "a STOP_MARKET order needs a quantity, not a value",
        ),
        (stop("o", BUY, 2, 40), RefusalCode.NOTIONAL, "the order is worth 80, less than 100"),
        (
            stop("o", BUY, 2, 100, limit_price=D(40)),
            RefusalCode.NOTIONAL,
            "the order is worth 80, less than 100",
        ),
        (
            stop("o", BUY, 2, 100, type=OrderType.STOP_LIMIT),
            RefusalCode.PRICE,
            "a limit order needs a limit price",
        ),
        (
            trailing("o", BUY, 2, 5, bps=5),
            RefusalCode.PRICE,
            "a trail needs an offset or basis points, and not both",
        ),
        (trailing("o", BUY, 2, 0), RefusalCode.PRICE, "the offset 0 is not positive"),
        (
            trailing("o", BUY, 2, bps=10_000),
            RefusalCode.PRICE,
            "the offset of 10000 basis points is not between 0 and 10000",
        ),
        (
            trailing("o", BUY, 2, 5, activation="0.3"),
            RefusalCode.PRICE,
            "the price 0.3 is not one of the instrument's; the nearest is 0.5",
        ),
        (
            market("o", BUY, value=200, time_in_force=FOK),
            RefusalCode.UNSUPPORTED,
            "fill or kill needs a quantity, not a value",
        ),
    ],
)
def test_a_broken_rule_is_named(order: NewOrder, code: RefusalCode, reason: str) -> None:
    assert order_problem(order, RULES, 10) == Problem(code, reason)


@pytest.mark.parametrize(
    "order",
    [
        limit("o", BUY, 1, 100),
        limit("o", BUY, 50, 100),
        limit("o", BUY, 1, "0.5", reduce_only=True),  # below the minimum notional
        limit("o", BUY, 1, 100, **gtd(11)),
        limit("o", BUY, 1, 100, expires_ns=3),  # read for GTD only
        stop("o", BUY, 2, 7, type=OrderType.MARKET),  # reads no trigger
        limit("o", BUY, 1, 100, post_only=True),
        market("o", BUY, 20),
        market("o", BUY, value=1),
        market("o", BUY, 2, time_in_force=FOK),
        stop("o", BUY, 2, 50),
        stop("o", BUY, 2, 50, **gtd(11)),
        stop("o", BUY, "2.5", 9, limit_price=D(50)),  # worth its limit
        trailing("o", SELL, 2, 5),
        trailing("o", SELL, 2, bps="0.5", activation=100),
    ],
)
def test_what_keeps_every_rule_passes(order: NewOrder) -> None:
    assert order_problem(order, RULES, 10) is None


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (market("o", BUY, 2), "the order is worth 80, less than 100"),
        (market("o", BUY, value=99), "the order is worth 99, less than 100"),
        (market("o", BUY, value=5001), "the order is worth 5001, more than 5000; split it"),
        (market("o", BUY, value=0), "the value 0 is not positive"),
    ],
)
def test_a_market_order_is_worth_what_it_would_meet(order: NewOrder, reason: str) -> None:
    problem = market_notional_problem(order, RULES, D(40))
    assert problem == Problem(RefusalCode.NOTIONAL, reason)


def test_a_market_order_of_enough_worth_passes() -> None:
    assert market_notional_problem(market("o", BUY, 2), RULES, D(50)) is None
    assert market_notional_problem(market("o", BUY, 2, reduce_only=True), RULES, D(1)) is None


def test_a_value_pays_for_whole_market_lots() -> None:
    assert lots_for(D(199), D(40), RULES) == 4
    assert lots_for(D(79), D(40), RULES) == 0


@pytest.mark.parametrize(
    ("current", "rises", "reason"),
    [
        (100, True, "MARK is at 100, no longer below the trigger 100"),
        (99, False, "MARK is at 99, no longer above the trigger 100"),
        (99, True, None),
        (101, False, None),
        (None, True, None),
    ],
)
def test_a_trigger_that_was_reached_already_is_a_problem(
    current: int | None, reason: str | None, *, rises: bool
) -> None:
    price = None if current is None else D(current)
    problem = crossed_problem(PriceSource.MARK, D(100), price, rises=rises)
    assert problem == (reason and Problem(RefusalCode.WOULD_TRIGGER, reason))
