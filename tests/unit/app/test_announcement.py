"""What a running platform says of itself, and what is believed of it."""

import os
import stat
from pathlib import Path

import pytest

from algotradehub.app.announcement import announced, read_announcement, usual_directories
from algotradehub.app.demo import demo_settings
from algotradehub.settings.loading import load

URL = "http://127.0.0.1:8080"


def test_it_is_told_while_it_runs_and_not_after(tmp_path: Path) -> None:
    with announced(tmp_path, url=URL, token_file=tmp_path / "token"):
        told = read_announcement(tmp_path)
        assert told is not None
        assert (told.url, told.token_file, told.pid) == (URL, tmp_path / "token", os.getpid())
        (file,) = tmp_path.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_announcement(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_it_is_no_more_told_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), announced(tmp_path, url=URL, token_file=None):
        raise ZeroDivisionError
    assert read_announcement(tmp_path) is None


def test_a_later_start_takes_the_place_of_one_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text('{"url": "old", "token_file": null, "pid": 999999999}')
    assert read_announcement(tmp_path) is None
    with announced(tmp_path, url=URL, token_file=None):
        told = read_announcement(tmp_path)
        assert told is not None
        assert told.token_file is None


def test_a_token_file_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with announced(tmp_path, url=URL, token_file=Path("token")):
        monkeypatch.chdir("/")
        told = read_announcement(tmp_path)
        assert told is not None
        assert told.token_file == tmp_path / "token"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "\x00",
        '{"url": 1, "token_file": null, "pid": 1}',
        '{"url": "a", "pid": "x"}',
    ],
)
def test_what_cannot_be_read_is_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "server.json").write_text(text)
    assert read_announcement(tmp_path) is None


def test_a_process_of_another_user_lives_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_permitted(pid: int, number: int) -> None:
        raise PermissionError

    with announced(tmp_path, url=URL, token_file=None):
        monkeypatch.setattr("os.kill", not_permitted)
        assert read_announcement(tmp_path) is not None


@pytest.mark.parametrize(
    "variables", [{}, {"XDG_DATA_HOME": "/data"}, {"ALGOTRADEHUB__DATA_DIR": "/own/place"}]
)
def test_it_is_looked_for_where_the_settings_put_it(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "ALGOTRADEHUB__DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    demo = demo_settings(data_dir=None, port=0, token_file=None, seed=1)
    assert list(usual_directories(os.environ)) == [load().data_dir, demo.data_dir]
