"""A process that judges changed copies of the program; the change itself is made by its parent.

python -m benchmarks.mutant_judges FOLDER: a ``Case`` a line comes in, a verdict a line goes out.

It imports what the tests need of others, and nothing of ours: each case is judged by a child of its
own, which takes our modules from the copy in FOLDER.
"""

import importlib
import multiprocessing
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path

import hypothesis
import msgspec
import pytest

SURVIVED = "survived"
TIME = "time"  # the judges found no end
SIMULATION = "simulation"
_TAKEN_OUT = "out of order"
_PLUGINS = ("pytest_asyncio.plugin", "pytest_timeout", "_hypothesis_pytestplugin")
_WARMED = ("alembic", "fastapi", "httpx2", "rich", "sqlalchemy", "structlog", "typer", "websockets")
_KILLS = {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}


class Judge(msgspec.Struct, frozen=True):
    """Tests, or the seeds of the simulation; its name is the verdict."""

    name: str
    tests: tuple[str, ...] = ()
    seeds: int = 0


class Case(msgspec.Struct, frozen=True):
    judges: tuple[Judge, ...]
    within_s: float


def _judged(case: Case, folder: Path) -> None:
    """Leave this process with the number of the judge that found the change; 0 if none did."""
    null = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.chdir(folder)
    sys.path[:0] = [str(folder / "src")]
    try:
        for number, judge in enumerate(case.judges, start=1):
            if _finds(judge):
                os._exit(number)
    except BaseException:  # noqa: BLE001 - whatever it is, the program does not run any more
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(len(case.judges) + 1)
    os._exit(0)


def _finds(judge: Judge) -> bool:
    if judge.seeds:
        campaign = importlib.import_module("algotradehub.simulation.campaign")
        seeds = list(range(1, judge.seeds + 1))
        return campaign.run_seeds(seeds)[-1].failure is not None
    plugins = [word for plugin in _PLUGINS for word in ("-p", plugin)]
    quiet = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"]
    warmed = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # plugins are imported already
    code = pytest.main([*plugins, *quiet, *warmed, *judge.tests])
    if code not in {pytest.ExitCode.OK, *_KILLS}:
        raise SystemExit(code)
    return code in _KILLS


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for plugin in (*_PLUGINS, *_WARMED):
        with suppress(ImportError):
            importlib.import_module(plugin)
    # The same examples for every change; the first that fails is enough.
    hypothesis.settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    fork = multiprocessing.get_context("fork")
    for line in sys.stdin:
        case = msgspec.json.decode(line, type=Case)
        child = fork.Process(target=_judged, args=(case, folder))
        child.start()
        child.join(case.within_s)
        if child.is_alive():
            child.kill()
            child.join()
            verdict = TIME
        else:
            names = [SURVIVED, *(judge.name for judge in case.judges)]
            code = child.exitcode
            verdict = names[code] if code is not None and 0 <= code < len(names) else _TAKEN_OUT
        print(verdict, flush=True)


if __name__ == "__main__":
    main()
