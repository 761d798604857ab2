"""The limits of one account."""

from decimal import Decimal

import msgspec


class RiskLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one account; None is no limit. Notional values are in the instrument's quote."""

    max_order_notional: Decimal | None = None
    max_position: Decimal | None = None  # base units per instrument, working orders included
    max_position_notional: Decimal | None = None  # the same, valued at the order's reserve price
    max_open_orders: int | None = None  # per account
    price_band_bps: Decimal | None = None  # a limit price may be this far on the worse side

    @property
    def need_a_price(self) -> bool:
        """Whether one of them is on a value, which an order without a price does not have."""
        return self.max_order_notional is not None or self.max_position_notional is not None
