"""The settings of one installation: one frozen tree."""

import os
from pathlib import Path

import msgspec

from algotradehub.domain.ids import MAIN_CALLER
from algotradehub.settings.accounts import AccountSettings
from algotradehub.settings.api import ApiSettings
from algotradehub.settings.fields import refused, require_known, require_unique
from algotradehub.settings.intervention import InterventionSettings
from algotradehub.settings.limits import TenantSettings
from algotradehub.settings.paper import PaperVenueSettings
from algotradehub.settings.strategies import StrategySettings

APPROVERS = 2


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
    tenants: tuple[TenantSettings, ...] = ()  # those with limits; an account names its own
    strategies: tuple[StrategySettings, ...] = ()
    intervention: InterventionSettings = InterventionSettings()

    def __post_init__(self) -> None:
        venues = {venue.id: venue for venue in self.paper_venues}
        accounts = {account.id: account for account in self.accounts}
        require_unique("paper_venues", "id", [venue.id for venue in self.paper_venues])
        require_unique("accounts", "id", [account.id for account in self.accounts])
        require_unique("tenants", "id", [tenant.id for tenant in self.tenants])
        require_unique("strategies", "name", [strategy.name for strategy in self.strategies])
        names = [person.name for person in self.api.people]
        require_unique("api.people", "name", names)
        if MAIN_CALLER in names:
            rule = "a name that does not stand for the token of the installation"
            raise refused("api.people", rule, MAIN_CALLER)
        files = [str(person.token_file) for person in self.api.people]
        require_unique("api.people", "token_file", files)
        if self.intervention.second_approver and not (
            self.api.authentication and len(names) >= APPROVERS
        ):
            rule = "off, or api.authentication on and two names or more in api.people"
            raise refused("intervention.second_approver", rule, ", ".join(names))
        for index, account in enumerate(self.accounts):
            require_known(f"accounts.{index}.venue", account.venue, "a venue", venues)
            listed = [listing.symbol for listing in venues[account.venue].listings]
            for symbol in account.instruments:
                key = f"accounts.{index}.instruments"
                require_known(key, symbol, f"a symbol of {account.venue}", listed)
        owners = {account.tenant for account in self.accounts}
        for index, tenant in enumerate(self.tenants):
            require_known(f"tenants.{index}.id", tenant.id, "the tenant of an account", owners)
        for index, strategy in enumerate(self.strategies):
            key = f"strategies.{index}"
            require_known(f"{key}.account", strategy.account, "an account", accounts)
            owner = accounts[strategy.account]
            symbols = [listing.symbol for listing in venues[owner.venue].listings]
            require_known(f"{key}.symbol", strategy.symbol, f"a symbol of {owner.venue}", symbols)
