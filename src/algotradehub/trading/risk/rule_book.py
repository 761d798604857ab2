"""Which rules concern an order: made once, kept per account, symbol and strategy."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from algotradehub.domain.ids import AccountId, StrategyId, Symbol, TenantId, VenueId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.trading_day import TradingDay
from algotradehub.ports.clock import Clock
from algotradehub.trading.limits import DeskLimits, RiskLimits
from algotradehub.trading.risk import order_size, reach
from algotradehub.trading.risk.exposure import (
    Book,
    Concentration,
    Exposure,
    GrossExposure,
    Leverage,
)
from algotradehub.trading.risk.losses import DailyLoss, Days
from algotradehub.trading.risk.rates import MINUTE_S, Rate
from algotradehub.trading.risk.resting import RestingOrders
from algotradehub.trading.risk.rule import Rule
from algotradehub.trading.risk.self_trade import SelfTrade
from algotradehub.trading.risk.sums import InstrumentSums, RunningSums
from algotradehub.trading.risk.use import Scope, ScopeKind
from algotradehub.trading.risk.worth import Balances, Positions, Prices, Worth, equity_of

_UNLIMITED: Final = RiskLimits()
_BUY: Final = Side.BUY


class RuleSet:
    """The rules for one instrument of one account, by when they hold."""

    __slots__ = (
        "always",
        "averages",
        "counts",
        "growing",
        "is_empty",
        "rates",
        "sized",
        "sums",
    )

    def __init__(self, rules: Sequence[Rule], sums: InstrumentSums) -> None:
        self.sums = sums
        self.always: list[Rule] = []  # for every order
        self.sized: list[Rule] = []  # for what adds to the sums, unless it reduces
        self.growing: list[Rule] = []  # for whatever does not reduce
        self.rates: list[Rate] = []
        self.averages: list[order_size.OrderToAverage] = []
        for rule in rules:
            if isinstance(rule, Rate):
                self.rates.append(rule)
            if isinstance(rule, order_size.OrderToAverage):
                self.averages.append(rule)
            if isinstance(rule, DailyLoss):
                self.growing.append(rule)
            elif isinstance(
                rule,
                reach.OpenOrders
                | reach.Position
                | reach.PositionNotional
                | GrossExposure
                | Leverage
                | Concentration,
            ):
                self.sized.append(rule)
            else:
                self.always.append(rule)
        self.is_empty = not rules
        self.counts = bool(self.rates or self.averages)


class RuleBook:
    """Makes the rules of every scope, each once: what they count, they count for the scope.

    Args:
        limits: Of every scope.
        sums: What is counted.
        positions: Of the desk.
        balances: Of the desk.
        prices: What things cost now.
        days: As recorded.
        record: Makes a day durable.
        clock: Of the process.
    """

    def __init__(
        self,
        limits: DeskLimits,
        *,
        sums: RunningSums,
        positions: Positions,
        balances: Balances,
        prices: Prices,
        days: dict[AccountId, TradingDay],
        record: Callable[[AccountId, TradingDay], object],
        clock: Clock,
    ) -> None:
        self._limits = limits
        self._sums = sums
        self._positions = positions
        self._prices = prices
        self._clock = clock
        self._made: dict[Scope, Sequence[Rule]] = {}
        self._sets: dict[AccountId, dict[Symbol, RuleSet]] = {}
        self._strategy_sets: dict[tuple[AccountId, Symbol, StrategyId], RuleSet] = {}
        self._members: dict[TenantId, list[AccountId]] = {}
        for account, tenant in limits.owners.items():
            self._members.setdefault(tenant, []).append(account)
        self.worths = {
            account: Worth(account, positions=positions, balances=balances, prices=prices)
            for account in self._accounts_that(_needs_worth)
        }
        self.books = {
            account: self._book(account) for account in self._accounts_that(_needs_exposure)
        }
        self.days = Days(
            {account: self.worths[account] for account in self._accounts_that(_needs_days)},
            days=days,
            record=record,
            clock=clock,
        )
        if any(limited.refuse_self_trade for limited in limits.tenants.values()):
            sums.resting = RestingOrders(self._venue_of)

    def limits_of(self, account: AccountId) -> RiskLimits:
        return self._limits.accounts.get(account, _UNLIMITED)

    def instrument_limits_of(self, account: AccountId) -> Mapping[Symbol, RiskLimits]:
        return self._limits.instruments.get(account, {})

    def instrument(self, account: AccountId, symbol: Symbol) -> Instrument | None:
        return self._positions.instrument(account, symbol)

    def of(self, account: AccountId, symbol: Symbol, strategy: StrategyId | None) -> RuleSet:
        """The rules that an order is held against."""
        if strategy is not None and strategy in self._limits.strategies:
            key = (account, symbol, strategy)
            found = self._strategy_sets.get(key)
            if found is None:
                found = self._strategy_sets[key] = self._set(account, symbol, strategy)
            return found
        sets = self._sets.get(account)
        if sets is None:
            sets = self._sets[account] = {}
        found = sets.get(symbol)
        if found is None:
            found = sets[symbol] = self._set(account, symbol, None)
        return found

    def of_tenant(self, tenant: TenantId) -> Sequence[Rule]:
        """Every rule that concerns a tenant's orders, widest scope first."""
        accounts = self._members.get(tenant, [])
        rules: list[Rule] = [*self._of_tenant(tenant)]
        for account in accounts:
            rules += self._of_account(account)
        for account in accounts:
            for symbol in self._limits.instruments.get(account, {}):
                rules += self._of_instrument(account, symbol)
        for strategy in self._limits.strategies:
            rules += self._of_strategy(strategy)
        return rules

    def daily_losses(self) -> Sequence[DailyLoss]:
        """Every limit on the loss of a day."""
        rules: list[Rule] = []
        for tenant in self._limits.tenants:
            rules += self._of_tenant(tenant)
        for account in self._limits.accounts:
            rules += self._of_account(account)
        return [rule for rule in rules if isinstance(rule, DailyLoss)]

    def _set(self, account: AccountId, symbol: Symbol, strategy: StrategyId | None) -> RuleSet:
        rules = [*self._of_instrument(account, symbol), *self._of_account(account)]
        if strategy is not None:
            rules += self._of_strategy(strategy)
        tenant = self._limits.owners.get(account)
        if tenant is not None:
            rules += self._of_tenant(tenant)
        return RuleSet(rules, self._sums.of(account, symbol))

    def _of_instrument(self, account: AccountId, symbol: Symbol) -> Sequence[Rule]:
        limits = self._limits.instruments.get(account, {}).get(symbol)
        if limits is None:
            return ()
        sums = self._sums.of(account, symbol)
        scope = Scope(ScopeKind.INSTRUMENT, account, symbol)
        return self._kept(
            scope, limits, (), lambda: sums.open_orders, lambda: self._held(account, symbol)
        )

    def _of_account(self, account: AccountId) -> Sequence[Rule]:
        limits = self._limits.accounts.get(account)
        if limits is None:
            return ()
        sums = self._sums.account(account)
        scope = Scope(ScopeKind.ACCOUNT, account)
        return self._kept(
            scope, limits, (account,), lambda: sums.open_orders, lambda: self._held(account, None)
        )

    def _of_strategy(self, strategy: StrategyId) -> Sequence[Rule]:
        limits = self._limits.strategies[strategy]
        are_open = self._sums.open_orders_of_strategy
        scope = Scope(ScopeKind.STRATEGY, strategy)
        return self._kept(scope, limits, (), lambda: are_open(strategy), tuple)

    def _of_tenant(self, tenant: TenantId) -> Sequence[Rule]:
        limits = self._limits.tenants.get(tenant)
        if limits is None:
            return ()
        accounts = self._members.get(tenant, [])
        all_sums = [self._sums.account(account) for account in accounts]
        scope = Scope(ScopeKind.TENANT, tenant)
        return self._kept(
            scope, limits, accounts, lambda: sum(sums.open_orders for sums in all_sums), tuple
        )

    def _kept(
        self,
        scope: Scope,
        limits: RiskLimits,
        accounts: Sequence[AccountId],
        are_open: Callable[[], int],
        instruments: reach.InstrumentsOf,
    ) -> Sequence[Rule]:
        made = self._made.get(scope)
        if made is None:
            rules = [
                *self._of_orders(scope, limits, are_open, instruments),
                *self._of_money(scope, limits, accounts),
            ]
            made = self._made[scope] = rules
        return made

    def _of_orders(
        self,
        scope: Scope,
        limits: RiskLimits,
        are_open: Callable[[], int],
        instruments: reach.InstrumentsOf,
    ) -> Iterable[Rule]:
        rules: list[Rule] = []
        if limits.max_order_quantity is not None:
            rules.append(order_size.OrderQuantity(scope, limits.max_order_quantity))
        if limits.max_order_notional is not None:
            rules.append(order_size.OrderNotional(scope, limits.max_order_notional))
        if limits.max_order_to_average is not None:
            rules.append(order_size.OrderToAverage(scope, limits.max_order_to_average))
        if limits.price_band_bps is not None:
            rules.append(order_size.PriceBand(scope, limits.price_band_bps))
        for most, window_s in (
            (limits.max_orders_per_second, 1),
            (limits.max_orders_per_minute, MINUTE_S),
        ):
            if most is not None:
                rules.append(Rate(scope, Decimal(most), window_s=window_s, clock=self._clock))
        if limits.max_open_orders is not None:
            rules.append(reach.OpenOrders(scope, Decimal(limits.max_open_orders), are_open))
        if limits.max_position is not None:
            rules.append(reach.Position(scope, limits.max_position, instruments))
        if limits.max_position_notional is not None:
            rules.append(reach.PositionNotional(scope, limits.max_position_notional, instruments))
        return rules

    def _of_money(
        self, scope: Scope, limits: RiskLimits, accounts: Sequence[AccountId]
    ) -> Iterable[Rule]:
        rules: list[Rule] = []
        books = [self.books[account] for account in accounts if account in self.books]
        exposure = Exposure(books)
        if limits.max_exposure is not None:
            rules.append(GrossExposure(scope, limits.max_exposure, exposure))
        if limits.max_leverage is not None:
            equity = equity_of([self.worths[account] for account in accounts])
            rules.append(Leverage(scope, limits.max_leverage, exposure, equity))
        if limits.max_concentration is not None:
            floor = limits.concentration_floor or ZERO
            rules.append(Concentration(scope, limits.max_concentration, exposure, floor))
        if limits.max_daily_loss is not None:
            rules.append(DailyLoss(scope, limits.max_daily_loss, self.days, accounts))
        if limits.refuse_self_trade and self._sums.resting is not None:
            rules.append(SelfTrade(scope, self._sums.resting, frozenset(accounts)))
        return rules

    def _accounts_that(self, need: Callable[[RiskLimits], bool]) -> Sequence[AccountId]:
        limits = self._limits
        accounts = {account: None for account, own in limits.accounts.items() if need(own)}
        for tenant, shared in limits.tenants.items():
            if need(shared):
                accounts.update(dict.fromkeys(self._members.get(tenant, [])))
        return tuple(accounts)

    def _book(self, account: AccountId) -> Book:
        return Book(
            self._sums.account(account),
            instrument_of=lambda symbol: self._positions.instrument(account, symbol),
            price_of=self._price,
        )

    def _held(
        self, account: AccountId, symbol: Symbol | None
    ) -> Sequence[tuple[InstrumentSums, Instrument, Decimal | None]]:
        """What may move or is held; an instrument that is flat and quiet is left out."""
        held = []
        for each in self._sums.account(account).instruments.values():
            instrument = self._positions.instrument(account, each.symbol)
            if instrument is not None and each.reach and symbol in (None, each.symbol):
                held.append((each, instrument, self._price(instrument)))
        return held

    def _price(self, instrument: Instrument) -> Decimal | None:
        """The dearer side: what is valued at it is not understated."""
        return self._prices.reference(instrument.venue, instrument.symbol, _BUY) or None

    def _venue_of(self, account: AccountId, symbol: Symbol) -> VenueId | None:
        instrument = self._positions.instrument(account, symbol)
        return None if instrument is None else instrument.venue


def _needs_exposure(limits: RiskLimits) -> bool:
    return (
        limits.max_exposure is not None
        or limits.max_leverage is not None
        or limits.max_concentration is not None
    )


def _needs_days(limits: RiskLimits) -> bool:
    return limits.max_daily_loss is not None


def _needs_worth(limits: RiskLimits) -> bool:
    return limits.max_leverage is not None or limits.max_daily_loss is not None
