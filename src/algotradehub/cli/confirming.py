"""What a command asks before it does something that cannot be undone."""

import sys

import typer

from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.printing import remark


def require_word(word: str, what: str, *, yes: bool) -> None:
    """Have ``word`` typed on a terminal; ``yes`` stands for it.

    Raises:
        BadParameter: Nobody can be asked here.
        Failure: Something else was typed.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to ask: give --yes")
    remark(f"{what} Type {word} to go on:")
    if sys.stdin.readline().strip() != word:
        raise Failure(ExitCode.FAILED, f"nothing was done: that was not {word}")
