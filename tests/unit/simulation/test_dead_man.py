"""The scripted venue's switch, and what its judge lets nobody do."""

from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from algotradehub.simulation.dead_man import DeadMan, DeadManJudge
from algotradehub.simulation.timeline import Timeline
from algotradehub.simulation.verdict import Broken
from algotradehub.trading.dead_man import DeadManPolicy

S = 1_000_000_000


class World:
    def __init__(self, *, call_off: bool = False, wanted: bool = True) -> None:
        self.timeline = Timeline(Random(0), start_ns=S)
        self.cancelled_ns: list[int] = []
        self.switch = DeadMan(self.timeline, lambda: self.cancelled_ns.append(self.timeline.now_ns))
        policy = DeadManPolicy(timeout_s=15.0, call_off_at_exit=call_off) if wanted else None
        self.judge = DeadManJudge(self.timeline, self.switch, policy, 4.0)
        core: Any = SimpleNamespace(journal=SimpleNamespace(refusing=None))
        self.core = core
        self.judge.hears(up=True)
        self.judge.stands(self.core)

    def pass_s(self, seconds: float) -> None:
        self.timeline.run_until(self.timeline.now_ns + int(seconds * S))


def test_it_fires_unless_it_is_set_again() -> None:
    world = World(wanted=False)
    world.switch.set(15.0)
    world.pass_s(14)
    world.switch.set(15.0)
    world.pass_s(14)
    assert world.cancelled_ns == []
    world.pass_s(2)
    assert world.cancelled_ns == [30 * S]
    world.switch.set(15.0)
    world.switch.set(0.0)
    world.pass_s(60)
    assert len(world.cancelled_ns) == 1


def test_nobody_unfit_may_refresh_it() -> None:
    world = World()
    world.judge.asks(world.core, 15.0)
    world.core.journal.refusing = "full"
    with pytest.raises(Broken, match="refreshed unfit"):
        world.judge.asks(world.core, 15.0)
    world.core.journal.refusing = None
    world.judge.hears(up=False)
    with pytest.raises(Broken, match="refreshed unfit"):
        world.judge.asks(world.core, 15.0)


def test_nobody_sets_what_nobody_wants() -> None:
    world = World(wanted=False)
    with pytest.raises(Broken, match="switch unasked"):
        world.judge.asks(world.core, 15.0)
    kept = World()
    with pytest.raises(Broken, match="switch called off"):
        kept.judge.asks(kept.core, 0.0)


def test_whoever_is_fit_must_not_neglect_it() -> None:
    world = World()
    world.switch.set(15.0)
    with pytest.raises(Broken, match="switch neglected"):
        world.pass_s(15)


@pytest.mark.parametrize("excuse", ["died", "deaf", "disk", "refused just before", "tried"])
def test_it_may_fire_where_nobody_could_keep_it(excuse: str) -> None:
    world = World()
    world.switch.set(15.0)
    world.pass_s(10)
    match excuse:
        case "died":
            world.judge.died()
        case "deaf":
            world.judge.hears(up=False)
        case "disk":
            world.core.journal.refusing = "full"
        case "refused just before":
            world.judge.refused()
        case _:
            world.judge.asks(world.core, 15.0)
    world.pass_s(5)
    assert world.cancelled_ns == [16 * S]


@pytest.mark.parametrize("call_off", [True, False])
def test_an_orderly_end_leaves_it_as_is_wanted(*, call_off: bool) -> None:
    world = World(call_off=call_off)
    world.judge.ends(world.core)
    world.switch.set(15.0)
    if call_off:
        with pytest.raises(Broken, match="switch left wrong"):
            world.judge.check_ended()
        world.judge.asks(world.core, 0.0)
        world.switch.set(0.0)
    world.judge.check_ended()
    if not call_off:
        world.switch.set(0.0)
        with pytest.raises(Broken, match="switch left wrong"):
            world.judge.check_ended()
