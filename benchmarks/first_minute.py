"""How long a newcomer waits: from a fresh clone to a fill on screen, and at every start after.

    python -m benchmarks.first_minute

HEAD is cloned into a temporary directory and started there as a person would start it, with the
caches of uv and npm that this machine has. The page is driven in Chromium by web/tests/e2e. It
takes a warm network, npm and Chromium; exits with 1 where a goal is missed.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from benchmarks.overview import Goal, Row, line

ROOT = Path(__file__).resolve().parents[1]
FILL = Goal(name="first fill", limit=60)
PRICES = Goal(name="second start", limit=3)
GIVEN_UP_AFTER_S = 600


class First(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds since before the clone."""

    api_s: float  # until the program told where it is
    prices_s: float  # until live prices were on screen, in a browser opened then
    fill_s: float  # until the fill of a market order was


class Second(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds since the program was started again on the same data."""

    api_s: float
    prices_s: float  # until live prices were on screen, in the browser that is open


class Starts(msgspec.Struct, frozen=True, kw_only=True):
    first: First
    second: Second


def run() -> Starts:
    """Clone, start twice, and look."""
    with tempfile.TemporaryDirectory() as folder:
        clone, data = Path(folder) / "clone", Path(folder) / "data"
        begun_ms = time.time() * 1_000
        _call("git", "clone", "--quiet", str(ROOT), str(clone))
        helper = ("npx", "--no-install", "tsx", "tests/e2e/firstMinute.ts")
        told = _call(*helper, str(clone), str(data), str(begun_ms))
    return msgspec.json.decode(told, type=Starts)


def _call(*command: str) -> bytes:
    ran = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd=ROOT / "web",
        env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
        check=True,
        stdout=subprocess.PIPE,
        timeout=GIVEN_UP_AFTER_S,
    )
    return ran.stdout


def rows(starts: Starts) -> list[Row]:
    first, second = starts.first, starts.second
    return [
        Row(what="fresh clone: the API answers", ours=first.api_s, unit="s"),
        Row(what="fresh clone: live prices", ours=first.prices_s, unit="s"),
        Row(what="fresh clone: a fill", ours=first.fill_s, unit="s", goal=FILL),
        Row(what="second start: the API answers", ours=second.api_s, unit="s"),
        Row(what="second start: live prices", ours=second.prices_s, unit="s", goal=PRICES),
    ]


def main(arguments: list[str]) -> int:
    del arguments
    told = rows(run())
    for row in told:
        print(line(row))
    return 0 if all(row.met is not False for row in told) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
