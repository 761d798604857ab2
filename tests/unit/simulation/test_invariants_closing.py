"""The judge of what closes positions: honest worlds pass, and each crime is called by its name."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import msgspec
import pytest

from algotradehub.domain.commands import Cancel, CancelAll, OrderCommand, Place
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import BaseAmount, Order, OrderType
from algotradehub.simulation import world as world_module
from algotradehub.simulation.invariants_closing import check_closing
from algotradehub.simulation.scenario import CloseAll
from algotradehub.simulation.verdict import Broken
from algotradehub.simulation.world import World
from algotradehub.trading.state import DeskState
from tests.unit.simulation.worlds import S, order, scenario

# A market buy fills at once, and is then sold.
STORY = scenario(order(0, type_=OrderType.MARKET), CloseAll(9 * S, cancel_first=False))
STOPPED = scenario(order(0, type_=OrderType.MARKET), CloseAll(9 * S, cancel_first=True))

Tamper = Callable[[DeskState, Order], OrderCommand | None]


def judged(monkeypatch: pytest.MonkeyPatch, story: Any, tamper: Tamper) -> list[Order]:
    """Run ``story``; each order that closes something is judged as ``tamper`` has it."""
    seen: list[Order] = []

    def look(state: DeskState, command: OrderCommand, by_hand: set[ClientOrderId]) -> None:
        check_closing(state, command, by_hand)
        if not isinstance(command, Place):
            return
        sent = state.orders[command.client_order_id]
        if sent.permit is not None:
            seen.append(sent)
            tampered = tamper(state, sent)
            if tampered is not None:
                check_closing(state, tampered, by_hand)

    monkeypatch.setattr(world_module, "check_closing", look)
    with closing(World(story)) as world:
        world.run()
    return seen


def nothing(state: DeskState, sent: Order) -> None:
    """An honest world needs no tampering."""


@pytest.mark.parametrize("story", [STORY, STOPPED])
def test_an_honest_world_sells_what_it_holds(monkeypatch: pytest.MonkeyPatch, story: Any) -> None:
    requests = [sent.request for sent in judged(monkeypatch, story, nothing)]
    assert {(each.side, each.type) for each in requests} == {(Side.SELL, OrderType.MARKET)}


def forged(state: DeskState, sent: Order, **changes: Any) -> Place:
    request = msgspec.structs.replace(sent.request, **changes)
    state.orders[sent.order_id] = msgspec.structs.replace(sent, request=request)
    return Place(client_order_id=sent.order_id, request=request, send_before_ns=0)


def more_than_held(state: DeskState, sent: Order) -> OrderCommand:
    amount = sent.request.amount
    assert isinstance(amount, BaseAmount)
    return forged(state, sent, amount=BaseAmount(amount.quantity + 1))


def the_wrong_side(state: DeskState, sent: Order) -> OrderCommand:
    return forged(state, sent, side=Side.BUY)


def cancelled(state: DeskState, sent: Order) -> OrderCommand:
    return Cancel(
        client_order_id=sent.order_id,
        venue_order_id=None,
        symbol=sent.request.symbol,
        side=sent.request.side,
    )


def all_cancelled(state: DeskState, sent: Order) -> OrderCommand:
    return CancelAll()


@pytest.mark.parametrize(
    ("crime", "name"),
    [
        (more_than_held, "closing too much"),
        (the_wrong_side, "closing too much"),
        (cancelled, "closing cancelled"),
        (all_cancelled, "closing cancelled"),
    ],
)
def test_a_crime_is_called_by_its_name(
    monkeypatch: pytest.MonkeyPatch, crime: Tamper, name: str
) -> None:
    with pytest.raises(Broken) as caught:
        judged(monkeypatch, STOPPED, crime)
    assert caught.value.name == name


def test_a_stop_that_comes_after_it_may_cancel_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped_since(state: DeskState, sent: Order) -> OrderCommand:
        (account,) = state.standing.halts
        halt = state.standing.halts[account]
        state.standing.halts[account] = msgspec.structs.replace(halt, at_ns=sent.created_ns)
        check_closing(state, cancelled(state, sent), ())
        state.standing.halts[account] = halt
        return Cancel(
            client_order_id=ClientOrderId("0" * 32),
            venue_order_id=None,
            symbol=sent.request.symbol,
            side=sent.request.side,
        )

    assert judged(monkeypatch, STOPPED, stopped_since)
