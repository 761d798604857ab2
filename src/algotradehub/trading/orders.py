"""The order manager: takes requests, makes them durable, sends them, and never sends one twice."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, Protocol

import msgspec

from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.emulation import Emulation
from algotradehub.domain.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    NotReady,
    Refusal,
    RiskRefused,
)
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, TenantId, VenueId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.order import (
    UNANSWERED_STATUSES,
    Amendment,
    Order,
    OrderRequest,
    OrderStatus,
    Origin,
    Permit,
)
from algotradehub.domain.records import AmendAsked, HaltSet, PauseSet
from algotradehub.ports.clock import Clock
from algotradehub.ports.ids import IdSource
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.dispatch import NEVER_SENT, Dispatch
from algotradehub.trading.explanation import Explanation, explained
from algotradehub.trading.inbox import Inbox
from algotradehub.trading.intake import Intake
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.names import unknown
from algotradehub.trading.new_order import SEND_WITHIN_NS, emulated, new_order
from algotradehub.trading.outlook import Outlook, if_unplugged, why_not_sent
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.risk.engine import RiskEngine
from algotradehub.trading.state import DeskState
from algotradehub.trading.validation import amend_refusals, refusals

_NO_ACCOUNT: Final = AccountId("")  # a venue's pause is no account's
_replace: Final = msgspec.structs.replace


class ReferencePrices(Protocol):
    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal | None:
        """The price ``side`` would trade at now, in quote units; None if none is known."""
        ...


class OrderManager:
    """Submit, cancel, amend, halt. What venues say arrives through ``Intake``."""

    def __init__(
        self,
        *,
        state: DeskState,
        recorder: Recorder,
        intake: Intake,
        dispatch: Dispatch,
        risk: RiskEngine,
        prices: ReferencePrices,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._state = state
        self._recorder = recorder
        self._intake = intake
        self._dispatch = dispatch
        self._risk = risk
        self._prices = prices
        self._clock = clock
        self._ids = ids
        self._desks: dict[AccountId, AccountDesk] = {}

    def open(self, desk: AccountDesk) -> Inbox:
        """Take an account in; what it says goes to the returned inbox."""
        self._desks[desk.account_id] = desk
        return Inbox(self._intake, desk)

    @property
    def desks(self) -> tuple[AccountDesk, ...]:
        return tuple(self._desks.values())

    def desk(self, account: AccountId, tenant: TenantId) -> AccountDesk:
        """The account, if ``tenant`` owns it.

        Raises:
            InvalidRequest: It does not exist for this tenant; ``account`` is the field.
        """
        desk = self._desks.get(account)
        if desk is None or desk.tenant != tenant:
            known = [name for name, other in self._desks.items() if other.tenant == tenant]
            raise InvalidRequest(unknown("account", "an account of yours", account, known))
        return desk

    def submit(
        self, request: OrderRequest, *, durable: Callable[[Order], None] | None = None
    ) -> Order:
        """Make ``request`` an order and send it, or return the order its key already stands for.

        Two phases (order-path 2): it is recorded first; its release to the venue follows at once,
        or after the sync where the account asks for that.

        Args:
            request: What is wanted.
            durable: Called once with the order when its intent is as durable as the account asks:
                from then on it may be promised to somebody. If the disk failed instead, the order
                is REJECTED with ``origin = unsent`` and promises nothing.

        Returns:
            The order as far as it is known: often PENDING; REJECTED with ``origin = risk`` when a
            limit of ours refused it.

        Raises:
            InvalidRequest: Fields or instrument rules are broken; nothing was claimed or recorded.
            Conflict: The key stands for another request.
            NotReady: Nothing new is accepted now; nothing was claimed, recorded or sent.
        """
        desk = self.desk(request.account, request.tenant)
        claimed = self._state.claimed(request.tenant, request.idempotency_key)
        if claimed is not None:
            order = self._repeated(claimed, request)
            if durable is not None:
                self._dispatch.when_durable(order, durable)
            return order
        symbol = request.symbol
        instrument = desk.instruments.get(symbol) or self._instrument(desk, symbol)
        reference = self._prices.reference(instrument.venue, symbol, request.side)
        now_ns = self._clock.now_ns()
        capabilities = desk.account.capabilities
        offered = capabilities if request.emulation is Emulation.REFUSE else desk.offered
        broken = refusals(request, instrument, offered, now_ns=now_ns, reference_price=reference)
        if broken:
            raise InvalidRequest(*broken)
        if desk.refusing is not None:
            raise NotReady(desk.refusing)
        order_id = self._ids.client_order_id(now_ns)
        order = new_order(request, reference, order_id=order_id, now_ns=now_ns)
        if offered is not capabilities:
            order = emulated(order, desk.guard.take_on(request, now_ns))
        order = self._judged(desk, order, instrument, reference)
        self._intake.require_listed(desk, instrument)
        self._dispatch.place(desk, order, durable)
        return self._state.orders[order.order_id]

    def submit_permitted(self, request: OrderRequest, permit: Permit) -> Order:
        """Send an order that no halt, stop or limit holds, and that never waits for the disk.

        For commands of the platform itself, which mint its key: no user's request comes here.

        Raises:
            InvalidRequest: Fields or instrument rules are broken; nothing was recorded.
            NotReady: The account is not connected; nothing was recorded or sent.
        """
        desk = self.desk(request.account, request.tenant)
        instrument = self._instrument(desk, request.symbol)
        reference = self._prices.reference(instrument.venue, request.symbol, request.side)
        now_ns = self._clock.now_ns()
        capabilities = desk.account.capabilities
        broken = refusals(
            request, instrument, capabilities, now_ns=now_ns, reference_price=reference
        )
        if broken:
            raise InvalidRequest(*broken)
        if desk.refusing is not None:
            raise NotReady(desk.refusing)
        order_id = self._ids.client_order_id(now_ns)
        order = new_order(request, reference, order_id=order_id, now_ns=now_ns)
        order = _replace(order, permit=permit)
        self._intake.keep_listed(desk, instrument)
        self._dispatch.place(desk, order, None)
        return self._state.orders[order.order_id]

    def cancel(self, tenant: TenantId, order_id: ClientOrderId) -> Order:
        """Want an order cancelled, until the venue says that it is, or that it ended otherwise.

        It never waits for the disk. A final order is returned as it is.

        Raises:
            NotFound: There is no such order for this tenant.
            NotReady: Its account is not open here.
        """
        order = self.order(tenant, order_id)
        if order.is_final:
            return order
        if self._dispatch.cancelled_unstored(order_id):
            return _replace(order, cancel_pending=True)
        desk = self.desk_of(order)
        if order.is_waiting:
            desk.guard.disarm(order, OrderStatus.CANCELLED, NEVER_SENT)
        else:
            self._dispatch.want_cancelled(desk, order)
        return self._state.orders[order_id]

    def fire(self, tenant: TenantId, order_id: ClientOrderId) -> Order:
        """Send an order that waits here for its price as if that had come (order-path 12).

        Raises:
            NotFound: There is no such order for this tenant.
            InvalidRequest: It does not wait here.
            RiskRefused: Its account is halted.
            NotReady: It could not be sent now; it goes on waiting.
        """
        order = self.order(tenant, order_id)
        if not order.is_waiting:
            rule = f"an order that waits here for its price; this one is {order.status}"
            raise InvalidRequest(Refusal(field="order_id", rule=rule, value=order_id))
        desk = self.desk_of(order)
        self._state.standing.require_open(desk.account_id, desk.account.venue)
        if self._dispatch.is_storing(order_id):
            raise NotReady(f"order {order_id} is being stored; try again in a moment")
        desk.guard.fire(order)
        return self._state.orders[order_id]

    def amend(self, tenant: TenantId, order_id: ClientOrderId, amendment: Amendment) -> Order:
        """Ask the venue to change a resting order (order-path 7).

        In place where the venue can; else the order is cancelled there, and what is left of it is
        placed again as a new leg. The record changes after the venue's confirmation only
        (Property 17a).

        Raises:
            NotFound: There is no such order for this tenant.
            InvalidRequest: The new values break a rule, or the order cannot be amended now.
            RiskRefused: A limit of ours forbids it.
            NotReady: Nothing new is accepted now.
        """
        order = self.order(tenant, order_id)
        desk = self.desk_of(order)
        capabilities = desk.account.capabilities
        self._require_amendable(desk, order)
        instrument = self._instrument(desk, order.request.symbol)
        broken = amend_refusals(order, amendment, instrument, capabilities)
        if order.emulated is not None and order.emulated.fired_ns and amendment.trigger_price:
            fired = Refusal(
                field="trigger_price",
                rule="not given once the order has fired",
                value=f"{amendment.trigger_price:f}",
            )
            broken = (*broken, fired)
        if broken:
            raise InvalidRequest(*broken)
        if desk.refusing is not None:
            raise NotReady(desk.refusing)
        side = order.request.side
        reference = self._prices.reference(instrument.venue, instrument.symbol, side)
        self._state.standing.require_open(desk.account_id, desk.account.venue)
        self._risk.check_amend(order, amendment, instrument, reference)
        if order.is_waiting:
            desk.guard.rearm(order, amendment)
            return self._state.orders[order_id]
        now_ns = self._clock.now_ns()
        replaced = capabilities.amend is AmendStyle.CANCEL_REPLACE
        asked = AmendAsked(
            order_id=order_id,
            amendment=amendment,
            send_before_ns=now_ns + SEND_WITHIN_NS,
            leg=self._ids.client_order_id(now_ns) if replaced else None,
        )
        self._dispatch.amend(desk, asked)
        return self._state.orders[order_id]

    def halt(
        self, account: AccountId, *, halted: bool, reason: str, by: str, stop: bool = False
    ) -> None:
        """Stop or resume new orders of one account; remembered over restarts.

        ``stop`` tells that the kill switch does it. A mere halt leaves a stop in force.
        """
        in_force = self._state.standing.halt_in_force(account)
        if halted and not stop and in_force is not None and in_force.stop:
            return
        self._recorder.keep(account, HaltSet(halted=halted, reason=reason, by=by, stop=stop))

    def pause(self, venue: VenueId, *, paused: bool, reason: str, by: str) -> None:
        """Stop or resume new orders at one venue; remembered over restarts. Cancels go on."""
        body = PauseSet(venue=venue, paused=paused, reason=reason, by=by)
        self._recorder.keep(_NO_ACCOUNT, body)

    def explain(self, request: OrderRequest) -> Explanation:
        """Say what every rule makes of ``request``; nothing is claimed, recorded or sent.

        Raises:
            InvalidRequest: There is no such account or symbol.
            NotReady: The account does not know its instruments yet.
        """
        desk = self.desk(request.account, request.tenant)
        instrument = self._instrument(desk, request.symbol)
        reference = self._prices.reference(instrument.venue, request.symbol, request.side)
        now_ns = self._clock.now_ns()
        return explained(
            request,
            desk=desk,
            instrument=instrument,
            reference=reference,
            now_ns=now_ns,
            standing=self._state.standing,
            risk=self._risk,
        )

    def limits(self, account: AccountId) -> RiskLimits:
        """What new orders of an account are held against."""
        return self._risk.limits_of(account)

    def order(self, tenant: TenantId, order_id: ClientOrderId) -> Order:
        """The order as it is known now.

        Raises:
            NotFound: There is no such order for this tenant.
        """
        order = self._state.order(order_id)
        if order is None or order.request.tenant != tenant:
            raise NotFound(f"there is no order {order_id}")
        return order

    def outlook(self, tenant: TenantId, order_id: ClientOrderId) -> tuple[str | None, Outlook]:
        """Why nothing of an order was sent, if that is so; what it does if we are unplugged.

        Raises:
            NotFound: There is no such order for this tenant.
        """
        order = self.order(tenant, order_id)
        desk = self._desks.get(order.request.account)
        is_storing = self._dispatch.is_storing(order_id)
        closed = None if desk is None else desk.closed(self._state.standing)
        now_ns = self._clock.now_ns()
        why = why_not_sent(order, is_storing=is_storing, closed=closed, now_ns=now_ns)
        dead_man = None if desk is None else desk.dead_man
        return why, if_unplugged(order, is_storing=is_storing, dead_man=dead_man)

    def desk_of(self, order: Order) -> AccountDesk:
        """The account of an order.

        Raises:
            NotReady: It is not open here.
        """
        desk = self._desks.get(order.request.account)
        if desk is None:
            account = order.request.account
            raise NotReady(f"{account} is not open here; add it to the settings to go on with it")
        return desk

    def _repeated(self, order_id: ClientOrderId, request: OrderRequest) -> Order:
        order = self._state.require(order_id)
        if order.request != request:
            raise Conflict(
                f"idempotency key {request.idempotency_key!r} stands for order {order_id}, which "
                "asks for something else; use a new key for a new order"
            )
        return order

    def _instrument(self, desk: AccountDesk, symbol: Symbol) -> Instrument:
        instrument = desk.instruments.get(symbol)
        if instrument is None:
            if not desk.instruments:
                raise NotReady(desk.refusing or f"{desk.account_id} has no instruments yet")
            raise InvalidRequest(unknown("symbol", "a listed symbol", symbol, desk.instruments))
        return instrument

    def _judged(
        self,
        desk: AccountDesk,
        order: Order,
        instrument: Instrument,
        reference: Decimal | None,
    ) -> Order:
        """A refusal by our own limits is an order too: its key is claimed (order-path 1)."""
        try:
            self._state.standing.require_open(desk.account_id, desk.account.venue)
            self._risk.check(order, instrument, reference)
        except RiskRefused as refused:
            return _replace(
                order, status=OrderStatus.REJECTED, origin=Origin.RISK, reason=str(refused)
            )
        return order

    def _require_amendable(self, desk: AccountDesk, order: Order) -> None:
        """At most one unanswered mutation per order (order-path 6)."""
        problem = None
        if order.is_waiting and not self._dispatch.is_storing(order.order_id):
            return
        if order.is_final or order.status in UNANSWERED_STATUSES:
            problem = f"an order that rests at the venue; this one is {order.status}"
        elif order.cancel_pending or order.amend_pending is not None:
            problem = "an order without another change under way"
        elif order.permit is not None:
            problem = "an order that was asked for; this one closes a position"
        if problem is not None:
            raise InvalidRequest(Refusal(field="order_id", rule=problem, value=order.order_id))
