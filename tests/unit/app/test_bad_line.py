"""The whole inner ring on a paper venue behind a bad line: people are told, the venue is paused."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from algotradehub.app.core import Core
from algotradehub.domain.order import Order, Origin
from algotradehub.domain.records import PauseSet
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.ports.bus import Alert, Fact
from algotradehub.trading.line_quality import LOOK_EVERY_S, LineLimits
from algotradehub.venues.paper.bad_line import Trouble, over_bad_line
from algotradehub.venues.paper.opening import account_opener
from algotradehub.venues.paper.venue import PaperVenue
from tests.fakes.disk import MemoryDisk
from tests.unit.app.cores import Machine
from tests.unit.trading.words import ACCOUNT, SPOT, TENANT, USDT, VENUE, limit

pytestmark = pytest.mark.design_property(31)

NEVER_S = 1e9
PAUSES = LineLimits(lost_share=0.5, at_least=5, pause=True)


@pytest.fixture
def machine() -> Iterator[Machine]:
    machine = Machine()
    yield machine
    machine.close()


def behind(machine: Machine, trouble: Trouble) -> None:
    """Have the account of ``machine`` at a paper venue, over that line."""
    clock = machine.clock
    markets = [PriceTimeMarket(SPOT)]
    venue = PaperVenue(VENUE, markets=markets, clock=clock, disk=MemoryDisk(clock))
    venue.open_account(ACCOUNT, {USDT: Decimal(1_000_000)})
    opener = account_opener(venue, ACCOUNT)
    machine.opener = over_bad_line(opener, trouble, clock=clock, seed=1)


def place(core: Core, key: str) -> Order:
    return core.orders.submit(limit(key, 1))


@pytest.mark.parametrize("limits", [PAUSES, LineLimits(lost_share=0.5, at_least=5)])
def test_lost_answers_are_told_and_pause_the_venue_if_chosen(
    machine: Machine, limits: LineLimits
) -> None:
    behind(machine, Trouble(every_s=NEVER_S, for_s=1.0, loses=1.0))
    machine.line = limits

    async def use(core: Core) -> None:
        alerts: list[Alert] = []
        core.bus.subscribe(lambda fact: _keep(alerts, fact))
        await machine.clock.sleep(1)
        (desk,) = core.orders.desks
        orders = [place(core, f"k{number}") for number in range(5)]
        await machine.clock.sleep(desk.account.capabilities.request_timeout_s + 2 * LOOK_EVERY_S)
        assert [alert.name for alert in alerts] == ["line_degraded"]
        assert "5 of 5 requests got no answer" in alerts[0].detail
        pauses = core.state.standing.pauses
        assert (VENUE in pauses) is limits.pause
        assert (place(core, "late").origin is Origin.RISK) is limits.pause
        if limits.pause:
            assert (pauses[VENUE].by, "5 of 5" in pauses[VENUE].reason) == ("platform", True)
            kept = [each.body for each in core.journal.read() if isinstance(each.body, PauseSet)]
            assert [body.paused for body in kept] == [True]
            core.orders.cancel(TENANT, orders[0].order_id)  # cancels go on

    machine.run(use)


def test_a_line_that_is_cut_now_and_then_is_told_too(machine: Machine) -> None:
    behind(machine, Trouble(every_s=5.0, for_s=1.0, loses=0.0))
    machine.line = LineLimits()

    async def use(core: Core) -> None:
        alerts: list[Alert] = []
        core.bus.subscribe(lambda fact: _keep(alerts, fact))
        await machine.clock.sleep(120)
        degraded = [alert.detail for alert in alerts if alert.name == "line_degraded"]
        assert degraded
        assert "disconnects in a minute (at most 3)" in degraded[0]
        assert core.state.standing.pauses == {}

    machine.run(use)


def test_a_good_line_is_left_alone(machine: Machine) -> None:
    behind(machine, Trouble(every_s=NEVER_S, for_s=1.0, loses=0.0))
    machine.line = PAUSES

    async def use(core: Core) -> None:
        alerts: list[Alert] = []
        core.bus.subscribe(lambda fact: _keep(alerts, fact))
        await machine.clock.sleep(1)
        for number in range(50):
            place(core, f"k{number}")
        await machine.clock.sleep(60)
        assert not alerts
        assert core.state.standing.pauses == {}

    machine.run(use)


def _keep(alerts: list[Alert], fact: Fact) -> None:
    if isinstance(fact, Alert):
        alerts.append(fact)
