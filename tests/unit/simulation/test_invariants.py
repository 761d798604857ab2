"""The judge condemns: each invariant fails on a world that was tampered with by hand."""

from collections.abc import Callable
from contextlib import closing, nullcontext
from decimal import Decimal
from typing import TypeAlias

import msgspec
import pytest

from algotradehub.app.core import Core
from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.ids import Asset, ClientOrderId, IdempotencyKey, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import BaseAmount, Order, OrderStatus, OrderType, Origin
from algotradehub.ports.store import Changes, Store
from algotradehub.simulation import invariants
from algotradehub.simulation.truth import VenueOrder
from algotradehub.simulation.users import ACCOUNT, Users
from algotradehub.simulation.venue import INSTRUMENT, OPENING, SYMBOL, ScriptedVenue
from algotradehub.simulation.verdict import Broken
from algotradehub.simulation.wires import Wire
from algotradehub.simulation.world import World
from algotradehub.trading.state import DeskState
from tests.unit.simulation.worlds import PRICE, S, order, scenario

Judged: TypeAlias = tuple[Core, ScriptedVenue, Users]
Crime: TypeAlias = Callable[[Core, ScriptedVenue, Users], object]
Forgery: TypeAlias = Callable[[Core, Store], object]

_check_all, _check_storage = invariants.check_all, invariants.check_storage
_replace = msgspec.structs.replace


def with_status(core: Core, status: OrderStatus) -> Order:
    return next(order for order in core.state.orders.values() if order.status is status)


def truth_of(order: Order, venue: ScriptedVenue) -> VenueOrder:
    return venue.by_client_id[order.order_id]


def change(core: Core, order: Order, **changes: object) -> None:
    core.state.orders[order.order_id] = _replace(order, **changes)


def forget(core: Core, order: Order) -> None:
    """Lose an order everywhere, as if it had never been journaled."""
    del core.state.orders[order.order_id]
    core.state._load = lambda _: None


# --- crimes against the books


def order_lost(core: Core, venue: ScriptedVenue, users: Users) -> None:
    forget(core, with_status(core, OrderStatus.FILLED))


def order_invented(core: Core, venue: ScriptedVenue, users: Users) -> None:
    order = with_status(core, OrderStatus.CANCELLED)
    invented = ClientOrderId("f" * 32)
    request = _replace(order.request, idempotency_key=IdempotencyKey("another"))
    core.state.orders[invented] = _replace(order, order_id=invented, request=request)


def dead_order_lives(core: Core, venue: ScriptedVenue, users: Users) -> None:
    """Called unsent, and yet at the venue, rejected there."""
    order = with_status(core, OrderStatus.CANCELLED)
    truth_of(order, venue).status = OrderStatus.REJECTED
    change(core, order, status=OrderStatus.REJECTED, origin=Origin.UNSENT)


def order_sent_twice(core: Core, venue: ScriptedVenue, users: Users) -> None:
    venue.places[with_status(core, OrderStatus.FILLED).order_id] += 1


def key_stands_for_two(core: Core, venue: ScriptedVenue, users: Users) -> None:
    order = with_status(core, OrderStatus.FILLED)
    other = ClientOrderId("f" * 32)
    twin = _replace(order, order_id=other, status=OrderStatus.REJECTED, filled=Decimal(0))
    core.state.orders[other] = twin


def fill_counted_twice(core: Core, venue: ScriptedVenue, users: Users) -> None:
    order = with_status(core, OrderStatus.FILLED)
    change(core, order, filled=order.filled * 2, paid=order.paid * 2)


def fill_missed(core: Core, venue: ScriptedVenue, users: Users) -> None:
    truth = truth_of(with_status(core, OrderStatus.CANCELLED), venue)
    truth.filled += 1


def fills_do_not_add_up(core: Core, venue: ScriptedVenue, users: Users) -> None:
    fills = core.state.executions[with_status(core, OrderStatus.FILLED).order_id]
    fills.pop(next(iter(fills)))


def paid_another_price(core: Core, venue: ScriptedVenue, users: Users) -> None:
    order = with_status(core, OrderStatus.FILLED)
    change(core, order, paid=order.paid + 1)


def another_status(core: Core, venue: ScriptedVenue, users: Users) -> None:
    truth_of(with_status(core, OrderStatus.CANCELLED), venue).status = OrderStatus.EXPIRED


def still_open_there(core: Core, venue: ScriptedVenue, users: Users) -> None:
    truth_of(with_status(core, OrderStatus.CANCELLED), venue).status = OrderStatus.OPEN


def another_size(core: Core, venue: ScriptedVenue, users: Users) -> None:
    truth_of(with_status(core, OrderStatus.CANCELLED), venue).quantity += 1


def another_name(core: Core, venue: ScriptedVenue, users: Users) -> None:
    truth_of(with_status(core, OrderStatus.CANCELLED), venue).venue_order_id = VenueOrderId("V99")


def promise_forgotten(core: Core, venue: ScriptedVenue, users: Users) -> None:
    users.promised[IdempotencyKey("key-99")] = ClientOrderId("f" * 32)


def promise_of_another_order(core: Core, venue: ScriptedVenue, users: Users) -> None:
    key, order_id = next(iter(users.promised.items()))
    request = users.wanted[key]
    users.wanted[key] = _replace(request, amount=BaseAmount(Decimal(77)))
    assert core.state.orders[order_id].request == request


def wrong_position(core: Core, venue: ScriptedVenue, users: Users) -> None:
    held = core.state.positions.get(ACCOUNT, SYMBOL)
    assert held is not None
    core.state.positions._set(_replace(held, quantity=held.quantity + 1))


def wrong_cost(core: Core, venue: ScriptedVenue, users: Users) -> None:
    held = core.state.positions.get(ACCOUNT, SYMBOL)
    assert held is not None
    core.state.positions._set(_replace(held, realized=held.realized + 1))


def exposure_left_over(core: Core, venue: ScriptedVenue, users: Users) -> None:
    core.state.sums.of(ACCOUNT, SYMBOL).buying += 1


def open_order_left_over(core: Core, venue: ScriptedVenue, users: Users) -> None:
    core.state.sums.account(ACCOUNT).open_orders = 1


def money_missing(core: Core, venue: ScriptedVenue, users: Users) -> None:
    venue.balances[INSTRUMENT.quote] -= Decimal("0.01")


def money_misposted(core: Core, venue: ScriptedVenue, users: Users) -> None:
    asset = Asset("BTC")
    balance = core.state.balances.get(ACCOUNT, asset)
    assert balance is not None
    assert balance.opening == OPENING[asset]  # or there were nothing to compare
    core.state.balances.restore(_replace(balance, posted=balance.posted + 1))


CRIMES: dict[Crime, str] = {
    order_lost: "order lost",
    order_invented: "order invented",
    dead_order_lives: "order doubled or lost",
    order_sent_twice: "order doubled",
    key_stands_for_two: "order doubled",
    fill_counted_twice: "fills differ",
    fill_missed: "fills differ",
    fills_do_not_add_up: "fills differ",
    paid_another_price: "fills differ",
    another_status: "status differs",
    still_open_there: "status differs",
    another_size: "order differs",
    another_name: "order differs",
    promise_forgotten: "promise broken",
    promise_of_another_order: "promise broken",
    wrong_position: "positions differ",
    wrong_cost: "positions differ",
    exposure_left_over: "risk sums differ",
    open_order_left_over: "risk sums differ",
    money_missing: "ledger differs",
    money_misposted: "ledger differs",
}


def judge(monkeypatch: pytest.MonkeyPatch, check: str, tamper: Callable[..., object]) -> None:
    """Run an honest world, and tamper with it just before the judge looks."""
    judged: list[str] = []

    def look(*arguments: object, **named: object) -> None:
        judged.append(check)
        tamper(*arguments)
        real = {"check_all": _check_all, "check_storage": _check_storage}[check]
        real(*arguments, **named)  # type: ignore[operator]

    monkeypatch.setattr(invariants, check, look)
    try:
        with closing(World(scenario())) as world:
            world.run()
    finally:
        assert judged == [check]


def nothing(*_: object) -> None:
    """An honest world needs no tampering."""


@pytest.mark.parametrize("check", ["check_all", "check_storage"])
def test_an_honest_world_is_acquitted(monkeypatch: pytest.MonkeyPatch, check: str) -> None:
    judge(monkeypatch, check, nothing)


@pytest.mark.parametrize("crime", CRIMES, ids=lambda crime: crime.__name__)
def test_a_crime_is_condemned_by_its_name(monkeypatch: pytest.MonkeyPatch, crime: Crime) -> None:
    with pytest.raises(Broken) as caught:
        judge(monkeypatch, "check_all", crime)
    assert caught.value.name == CRIMES[crime]


# --- forgeries in what is stored


def memory_ahead_of_the_journal(core: Core, store: Store) -> None:
    change(core, with_status(core, OrderStatus.FILLED), reason="never journaled")


def position_ahead_of_the_journal(core: Core, store: Store) -> None:
    held = core.state.positions.get(ACCOUNT, SYMBOL)
    assert held is not None
    core.state.positions._set(_replace(held, cost=held.cost + 1))


def balance_ahead_of_the_journal(core: Core, store: Store) -> None:
    balance = core.state.balances.all()[0]
    core.state.balances.restore(_replace(balance, posted=balance.posted + 1))


def claim_ahead_of_the_journal(core: Core, store: Store) -> None:
    (keys,) = core.state.claims.values()
    keys[IdempotencyKey("never journaled")] = next(iter(keys.values()))


def order_projected_wrongly(core: Core, store: Store) -> None:
    order = _replace(with_status(core, OrderStatus.FILLED), reason="projected wrongly")
    seq = store.applied_seq
    store.apply(Changes(applied_seq=seq, orders={order.order_id: (order, seq)}))


def fill_projected_wrongly(core: Core, store: Store) -> None:
    order = with_status(core, OrderStatus.FILLED)
    ((execution_id, fill), *_) = core.state.executions[order.order_id].items()
    wrong = _replace(fill, price=fill.price + 1)
    fills = {(order.order_id, execution_id): wrong}
    store.apply(Changes(applied_seq=store.applied_seq, fills=fills))


FORGERIES: dict[Forgery, str] = {
    memory_ahead_of_the_journal: "replay differs",
    position_ahead_of_the_journal: "replay differs",
    balance_ahead_of_the_journal: "replay differs",
    claim_ahead_of_the_journal: "replay differs",
    order_projected_wrongly: "projection differs",
    fill_projected_wrongly: "projection differs",
}


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
def test_a_forgery_is_condemned_by_its_name(
    monkeypatch: pytest.MonkeyPatch, forgery: Forgery
) -> None:
    with pytest.raises(Broken) as caught:
        judge(monkeypatch, "check_storage", forgery)
    assert caught.value.name == FORGERIES[forgery]


def test_a_journal_with_a_flipped_bit_is_condemned(monkeypatch: pytest.MonkeyPatch) -> None:
    def flip(core: Core, store: Store) -> None:
        disk = core.journal._disk
        content = disk._files[disk.names()[0]]  # type: ignore[attr-defined]
        content.visible[len(content.visible) // 2] ^= 1

    with pytest.raises(StorageDamaged):
        judge(monkeypatch, "check_storage", flip)


# --- exposure, at every moment


@pytest.mark.parametrize("side", Side)
def test_what_may_fill_and_is_not_counted_is_condemned_at_once(
    monkeypatch: pytest.MonkeyPatch, side: Side
) -> None:
    """An order of ours that the venue holds, and the sums do not: seen when it is opened."""

    def tamper(core: Core, venue: ScriptedVenue, users: Users) -> None:
        invariants.check_exposure(core.state, venue)
        venue.watcher = nothing
        venue._open(ClientOrderId("f" * 32), side, OrderType.LIMIT, Decimal(1), Decimal(100))
        invariants.check_exposure(core.state, venue)

    with pytest.raises(Broken) as caught:
        judge(monkeypatch, "check_all", tamper)
    assert caught.value.name == "exposure understated"


def test_exposure_is_watched_at_every_change_and_every_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[object] = []
    real = invariants.check_exposure

    def look(state: object, venue: ScriptedVenue) -> None:
        looks.append(venue)
        real(state, venue)  # type: ignore[arg-type]

    monkeypatch.setattr(invariants, "check_exposure", look)
    lines: list[str] = []
    with closing(World(scenario(), trace=lines.append)) as world:
        world.run()
        changes = sum(len(order._times) for order in world.venue.orders.values())
    bytes_of_wires = ("heard Requested", "heard Responded")  # they change nothing
    heard = [line for line in lines if " heard " in line]
    words = sum(all(part not in line for part in bytes_of_wires) for line in heard)
    assert len(looks) >= changes + words > 20


# --- fills, after every connect and when all is quiet


class Tampered(Exception):
    """The test has seen what it wanted to see."""


def stranger_fills(venue: ScriptedVenue) -> VenueOrder:
    """Somebody trades by hand while nothing of it is told."""
    venue.wires.cut([Wire.STREAM])
    venue.watcher = nothing
    venue.place_by_hand(Side.BUY, Decimal(5), Decimal(100))
    truth = venue.orders[next(reversed(venue.orders))]
    venue.fill(truth, Decimal(5), Decimal(100))
    return truth


def test_what_a_stranger_traded_must_be_in_the_books(monkeypatch: pytest.MonkeyPatch) -> None:
    def tamper(core: Core, venue: ScriptedVenue, users: Users) -> None:
        stranger_fills(venue)

    with pytest.raises(Broken, match="fills missed"):
        judge(monkeypatch, "check_all", tamper)


@pytest.mark.parametrize(("later_s", "condemned"), [(1.9, False), (2.1, True)])
def test_who_takes_new_orders_has_counted_what_filled_before(
    monkeypatch: pytest.MonkeyPatch, later_s: float, *, condemned: bool
) -> None:
    """Unless it filled within ``settle_s`` of the connect: that may be told a little later."""

    def tamper(core: Core, venue: ScriptedVenue, users: Users) -> None:
        order = with_status(core, OrderStatus.FILLED)
        ((execution_id, _), *_) = core.state.executions[order.order_id].items()
        ((filled_ns, _), *_) = truth_of(order, venue).executions
        connected_ns = filled_ns + int(later_s * S)
        invariants.check_caught_up(core, venue, connected_ns)
        core.state.executions[order.order_id].pop(execution_id)
        with pytest.raises(Broken, match="fills missed") if condemned else nullcontext():
            invariants.check_caught_up(core, venue, connected_ns)
        raise Tampered

    with pytest.raises(Tampered):
        judge(monkeypatch, "check_all", tamper)


def test_a_fill_that_waits_for_its_order_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def tamper(core: Core, venue: ScriptedVenue, users: Users) -> None:
        ((filled_ns, execution),) = stranger_fills(venue).executions
        connected_ns = filled_ns + 10 * S
        with pytest.raises(Broken, match="fills missed"):
            invariants.check_caught_up(core, venue, connected_ns)
        core.orders.desks[0].orphans.add(execution)
        invariants.check_caught_up(core, venue, connected_ns)
        raise Tampered

    with pytest.raises(Tampered):
        judge(monkeypatch, "check_all", tamper)


@pytest.mark.parametrize("share", [1, 5])
def test_when_all_is_quiet_the_books_know_what_happened(
    monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    """An order that fills while nobody is told, and about which there is no question."""

    def tamper(state: DeskState, venue: ScriptedVenue, told_ns: int) -> None:
        check_settled(state, venue, told_ns)
        (truth, *_) = [truth for truth in venue.orders.values() if truth.is_open]
        venue.wires.cut([Wire.STREAM])
        venue.fill(truth, min(Decimal(share), truth.remaining), PRICE)
        check_settled(state, venue, told_ns)
        check_settled(state, venue, told_ns + 10 * S)

    check_settled = invariants.check_settled
    monkeypatch.setattr(invariants, "check_settled", tamper)
    monkeypatch.setattr(ScriptedVenue, "_draw_fills", nothing)
    with closing(World(scenario(order(0)))) as world, pytest.raises(Broken) as caught:
        world.run()
    assert caught.value.name == ("status differs" if share == 5 else "fills differ")


def test_what_filled_is_booked_or_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def tamper(core: Core, venue: ScriptedVenue, users: Users) -> None:
        order = with_status(core, OrderStatus.FILLED)
        change(core, order, filled=order.filled - 1)
        invariants.check_booked(core.state, venue)  # the venue claims it, so it still counts
        change(core, order, filled=order.filled - 1, venue_filled=order.filled - 1)
        invariants.check_booked(core.state, venue)

    with pytest.raises(Broken, match="exposure understated"):
        judge(monkeypatch, "check_all", tamper)
