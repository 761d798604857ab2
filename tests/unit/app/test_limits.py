"""Limits of the settings, in the desk's words."""

from decimal import Decimal

from algotradehub.app.limits import risk_limits, strategy_limits, tenant_limits
from algotradehub.settings.accounts import AccountSettings
from algotradehub.settings.limits import (
    LimitSettings,
    OrderLimitSettings,
    TenantLimitSettings,
    TenantSettings,
)
from algotradehub.settings.paper import ListingSettings, PaperVenueSettings, SyntheticSettings
from algotradehub.settings.strategies import MarketMakerSettings
from algotradehub.settings.tree import Settings
from algotradehub.trading.limits import RiskLimits

VENUE = PaperVenueSettings(
    id="paper:a",
    market=SyntheticSettings(),
    listings=(ListingSettings(symbol="BTC/USDT", price=Decimal(100), lot=Decimal(1)),),
)


def test_what_is_left_out_is_no_limit() -> None:
    assert risk_limits(LimitSettings()) == RiskLimits()
    given = LimitSettings(max_concentration=Decimal("0.5"), concentration_floor=Decimal(7))
    assert risk_limits(given) == RiskLimits(
        max_concentration=Decimal("0.5"), concentration_floor=Decimal(7)
    )


def test_tenants_and_strategies_have_their_own() -> None:
    limited = OrderLimitSettings(max_open_orders=2)
    settings = Settings(
        paper_venues=(VENUE,),
        accounts=(AccountSettings(id="a", venue="paper:a"),),
        tenants=(TenantSettings(id="local", limits=TenantLimitSettings(refuse_self_trade=True)),),
        strategies=(
            MarketMakerSettings(name="mm", account="a", symbol="BTC/USDT", limits=limited),
            MarketMakerSettings(name="free", account="a", symbol="BTC/USDT"),
        ),
    )
    assert tenant_limits(settings) == {"local": RiskLimits(refuse_self_trade=True)}
    assert strategy_limits(settings) == {"mm": RiskLimits(max_open_orders=2)}
