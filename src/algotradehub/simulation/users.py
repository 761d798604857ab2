"""The people of the world: they place, cancel, amend, repeat themselves, and remember promises."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from random import Random

from algotradehub.app.core import Core
from algotradehub.domain.commands import OrderCommand
from algotradehub.domain.emulation import Emulation
from algotradehub.domain.errors import InvalidRequest, NotReady, RiskRefused
from algotradehub.domain.ids import (
    AccountId,
    ClientOrderId,
    IdempotencyKey,
    TenantId,
)
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    Origin,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.simulation import scenario as plan
from algotradehub.simulation.clock import SimClock
from algotradehub.simulation.disk import SimDisk
from algotradehub.simulation.invariants_cancels import check_cancel_left
from algotradehub.simulation.people import People
from algotradehub.simulation.timeline import SimulationFailed
from algotradehub.simulation.venue import SYMBOL, VENUE, ScriptedVenue
from algotradehub.simulation.wires import Wire
from algotradehub.trading.stuck import Action as Intervention

_S = 1_000_000_000
TENANT = TenantId("acme")
ACCOUNT = AccountId("scripted-main")
HEAL_S = 900.0
LOOK_EVERY_S = 7.0
LAST_WORDS_S = 2.0  # messages that were held up on the way
TRIES = 12
_REPEATS = 0.3
_RESTING = (OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED)
_TRUTHFULLY = plan.Intervene(
    at_ns=0, action=Intervention.DECIDE, wrong=False, approves_after_ns=1_000_000
)


class Users:
    """Acts out the scenario; outlives every process, as people do.

    Attributes:
        wanted: Every request ever made, by its idempotency key.
        promised: The order each confirmed request was told it became.
        most_wanted: The largest quantity that each request and its amendments asked for.
        broke_a_sync: Whether the disk was told to fail a sync.
        sent: What left for the venue since somebody last asked for a cancel.
        cancelled: Shown each order that ended before it was sent, once the journal has it.
        fired: Shown the id of each order that somebody fires by hand.
    """

    def __init__(
        self,
        scenario: plan.Scenario,
        venue: ScriptedVenue,
        disk: SimDisk,
        random: Random,
        start_ns: int,
    ) -> None:
        self.wanted: dict[IdempotencyKey, OrderRequest] = {}
        self.promised: dict[IdempotencyKey, ClientOrderId] = {}
        self.most_wanted: dict[IdempotencyKey, Decimal] = {}
        self.broke_a_sync = False
        self.sent: list[OrderCommand] = []
        self.cancelled: Callable[[Order], None] = lambda _: None
        self.fired: Callable[[ClientOrderId], None] = lambda _: None
        self._actions = list(scenario.actions)
        self._heals_after_ns = scenario.heals_after_ns
        self._venue = venue
        self._disk = disk
        self._random = random
        self.people = People(TENANT, venue, random)
        self._start_ns = start_ns

    async def act(self, clock: SimClock, core: Core) -> None:
        """Do what is still to be done, each thing at its time."""
        for key in self.wanted:
            # Whoever got no answer before the crash asks again; some ask again anyway.
            if key not in self.promised or self._random.random() < _REPEATS:
                self._submit(clock, core, key, TRIES)
        while self._actions:
            wait_ns = self._actions[0].at_ns + self._start_ns - clock.now_ns()
            if wait_ns > 0:
                await clock.sleep(wait_ns / _S)
            self._venue.watcher()  # whoever acts now relies on the books
            self._do(clock, core, self._actions.pop(0))
        await clock.sleep(self._heals_after_ns / _S)

    async def heal(self, clock: SimClock, core: Core) -> None:
        """Everything works again, and all questions must end by themselves.

        Raises:
            SimulationFailed: Something is still open long after.
        """
        venue, disk = self._venue, self._disk
        venue.rules = venue.rules.healed()
        venue.wires.mend(tuple(Wire))
        venue.walk.heal()
        while disk.next_write_fault() or disk.next_sync_fault():
            pass
        await self._settle(clock, core)

    async def finish(self, clock: SimClock, core: Core) -> None:
        """Cancel what is still open: all orders must end.

        Raises:
            SimulationFailed: Something is still open long after.
        """
        cancelled: set[ClientOrderId] = set()
        while True:
            for order_id in tuple(core.state.live.get(ACCOUNT, ())):
                if order_id in cancelled:
                    order = core.state.orders[order_id]
                    raise SimulationFailed(f"an order outlived its cancel: {order}")
                core.orders.cancel(TENANT, order_id)
                cancelled.add(order_id)
            await self._settle(clock, core)
            if not core.state.live.get(ACCOUNT):
                return
            # A stranger's order may come to light only now; it is wanted cancelled, too.

    async def _settle(self, clock: SimClock, core: Core) -> None:
        """Wait until no question is open, and for what the venue tells late."""
        late_s = LAST_WORDS_S + self._venue.rules.settle_s
        deadline_ns = clock.now_ns() + int(HEAL_S * _S)
        while True:
            await clock.sleep(LOOK_EVERY_S)
            if self._venue.rules.person_decides:  # then not all questions end by themselves
                self.people.intervene(clock, core, _TRUTHFULLY)
            if self._open_question(core) is None:
                await clock.sleep(late_s)
                if self._open_question(core) is None:
                    return
            if clock.now_ns() > deadline_ns:
                question = self._open_question(core)
                raise SimulationFailed(
                    f"not settled {HEAL_S} s after everything healed: {question}"
                )

    def _open_question(self, core: Core) -> str | None:
        for order_id in core.state.live.get(ACCOUNT, ()):
            order = core.state.orders[order_id]
            if order.is_waiting:
                continue
            known = order.status in _RESTING
            if not known or order.doubt or order.cancel_pending or order.amend_pending:
                return f"{order}"
        desk = core.orders.desks[0]
        if desk.refusing is not None:
            return desk.refusing
        if len(desk.orphans):
            return f"{len(desk.orphans)} events wait for their orders"
        if (incomplete := self.incomplete(core)) is not None:
            return incomplete
        if core.journal.refusing is None and not core.projector.level:
            return "the projection is behind"
        return _unproven(core) or self._wrong_balance(core)

    def incomplete(self, core: Core) -> str | None:
        """What the venue can still tell of an order in memory, ended ones among them."""
        fees = not self._venue.rules.cumulative_only
        for order in core.state.orders.values():
            if any(part.decision and self._is_there(part) for part in order.parts or (order,)):
                return f"{order} stands on a person's word, and the venue could tell"
            if order.lacks_fills or (fees and core.state.fees_unknown(order.order_id)):
                return f"fills of {order} are missing, provisional or lack their fee"
        return None

    def _is_there(self, part: Order) -> bool:
        leg = part.leg
        return (
            leg.client_order_id in self._venue.by_client_id
            or leg.venue_order_id in self._venue.orders
        )

    def _wrong_balance(self, core: Core) -> str | None:
        if self._venue.rules.cumulative_only:
            return None  # without fees our sums are never right
        for balance in core.state.balances.all():
            if balance.difference:
                return f"{balance} differs, and nobody corrected it"
        return None

    def _do(self, clock: SimClock, core: Core, action: plan.Action) -> None:
        match action:
            case plan.Order():
                key = _key(action.key)
                self.wanted[key] = _request(action)
                self.most_wanted[key] = Decimal(action.quantity)
                self._submit(clock, core, key, TRIES)
            case plan.Waiting():
                key = _key(action.key)
                self.wanted[key] = _waiting_request(action, clock.now_ns())
                self.most_wanted[key] = Decimal(action.quantity)
                self._submit(clock, core, key, TRIES)
            case plan.Fire():
                self._fire(core, action)
            case plan.Repeat():
                self._submit(clock, core, _key(action.key), TRIES)
            case plan.Cancel():
                order_id = self.promised.get(_key(action.key))
                if order_id is not None:
                    self._cancel(core, order_id)
            case plan.Amend():
                self._amend(clock, core, action, TRIES)
            case plan.Intervene():
                self.people.intervene(clock, core, action)
            case plan.Halt() | plan.Stop() | plan.CloseAll() | plan.Resume() | plan.Pause():
                self._emergency(core, action)
            case _:
                self._befall(action)

    def _emergency(self, core: Core, action: plan.Emergency) -> None:
        desks = core.orders.desks
        match action:
            case plan.Halt():
                core.orders.halt(ACCOUNT, halted=True, reason="lunch", by="ann")
            case plan.Stop():
                core.kill_switch.stop(desks, reason="enough", by="ann")
            case plan.CloseAll(cancel_first=first):
                with suppress(InvalidRequest):  # while orders work
                    core.flattening.close(
                        desks, reason="enough", by="ann", spot=True, cancel_first=first
                    )
            case plan.Resume():
                core.orders.halt(ACCOUNT, halted=False, reason="", by="ann")
            case plan.Pause(paused=paused):
                core.orders.pause(VENUE, paused=paused, reason="upkeep", by="ann")

    def _befall(self, action: plan.Accident) -> None:
        match action:
            case plan.ByHand():
                quantity, price = Decimal(action.quantity), Decimal(action.price)
                self._venue.place_by_hand(action.side, quantity, price, action.name)
            case plan.Deposit():
                self._venue.deposit(action.asset, Decimal(action.amount))
            case plan.Outage():
                wires = self._venue.wires
                wires.cut(action.wires)
                self._venue.timeline.after(action.for_ns, wires.mend, action.wires)
            case plan.FeedCut():
                self._venue.walk.cut(action.for_ns)
            case plan.DiskFault(sync=True):
                self.broke_a_sync = True
                self._disk.fail_sync()
            case plan.DiskFault():
                self._disk.fail_write(leaves_part=action.leaves_part)

    def _submit(self, clock: SimClock, core: Core, key: IdempotencyKey, tries: int) -> None:
        def durable(order: Order) -> None:
            if order.origin is Origin.UNSENT:
                return  # the disk failed: the caller is told so, and may ask again
            known = self.promised.setdefault(key, order.order_id)
            if known != order.order_id:
                raise SimulationFailed(f"{key} was promised as {known}, now as {order.order_id}")

        request = self.wanted.get(key)
        if request is None:
            return  # a shortened scenario repeats what it does not contain
        try:
            core.orders.submit(request, durable=durable)
        except NotReady:
            if tries:
                clock.after(1.0, self._submit, clock, core, key, tries - 1)
        except InvalidRequest:
            if request.trigger is None and request.expires_ns is None:
                raise  # else the price is beyond its trigger by now, or the time is over

    def _cancel(self, core: Core, order_id: ClientOrderId) -> None:
        self.sent.clear()
        order = core.orders.cancel(TENANT, order_id)
        check_cancel_left(core, order, self.sent)
        waited = order.emulated is not None and not order.emulated.fired_ns
        if waited and order.status is OrderStatus.CANCELLED and core.journal.refusing is None:
            self.cancelled(order)

    def _resting(self, core: Core, number: int) -> Order | None:
        """The order that request became, if it rests; or else another one: few rest for long."""
        promised = self.promised.get(_key(number))
        live = core.state.live.get(ACCOUNT, ())
        known = map(core.state.orders.__getitem__, live)
        wanted = [order for order in known if order.request.idempotency_key in self.wanted]
        resting = [order for order in wanted if order.status in _RESTING or order.is_waiting]
        chosen = [order for order in resting if order.order_id == promised] or resting
        return chosen[number % len(chosen)] if chosen else None

    def _fire(self, core: Core, action: plan.Fire) -> None:
        order_id = self.promised.get(_key(action.key))
        if order_id is None:
            return
        self.fired(order_id)
        try:
            core.orders.fire(TENANT, order_id)
        except (InvalidRequest, NotReady, RiskRefused):
            return  # refused with a reason: it waits on, or has ended

    def _amend(self, clock: SimClock, core: Core, action: plan.Amend, tries: int) -> None:
        order = self._resting(core, action.key)
        if order is None:
            if tries:
                clock.after(1.0, self._amend, clock, core, action, tries - 1)
            return
        key, order_id = order.request.idempotency_key, order.order_id
        quantity, price = Decimal(action.quantity), Decimal(action.price)
        amendment = Amendment(quantity=quantity, limit_price=price)
        if self.wanted[key].trigger is not None:
            trigger = Decimal(action.trigger) if action.trigger else None
            amendment = Amendment(quantity=quantity, trigger_price=trigger)
        try:
            core.orders.amend(TENANT, order_id, amendment)
        except NotReady:
            if tries:
                clock.after(1.0, self._amend, clock, core, action, tries - 1)
            return
        except (InvalidRequest, RiskRefused):
            return  # refused with a reason: nothing was asked of the venue
        self.most_wanted[key] = max(self.most_wanted[key], Decimal(action.quantity))


def _unproven(core: Core) -> str | None:
    desk = core.orders.desks[0]
    stop = core.kill_switch.of(desk)
    if stop is not None and not stop.is_proven:
        return f"nothing proves {stop}"
    closing = core.flattening.of(desk)
    if closing is not None and not closing.ended_ns:
        return f"nothing ends {closing}"
    return None


def _key(number: int) -> IdempotencyKey:
    return IdempotencyKey(f"key-{number}")


def _request(action: plan.Order) -> OrderRequest:
    return OrderRequest(
        tenant=TENANT,
        account=ACCOUNT,
        symbol=SYMBOL,
        side=action.side,
        type=action.type,
        amount=BaseAmount(Decimal(action.quantity)),
        idempotency_key=_key(action.key),
        limit_price=plan.limit_price(action),
        time_in_force=action.time_in_force,
    )


def _waiting_request(action: plan.Waiting, now_ns: int) -> OrderRequest:
    trigger = trail = None
    if action.type is OrderType.TRAILING_STOP:
        trail = Trail(offset=Decimal(action.trigger))
    elif action.type is not OrderType.LIMIT:
        stops = action.type in {OrderType.STOP_MARKET, OrderType.STOP_LIMIT}
        rises = stops == (action.side is Side.BUY)
        direction = TriggerDirection.RISES_TO if rises else TriggerDirection.FALLS_TO
        trigger = Trigger(price=Decimal(action.trigger), direction=direction)
    dated = action.lasts_ns > 0 or action.type is OrderType.LIMIT
    return OrderRequest(
        tenant=TENANT,
        account=ACCOUNT,
        symbol=SYMBOL,
        side=action.side,
        type=action.type,
        amount=BaseAmount(Decimal(action.quantity)),
        idempotency_key=_key(action.key),
        limit_price=plan.limit_price(action),
        trigger=trigger,
        trail=trail,
        time_in_force=TimeInForce.GTD if dated else TimeInForce.GTC,
        expires_ns=now_ns + (action.lasts_ns or 10 * _S) if dated else None,
        emulation=Emulation.FIRE_LATE if action.late else None,
    )
