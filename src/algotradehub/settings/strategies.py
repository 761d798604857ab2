"""Settings of strategies."""

from pathlib import Path
from typing import TypeAlias

import msgspec

from algotradehub.settings.fields import Name, StrategyName, SymbolText
from algotradehub.settings.limits import OrderLimitSettings
from algotradehub.strategies.market_maker import MarketMakerParameters


class MarketMakerSettings(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="market_maker"
):
    """The built-in market maker."""

    name: StrategyName
    account: Name
    symbol: SymbolText
    parameters: MarketMakerParameters = MarketMakerParameters()
    limits: OrderLimitSettings = OrderLimitSettings()


class OwnStrategySettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="file"):
    """A strategy of one's own: a Python file that is run with all rights of this process."""

    name: StrategyName
    account: Name
    symbol: SymbolText
    file: Path
    limits: OrderLimitSettings = OrderLimitSettings()
    parameters: dict[str, str] = {}  # handed to ``open_strategy`` by name, as text


StrategySettings: TypeAlias = MarketMakerSettings | OwnStrategySettings
