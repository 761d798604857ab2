"""``simulate``: the whole order path under seeded faults, in virtual time."""

import os
import re
import sys
from hashlib import blake2b
from typing import Annotated

import typer
from rich.console import Console

from algotradehub.cli.printing import examples
from algotradehub.connectivity.clock import monotonic_ns
from algotradehub.simulation.campaign import Verdict, campaign, cores, run_scenario, shrink
from algotradehub.simulation.drawing import draw

_UNITS = {"s": 1, "m": 60, "h": 3600}
_FAILED = 1
_NS = 1_000_000_000

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog=examples("simulate --seeds 2000 --budget 10m", "simulate --seed 7 --trace"))
def simulate(
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="The first seed.")] = 1,
    seeds: Annotated[
        int, typer.Option(metavar="COUNT", min=1, help="How many seeds, one after another.")
    ] = 1_000,
    budget: Annotated[
        str | None, typer.Option(metavar="TIME", help="Begin no seed after so long: 90s, 10m, 2h.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="COUNT", min=1, max=256, help="Processes; left out, one a core."),
    ] = None,
    trace: Annotated[
        bool, typer.Option("--trace", help="Print everything that happens in the first seed.")
    ] = False,
    twice: Annotated[
        bool, typer.Option("--twice", help="Run each seed twice and compare what happened.")
    ] = False,
    no_shrink: Annotated[
        bool, typer.Option("--no-shrink", help="Show a failing seed as it is.")
    ] = False,
) -> None:
    """Run the deterministic simulation.

    A seed draws a venue that loses, delays, doubles and garbles, users who place, repeat,
    cancel and amend, and deaths of the process or the machine at chosen effects. Afterwards
    everything heals, and books and venue must tell the same story. The same seed gives the same
    history, always. The exit code is 1 if a promise breaks; the shortest history of it is shown.
    """
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets of text are iterated in hash order: the same seed must be the same in every process.
        os.environ["PYTHONHASHSEED"] = "0"
        again = [sys.executable, "-m", "algotradehub", *sys.argv[1:]]
        os.execv(sys.executable, again)  # noqa: S606 - this very program, once more
    console = Console(soft_wrap=True, highlight=False)
    if trace:
        verdict = run_scenario(draw(seed), trace=console.out)
        console.out(f"seed {seed}: {verdict.failure or 'clean'}; digest {verdict.digest}")
        raise typer.Exit(_FAILED if verdict.failure else 0)
    began = monotonic_ns()
    budget_s = _seconds(budget) if budget else float("inf")
    done = effects = orders = lost = crashes = 0
    whole = blake2b(digest_size=8)  # of all histories: the same on every machine and build
    for verdicts in campaign(
        seed, seeds, jobs=jobs or cores(), within=lambda: (monotonic_ns() - began) / _NS < budget_s
    ):
        for verdict in verdicts:
            done += 1
            effects += verdict.effects
            orders += verdict.orders
            lost += verdict.lost
            crashes += verdict.crashes
            whole.update(verdict.digest.encode())
            if verdict.failure is not None:
                _report(console, verdict, shrinks=not no_shrink)
                raise typer.Exit(_FAILED)
            if twice and run_scenario(draw(verdict.seed)).digest != verdict.digest:
                console.out(f"seed {verdict.seed} failed: two runs of it differ")
                raise typer.Exit(_FAILED)
    took_s = (monotonic_ns() - began) / _NS
    console.out(
        f"{done} seeds clean ({seed} to {seed + done - 1}), {effects:,} effects, "
        f"digest {whole.hexdigest()}, {took_s:.1f} s, {done / took_s:.0f} seeds/s"
    )
    hourly = (f"{count / took_s * 3600:,.0f}" for count in (orders, lost, crashes))
    console.out(
        f"{orders:,} orders, {lost:,} requests lost, {crashes:,} crashes; "
        "an hour: {} orders, {} requests lost, {} crashes".format(*hourly)
    )


def _report(console: Console, verdict: Verdict, *, shrinks: bool) -> None:
    console.out(f"seed {verdict.seed} failed: {verdict.failure}")
    if not shrinks or verdict.name is None:
        return
    smaller, failure = shrink(draw(verdict.seed), verdict.name)
    console.out(f"shrunk to {len(smaller.actions)} actions, {len(smaller.crashes)} crashes:")
    for step in (*smaller.actions, *smaller.crashes):
        console.out(f"  {step!r}")
    console.out(f"  {smaller.durability!r}, {smaller.rules!r}")
    console.out("history:")
    run_scenario(smaller, trace=lambda line: console.out(f"  {line}"))
    console.out(f"failed as: {failure.failure}")
    console.out(f"again: ./run simulate --seed {verdict.seed} --seeds 1")


def _seconds(text: str) -> float:
    matched = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    if matched is None:
        raise typer.BadParameter("a budget is a number and a unit: 90s, 10m, 2h")
    return float(matched[1]) * _UNITS[matched[2]]
