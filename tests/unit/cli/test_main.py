"""The entry: every command is there, says what it does, and is imported when it is used."""

import errno
import json
import subprocess
import sys
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from algotradehub import __version__
from algotradehub.cli import main
from algotradehub.cli.printing import Json
from algotradehub.domain.errors import InvalidRequest, Refusal
from tests.unit.cli.answering import Platform, order, page

SERVING = ("fastapi", "sqlalchemy", "polars", "uvicorn", "structlog", "sqlite3")
HEAVY = (*SERVING, "pydantic", "asyncio", "rich")
# What a program imports is seen in a process of its own.
SEEN = """
import sys
from algotradehub.cli.main import main

sys.argv[1:] = {!r}.split()
try:
    main()
except SystemExit:
    print("\\n", *sorted(set(sys.modules) & {!r}), file=sys.stderr)
"""


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main.app, arguments)


def imported(arguments: str) -> list[str]:
    """Which of the heavy packages a command imports."""
    code = SEEN.format(arguments, set(HEAVY))
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stderr.splitlines()[-1].split()


def test_help_imports_nothing_heavy() -> None:
    assert imported("--help") == []


def test_a_client_imports_nothing_of_the_platform(platform: Platform) -> None:
    platform.say(page("orders", [order()]))
    # Typer itself takes pydantic for every command that has options.
    assert not set(SERVING) & set(imported("order list"))
    assert len(platform.asked) == 1


def test_help_lists_every_command_and_every_exit_code() -> None:
    told = run("--help").stdout
    for name, (_, summary) in main.COMMANDS.items():
        assert f"  {name}" in told
        assert summary in told
    assert "6  data is damaged" in told


def load(name: str) -> Any:
    listed: Any = main.Commands(name="algotradehub").commands[name]
    return listed.load()


@pytest.mark.parametrize("name", main.COMMANDS)
def test_the_list_says_what_the_command_says_of_itself(name: str) -> None:
    command = load(name)
    _, summary = main.COMMANDS[name]
    assert command.help.splitlines()[0].startswith(summary.removesuffix("."))
    assert command.name == name


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    command = load(name)
    parts = [[name]]
    if hasattr(command, "commands"):
        parts += [[name, part] for part in command.commands]
    for part in parts:
        result = run(*part, "-h")
        assert result.exit_code == 0
        assert result.stdout.startswith(f"Usage: root {' '.join(part)}")


@pytest.mark.parametrize(
    "path",
    [
        "order place",
        "order cancel",
        "order amend",
        "order list",
        "order show",
        "position list",
        "fill list",
        "balance list",
        "account list",
        "instrument list",
        "data info",
        "data import",
        "doctor",
        "migrate",
        "backup",
        "restore",
    ],
)
def test_help_gives_an_example(path: str) -> None:
    assert f"  algotradehub {path.split(maxsplit=1)[0]}" in run(*path.split(), "--help").stdout


@pytest.mark.parametrize("arguments", [["--version"], ["version"]])
def test_the_version(arguments: list[str]) -> None:
    assert run(*arguments).stdout.startswith(f"algotradehub {__version__}")


def test_the_version_as_json() -> None:
    assert json.loads(run("version", "--json").stdout)["version"] == __version__


def test_a_mistyped_command_is_a_wrong_command_line() -> None:
    result = run("ordr")
    assert result.exit_code == 2
    assert "Did you mean 'order'?" in result.stderr


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """A command that raises what the list holds."""
    raises: list[Exception] = []

    def breaks(*, as_json: Json = False) -> None:
        raise raises[0]

    monkeypatch.setattr(main, "version", breaks)
    return raises


def test_an_error_of_ours_is_a_sentence_and_a_code(broken: list[Exception]) -> None:
    broken.append(InvalidRequest(Refusal(field="api.port", rule="a port", value="x")))
    result = run("version")
    assert result.exit_code == 4
    assert result.stdout == ""
    assert result.stderr == "error: api.port: a port, was 'x'\n"


def test_an_error_of_ours_is_a_document_for_programs(broken: list[Exception]) -> None:
    broken.append(InvalidRequest(Refusal(field="api.port", rule="a port", value="x")))
    result = run("version", "--json")
    assert json.loads(result.stdout) == {
        "error_code": "refused",
        "error_message": "api.port: a port, was 'x'",
    }


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", "/etc/x"),
            "/etc/x: this user may not do that; change its permissions, or choose another place",
        ),
        (OSError(errno.ENOSPC, "No space"), "the disk is full; make room there, then try again"),
        (OSError(errno.EROFS, "Read-only", "/mnt"), "/mnt: it is read-only; choose another place"),
        (
            FileExistsError(errno.EEXIST, "File exists", "/f"),
            "/f: something that is no directory is in the way; choose another place",
        ),
        (OSError(errno.EIO, "Input/output error", "a", None, "b"), "a: b: Input/output error"),
        (OSError("no number"), "no number"),
    ],
)
def test_trouble_with_a_file_is_a_sentence(
    broken: list[Exception], error: OSError, said: str
) -> None:
    broken.append(error)
    result = run("version")
    assert result.exit_code == 1
    assert result.stderr == f"error: {said}\n"


def test_a_closed_pipe_is_no_trouble(broken: list[Exception]) -> None:
    broken.append(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    result = run("version")
    assert result.exit_code == 1
    assert result.stderr == ""


def test_a_mistake_of_ours_is_not_hidden(broken: list[Exception]) -> None:
    broken.append(ZeroDivisionError())
    assert isinstance(run("version").exception, ZeroDivisionError)


def test_it_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "algotradehub", "--version"]
    done = subprocess.run(  # noqa: S603 - this very program
        command, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == f"algotradehub {__version__}\n"


def test_completion_knows_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ALGOTRADEHUB_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "algotradehub order pl")
    monkeypatch.setenv("COMP_CWORD", "2")
    result = CliRunner().invoke(main.app, [], prog_name="algotradehub")
    assert result.stdout.split() == ["place"]
    assert isinstance(typer.main.get_command(main.app), main.Commands)
