"""The judge condemns crimes against orders whose legs replace one another."""

from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from typing import TypeAlias

import msgspec
import pytest

from algotradehub.app.core import Core
from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.order import Amendment, Order, OrderStatus
from algotradehub.domain.records import (
    FORMAT_VERSION,
    AmendAsked,
    Body,
    CancelAsked,
    LegAdded,
    Record,
    Restarted,
)
from algotradehub.simulation import invariants
from algotradehub.simulation.scenario import Amend
from algotradehub.simulation.users import ACCOUNT, Users
from algotradehub.simulation.venue import ScriptedVenue
from algotradehub.simulation.verdict import Broken
from algotradehub.simulation.world import World
from tests.unit.simulation.commands import place
from tests.unit.simulation.stage import HONEST
from tests.unit.simulation.worlds import S, order, scenario

Crime: TypeAlias = Callable[[Core, ScriptedVenue, Users], object]

REPLACES = msgspec.structs.replace(HONEST, amends=AmendStyle.CANCEL_REPLACE)
NOBODY, SOMEBODY = ClientOrderId("f" * 32), ClientOrderId("e" * 32)
_replace = msgspec.structs.replace


def nothing(*_: object) -> None:
    """An honest world needs no tampering, and in a quiet one nothing fills."""


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An order is amended by another leg, and cancelled in the end."""
    monkeypatch.setattr(ScriptedVenue, "_draw_fills", nothing)
    actions = (order(0), Amend(2 * S, 0, quantity=8, price=101))
    with closing(World(scenario(*actions, rules=REPLACES))) as opened:
        yield opened


def legged(core: Core) -> Order:
    (found,) = core.state.orders.values()
    assert [part.status for part in found.parts] == [OrderStatus.CANCELLED] * 2
    return found


def change(core: Core, **changes: object) -> None:
    found = legged(core)
    core.state.orders[found.order_id] = _replace(found, **changes)


def filled_beyond_what_was_wanted(core: Core, venue: ScriptedVenue, users: Users) -> None:
    users.most_wanted[legged(core).request.idempotency_key] = Decimal(-1)


def leg_invented(core: Core, venue: ScriptedVenue, users: Users) -> None:
    parts = legged(core).parts
    change(core, parts=(*parts, _replace(parts[-1], order_id=NOBODY)))


def leg_lost(core: Core, venue: ScriptedVenue, users: Users) -> None:
    core.state.legs.clear()
    core.state._load = lambda _: None


def fill_of_a_leg_missed(core: Core, venue: ScriptedVenue, users: Users) -> None:
    venue.by_client_id[legged(core).legs[0].client_order_id].filled += 1


def leg_still_open_there(core: Core, venue: ScriptedVenue, users: Users) -> None:
    venue.by_client_id[legged(core).legs[1].client_order_id].status = OrderStatus.OPEN


def leg_of_another_size(core: Core, venue: ScriptedVenue, users: Users) -> None:
    first, second = legged(core).parts
    larger = _replace(second.leg, quantity=Decimal(9))
    change(core, parts=(first, _replace(second, legs=(larger,))))


CRIMES: dict[Crime, str] = {
    filled_beyond_what_was_wanted: "filled twice",
    leg_invented: "order invented",
    leg_lost: "order lost",
    fill_of_a_leg_missed: "fills differ",
    leg_still_open_there: "status differs",
    leg_of_another_size: "order differs",
}


def judge(
    world: World, monkeypatch: pytest.MonkeyPatch, check: str, tamper: Callable[..., object]
) -> None:
    """Tamper with the world just before the judge looks."""
    real = getattr(invariants, check)
    judged: list[str] = []

    def look(*arguments: object, **named: object) -> None:
        judged.append(check)
        tamper(*arguments)
        real(*arguments, **named)

    monkeypatch.setattr(invariants, check, look)
    try:
        world.run()
    finally:
        assert judged == [check]


def test_an_honest_world_is_acquitted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(world, monkeypatch, "check_all", lambda core, *_: legged(core))


@pytest.mark.parametrize("crime", CRIMES, ids=lambda crime: crime.__name__)
def test_a_crime_is_condemned_by_its_name(
    world: World, monkeypatch: pytest.MonkeyPatch, crime: Crime
) -> None:
    with pytest.raises(Broken) as caught:
        judge(world, monkeypatch, "check_all", crime)
    assert caught.value.name == CRIMES[crime]


def test_two_legs_that_rest_at_once_are_condemned(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tamper(core: Core, venue: ScriptedVenue, users: Users) -> None:
        first, second = (venue.by_client_id[leg.client_order_id] for leg in legged(core).legs)
        first.status = OrderStatus.OPEN
        invariants.check_legs(core.state, venue)
        second.status = OrderStatus.PARTIALLY_FILLED
        invariants.check_legs(core.state, venue)

    with pytest.raises(Broken) as caught:
        judge(world, monkeypatch, "check_all", tamper)
    assert caught.value.name == "two legs at once"


def test_legs_are_watched_at_every_change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: dict[str, int] = {"check_exposure": 0, "check_legs": 0}

    def count(name: str) -> None:
        real = getattr(invariants, name)

        def look(*arguments: object) -> None:
            looks[name] += 1
            real(*arguments)

        monkeypatch.setattr(invariants, name, look)

    count("check_exposure")
    count("check_legs")
    world.run()
    assert looks["check_legs"] == looks["check_exposure"] > 4


# --- a leg follows a wish


def asked(order_id: ClientOrderId = SOMEBODY) -> AmendAsked:
    wish = Amendment(quantity=Decimal(8))
    return AmendAsked(order_id=order_id, amendment=wish, send_before_ns=1, leg=NOBODY)


def added() -> LegAdded:
    request = place().request
    return LegAdded(order_id=SOMEBODY, request=request, send_before_ns=1)


CANCELS = CancelAsked(order_id=SOMEBODY)


def recorded(seq: int, body: Body) -> Record:
    return Record(
        v=FORMAT_VERSION,
        seq=seq,
        at_ns=seq,
        account=ACCOUNT,
        account_seq=seq,
        kind=body.kind,
        body=body,
    )


@pytest.mark.parametrize(
    ("bodies", "is_fine"),
    [
        ([asked(), added()], True),
        ([CANCELS, asked(), added()], True),
        ([added()], False),
        ([asked(NOBODY), added()], False),
        ([asked(), CANCELS, added()], False),
        ([asked(), Restarted(epoch=2), added()], False),
    ],
)
def test_a_leg_that_nobody_asked_for_is_condemned(bodies: list[Body], *, is_fine: bool) -> None:
    records = [recorded(seq, body) for seq, body in enumerate(bodies, 1)]
    if is_fine:
        invariants.check_wishes(records)
        return
    with pytest.raises(Broken) as caught:
        invariants.check_wishes(records)
    assert caught.value.name == "placed unasked"


def test_the_journal_is_searched_for_such_legs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tamper(records: list[Record]) -> None:
        records.append(recorded(records[-1].seq + 1, added()))

    with pytest.raises(Broken) as caught:
        judge(world, monkeypatch, "check_wishes", tamper)
    assert caught.value.name == "placed unasked"
