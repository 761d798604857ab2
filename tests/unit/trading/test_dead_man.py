"""The dead man's switch: refreshed while this process is fit, and by no other."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise

import pytest

from algotradehub.domain.capabilities import DeadManRule
from algotradehub.domain.errors import (
    CredentialRefused,
    OutcomeUnknown,
    RateLimited,
    Unsupported,
    VenueError,
)
from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.simulation.clock import SimClock
from algotradehub.trading.dead_man import DeadManPolicy, DeadManSwitch
from tests.fakes.account import ALL
from tests.unit.trading.bench import Bench, S
from tests.unit.trading.words import ACCOUNT, VENUE, changed

OFFERED = changed(ALL, dead_man=DeadManRule(shortest_s=5.0, longest_s=300.0))
DOWN = Connection(state=ConnectionState.DOWN, reason="outage")
UP = Connection(state=ConnectionState.UP)


class Standing(SimClock):
    """A clock under which nothing may run for a while: the loop is blocked, or all of us are."""

    stood_ns = 0

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() + self.stood_ns


class Kept:
    """A bench whose account has a switch that is kept."""

    def __init__(self, *, call_off_at_exit: bool = False) -> None:
        self.bench = Bench(capabilities=OFFERED, recovers=True)
        self.bench.account.sink(UP)
        self.journal_refuses: str | None = None
        self.alerts: list[str] = []
        self.clock = Standing(self.bench.loop)
        self.switch = DeadManSwitch(
            DeadManPolicy(timeout_s=30.0, call_off_at_exit=call_off_at_exit),
            desk=self.bench.desk,
            clock=self.clock,
            journal_refuses=lambda: self.journal_refuses,
            errors=self.bench.intake.errors,
            alert=lambda name, _: self.alerts.append(name),
        )
        self.task = self.bench.loop.create_task(self.switch.keep())

    @property
    def told(self) -> list[tuple[object, float]]:
        """Every timeout the venue was told, and when, in seconds."""
        first_ns = self.bench.clock.now_ns() - self.bench.clock.monotonic_ns()
        return [
            (asked.about, round((asked.at_ns - first_ns) / S, 3))
            for asked in self.bench.account.queries("set_dead_man")
        ]

    def refuse(self, error: VenueError | None) -> None:
        self.bench.account.refuses_dead_man = error


@pytest.fixture
def kept() -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.bench.close()


def test_it_is_refreshed_at_a_third_of_its_time(kept: Kept) -> None:
    kept.bench.advance(65)
    times = [at_s for _, at_s in kept.told]
    assert [timeout_s for timeout_s, _ in kept.told] == [30.0] * 7
    assert all(later - sooner == 10 for sooner, later in pairwise(times))
    status = kept.bench.desk.dead_man
    assert status is not None
    assert (status.timeout_s, status.trouble) == (30.0, None)
    assert status.fires_ns is not None
    assert 20 * S < status.fires_ns - kept.bench.clock.now_ns() <= 30 * S
    assert kept.alerts == []


def test_a_process_that_cannot_write_lets_it_fire(kept: Kept) -> None:
    kept.bench.advance(5)
    kept.journal_refuses = "the disk is full"
    before = kept.told
    kept.bench.advance(60)
    assert kept.told == before
    assert kept.alerts == ["dead_man_not_refreshed", "dead_man_fired"]
    assert kept.bench.desk.dead_man is not None
    assert kept.bench.desk.dead_man.fires_ns is None
    assert "the disk is full" in str(kept.bench.desk.dead_man.trouble)
    kept.journal_refuses = None
    kept.bench.advance(2)
    assert len(kept.told) == len(before) + 1, "at once, when it is fit again"
    assert kept.alerts[-1] == "dead_man_refreshed"


def test_a_process_that_does_not_hear_the_venue_lets_it_fire(kept: Kept) -> None:
    kept.bench.advance(5)
    kept.bench.account.sink(DOWN)
    before = kept.told
    kept.bench.advance(60)
    assert kept.told == before
    assert kept.alerts == ["dead_man_not_refreshed", "dead_man_fired"]
    kept.bench.account.sink(UP)
    kept.bench.advance(2)
    assert len(kept.told) == len(before) + 1


def test_a_process_that_stood_still_is_not_believed_at_once(kept: Kept) -> None:
    kept.bench.advance(0.5)
    before = len(kept.told)
    kept.clock.stood_ns += 15 * S
    kept.bench.advance(1)
    assert len(kept.told) == before
    assert "stood still for 15 s" in str(kept.bench.desk.dead_man)
    kept.bench.advance(1)
    assert len(kept.told) == before + 1


def test_what_may_have_been_done_counts_as_done(kept: Kept) -> None:
    kept.refuse(OutcomeUnknown(VENUE, "no answer in time"))
    kept.bench.advance(2)
    status = kept.bench.desk.dead_man
    assert status is not None
    assert status.fires_ns is not None
    assert status.trouble == f"{VENUE}: no answer in time"


def test_a_refused_refresh_is_tried_again_soon(kept: Kept) -> None:
    kept.bench.advance(1)
    kept.refuse(RateLimited(VENUE, "too many requests"))
    kept.bench.advance(18)
    times = [at_s for _, at_s in kept.told]
    assert [later - sooner for sooner, later in pairwise(times)] == [10, 3, 3]
    kept.refuse(None)
    kept.bench.advance(5)
    assert kept.alerts == ["dead_man_not_refreshed", "dead_man_refreshed"]


def test_a_refused_credential_halts_the_account(kept: Kept) -> None:
    kept.refuse(CredentialRefused(VENUE, "revoked"))
    kept.bench.advance(70)
    assert kept.bench.state.standing.halt_in_force(ACCOUNT) is not None
    times = [at_s for _, at_s in kept.told]
    assert [later - sooner for sooner, later in pairwise(times)] == [60], "not to be banned"


@pytest.mark.parametrize("call_off", [True, False])
def test_an_orderly_end_leaves_it_or_calls_it_off(*, call_off: bool) -> None:
    kept = Kept(call_off_at_exit=call_off)
    kept.bench.advance(5)
    kept.bench.loop.run(kept.switch.end())
    kept.bench.advance(30)
    assert [timeout_s for timeout_s, _ in kept.told] == [30.0, 0.0] if call_off else [30.0]
    kept.bench.close()


def test_an_end_waits_for_the_refresh_under_way() -> None:
    kept = Kept(call_off_at_exit=True)
    kept.bench.account.answer_s = 3.0

    async def ended() -> None:
        await asyncio.wait_for(kept.switch.end(), timeout=20)

    kept.bench.advance(1)
    kept.bench.loop.run(ended())
    assert [timeout_s for timeout_s, _ in kept.told] == [30.0, 0.0]
    kept.bench.close()


def test_what_could_not_be_called_off_is_told(kept: Kept) -> None:
    kept = Kept(call_off_at_exit=True)
    kept.bench.advance(5)
    kept.refuse(OutcomeUnknown(VENUE, "no answer in time"))
    kept.bench.loop.run(kept.switch.end())
    assert kept.alerts == ["dead_man_not_called_off"]
    kept.bench.close()


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (None, "take dead_man out of the settings"),
        (DeadManRule(shortest_s=60.0, longest_s=300.0), "waits for 60 to 300 s"),
        (DeadManRule(shortest_s=1.0, longest_s=29.0), "waits for 1 to 29 s"),
    ],
)
def test_what_the_venue_lacks_is_refused_at_the_start(rule: DeadManRule | None, says: str) -> None:
    bench = Bench(capabilities=changed(ALL, dead_man=rule))
    with pytest.raises(Unsupported, match=says):
        DeadManSwitch(
            DeadManPolicy(timeout_s=30.0),
            desk=bench.desk,
            clock=bench.clock,
            journal_refuses=lambda: None,
            errors=bench.intake.errors,
            alert=lambda *_: None,
        )
    bench.close()
