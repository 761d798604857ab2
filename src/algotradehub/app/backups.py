"""Backups of a data directory, also of one in use, and the way back.

What is copied, in this order: the database, since users and accounts are in nothing else; the
journal, up to its last whole record; the paper venues' own records. So the database is never ahead
of the journal, and a paper venue never behind it: like a real venue, it may know of orders that
were placed after the backup, and the start finds them there. The API's token is left out, and so
is imported market data, which can be imported again.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from algotradehub import __version__
from algotradehub.app import manifest as manifests
from algotradehub.app.bystander import FrozenDisk, names_in
from algotradehub.app.manifest import BackedUp, Manifest, copy
from algotradehub.domain.errors import InvalidRequest, NotFound, Refusal, StorageDamaged
from algotradehub.storage.disk import sync_directory
from algotradehub.storage.journal import retired, verifying
from algotradehub.storage.sqlite import opening

SETTINGS: Final = "settings"  # the name, before its suffix, that a settings file has in a backup
_SMALL_FILES: Final = ("installation", "platform.epoch")
_ATTEMPTS: Final = 5  # at a paper venue's files, which are replaced while it runs


def back_up(data: Path, target: Path, *, settings: Path | None, now_ns: int) -> Manifest:
    """Copy what is in ``data`` to the new directory ``target``, which appears when it is whole.

    Args:
        data: A data directory; a platform may be using it.
        target: Must not exist, and be outside of ``data``.
        settings: A settings file to copy as well.
        now_ns: Wall time, for the manifest.

    Raises:
        NotFound: There is no journal in ``data``.
        InvalidRequest: ``target`` exists, or is in ``data``.
        StorageDamaged: The journal or the database cannot be trusted; nothing was kept.
        OSError: Something cannot be read or written; nothing was kept.
    """
    directory = names_in(data)
    if not directory.journal.is_dir():
        raise NotFound(f"{data} holds no journal, so there is nothing to back up: use --data DIR")
    if target.resolve().is_relative_to(data.resolve()):
        rule = "a directory outside of the data directory, whose end it must survive"
        raise InvalidRequest(Refusal(field="TARGET", rule=rule, value=str(target)))
    with _appearing(target, "TARGET") as folder:
        files = []
        if directory.projection.exists():
            name = directory.projection.name
            opening.backup(directory.projection, folder / name)
            files.append(_described(folder, name))
        journal = FrozenDisk(directory.journal)
        verified = verifying.verify(journal)
        for name, size in _whole_segments(journal, verified):
            files.append(copy(directory.journal / name, folder, f"journal/{name}", size=size))
        for venue in sorted((data / "paper").glob("*")):
            files += _records_of(venue, folder)
        for name in _SMALL_FILES:
            if (data / name).exists():
                files.append(copy(data / name, folder, name))
        if settings is not None:
            files.append(copy(settings, folder, f"{SETTINGS}{settings.suffix}"))
        manifest = Manifest(
            program=__version__,
            created_ns=now_ns,
            journal_seq=verified.seq,
            files=tuple(files),
        )
        manifests.write(manifest, folder)
    return manifest


def restore(source: Path, data: Path) -> Manifest:
    """Make the data directory ``data`` from a backup; it appears when it is whole and verified.

    Args:
        source: What ``back_up`` made.
        data: Must not exist, or be empty.

    Raises:
        InvalidRequest: ``data`` holds something.
        StorageDamaged: The backup is not what was written, or its journal cannot be trusted.
        OSError: Something cannot be read or written; nothing was kept.
    """
    manifest = manifests.read(source)
    with _appearing(data, "--data") as folder:
        for file in manifest.files:
            _copy_checked(file, source, folder)
        directory = names_in(folder)
        directory.journal.mkdir(mode=0o700, exist_ok=True)
        verified = verifying.verify(FrozenDisk(directory.journal))
        if verified.seq != manifest.journal_seq:
            raise StorageDamaged(
                f"the journal in {source} ends with record {verified.seq}, its manifest says "
                f"{manifest.journal_seq}: use another backup"
            )
        if directory.projection.exists():
            opening.schema_version(directory.projection)
    return manifest


@contextmanager
def _appearing(target: Path, field: str) -> Iterator[Path]:
    """A new directory that gets the name ``target`` at the end, or vanishes after an error."""
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        rule = "a directory that does not exist yet, or is empty"
        raise InvalidRequest(Refusal(field=field, rule=rule, value=str(target)))
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
        for path, _, _ in os.walk(folder):
            sync_directory(Path(path))
        folder.replace(target)
        sync_directory(target.parent)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _whole_segments(disk: FrozenDisk, verified: verifying.Verified) -> Iterator[tuple[str, int]]:
    """Names and sizes of the segments, the last one without what a write in progress left."""
    for name in verified.names:
        torn_bytes = verified.torn_bytes if name == verified.names[-1] else 0
        yield name, disk.size(name) - torn_bytes
    if retired.NAME in disk.names():
        yield retired.NAME, disk.size(retired.NAME)


def _records_of(venue: Path, folder: Path) -> list[BackedUp]:
    """Copy a paper venue's files; it may replace an older one by a newer at any instant."""
    into = f"paper/{venue.name}"
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            disk = FrozenDisk(venue)
            return [
                copy(venue / name, folder, f"{into}/{name}", size=disk.size(name))
                for name in disk.names()
            ]
        except FileNotFoundError:
            if attempt == _ATTEMPTS:
                raise
            shutil.rmtree(folder / into, ignore_errors=True)
    raise AssertionError("the last attempt returns or raises")


def _copy_checked(file: BackedUp, source: Path, folder: Path) -> None:
    try:
        copied = copy(source / file.path, folder, file.path)
    except FileNotFoundError:
        raise StorageDamaged(f"{source / file.path} is missing: use another backup") from None
    if copied != file:
        raise StorageDamaged(
            f"{source / file.path} is not what was backed up ({copied.size} bytes, "
            f"SHA-256 {copied.sha256[:12]}…; it was {file.size} bytes, {file.sha256[:12]}…): use "
            "another backup"
        )


def _described(folder: Path, name: str) -> BackedUp:
    """Describe a file that is in the backup already."""
    path = folder / name
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(0o600)
    return BackedUp(path=name, size=path.stat().st_size, sha256=manifests.digest_of(path))
