"""What may be added up of positions, and what may not."""

from decimal import Decimal
from typing import Any

import pytest

from algotradehub.domain.ids import AccountId, Symbol
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.position import Position
from algotradehub.trading.aggregation import aggregated
from tests.unit.trading.words import ACCOUNT, BTC, SPOT, USDT, changed

D = Decimal
OTHER = AccountId("other")


def held(
    quantity: int, cost: int, *, account: AccountId = ACCOUNT, **changes: Any
) -> tuple[Position, Instrument]:
    instrument = changed(SPOT, **changes)
    position = Position(
        account=account, symbol=instrument.symbol, quantity=D(quantity), cost=D(cost)
    )
    return position, instrument


@pytest.mark.design_property(25)
def test_accounts_that_hold_the_same_are_one_line() -> None:
    one, other = held(2, 100), held(3, 200, account=OTHER)
    (line,) = aggregated([one, other])
    assert (line.asset, line.quote, line.inverse) == (BTC, USDT, False)
    assert (line.quantity, line.cost, line.average_price) == (D(5), D(300), D(60))
    assert line.positions == (one[0], other[0])


@pytest.mark.design_property(25)
def test_what_is_reckoned_differently_is_never_summed() -> None:
    """Another quote, or contracts instead of base units: a line of its own."""
    lines = aggregated(
        [
            held(4, 400),
            held(3, 300, symbol=Symbol("BTC/INR"), quote="INR", settle="INR"),
            held(2, 1, symbol=Symbol("BTC/USD:BTC"), quote="USD", settle="BTC", inverse=True),
        ]
    )
    assert {(line.quote, line.inverse): line.quantity for line in lines} == {
        ("USDT", False): 4,
        ("INR", False): 3,
        ("BTC", True): 2,
    }


def test_what_is_flat_has_no_average_price() -> None:
    (line,) = aggregated([held(0, 0)])
    assert line.average_price is None
