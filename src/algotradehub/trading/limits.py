"""Limits: one set for each tenant, account, strategy and instrument of an account."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from algotradehub.domain.ids import AccountId, StrategyId, Symbol, TenantId


class RiskLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one scope; None is no limit.

    Money is in the quote asset of the instrument: such a limit holds for every quote asset by
    itself, since amounts in different assets are never added up.
    """

    max_order_quantity: Decimal | None = None  # base units
    max_order_notional: Decimal | None = None
    max_order_to_average: Decimal | None = None  # times the average of the scope's last orders
    price_band_bps: Decimal | None = None  # a limit price may be this far on the worse side
    max_orders_per_second: int | None = None  # amendments count, cancels do not
    max_orders_per_minute: int | None = None
    max_open_orders: int | None = None
    max_position: Decimal | None = None  # base units per instrument, working orders included
    max_position_notional: Decimal | None = None  # the same, valued at the order's reserve price
    max_exposure: Decimal | None = None  # the same, valued, over all instruments
    max_leverage: Decimal | None = None  # that exposure over equity
    max_concentration: Decimal | None = None  # share of one instrument in that exposure
    concentration_floor: Decimal | None = None  # up to this exposure any share is allowed
    max_daily_loss: Decimal | None = None  # since 00:00 UTC, fees included
    refuse_self_trade: bool = False  # between accounts of the tenant at one venue


class DeskLimits(msgspec.Struct, frozen=True, kw_only=True):
    """All limits of an installation; an order is held against each that concerns it."""

    tenants: Mapping[TenantId, RiskLimits] = {}
    accounts: Mapping[AccountId, RiskLimits] = {}
    instruments: Mapping[AccountId, Mapping[Symbol, RiskLimits]] = {}
    strategies: Mapping[StrategyId, RiskLimits] = {}
    owners: Mapping[AccountId, TenantId] = {}  # of every account
