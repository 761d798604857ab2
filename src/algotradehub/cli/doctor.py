"""``algotradehub doctor``: what is wrong with this machine or a data directory, and what to do."""

import os
from pathlib import Path
from typing import Annotated

import typer

from algotradehub.app.announcement import usual_directories
from algotradehub.app.checkup import Level, check_up
from algotradehub.cli.exit_codes import ExitCode
from algotradehub.cli.printing import Column, Json, examples, print_json, print_table
from algotradehub.connectivity import clock

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_COLUMNS = (
    Column("CHECK", "check"),
    Column("", "level"),
    Column("FOUND", "detail"),
    Column("WHAT TO DO", "advice"),
)


@app.command(epilog=examples("doctor", "doctor --data ./data --json"))
def doctor(
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Data directory; the usual one if left out."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check this machine and a data directory.

    Reads every record of the journal. Changes nothing, and may run beside a platform that uses the
    directory. The exit code is 0 if nothing failed, 6 if stored data is damaged, else 1.
    """
    directory = data or usual_directories(os.environ)[0]
    findings = list(check_up(directory, now_ns=clock.now_ns()))
    if as_json:
        print_json({"data_dir": str(directory), "findings": findings})
    else:
        rows = [
            {"check": f.check, "level": f.level, "detail": f.detail, "advice": f.advice}
            for f in findings
        ]
        print_table(_COLUMNS, rows, empty="Nothing was checked.")
    if any(finding.damaged for finding in findings):
        raise typer.Exit(ExitCode.DAMAGED)
    if any(finding.level is Level.FAIL for finding in findings):
        raise typer.Exit(ExitCode.FAILED)
