"""Settings of limits: what each scope can be held to; what is left out is no limit."""

from typing import Annotated, TypeAlias

import msgspec

from algotradehub.settings.fields import AT_LEAST_ONE, Name, NotNegative, Positive, Share, refused

_Count: TypeAlias = Annotated[int, AT_LEAST_ONE]


def _require_floor(share: object, floor: object) -> None:
    if (share is None) is not (floor is None):
        missing = "concentration_floor" if floor is None else "max_concentration"
        rule = "both max_concentration and concentration_floor, up to which any share is allowed"
        raise refused(missing, rule, "missing")


class OrderLimitSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of the orders of any scope, see ``trading.limits.RiskLimits``."""

    max_order_quantity: Positive | None = None
    max_order_notional: Positive | None = None
    max_order_to_average: Positive | None = None
    price_band_bps: Positive | None = None
    max_orders_per_second: _Count | None = None
    max_orders_per_minute: _Count | None = None
    max_open_orders: _Count | None = None


class InstrumentLimitSettings(OrderLimitSettings, frozen=True, kw_only=True):
    """Limits of one instrument of an account."""

    max_position: Positive | None = None
    max_position_notional: Positive | None = None


class LimitSettings(InstrumentLimitSettings, frozen=True, kw_only=True):
    """Limits of an account. Money is in the quote asset; each asset is held to it by itself."""

    max_exposure: Positive | None = None
    max_leverage: Positive | None = None
    max_concentration: Share | None = None
    concentration_floor: NotNegative | None = None
    max_daily_loss: Positive | None = None

    def __post_init__(self) -> None:
        _require_floor(self.max_concentration, self.concentration_floor)


class TenantLimitSettings(OrderLimitSettings, frozen=True, kw_only=True):
    """Limits of a tenant: of all accounts together."""

    max_exposure: Positive | None = None
    max_leverage: Positive | None = None
    max_concentration: Share | None = None
    concentration_floor: NotNegative | None = None
    max_daily_loss: Positive | None = None
    refuse_self_trade: bool = False

    def __post_init__(self) -> None:
        _require_floor(self.max_concentration, self.concentration_floor)


class TenantSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever owns accounts."""

    id: Name
    limits: TenantLimitSettings = TenantLimitSettings()
