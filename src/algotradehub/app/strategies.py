"""Opens the strategies of the settings: the built-in ones, and those of one's own."""

import importlib.util
import traceback
from pathlib import Path
from types import ModuleType
from typing import Final, cast

from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.ids import AccountId, Symbol, TenantId, VenueId
from algotradehub.ports.strategy import Strategy
from algotradehub.ports.venue import Channel
from algotradehub.settings.strategies import (
    MarketMakerSettings,
    OwnStrategySettings,
    StrategySettings,
)
from algotradehub.settings.tree import Settings
from algotradehub.strategies.market_maker import MarketMaker
from algotradehub.trading.strategy_host import StrategyHost

ENTRY: Final = "open_strategy"
_METHODS: Final = ("name", "on_market", "on_order", "on_fill")


def start_strategies(host: StrategyHost, settings: Settings) -> None:
    """Start every strategy of ``settings``.

    Raises:
        InvalidRequest: A file of one's own cannot be used; the message names file and line.
    """
    owners = {account.id: account for account in settings.accounts}
    for wanted in settings.strategies:
        owner = owners[wanted.account]
        account, venue = AccountId(owner.id), VenueId(owner.venue)
        host.start(
            open_strategy(wanted, account=account, venue=venue),
            tenant=TenantId(owner.tenant),
            accounts=[account],
            channels=[(venue, Channel(Symbol(wanted.symbol), "quotes"))],
        )


def open_strategy(wanted: StrategySettings, *, account: AccountId, venue: VenueId) -> Strategy:
    """Build one strategy.

    Raises:
        InvalidRequest: As for ``start_strategies``.
    """
    symbol = Symbol(wanted.symbol)
    match wanted:
        case MarketMakerSettings():
            return MarketMaker(
                wanted.name, wanted.parameters, account=account, venue=venue, symbol=symbol
            )
        case OwnStrategySettings():
            return _opened(wanted, account=account, venue=venue, symbol=symbol)


def _opened(
    wanted: OwnStrategySettings, *, account: AccountId, venue: VenueId, symbol: Symbol
) -> Strategy:
    file = wanted.file
    entry = getattr(_loaded(file), ENTRY, None)
    if not callable(entry):
        raise _refused(file, f"a file that defines {ENTRY}(name, *, account, venue, symbol)")
    try:
        strategy = entry(
            wanted.name, account=account, venue=venue, symbol=symbol, **wanted.parameters
        )
    except Exception as error:
        raise _refused(file, f"a strategy that opens ({_told(error, file)})") from error
    if missing := [method for method in _METHODS if not hasattr(strategy, method)]:
        rule = f"a strategy with {', '.join(_METHODS)}; {', '.join(missing)} is missing"
        raise _refused(file, rule)
    return cast("Strategy", strategy)


def _loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"own_strategy_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise _refused(file, "a Python file (named .py)")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _refused(file, f"a Python file that runs ({_told(error, file)})") from error
    return module


def _told(error: Exception, file: Path) -> str:
    """What went wrong, and on which line of ``file``."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == file
    ]
    where = f"line {lines[-1]}: " if lines else ""
    return f"{where}{type(error).__name__}: {error}"


def _refused(file: Path, rule: str) -> InvalidRequest:
    return InvalidRequest(Refusal(field="strategies.file", rule=rule, value=str(file)))
