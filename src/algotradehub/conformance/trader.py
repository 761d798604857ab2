"""Somebody who trades through one account and keeps what the account says."""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Protocol, TypeAlias

from algotradehub.domain.commands import Amend, Cancel, Place
from algotradehub.domain.evidence import (
    Acknowledged,
    CommandKind,
    Execution,
    Found,
    Lost,
    NotSent,
    OrderState,
    Refused,
)
from algotradehub.domain.ids import (
    ClientOrderId,
    IdempotencyKey,
    Symbol,
    TenantId,
    pack_client_order_id,
)
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.order import (
    Amendment,
    Amount,
    BaseAmount,
    OrderRequest,
    OrderType,
    TimeInForce,
    Trail,
    Trigger,
)
from algotradehub.ports.venue import OrderName, TradingAccount, Word

Answer: TypeAlias = Acknowledged | Refused | NotSent | Lost
_MS = 1_000_000
_SEND_WITHIN_NS = 5_000_000_000


class World(Protocol):
    """One connected account, and a market with nobody in it but whom ``rest`` puts there."""

    @property
    def account(self) -> TradingAccount: ...

    @property
    def events(self) -> Sequence[Word]:
        """All that reached the account's sink, in order."""
        ...

    @property
    def instrument(self) -> Instrument:
        """What is traded.

        The account can pay for ten times ``quantity`` at ``price``, and on spot deliver as much,
        but not for a million times.
        """
        ...

    @property
    def price(self) -> Decimal:
        """A valid price, and so are those of up to 100 ticks below and above."""
        ...

    @property
    def quantity(self) -> Decimal:
        """A valid quantity that is an even number of lots; half of it is valid too."""
        ...

    def now_ns(self) -> int: ...

    async def pass_time(self, seconds: float) -> None:
        """Let timers run and messages arrive."""
        ...

    def rest(self, side: Side, price: Decimal, quantity: Decimal) -> None:
        """Somebody else places a limit order; it takes what it crosses, and the rest stays."""
        ...


Check: TypeAlias = Callable[[World], Awaitable[None]]


class Trader:
    """Sends requests about ``world.instrument`` and sorts the evidence by order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.price = world.price
        self.quantity = world.quantity
        self.tick = world.instrument.price_step(world.price)
        self._count = 0

    @property
    def account(self) -> TradingAccount:
        return self.world.account

    async def quiet(self) -> None:
        """Wait until whatever is under way has arrived and can be looked up."""
        await self.world.pass_time(1.0 + self.account.capabilities.absence.settle_s)

    def new_id(self) -> ClientOrderId:
        self._count += 1
        return pack_client_order_id(
            ms=self.world.now_ns() // _MS, counter=self._count, tag=7, random=self._count
        )

    async def place(
        self,
        side: Side = Side.BUY,
        *,
        price: Decimal | None = None,
        amount: Amount | None = None,
        order_type: OrderType = OrderType.LIMIT,
        time_in_force: TimeInForce = TimeInForce.GTC,
        symbol: Symbol | None = None,
        client_order_id: ClientOrderId | None = None,
        expires_ns: int | None = None,
        send_before_ns: int | None = None,
        post_only: bool = False,
        reduce_only: bool = False,
        trigger: Trigger | None = None,
        trail: Trail | None = None,
    ) -> ClientOrderId:
        """Place an order, by default a resting buy, and wait for what comes of it."""
        order_id = client_order_id or self.new_id()
        request = OrderRequest(
            tenant=TenantId("conformance"),
            account=self.account.id,
            symbol=symbol or self.world.instrument.symbol,
            side=side,
            type=order_type,
            amount=amount or BaseAmount(self.quantity),
            idempotency_key=IdempotencyKey(order_id),
            limit_price=price,
            time_in_force=time_in_force,
            expires_ns=expires_ns,
            post_only=post_only,
            reduce_only=reduce_only,
            trigger=trigger,
            trail=trail,
        )
        if send_before_ns is None:
            send_before_ns = self.world.now_ns() + _SEND_WITHIN_NS
        self.account.send(
            Place(client_order_id=order_id, request=request, send_before_ns=send_before_ns)
        )
        await self.quiet()
        return order_id

    async def amend(
        self,
        order_id: ClientOrderId,
        *,
        quantity: Decimal | None = None,
        limit_price: Decimal | None = None,
        trigger_price: Decimal | None = None,
    ) -> None:
        command = Amend(
            client_order_id=order_id,
            venue_order_id=None,
            symbol=self.world.instrument.symbol,
            side=Side.BUY,
            amendment=Amendment(
                quantity=quantity, limit_price=limit_price, trigger_price=trigger_price
            ),
            send_before_ns=self.world.now_ns() + _SEND_WITHIN_NS,
        )
        self.account.send(command)
        await self.quiet()

    async def cancel(self, order_id: ClientOrderId) -> None:
        command = Cancel(
            client_order_id=order_id,
            venue_order_id=None,
            symbol=self.world.instrument.symbol,
            side=Side.BUY,
        )
        self.account.send(command)
        await self.quiet()

    def answers(self, order_id: ClientOrderId, kind: CommandKind) -> list[Answer]:
        return [
            event
            for event in self.world.events
            if isinstance(event, Answer)
            and event.command is kind
            and event.client_order_id == order_id
        ]

    def executions(self, order_id: ClientOrderId) -> list[Execution]:
        return [
            event
            for event in self.world.events
            if isinstance(event, Execution) and event.client_order_id == order_id
        ]

    async def state(self, order_id: ClientOrderId) -> OrderState | None:
        """The order as the venue finds it; None if it does not."""
        name = OrderName(
            client_order_id=order_id,
            venue_order_id=None,
            symbol=self.world.instrument.symbol,
            side=Side.BUY,
        )
        answer = await self.account.find(name)
        return answer.state if isinstance(answer, Found) else None

    async def open_ids(self) -> list[ClientOrderId | None]:
        return [state.client_order_id for state in await self.account.open_orders()]

    async def found(self, order_id: ClientOrderId) -> OrderState:
        state = await self.state(order_id)
        if state is None:
            raise AssertionError(f"the venue has {order_id} on record")
        return state

    def only(self, order_id: ClientOrderId, kind: CommandKind, wanted: type) -> Answer:
        """The one answer to the one request of its kind, which is a ``wanted``."""
        answers = self.answers(order_id, kind)
        expect(len(answers) == 1, f"one answer to {kind} {order_id}: {answers}")
        expect(type(answers[0]) is wanted, f"{kind} ends in {wanted.__name__}: {answers[0]}")
        return answers[0]


def expect(truth: bool, sentence: str) -> None:  # noqa: FBT001 - an assertion's condition
    if not truth:
        raise AssertionError(sentence)
