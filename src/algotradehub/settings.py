"""The settings of one installation: one frozen tree from a file, the environment and overrides."""

import json
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from algotradehub.domain import money
from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.strategies.market_maker import MarketMakerParameters
from algotradehub.trading.account_desk import Durability

ENV_PREFIX: Final = "ALGOTRADEHUB__"
MAX_LISTED: Final = 1_000  # venues, accounts, instruments, files: each list
MAX_QUOTED: Final = 100  # characters of a bad value that a message repeats
PAPER: Final = "paper:"

_SYMBOL: Final = re.compile(r"[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?")


def _paper(venue: str) -> str:
    if not venue.startswith(PAPER):
        raise ValueError(f'a name that starts with "{PAPER}", such as paper:binance')
    return venue


def _symbol(symbol: str) -> str:
    if not _SYMBOL.fullmatch(symbol):
        raise ValueError("a symbol such as BTC/USDT or BTC/USDT:USDT")
    return symbol


def _positive(amount: Decimal) -> Decimal:
    if amount <= money.ZERO:
        raise ValueError("an amount above 0")
    return amount


def _not_negative(amount: Decimal) -> Decimal:
    if amount < money.ZERO:
        raise ValueError("an amount of 0 or more")
    return amount


# Amounts are text here as everywhere: a TOML or JSON number has been through binary floats.
Amount: TypeAlias = Annotated[Decimal, BeforeValidator(money.parse)]
Positive: TypeAlias = Annotated[Amount, AfterValidator(_positive)]
NotNegative: TypeAlias = Annotated[Amount, AfterValidator(_not_negative)]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$")]
StrategyName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
PaperVenueName: TypeAlias = Annotated[Name, AfterValidator(_paper)]
SymbolText: TypeAlias = Annotated[str, AfterValidator(_symbol)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ApiSettings(_Section):
    """Where the HTTP API listens, and whether it asks for the token."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)  # 0: any that is free
    authentication: bool = True  # off is possible on a loopback address only
    token_file: Path | None = None  # None: ``token`` in the data directory
    tenant: Name = "local"  # who the token stands for
    allowed_hosts: tuple[str, ...] = ()  # names beside the loopback ones it may be called by


class LimitSettings(_Section):
    """Risk limits of one account, see ``trading.risk.RiskLimits``; what is left out is no limit."""

    max_order_notional: Positive | None = None
    max_position: Positive | None = None
    max_position_notional: Positive | None = None
    max_open_orders: int | None = Field(default=None, ge=1)
    price_band_bps: Positive | None = None


class AccountSettings(_Section):
    """One wallet at one venue."""

    id: Name
    venue: Name
    tenant: Name = "local"
    durability: Durability | None = None  # None: process for paper, sync for everything else
    limits: LimitSettings = LimitSettings()

    @property
    def durable(self) -> Durability:
        """What an intent must survive before it is sent."""
        if self.durability is not None:
            return self.durability
        return Durability.PROCESS if self.venue.startswith(PAPER) else Durability.SYNC


class ListingSettings(_Section):
    """One instrument of a paper venue; the last four shape a synthetic market."""

    symbol: SymbolText
    tick: Positive | None = None  # None: 0.01, or as fine as the recording that is replayed
    lot: Positive = Decimal("0.00001")
    min_notional: NotNegative = Decimal(5)  # quote units
    price: Positive | None = None  # where a synthetic market starts
    volatility: float = Field(default=0.6, gt=0, le=20)  # of a year
    spread_bps: float = Field(default=1.0, gt=0, le=1_000)
    trades_per_s: float = Field(default=0.5, gt=0, le=100)


class SyntheticSettings(_Section):
    """Seeded prices and a crowd that trades around them."""

    kind: Literal["synthetic"] = "synthetic"
    seed: int = 1
    rate_hz: float = Field(default=5.0, ge=0.1, le=100)


class RecordedFile(_Section):
    """Recorded market data of one symbol, in any format ``data import`` reads."""

    path: Path
    symbol: SymbolText


class ReplaySettings(_Section):
    """Recorded market data, played as if it happened now."""

    kind: Literal["replay"]
    files: tuple[RecordedFile, ...] = Field(min_length=1, max_length=MAX_LISTED)
    speed: float = Field(default=1.0, gt=0, le=1_000_000)  # 1 is real time
    loop: bool = True


class PaperVenueSettings(_Section):
    """A venue in our own process."""

    id: PaperVenueName
    listings: tuple[ListingSettings, ...] = Field(min_length=1, max_length=MAX_LISTED)
    maker_fee: Amount = Decimal("0.001")  # a rate; negative is a rebate
    taker_fee: Amount = Decimal("0.001")
    opening: dict[str, NotNegative] = {"USDT": Decimal(100_000)}  # of each account, when it is new
    leverage: Positive = Decimal(1)
    latency_s: float = Field(default=0.0, ge=0, le=10)  # from the venue's act to our hearing of it
    market: Annotated[SyntheticSettings | ReplaySettings, Field(discriminator="kind")] = (
        SyntheticSettings()
    )

    @model_validator(mode="after")
    def _market_knows_every_listing(self) -> "PaperVenueSettings":
        _require_unique("listings", [listing.symbol for listing in self.listings])
        if isinstance(self.market, SyntheticSettings):
            missing = [listing.symbol for listing in self.listings if listing.price is None]
            if missing:
                raise ValueError(f"a synthetic market needs a price to start at: {missing[0]}")
            return self
        recorded = {file.symbol for file in self.market.files}
        listed = {listing.symbol for listing in self.listings}
        if recorded != listed:
            raise ValueError(
                f"listings and market.files must name the same symbols, and these are only in "
                f"one of them: {', '.join(sorted(recorded ^ listed))}"
            )
        return self


class StrategySettings(_Section):
    """One built-in strategy to run; ``parameters`` are those of its kind."""

    kind: Literal["market_maker"]
    name: StrategyName
    account: Name
    symbol: SymbolText
    parameters: dict[str, Any] = {}

    @model_validator(mode="after")
    def _parameters_are_known(self) -> "StrategySettings":
        _ = self.market_maker
        return self

    @property
    def market_maker(self) -> MarketMakerParameters:
        """The parameters, read.

        Raises:
            ValueError: One is missing, unknown, or out of bounds.
        """
        return msgspec.convert(self.parameters, MarketMakerParameters)


def default_data_dir(name: str = "algotradehub") -> Path:
    """Where data is kept unless told otherwise: ``name`` in the user's data folder (XDG)."""
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / name


class Settings(_Section):
    """Everything a person can choose. Read by ``app`` only."""

    data_dir: Path = Field(default_factory=default_data_dir)
    api: ApiSettings = ApiSettings()
    paper_venues: tuple[PaperVenueSettings, ...] = Field(default=(), max_length=MAX_LISTED)
    accounts: tuple[AccountSettings, ...] = Field(default=(), max_length=MAX_LISTED)
    strategies: tuple[StrategySettings, ...] = Field(default=(), max_length=MAX_LISTED)

    @model_validator(mode="after")
    def _names_fit_together(self) -> "Settings":
        venues = {venue.id: venue for venue in self.paper_venues}
        accounts = {account.id: account for account in self.accounts}
        _require_unique("paper_venues", [venue.id for venue in self.paper_venues])
        _require_unique("accounts", [account.id for account in self.accounts])
        _require_unique("strategies", [strategy.name for strategy in self.strategies])
        for account in self.accounts:
            if account.venue not in venues:
                raise _Unknown("accounts.venue", account.venue, "a venue", venues)
        for strategy in self.strategies:
            owner = accounts.get(strategy.account)
            if owner is None:
                raise _Unknown("strategies.account", strategy.account, "an account", accounts)
            symbols = [listing.symbol for listing in venues[owner.venue].listings]
            if strategy.symbol not in symbols:
                listed = f"a symbol of {owner.venue}"
                raise _Unknown("strategies.symbol", strategy.symbol, listed, symbols)
        return self


class _Unknown(ValueError):
    def __init__(self, key: str, value: str, what: str, known: Collection[str]) -> None:
        names = ", ".join(known) or "none is defined"
        super().__init__(f"{key} must be {what} of these settings ({names}), was {value!r}")


def load(
    file: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Read the settings: overrides win over the environment, and that over the file.

    Args:
        file: TOML, or JSON if its name ends so.
        environment: ``ALGOTRADEHUB__SECTION__KEY`` variables, lists and tables as JSON; None takes
            those of this process.
        overrides: Values by key. Of all three, tables are merged and everything else replaces.

    Raises:
        InvalidRequest: The file is missing or unreadable, or a value is not allowed; each refusal
            names the key and what is allowed.
    """
    values: dict[str, Any] = {}
    if file is not None:
        _merge(values, _read(file))
    _merge(values, _variables(os.environ if environment is None else environment))
    _merge(values, overrides or {})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise InvalidRequest(*map(_refusal, error.errors(include_url=False))) from error


def _read(file: Path) -> dict[str, Any]:
    is_json = file.suffix == ".json"
    try:
        text = file.read_text(encoding="utf-8")
        values = json.loads(text) if is_json else tomllib.loads(text)
    except (OSError, ValueError) as error:  # of the file, its encoding, its syntax
        rule = f"a file of {'JSON' if is_json else 'TOML'} ({error})"
        raise InvalidRequest(Refusal(field="settings", rule=rule, value=str(file))) from error
    if not isinstance(values, dict):
        raise InvalidRequest(Refusal(field="settings", rule="a JSON object", value=str(file)))
    return values


def _variables(environment: Mapping[str, str]) -> dict[str, Any]:
    """``ALGOTRADEHUB__API__PORT=0`` as ``{"api": {"port": "0"}}``."""
    values: dict[str, Any] = {}
    for name in sorted(environment):
        if name.startswith(ENV_PREFIX):
            *sections, key = name.removeprefix(ENV_PREFIX).lower().split("__")
            value: Any = _value(name, environment[name])
            for section in (key, *reversed(sections)):
                value = {section: value}
            _merge(values, value)
    return values


def _value(name: str, text: str) -> Any:
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        rule = f"JSON, as it begins like a list or a table ({error})"
        raise InvalidRequest(Refusal(field=name, rule=rule, value=text[:MAX_QUOTED])) from error


def _merge(values: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        held = values.get(key)
        if isinstance(held, dict) and isinstance(value, Mapping):
            _merge(held, value)
        else:
            values[key] = dict(value) if isinstance(value, Mapping) else value


def _refusal(error: Any) -> Refusal:
    key = ".".join(str(part) for part in error["loc"]) or "settings"
    rule = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        rule = "no such setting; check the spelling"
    given = error["input"]
    # Of a whole section the rule names what is wrong in it.
    value = "" if isinstance(given, dict | BaseModel) else str(given)[:MAX_QUOTED]
    return Refusal(field=key, rule=rule, value=value)


def _require_unique(key: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{key} must have each name once, and {name!r} is there twice")
