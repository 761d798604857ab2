"""Averages and entry prices as they are shown; nothing is ever reckoned with them."""

from decimal import Context, Decimal

# A quotient rarely ends.
_SHOWN = Context(prec=20)


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """Divide, to 20 digits; None where there is nothing to divide by."""
    return _SHOWN.divide(dividend, divisor) if divisor else None
