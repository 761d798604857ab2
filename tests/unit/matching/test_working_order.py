"""What a working order may match at."""

from decimal import Decimal

import pytest

from algotradehub.matching.working_order import WorkingOrder, reaches
from tests.unit.matching.orders import BUY, SELL

D = Decimal


@pytest.mark.parametrize(("limit", "accepted"), [(D(5), True), (D(4), False), (None, True)])
def test_an_order_accepts_what_keeps_its_limit(limit: Decimal | None, *, accepted: bool) -> None:
    order = WorkingOrder(
        order_id="1",
        owner="ann",
        side=BUY,
        price=limit,
        quantity=D(1),
        remaining=D(1),
        since_ns=0,
    )
    assert order.accepts(D(5)) is accepted


def test_reaching_a_limit_is_being_as_good_or_better() -> None:
    assert reaches(BUY, D(5), D(5))
    assert reaches(BUY, D(5), D(4))
    assert not reaches(BUY, D(5), D(6))
    assert reaches(SELL, D(5), D(5))
    assert reaches(SELL, D(5), D(6))
    assert not reaches(SELL, D(5), D(4))
