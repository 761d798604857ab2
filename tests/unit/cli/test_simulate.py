"""``simulate`` says what it found, and its exit code says it too."""

import re

import pytest
import typer
from typer.testing import CliRunner, Result

from algotradehub.cli import simulate as command
from algotradehub.simulation import campaign, invariants
from algotradehub.simulation.campaign import Verdict
from algotradehub.simulation.users import Users
from algotradehub.simulation.verdict import Broken

app = typer.Typer()
app.command()(command.simulate)


@pytest.fixture(autouse=True)
def same_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process had been started anew with it; see ``test_it_starts_anew``."""
    monkeypatch.setenv("PYTHONHASHSEED", "0")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["--jobs", "1", *arguments])


@pytest.fixture
def broken_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seventh order of a world breaks it."""

    def judge(core: object, venue: object, users: Users) -> None:
        if "key-6" in users.wanted:
            raise Broken("too many orders", f"{len(users.wanted)} of them")

    monkeypatch.setattr(invariants, "check_all", judge)


@pytest.mark.parametrize("jobs", ["0", "257"])
def test_processes_are_bounded(jobs: str) -> None:
    assert run("--jobs", jobs).exit_code == 2


def test_clean_seeds_are_counted() -> None:
    result = run("--seed", "5", "--seeds", "3")
    assert result.exit_code == 0
    assert result.stdout.startswith("3 seeds clean (5 to 7), ")
    assert "seeds/s" in result.stdout


def test_what_the_seeds_went_through_is_told_as_a_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = [Verdict(1, "", 1, None, orders=1_200, lost=30, crashes=4)] * 2
    monkeypatch.setattr(command, "campaign", lambda *_, **__: iter([verdicts]))
    times_ns = iter((0, 1_800 * 1_000_000_000))
    monkeypatch.setattr(command, "monotonic_ns", lambda: next(times_ns))
    assert run().stdout.splitlines()[-1] == (
        "2,400 orders, 60 requests lost, 8 crashes; "
        "an hour: 4,800 orders, 120 requests lost, 16 crashes"
    )


def test_the_digest_stands_for_the_histories() -> None:
    def digest(*arguments: str) -> str:
        found = re.search(r"digest ([0-9a-f]{16}),", run("--seeds", "3", *arguments).stdout)
        assert found is not None
        return found[1]

    assert digest("--jobs", "1") == digest("--jobs", "2")
    assert digest("--jobs", "1") != digest("--jobs", "1", "--seed", "2")


@pytest.mark.usefixtures("broken_world")
def test_a_failure_is_shrunk_and_its_history_shown() -> None:
    result = run("--seeds", "200")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("seed ")
    assert "failed: too many orders: too many orders: " in lines[0]
    # The judge needs one order; the one that the others are named after is enough.
    assert lines[1] == "shrunk to 1 actions, 0 crashes:"
    assert "Order(" in lines[2]
    assert "key=6" in lines[2]
    assert "history:" in lines
    assert lines[-2].startswith("failed as: too many orders")
    seed = lines[0].split()[1]
    assert lines[-1] == f"again: ./run simulate --seed {seed} --seeds 1"


@pytest.mark.usefixtures("broken_world")
def test_a_failure_can_be_shown_as_it_is() -> None:
    result = run("--seeds", "200", "--no-shrink")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1


def test_a_trace_shows_everything_that_happens() -> None:
    result = run("--seed", "3", "--trace")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].endswith("life 1 effect 1: before create")
    assert lines[-1].startswith("seed 3: clean; digest ")


@pytest.mark.usefixtures("broken_world")
def test_a_trace_of_a_failing_seed_fails() -> None:
    first = run("--seeds", "200", "--no-shrink").stdout.split()[1]
    result = run("--seed", first, "--trace")
    assert result.exit_code == 1
    assert f"seed {first}: too many orders" in result.stdout.splitlines()[-1]


def test_two_runs_of_a_seed_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("--seeds", "3", "--twice").exit_code == 0
    runs = iter(range(100))

    def unsteady(*_: object) -> Verdict:
        return Verdict(1, f"digest {next(runs)}", 1, None)

    monkeypatch.setattr(campaign, "run_scenario", unsteady)
    monkeypatch.setattr(command, "run_scenario", unsteady)
    result = run("--seeds", "3", "--twice")
    assert result.exit_code == 1
    assert result.stdout == "seed 1 failed: two runs of it differ\n"


def test_the_budget_ends_the_campaign(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(0, 10_000, 20))
    monkeypatch.setattr(command, "monotonic_ns", lambda: next(seconds) * 1_000_000_000)
    result = run("--seeds", "1000", "--budget", "1m")
    assert result.exit_code == 0
    assert result.stdout.startswith("50 seeds clean (1 to 50), ")


@pytest.mark.parametrize("budget", ["90", "1.5x", "m", "-3s", "1h30m"])
def test_a_budget_without_a_unit_is_wrong_use(budget: str) -> None:
    result = run("--budget", budget)
    assert result.exit_code == 2
    assert "90s, 10m, 2h" in result.stderr


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1.5m", 90), ("2h", 7_200)])
def test_budgets_are_read_in_seconds(text: str, seconds: float) -> None:
    assert command._seconds(text) == seconds


def test_it_starts_anew_where_hashes_are_random(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    class Replaced(BaseException):
        """This process is another program now."""

    def execv(_: str, arguments: list[str]) -> None:
        started.append(arguments)
        raise Replaced

    monkeypatch.delenv("PYTHONHASHSEED")
    monkeypatch.setattr("os.execv", execv)
    monkeypatch.setattr("sys.argv", ["algotradehub", "simulate", "--seed", "7"])
    with pytest.raises(Replaced):
        command.simulate(seed=7)
    assert started[0][1:] == ["-m", "algotradehub", "simulate", "--seed", "7"]
