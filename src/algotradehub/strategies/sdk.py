"""What a strategy of one's own needs besides its idea."""

from collections.abc import Sequence
from decimal import Decimal

from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, IdempotencyKey, StrategyId, Symbol, TenantId, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import MarketEvent
from algotradehub.domain.order import BaseAmount, Order, OrderRequest, OrderType
from algotradehub.ports.strategy import PlaceOrder, StrategyCommand, View


class OwnStrategy:
    """A strategy that does nothing yet, for one instrument of one account: derive from it.

    The same object runs in backtest, paper and live, so everything it may know is in its
    arguments and in the view: no clock, no network, no randomness of its own.
    """

    def __init__(self, name: str, *, account: AccountId, venue: VenueId, symbol: Symbol) -> None:
        self._name = name
        self.account = account
        self.venue = venue
        self.symbol = symbol

    @property
    def name(self) -> str:
        return self._name

    def on_market(self, event: MarketEvent, view: View) -> Sequence[StrategyCommand]:
        """Called with every quote of the instrument."""
        return ()

    def on_order(self, order: Order, view: View) -> Sequence[StrategyCommand]:
        """Called with every change of an order of this strategy."""
        return ()

    def on_fill(self, fill: Fill, view: View) -> Sequence[StrategyCommand]:
        """Called with every fill of an order of this strategy."""
        return ()

    def place(
        self,
        side: Side,
        quantity: Decimal,
        *,
        limit_price: Decimal | None = None,
        post_only: bool = False,
    ) -> PlaceOrder:
        """An order of this strategy: at the market, or at ``limit_price`` or better.

        Args:
            side: BUY or SELL.
            quantity: Base units, in whole lots of the instrument.
            limit_price: Quote units, on the instrument's grid; None takes what there is.
            post_only: Refused rather than matched at once.
        """
        return PlaceOrder(
            OrderRequest(
                tenant=TenantId(""),  # tenant and key are the host's to give
                idempotency_key=IdempotencyKey(""),
                account=self.account,
                symbol=self.symbol,
                side=side,
                type=OrderType.MARKET if limit_price is None else OrderType.LIMIT,
                amount=BaseAmount(quantity),
                limit_price=limit_price,
                post_only=post_only,
                strategy=StrategyId(self._name),
            )
        )
