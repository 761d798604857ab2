"""What an honest venue does not accept: orders outside its rules, or beyond the money there is."""

from collections.abc import Mapping
from decimal import Decimal

from algotradehub.domain.ids import Asset
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO


def objection(
    side: Side,
    quantity: Decimal,
    price: Decimal | None,
    *,
    instrument: Instrument,
    available: Mapping[Asset, Decimal],
) -> tuple[str, str] | None:
    """Return code and reason of the first rule of ``instrument`` that is broken, or None.

    Args:
        side: Of the order.
        quantity: What it may still fill, in base units.
        price: What it is valued at, in quote units; None if it has none.
        instrument: What is traded.
        available: Per asset, what no other order holds back.
    """
    if price is None or price <= ZERO or not instrument.is_valid_price(price):
        return "PRICE", f"a positive multiple of the tick, was {price}"
    if quantity < instrument.min_quantity or quantity % instrument.lot:
        return "QUANTITY", f"at least one lot and whole lots, was {quantity}"
    asset, amount = held(side, quantity, price, instrument)
    if amount > available[asset]:
        return "FUNDS", f"{amount} {asset} are needed, {available[asset]} are available"
    return None


def held(
    side: Side, quantity: Decimal, price: Decimal, instrument: Instrument
) -> tuple[Asset, Decimal]:
    """What an order of that size keeps from being spent twice: a buy's fee is part of it."""
    if side is Side.SELL:
        return instrument.base, quantity
    return instrument.quote, quantity * price * (1 + instrument.maker_fee)
