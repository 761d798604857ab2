"""What an account has made and what it owns, per asset: reckoned by a timer, not by orders."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final, Protocol, TypeAlias

from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.ids import AccountId, Asset, Symbol, VenueId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.position import Position, worth
from algotradehub.domain.trading_day import ProfitSum

_BUY: Final = Side.BUY
_SELL: Final = Side.SELL


class Prices(Protocol):
    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal | None: ...


class Positions(Protocol):
    def instrument(self, account: AccountId, symbol: Symbol) -> Instrument | None: ...

    def all(self, accounts: frozenset[AccountId] | None = None) -> Sequence[Position]: ...


class Balances(Protocol):
    def get(self, account: AccountId, asset: Asset) -> AssetBalance | None: ...


class Worth:
    """Of one account.

    Args:
        account: Whose positions and balances they are.
        positions: Of the desk.
        balances: Of the desk.
        prices: What could be had for a position now: the bid for a long one, the ask for a short.
    """

    def __init__(
        self, account: AccountId, *, positions: Positions, balances: Balances, prices: Prices
    ) -> None:
        self._account = account
        self._accounts = frozenset((account,))
        self._positions = positions
        self._balances = balances
        self._prices = prices
        self.profits: dict[Asset, ProfitSum] = {}
        self.equities: dict[Asset, Decimal | None] = {}
        self.rates: dict[tuple[Asset, Asset], Decimal | None] = {}
        self.without_price: dict[Asset, str] = {}
        self.fees_unknown = 0

    def look(self) -> None:
        """Reckon everything anew, at the prices of now."""
        profits: dict[Asset, Decimal | None] = {}
        held: dict[Asset, Decimal | None] = {}
        fees: dict[Asset, dict[Asset, Decimal]] = {}
        self.without_price = {}
        self.rates = {}
        self.fees_unknown = 0
        for position in self._positions.all(self._accounts):
            instrument = self._positions.instrument(self._account, position.symbol)
            if instrument is None:
                continue
            asset = instrument.settle if instrument.inverse else instrument.quote
            value = self._value(position, instrument)
            if value is None:
                self.without_price[asset] = f"there is no known price of {position.symbol}"
            profit = None if value is None else value - position.cost + position.realized
            _add(profits, asset, profit)
            if value is not None and not instrument.is_spot:
                value -= position.cost  # of a contract only the profit is owned
            _add(held, asset, value)
            self._add_fees(position, instrument, asset, fees.setdefault(asset, {}))
            self.fees_unknown += position.fees_unknown
        self.profits = {
            asset: ProfitSum(profit=profit, fees=fees[asset]) for asset, profit in profits.items()
        }
        self.equities = {asset: self._equity(asset, value) for asset, value in held.items()}

    def equity(self, asset: Asset) -> Decimal | None:
        """What is owned in ``asset`` and in what trades against it; None if it is not known."""
        if asset in self.equities:
            return self.equities[asset]
        return self._equity(asset, ZERO)

    def loss_since(self, asset: Asset, opening: ProfitSum) -> Decimal | None:
        """Lost since ``opening``, fees included (a profit is negative); None: not known."""
        now = self.profits.get(asset)
        if now is None:
            return ZERO
        if now.profit is None or opening.profit is None:
            return None
        loss = opening.profit - now.profit
        for fee_asset, fee in now.fees.items():
            more = fee - opening.fees.get(fee_asset, ZERO)
            if more:
                rate = self.rates.get((fee_asset, asset))
                if rate is None:
                    self.without_price[asset] = (
                        f"there is no known price of {fee_asset} in {asset}, for fees paid in it"
                    )
                    return None
                loss += more * rate
        return loss

    def _value(self, position: Position, instrument: Instrument) -> Decimal | None:
        if not position.quantity:
            return ZERO
        side = _SELL if position.quantity > ZERO else _BUY
        price = self._prices.reference(instrument.venue, instrument.symbol, side)
        return None if not price else worth(instrument, position.quantity, price)

    def _add_fees(
        self, position: Position, instrument: Instrument, asset: Asset, fees: dict[Asset, Decimal]
    ) -> None:
        for fee_asset, fee in position.fees.items():
            if instrument.is_spot and fee_asset == instrument.base:
                continue  # it was taken out of the position, at cost
            fees[fee_asset] = fees.get(fee_asset, ZERO) + fee
            if fee_asset == asset:
                self.rates[fee_asset, asset] = Decimal(1)
            elif (fee_asset, asset) not in self.rates:
                symbol = Symbol(f"{fee_asset}/{asset}")
                rate = self._prices.reference(instrument.venue, symbol, _BUY)
                self.rates[fee_asset, asset] = rate

    def _equity(self, asset: Asset, held: Decimal | None) -> Decimal | None:
        balance = self._balances.get(self._account, asset)
        if balance is None or held is None:
            return None
        total, expected = balance.total, balance.expected
        if total is None or expected is None:
            return None
        # The venue's word lags behind a fill, and our postings behind a settlement.
        return min(total, expected) + held


def _add(sums: dict[Asset, Decimal | None], asset: Asset, amount: Decimal | None) -> None:
    before = sums.get(asset, ZERO)
    sums[asset] = None if before is None or amount is None else before + amount


EquityOf: TypeAlias = Callable[[Asset], Decimal | None]


def equity_of(worths: Iterable[Worth]) -> EquityOf:
    """The equity of several accounts together: those that own nothing there are left out."""

    def equity(asset: Asset) -> Decimal | None:
        total: Decimal | None = None
        for worth_ in worths:
            own = worth_.equity(asset)
            if own is None:
                if asset in worth_.equities:
                    return None
                continue
            total = own if total is None else total + own
        return total

    return equity
