"""The API's token: made at the first start, kept in a file that only its owner can read."""

import os
from pathlib import Path

from algotradehub.domain.errors import AuthenticationFailed
from algotradehub.ports.ids import IdSource

LEAST_CHARACTERS = 16
_OTHERS = 0o077


def read_or_create_token(path: Path, ids: IdSource) -> str:
    """Return the token in the file at ``path``, which is made if it is not there.

    Raises:
        AuthenticationFailed: Others can read the file, or it holds no usable token.
        OSError: It cannot be read or created.
    """
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(fd, "w") as file:
        file.write(f"{ids.token()}\n")
        file.flush()
        os.fsync(file.fileno())
    return _read(path)


def _read(path: Path) -> str:
    if path.stat().st_mode & _OTHERS:
        raise AuthenticationFailed(
            f"others can read the token in {path}: remove the file to get a new token, "
            f"or run chmod 600 on it if nobody can have seen it"
        )
    token = path.read_text(errors="replace").strip()
    usable = token.isascii() and token.isprintable() and " " not in token
    if not usable or len(token) < LEAST_CHARACTERS:
        raise AuthenticationFailed(
            f"{path} should hold a token of {LEAST_CHARACTERS} or more printable characters "
            "without spaces: remove the file to get a new one"
        )
    return token
