"""Runs strategies in the loop: events in, commands out through the order manager, one at a time."""

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final, Protocol, TypeAlias, runtime_checkable

import msgspec

from algotradehub.domain.errors import (
    AlgoTradeHubError,
    Conflict,
    InvalidRequest,
    NotFound,
    NotReady,
    Refusal,
    RiskRefused,
    Unsupported,
)
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import (
    AccountId,
    ClientOrderId,
    IdempotencyKey,
    StrategyId,
    TenantId,
    VenueId,
)
from algotradehub.domain.market import MarketEvent
from algotradehub.domain.order import Order, OrderRequest
from algotradehub.ports.bus import Alert, Bus, Fact, FillChanged, OrderChanged
from algotradehub.ports.clock import Clock
from algotradehub.ports.strategy import (
    AmendOrder,
    CancelOrder,
    PlaceOrder,
    Strategy,
    StrategyCommand,
    View,
)
from algotradehub.ports.venue import Channel
from algotradehub.trading.desk_view import DeskView
from algotradehub.trading.market_data import MarketDataManager
from algotradehub.trading.orders import OrderManager
from algotradehub.trading.state import DeskState

EVENTS_WAITING: Final = 10_000  # per strategy; one that falls further behind is stopped
EVENTS_AT_ONCE: Final = 100  # then the loop gets its turn
COMMANDS_OF_ONE_EVENT: Final = 100
ALERT_EVERY_NS: Final = 60_000_000_000  # about refused commands, per strategy
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_REFUSALS: Final = (InvalidRequest, Unsupported, NotFound, Conflict, RiskRefused, NotReady)

_Event: TypeAlias = MarketEvent | Order | Fill


@runtime_checkable
class HearsRefusals(Protocol):
    """A strategy that wants to know which of its commands were refused, and why."""

    def on_refused(
        self, command: StrategyCommand, error: AlgoTradeHubError, view: View
    ) -> None: ...


class RunningStrategy:
    """One strategy at work, until it is stopped or raises.

    Market events are handled in the loop iteration that read them. Facts of the bus wait: for the
    end of the event whose commands caused them, or for the next iteration, because a command must
    not run inside the very change that it answers.

    A command that places is an order of this strategy: tenant, strategy and idempotency key are
    set here, whatever the request says. The key is ``name:epoch:count``. The epoch rises with
    every start and is on the disk before anything is sent, so a restarted strategy never repeats
    a key, and a new intention is never taken for an old one.
    """

    def __init__(
        self,
        strategy: Strategy,
        *,
        orders: OrderManager,
        state: DeskState,
        bus: Bus,
        clock: Clock,
        epoch: int,
        tenant: TenantId,
        accounts: frozenset[AccountId],
    ) -> None:
        self.name = strategy.name
        self.tenant = tenant
        self.accounts = accounts
        self.commands = 0  # carried out
        self.refused = 0
        self.stopped: str | None = None  # why, once it no longer runs
        self._strategy = strategy
        self._orders = orders
        self._state = state
        self._bus = bus
        self._clock = clock
        self._epoch = epoch
        self._view = DeskView(orders=orders, state=state, tenant=tenant, accounts=accounts)
        self._placed = 0
        self._waiting: deque[_Event] = deque()
        self._handling = False
        self._scheduled = False
        self._connected = False
        self._alerted_ns: int | None = None
        self._leave: list[Callable[[], None]] = []

    def attach(
        self, market: MarketDataManager, channels: Iterable[tuple[VenueId, Channel]]
    ) -> None:
        """Begin to hear. What fails half way leaves nothing behind.

        Raises:
            NotFound: No such venue or symbol.
            Unsupported: The venue has no such channel.
        """
        try:
            self._leave.append(self._bus.subscribe(self._on_fact, accounts=self.accounts))
            for venue, channel in channels:
                self._leave.append(market.listen(venue, channel, self._on_market))
        except BaseException:
            self.stop("it could not be started")
            raise

    def stop(self, reason: str) -> None:
        """Hear nothing more and ask for nothing more. Orders at the venue stay as they are."""
        self.stopped = self.stopped or reason
        self._waiting.clear()
        while self._leave:
            self._leave.pop()()

    def _on_market(self, event: MarketEvent) -> None:
        if self._connected or self._accounts_connected():
            self._take(event)
            self._handle_waiting()

    def _on_fact(self, fact: Fact) -> None:
        match fact:
            case OrderChanged(order=order) if order.request.strategy == self.name:
                self._take(order)
            case FillChanged(fill=fill) if self._is_ours(fill.order_id):
                self._take(fill)
            case _:
                return
        self._schedule()

    def _is_ours(self, order_id: ClientOrderId) -> bool:
        order = self._state.orders.get(order_id)
        return order is not None and order.request.strategy == self.name

    def _accounts_connected(self) -> bool:
        """Before an account was connected once, its instruments are not known."""
        desks = (self._orders.desk(account, self.tenant) for account in self.accounts)
        self._connected = all(desk.instruments for desk in desks)
        return self._connected

    def _take(self, event: _Event) -> None:
        if self.stopped is not None:
            return
        if len(self._waiting) >= EVENTS_WAITING:
            self._fail(f"{EVENTS_WAITING} events were waiting for it")
        else:
            self._waiting.append(event)

    def _schedule(self) -> None:
        if self._waiting and not (self._scheduled or self._handling):
            self._scheduled = True
            self._clock.after(0, self._on_turn)

    def _on_turn(self) -> None:
        self._scheduled = False
        self._handle_waiting()

    def _handle_waiting(self) -> None:
        if self._handling:
            return  # whoever is handling will come to it
        self._handling = True
        try:
            for _ in range(EVENTS_AT_ONCE):
                if not self._waiting:
                    break
                self._handle(self._waiting.popleft())
        finally:
            self._handling = False
        self._schedule()

    def _handle(self, event: _Event) -> None:
        self._view.now_ns = self._clock.now_ns()
        try:
            commands = _checked(self._ask(event))
        except Exception as error:  # noqa: BLE001 - whatever a strategy does, it hurts itself only
            self._fail(f"it raised {error!r} at {type(event).__name__}")
            return
        for command in commands:
            if self.stopped is not None:
                return
            try:
                self._carry_out(command)
            except _REFUSALS as error:
                self._refuse(command, error)
            else:
                self.commands += 1

    def _ask(self, event: _Event) -> Sequence[StrategyCommand]:
        match event:
            case Order():
                return self._strategy.on_order(event, self._view)
            case Fill():
                return self._strategy.on_fill(event, self._view)
            case _:
                return self._strategy.on_market(event, self._view)

    def _carry_out(self, command: StrategyCommand) -> None:
        match command:
            case PlaceOrder(request=request):
                self._orders.submit(self._own(request))
            case CancelOrder(order_id=order_id):
                self._require(order_id)
                self._orders.cancel(self.tenant, order_id)
            case AmendOrder(order_id=order_id, amendment=amendment):
                self._require(order_id)
                self._orders.amend(self.tenant, order_id, amendment)

    def _own(self, request: OrderRequest) -> OrderRequest:
        self._view.require(request.account)
        self._placed += 1
        return msgspec.structs.replace(
            request,
            tenant=self.tenant,
            strategy=StrategyId(self.name),
            idempotency_key=IdempotencyKey(f"{self.name}:{self._epoch}:{self._placed}"),
        )

    def _require(self, order_id: ClientOrderId) -> None:
        self._view.require(self._orders.order(self.tenant, order_id).request.account)

    def _refuse(self, command: StrategyCommand, error: AlgoTradeHubError) -> None:
        self.refused += 1
        if isinstance(self._strategy, HearsRefusals):
            try:
                self._strategy.on_refused(command, error, self._view)
            except Exception as failure:  # noqa: BLE001 - as in _handle
                self._fail(f"it raised {failure!r} when told of a refused command")
            return
        now_ns = self._clock.monotonic_ns()
        if self._alerted_ns is None or now_ns - self._alerted_ns >= ALERT_EVERY_NS:
            self._alerted_ns = now_ns
            kind = type(command).__name__
            self._alert("strategy_refused", f"{kind} was refused, {self.refused} so far: {error}")

    def _fail(self, reason: str) -> None:
        self.stop(reason)
        left = sum(
            self._is_ours(order_id)
            for account in self.accounts
            for order_id in self._state.live.get(account, ())
        )
        self._alert(
            "strategy_stopped", f"{reason}; {left} open orders of it stay: see to them by hand"
        )

    def _alert(self, name: str, detail: str) -> None:
        account = min(self.accounts)  # told to those who may see it, and to nobody else
        at_ns = self._clock.now_ns()
        detail = f"strategy {self.name}: {detail}"
        self._bus.publish(Alert(name=name, detail=detail, account=account, at_ns=at_ns))


def _checked(commands: Sequence[StrategyCommand]) -> Sequence[StrategyCommand]:
    """What a strategy answered, looked at as what it is: somebody else's code."""
    if len(commands) > COMMANDS_OF_ONE_EVENT:
        raise ValueError(f"{len(commands)} commands at once; {COMMANDS_OF_ONE_EVENT} are allowed")
    for command in commands:
        if not isinstance(command, PlaceOrder | CancelOrder | AmendOrder):
            raise TypeError(f"{command!r} is no command")
    return commands


class StrategyHost:
    """Starts strategies and stops them all at the end.

    Args:
        epoch: Of the lease this process owns its accounts by; see ``RunningStrategy``.
    """

    def __init__(
        self,
        *,
        orders: OrderManager,
        state: DeskState,
        market: MarketDataManager,
        bus: Bus,
        clock: Clock,
        epoch: int,
    ) -> None:
        self._orders = orders
        self._state = state
        self._market = market
        self._bus = bus
        self._clock = clock
        self._epoch = epoch
        self._running: dict[str, RunningStrategy] = {}

    @property
    def running(self) -> tuple[RunningStrategy, ...]:
        """Every strategy started so far, also those that have stopped."""
        return tuple(self._running.values())

    def start(
        self,
        strategy: Strategy,
        *,
        tenant: TenantId,
        accounts: Collection[AccountId],
        channels: Iterable[tuple[VenueId, Channel]],
    ) -> RunningStrategy:
        """Run ``strategy`` on some accounts of ``tenant`` and the market data it asks for.

        It hears of its own orders and fills only, and may act on these accounts only.

        Raises:
            InvalidRequest: The name is taken or not usable, or an account is not the tenant's.
            NotFound: No such venue or symbol.
            Unsupported: The venue has no such channel.
        """
        name = strategy.name
        if not _NAME.fullmatch(name):
            rule = "1 to 32 letters, digits, dots, dashes and underscores"
            raise InvalidRequest(Refusal(field="strategy.name", rule=rule, value=name))
        if name in self._running:
            rule = "a name that no strategy had since the start"
            raise InvalidRequest(Refusal(field="strategy.name", rule=rule, value=name))
        if not accounts:
            raise InvalidRequest(
                Refusal(field="strategy.accounts", rule="at least one account", value="none")
            )
        for account in accounts:
            self._orders.desk(account, tenant)
        running = RunningStrategy(
            strategy,
            orders=self._orders,
            state=self._state,
            bus=self._bus,
            clock=self._clock,
            epoch=self._epoch,
            tenant=tenant,
            accounts=frozenset(accounts),
        )
        running.attach(self._market, channels)
        self._running[name] = running
        return running

    def stop(self) -> None:
        for running in self._running.values():
            running.stop("the platform stops")
