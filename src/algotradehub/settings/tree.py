"""The settings of one installation: one frozen tree."""

import os
from pathlib import Path

import msgspec

from algotradehub.settings.accounts import AccountSettings
from algotradehub.settings.api import ApiSettings
from algotradehub.settings.fields import require_known, require_unique
from algotradehub.settings.paper import PaperVenueSettings
from algotradehub.settings.strategies import StrategySettings


def default_data_dir(name: str = "algotradehub") -> Path:
    """Where data is kept unless told otherwise: ``name`` in the user's data folder (XDG)."""
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / name


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a person can choose. Read by ``app`` only."""

    data_dir: Path = msgspec.field(default_factory=default_data_dir)
    api: ApiSettings = ApiSettings()
    paper_venues: tuple[PaperVenueSettings, ...] = ()
    accounts: tuple[AccountSettings, ...] = ()
    strategies: tuple[StrategySettings, ...] = ()

    def __post_init__(self) -> None:
        venues = {venue.id: venue for venue in self.paper_venues}
        accounts = {account.id: account for account in self.accounts}
        require_unique("paper_venues", "id", [venue.id for venue in self.paper_venues])
        require_unique("accounts", "id", [account.id for account in self.accounts])
        require_unique("strategies", "name", [strategy.name for strategy in self.strategies])
        for index, account in enumerate(self.accounts):
            require_known(f"accounts.{index}.venue", account.venue, "a venue", venues)
        for index, strategy in enumerate(self.strategies):
            key = f"strategies.{index}"
            require_known(f"{key}.account", strategy.account, "an account", accounts)
            owner = accounts[strategy.account]
            symbols = [listing.symbol for listing in venues[owner.venue].listings]
            require_known(f"{key}.symbol", strategy.symbol, f"a symbol of {owner.venue}", symbols)
