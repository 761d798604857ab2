"""What holds for the settings as a whole."""

from pathlib import Path

import pytest

from algotradehub.settings.tree import default_data_dir
from tests.unit.settings.whole import read, refused


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


def test_every_mistake_is_told_at_once() -> None:
    message = refused(api={"port": "x", "host": 1}, colour="red")
    assert all(key in message for key in ("api.port", "api.host", "colour"))


def test_nothing_can_be_changed_afterwards() -> None:
    settings = read()
    with pytest.raises(AttributeError, match="immutable"):
        settings.api = None  # type: ignore[misc,assignment]
