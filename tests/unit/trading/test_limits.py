"""Which limits need the price of an order."""

from decimal import Decimal

import pytest

from algotradehub.trading.limits import RiskLimits


@pytest.mark.parametrize(
    ("limits", "needed"),
    [
        (RiskLimits(), False),
        (RiskLimits(max_position=Decimal(1), max_open_orders=1, price_band_bps=Decimal(1)), False),
        (RiskLimits(max_order_notional=Decimal(1)), True),
        (RiskLimits(max_position_notional=Decimal(1)), True),
    ],
)
def test_limits_on_a_value_need_a_price(limits: RiskLimits, *, needed: bool) -> None:
    assert limits.need_a_price is needed
