"""A market maker: one bid and one ask around the middle, leaning against what it holds."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain.ids import AccountId, Symbol, VenueId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.market import MarketEvent, Quote
from algotradehub.domain.money import ONE, ZERO
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.ports.strategy import CancelOrder, StrategyCommand, View
from algotradehub.strategies.sdk import OwnStrategy

PAUSE_NS: Final = 1_000_000_000  # after a refusal: what was wrong needs time to change
_BPS: Final = Decimal(10_000)
_NS_PER_S: Final = 1_000_000_000
_SPENDABLE: Final = Decimal("1.01")  # an order and its fee cost no more than this times its value

BOUNDS: Final[dict[str, tuple[Decimal, Decimal]]] = {
    "value": (Decimal("0.01"), Decimal(10_000_000)),
    "max_value": (Decimal("0.01"), Decimal(1_000_000_000)),
    "half_spread_bps": (Decimal("0.01"), Decimal(1_000)),
    "requote_bps": (Decimal("0.01"), Decimal(1_000)),
    "skew_bps": (Decimal(0), Decimal(1_000)),
    "rest_s": (Decimal(0), Decimal(3_600)),
}


class MarketMakerParameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person may turn; ``BOUNDS`` has the limits of each."""

    value: Decimal = Decimal(200)  # of one order, quote units
    max_value: Decimal = Decimal(2_000)  # of what it may hold either way, quote units
    half_spread_bps: Decimal = Decimal(3)  # from the middle to either quote
    requote_bps: Decimal = Decimal(1)  # how far a quote may be from where it should be
    skew_bps: Decimal = Decimal(2)  # how far both quotes move when it holds all it may
    rest_s: Decimal = Decimal(2)  # so long a quote stays where it is, at least

    def __post_init__(self) -> None:
        for name, (low, high) in BOUNDS.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(
                    f"{name} must be between {low} and {high}, was {getattr(self, name)}"
                )


class MarketMaker(OwnStrategy):
    """Implements ``Strategy`` for one instrument of one account.

    On every quote it works out where its bid and ask should be: ``half_spread_bps`` from the
    middle, both moved down in proportion to what it holds (up, if it is short), so that its own
    trades bring the position back. A quote further than ``requote_bps`` from its place is
    cancelled, and replaced once the venue has said that it is gone: never two on one side. But it
    rests for ``rest_s`` first: where its quotes are the best, the middle moves with them, and it
    would chase itself. Orders are post-only, so it pays maker fees; it earns when the spread is
    worth more than these and than the moves of the price against it, and loses otherwise.

    It remembers nothing: orders and position are read from the view, so a restarted one goes on
    with the orders that the last one left.
    """

    def __init__(
        self,
        name: str,
        parameters: MarketMakerParameters,
        *,
        account: AccountId,
        venue: VenueId,
        symbol: Symbol,
    ) -> None:
        super().__init__(name, account=account, venue=venue, symbol=symbol)
        self._parameters = parameters
        self._paused_until_ns = 0

    def on_market(self, event: MarketEvent, view: View) -> Sequence[StrategyCommand]:
        ours = event.venue == self.venue and event.symbol == self.symbol
        if not (ours and isinstance(event, Quote)):
            return ()
        working = [
            order
            for order in view.open_orders(self.account, self.symbol)
            if order.request.strategy == self.name
        ]
        commands: list[StrategyCommand] = []
        for side in Side:
            resting = [order for order in working if order.request.side is side]
            commands += self._side(side, resting, event, view)
        return commands

    def on_order(self, order: Order, view: View) -> Sequence[StrategyCommand]:
        if order.status is OrderStatus.REJECTED:
            self._paused_until_ns = view.now_ns + PAUSE_NS
        return ()

    def _side(
        self, side: Side, resting: Sequence[Order], quote: Quote, view: View
    ) -> Iterator[StrategyCommand]:
        instrument = view.instrument(self.account, self.symbol)
        held = view.position(self.account, self.symbol).quantity
        price = self._price(side, instrument, held, quote)
        for index, order in enumerate(resting):
            # A second one can only be left over from a restart in mid-change.
            rested = view.now_ns - order.created_ns >= self._parameters.rest_s * _NS_PER_S
            if not order.cancel_pending and (index > 0 or (rested and self._is_off(order, price))):
                yield CancelOrder(order.order_id)
        if not resting and price > ZERO and view.now_ns >= self._paused_until_ns:
            quantity = self._quantity(instrument, price)
            if self._may_hold(held + side.sign * quantity, held, instrument, price) and (
                self._can_pay(side, instrument, price, quantity, view)
            ):
                yield self.place(side, quantity, limit_price=price, post_only=True)

    def _price(self, side: Side, instrument: Instrument, held: Decimal, quote: Quote) -> Decimal:
        parameters = self._parameters
        mid = quote.mid
        share = instrument.notional(mid, held) / parameters.max_value
        lean = parameters.skew_bps * max(-ONE, min(ONE, share))
        wanted = mid * (ONE - (lean + side.sign * parameters.half_spread_bps) / _BPS)
        # Never through the other side: a post-only order would be refused there.
        step = instrument.price_step(mid)
        if side is Side.BUY:
            wanted = min(wanted, quote.ask - step)
        else:
            wanted = max(wanted, quote.bid + step)
        return instrument.passive_price(wanted, side)

    def _quantity(self, instrument: Instrument, price: Decimal) -> Decimal:
        unit = instrument.notional(price, ONE)
        least = max(instrument.min_quantity, (instrument.min_notional or 0) / unit)
        return instrument.quantity_up(max(self._parameters.value / unit, least))

    def _is_off(self, order: Order, price: Decimal) -> bool:
        resting = order.leg.limit_price
        if resting is None:
            return False
        return abs(resting - price) * _BPS > self._parameters.requote_bps * price

    def _may_hold(
        self, after: Decimal, held: Decimal, instrument: Instrument, price: Decimal
    ) -> bool:
        value = instrument.notional(price, abs(after))
        return value <= self._parameters.max_value or abs(after) < abs(held)

    def _can_pay(
        self, side: Side, instrument: Instrument, price: Decimal, quantity: Decimal, view: View
    ) -> bool:
        if not instrument.is_spot:
            return True  # margin is the venue's arithmetic
        if side is Side.SELL:
            available = view.available(self.account, instrument.base)
            return available is None or available >= quantity
        available = view.available(self.account, instrument.quote)
        cost = instrument.notional(price, quantity) * _SPENDABLE
        return available is None or available >= cost
