"""Many seeds: run them, find the first that fails, shrink it, and show its history."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice

import msgspec

from algotradehub.domain.money import install_context
from algotradehub.simulation.drawing import draw
from algotradehub.simulation.scenario import Scenario
from algotradehub.simulation.world import World

SEEDS_AT_ONCE = 25  # one piece of work for one process
MAX_SHRINKS = 400


class Verdict(msgspec.Struct, frozen=True):
    """What came of one seed."""

    seed: int
    digest: str
    effects: int
    failure: str | None  # "name: detail"
    orders: int = 0  # handed to the wire, each leg by itself
    lost: int = 0  # requests of which nobody was told what became of them
    crashes: int = 0

    @property
    def name(self) -> str | None:
        return None if self.failure is None else self.failure.partition(":")[0]


def run_scenario(scenario: Scenario, trace: Callable[[str], None] | None = None) -> Verdict:
    """Run one scenario to its judgement."""
    install_context()
    world = World(scenario, trace)
    failure = None
    try:
        world.run()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the verdict
        failure = f"{getattr(error, 'name', type(error).__name__)}: {error}"
    finally:
        world.close()
    return Verdict(
        scenario.seed,
        world.digest,
        world.effects_total,
        failure,
        orders=world.venue.asked_to_place,
        lost=world.venue.lost,
        crashes=world.crashes,
    )


def run_seeds(seeds: list[int]) -> list[Verdict]:
    """Run seeds one after another, up to the first that fails."""
    verdicts = []
    for seed in seeds:
        verdicts.append(run_scenario(draw(seed)))
        if verdicts[-1].failure is not None:
            break
    return verdicts


def campaign(
    first: int, count: int, *, jobs: int, within: Callable[[], bool]
) -> Iterator[list[Verdict]]:
    """Yield verdicts of ``count`` seeds from ``first``, in order, until one fails.

    Args:
        first: The first seed.
        count: How many.
        jobs: Processes to share the work.
        within: Asked before new work is handed out; False ends the campaign early.
    """
    pieces = (
        list(range(start, min(start + SEEDS_AT_ONCE, first + count)))
        for start in range(first, first + count, SEEDS_AT_ONCE)
    )
    if jobs == 1:
        for piece in pieces:
            if not within():
                return
            yield run_seeds(piece)
        return
    with ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(run_seeds, piece) for piece in islice(pieces, 2 * jobs)]
        while running:
            verdicts = running.pop(0).result()
            yield verdicts
            if verdicts[-1].failure is not None or not within():
                break
            running += [pool.submit(run_seeds, piece) for piece in islice(pieces, 1)]
        for waiting in running:
            waiting.cancel()


def shrink(scenario: Scenario, name: str) -> tuple[Scenario, Verdict]:
    """Take away what the failure ``name`` does not need: actions, crashes, kinds of trouble.

    Returns:
        The smallest scenario found that fails the same way, and its verdict.
    """
    best, verdict = scenario, run_scenario(scenario)
    tries = 0
    shrunk = True
    while shrunk and tries < MAX_SHRINKS:
        shrunk = False
        for smaller in _smaller(best):
            tries += 1
            found = run_scenario(smaller)
            if found.name == name:
                best, verdict, shrunk = smaller, found, True
                break
            if tries >= MAX_SHRINKS:
                break
    return best, verdict


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    replace = msgspec.structs.replace
    for index in range(len(scenario.crashes)):
        crashes = scenario.crashes[:index] + scenario.crashes[index + 1 :]
        yield replace(scenario, crashes=crashes)
    for index in reversed(range(len(scenario.actions))):
        actions = scenario.actions[:index] + scenario.actions[index + 1 :]
        yield replace(scenario, actions=actions)
    for field in scenario.rules.__struct_fields__:
        value = getattr(scenario.rules, field)
        if isinstance(value, float) and value and not field.endswith("_s"):
            yield replace(scenario, rules=replace(scenario.rules, **{field: 0.0}))


def cores() -> int:
    return os.cpu_count() or 1
