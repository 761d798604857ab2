"""The settings of one installation: one frozen tree from a file, the environment and overrides."""

import json
import os
import tomllib
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import Meta

from algotradehub.domain import money
from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.reading import MAX_QUOTED, Spoken, amount, listed, read
from algotradehub.matching.candle_path import LimitsFill
from algotradehub.matching.self_trade import SelfTrade
from algotradehub.strategies.market_maker import MarketMakerParameters
from algotradehub.trading.account_desk import Durability

ENV_PREFIX: Final = "ALGOTRADEHUB__"
PAPER: Final = "paper:"

_MOST_BPS: Final = Decimal(1_000)
_AT_LEAST_ONE: Final = Meta(ge=1, description="a whole number of 1 or more")


def _from_to(least: float, most: float) -> Meta:
    return Meta(ge=least, le=most, description=f"a number from {least} to {most}")


def _above_zero(most: float) -> Meta:
    return Meta(gt=0, le=most, description=f"a number above 0, at most {most:,}")


def _text(pattern: str, rule: str) -> Meta:
    return Meta(pattern=rf"\A{pattern}\Z", description=rule)


def _name(marks: str, most: int) -> Meta:
    return _text(
        rf"[A-Za-z0-9][A-Za-z0-9{marks}-]{{0,{most - 1}}}",
        f"a name of at most {most} letters, digits and {marks}- that starts with a letter or digit",
    )


Positive: TypeAlias = Annotated[Decimal, amount("an amount above 0", lambda a: a > money.ZERO)]
NotNegative: TypeAlias = Annotated[
    Decimal, amount("an amount of 0 or more", lambda a: a >= money.ZERO)
]
Share: TypeAlias = Annotated[
    Decimal, amount("a share above 0, at most 1", lambda a: money.ZERO < a <= money.ONE)
]
Bps: TypeAlias = Annotated[
    Decimal, amount("0 to 1000 hundredths of a percent", lambda a: money.ZERO <= a <= _MOST_BPS)
]
Name: TypeAlias = Annotated[str, _name("._:@", 64)]
StrategyName: TypeAlias = Annotated[str, _name("._", 32)]
PaperVenueName: TypeAlias = Annotated[
    str,
    _text(
        rf"{PAPER}[A-Za-z0-9._:@-]{{0,58}}",
        f'a name that starts with "{PAPER}", such as paper:binance',
    ),
]
SymbolText: TypeAlias = Annotated[
    str, _text(r"[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?", "a symbol such as BTC/USDT or BTC/USDT:USDT")
]


class ApiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the HTTP API listens, and whether it asks for the token."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Annotated[int, _from_to(0, 65_535)] = 8080  # 0: any that is free
    authentication: bool = True  # off is possible on a loopback address only
    token_file: Path | None = None  # None: ``token`` in the data directory
    tenant: Name = "local"  # who the token stands for
    allowed_hosts: tuple[str, ...] = ()  # names beside the loopback ones it may be called by


class LimitSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Risk limits of one account, see ``trading.risk.RiskLimits``; what is left out is no limit."""

    max_order_notional: Positive | None = None
    max_position: Positive | None = None
    max_position_notional: Positive | None = None
    max_open_orders: Annotated[int, _AT_LEAST_ONE] | None = None
    price_band_bps: Positive | None = None


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True):
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


class ListingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument of a paper venue; the last four shape a synthetic market."""

    symbol: SymbolText
    tick: Positive | None = None  # None: 0.01, or as fine as the recording that is replayed
    lot: Positive = Decimal("0.00001")
    min_notional: NotNegative = Decimal(5)  # quote units
    price: Positive | None = None  # where a synthetic market starts
    volatility: Annotated[float, _above_zero(20)] = 0.6  # of a year
    spread_bps: Annotated[float, _above_zero(1_000)] = 1.0
    trades_per_s: Annotated[float, _above_zero(100)] = 0.5


class SyntheticSettings(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="synthetic"
):
    """Seeded prices and a crowd that trades around them."""

    seed: int = 1
    rate_hz: Annotated[float, _from_to(0.1, 100)] = 5.0


class RecordedFile(msgspec.Struct, frozen=True, kw_only=True):
    """Recorded market data of one symbol, in any format ``data import`` reads."""

    path: Path
    symbol: SymbolText


class FillSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording leaves open about our fills; see ``matching``: the rule, queue, slippage."""

    limits_fill: LimitsFill = LimitsFill.THROUGH  # of candles: whether to touch a price is enough
    max_volume_share: Share | None = None  # of a candle's volume; None: no limit
    queue_exponent: Annotated[int, _from_to(1, 8)] | None = None  # None: none before us withdraws
    slippage_bps: Bps = money.ONE  # where only prints or candles are recorded


class ReplaySettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="replay"):
    """Recorded market data, played as if it happened now."""

    files: Annotated[tuple[RecordedFile, ...], listed(1)]
    speed: Annotated[float, _above_zero(1_000_000)] = 1.0  # 1 is real time
    loop: bool = True
    fills: FillSettings = FillSettings()


class LatencySettings(msgspec.Struct, frozen=True, kw_only=True):
    """How long the way to a paper venue and back takes."""

    request_s: Annotated[float, _from_to(0, 10)] = 0.0  # from our sending to the venue's acting
    answer_s: Annotated[float, _from_to(0, 10)] = 0.0  # from the venue's acting to our hearing
    jitter: Annotated[float, _from_to(0, 1)] = 0.2  # a share, more or less


class TroubleSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A bad line to a paper venue: it is cut now and then, and answers are lost."""

    every_s: Annotated[float, _above_zero(86_400)] = 60.0  # between outages, on average
    for_s: Annotated[float, _above_zero(3_600)] = 4.0  # that an outage lasts
    loses: Annotated[float, _from_to(0, 1)] = 0.05  # share of the answers


class PaperVenueSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A venue in our own process."""

    id: PaperVenueName
    listings: Annotated[tuple[ListingSettings, ...], listed(1)]
    maker_fee: Decimal = Decimal("0.001")  # a rate; negative is a rebate
    taker_fee: Decimal = Decimal("0.001")
    opening: dict[str, NotNegative] = msgspec.field(  # of each account, when it is new
        default_factory=lambda: {"USDT": Decimal(100_000)}
    )
    leverage: Positive = Decimal(1)
    latency: LatencySettings | None = None  # None: nothing takes time
    # When two orders of one account would match; in a replay they never meet.
    self_trade: SelfTrade = SelfTrade.ALLOWED
    trouble: TroubleSettings | None = None  # None: a line that never fails
    market: SyntheticSettings | ReplaySettings = SyntheticSettings()

    def __post_init__(self) -> None:
        symbols = [listing.symbol for listing in self.listings]
        _require_unique("listings", "symbol", symbols)
        if isinstance(self.market, SyntheticSettings):
            for index, listing in enumerate(self.listings):
                if listing.price is None:
                    rule = "an amount above 0, at which a synthetic market starts"
                    raise _refused(f"listings.{index}.price", rule, "nothing")
            return
        odd = {file.symbol for file in self.market.files} ^ set(symbols)
        if odd:
            rule = f"recordings of the listed symbols ({', '.join(symbols)}), and of each of them"
            raise _refused("market.files", rule, ", ".join(sorted(odd)))


class MarketMakerSettings(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="market_maker"
):
    """The built-in market maker."""

    name: StrategyName
    account: Name
    symbol: SymbolText
    parameters: MarketMakerParameters = MarketMakerParameters()


class OwnStrategySettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="file"):
    """A strategy of one's own: a Python file that is run with all rights of this process."""

    name: StrategyName
    account: Name
    symbol: SymbolText
    file: Path
    parameters: dict[str, str] = {}  # handed to ``open_strategy`` by name, as text


StrategySettings: TypeAlias = MarketMakerSettings | OwnStrategySettings


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
        _require_unique("paper_venues", "id", [venue.id for venue in self.paper_venues])
        _require_unique("accounts", "id", [account.id for account in self.accounts])
        _require_unique("strategies", "name", [strategy.name for strategy in self.strategies])
        for index, account in enumerate(self.accounts):
            _require_known(f"accounts.{index}.venue", account.venue, "a venue", venues)
        for index, strategy in enumerate(self.strategies):
            key = f"strategies.{index}"
            _require_known(f"{key}.account", strategy.account, "an account", accounts)
            owner = accounts[strategy.account]
            symbols = [listing.symbol for listing in venues[owner.venue].listings]
            _require_known(f"{key}.symbol", strategy.symbol, f"a symbol of {owner.venue}", symbols)


def _refused(key: str, rule: str, value: str) -> InvalidRequest:
    return InvalidRequest(Refusal(field=key, rule=rule, value=value))


def _require_unique(key: str, field: str, names: list[str]) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            raise _refused(f"{key}.{index}.{field}", "a name that no other one has", name)


def _require_known(key: str, value: str, what: str, known: Collection[str]) -> None:
    if value not in known:
        names = ", ".join(known) or "none is defined"
        raise _refused(key, f"{what} of these settings ({names})", value)


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
            those of this process. Numbers, true and false are read from their text; elsewhere
            text is no number.
        overrides: Values by key. Of all three, tables are merged and everything else replaces.

    Raises:
        InvalidRequest: The file is missing or unreadable, or a value is not allowed; each refusal
            names the key and what is allowed.
    """
    values: dict[str, Any] = {}
    if file is not None:
        _merge(values, _contents(file))
    _merge(values, _variables(os.environ if environment is None else environment))
    _merge(values, overrides or {})
    return read(Settings, values)


def _contents(file: Path) -> dict[str, Any]:
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
        return Spoken(text)
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
