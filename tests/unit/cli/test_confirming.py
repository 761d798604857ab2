"""What cannot be undone is asked for by a word, or by --yes."""

import pytest

from tests.unit.cli.answering import Platform
from tests.unit.cli.test_order import run
from tests.unit.cli.test_stop import REASON, accounts


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A person at a terminal; what they type is put into the list."""
    typed: list[str] = []

    class Keyboard:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return typed.pop(0)

    monkeypatch.setattr("algotradehub.cli.confirming.sys", type("S", (), {"stdin": Keyboard()}))
    return typed


@pytest.mark.parametrize("command", ["stop", "close-all"])
def test_without_a_terminal_it_wants_yes(platform: Platform, command: str) -> None:
    result = run(command, *REASON)
    assert result.exit_code == 2
    assert "give --yes" in result.stderr
    assert not platform.asked


@pytest.mark.parametrize("command", ["stop", "close-all"])
def test_it_wants_a_reason(platform: Platform, command: str) -> None:
    result = run(command, "--yes")
    assert (result.exit_code, platform.asked) == (2, [])


@pytest.mark.parametrize(("command", "word"), [("stop", "STOP"), ("close-all", "CLOSE")])
def test_the_word_is_typed_on_a_terminal(
    platform: Platform, terminal: list[str], command: str, word: str
) -> None:
    terminal.append(f"{word}\n")
    platform.say(accounts(), status=202)
    result = run(command, *REASON)
    assert (result.exit_code, len(platform.asked)) == (0, 1)
    assert f"Type {word}" in result.stderr
    terminal.append("yes\n")
    result = run(command, *REASON)
    assert (result.exit_code, len(platform.asked)) == (1, 1)
