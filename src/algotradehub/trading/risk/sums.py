"""Running sums over orders and positions: kept in step with every change, never scanned."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.ids import AccountId, StrategyId, Symbol
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import FINAL_STATUSES, Order
from algotradehub.trading.risk.resting import RestingOrders

_BUY: Final = Side.BUY  # looked up once: on Python 3.11 that costs 50 ns each time


class AccountSums:
    """Of one account."""

    __slots__ = ("instruments", "open_orders", "stale", "valued")

    def __init__(self) -> None:
        self.instruments: dict[Symbol, InstrumentSums] = {}
        self.open_orders = 0
        self.valued = False  # whether somebody asks what its instruments are worth
        self.stale: list[InstrumentSums] = []  # moved since they were valued, each once


class AssetSum:
    """What an account's instruments of one quote asset could come to, as last valued."""

    __slots__ = ("unpriced", "value")

    def __init__(self) -> None:
        self.value = ZERO  # quote units, of what has a price
        self.unpriced: dict[Symbol, None] = {}


class InstrumentSums:
    """What may still be bought and sold in one instrument of one account, and what is held."""

    __slots__ = (
        "_reach",
        "account",
        "asset_sum",
        "buying",
        "is_stale",
        "open_orders",
        "position",
        "price",
        "selling",
        "symbol",
        "unit_value",
        "value",
    )

    def __init__(self, symbol: Symbol, account: AccountSums) -> None:
        self.symbol = symbol
        self.account = account
        self.buying = ZERO  # base units: working, pending, UNKNOWN and orphan quantity
        self.selling = ZERO
        self.position = ZERO  # signed, every position side added up
        self.open_orders = 0
        self._reach: Decimal | None = ZERO  # None: to be reckoned anew
        # Of the account's valuation, where it has one.
        self.price: Decimal | None = None  # quote units
        self.unit_value: Decimal | None = None  # quote units that one unit is worth at that price
        self.asset_sum: AssetSum | None = None  # which ``value`` is a part of
        self.value: Decimal | None = ZERO  # of ``reach`` at that price; None without a price
        self.is_stale = False

    @property
    def reach(self) -> Decimal:
        """The largest position, long or short, that it may still come to."""
        reach = self._reach
        if reach is None:
            reach = max(self.position + self.buying, self.selling - self.position)
            self._reach = reach
        return reach

    def moved(self) -> None:
        """What it could come to, and what that is worth, is reckoned anew when somebody asks."""
        self._reach = None
        if self.account.valued and not self.is_stale:
            self.is_stale = True
            self.account.stale.append(self)


class RunningSums:
    """Moved with every change of an order, fill or orphan (Property 24)."""

    def __init__(self) -> None:
        self._accounts: dict[AccountId, AccountSums] = {}
        self._strategies: dict[StrategyId, int] = {}  # open orders of each that has some
        self.resting: RestingOrders | None = None  # only where somebody asks for it

    def account(self, account: AccountId) -> AccountSums:
        sums = self._accounts.get(account)
        if sums is None:
            sums = self._accounts[account] = AccountSums()
        return sums

    def of(self, account: AccountId, symbol: Symbol) -> InstrumentSums:
        owner = self.account(account)
        sums = owner.instruments.get(symbol)
        if sums is None:
            sums = owner.instruments[symbol] = InstrumentSums(symbol, owner)
        return sums

    def of_account(self, account: AccountId) -> Sequence[tuple[Symbol, InstrumentSums]]:
        """Every instrument of one account that ever had orders or a position."""
        return tuple(self.account(account).instruments.items())

    def open_orders(self, account: AccountId) -> int:
        sums = self._accounts.get(account)
        return 0 if sums is None else sums.open_orders

    def open_orders_of_strategy(self, strategy: StrategyId) -> int:
        return self._strategies.get(strategy, 0)

    def order_moved(self, before: Order | None, after: Order) -> None:
        """Count an order in the place of what was counted of it ``before``; None: it is new."""
        more = exposure_of(after)
        if before is not None:
            more -= exposure_of(before)
        if more:
            request = after.request
            self.expect(request.account, request.symbol, request.side, more)
        if before is None or before.status is not after.status:
            was_open = before is not None and before.status not in FINAL_STATUSES
            is_open = after.status not in FINAL_STATUSES
            if is_open is not was_open:
                self._opened(after, 1 if is_open else -1)
        if self.resting is not None:
            self.resting.order_moved(after)

    def expect(self, account: AccountId, symbol: Symbol, side: Side, quantity: Decimal) -> None:
        """Add ``quantity`` (negative takes away) that may still be bought or sold."""
        sums = self.of(account, symbol)
        if side is _BUY:
            sums.buying += quantity
        else:
            sums.selling += quantity
        sums.moved()

    def position_moved(self, account: AccountId, symbol: Symbol, quantity: Decimal) -> None:
        sums = self.of(account, symbol)
        sums.position += quantity
        sums.moved()

    def snapshot(self) -> Mapping[tuple[AccountId, Symbol], tuple[Decimal, Decimal, Decimal]]:
        """``(buying, selling, position)`` per instrument, for comparison with a recount."""
        return {
            (account, symbol): (sums.buying, sums.selling, sums.position)
            for account, owner in self._accounts.items()
            for symbol, sums in owner.instruments.items()
        }

    def _opened(self, order: Order, opened: int) -> None:
        request = order.request
        sums = self.of(request.account, request.symbol)
        sums.open_orders += opened
        sums.account.open_orders += opened
        strategy = request.strategy
        if strategy is not None:
            are_open = self._strategies.get(strategy, 0) + opened
            if are_open:
                self._strategies[strategy] = are_open
            else:
                del self._strategies[strategy]
