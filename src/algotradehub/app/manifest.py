"""What is in a backup: every file with its size and SHA-256, written last, checked first."""

import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from algotradehub.domain.errors import StorageDamaged

NAME: Final = "manifest.json"
FORMAT: Final = 1
MAX_BYTES: Final = 64 << 20
_CHUNK_BYTES: Final = 1 << 20


class BackedUp(msgspec.Struct, frozen=True, kw_only=True):
    """One file, by its path relative to the backup."""

    path: str
    size: int  # bytes
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int = FORMAT
    program: str  # the version that wrote it
    created_ns: int
    journal_seq: int  # of the last record in it
    files: tuple[BackedUp, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def copy(source: Path, folder: Path, name: str, *, size: int | None = None) -> BackedUp:
    """Copy ``source``, or its first ``size`` bytes, to ``folder / name``; it is on the disk then.

    Raises:
        OSError: It cannot be read or written.
        StorageDamaged: There are fewer bytes than ``size``.
    """
    target = folder / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    copied = 0
    fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
    with os.fdopen(fd, "wb") as written, source.open("rb") as read:
        while size is None or copied < size:
            wanted = _CHUNK_BYTES if size is None else min(_CHUNK_BYTES, size - copied)
            chunk = read.read(wanted)
            if not chunk:
                break
            written.write(chunk)
            digest.update(chunk)
            copied += len(chunk)
        written.flush()
        os.fsync(written.fileno())
    if size is not None and copied < size:
        raise StorageDamaged(f"{source} ends at byte {copied} of {size}")
    return BackedUp(path=name, size=copied, sha256=digest.hexdigest())


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(manifest: Manifest, folder: Path) -> None:
    with (folder / NAME).open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """Read the manifest of the backup in ``folder``.

    Raises:
        StorageDamaged: There is none, or it cannot be used; the message says why.
        OSError: It cannot be read.
    """
    path = folder / NAME
    try:
        with path.open("rb") as opened:
            manifest = msgspec.json.decode(opened.read(MAX_BYTES), type=Manifest)
    except FileNotFoundError:
        raise StorageDamaged(
            f"{folder} is no whole backup: it has no {NAME}, which is written last"
        ) from None
    except msgspec.DecodeError as error:
        raise StorageDamaged(f"{path} cannot be read ({error}): use another backup") from error
    if manifest.format > FORMAT:
        raise StorageDamaged(f"{path} was written by version {manifest.program}; restore with it")
    for file in manifest.files:
        _require_inside(file.path, path)
    return manifest


def _require_inside(name: str, manifest: Path) -> None:
    """A backup comes from elsewhere: no name in it may lead out of the folder."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or "\\" in name:
        raise StorageDamaged(f"{manifest} names {name!r}, which is outside of the backup")
