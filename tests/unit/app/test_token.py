"""The token's file: made once, kept secret, refused when it is neither."""

from pathlib import Path

import pytest

from algotradehub.app.token import read_or_create_token
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.errors import AuthenticationFailed

IDS = InstallationIds(1)


def test_it_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "token"
    token = read_or_create_token(path, IDS)
    assert len(token) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == f"{token}\n"
    assert read_or_create_token(path, IDS) == token


def test_two_installations_have_two_tokens(tmp_path: Path) -> None:
    assert read_or_create_token(tmp_path / "a", IDS) != read_or_create_token(tmp_path / "b", IDS)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_one_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "token"
    read_or_create_token(path, IDS)
    path.chmod(mode)
    with pytest.raises(AuthenticationFailed, match="others can read the token"):
        read_or_create_token(path, IDS)


@pytest.mark.parametrize("text", ["", "short", "x" * 15, "one two three four five", "é" * 20])
def test_one_that_is_no_secret_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "token"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(AuthenticationFailed, match="16 or more printable characters"):
        read_or_create_token(path, IDS)


def test_a_chosen_one_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("  correct-horse-battery\n")
    path.chmod(0o600)
    assert read_or_create_token(path, IDS) == "correct-horse-battery"
