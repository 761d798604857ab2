"""The promise, judged: what the books say against what really happened at the venue."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from algotradehub.app.core import Core
from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.commands import Amend, OrderCommand, Place
from algotradehub.domain.evidence import Execution
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.fill import Fill, part_of
from algotradehub.domain.ids import (
    ClientOrderId,
    ExecutionId,
    IdempotencyKey,
    TenantId,
    VenueOrderId,
)
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import FINAL_STATUSES, Order, OrderStatus, Origin
from algotradehub.domain.records import (
    AmendAsked,
    BalanceCorrected,
    CancelAsked,
    Decided,
    HaltSet,
    Intent,
    LegAdded,
    Record,
    Restarted,
)
from algotradehub.ports.store import Store
from algotradehub.ports.venue import OrderName
from algotradehub.simulation.truth import VenueOrder
from algotradehub.simulation.users import ACCOUNT, Users
from algotradehub.simulation.venue import OPENING, SYMBOL, ScriptedVenue
from algotradehub.simulation.verdict import Broken, require
from algotradehub.trading.state import DeskState

_S = 1_000_000_000
_ROUNDING = Decimal("1E-30")


_CLOCK_ERROR_NS = 6 * _S // 10  # so wrong is our clock, and a little more


def check_exposure(state: DeskState, venue: ScriptedVenue) -> None:
    """At every moment: what of ours may still fill at the venue is in the running sums."""
    open_there = {Side.BUY: ZERO, Side.SELL: ZERO}
    for order in venue.orders.values():
        if order.is_open and order.client_order_id is not None and not is_decided(state, order):
            open_there[order.side] += order.remaining
    sums = state.sums.of(ACCOUNT, SYMBOL)
    if open_there[Side.BUY] > sums.buying or open_there[Side.SELL] > sums.selling:
        detail = f"{open_there}, the sums have {sums.buying} and {sums.selling}"
        raise Broken("exposure understated", f"the venue may still fill {detail}")


def check_booked(state: DeskState, venue: ScriptedVenue) -> None:
    """At every moment: what filled of an order is booked, or counts as what may come."""
    there: dict[ClientOrderId, Decimal] = {}
    for order in venue.orders.values():
        name = order.client_order_id
        if name is not None and not is_decided(state, order):
            order_id = state.legs.get(name, name)
            there[order_id] = there.get(order_id, ZERO) + order.filled + order.remaining
    for order_id, most in there.items():
        known = state.orders.get(order_id)
        if known is not None and known.filled + exposure_of(known) < most:
            raise Broken("exposure understated", f"{most} may be held through {known}")


def is_decided(state: DeskState, truth: VenueOrder) -> bool:
    """Whether a person said that it ended: then it counts again with the venue's next word."""
    name = truth.client_order_id
    order = None if name is None else state.orders.get(state.legs.get(name, name))
    if order is None:
        return False
    return part_of(order, truth.client_order_id, truth.venue_order_id).decision is not None


def check_legs(state: DeskState, venue: ScriptedVenue) -> None:
    """At every moment: of the legs of one order one rests at the venue, at most."""
    for order_id in set(state.legs.values()):
        legs = state.orders[order_id].legs
        there = (venue.by_client_id.get(leg.client_order_id) for leg in legs)
        resting = [order for order in there if order is not None and order.is_open]
        if len(resting) > 1:
            raise Broken("two legs at once", f"{order_id} rests as {resting}")


def check_stopped(state: DeskState, venue: ScriptedVenue) -> None:
    """At every moment: where a stop is proven, nothing rests but what strangers placed later."""
    halt = state.standing.halt_in_force(ACCOUNT)
    if halt is not None and halt.looked_ns:
        before_ns = halt.looked_ns[0] - _CLOCK_ERROR_NS
        resting = [
            order
            for order in venue.orders.values()
            if order.is_open
            and (order.client_order_id is not None or order.as_of(before_ns) is not None)
        ]
        require(not resting, "stopped, they say", f"{halt} is proven, and there is {resting}")


def check_sent(state: DeskState, command: OrderCommand) -> None:
    """Whatever is sent: nothing that could rest leaves a halted account without a permit."""
    if isinstance(command, Place | Amend):
        order = state.order(state.legs.get(command.client_order_id, command.client_order_id))
        if order is not None and order.permit is not None:
            return
        halt = state.standing.halt_in_force(ACCOUNT)
        require(halt is None, "sent while halted", f"{command} after {halt}")


def check_caught_up(core: Core, venue: ScriptedVenue, connected_ns: int) -> None:
    """Whoever takes new orders has counted what filled before it connected (order-path 9)."""
    if venue.rules.cumulative_only:
        return  # there are no executions to be told
    # What is asked for just afterwards may be that old.
    before_ns = connected_ns - int(venue.rules.settle_s * _S)
    for truth in venue.orders.values():
        for at_ns, execution in truth.executions:
            counted = at_ns >= before_ns or _is_counted(core, execution)
            require(counted, "fills missed", f"{execution} is not in the books")


def check_settled(state: DeskState, venue: ScriptedVenue, told_ns: int) -> None:
    """No question is open: what happened up to ``told_ns`` the books know by themselves."""
    for order_id in state.live.get(ACCOUNT, ()):
        order = state.orders[order_id]
        part = order.part
        venue_order_id = part.leg.venue_order_id
        truth = None if venue_order_id is None else venue.orders[venue_order_id].as_of(told_ns)
        if truth is not None and not part.is_final:
            ended = truth.status in FINAL_STATUSES
            require(not ended, "status differs", f"{order} should have been {truth}")
            filled = truth.filled or ZERO
            require(filled <= part.filled, "fills differ", f"{order} should have been {truth}")


def check_all(core: Core, venue: ScriptedVenue, users: Users) -> None:
    """When all is settled: books and venue tell the same story, and every promise was kept."""
    state = core.state
    _check_doubles(venue)
    ours = {
        order.client_order_id: order
        for order in venue.orders.values()
        if order.client_order_id is not None
    }
    for client_order_id, truth in ours.items():
        order = state.order(state.legs.get(client_order_id, client_order_id))
        require(order is not None, "order lost", f"{client_order_id} is at the venue only")
        assert order is not None  # noqa: S101 - just required
        _check_order(part_of(order, truth.client_order_id, truth.venue_order_id), truth)
    _check_strangers(state, venue)
    for order in state.orders.values():
        _check_legs(order, users)
        for part in order.parts or (order,):
            if part.order_id not in ours and not order.external:
                rejected = part.status is OrderStatus.REJECTED or part.decision is not None
                if part.filled or not (rejected or _was_never_sent(part)):
                    raise Broken("order invented", f"{part} was never at the venue")
        if order.status is OrderStatus.REJECTED and order.origin in {Origin.UNSENT, Origin.RISK}:
            absent = order.order_id not in ours
            require(absent, "order doubled or lost", f"{order.order_id} is not dead")
    _check_promises(state, users)
    _check_positions(state)
    _check_sums(state)
    _check_money(state, venue)


def check_storage(core: Core, store: Store, *, replayed: DeskState) -> None:
    """The journal is whole, and both it and the projection add up to the state in memory.

    ``replayed`` is what the journal adds up to.
    """
    core.journal.verify()
    state = core.state
    kept = store.restore(changed_after_ns=0, claimed_after_ns=0)
    stored_orders = {order.order_id: order for order in kept.orders}
    for order_id, order in state.orders.items():
        same = replayed.orders.get(order_id)
        if same != order:
            raise Broken("replay differs", f"{order} came back as {same}")
        stored = stored_orders.get(order_id)
        if stored != order:
            raise Broken("projection differs", f"{order} is stored as {stored}")
    require(
        replayed.positions.all() == state.positions.all()
        and _totals(replayed.balances.all()) == _totals(state.balances.all()),
        "replay differs",
        "in positions or balances",
    )
    claims = _claims(state)
    require(_claims(replayed).items() >= claims.items(), "replay differs", "in the claims")
    require(
        {(held.symbol, held.side): held for held in kept.positions}
        == {(held.symbol, held.side): held for held in state.positions.all()}
        and _totals(kept.balances) == _totals(state.balances.all()),
        "projection differs",
        "in positions or balances",
    )
    stored_claims = {(claim.tenant, claim.key): claim.order_id for claim in kept.claims}
    require(stored_claims.items() >= claims.items(), "projection differs", "in the claims")
    stored_fills: dict[ClientOrderId, dict[ExecutionId, Fill]] = {}
    for fill in kept.fills:
        stored_fills.setdefault(fill.order_id, {})[fill.execution_id] = fill
    for order_id, fills in state.executions.items():
        same_fills = stored_fills.get(order_id, {}) == fills
        require(same_fills, "projection differs", f"in the fills of {order_id}")


def check_wishes(records: Iterable[Record]) -> None:
    """A leg follows an amendment that was asked for in the same life, and no cancel or stop."""
    asked: set[ClientOrderId] = set()
    halted = False
    for record in records:
        body = record.body
        if isinstance(body, Restarted):
            asked.clear()
        elif isinstance(body, AmendAsked):
            asked.add(body.order_id)
        elif isinstance(body, CancelAsked | Decided):
            asked.discard(body.order_id)
        elif isinstance(body, HaltSet):
            halted = body.halted
        elif isinstance(body, Intent):
            may = body.order.status is OrderStatus.REJECTED or body.order.permit is not None
            require(may or not halted, "placed while halted", str(record))
        elif isinstance(body, LegAdded):
            require(body.order_id in asked, "placed unasked", str(record))
            require(not halted, "placed while halted", str(record))


def check_corrections(state: DeskState, records: Iterable[Record], venue: ScriptedVenue) -> None:
    """Nothing is corrected that a fill explains, not even for a while."""
    made = Counter(
        record.body.asset for record in records if isinstance(record.body, BalanceCorrected)
    )
    came = Counter(asset for asset, _ in venue.deposits)
    for asset, opening in OPENING.items():
        balance = state.balances.get(ACCOUNT, asset)
        # Where the venue first spoke after the first fill, our sum began wrong.
        allowed = came[asset] + (balance is None or balance.opening != opening)
        require(made[asset] <= allowed, "corrected wrongly", f"{asset} {made[asset]} times")


def _claims(state: DeskState) -> dict[tuple[TenantId, IdempotencyKey], ClientOrderId]:
    return {
        (tenant, key): order_id
        for tenant, keys in state.claims.items()
        for key, order_id in keys.items()
    }


def _totals(balances: Iterable[AssetBalance]) -> dict[str, tuple[Decimal | None, ...]]:
    """What of the balances is durable: not what is available, which the venue tells again."""
    return {held.asset: (held.opening, held.posted, held.total) for held in balances}


def _is_counted(core: Core, execution: Execution) -> bool:
    """Whether the books have this fill, or keep it for an order they cannot name yet."""
    state, client_order_id = core.state, execution.client_order_id
    venue_order_id = execution.venue_order_id  # first: strangers' names repeat
    order = None if venue_order_id is None else state.order_of_venue(ACCOUNT, venue_order_id)
    if order is None and client_order_id is not None:
        order = state.order(client_order_id)
        if order is not None and venue_order_id is not None and _is_another(order, venue_order_id):
            order = None
    if order is not None:
        return state.counted(order, execution) is not None
    name = OrderName(
        client_order_id=client_order_id,
        venue_order_id=execution.venue_order_id,
        symbol=execution.symbol,
        side=execution.side,
    )
    return core.orders.desks[0].orphans.holds(name)


def _is_another(order: Order, venue_order_id: VenueOrderId) -> bool:
    """Whether it has only the client's name in common: the venue calls every leg otherwise."""
    return all(leg.venue_order_id not in {None, venue_order_id} for leg in order.legs)


def _check_doubles(venue: ScriptedVenue) -> None:
    for client_order_id, times in venue.places.items():
        require(times == 1, "order doubled", f"{client_order_id} was sent {times} times")


def _check_order(order: Order, truth: VenueOrder) -> None:
    if order.filled != truth.filled or order.paid != truth.value:
        should = f"should have filled {truth.filled} for {truth.value}"
        raise Broken("fills differ", f"{order} {should}")
    require(
        order.status is truth.status,
        "status differs",
        f"{order.order_id} is {order.status} here and {truth.status} at the venue",
    )
    if order.leg.venue_order_id != truth.venue_order_id or order.quantity != truth.quantity:
        should = f"should be {truth.venue_order_id} over {truth.quantity}"
        raise Broken("order differs", f"{order} {should}")


def _was_never_sent(part: Order) -> bool:
    """It was refused or lost on the way, or ended while it waited here for its price."""
    emulated = part.emulated
    waited = emulated is not None and emulated.trigger and not emulated.fired_ns
    return part.status is OrderStatus.REJECTED or (waited and part.is_final)


def _check_legs(order: Order, users: Users) -> None:
    """A leg replaces another for what that had left: all of them fill no more than was wanted."""
    if order.parts:
        wanted = users.most_wanted[order.request.idempotency_key]
        require(order.filled <= wanted, "filled twice", f"{order} was to be {wanted} at most")


def _check_strangers(state: DeskState, venue: ScriptedVenue) -> None:
    """What somebody traded by hand on the same account is in the books, too."""
    for truth in venue.orders.values():
        if truth.client_order_id is not None:
            continue
        order = state.order_of_venue(ACCOUNT, truth.venue_order_id)
        if order is not None:
            _check_order(order, truth)
        elif not venue.rules.cumulative_only:  # otherwise nothing tells of it once it has ended
            require(not truth.filled, "fills missed", f"{truth.executions} are not in the books")


def _check_promises(state: DeskState, users: Users) -> None:
    by_key: Counter[str] = Counter()
    for order in state.orders.values():
        by_key[order.request.idempotency_key] += 1
    for key, times in by_key.items():
        require(times == 1, "order doubled", f"{key} stands for {times} orders")
    for key, order_id in users.promised.items():
        kept = state.order(order_id)
        require(kept is not None, "promise broken", f"{key} was to be {order_id}")
        assert kept is not None  # noqa: S101 - just required
        if kept.request != users.wanted[key]:
            raise Broken("promise broken", f"{key} became {kept}")


def _check_positions(state: DeskState) -> None:
    quantity = cash = ZERO
    for order in state.orders.values():
        fills = state.executions.get(order.order_id, {}).values()
        require(
            sum((fill.quantity for fill in fills), ZERO) == order.filled,
            "fills differ",
            f"those of {order.order_id} do not add up to {order.filled}",
        )
        quantity += order.request.side.sign * order.filled
        cash += order.request.side.sign * order.paid
    held = state.positions.get(ACCOUNT, SYMBOL)
    at = (ZERO, ZERO) if held is None else (held.quantity, held.cost - held.realized)
    # An average of a provisional fill may not be exact in any number of digits.
    near = at[0] == quantity and abs(at[1] - cash) < _ROUNDING
    require(near, "positions differ", f"{held} from fills of {quantity} for {cash}")


def _check_sums(state: DeskState) -> None:
    sums = state.sums.of(ACCOUNT, SYMBOL)
    held = state.positions.get(ACCOUNT, SYMBOL)
    position = ZERO if held is None else held.quantity
    require(
        (sums.buying, sums.selling, sums.position) == (ZERO, ZERO, position),
        "risk sums differ",
        f"{sums.buying}, {sums.selling}, {sums.position} with nothing open and {position} held",
    )
    open_orders = state.sums.open_orders(ACCOUNT)
    require(open_orders == 0, "risk sums differ", f"{open_orders} open orders are counted")


def _check_money(state: DeskState, venue: ScriptedVenue) -> None:
    if venue.rules.cumulative_only:
        return  # it never tells a fee, so our postings cannot be whole
    for asset, opening in OPENING.items():
        balance = state.balances.get(ACCOUNT, asset)
        if balance is None:
            continue  # the venue never told
        total: Decimal = venue.balances[asset]
        require(
            balance.expected == total and balance.total == total,
            "ledger differs",
            f"{balance}, the venue has {total} {asset}",
        )
        if balance.opening == opening:  # else the first word came after the first change
            unexplained = sum((amount for of, amount in venue.deposits if of == asset), ZERO)
            require(
                balance.suspense == unexplained,
                "corrected wrongly",
                f"{balance}, but {unexplained} came from outside",
            )
