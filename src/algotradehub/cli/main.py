"""The command line's entry: every command, and what an error looks like."""

import sys

import typer

from algotradehub.cli.demo import demo
from algotradehub.cli.serve import serve
from algotradehub.domain.errors import AlgoTradeHubError, InvalidRequest

FAILED, WRONG_USE = 1, 2  # exit codes

app = typer.Typer(
    help="Trade exchanges, on-chain venues and brokers from one place.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(serve)


@app.callback()
def _program() -> None:
    """Trade exchanges, on-chain venues and brokers from one place."""


def main() -> None:
    """Run the command that was asked for; one of our errors is one line, and no traceback."""
    try:
        app()
    except AlgoTradeHubError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(WRONG_USE if isinstance(error, InvalidRequest) else FAILED)
