"""``doctor``: what may be wrong with this machine or a data directory, found without changing it.

It may run beside a platform that uses the directory.
"""

import importlib.util
import os
import platform
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal, FloatOperation
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from algotradehub.app.announcement import read_announcement
from algotradehub.app.bystander import FrozenDisk, holder_of, names_in
from algotradehub.domain import money
from algotradehub.domain.errors import AlgoTradeHubError, StorageDamaged
from algotradehub.storage.journal import segments, verifying
from algotradehub.storage.sqlite import opening
from algotradehub.storage.sqlite.store import SqliteStore

LEAST_FREE_BYTES: Final = 64 << 20  # one journal segment
SCARCE_FREE_BYTES: Final = 1 << 30
CLOCK_TOLERANCE_NS: Final = 1_000_000_000
BUILT_NS: Final = 1_750_000_000 * 1_000_000_000  # in June 2025: no clock is right before it

_OTHERS: Final = 0o077
_PYTHON: Final = (3, 11)
_EXTRAS: Final = {"polars": "Parquet, `data import`: pip install 'algotradehub[data]'"}


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    check: str
    level: Level
    detail: str
    advice: str = ""  # what to do about it
    damaged: bool = False  # stored data cannot be trusted or used


def check_up(data: Path, *, now_ns: int) -> Iterator[Finding]:
    """Look at this machine, then at the data directory ``data``; ``now_ns`` is wall time."""
    yield _python()
    yield _decimals()
    yield _extras()
    if not data.is_dir():
        yield Finding(
            check="data directory",
            level=Level.FAIL,
            detail=f"{data} is {'no directory' if data.exists() else 'not there'}",
            advice="name the right one with --data, or make it with `algotradehub serve` or "
            "`algotradehub demo`",
        )
        return
    checks: dict[str, Callable[[Path], Finding]] = {
        "data directory": _permissions,
        "disk": _disk,
        "in use": _lock,
        "installation": _installation,
        "token": _token,
    }
    for name, check in checks.items():
        yield _guarded(name, partial(check, data))
    journal = _Journal(data)
    yield _guarded("journal", journal.verify)
    yield _guarded("projection", partial(_projection, data, journal.seq, journal.retired))
    yield _guarded("clock", lambda: _clock(journal.last_ns(), now_ns))


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    """An error is a finding too: the other checks go on."""
    try:
        return check()
    except StorageDamaged as error:
        return Finding(check=name, level=Level.FAIL, detail=str(error), damaged=True)
    except (OSError, AlgoTradeHubError) as error:
        return Finding(
            check=name,
            level=Level.FAIL,
            detail=str(error),
            advice="see to the disk and to who may read there, then look again",
        )


def _python() -> Finding:
    version = (
        f"{platform.python_version()} on {platform.platform()}, SQLite {sqlite3.sqlite_version}"
    )
    if sys.version_info < _PYTHON:
        least = ".".join(map(str, _PYTHON))
        return Finding(
            check="python", level=Level.FAIL, detail=version, advice=f"use Python {least} or newer"
        )
    return Finding(check="python", level=Level.OK, detail=version)


def _decimals() -> Finding:
    """Amounts are exact in the platform's context, and binary fractions are refused."""
    with money.money_context():
        exact = Decimal("0.1") + Decimal("0.2") == Decimal("0.3")
        exact = exact and len(str(1 / Decimal(3))) == money.PRECISION + len("0.")
        try:
            Decimal(1) < 0.5  # noqa: B015, PLR2004 - it must raise
        except FloatOperation:
            refused = True
        else:
            refused = False
    if exact and refused:
        detail = f"{money.PRECISION} digits, binary fractions are refused"
        return Finding(check="decimals", level=Level.OK, detail=detail)
    return Finding(
        check="decimals",
        level=Level.FAIL,
        detail="this Python's decimal module does not keep its promises",
        advice="use another build of Python; do not trade with this one",
    )


def _extras() -> Finding:
    missing = [name for name in _EXTRAS if importlib.util.find_spec(name) is None]
    detail = "; ".join(f"{name} is missing ({_EXTRAS[name]})" for name in missing)
    return Finding(check="extras", level=Level.OK, detail=detail or "all there")


def _permissions(data: Path) -> Finding:
    mode = data.stat().st_mode & 0o777
    detail = f"{data}, mode {mode:03o}"
    if mode & _OTHERS:
        return Finding(
            check="data directory",
            level=Level.WARN,
            detail=f"{detail}: other users may look into it",
            advice=f"chmod 700 {data}",
        )
    return Finding(check="data directory", level=Level.OK, detail=detail)


def _disk(data: Path) -> Finding:
    with tempfile.TemporaryFile(dir=data) as file:  # without a name where the system can
        file.write(b"doctor")
        file.flush()
        os.fsync(file.fileno())
    free_bytes = shutil.disk_usage(data).free
    detail = f"writable, {free_bytes / 1e9:.1f} GB free"
    level = Level.OK
    if free_bytes < SCARCE_FREE_BYTES:
        level = Level.FAIL if free_bytes < LEAST_FREE_BYTES else Level.WARN
    advice = "" if level is Level.OK else "make room: on a full disk no new order is accepted"
    return Finding(check="disk", level=level, detail=detail, advice=advice)


def _lock(data: Path) -> Finding:
    holder = holder_of(data)
    if holder is None:
        return Finding(check="in use", level=Level.OK, detail="by nobody")
    told = read_announcement(data)
    at = "" if told is None else f", API at {told.url}"
    return Finding(check="in use", level=Level.OK, detail=f"by {holder}{at}")


def _installation(data: Path) -> Finding:
    try:
        tag = (data / "installation").read_text(errors="replace").strip()
    except FileNotFoundError:
        detail = "no tag yet; the first start draws one"
        return Finding(check="installation", level=Level.OK, detail=detail)
    if re.fullmatch(r"[0-9a-f]{4}", tag):
        return Finding(check="installation", level=Level.OK, detail=f"tag {tag}")
    return Finding(
        check="installation",
        level=Level.FAIL,
        detail=f"the tag in every order id should be 4 hexadecimal digits, not {tag[:40]!r}",
        advice=f"restore {data / 'installation'} from a backup, or write digits 17 to 20 of any "
        "order id of this installation into it",
        damaged=True,
    )


def _token(data: Path) -> Finding:
    path = names_in(data).token
    try:
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        return Finding(check="token", level=Level.OK, detail="none yet; a start makes one")
    if mode & _OTHERS:
        return Finding(
            check="token",
            level=Level.FAIL,
            detail=f"{path} has mode {mode:03o}: other users may read it, so no start uses it",
            advice="remove it to get a new one, or chmod 600 if nobody can have seen it",
        )
    return Finding(check="token", level=Level.OK, detail=f"{path}, mode {mode:03o}")


class _Journal:
    """The journal as it is at this instant; ``seq`` is None until it was verified."""

    def __init__(self, data: Path) -> None:
        self._directory = names_in(data).journal
        self._in_use = holder_of(data) is not None
        self._disk: FrozenDisk | None = None
        self.seq: int | None = None
        self.retired = 0  # segments that are in an archive

    def verify(self) -> Finding:
        """Read every record: checksums, numbers without a gap, checkpoints, the end."""
        if not self._directory.is_dir():
            self.seq = 0
            return Finding(check="journal", level=Level.OK, detail="none yet")
        disk = FrozenDisk(self._directory)
        found = verifying.verify(disk)
        self._disk, self.seq, self.retired = disk, found.seq, found.retired
        detail = f"segments {found.segments}, records {found.records:,}, bytes {found.size:,}"
        if found.retired:
            detail += f", {found.retired} older segments retired to an archive"
        if not found.torn_bytes:
            return Finding(check="journal", level=Level.OK, detail=f"{detail}, whole")
        torn = f"{found.torn_bytes} bytes at the end are no whole record"
        if self._in_use:
            torn += " yet: the platform is writing"
        else:
            torn += ", as a crash leaves them; the next start cuts them off, and nothing is lost"
        return Finding(check="journal", level=Level.OK, detail=f"{detail}; {torn}")

    def last_ns(self) -> int | None:
        """Wall time of the last record."""
        if self._disk is None or not self.seq:
            return None
        (last,) = segments.read(self._disk, self.seq - 1)
        return last.at_ns


def _projection(data: Path, journal_seq: int | None, retired: int) -> Finding:
    path = names_in(data).projection
    if not path.exists() and retired:
        return Finding(
            check="projection",
            level=Level.FAIL,
            detail=f"it is gone, and {retired} segments it was made from are in an archive",
            advice="restore it from a backup, or copy those segments back into the journal",
            damaged=True,
        )
    if not path.exists():
        return Finding(check="projection", level=Level.OK, detail="none yet; a start makes it")
    version = opening.schema_version(path)
    if version in opening.REVISIONS[:-1]:
        return Finding(
            check="projection",
            level=Level.WARN,
            detail=f"schema {version}, this program's is {opening.REVISIONS[-1]}",
            advice="the next start migrates it, as does `algotradehub migrate`; back up first",
        )
    with closing(SqliteStore(path, read_only=True)) as store:
        applied_seq = store.applied_seq
    detail = f"schema {version}, record {applied_seq:,} applied"
    if journal_seq is None:
        return Finding(check="projection", level=Level.OK, detail=detail)
    if applied_seq > journal_seq:
        return Finding(
            check="projection",
            level=Level.FAIL,
            detail=f"{detail}, but the journal ends with {journal_seq:,}",
            advice="they are not of the same journal: restore both from one backup, or move the "
            "database away and start, which rebuilds orders, fills and positions",
            damaged=True,
        )
    # Records of the journal itself, such as checkpoints, change nothing and are not applied.
    return Finding(check="projection", level=Level.OK, detail=f"{detail} of {journal_seq:,}")


def _clock(last_ns: int | None, now_ns: int) -> Finding:
    behind_ns = max(BUILT_NS, last_ns or 0) - now_ns
    detail = f"{datetime.fromtimestamp(now_ns // 1_000_000_000, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if behind_ns <= CLOCK_TOLERANCE_NS:
        return Finding(check="clock", level=Level.OK, detail=detail)
    than = "this program" if (last_ns or 0) <= BUILT_NS else "the journal's last record"
    return Finding(
        check="clock",
        level=Level.FAIL,
        detail=f"{detail}, {behind_ns / 1e9:,.0f} s earlier than {than}",
        advice="set the clock, best by NTP: venues refuse requests that are stamped wrongly",
    )
