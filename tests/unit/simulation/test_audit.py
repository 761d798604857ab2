"""The judge of the audit log finds what it should, in worlds where one thing is wrong."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from algotradehub.domain.records import Requested, Responded
from algotradehub.simulation.account import ScriptedAccount
from algotradehub.simulation.audit import AuditTrail
from algotradehub.simulation.encoding import SECRET
from algotradehub.simulation.scenario import Death
from algotradehub.simulation.world import World
from algotradehub.trading.recorder import Recorder
from tests.fakes.builds import patches_what_is_compiled
from tests.unit.simulation.worlds import BUSY, EVERYTHING_FAILS, crash, scenario

pytestmark = pytest.mark.design_property(9)


def run(*, lives: int = 0, death: Death = Death.KILL) -> World:
    crashes = tuple(crash(40 * (number + 1), death) for number in range(lives))
    world = World(scenario(*BUSY, rules=EVERYTHING_FAILS, crashes=crashes))
    try:
        world.run()
    finally:
        world.close()
    return world


@pytest.mark.parametrize("death", Death)
def test_honest_lives_are_clean(death: Death) -> None:
    world = run(lives=3, death=death)
    assert len(world.venue.requests) > 20
    assert world.lives == 4


def wrong(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any]) -> None:
    """Let the recorder get something else of what the account tells."""
    honest = Recorder.defer

    def defer(self: Recorder, account: Any, wire: Any) -> None:
        for each in change(wire):
            honest(self, account, each)

    monkeypatch.setattr(Recorder, "defer", defer)


@patches_what_is_compiled
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda wire: [] if wire.request_id % 7 == 0 else [wire], "audit incomplete"),
        (lambda wire: [] if isinstance(wire, Responded) else [wire], "audit incomplete"),
        (lambda wire: [wire, wire] if isinstance(wire, Requested) else [wire], "audit doubled"),
        (
            lambda wire: (
                [msgspec.structs.replace(wire, body=SECRET.encode())]
                if isinstance(wire, Responded)
                else [wire]
            ),
            "secret told",
        ),
        (
            lambda wire: (
                [msgspec.structs.replace(wire, body=b"{}")]
                if isinstance(wire, Requested)
                else [wire]
            ),
            "audit incomplete",
        ),
    ],
)
def test_what_is_lost_doubled_or_changed_is_found(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any], told: str
) -> None:
    wrong(monkeypatch, change)
    with pytest.raises(Exception, match=told):
        run()


@patches_what_is_compiled
def test_what_was_lost_with_a_process_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was told long before the death, so the disk had time for it."""
    wrong(monkeypatch, lambda wire: [] if wire.request_id == 2 else [wire])
    with pytest.raises(Exception, match=r"audit incomplete: .* and never written"):
        run(lives=1)


def test_an_answer_to_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = ScriptedAccount._receive

    def receive(self: ScriptedAccount, word: Any) -> None:
        honest(self, word)
        if isinstance(word, Responded) and word.request_id == 3:
            honest(self, msgspec.structs.replace(word, request_id=9_999))

    monkeypatch.setattr(ScriptedAccount, "_receive", receive)
    with pytest.raises(Exception, match="audit unpaired"):
        run()


def test_a_broken_chain_is_found() -> None:
    world = run()
    trail = AuditTrail()
    trail.check_chain(world.disk)
    content = world.disk._files[world.disk.names()[0]]
    content.visible[-1] ^= 1
    with pytest.raises(Exception, match=r"journal-00000001\.seg"):
        trail.check_chain(world.disk)
