"""A browser is opened for a person at this machine, and for nobody else."""

import subprocess
import sys
import webbrowser
from typing import Any

import pytest

from algotradehub.cli.browser import is_seen, open_page

PAGE = "http://127.0.0.1:1/#token=t"


@pytest.mark.parametrize(
    ("environment", "system", "seen"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0", "CI": "true"}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_CONNECTION": "a b"}, "darwin", False),
        ({"CI": "1"}, "darwin", False),
    ],
)
def test_it_takes_a_display_and_no_robot(
    environment: dict[str, str], system: str, *, seen: bool
) -> None:
    assert is_seen(environment, is_terminal=True, system=system) is seen
    assert is_seen(environment, is_terminal=False, system=system) is False


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been run for a person at a terminal."""
    commands: list[list[str]] = []

    def start(command: list[str], **options: Any) -> None:
        commands.append(command)

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr("algotradehub.cli.browser.is_seen", lambda *_, **__: True)
    return commands


def test_a_browser_is_asked(started: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "get", object)
    assert open_page(PAGE)
    assert started == [[sys.executable, "-m", "webbrowser", PAGE]]


def test_without_any_nothing_is_tried(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> None:
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", none)
    assert not open_page(PAGE)
    assert started == []


def test_a_test_is_nobody() -> None:
    assert not open_page(PAGE)
