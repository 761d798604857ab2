"""The command line's entry: every command by name, and what an error looks like.

A command's module is imported when the command is used, not before: ``--help`` answers at once,
and a client of a running platform never waits for the platform's own imports.
"""

import errno
import os
import platform
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from algotradehub import __version__
from algotradehub.cli.bash_words import whole_words
from algotradehub.cli.exit_codes import HELP, ExitCode, Failure, failure_of
from algotradehub.cli.printing import Json, examples, in_json, print_json, print_line, remark
from algotradehub.domain.errors import AlgoTradeHubError

# Name, where it is, and the first sentence of its help, which a test compares with the real one.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("cli.demo:app", "Watch paper trading on three simulated venues."),
    "serve": ("cli.serve:app", "Trade as the settings say."),
    "order": ("cli.order:app", "Place, cancel, amend, list, show and fire orders."),
    "stuck": ("cli.stuck:app", "Orders that are stuck: look, ask again, decide."),
    "position": ("cli.listing:positions", "Positions and their profit."),
    "fill": ("cli.listing:fills", "Fills, one by one."),
    "balance": ("cli.listing:balances", "Balances, by our books and by the venue's."),
    "account": ("cli.account:app", "Accounts, and whether they accept orders."),
    "stop": (
        "cli.stop:app",
        "Stop trading: refuse new orders, cancel all others, and prove it.",
    ),
    "close-all": (
        "cli.close_all:app",
        "Close every position with reduce-only market orders.",
    ),
    "venue": ("cli.venue:app", "Venues: list, pause and resume them."),
    "risk": ("cli.risk:risk", "How much of every limit is used."),
    "instrument": (
        "cli.listing:instruments",
        "Instruments, and the rules of price and quantity.",
    ),
    "data": ("cli.data:app", "Recorded market data: look at it, import it."),
    "audit": (
        "cli.audit:app",
        "The audit log: prove what happened, list it, count it, export it.",
    ),
    "doctor": ("cli.doctor:app", "Check this machine and a data directory."),
    "migrate": ("cli.upkeep:migrate", "Bring the stored tables up to this version."),
    "backup": ("cli.upkeep:backup", "Copy everything that cannot be made again."),
    "restore": ("cli.upkeep:restore", "Make a data directory from a backup."),
    "simulate": ("cli.simulate:app", "Run the deterministic simulation."),
    "version": ("cli.main:version", "Print the version of this program."),
}


class _Listed(TyperCommand):
    """A command as help and completion list it; ``load`` makes the real one."""

    def __init__(self, name: str, target: str, summary: str) -> None:
        super().__init__(name, help=summary, short_help=summary, rich_markup_mode=None)
        self._target = target

    def load(self) -> Any:
        module, _, attribute = self._target.partition(":")
        found = getattr(import_module(f"algotradehub.{module}"), attribute)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(rich_markup_mode=None, add_completion=False)
            # A mere function takes --json and no more.
            alone.command(self.name, epilog=examples(str(self.name), f"{self.name} --json"))(found)
            found = alone
        command = typer.main.get_command(found)
        command.name = self.name
        return command


class Commands(TyperGroup):
    """The commands of ``COMMANDS``; an error of ours is a sentence and an exit code."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {
            name: _Listed(name, target, summary) for name, (target, summary) in COMMANDS.items()
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, _Listed) else command, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Failure as error:
            failure = error
        except AlgoTradeHubError as error:
            failure = failure_of(error)
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read our output has seen enough
                raise
            failure = Failure(ExitCode.FAILED, _trouble(error))
        remark(f"error: {failure}")
        if in_json(ctx):
            print_json(failure.document)
        raise typer.Exit(failure.code)


def _trouble(error: OSError) -> str:
    """What the operating system refuses, where, and what to do about it."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            said = "the disk is full; make room there, then try again"
        case errno.EACCES | errno.EPERM:
            said = "this user may not do that; change its permissions, or choose another place"
        case errno.EROFS:
            said = "it is read-only; choose another place"
        case errno.ENOTDIR | errno.EEXIST:
            said = "something that is no directory is in the way; choose another place"
        case _:
            said = error.strerror or str(error) or type(error).__name__
    where = (str(name) for name in (error.filename, error.filename2) if name is not None)
    return ": ".join((*where, said))


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help, in a third of the time
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version_asked(asked: bool) -> None:
    if asked:
        print_line(f"algotradehub {__version__}")
        raise typer.Exit


@app.callback(epilog=HELP)
def _program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_version_asked, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Trade exchanges, on-chain venues and brokers from one place.

    Begin with `algotradehub demo`. In another terminal, `algotradehub order place binance-paper
    BTC/USDT buy 0.01` buys a little, and `algotradehub order list --watch` shows what happens.

    `algotradehub COMMAND --help` explains a command. Commands that print data take --json.
    """


def version(as_json: Json = False) -> None:
    """Print the version of this program."""
    facts = {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    if as_json:
        print_json(facts)
    else:
        python = f"Python {facts['python']}, {facts['platform']}"
        print_line(f"algotradehub {facts['version']} ({python})")


def main() -> None:
    """Run the command that was asked for; ends the process."""
    with whole_words(os.environ):
        app(prog_name="algotradehub")
    sys.exit(ExitCode.OK)
