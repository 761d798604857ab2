"""The people of the world do what the scenario says, ask again, and do not forget a promise."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from algotradehub.app.core import Core
from algotradehub.domain.commands import Cancel
from algotradehub.domain.errors import InvalidRequest, NotReady, RiskRefused
from algotradehub.domain.evidence import CommandKind, OrderEvidence, Refused
from algotradehub.domain.ids import Asset, ClientOrderId, IdempotencyKey, TenantId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    Order,
    OrderRequest,
    OrderStatus,
    Origin,
)
from algotradehub.simulation import scenario as plan
from algotradehub.simulation import users
from algotradehub.simulation.campaign import run_scenario
from algotradehub.simulation.disk import SimDisk
from algotradehub.simulation.timeline import SimulationFailed
from algotradehub.simulation.users import ACCOUNT, TENANT, TRIES, Users
from algotradehub.simulation.venue import ScriptedVenue
from algotradehub.simulation.wires import Wire
from tests.unit.domain.examples import order as example
from tests.unit.simulation.stage import START_NS, Stage
from tests.unit.simulation.worlds import S, order, scenario

KEY = IdempotencyKey("key-0")


class Desk:
    """Stands in for the order manager: notes what it is asked, and when."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self.asked: list[tuple[str, object]] = []
        self.times_ns: list[int] = []
        self.not_ready = 0
        self.origin: Origin | None = None
        self.refuses_amends: Exception | None = None
        self.made: dict[IdempotencyKey, ClientOrderId] = {}
        self.orders: dict[ClientOrderId, Order] = {}  # that rest
        self.forgets = False  # makes a new order of a repeated key
        self._now_ns = now_ns

    def submit(self, request: OrderRequest, *, durable: Callable[[Order], None]) -> None:
        self.asked.append(("submit", request.idempotency_key))
        self.times_ns.append(self._now_ns() - START_NS)
        if self.not_ready:
            self.not_ready -= 1
            raise NotReady("in a moment")
        key = request.idempotency_key
        if self.forgets or key not in self.made:
            self.made[key] = ClientOrderId(f"{len(self.asked):032x}")
        order_id = self.made[key]
        made = msgspec.structs.replace(
            example(), order_id=order_id, request=request, origin=self.origin
        )
        self.orders[order_id] = msgspec.structs.replace(made, status=OrderStatus.OPEN)
        durable(made)

    def cancel(self, tenant: TenantId, order_id: ClientOrderId) -> Order:
        assert tenant == TENANT
        self.asked.append(("cancel", order_id))
        return example()

    def amend(self, tenant: TenantId, order_id: ClientOrderId, amendment: Amendment) -> None:
        assert tenant == TENANT
        self.asked.append(("amend", (order_id, amendment)))
        if self.refuses_amends is not None:
            raise self.refuses_amends


class Crowd:
    """Some users on a stage, with a desk that only notes."""

    def __init__(self, *actions: plan.Action, heals_after_ns: int = 0) -> None:
        self.stage = Stage()
        self.disk = SimDisk(self.stage.timeline, Random(1), effect=lambda _: None)
        planned = msgspec.structs.replace(scenario(*actions), heals_after_ns=heals_after_ns)
        self.users = Users(planned, self.stage.venue, self.disk, Random(1), self.stage.now_ns())
        self.began_ns = self.stage.now_ns()
        self.desk = Desk(self.stage.now_ns)
        books = SimpleNamespace(orders=self.desk.orders, live={ACCOUNT: self.desk.orders})
        self.core = cast("Core", SimpleNamespace(orders=self.desk, state=books))

    def act(self) -> None:
        self.stage.run(self.users.act(self.stage.clock, self.core))


Open = Callable[..., Crowd]


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    opened: list[Crowd] = []

    monkeypatch.setattr(users, "check_cancel_left", lambda *_: None)  # nothing is sent here

    def make(*actions: plan.Action, heals_after_ns: int = 0) -> Crowd:
        opened.append(Crowd(*actions, heals_after_ns=heals_after_ns))
        return opened[-1]

    yield make
    for one in opened:
        one.stage.close()


def test_each_thing_is_done_at_its_time(crowd: Open) -> None:
    here = crowd(order(0, 1), order(1, 3), plan.Cancel(4 * S, 1), plan.Amend(5 * S, 0, 7, 101))
    here.act()
    assert here.desk.times_ns == [here.began_ns - START_NS + at_s * S for at_s in (1, 3)]
    first, second = (ClientOrderId(f"{number:032x}") for number in (1, 2))
    amendment = Amendment(quantity=Decimal(7), limit_price=Decimal(101))
    assert here.desk.asked == [
        ("submit", "key-0"),
        ("submit", "key-1"),
        ("cancel", second),
        ("amend", (first, amendment)),
    ]
    assert here.users.wanted[IdempotencyKey("key-0")].amount == BaseAmount(Decimal(5))


def test_the_impatient_ask_twice_for_the_same(crowd: Open) -> None:
    here = crowd(order(0), plan.Repeat(S, 0), plan.Repeat(2 * S, 7))
    here.act()
    assert here.desk.asked == [("submit", "key-0")] * 2, "nobody repeats what was never asked"
    assert list(here.users.wanted) == ["key-0"]


def test_trouble_goes_on_after_the_last_action(crowd: Open) -> None:
    here = crowd(order(0, 1), heals_after_ns=3 * S)
    here.act()
    assert here.stage.now_ns() == here.began_ns + 4 * S


def test_what_was_never_promised_is_neither_cancelled_nor_amended(crowd: Open) -> None:
    here = crowd(order(0), plan.Cancel(S, 0), plan.Amend(S, 0, 7, 101))
    here.desk.not_ready = 1_000
    here.act()
    assert {what for what, _ in here.desk.asked} == {"submit"}


@pytest.mark.parametrize("error", [InvalidRequest(), NotReady("no"), RiskRefused("limit", "no")])
def test_a_refused_amendment_is_accepted_as_an_answer(crowd: Open, error: Exception) -> None:
    here = crowd(order(0), plan.Amend(S, 0, 7, 101))
    here.desk.refuses_amends = error
    here.act()
    assert here.desk.asked[-1][0] == "amend"


def test_who_wants_to_change_what_has_ended_changes_what_rests(crowd: Open) -> None:
    here = crowd(order(0), order(1), plan.Amend(S, 0, 7, 101))
    here.stage.clock.after(0.5, lambda: here.desk.orders.pop(here.desk.made[KEY]))
    here.act()
    (what, (changed, _)) = cast("tuple[str, tuple[ClientOrderId, object]]", here.desk.asked[-1])
    assert (what, changed) == ("amend", here.desk.made[IdempotencyKey("key-1")])


def test_who_finds_nothing_to_change_looks_again(crowd: Open) -> None:
    here = crowd(plan.Amend(S, 0, 7, 101), order(0, 3))
    here.act()
    here.stage.advance(TRIES)
    assert [what for what, _ in here.desk.asked] == ["submit", "amend"]


@pytest.mark.parametrize("refusals", [0, 3, TRIES, TRIES + 5])
def test_who_is_told_to_come_back_comes_back_but_not_forever(crowd: Open, refusals: int) -> None:
    here = crowd(order(0))
    here.desk.not_ready = refusals
    here.act()
    here.stage.advance(TRIES + 10)
    assert len(here.desk.asked) == min(refusals, TRIES) + 1
    assert len(here.users.promised) == (refusals <= TRIES)


def test_after_a_crash_the_unanswered_ask_again_and_some_others_too(crowd: Open) -> None:
    here = crowd(*(order(key) for key in range(30)))
    here.act()
    unanswered = [IdempotencyKey(f"key-{key}") for key in range(5)]
    for key in unanswered:
        del here.users.promised[key]
    here.desk.asked.clear()
    here.act()
    again = [key for _, key in here.desk.asked]
    assert again[:5] == unanswered
    assert 5 < len(again) < 30


def test_a_second_order_under_a_promised_key_is_noticed(crowd: Open) -> None:
    here = crowd(order(0))
    here.act()
    here.desk.forgets = True
    here.users._actions.append(order(0, 1))
    with pytest.raises(SimulationFailed, match="key-0 was promised as"):
        here.act()


def test_what_certainly_was_not_sent_is_no_promise(crowd: Open) -> None:
    here = crowd(order(0))
    here.desk.origin = Origin.UNSENT
    here.act()
    assert here.users.promised == {}


def test_an_order_refused_by_a_limit_is_a_promise(crowd: Open) -> None:
    here = crowd(order(0))
    here.desk.origin = Origin.RISK
    here.act()
    assert list(here.users.promised) == ["key-0"]


def test_fate_strikes_where_it_should(crowd: Open) -> None:
    here = crowd(
        plan.ByHand(S, Side.SELL, 3, 99),
        plan.Deposit(S, Asset("USDT"), -50),
        plan.Outage(2 * S, for_ns=5 * S, wires=(Wire.LISTS, Wire.ORDERS)),
        plan.DiskFault(3 * S, sync=False, leaves_part=True),
    )
    here.act()
    assert not here.users.broke_a_sync
    (by_hand,) = here.stage.venue.orders.values()
    assert (by_hand.client_order_id, by_hand.side) == (None, Side.SELL)
    assert by_hand.quantity == 3
    assert here.stage.venue.deposits == [("USDT", Decimal(-50))]
    assert here.disk.next_write_fault() is not None
    wires = here.stage.venue.wires
    assert [wires.is_up(wire) for wire in Wire] == [True, False, True, False]
    here.stage.advance(4.1)
    assert all(wires.is_up(wire) for wire in Wire)


def test_a_broken_sync_is_remembered(crowd: Open) -> None:
    here = crowd(plan.DiskFault(S, sync=True, leaves_part=False))
    here.act()
    assert here.users.broke_a_sync
    assert here.disk.next_sync_fault() is not None


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A venue in which nothing fills, and which no cancel can end."""

    def cancel(venue: ScriptedVenue, command: Cancel) -> OrderEvidence:
        return Refused(
            command=CommandKind.CANCEL,
            client_order_id=command.client_order_id,
            code="DEAF",
            reason="this venue cancels nothing",
        )

    monkeypatch.setattr(users, "HEAL_S", 60.0)
    monkeypatch.setattr(ScriptedVenue, "cancel", cancel)
    monkeypatch.setattr(ScriptedVenue, "_draw_fills", lambda venue, order: None)


@pytest.mark.usefixtures("deaf")
def test_a_world_that_does_not_heal_is_condemned() -> None:
    verdict = run_scenario(scenario(order(0)))
    assert verdict.failure is not None
    assert "not settled 60.0 s after everything healed" in verdict.failure
