"""What a strategy may look at: the desk as it is, for the accounts of that strategy."""

from collections.abc import Sequence
from decimal import Decimal

from algotradehub.domain.errors import NotFound
from algotradehub.domain.ids import AccountId, Asset, Symbol, TenantId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import Order
from algotradehub.domain.position import Position
from algotradehub.trading.orders import OrderManager
from algotradehub.trading.state import DeskState


class DeskView:
    """Implements ``View``. Every method raises NotFound for an account not of these."""

    def __init__(
        self,
        *,
        orders: OrderManager,
        state: DeskState,
        tenant: TenantId,
        accounts: frozenset[AccountId],
    ) -> None:
        self.now_ns = 0  # set before each event
        self._orders = orders
        self._state = state
        self._tenant = tenant
        self._accounts = accounts

    def instrument(self, account: AccountId, symbol: Symbol) -> Instrument:
        """See the port.

        Raises:
            NotFound: It is not listed, or the account was never connected.
        """
        self.require(account)
        instrument = self._orders.desk(account, self._tenant).instruments.get(symbol)
        if instrument is None:
            raise NotFound(f"{account} does not list {symbol}")
        return instrument

    def position(self, account: AccountId, symbol: Symbol) -> Position:
        self.require(account)
        held = self._state.positions.get(account, symbol)
        return Position(account=account, symbol=symbol) if held is None else held

    def open_orders(self, account: AccountId, symbol: Symbol) -> Sequence[Order]:
        self.require(account)
        orders = self._state.orders
        return [
            order
            for order_id in self._state.live.get(account, ())
            if (order := orders[order_id]).request.symbol == symbol
        ]

    def available(self, account: AccountId, asset: str) -> Decimal | None:
        self.require(account)
        balance = self._state.balances.get(account, Asset(asset))
        return None if balance is None else balance.available

    def require(self, account: AccountId) -> None:
        """Check that the strategy may look at ``account``, or act on it.

        Raises:
            NotFound: It may not.
        """
        if account not in self._accounts:
            raise NotFound(f"{account} is not one of the strategy's accounts")
