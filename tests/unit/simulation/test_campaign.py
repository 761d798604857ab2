"""Campaigns judge seeds in order, stop at the first failure, and shrink what they found."""

from collections.abc import Iterator
from concurrent.futures import Future
from itertools import count
from typing import ClassVar, Self

import msgspec
import pytest

from algotradehub.simulation import campaign as campaigns
from algotradehub.simulation import invariants
from algotradehub.simulation.campaign import (
    SEEDS_AT_ONCE,
    Verdict,
    campaign,
    run_scenario,
    run_seeds,
    shrink,
)
from algotradehub.simulation.drawing import draw
from algotradehub.simulation.scenario import Order
from algotradehub.simulation.users import Users
from algotradehub.simulation.verdict import Broken
from tests.unit.simulation.stage import HONEST
from tests.unit.simulation.worlds import EVERYTHING_FAILS, crash, scenario


def always() -> bool:
    return True


def flat(pieces: Iterator[list[Verdict]]) -> list[Verdict]:
    return [verdict for piece in pieces for verdict in piece]


@pytest.fixture
def unjust(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge who condemns every world in which a certain key was used."""

    def judge(core: object, venue: object, users: Users) -> None:
        for key in users.wanted:
            if key in {"key-1", "key-3"}:
                raise Broken("forbidden key", f"{key} was used")

    monkeypatch.setattr(invariants, "check_all", judge)


def test_more_processes_find_the_same() -> None:
    alone = flat(campaign(1, 60, jobs=1, within=always))
    assert flat(campaign(1, 60, jobs=2, within=always)) == alone
    assert [verdict.seed for verdict in alone] == list(range(1, 61))
    assert all(verdict.failure is None for verdict in alone)


def test_a_seed_tells_how_much_it_went_through() -> None:
    calm = run_scenario(scenario())
    assert (calm.orders, calm.lost, calm.crashes) == (5, 0, 0)
    deaf = run_scenario(scenario(rules=msgspec.structs.replace(HONEST, lose_answer=1.0)))
    assert deaf.lost >= deaf.orders == 5
    killed = run_scenario(scenario(crashes=(crash(10), crash(10), crash(100_000))))
    assert killed.crashes == 2, "the last one was planned for after the end"


def test_a_piece_ends_with_its_first_failure(unjust: None) -> None:
    verdicts = run_seeds(list(range(1, 30)))
    assert [verdict.failure is None for verdict in verdicts[:-1]] == [True] * (len(verdicts) - 1)
    assert verdicts[-1].name == "forbidden key"


def failing_at(seed: int) -> object:
    def run(seeds: list[int]) -> list[Verdict]:
        upto = [s for s in seeds if s <= seed]
        return [Verdict(s, "", 1, "broken: so" if s == seed else None) for s in upto]

    return run


class Pool:
    """Stands in for the process pool, in this process; counts what it was given."""

    given: ClassVar[list[list[int]]] = []

    def __init__(self, jobs: int) -> None:
        Pool.given.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, run: object, seeds: list[int]) -> "Future[list[Verdict]]":
        Pool.given.append(seeds)
        future: Future[list[Verdict]] = Future()
        assert callable(run)
        future.set_result(run(seeds))
        return future


@pytest.mark.parametrize("jobs", [1, 2])
def test_nothing_is_run_behind_the_first_failure(
    monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(campaigns, "run_seeds", failing_at(60))
    monkeypatch.setattr(campaigns, "ProcessPoolExecutor", Pool)
    verdicts = flat(campaign(1, 10_000, jobs=jobs, within=always))
    assert [verdict.seed for verdict in verdicts] == list(range(1, 61))
    assert verdicts[-1].failure == "broken: so"
    assert len(Pool.given) <= 3 + 2 * jobs


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_budget_ends_it_early(monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    monkeypatch.setattr(campaigns, "run_seeds", failing_at(10**9))
    monkeypatch.setattr(campaigns, "ProcessPoolExecutor", Pool)
    asked = count(1)
    pieces = list(campaign(1, 10_000, jobs=jobs, within=lambda: next(asked) < 4))
    assert 3 <= len(pieces) <= 4
    assert all(len(piece) == SEEDS_AT_ONCE for piece in pieces)


def test_without_time_nothing_is_run() -> None:
    assert list(campaign(1, 100, jobs=1, within=lambda: False)) == []


@pytest.mark.usefixtures("unjust")
def test_shrinking_leaves_only_what_the_failure_needs() -> None:
    large = scenario(rules=EVERYTHING_FAILS, crashes=(crash(100), crash(100)))
    smaller, verdict = shrink(large, "forbidden key")
    assert verdict.name == "forbidden key"
    assert [type(action) for action in smaller.actions] == [Order]
    assert smaller.crashes == ()
    rates = [getattr(smaller.rules, name) for name in smaller.rules.__struct_fields__]
    assert not any(0 < rate < 1 for rate in rates if isinstance(rate, float))
    assert run_scenario(smaller) == verdict


@pytest.mark.usefixtures("unjust")
def test_shrinking_keeps_to_the_same_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, verdict = shrink(scenario(), "another failure")
    assert kept == scenario()
    assert verdict.name == "forbidden key"


def test_shrinking_gives_up_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = count()

    def run(_: object) -> Verdict:
        next(runs)
        return Verdict(1, "", 1, "another: failure")

    monkeypatch.setattr(campaigns, "run_scenario", run)
    monkeypatch.setattr(campaigns, "MAX_SHRINKS", 5)
    shrink(draw(3), "wanted")
    assert next(runs) <= 6


def test_whatever_is_raised_is_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(*_: object) -> None:
        raise ZeroDivisionError("in the judge itself")

    monkeypatch.setattr(invariants, "check_all", judge)
    verdict = run_scenario(scenario())
    assert verdict.failure == "ZeroDivisionError: in the judge itself"
    assert verdict.name == "ZeroDivisionError"


def test_an_interrupt_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(invariants, "check_all", judge)
    with pytest.raises(KeyboardInterrupt):
        run_scenario(scenario())


def test_there_is_a_core() -> None:
    assert campaigns.cores() >= 1
