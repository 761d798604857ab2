"""The simulation's venue keeps what the port of accounts promises, and under lies what it can."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import product

import pytest

from algotradehub.conformance import trading_account
from algotradehub.conformance.trader import Answer, Check
from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.evidence import Execution
from algotradehub.domain.money import ZERO
from tests.unit.simulation.stage import RATES, Stage

STYLES: dict[str, dict[str, object]] = {
    "totals": {"tells_totals": True},
    "executions alone": {"tells_totals": False},
    "tells open": {"tells_open": True},
    "late fees": {"late_fees": True},
    "replaces": {"amends": AmendStyle.CANCEL_REPLACE},
}
# What holds however many messages are lost, late, doubled or garbled.
ALWAYS = (
    trading_account.every_command_has_exactly_one_answer,
    trading_account.a_late_request_is_not_sent,
)
LYING: dict[str, object] = dict.fromkeys(RATES, 0.3)


def _checked() -> Iterator[object]:
    for style, check in product(STYLES, trading_account.CHECKS):
        # It adds up the fees that executions carry, and with late fees they carry none.
        adds_fees = check is trading_account.money_moves_by_the_executions_exactly
        if not (adds_fees and style == "late fees"):
            yield pytest.param(style, check, id=f"{style}-{check.__name__}")


@pytest.mark.design_property(1)
@pytest.mark.parametrize(("style", "check"), [*_checked()])
def test_an_honest_account(style: str, check: Check) -> None:
    with closing(Stage(STYLES[style])) as stage:
        stage.run(check(stage))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("check", ALWAYS, ids=lambda check: check.__name__)
def test_a_lying_account(check: Check, seed: int) -> None:
    with closing(Stage(LYING, seed=seed)) as stage:
        stage.run(check(stage))


@pytest.mark.design_property(17)
@pytest.mark.parametrize("seed", range(20))
def test_under_lies_an_id_is_one_order_and_a_request_has_one_outcome(seed: int) -> None:
    with closing(Stage(LYING, seed=seed)) as stage:
        trader = stage.trader()

        async def trade() -> None:
            for number in range(6):
                order = await trader.place(price=trader.price - number)
                await trader.place(price=trader.price, client_order_id=order)
                await trader.amend(order, quantity=trader.quantity / 2)
                await trader.cancel(order)

        stage.run(trade())
        answers = Counter(
            (event.client_order_id, event.command)
            for event in stage.events
            if isinstance(event, Answer)
        )
        assert sorted(answers.values()) == [1] * 12 + [2] * 6  # each id was placed twice
        ids = Counter(order.client_order_id for order in stage.venue.orders.values())
        assert set(ids.values()) <= {1}


@pytest.mark.parametrize("seed", range(10))
def test_under_lies_executions_are_told_as_they_were(seed: int) -> None:
    """Doubled and out of order, but never changed: counted by key they are the venue's own."""
    with closing(Stage({"duplicate": 0.5, "reorder": 0.5}, seed=seed, drawn_fills=True)) as stage:
        trader = stage.trader()

        async def trade() -> None:
            for _ in range(5):
                await trader.place(price=trader.price)
            await stage.pass_time(60)

        stage.run(trade())
        told = {
            (event.venue_order_id, event.execution_id): event
            for event in stage.events
            if isinstance(event, Execution)
        }
        true = {
            (order.venue_order_id, execution.execution_id): execution
            for order in stage.venue.orders.values()
            for _, execution in order.executions
        }
        assert told == true
        filled = sum((order.filled for order in stage.venue.orders.values()), ZERO)
        assert sum((event.quantity for event in told.values()), ZERO) == filled > ZERO
