"""How much of an order may still come to our position: what every limit counts."""

from decimal import Decimal

from algotradehub.domain.money import ZERO
from algotradehub.domain.order import FINAL_STATUSES, Order


def exposure_of(order: Order) -> Decimal:
    """Base quantity that may still fill, or has filled and is in no position yet.

    Never understated; 0 once ``order`` is final and all its fills are known.
    """
    if order.status in FINAL_STATUSES and not order.lacks_fills:
        return ZERO
    if order.parts:
        return _of_parts(order)
    if order.status in FINAL_STATUSES and not order.total_untold:
        return order.venue_filled - order.filled
    total = order.legs[0].quantity
    if total is None:  # an amount in quote
        return order.remaining / order.reserve_price
    amendment = order.amend_pending
    if amendment is not None and amendment.quantity is not None:
        total = max(total, amendment.quantity)
    # What the venue claims beyond our fills is in no position yet, so it still counts here.
    left = total - order.filled
    if left < ZERO:  # asked so often that max() would show
        return ZERO
    return left


def _of_parts(order: Order) -> Decimal:
    """Sum over the legs; where one is being replaced, at least what its successor may fill."""
    total = sum(map(exposure_of, order.parts), ZERO)
    amendment = order.amend_pending
    if order.replacing is None or amendment is None:
        return total
    wanted = order.quantity if amendment.quantity is None else amendment.quantity
    return total if wanted is None else max(total, wanted - order.filled)
