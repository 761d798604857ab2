"""Planted bugs: each is put into a copy of the program, and the simulation must find it.

A simulation that has never failed proves nothing. Every bug changes one place of the source, the
way a tired colleague might; the table tells how many seeds passed before the first one failed.
docs/planted-bugs.md has the table of the last whole run.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.planted.bug import Bug
from benchmarks.planted.groups import BUGS

SOURCE = Path(__file__).resolve().parents[2] / "src" / "algotradehub"
SEEDS = 20_000


def seeds_to_find(bug: Bug, folder: Path, *, seeds: int, jobs: int) -> tuple[int | None, str]:
    """Run the simulation over a copy with the bug in it.

    Returns:
        The first failing seed (None: not found), and how it failed.

    Raises:
        SystemExit: The bug has no place any more, or the seed fails without it: a real fault.
    """
    target = folder / "algotradehub"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(SOURCE, target, ignore=shutil.ignore_patterns("__pycache__"))
    changed = target / bug.file
    text = changed.read_text()
    if text.count(bug.before) != 1:
        raise SystemExit(f"{bug.file}: the place of {bug.what!r} has changed; mend the entry")
    changed.write_text(text.replace(bug.before, bug.after))
    seed, how = _first_failure(folder, 1, seeds, jobs=jobs)
    if seed is not None and _first_failure(SOURCE.parent, seed, 1, jobs=1)[0] is not None:
        raise SystemExit(f"seed {seed} fails without a bug: ./run simulate --seed {seed} --seeds 1")
    return seed, how


def _first_failure(source: Path, first: int, seeds: int, *, jobs: int) -> tuple[int | None, str]:
    command = ["simulate", "--seed", str(first), "--seeds", str(seeds), "--jobs", str(jobs)]
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "algotradehub", *command, "--no-shrink"],
        env=os.environ | {"PYTHONPATH": str(source), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"seed (\d+) failed: (.*)", ran.stdout)
    if found is None:
        return None, (ran.stdout + ran.stderr)[-300:]
    return int(found[1]), found[2][:60]


def main(arguments: list[str]) -> int:
    """Print the table; the exit code tells whether every bug was found."""
    parser = argparse.ArgumentParser(prog="bench planted", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="")
    options = parser.parse_args(arguments)
    missed = 0
    print(f"{'where':12} {'seeds':>7}  {'failed as':40} bug")
    with tempfile.TemporaryDirectory() as folder:
        for bug in BUGS:
            if options.only not in f"{bug.where} {bug.what}":
                continue
            seed, how = seeds_to_find(bug, Path(folder), seeds=options.seeds, jobs=options.jobs)
            missed += seed is None
            shown = "never" if seed is None else str(seed)
            print(f"{bug.where:12} {shown:>7}  {how[:40]:40} {bug.what}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
