"""The path within a candle."""

from decimal import Decimal

import pytest

from algotradehub.domain.instrument import Side
from algotradehub.domain.market import Candle
from algotradehub.matching.candle_path import CandleRule, fired_at, turns
from tests.unit.matching.orders import BUY, SELL, SYMBOL, VENUE, instrument

D = Decimal


@pytest.mark.parametrize(("opening", "low_first"), [(11, True), (15, True), (16, False)])
def test_the_nearer_extreme_comes_first(opening: int, *, low_first: bool) -> None:
    candle = Candle(
        venue=VENUE,
        symbol=SYMBOL,
        start_ns=0,
        interval_ns=60,
        open=D(opening),
        high=D(20),
        low=D(10),
        close=D(12),
        volume=D(1),
        final=True,
        received_ns=60,
    )
    path = ((BUY, D(10)), (SELL, D(20)))
    assert turns(candle) == (path if low_first else path[::-1])


@pytest.mark.parametrize("share", ["0", "-0.1", "1.1"])
def test_a_share_of_the_volume_is_a_share(share: str) -> None:
    with pytest.raises(ValueError, match="max_volume_share must be above 0 and at most 1"):
        CandleRule(max_volume_share=D(share))
    assert CandleRule(max_volume_share=D(1)).max_volume_share == 1


@pytest.mark.parametrize(
    ("trigger", "side", "leg", "end", "price"),
    [
        ("95", SELL, BUY, "90", "95"),
        ("95.3", SELL, BUY, "90", "95"),
        ("95.3", SELL, BUY, "95.2", "95.2"),  # the path comes no further
        ("95.3", BUY, SELL, "99", "95.5"),
        ("95.3", BUY, SELL, "95.4", "95.4"),
    ],
)
def test_a_trigger_between_two_prices_takes_at_the_worse(
    trigger: str, side: Side, leg: Side, end: str, price: str
) -> None:
    found = fired_at(D(trigger), side, instrument(), leg=leg, end=D(end))
    assert found == D(price)
