"""Amendments of what rests and of what waits for its trigger."""

from decimal import Decimal
from typing import Any

import pytest

from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import OrderType, PriceSource, TimeInForce
from algotradehub.matching.amendments import Amendments
from algotradehub.matching.fees import QuoteFees
from algotradehub.matching.outcomes import Amended, NewOrder, Outcome, RefusalCode, Refused
from algotradehub.matching.triggers import condition_of
from algotradehub.matching.working import WorkingOrders
from algotradehub.matching.working_order import WorkingOrder
from tests.unit.matching.orders import BUY, SELL, instrument, limit, market, stop, trailing

D = Decimal
RULES = instrument(market_lot=D(2), min_notional=D(100))
PRICE = D(100)


def working_orders(rules: Instrument | None = None) -> WorkingOrders:
    rules = rules or instrument()
    return WorkingOrders(
        rules, fees=QuoteFees(rules), would_take=lambda _side, _price: False, max_orders=9
    )


def amend(
    working: WorkingOrders,
    order_id: str,
    *,
    rules: Instrument | None = None,
    out: list[Outcome],
    quantity: Decimal | None = None,
    limit_price: Decimal | None = None,
    trigger_price: Decimal | None = None,
) -> WorkingOrder | None:
    """Amend at 1 ns, with every price at 100."""

    def price_of(_source: PriceSource) -> Decimal:
        return PRICE

    return Amendments(rules or instrument(), working, price_of=price_of).amend(
        order_id,
        quantity=quantity,
        limit_price=limit_price,
        trigger_price=trigger_price,
        now_ns=1,
        out=out,
    )


@pytest.mark.parametrize(
    "new", [market("o", BUY, 5), limit("o", BUY, 5, 100, time_in_force=TimeInForce.IOC)]
)
def test_what_cannot_rest_cannot_be_amended(new: NewOrder) -> None:
    working = working_orders()
    out: list[Outcome] = []
    working.waiting["o"] = working.accept(new, 0, out, quantity=D(5))
    out.clear()
    assert amend(working, "o", quantity=D(3), limit_price=None, out=out) is None
    (refused,) = out
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.UNSUPPORTED
    working.cancel("o", out)
    assert not working.waiting


def test_an_amended_reduce_only_order_stays_within_the_position() -> None:
    working = working_orders()
    working.set_position("ann", D(5))
    out: list[Outcome] = []
    new = limit("tp", SELL, 2, 100, reduce_only=True)
    working.rest(working.accept(new, 0, out, quantity=D(2)))
    out.clear()
    order = amend(working, "tp", quantity=D(9), limit_price=None, out=out)
    assert out == [Amended(order_id="tp", quantity=D(5), limit_price=D(100))]
    assert order is not None
    assert (order.remaining, order.since_ns, order.resting) == (D(5), 1, False)


def test_the_price_of_an_order_cut_below_the_minimum_can_still_be_amended() -> None:
    rules = instrument(min_quantity=D(3))
    working = WorkingOrders(
        rules, fees=QuoteFees(rules), would_take=lambda _side, _price: False, max_orders=9
    )
    working.set_position("ann", D(2))
    out: list[Outcome] = []
    new = limit("tp", SELL, 3, 100, reduce_only=True)
    working.rest(working.accept(new, 0, out, quantity=D(3)))
    amend(working, "tp", quantity=None, limit_price=D(90), out=out)
    assert out[-1] == Amended(order_id="tp", quantity=D(2), limit_price=D(90))


def waiting(order: NewOrder) -> WorkingOrders:
    working = working_orders(RULES)
    assert order.quantity is not None
    accepted = working.accept(order, 0, [], quantity=order.quantity, condition=condition_of(order))
    working.triggers.add(accepted, PRICE)
    return working


def test_all_of_a_waiting_order_may_change() -> None:
    working = waiting(stop("o", SELL, 4, 90, limit_price=D(89)))
    out: list[Outcome] = []
    values = {"quantity": D(5), "limit_price": D(94), "trigger_price": D(95)}
    assert amend(working, "o", rules=RULES, out=out, **values) is None
    assert out == [Amended(order_id="o", quantity=D(5), limit_price=D(94), trigger_price=D(95))]
    working.triggers.move(PriceSource.LAST, D("95.5"))
    assert not working.triggers.fired
    working.triggers.move(PriceSource.LAST, D(95))
    ((order, price),) = working.triggers.fired
    assert (order.order_id, order.price, order.remaining, price) == ("o", D(94), D(5), D(95))


@pytest.mark.parametrize(
    ("order", "changes", "code"),
    [
        (stop("o", SELL, 4, 90), {"limit_price": D(80)}, RefusalCode.PRICE),
        (stop("o", SELL, 4, 90), {"trigger_price": D("90.2")}, RefusalCode.PRICE),
        (stop("o", SELL, 4, 90), {"trigger_price": D(100)}, RefusalCode.WOULD_TRIGGER),
        (stop("o", BUY, 4, 110), {"trigger_price": D(100)}, RefusalCode.WOULD_TRIGGER),
        (stop("o", SELL, 4, 90), {"quantity": D(5)}, RefusalCode.QUANTITY),  # a market lot is 2
        (stop("o", SELL, 4, 90), {"trigger_price": D(20)}, RefusalCode.NOTIONAL),
        (stop("o", SELL, 4, 90, limit_price=D(90)), {"limit_price": D(9)}, RefusalCode.NOTIONAL),
        (trailing("o", SELL, 4, 5), {"trigger_price": D(96)}, RefusalCode.UNSUPPORTED),
        (trailing("o", SELL, 4, 5), {"limit_price": D(96)}, RefusalCode.PRICE),
        (limit("o", SELL, 4, 110), {"trigger_price": D(96)}, RefusalCode.UNSUPPORTED),
    ],
)
def test_what_a_waiting_order_may_not_become(
    order: NewOrder, changes: dict[str, Any], code: RefusalCode
) -> None:
    working = working_orders(RULES)
    assert order.quantity is not None
    condition = None if order.type is OrderType.LIMIT else condition_of(order)
    opened = working.accept(order, 0, [], quantity=order.quantity, condition=condition)
    if condition is None:
        working.rest(opened)
    else:
        working.triggers.add(opened, PRICE)
    out: list[Outcome] = []
    amend(working, "o", rules=RULES, out=out, **changes)
    (refused,) = out
    assert isinstance(refused, Refused)
    assert refused.code is code


def test_the_quantity_of_a_trail_may_change_and_its_best_price_stays() -> None:
    working = waiting(trailing("o", SELL, 4, 5))
    out: list[Outcome] = []
    amend(working, "o", rules=RULES, out=out, quantity=D(6))
    assert out == [Amended(order_id="o", quantity=D(6), limit_price=None)]
    working.triggers.move(PriceSource.LAST, D(95))
    ((order, _),) = working.triggers.fired
    assert order.remaining == 6
