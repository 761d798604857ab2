"""Limits of a seed: wide ones that nobody meets, or small ones that bite."""

from decimal import Decimal
from random import Random
from typing import Final

from algotradehub.trading.limits import RiskLimits

WIDE: Final = RiskLimits(max_position=Decimal(60), max_open_orders=40)


def draw_limits(random: Random) -> RiskLimits:
    """Draw the limits of the account: prices are about 100, orders of up to 12."""

    def drawn(least: int, most: int) -> Decimal | None:
        return Decimal(random.randint(least, most)) if random.choice((True, False)) else None

    def count(least: int, most: int) -> int | None:
        return random.randint(least, most) if random.choice((True, False)) else None

    if random.choice((True, False)):
        return WIDE
    return RiskLimits(
        max_order_quantity=drawn(5, 11),
        max_position=drawn(5, 25),
        max_open_orders=count(1, 5),
        max_exposure=drawn(500, 2_500),
        max_orders_per_second=count(1, 3),
        max_orders_per_minute=count(3, 9),
        max_daily_loss=drawn(1, 20),
    )
