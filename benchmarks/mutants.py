"""Mutants: small changes of the order core, one at a time in a copy; the tests must find each.

A line that can be changed without a test failing is a line nobody has tested, or nobody needs.
Changes are tried in an order drawn from ``--seed``, so that what a budget leaves out is a sample.
What survives although it is harmless is explained in docs/mutants.md.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from benchmarks.mutant_judges import SIMULATION, SURVIVED, Case, Judge
from benchmarks.mutations import Change, changes

ROOT: Final = Path(__file__).resolve().parent.parent
PROGRAM: Final = "src/algotradehub"
FILES: Final = (
    "domain/order.py",
    "domain/order_rules.py",
    "trading/recovery.py",
    "trading/orders.py",
    "trading/reconciliation.py",
    "domain/legs.py",
    "domain/order_fold.py",
    "trading/suspects.py",
    "trading/replacing.py",
    "trading/dispatch.py",
    "trading/absence.py",
)
_SLACK_S: Final = 20.0


class Mutant(msgspec.Struct, frozen=True):
    file: str
    change: Change

    @property
    def key(self) -> str:
        """The same for the same change of the same source."""
        source = (ROOT / PROGRAM / self.file).read_bytes()
        return blake2b(source + repr(self).encode(), digest_size=12).hexdigest()


def judges(file: str, *, seeds: int, quick: bool = False) -> tuple[Judge, ...]:
    """Who looks at a change of ``file``: its own tests first, the whole world last."""
    folder, name = Path("tests/unit") / Path(file).parent, Path(file).stem
    mirror = sorted(path.relative_to(ROOT) for path in (ROOT / folder).glob(f"test_{name}*.py"))
    histories = sorted(path.relative_to(ROOT) for path in (ROOT / folder).glob("*_histories.py"))
    own = tuple(str(path) for path in mirror if path not in histories)
    trading = "tests/unit/trading"
    left_out = tuple(f"--ignore={path}" for path in own) if str(folder) == trading else ()
    found = [Judge("own tests", own)]
    if quick:
        return tuple(found)
    if histories:
        found.append(Judge("histories", tuple(str(path) for path in histories)))
    found.append(Judge("trading", (trading, *left_out)))
    if seeds:
        found.append(Judge(SIMULATION, seeds=seeds))
    return tuple(found)


class Bench:
    """One copy of the program, and the process that judges it."""

    def __init__(self, folder: Path) -> None:
        self._source = folder / PROGRAM
        for name in ("src", "tests"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", folder)
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "benchmarks.mutant_judges", str(folder)],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def judged(self, case: Case) -> str:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(msgspec.json.encode(case).decode() + "\n")
        stdin.flush()
        return stdout.readline().strip()

    def changed(self, mutant: Mutant, case: Case) -> str:
        path = self._source / mutant.file
        original = path.read_text()
        # A compiled file is told from a stale one by whole seconds only.
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            compiled.unlink()
        path.write_text(mutant.change.applied(original))
        try:
            return self.judged(case)
        finally:
            path.write_text(original)
            for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
                compiled.unlink()


def tried(
    mutants: list[Mutant],
    by: Callable[[str], tuple[Judge, ...]],
    *,
    jobs: int,
    until_s: float,
) -> Iterator[tuple[Mutant, str]]:
    """Judge ``mutants`` in their order until the time is over; ``by`` names a file's judges."""
    with tempfile.TemporaryDirectory() as folder:
        benches = [Bench(Path(folder) / str(number)) for number in range(jobs)]
        free, lock, within_s = list(benches), Lock(), dict[str, float]()

        def judge(mutant: Mutant) -> tuple[Mutant, str] | None:
            if time.monotonic() > until_s:
                return None
            with lock:
                bench = free.pop()
            try:
                file = mutant.file
                if file not in within_s:
                    within_s[file] = _needed_s(bench, by(file))
                case = Case(by(file), within_s[file])
                return mutant, bench.changed(mutant, case)
            finally:
                with lock:
                    free.append(bench)

        try:
            with ThreadPoolExecutor(jobs) as threads:
                yield from (found for found in threads.map(judge, mutants) if found is not None)
        finally:
            for bench in benches:
                bench.close()


def _needed_s(bench: Bench, by: tuple[Judge, ...]) -> float:
    """How long a judgement may take: by what the unchanged program needs."""
    began_s = time.monotonic()
    verdict = bench.judged(Case(by, 1_200.0))
    if verdict != SURVIVED:
        raise SystemExit(f"the unchanged program fails: {verdict}")
    return 3 * (time.monotonic() - began_s) + _SLACK_S


def main(arguments: list[str]) -> int:
    """Print what survived, and who killed the rest; the exit code tells whether anything did."""
    parser = argparse.ArgumentParser(prog="bench mutants", description=__doc__)
    parser.add_argument("--file", action="append", help="below src/algotradehub; may be repeated")
    parser.add_argument("--seeds", type=int, default=200, help="of the simulation, the last judge")
    parser.add_argument("--quick", action="store_true", help="by a file's own tests alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--budget_s", type=float, default=float("inf"), help="begin no mutant after"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the order in which they are tried")
    parser.add_argument("--kept", type=Path, help="a file of verdicts: what it has is not repeated")
    options = parser.parse_args(arguments)
    until_s = time.monotonic() + options.budget_s
    files = options.file or FILES
    mutants = [
        Mutant(file, change)
        for file in files
        for change in changes((ROOT / PROGRAM / file).read_text())
    ]
    random.Random(options.seed).shuffle(mutants)
    kept = _kept(options.kept)
    verdicts = Counter(kept[mutant.key] for mutant in mutants if mutant.key in kept)
    left = [mutant for mutant in mutants if mutant.key not in kept]
    by = partial(judges, seeds=options.seeds, quick=options.quick)
    for mutant, verdict in tried(left, by, jobs=options.jobs, until_s=until_s):
        verdicts[verdict] += 1
        if verdict == SURVIVED:
            print(f"{mutant.file}:{mutant.change.line}: {mutant.change.told()}", flush=True)
        elif options.kept is not None:
            with options.kept.open("a") as file:
                print(mutant.key, verdict, file=file)
    survived = verdicts.pop(SURVIVED, 0)
    killed = ", ".join(f"{count} by {name}" for name, count in verdicts.most_common())
    tested = survived + verdicts.total()
    print(f"{len(mutants)} mutants, {tested} tried: {verdicts.total()} killed ({killed})", end="; ")
    print(f"{survived} survived")
    return 1 if survived else 0


def _kept(path: Path | None) -> dict[str, str]:
    """Who killed what in earlier runs. Survivors are not in it: the tests may be better now."""
    if path is None or not path.exists():
        return {}
    return dict(line.split(" ", 1) for line in path.read_text().splitlines())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
