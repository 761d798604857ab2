"""What the scripted venue refuses by its rules, and what an order holds back."""

from decimal import Decimal

import pytest

from algotradehub.domain.ids import Asset
from algotradehub.domain.instrument import Side
from algotradehub.simulation.admission import held, objection
from algotradehub.simulation.venue import INSTRUMENT

BTC, USDT = Asset("BTC"), Asset("USDT")


@pytest.mark.parametrize(
    ("side", "quantity", "price", "code"),
    [
        (Side.BUY, "5", "200", None),
        (Side.SELL, "10", "999999", None),
        (Side.BUY, "5", None, "PRICE"),
        (Side.BUY, "5", "0", "PRICE"),
        (Side.BUY, "5", "-100", "PRICE"),
        (Side.BUY, "5", "100.5", "PRICE"),
        (Side.BUY, "0", "100", "QUANTITY"),
        (Side.BUY, "-1", "100", "QUANTITY"),
        (Side.BUY, "1.5", "100", "QUANTITY"),
        (Side.SELL, "11", "100", "FUNDS"),
        (Side.BUY, "10", "100", "FUNDS"),  # the price fits, the fee on top does not
    ],
)
def test_the_first_broken_rule_is_named(
    side: Side, quantity: str, price: str | None, code: str | None
) -> None:
    found = objection(
        side,
        Decimal(quantity),
        None if price is None else Decimal(price),
        instrument=INSTRUMENT,
        available={BTC: Decimal(10), USDT: Decimal(1_001) if code is None else Decimal(1_000)},
    )
    assert (found and found[0]) == code


def test_a_buy_holds_money_and_its_fee_and_a_sell_holds_the_asset() -> None:
    assert held(Side.BUY, Decimal(10), Decimal(100), INSTRUMENT) == (USDT, Decimal(1_001))
    assert held(Side.SELL, Decimal(10), Decimal(100), INSTRUMENT) == (BTC, Decimal(10))
