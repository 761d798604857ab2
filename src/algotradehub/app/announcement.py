"""Where a running platform is reached: a small file in its data directory, read by the commands.

It holds no secret, only the name of the file that does.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

_NAME = "server.json"
_LONGEST_BYTES = 16_384  # two paths and a URL


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """One running platform."""

    url: str  # of the API, without a path
    token_file: Path | None  # None where no token is asked for
    pid: int


def usual_directories(environment: Mapping[str, str]) -> Sequence[Path]:
    """The platform's data directory, then the demo's, as both are chosen without options.

    The first is what ``settings`` say of it, which a client need not load: that takes longer than
    everything else a client does.
    """
    home = environment.get("XDG_DATA_HOME")
    home_path = Path(home) if home else Path.home() / ".local" / "share"
    chosen = environment.get("ALGOTRADEHUB__DATA_DIR")
    first = Path(chosen) if chosen else home_path / "algotradehub"
    return [first, home_path / "algotradehub-demo"]


@contextmanager
def announced(directory: Path, *, url: str, token_file: Path | None) -> Iterator[None]:
    """Leave word in ``directory``, owned by this process, while the context lasts.

    Raises:
        OSError: It cannot be written.
    """
    path = directory / _NAME
    told = Announcement(url=url, token_file=token_file and token_file.absolute(), pid=os.getpid())
    # Written under another name first: a reader meets all of it or nothing.
    written = path.with_name(f"{_NAME}-new")
    fd = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode=0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(msgspec.json.encode(told, enc_hook=str))
    written.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def read_announcement(directory: Path) -> Announcement | None:
    """Return who serves ``directory``; None if nobody does, or nothing readable is left there."""
    try:
        with (directory / _NAME).open("rb") as file:
            text = file.read(_LONGEST_BYTES)
        told = msgspec.json.decode(text, type=Announcement, dec_hook=_path)
    except (OSError, msgspec.DecodeError):
        return None
    return told if _lives(told.pid) else None


def _path(_: type, text: str) -> Path:
    return Path(text)


def _lives(pid: int) -> bool:
    """Whether there is such a process; one that was killed leaves its word behind."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
