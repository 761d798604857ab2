"""The judge of limits condemns what passed one, and acquits what did not."""

from contextlib import closing
from decimal import Decimal

import msgspec
import pytest

from algotradehub.domain.commands import OrderCommand
from algotradehub.domain.records import PauseSet, Record
from algotradehub.ports.store import Pause
from algotradehub.simulation import limit_invariants
from algotradehub.simulation.scenario import Pause as PauseOrResume
from algotradehub.simulation.venue import VENUE
from algotradehub.simulation.verdict import Broken
from algotradehub.simulation.world import World
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.state import DeskState
from tests.unit.simulation.worlds import order, scenario

ORDERS = (order(1, quantity=6), order(2, quantity=4))
WITHIN = RiskLimits(
    max_order_quantity=Decimal(6),
    max_position=Decimal(10),
    max_exposure=Decimal(1_000),
    max_open_orders=2,
    max_orders_per_second=2,
    max_orders_per_minute=2,
)


def judged(monkeypatch: pytest.MonkeyPatch, limits: RiskLimits) -> None:
    """Run a world whose desk has no limits, and hold it against these."""
    accepted, sent, reach = (
        limit_invariants.check_accepted,
        limit_invariants.check_sent,
        limit_invariants.check_reach,
    )
    monkeypatch.setattr(limit_invariants, "check_accepted", lambda all_, _: accepted(all_, limits))
    monkeypatch.setattr(
        limit_invariants, "check_sent", lambda state, _, command: sent(state, limits, command)
    )
    monkeypatch.setattr(limit_invariants, "check_reach", lambda venue, _: reach(venue, limits))
    with closing(World(scenario(*ORDERS))) as world:
        world.run()


def test_what_keeps_every_limit_is_acquitted(monkeypatch: pytest.MonkeyPatch) -> None:
    judged(monkeypatch, WITHIN)


@pytest.mark.parametrize(
    "limits",
    [
        RiskLimits(max_order_quantity=Decimal(5)),
        RiskLimits(max_position=Decimal(9)),
        RiskLimits(max_exposure=Decimal(999)),
        RiskLimits(max_orders_per_second=1),
        RiskLimits(max_orders_per_minute=1),
    ],
)
def test_what_passes_a_limit_is_condemned(
    monkeypatch: pytest.MonkeyPatch, limits: RiskLimits
) -> None:
    with pytest.raises(Broken, match="limit passed"):
        judged(monkeypatch, limits)


def test_what_leaves_during_a_pause_is_condemned(monkeypatch: pytest.MonkeyPatch) -> None:
    real = limit_invariants.check_sent

    def paused(state: DeskState, limits: RiskLimits, command: OrderCommand) -> None:
        state.standing.pauses[VENUE] = Pause(venue=VENUE, paused=True, reason="x", by="y", at_ns=0)
        real(state, limits, command)

    monkeypatch.setattr(limit_invariants, "check_sent", paused)
    with closing(World(scenario(*ORDERS))) as world, pytest.raises(Broken, match="while paused"):
        world.run()


def test_what_is_taken_during_a_pause_is_condemned(monkeypatch: pytest.MonkeyPatch) -> None:
    real = limit_invariants.check_accepted

    def paused(records: list[Record], limits: RiskLimits) -> DeskState:
        first, *others = records
        body = PauseSet(venue=VENUE, paused=True, reason="x", by="y")
        between = msgspec.structs.replace(first, kind=body.kind, body=body)
        with pytest.raises(Broken, match="taken while paused"):
            real([first, between, *others], limits)
        return real(records, limits)

    monkeypatch.setattr(limit_invariants, "check_accepted", paused)
    with closing(World(scenario(*ORDERS))) as world:
        world.run()


def test_a_pause_keeps_everything_in_the_house() -> None:
    paused = scenario(PauseOrResume(0, paused=True), *ORDERS)
    with closing(World(paused)) as world:
        world.run()
        assert not world.venue.orders
