"""A cancel that does not leave at once is condemned, whatever holds it up."""

from contextlib import closing

import pytest

from algotradehub.simulation.scenario import Cancel, DiskFault
from algotradehub.simulation.verdict import Broken
from algotradehub.simulation.world import World
from algotradehub.trading.account_desk import AccountDesk, Durability
from algotradehub.trading.dispatch import Dispatch
from tests.fakes.builds import patches_what_is_compiled
from tests.unit.simulation.worlds import S, order, scenario


def run(*, durability: Durability = Durability.SYNC, cancelled_s: int = 3) -> None:
    """An order rests, the disk breaks, somebody cancels."""
    broken = DiskFault(2 * S, sync=True, leaves_part=False)
    actions = (order(0), broken, order(1, 2), Cancel(cancelled_s * S, 0))
    with closing(World(scenario(*actions, durability=durability))) as world:
        world.run()


@pytest.mark.parametrize("durability", Durability)
def test_a_broken_disk_holds_no_cancel_up(durability: Durability) -> None:
    run(durability=durability)


def test_the_cancel_of_an_order_that_is_being_stored_may_wait() -> None:
    with closing(World(scenario(order(0), Cancel(1, 0)))) as world:
        world.run()


@patches_what_is_compiled
def test_a_cancel_that_waits_for_the_disk_is_condemned(monkeypatch: pytest.MonkeyPatch) -> None:
    cancel = Dispatch.cancel

    def waits(self: Dispatch, desk: AccountDesk, wanted: object) -> None:
        if self._recorder._journal.refusing is None:
            cancel(self, desk, wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(Dispatch, "cancel", waits)
    with pytest.raises(Broken, match="cancel held up"):
        run()
