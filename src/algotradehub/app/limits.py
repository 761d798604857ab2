"""Limits as the settings have them, for the desk."""

from collections.abc import Mapping

import msgspec

from algotradehub.domain.ids import StrategyId, TenantId
from algotradehub.settings.limits import OrderLimitSettings
from algotradehub.settings.tree import Settings
from algotradehub.trading.limits import RiskLimits


def risk_limits(settings: OrderLimitSettings) -> RiskLimits:
    """Return the same limits in the desk's words."""
    given = msgspec.structs.asdict(settings)
    return RiskLimits(**{name: limit for name, limit in given.items() if limit is not None})


def tenant_limits(settings: Settings) -> Mapping[TenantId, RiskLimits]:
    return {TenantId(tenant.id): risk_limits(tenant.limits) for tenant in settings.tenants}


def strategy_limits(settings: Settings) -> Mapping[StrategyId, RiskLimits]:
    """Limits of the strategies that have some, by name."""
    limits = {
        StrategyId(strategy.name): risk_limits(strategy.limits) for strategy in settings.strategies
    }
    return {name: each for name, each in limits.items() if each != RiskLimits()}
