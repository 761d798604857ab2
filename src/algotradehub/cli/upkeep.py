"""``algotradehub migrate``, ``backup`` and ``restore``: keeping a data directory well."""

import os
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from algotradehub.app.announcement import usual_directories
from algotradehub.app.backups import back_up
from algotradehub.app.backups import restore as restore_backup
from algotradehub.app.manifest import Manifest
from algotradehub.app.migration import migrate as migrate_data
from algotradehub.cli.printing import Json, examples, print_json, print_line
from algotradehub.connectivity import clock

Data: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Data directory; the usual one if left out.")
]

migrate = typer.Typer(rich_markup_mode=None, add_completion=False)
backup = typer.Typer(rich_markup_mode=None, add_completion=False)
restore = typer.Typer(rich_markup_mode=None, add_completion=False)


@migrate.command("migrate", epilog=examples("migrate", "migrate --data ./data"))
def run_migrate(data: Data = None, as_json: Json = False) -> None:
    """Bring the stored tables up to this version.

    Every start does this by itself; doing it first tells whether it works. Refused while a
    platform uses the directory. The journal is never changed.
    """
    directory = _chosen(data)
    done = migrate_data(directory)
    if as_json:
        print_json({"data_dir": str(directory), "before": done.before, "after": done.after})
    elif done.before == done.after:
        print_line(f"{directory} is up to date (schema {done.after})")
    else:
        print_line(f"{directory}: schema {done.before or 'none'} is now {done.after}")


@backup.command(
    "backup",
    epilog=examples("backup backups/monday", "backup backups/tuesday --settings settings.toml"),
)
def run_backup(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="New directory for the backup.")],
    data: Data = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="Settings file to copy as well."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Copy everything that cannot be made again.

    A platform may go on using the directory: what it records meanwhile is in the next backup. The
    backup holds the journal up to its last whole record, the database, the paper venues' records,
    and a manifest with the size and SHA-256 of every file. It appears when it is whole. It does
    not hold the API's token, which a start makes anew, nor imported market data, which can be
    imported again.
    """
    directory = _chosen(data)
    made = back_up(directory, target, settings=settings, now_ns=clock.now_ns())
    _print_manifest(made, str(target), f"{directory} is backed up in {target}", as_json=as_json)


@restore.command(
    "restore",
    epilog=examples(
        "restore backups/monday --data ./data", "restore nas/algotradehub --data ./data --json"
    ),
)
def run_restore(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE", exists=True, file_okay=False, help="What `backup` has made."
        ),
    ],
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="Data directory to make; new, or empty.")
    ],
    as_json: Json = False,
) -> None:
    """Make a data directory from a backup.

    Sizes and SHA-256 are checked, then every record of the journal. The directory appears when all
    is well. Orders placed after the backup are at their venues still: the first start finds them
    there, and shows as external what it does not know.
    """
    restored = restore_backup(source, data)
    _print_manifest(restored, str(data), f"{source} is restored in {data}", as_json=as_json)


def _chosen(data: Path | None) -> Path:
    return data or usual_directories(os.environ)[0]


def _print_manifest(manifest: Manifest, path: str, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"path": path, "manifest": manifest})
        return
    print_line(
        f"{sentence}: {len(manifest.files)} files, {manifest.size:,} bytes, journal up to record "
        f"{manifest.journal_seq:,}"
    )
