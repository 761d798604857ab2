"""Which running platform a command speaks to, and the token that it asks for."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec
import typer

from algotradehub.app.announcement import read_announcement, usual_directories
from algotradehub.cli.asking import Platform
from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.printing import remark
from algotradehub.client import Client, NotAnAddress

ServerUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        envvar="ALGOTRADEHUB_SERVER",
        help="The platform, such as http://127.0.0.1:8080; left out, the one on this machine.",
    ),
]
TokenFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        envvar="ALGOTRADEHUB_TOKEN_FILE",
        help="Holds the token for it; left out, that of the platform on this machine.",
    ),
]
ServedData: TypeAlias = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The platform that uses this data directory."),
]


class Server(msgspec.Struct, frozen=True):
    """Where to ask, and as whom."""

    url: str
    token: str | None  # None where none is asked for


class _Running(msgspec.Struct, frozen=True):
    url: str
    token_file: Path | None
    directory: Path


def connect(
    server: str | None, token_file: Path | None, data: Path | None, *, trades: bool = False
) -> Platform:
    """Return the platform that ``find`` finds."""
    return platform_at(find(server, token_file, data, trades=trades))


def platform_at(server: Server) -> Platform:
    """Return the platform at an address.

    Raises:
        Failure: It is none.
    """
    try:
        return Platform(Client(server.url, server.token))
    except NotAnAddress:
        raise Failure(
            ExitCode.USAGE,
            f"--server takes an address such as http://127.0.0.1:8080, not {server.url!r}",
        ) from None


def find(
    server: str | None, token_file: Path | None, data: Path | None, *, trades: bool = False
) -> Server:
    """Return the platform that the options name, or the one that runs here.

    Where several run, the first is asked and named on stderr: the platform's own, then the demo.

    Args:
        server: URL, or None to look for it.
        token_file: None takes the one that a platform on this machine announced.
        data: Look in this directory only.
        trades: The command creates an order, so it takes no guess at which platform is meant.

    Raises:
        Failure: Nothing runs, several do and none may be chosen, or the token cannot be read.
    """
    running = _running([data] if data else usual_directories(os.environ))
    if server is not None:
        found = [each for each in running if each.url == server.rstrip("/")]
        token_file = token_file or (found[0].token_file if found else None)
        return Server(server, _token(token_file))
    if not running:
        where = f"no platform uses {data}" if data else "no platform runs here"
        raise Failure(
            ExitCode.UNREACHABLE,
            f"{where}: start one with `algotradehub serve` or `algotradehub demo`, or name one "
            "elsewhere with --server URL",
        )
    chosen = running[0]
    if len(running) > 1:
        names = ", ".join(f"{each.url} ({each.directory})" for each in running)
        if trades:
            raise Failure(
                ExitCode.USAGE, f"several platforms run here, choose one with --server: {names}"
            )
        remark(f"answered by {chosen.url}; running here: {names}")
    return Server(chosen.url, _token(token_file or chosen.token_file))


def _running(directories: Sequence[Path]) -> list[_Running]:
    found = ((path, read_announcement(path)) for path in dict.fromkeys(directories))
    return [_Running(told.url, told.token_file, path) for path, told in found if told is not None]


def _token(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        token = path.read_text(errors="replace").strip()
    except OSError as error:
        raise Failure(
            ExitCode.FAILED, f"the token in {path} cannot be read: {error.strerror}"
        ) from None
    if not (token.isascii() and token.isprintable() and token):
        raise Failure(ExitCode.FAILED, f"{path} holds no token: name its file with --token-file")
    return token
