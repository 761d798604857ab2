"""What a request becomes: what it is valued at, and when it is too late to send it."""

from decimal import Decimal

import pytest

from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.order import OrderRequest, QuoteAmount, Trigger, TriggerDirection
from algotradehub.trading.new_order import SEND_WITHIN_NS, new_order
from tests.unit.trading.words import limit

MARKET = limit(limit_price=None)
STOP = limit(
    limit_price=None, trigger=Trigger(price=Decimal(80), direction=TriggerDirection.FALLS_TO)
)


@pytest.mark.parametrize(
    ("request_", "reference", "price"),
    [(limit(), 99, 100), (STOP, 99, 80), (MARKET, 99, 99), (MARKET, None, 0)],
)
def test_it_is_valued_at_the_best_price_known(
    request_: OrderRequest, reference: int | None, price: int
) -> None:
    known = None if reference is None else Decimal(reference)
    order = new_order(request_, known, order_id=ClientOrderId("o1"), now_ns=7)
    assert order.reserve_price == price
    assert (order.created_ns, order.send_before_ns) == (7, 7 + SEND_WITHIN_NS)
    assert order.leg.client_order_id == order.order_id == "o1"


def test_an_amount_in_quote_needs_a_price() -> None:
    spends = limit(limit_price=None, amount=QuoteAmount(Decimal(50)))
    with pytest.raises(InvalidRequest, match="a known price"):
        new_order(spends, None, order_id=ClientOrderId("o1"), now_ns=7)
