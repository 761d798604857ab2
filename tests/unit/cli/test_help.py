"""The help of every command: as wide as a terminal, with examples that are command lines."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from algotradehub.cli import main

WIDTH = 80
# Files that the examples name, where a command wants them to be there.
FILES = ("trades.csv.gz", "candles.csv", "prices.csv", "trades.zip", "settings.toml")


def program() -> Any:
    return typer.main.get_command(main.app)


def walked() -> Iterator[tuple[str, ...]]:
    """Every command by its words, groups too."""
    for name in main.COMMANDS:
        command = program().commands[name].load()
        yield (name,)
        for part in getattr(command, "commands", ()):
            yield name, part


def told(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    result = CliRunner().invoke(main.app, [*words, "--help"], prog_name="algotradehub")
    assert result.exit_code == 0
    return result.stdout


def is_group(words: tuple[str, ...]) -> bool:
    return hasattr(program().commands[words[0]].load(), "commands") and len(words) == 1


def parsed(arguments: list[str]) -> list[str]:
    """Parse as the program does, up to but without running; return the words of the command."""
    command, context = program(), None
    names: list[str] = []
    while True:
        # Runs eager options and the conversion of every value.
        context = command.make_context(names[-1] if names else "algotradehub", arguments, context)
        if not hasattr(command, "commands"):
            return names
        arguments = [*context._protected_args, *context.args]
        name, command, arguments = command.resolve_command(context, arguments)
        names.append(name)


COMMANDS = tuple(walked())
LEAVES = tuple(words for words in COMMANDS if not is_group(words))


@pytest.mark.parametrize("words", [(), *COMMANDS], ids=" ".join)
def test_it_fits_and_ends_neatly(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    text = told(words, monkeypatch)
    lines = text.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert not [line for line in lines if line != line.rstrip()]
    assert lines[-1].strip()
    assert "<str>" not in text.partition("Options:")[2]  # what is to be written has a name
    if words:
        assert "-completion" not in text
        assert "..." not in text.partition("Commands:")[2]  # no sentence is cut


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_it_begins_with_one_sentence(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = told(words, monkeypatch).split("\n\n")[1]
    assert first.strip().endswith(".")
    assert len(first.split()) <= 20


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_its_examples_are_command_lines(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in FILES:
        (tmp_path / name).touch()
    for name in ("backups/monday", "nas/algotradehub"):
        (tmp_path / name).mkdir(parents=True)
    text = told(words, monkeypatch)
    monkeypatch.chdir(tmp_path)
    _, title, below = text.partition("Examples:\n")
    assert title
    lines = [shlex.split(line) for line in below.splitlines() if line.strip()]
    assert len(lines) >= 2
    for program_name, *arguments in lines:
        assert program_name == "algotradehub"
        assert parsed(arguments) == list(words)


def test_an_example_that_is_none_is_found() -> None:
    for line in ("order place paper-a", "order lst", "backup --colour", "doctor too much"):
        with pytest.raises(Exception, match=r"Missing|No such|unexpected"):
            parsed(line.split())
