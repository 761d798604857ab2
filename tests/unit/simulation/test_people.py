"""People tell what the venue's page shows, and who is wrong is corrected by the venue."""

from collections import Counter
from contextlib import closing
from decimal import Decimal
from random import Random

import msgspec
import pytest

from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Leg, OrderStatus
from algotradehub.simulation.campaign import run_scenario
from algotradehub.simulation.people import People, truth
from algotradehub.simulation.scenario import Intervene, Outage, Scenario
from algotradehub.simulation.truth import VenueOrder
from algotradehub.simulation.users import TENANT
from algotradehub.simulation.wires import Wire
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.stuck import Action
from tests.fakes.builds import patches_what_is_compiled
from tests.unit.domain.examples import VENUE_ORDER_ID, facts
from tests.unit.domain.examples import order as example
from tests.unit.simulation.stage import HONEST, Stage
from tests.unit.simulation.worlds import S, order, scenario

pytestmark = pytest.mark.design_property(39)


def there(status: OrderStatus, filled: int) -> VenueOrder:
    asked = example(6)
    found = VenueOrder(
        venue_order_id=VENUE_ORDER_ID,
        client_order_id=asked.order_id,
        symbol=asked.request.symbol,
        side=asked.request.side,
        type_=asked.request.type,
        quantity=Decimal(6),
        price=Decimal(100),
        at_once=False,
        at_ns=1,
    )
    found.status, found.filled, found.value = status, Decimal(filled), Decimal(filled * 100)
    return found


@pytest.mark.parametrize(
    ("found", "status", "filled", "value"),
    [
        ([], OrderStatus.REJECTED, None, None),
        ([there(OrderStatus.FILLED, 6)], OrderStatus.FILLED, None, 600),
        ([there(OrderStatus.CANCELLED, 2)], OrderStatus.CANCELLED, 2, 200),
        ([there(OrderStatus.EXPIRED, 0)], OrderStatus.CANCELLED, 0, 0),
    ],
)
def test_the_truth_is_what_the_venue_has(
    found: list[VenueOrder], status: OrderStatus, filled: int | None, value: int | None
) -> None:
    told = truth(example(6), found)
    assert told is not None
    assert facts(told.status, told.filled, told.value) == (status, filled, value)


def test_of_what_rests_nothing_is_told() -> None:
    assert truth(example(6), [there(OrderStatus.OPEN, 2)]) is None


def test_a_strangers_order_is_found_by_the_venues_name() -> None:
    with closing(Stage()) as stage:
        stage.venue.place_by_hand(Side.SELL, Decimal(8), Decimal(98), ClientOrderId("web-1"))
        (stranger,) = stage.venue.orders.values()
        people = People(TENANT, stage.venue, Random(1))
        leg = Leg(client_order_id=ClientOrderId("web-1"), venue_order_id=stranger.venue_order_id)
        assert people._found(leg) is stranger
        assert people._found(msgspec.structs.replace(leg, venue_order_id=None)) is None


def dark(seed: int, *, wrong: bool, second_approver: bool = False) -> Scenario:
    """Answers are lost, nothing can be looked up for a minute, and somebody decides meanwhile."""
    rules = msgspec.structs.replace(HONEST, lose_answer=1.0, person_decides=True)
    wires = (Wire.LOOK_UPS, Wire.LISTS, Wire.STREAM)
    decides = Intervene(30 * S, Action.DECIDE, wrong, approves_after_ns=S)
    actions = (order(0, 1), order(1, 1), Outage(S // 2 + S, for_ns=60 * S, wires=wires), decides)
    dark = scenario(*actions, seed=seed, rules=rules)
    return msgspec.structs.replace(dark, second_approver=second_approver, heals_after_ns=20 * S)


@patches_what_is_compiled
@pytest.mark.parametrize("second_approver", [False, True])
def test_the_venue_has_the_last_word_on_what_people_decide(
    monkeypatch: pytest.MonkeyPatch, *, second_approver: bool
) -> None:
    alerts: Counter[str] = Counter()

    def noted(self: Recorder, name: str, detail: str, account: object = None) -> None:
        alerts[name] += 1

    monkeypatch.setattr(Recorder, "alert", noted)
    for seed in range(20):
        verdict = run_scenario(dark(seed, wrong=True, second_approver=second_approver))
        assert verdict.failure is None, verdict
    assert alerts["decision_contradicted"] > 5
    assert alerts["order_stuck"] > 5
