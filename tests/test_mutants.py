"""Who judges a mutant, what is told of the survivors, and what a second run need not repeat."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks import mutants
from benchmarks.mutant_judges import SURVIVED, Judge
from benchmarks.mutants import FILES, PROGRAM, ROOT, Mutant, judges, main
from benchmarks.mutations import changes

FILE = "domain/order_fold.py"


def test_the_files_own_tests_come_first_and_the_world_last() -> None:
    own, histories, trading, world = judges("domain/order_rules.py", seeds=9)
    assert "tests/unit/domain/test_order_rules.py" in own.tests
    assert "tests/unit/domain/test_order_rules_histories.py" not in own.tests
    assert "tests/unit/domain/test_order_rules_histories.py" in histories.tests
    assert trading == Judge("trading", ("tests/unit/trading",))
    assert world == Judge("simulation", seeds=9)


def test_what_has_judged_already_is_not_asked_again() -> None:
    own, trading = judges("trading/absence.py", seeds=0)
    assert own == Judge("own tests", ("tests/unit/trading/test_absence.py",))
    assert trading.tests == ("tests/unit/trading", "--ignore=tests/unit/trading/test_absence.py")
    assert judges("trading/absence.py", seeds=9, quick=True) == (own,)


@pytest.mark.parametrize("file", FILES)
def test_every_file_of_the_core_has_tests_of_its_own(file: str) -> None:
    assert judges(file, seeds=0)[0].tests
    assert (ROOT / PROGRAM / file).is_file()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Mutant]:
    """The mutants that were judged; the first of the file survives."""
    heard: list[Mutant] = []
    first = changes((ROOT / PROGRAM / FILE).read_text())[0]

    def tried(
        given: list[Mutant], by: Callable[[str], object], *, jobs: int, until_s: float
    ) -> Iterator[tuple[Mutant, str]]:
        for mutant in given:
            heard.append(mutant)
            yield mutant, SURVIVED if mutant.change == first else "own tests"

    monkeypatch.setattr(mutants, "tried", tried)
    return heard


def test_survivors_are_told_and_the_killed_are_counted(
    asked: list[Mutant], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--file", FILE]) == 1
    survivor, figures = capsys.readouterr().out.splitlines()
    change = changes((ROOT / PROGRAM / FILE).read_text())[0]
    assert survivor == f"{FILE}:{change.line}: {change.told()}"
    killed = len(asked) - 1
    assert figures == (
        f"{killed + 1} mutants, {killed + 1} tried: "
        f"{killed} killed ({killed} by own tests); 1 survived"
    )


def test_the_same_seed_tries_in_the_same_order(asked: list[Mutant]) -> None:
    orders = []
    for seed in ("1", "1", "2"):
        asked.clear()
        main(["--file", FILE, "--seed", seed])
        orders.append(list(asked))
    assert orders[0] == orders[1] != orders[2]


def test_what_was_killed_is_remembered_and_a_survivor_is_tried_again(
    asked: list[Mutant], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = str(tmp_path / "kept")
    main(["--file", FILE, "--kept", kept])
    first = capsys.readouterr().out
    asked.clear()
    assert main(["--file", FILE, "--kept", kept]) == 1
    assert len(asked) == 1
    assert capsys.readouterr().out == first
