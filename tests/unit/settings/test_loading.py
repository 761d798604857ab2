"""Settings: where they come from, what they refuse, and how they say it."""

from decimal import Decimal
from pathlib import Path

import pytest

from algotradehub.domain.errors import InvalidRequest
from algotradehub.settings.loading import load
from tests.unit.settings.whole import TOML, read, refused


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
