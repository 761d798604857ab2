"""The judge condemns decisions that outlive the venue's word, count twice, or were made alone."""

from collections.abc import Callable
from contextlib import closing
from decimal import Decimal

import msgspec
import pytest

from algotradehub.app.core import Core
from algotradehub.domain.order import Decision, OrderStatus
from algotradehub.domain.records import Decided, Record
from algotradehub.simulation import decisions
from algotradehub.simulation.users import ACCOUNT
from algotradehub.simulation.venue import ScriptedVenue
from algotradehub.simulation.verdict import Broken
from algotradehub.simulation.world import World
from tests.unit.simulation.worlds import order, scenario

pytestmark = pytest.mark.design_property(39)

DECISION = Decision(
    status=OrderStatus.CANCELLED, filled=Decimal(0), value=Decimal(0), by="ann", reason="?"
)


def change(core: Core, **changes: object) -> None:
    (found,) = core.state.orders.values()
    core.state.orders[found.order_id] = msgspec.structs.replace(found, **changes)


def decided_alone(core: Core, venue: ScriptedVenue) -> None:
    (order_id,) = core.state.orders
    core.journal.keep(ACCOUNT, Decided(order_id=order_id, decision=DECISION), at_ns=1)
    decisions.check_approved(core.journal.read(), second_approver=False)
    decisions.check_approved(core.journal.read(), second_approver=True)


def decision_stands(core: Core, venue: ScriptedVenue) -> None:
    change(core, decision=DECISION)
    decisions.check_overruled(core.state, venue)


def more_than_filled(core: Core, venue: ScriptedVenue) -> None:
    change(core, filled=Decimal(99))
    decisions.check_fills(core.state, venue)


def not_what_was_told(core: Core, venue: ScriptedVenue) -> None:
    change(core, decision=msgspec.structs.replace(DECISION, filled=Decimal(99)))
    decisions.check_fills(core.state, venue)


def fill_dropped(core: Core, venue: ScriptedVenue) -> None:
    core.state.executions.clear()
    decisions.check_fills(core.state, venue)


@pytest.mark.parametrize(
    ("crime", "name"),
    [
        (decided_alone, "decided alone"),
        (decision_stands, "decision stands"),
        (more_than_filled, "fills doubled"),
        (not_what_was_told, "fills doubled"),
        (fill_dropped, "fills differ"),
    ],
)
def test_every_crime_is_condemned(
    monkeypatch: pytest.MonkeyPatch,
    crime: Callable[[Core, ScriptedVenue], None],
    name: str,
) -> None:
    real = decisions.check_approved

    def judge(records: list[Record], *, second_approver: bool) -> None:
        real(records, second_approver=second_approver)
        monkeypatch.undo()
        assert world._core is not None
        crime(world._core, world.venue)

    with closing(World(scenario(order(0)))) as world:
        monkeypatch.setattr(decisions, "check_approved", judge)
        with pytest.raises(Broken) as broken:
            world.run()
    assert broken.value.name == name
