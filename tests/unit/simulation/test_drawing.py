"""Scenarios are drawn from the seed alone, and together they contain every kind of trouble."""

import msgspec
import pytest

from algotradehub.app.restoring import IN_MEMORY_NS
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import OrderType, TimeInForce
from algotradehub.simulation.disk import SYNC_NS
from algotradehub.simulation.drawing import draw
from algotradehub.simulation.scenario import (
    Amend,
    ByHand,
    Cancel,
    CloseAll,
    Crash,
    Death,
    Deposit,
    DiskFault,
    Halt,
    Order,
    Outage,
    Repeat,
    Resume,
    Stop,
    Waiting,
)
from algotradehub.simulation.venue import OPENING
from algotradehub.simulation.wires import Wire
from algotradehub.trading.account_desk import Durability

S = 1_000_000_000
DRAWN = [draw(seed) for seed in range(500)]


def actions(kind: type) -> list[object]:
    return [action for drawn in DRAWN for action in drawn.actions if type(action) is kind]


def test_the_same_seed_draws_the_same_scenario() -> None:
    assert [draw(scenario.seed) for scenario in DRAWN[:50]] == DRAWN[:50]
    assert len({msgspec.msgpack.encode(drawn) for drawn in DRAWN}) == len(DRAWN)


@pytest.mark.parametrize(
    "kind",
    [
        Order,
        Repeat,
        Cancel,
        Amend,
        Stop,
        Halt,
        CloseAll,
        Resume,
        ByHand,
        Deposit,
        Outage,
        DiskFault,
    ],
)
def test_every_kind_of_action_is_drawn(kind: type) -> None:
    assert len(actions(kind)) >= 50


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        (Order, "side", set(Side)),
        (Order, "type", {OrderType.LIMIT, OrderType.MARKET}),
        (Order, "time_in_force", {TimeInForce.GTC, TimeInForce.IOC}),
        (Deposit, "asset", set(OPENING)),
        (DiskFault, "sync", {True, False}),
        (DiskFault, "leaves_part", {True, False}),
        (Crash, "death", set(Death)),
        (Crash, "loses_projection", {True, False}),
        (Crash, "among", {"", "sync", "send"}),
    ],
)
def test_every_choice_is_made_both_ways(kind: type, field: str, values: set[object]) -> None:
    drawn = actions(kind) or [crash for scenario in DRAWN for crash in scenario.crashes]
    assert {getattr(one, field) for one in drawn} == values


def test_scenarios_die_from_never_to_three_times_under_both_durabilities() -> None:
    assert {len(drawn.crashes) for drawn in DRAWN} == {0, 1, 2, 3}
    assert {drawn.durability for drawn in DRAWN} == set(Durability)


def test_orders_stay_in_memory_as_long_as_in_production_or_hardly_at_all() -> None:
    times = [drawn.in_memory_ns for drawn in DRAWN]
    assert min(times) == S // 10
    assert sum(time < 20 * S for time in times) > sum(time == IN_MEMORY_NS for time in times) > 50


def test_names_of_strangers_orders_repeat() -> None:
    named = [action for action in actions(ByHand) if isinstance(action, ByHand)]
    assert {action.name for action in named} == {None, "web-1", "web-2"}
    names = [[a.name for a in drawn.actions if isinstance(a, ByHand)] for drawn in DRAWN]
    assert sum(given.count(ClientOrderId("web-1")) > 1 for given in names) > 10


def test_power_fails_only_where_more_than_the_process_was_promised() -> None:
    for drawn in DRAWN:
        deaths = {crash.death for crash in drawn.crashes}
        assert drawn.durability is Durability.SYNC or deaths <= {Death.KILL}


def test_actions_come_by_time_and_name_orders_that_exist() -> None:
    for drawn in DRAWN:
        times = [action.at_ns for action in drawn.actions]
        assert times == sorted(times)
        keys = {each.key: each for each in drawn.actions if isinstance(each, Order | Waiting)}
        for action in drawn.actions:
            if isinstance(action, Repeat | Cancel | Amend):
                assert keys[action.key].at_ns <= action.at_ns


def test_an_outage_cuts_any_wires_alone_or_together() -> None:
    cut = {frozenset(action.wires) for action in actions(Outage) if isinstance(action, Outage)}
    assert len(cut) == 2 ** len(Wire) - 1


def test_some_repeat_themselves_before_the_disk_can_answer_and_some_much_later() -> None:
    waits_ns = []
    for drawn in DRAWN:
        keys = {each.key: each for each in drawn.actions if isinstance(each, Order | Waiting)}
        waits_ns += [
            action.at_ns - keys[action.key].at_ns
            for action in drawn.actions
            if isinstance(action, Repeat)
        ]
    assert sum(ns <= SYNC_NS[1] for ns in waits_ns) > 50
    assert sum(ns > 1_000 * SYNC_NS[1] for ns in waits_ns) > 50


def test_trouble_ends_with_the_last_action_or_goes_on() -> None:
    after_ns = [drawn.heals_after_ns for drawn in DRAWN]
    assert min(after_ns) == 0
    assert max(after_ns) > 20_000_000_000


def test_some_accounts_have_a_dead_mans_switch() -> None:
    policies = [drawn.dead_man for drawn in DRAWN]
    assert None in policies
    assert {policy.call_off_at_exit for policy in policies if policy is not None} == {True, False}
