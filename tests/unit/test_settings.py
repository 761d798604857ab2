"""Settings: where they come from, what they refuse, and how they say it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from algotradehub.domain.errors import InvalidRequest
from algotradehub.settings import Settings, default_data_dir, load
from algotradehub.trading.account_desk import Durability

VENUE = {"id": "paper:one", "listings": [{"symbol": "BTC/USDT", "price": "64000"}]}
ACCOUNT = {"id": "mine", "venue": "paper:one"}
STRATEGY = {
    "kind": "market_maker",
    "name": "maker",
    "account": "mine",
    "symbol": "BTC/USDT",
    "parameters": {"value": "50"},
}
WHOLE: dict[str, Any] = {
    "paper_venues": [VENUE],
    "accounts": [ACCOUNT],
    "strategies": [STRATEGY],
}

TOML = """
data_dir = "somewhere"

[api]
port = 9000

[[paper_venues]]
id = "paper:one"
maker_fee = "-0.0001"
listings = [{ symbol = "BTC/USDT:USDT", price = "64000" }]
market = { kind = "synthetic", seed = 7 }

[[accounts]]
id = "mine"
venue = "paper:one"
limits = { max_open_orders = 3, max_position = "1.5" }
"""


def read(environment: dict[str, str] | None = None, **overrides: Any) -> Settings:
    return load(environment=environment or {}, overrides=overrides)


def refused(environment: dict[str, str] | None = None, **overrides: Any) -> str:
    with pytest.raises(InvalidRequest) as caught:
        read(environment, **overrides)
    return str(caught.value)


def test_everything_has_a_default() -> None:
    settings = read()
    assert settings.data_dir == default_data_dir()
    assert (settings.api.host, settings.api.port) == ("127.0.0.1", 8080)
    assert settings.api.authentication
    assert settings.accounts == ()


def test_the_data_directory_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert read().data_dir == tmp_path / "algotradehub"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_data_dir("demo") == tmp_path / ".local" / "share" / "demo"


def test_a_toml_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(TOML)
    settings = load(file, environment={})
    assert settings.data_dir == Path("somewhere")
    assert settings.api.port == 9000
    [venue], [account] = settings.paper_venues, settings.accounts
    assert venue.maker_fee == Decimal("-0.0001")
    assert venue.listings[0].price == Decimal(64000)
    assert account.limits.max_position == Decimal("1.5")
    assert account.limits.max_order_notional is None


def test_a_json_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"api": {"port": 9001}}')
    assert load(file, environment={}).api.port == 9001


def test_overrides_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[api]\nport = 1\nhost = "::1"\ntenant = "file"')
    environment = {"ALGOTRADEHUB__API__PORT": "2", "ALGOTRADEHUB__API__HOST": "localhost"}
    api = load(file, environment=environment, overrides={"api": {"port": 3}}).api
    assert (api.port, api.host, api.tenant) == (3, "localhost", "file")


def test_the_environment_speaks_json_for_lists_and_tables() -> None:
    environment = {
        "ALGOTRADEHUB__API": '{"port": 5}',
        "ALGOTRADEHUB__API__AUTHENTICATION": "false",
        "ALGOTRADEHUB__API__ALLOWED_HOSTS": '["desk.example"]',
        "UNRELATED__API__PORT": "6",
    }
    api = read(environment).api
    assert (api.port, api.authentication, api.allowed_hosts) == (5, False, ("desk.example",))


def test_this_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALGOTRADEHUB__API__PORT", "7")
    assert load().api.port == 7


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"ALGOTRADEHUB__API__PROT": "1"}, "api.prot: no such setting; check the spelling"),
        ({"ALGOTRADEHUB__APU__PORT": "1"}, "apu: no such setting; check the spelling"),
        ({"ALGOTRADEHUB__ACCOUNTS": "[{"}, "ALGOTRADEHUB__ACCOUNTS: JSON, as it begins like"),
        ({"ALGOTRADEHUB__API__PORT": "70000"}, "api.port: a number from 0 to 65535, was '70000'"),
    ],
)
def test_a_variable_that_cannot_be_right_is_named(
    environment: dict[str, str], message: str
) -> None:
    assert refused(environment).startswith(message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"api": {"port": -1}}, "api.port: a number from 0 to 65535, was '-1'"),
        (
            {"accounts": [{**ACCOUNT, "durability": "none"}]},
            "accounts.0.durability: one of process, sync, was 'none'",
        ),
        (
            {"accounts": [{**ACCOUNT, "venue": "kraken"}]},
            "accounts.0.venue: a venue of these settings (paper:one), was 'kraken'",
        ),
        (
            {"accounts": [ACCOUNT, ACCOUNT]},
            "accounts.1.id: a name that no other one has, was 'mine'",
        ),
        (
            {"accounts": [{"id": "a b", "venue": "paper:one"}]},
            "accounts.0.id: a name of at most 64",
        ),
        ({"accounts": [{"id": "a"}]}, "accounts.0.venue: a name of"),
        (
            {"accounts": [{**ACCOUNT, "limits": {"max_position": 1.5}}]},
            "accounts.0.limits.max_position: amounts are text, such as \"0.10\", was '1.5'",
        ),
        (
            {"accounts": [{**ACCOUNT, "limits": {"max_position": "0"}}]},
            "accounts.0.limits.max_position: an amount above 0, was '0'",
        ),
        ({"paper_venues": [{**VENUE, "id": "kraken"}]}, 'a name that starts with "paper:"'),
        ({"paper_venues": [VENUE, VENUE]}, "paper_venues.1.id: a name that no other"),
        ({"paper_venues": [{**VENUE, "opening": {"BTC": "-1"}}]}, "an amount of 0 or more"),
        ({"paper_venues": [{**VENUE, "listings": []}]}, "listings: a list of 1 to 1,000, was '[]'"),
        (
            {"paper_venues": [{**VENUE, "listings": [{"symbol": "btcusdt"}]}]},
            "symbol: a symbol such as BTC/USDT or BTC/USDT:USDT, was 'btcusdt'",
        ),
        (
            {"paper_venues": [{**VENUE, "listings": [{"symbol": "BTC/USDT"}]}]},
            "listings.0.price: an amount above 0, at which a synthetic market starts",
        ),
        (
            {"paper_venues": [{**VENUE, "listings": 2 * VENUE["listings"]}]},  # type: ignore[operator]
            "paper_venues.0.listings.1.symbol: a name that no other one has",
        ),
        (
            {"paper_venues": [{**VENUE, "market": {"kind": "replay", "files": []}}]},
            "paper_venues.0.market.files: a list of 1 to 1,000",
        ),
        (
            {
                "paper_venues": [
                    {
                        **VENUE,
                        "market": {
                            "kind": "replay",
                            "files": [{"path": "x", "symbol": "ETH/USDT"}],
                        },
                    }
                ]
            },
            "recordings of the listed symbols (BTC/USDT), and of each of them, was 'BTC/USDT, ETH",
        ),
        (
            {"paper_venues": [{**VENUE, "market": {"kind": "live"}}]},
            "market.kind: one of synthetic, replay, was",
        ),
        (
            {"strategies": [{**STRATEGY, "account": "nobody"}]},
            "strategies.0.account: an account of these settings (mine), was 'nobody'",
        ),
        ({"strategies": [{**STRATEGY, "symbol": "X/Y"}]}, "a symbol of paper:one of these"),
        ({"strategies": [STRATEGY, STRATEGY]}, "strategies.1.name: a name that no other"),
        (
            {"strategies": [{**STRATEGY, "kind": "oracle"}]},
            "strategies.0.kind: one of market_maker, file, was",
        ),
        (
            {"strategies": [{**STRATEGY, "parameters": {"value": "0"}}]},
            "value must be between 0.01 and",
        ),
        ({"strategies": [{**STRATEGY, "parameters": {"valeu": "1"}}]}, "parameters.valeu: no such"),
    ],
)
def test_what_cannot_be_right_is_named(changes: dict[str, Any], message: str) -> None:
    assert message in refused(**{**WHOLE, **changes})


def test_every_mistake_is_told_at_once() -> None:
    message = refused(api={"port": "x", "host": 1}, colour="red")
    assert all(key in message for key in ("api.port", "api.host", "colour"))


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("missing.toml", None, "a file of TOML ("),
        ("bad.toml", b"port = ", "a file of TOML ("),
        ("bad.json", b"{", "a file of JSON ("),
        ("list.json", b"[]", "a JSON object"),
        ("binary.toml", b"\xff\xfe", "a file of TOML ("),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: bytes | None, rule: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidRequest) as caught:
        load(file, environment={})
    assert rule in str(caught.value)
    assert str(file) in str(caught.value)


def test_real_money_is_synced_and_paper_is_not_unless_told() -> None:
    [paper] = read(**WHOLE).accounts
    assert paper.durable is Durability.PROCESS
    [told] = read(**{**WHOLE, "accounts": [{**ACCOUNT, "durability": "sync"}]}).accounts
    assert told.durable is Durability.SYNC
    assert msgspec.structs.replace(paper, venue="kraken").durable is Durability.SYNC


def test_nothing_can_be_changed_afterwards() -> None:
    settings = read()
    with pytest.raises(AttributeError, match="immutable"):
        settings.api = None  # type: ignore[misc,assignment]
