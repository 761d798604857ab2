"""A strategy: synchronous, pure, the same object in backtest, paper and live."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol, TypeAlias

import msgspec

from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.market import MarketEvent
from algotradehub.domain.order import Amendment, Order, OrderRequest
from algotradehub.domain.position import Position


class PlaceOrder(msgspec.Struct, frozen=True, gc=False):
    request: OrderRequest


class CancelOrder(msgspec.Struct, frozen=True, gc=False):
    order_id: ClientOrderId


class AmendOrder(msgspec.Struct, frozen=True, gc=False):
    order_id: ClientOrderId
    amendment: Amendment


StrategyCommand: TypeAlias = PlaceOrder | CancelOrder | AmendOrder


class View(Protocol):
    """What a strategy may look at: as of the event it is handling, nothing later."""

    @property
    def now_ns(self) -> int: ...

    def instrument(self, account: AccountId, symbol: Symbol) -> Instrument: ...

    def position(self, account: AccountId, symbol: Symbol) -> Position: ...

    def open_orders(self, account: AccountId, symbol: Symbol) -> Sequence[Order]: ...

    def available(self, account: AccountId, asset: str) -> Decimal | None: ...


class Strategy(Protocol):
    @property
    def name(self) -> str: ...

    def on_market(self, event: MarketEvent, view: View) -> Sequence[StrategyCommand]: ...

    def on_order(self, order: Order, view: View) -> Sequence[StrategyCommand]: ...

    def on_fill(self, fill: Fill, view: View) -> Sequence[StrategyCommand]: ...
