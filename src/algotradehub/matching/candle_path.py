"""How a price is taken to have moved within a candle, and which limits that fills."""

from decimal import Decimal
from enum import StrEnum

import msgspec

from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.market import Candle
from algotradehub.domain.money import ONE, ZERO


class LimitsFill(StrEnum):
    """When the path fills a resting limit."""

    TOUCH = "touch"  # it reaches the price
    THROUGH = "through"  # it goes beyond the price


class CandleRule(msgspec.Struct, frozen=True, kw_only=True):
    """How candles fill orders. By default a limit that is only touched is not filled."""

    limits_fill: LimitsFill = LimitsFill.THROUGH
    max_volume_share: Decimal | None = None  # of a candle's volume, 0 to 1; None: no limit

    def __post_init__(self) -> None:
        share = self.max_volume_share
        if share is not None and not ZERO < share <= ONE:
            raise ValueError(f"max_volume_share must be above 0 and at most 1, was {share}")


def turns(candle: Candle) -> tuple[tuple[Side, Decimal], tuple[Side, Decimal]]:
    """Return the path's two extremes in order, each with the side whose limits it fills.

    The path runs from the open to the nearer extreme (the low, if both are as near), to the other,
    to the close.
    """
    low, high = (Side.BUY, candle.low), (Side.SELL, candle.high)
    low_first = candle.open - candle.low <= candle.high - candle.open
    return (low, high) if low_first else (high, low)


def fired_at(
    trigger: Decimal, side: Side, instrument: Instrument, *, leg: Side, end: Decimal
) -> Decimal:
    """Return the price at which an order of ``side`` takes, when the path passes its ``trigger``.

    That is the trigger, or of one between two valid prices the worse, as far as the path goes:
    ``leg`` is the side whose limits the path to ``end`` fills.
    """
    price = instrument.passive_price(trigger, side.opposite)
    return max(price, end) if leg is Side.BUY else min(price, end)
