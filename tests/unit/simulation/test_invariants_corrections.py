"""The judge condemns corrections that nothing at the venue asked for, and missing ones."""

from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal

import msgspec
import pytest

from algotradehub.app.core import Core
from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.ids import Asset
from algotradehub.domain.records import BalanceCorrected
from algotradehub.simulation import invariants
from algotradehub.simulation.campaign import run_scenario
from algotradehub.simulation.scenario import Deposit
from algotradehub.simulation.users import ACCOUNT
from algotradehub.simulation.venue import OPENING, ScriptedVenue
from algotradehub.simulation.verdict import Broken
from algotradehub.simulation.world import World
from algotradehub.trading.suspects import Suspects
from tests.unit.simulation.worlds import S, order, scenario

BTC, USDT = Asset("BTC"), Asset("USDT")
SCENARIO = scenario(order(0), Deposit(5 * S, USDT, 100), Deposit(6 * S, BTC, -3))


@pytest.fixture
def world() -> Iterator[World]:
    with closing(World(SCENARIO)) as opened:
        yield opened


def judge(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    check: str,
    tamper: Callable[[Core, ScriptedVenue], object],
) -> None:
    """Tamper with the world just before the judge looks."""
    real = getattr(invariants, check)
    judged: list[str] = []

    def look(*arguments: object) -> None:
        core = world._core
        assert core is not None
        judged.append(check)
        tamper(core, world.venue)
        records = list(core.journal.read())
        real(*(records if isinstance(each, list) else each for each in arguments))

    monkeypatch.setattr(invariants, check, look)
    try:
        world.run()
    finally:
        assert judged == [check]


def held(core: Core, asset: Asset = USDT) -> AssetBalance:
    balance = core.state.balances.get(ACCOUNT, asset)
    assert balance is not None
    assert balance.opening == OPENING[asset]  # or less would be compared
    return balance


def change(core: Core, **changes: object) -> None:
    core.state.balances.restore(msgspec.structs.replace(held(core), **changes))


def correct(core: Core) -> None:
    correction = BalanceCorrected(asset=USDT, amount=Decimal(1))
    core.journal.keep(ACCOUNT, correction, at_ns=1)


def test_what_came_from_outside_is_corrected_and_acquitted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(core: Core, venue: ScriptedVenue) -> None:
        assert [held(core, asset).suspense for asset in (USDT, BTC)] == [100, -3]
        assert venue.deposits == [(USDT, Decimal(100)), (BTC, Decimal(-3))]

    judge(world, monkeypatch, "check_corrections", look)


def test_a_correction_too_many_is_condemned(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even one that was taken back before anybody looked."""
    with pytest.raises(Broken) as caught:
        judge(world, monkeypatch, "check_corrections", lambda core, _: correct(core))
    assert caught.value.name == "corrected wrongly"


def test_a_sum_that_began_wrong_may_be_corrected_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the venue first spoke after the first change."""

    def tamper(core: Core, venue: ScriptedVenue) -> None:
        change(core, opening=OPENING[USDT] + 1)
        correct(core)
        invariants_check(core.state, core.journal.read(), venue)
        correct(core)

    invariants_check = invariants.check_corrections
    with pytest.raises(Broken) as caught:
        judge(world, monkeypatch, "check_corrections", tamper)
    assert caught.value.name == "corrected wrongly"


def test_money_that_only_our_books_call_unexplained_is_condemned(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Broken) as caught:
        judge(world, monkeypatch, "check_all", lambda core, _: change(core, suspense=Decimal(99)))
    assert caught.value.name == "corrected wrongly"


def test_a_world_whose_books_nobody_corrects_is_condemned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Suspects, "compare", lambda *_: [])
    verdict = run_scenario(SCENARIO)
    assert verdict.failure is not None
    assert "differs, and nobody corrected it" in verdict.failure
