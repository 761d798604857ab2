"""The scripted venue: honest in its own books, a liar on every wire that leads to them.

It answers at the port. Requests and answers get lost, late, doubled and garbled; the stream drops
and repeats; look-ups lag behind by up to ``settle_s``. What it never does is break the promises an
absence rule is built on: a request that arrives after its expiry is not executed, and a look-up
tells everything older than ``settle_s`` (order-path 5).
"""

from collections.abc import Callable
from decimal import Decimal
from random import Random

import msgspec

from algotradehub.domain.commands import Amend, Cancel, CancelAll, Place
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.evidence import (
    Acknowledged,
    Balance,
    CommandKind,
    Connection,
    Cumulative,
    Evidence,
    Execution,
    FeeSettled,
    Liquidity,
    OrderEvidence,
    OrderState,
    Refused,
)
from algotradehub.domain.ids import Asset, ClientOrderId, ExecutionId, Symbol, VenueId, VenueOrderId
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.money import ONE, ZERO
from algotradehub.domain.order import BaseAmount, OrderStatus, OrderType, TimeInForce
from algotradehub.simulation.admission import held, objection
from algotradehub.simulation.dead_man import DeadMan
from algotradehub.simulation.prices import Walk
from algotradehub.simulation.rules import VenueRules
from algotradehub.simulation.timeline import Source, Timeline
from algotradehub.simulation.truth import VenueOrder
from algotradehub.simulation.wires import Wire, Wires

_S = 1_000_000_000
_MS = 1_000_000
VENUE = VenueId("scripted")
SYMBOL = Symbol("BTC/USDT")
INSTRUMENT = Instrument(
    venue=VENUE,
    symbol=SYMBOL,
    venue_symbol="BTCUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal(1)),
    lot=Decimal(1),
    min_quantity=Decimal(1),
    maker_fee=Decimal("0.001"),
    taker_fee=Decimal("0.001"),
)
OPENING = {Asset("BTC"): Decimal(1_000), Asset("USDT"): Decimal(1_000_000)}
_MARKET_PRICE = Decimal(100)
_HALF = Decimal("0.5")


class ScriptedVenue:
    """The venue's side: it outlives every process of ours.

    Attributes:
        watcher: Told after every change of the truth.
        market: Shown every order that was accepted; decides what of it fills, and when.
        asked_to_place: Orders that our processes handed to the wire.
        lost: Requests of which they could not be told what became of them.
    """

    def __init__(
        self,
        timeline: Timeline,
        random: Random,
        rules: VenueRules,
        prices: Random | None = None,
    ) -> None:
        self.timeline = timeline
        self.random = random
        self.rules = rules
        self.orders: dict[VenueOrderId, VenueOrder] = {}
        self.by_client_id: dict[ClientOrderId, VenueOrder] = {}
        self.places: dict[ClientOrderId, int] = {}  # requests that reached the venue, per id
        self.balances = dict(OPENING)
        self.deposits: list[tuple[Asset, Decimal]] = []
        self.calls = self.asked_to_place = self.lost = 0
        self.requests: list[bytes] = []  # as they came in
        self.watcher: Callable[[], None] = lambda: None
        self.market: Callable[[VenueOrder], None] = self._draw_fills
        self._deliver: Callable[[Evidence], None] | None = None
        self._stream = Source(timeline)
        self.wires = Wires(timeline, random, self._stream, self._tell)
        self._last_ns = 0
        self.walk = Walk(timeline, prices or Random(0))
        self.dead_man = DeadMan(timeline, lambda: self.cancel_all(CancelAll()))

    def connect(self, deliver: Callable[[Evidence], None] | None) -> None:
        """Send what happens from now on to ``deliver``; None: nobody listens."""
        self._deliver = deliver

    def stamp(self) -> int:
        """The venue's time, different for every change."""
        self._last_ns = max(self._last_ns + 1, self.timeline.now_ns)
        return self._last_ns

    def place(self, command: Place, sent_ns: int) -> OrderEvidence:
        """Execute a place request that arrived, and return the honest answer."""
        request = command.request
        client_order_id = command.client_order_id
        self.places[client_order_id] = self.places.get(client_order_id, 0) + 1
        if self.timeline.now_ns > sent_ns + int(self.rules.expiry_s * _S):
            return _refused(command, "EXPIRED", "the request came too late")
        earlier = self.by_client_id.get(client_order_id)
        if earlier is not None and (earlier.is_open or not self.rules.ids_reusable):
            return _refused(command, "DUPLICATE", "the client order id is taken")
        if request.symbol != SYMBOL or not isinstance(request.amount, BaseAmount):
            return _refused(command, "UNSUPPORTED", f"only {SYMBOL}, in base units")
        quantity, price = request.amount.quantity, request.limit_price
        if request.type is OrderType.MARKET:
            price = _MARKET_PRICE
        broken = objection(
            request.side, quantity, price, instrument=INSTRUMENT, available=self._available()
        )
        if broken is not None:
            return _refused(command, *broken)
        if self.random.random() < self.rules.refuse:
            return _refused(command, "FUNDS", "insufficient balance")
        order = self._open(
            client_order_id,
            request.side,
            request.type,
            quantity,
            request.limit_price,
            at_once=request.type is OrderType.MARKET or request.time_in_force is TimeInForce.IOC,
        )
        self.market(order)
        if order.at_once and order.is_open:
            self._close(order, OrderStatus.CANCELLED if order.filled else OrderStatus.EXPIRED)
        return Acknowledged(
            command=CommandKind.PLACE,
            client_order_id=client_order_id,
            venue_order_id=order.venue_order_id,
            venue_time_ns=self._last_ns,
        )

    def place_by_hand(
        self, side: Side, quantity: Decimal, price: Decimal, name: ClientOrderId | None = None
    ) -> None:
        """Somebody trades on the same account: on the venue's own page, or with a program."""
        order = self._open(None, side, OrderType.LIMIT, quantity, price, strangers_name=name)
        self.market(order)

    def deposit(self, asset: Asset, amount: Decimal) -> None:
        """Money comes to the account, or leaves it."""
        self.balances[asset] += amount
        self.deposits.append((asset, amount))
        for balance in self.told_balances(self.stamp()):
            self.push(balance)
        self.watcher()

    def cancel(self, command: Cancel) -> OrderEvidence:
        order = self._find(command.client_order_id, command.venue_order_id)
        if order is None or not order.is_open or self._is_forestalled(order):
            return _refused(command, "UNKNOWN", "no such open order", order_unknown=True)
        self._close(order, OrderStatus.CANCELLED)
        return Acknowledged(
            command=CommandKind.CANCEL,
            client_order_id=command.client_order_id,
            venue_order_id=order.venue_order_id,
        )

    def cancel_all(self, command: CancelAll) -> None:
        """End every open order; the answer is the end of each."""
        for order in self.orders.values():
            if order.is_open and command.symbol in {None, order.symbol}:
                self._close(order, OrderStatus.CANCELLED)

    def amend(self, command: Amend, sent_ns: int) -> OrderEvidence:
        order = self._find(command.client_order_id, command.venue_order_id)
        late = self.timeline.now_ns > sent_ns + int(self.rules.expiry_s * _S)
        if late or order is None or not order.is_open or self._is_forestalled(order):
            return _refused(command, "UNKNOWN", "no such open order", order_unknown=True)
        amendment = command.amendment
        quantity = order.quantity if amendment.quantity is None else amendment.quantity
        if quantity <= order.filled:
            return _refused(command, "QUANTITY", "already filled as much as that")
        price = order.price if amendment.limit_price is None else amendment.limit_price
        broken = objection(
            order.side,
            quantity - order.filled,
            price,
            instrument=INSTRUMENT,
            available=self._available(without=order),
        )
        if broken is not None:
            return _refused(command, *broken)
        order.quantity, order.price = quantity, price
        self.push(order.changed(self.stamp()))
        self.watcher()
        return Acknowledged(
            command=CommandKind.AMEND,
            client_order_id=command.client_order_id,
            venue_order_id=order.venue_order_id,
        )

    def told_balances(self, at_ns: int) -> list[Balance]:
        """What the account has, and what of it no open order holds back."""
        available = self._available()
        return [
            Balance(asset=asset, total=total, available=available[asset], venue_time_ns=at_ns)
            for asset, total in self.balances.items()
        ]

    def push(self, evidence: Evidence) -> None:
        """Tell the stream, if it is up: late, twice, or out of order."""
        if self._deliver is None or not self.wires.is_up(Wire.STREAM):
            return
        deliver = self._deliver
        if isinstance(evidence, OrderState) and not self.rules.states_tell_totals:
            evidence = msgspec.structs.replace(evidence, filled=None, value=None)
        for _ in range(2 if self.random.random() < self.rules.duplicate else 1):
            delay_ns = self.random.randint(1 * _MS, 80 * _MS)
            if self.random.random() < self.rules.reorder:
                self.timeline.after(delay_ns + 400 * _MS, deliver, evidence)
            else:
                self._stream.after(delay_ns, deliver, evidence)

    def _tell(self, event: Connection) -> None:
        if self._deliver is not None:
            self._deliver(event)

    def _open(
        self,
        client_order_id: ClientOrderId | None,
        side: Side,
        type_: OrderType,
        quantity: Decimal,
        price: Decimal | None,
        *,
        at_once: bool = False,
        strangers_name: ClientOrderId | None = None,
    ) -> VenueOrder:
        order = VenueOrder(
            venue_order_id=VenueOrderId(f"V{len(self.orders) + 1}"),
            client_order_id=client_order_id,
            symbol=SYMBOL,
            side=side,
            type_=type_,
            quantity=quantity,
            price=price,
            at_once=at_once,
            at_ns=self.stamp(),
            strangers_name=strangers_name,
        )
        self.orders[order.venue_order_id] = order
        if client_order_id is not None:
            self.by_client_id[client_order_id] = order
        if self.rules.tells_open:
            self.push(order.changed(self.stamp()))
        self.watcher()
        return order

    def _find(
        self, client_order_id: ClientOrderId | None, venue_order_id: VenueOrderId | None
    ) -> VenueOrder | None:
        if venue_order_id is not None:
            return self.orders.get(venue_order_id)
        return None if client_order_id is None else self.by_client_id.get(client_order_id)

    def _is_forestalled(self, order: VenueOrder) -> bool:
        """Whether ``order`` fills wholly just before it could be changed; it may fill in part."""
        if self.random.random() < self.rules.crosses:
            self._fill_share(order, self.random.choice((_HALF, _HALF, ONE)))
        return not order.is_open

    def _draw_fills(self, order: VenueOrder) -> None:
        random = self.random
        pieces = random.choice((0, 1, 1, 2, 3))
        if order.type is OrderType.MARKET:
            pieces = max(1, pieces)
        delay_ns = 0
        for _ in range(pieces):
            share = random.choice((Decimal("0.4"), Decimal("0.7"), Decimal(1)))
            if order.at_once:
                self._fill_share(order, share)
            else:
                delay_ns += random.randint(0, 8 * _S)
                self.timeline.after(delay_ns, self._fill_share, order, share)

    def _fill_share(self, order: VenueOrder, share: Decimal) -> None:
        quantity = (order.remaining * share).to_integral_value()
        if quantity > ZERO:
            self.fill(order, quantity, _MARKET_PRICE if order.price is None else order.price)

    def fill(self, order: VenueOrder, quantity: Decimal, price: Decimal) -> None:
        """Fill so much of an open order, book it, and tell it."""
        value = price * quantity
        fee = value * INSTRUMENT.maker_fee
        order.filled += quantity
        order.value += value
        whole = order.filled == order.quantity
        order.status = OrderStatus.FILLED if whole else OrderStatus.PARTIALLY_FILLED
        at_ns = self.stamp()
        state = order.changed(at_ns)
        # Execution ids repeat from order to order, as some venues' do (order-path 8).
        execution = Execution(
            client_order_id=order.told_client_id if self.rules.names_client_id else None,
            venue_order_id=order.venue_order_id,
            execution_id=ExecutionId(f"E{len(order.executions) + 1}"),
            symbol=SYMBOL,
            side=order.side,
            price=price,
            quantity=quantity,
            fee=fee,
            fee_asset=INSTRUMENT.quote,
            venue_time_ns=at_ns,
            liquidity=Liquidity.MAKER,
            status=order.status if self.rules.tells_totals else None,
            cumulative=order.filled if self.rules.tells_totals else None,
        )
        order.executions.append((at_ns, execution))
        sign = order.side.sign
        self.balances[INSTRUMENT.base] += sign * quantity
        self.balances[INSTRUMENT.quote] -= sign * value + fee
        self._tell_fill(order, execution)
        if order.status is OrderStatus.FILLED:
            self.push(state)
        for balance in self.told_balances(at_ns):
            self.push(balance)
        self.watcher()

    def _tell_fill(self, order: VenueOrder, execution: Execution) -> None:
        if self.rules.cumulative_only:
            self.push(
                Cumulative(
                    client_order_id=execution.client_order_id,
                    venue_order_id=order.venue_order_id,
                    symbol=SYMBOL,
                    side=order.side,
                    filled=order.filled,
                    value=order.value,
                    venue_time_ns=execution.venue_time_ns,
                )
            )
            return
        if not self.rules.late_fees:
            self.push(execution)
            return
        assert execution.fee is not None  # noqa: S101 - made with one above
        assert execution.fee_asset is not None  # noqa: S101 - likewise
        self.push(_without_fee(execution))
        self.push(
            FeeSettled(
                client_order_id=execution.client_order_id,
                venue_order_id=order.venue_order_id,
                execution_id=execution.execution_id,
                symbol=SYMBOL,
                side=order.side,
                fee=execution.fee,
                fee_asset=execution.fee_asset,
            )
        )

    def _close(self, order: VenueOrder, status: OrderStatus) -> None:
        order.status = status
        self.push(order.changed(self.stamp()))
        self.watcher()

    def _available(self, *, without: VenueOrder | None = None) -> dict[Asset, Decimal]:
        available = dict(self.balances)
        for order in self.orders.values():
            if order.is_open and order is not without:
                price = _MARKET_PRICE if order.price is None else order.price
                asset, amount = held(order.side, order.remaining, price, INSTRUMENT)
                available[asset] -= amount
        return available


def _without_fee(execution: Execution) -> Execution:
    return msgspec.structs.replace(execution, fee=None, fee_asset=None)


def _refused(
    command: Place | Cancel | Amend, code: str, reason: str, *, order_unknown: bool = False
) -> Refused:
    kinds = {Place: CommandKind.PLACE, Cancel: CommandKind.CANCEL, Amend: CommandKind.AMEND}
    return Refused(
        command=kinds[type(command)],
        client_order_id=command.client_order_id,
        code=code,
        reason=reason,
        category=ErrorCategory.INVALID_REQUEST,
        order_unknown=order_unknown,
    )
