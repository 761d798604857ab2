"""Says no to an order, naming the rule, or tells of every rule what it says."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.ids import AccountId, Symbol, TenantId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import Amendment, Order, Origin
from algotradehub.domain.trading_day import TradingDay
from algotradehub.ports.clock import Clock
from algotradehub.trading.limits import DeskLimits, RiskLimits
from algotradehub.trading.risk.rates import MINUTE_S, NS_PER_S
from algotradehub.trading.risk.rule import Asked, Rule, largest_lots
from algotradehub.trading.risk.rule_book import RuleBook, RuleSet
from algotradehub.trading.risk.sums import RunningSums
from algotradehub.trading.risk.use import RuleUse, RuleVerdict
from algotradehub.trading.risk.worth import Balances, Positions, Prices

LOOK_EVERY_S: Final = 1.0  # at prices: exposure, equity and losses are that old at most
_REDUCES: Final = "a reducing order passes"
_PLACES: Final = -12
_SHORT: Final = Decimal(1).scaleb(_PLACES)
_replace: Final = msgspec.structs.replace


class RiskEngine:
    """Every limit of an installation, over running sums (Property 24).

    Args:
        limits: Of every scope.
        sums: Moved by the desk.
        positions: Of the desk.
        balances: Of the desk.
        prices: What things cost now.
        days: As recorded, by account.
        record: Makes a day of an account durable; afterwards it is in ``days``.
        clock: Of the process.
    """

    def __init__(
        self,
        *,
        limits: DeskLimits,
        sums: RunningSums,
        positions: Positions,
        balances: Balances,
        prices: Prices,
        days: dict[AccountId, TradingDay],
        record: Callable[[AccountId, TradingDay], object],
        clock: Clock,
    ) -> None:
        self._sums = sums
        self._clock = clock
        self._book = RuleBook(
            limits,
            sums=sums,
            positions=positions,
            balances=balances,
            prices=prices,
            days=days,
            record=record,
            clock=clock,
        )
        self._daily_losses = self._book.daily_losses()

    def limits_of(self, account: AccountId) -> RiskLimits:
        return self._book.limits_of(account)

    def instrument_limits_of(self, account: AccountId) -> Mapping[Symbol, RiskLimits]:
        return self._book.instrument_limits_of(account)

    @property
    def looks_at_prices(self) -> bool:
        """Whether some rule needs ``look``."""
        return bool(self._book.books or self._book.worths)

    def look(self) -> None:
        """Take the prices of now: for exposure, equity, and the losses of the day."""
        book = self._book
        for of_account in book.books.values():
            of_account.look_at_prices()
        for worth in book.worths.values():
            worth.look()
        book.days.look()
        for rule in self._daily_losses:
            rule.look()

    def start(self, orders: Iterable[Order]) -> None:
        """Count what the last process let pass, as far as its orders are still in memory."""
        now_ns = self._clock.now_ns()
        passed: list[tuple[int, bool, Order]] = []
        for order in orders:
            if self._sums.resting is not None:
                self._sums.resting.order_moved(order)
            if order.external or order.origin is Origin.RISK:
                continue
            passed.append((order.created_ns, True, order))
            if order.amended_ns or len(order.legs) > 1 or order.amend_pending is not None:
                passed.append((order.updated_ns, False, order))
        passed.sort(key=_first)
        for at_ns, is_new, order in passed:
            request = order.request
            rules = self._book.of(request.account, request.symbol, request.strategy)
            age_ns = max(0, now_ns - at_ns)
            if age_ns < MINUTE_S * NS_PER_S:
                for rate in rules.rates:
                    rate.count_old(age_ns)
            instrument = self._book.instrument(request.account, request.symbol)
            quantity = order.quantity
            if is_new and rules.averages and instrument is not None and quantity is not None:
                notional = instrument.notional(order.reserve_price, quantity)
                for average in rules.averages:
                    average.count(instrument.quote, notional)

    def check(self, order: Order, instrument: Instrument, reference: Decimal | None) -> None:
        """Check an order that is not in the sums yet, and count it if it passes.

        Args:
            order: As it would be journaled.
            instrument: Its instrument.
            reference: Best opposite or last price in quote units; None if there is none.

        Raises:
            RiskRefused: ``limit`` names the rule, the text its scope, its value and what was asked.
        """
        request = order.request
        rules = self._book.of(request.account, request.symbol, request.strategy)
        if rules.is_empty:
            return
        asked = _new(order, instrument, reference, rules)
        _require(rules, asked)
        if rules.counts:
            self._count(rules, asked)

    def _count(self, rules: RuleSet, asked: Asked) -> None:
        if rules.rates:
            at_ns = self._clock.monotonic_ns()
            for rate in rules.rates:
                rate.count(at_ns)
        if asked.is_new and asked.price:
            for average in rules.averages:
                average.count(asked.quote, asked.notional)

    def check_amend(
        self,
        order: Order,
        amendment: Amendment,
        instrument: Instrument,
        reference: Decimal | None,
    ) -> None:
        """Check what ``amendment`` would add to an order that is in the sums already.

        Raises:
            RiskRefused: As for ``check``.
        """
        request = order.request
        rules = self._book.of(request.account, request.symbol, request.strategy)
        if rules.is_empty:
            return
        # As if the leg that follows were under way: what it may fill counts already.
        replacing = order.order_id if order.parts else order.replacing
        changed = exposure_of(_replace(order, amend_pending=amendment, replacing=replacing))
        limit_price = amendment.limit_price
        asked = Asked(
            request,
            instrument,
            rules.sums,
            quantity=changed,
            added=changed - exposure_of(order),
            price=order.reserve_price if limit_price is None else limit_price,
            limit_price=limit_price,
            reference=reference,
            is_new=False,
        )
        _require(rules, asked)
        if rules.counts:
            self._count(rules, asked)

    def explain(
        self, order: Order, instrument: Instrument, reference: Decimal | None
    ) -> Sequence[RuleVerdict]:
        """What every rule says to an order, as ``check`` would; nothing is counted."""
        request = order.request
        rules = self._book.of(request.account, request.symbol, request.strategy)
        asked = _new(order, instrument, reference, rules)
        spared = _REDUCES if asked.reduces else ""
        verdicts = [_verdict(rule, asked, "") for rule in rules.always]
        verdicts += [_verdict(rule, asked, spared) for rule in rules.sized]
        verdicts += [_verdict(rule, asked, spared) for rule in rules.growing]
        return verdicts

    def uses(self, tenant: TenantId) -> Sequence[RuleUse]:
        """How much of every limit of a tenant is used now, widest scope first."""
        return [
            RuleUse(
                scope=rule.scope.kind,
                name=rule.scope.name,
                symbol=rule.scope.symbol or use.symbol,
                rule=rule.name,
                unit=use.unit,
                used=_short(use.used),
                limit=rule.limit,
                share=_share(use.used, rule.limit),
                since_ns=use.since_ns,
                note=use.note,
            )
            for rule in self._book.of_tenant(tenant)
            for use in rule.uses()
        ]


def _short(amount: Decimal | None) -> Decimal | None:
    """The same, without the endless digits of a quotient."""
    if amount is None:
        return None
    exponent = amount.as_tuple().exponent
    return amount.quantize(_SHORT) if isinstance(exponent, int) and exponent < _PLACES else amount


def _share(used: Decimal | None, limit: Decimal) -> Decimal | None:
    return _short(used / limit) if used is not None and limit else None


def _first(passed: tuple[int, bool, Order]) -> int:
    return passed[0]


def _new(order: Order, instrument: Instrument, reference: Decimal | None, rules: RuleSet) -> Asked:
    exposure, request = exposure_of(order), order.request
    return Asked(
        request,
        instrument,
        rules.sums,
        quantity=exposure,
        added=exposure,
        price=order.reserve_price,
        limit_price=request.limit_price,
        reference=reference,
        is_new=True,
    )


def _require(rules: RuleSet, asked: Asked) -> None:
    for rule in rules.always:
        if rule.breaks(asked):
            raise rule.refusal(asked)
    if not rules.sized and not rules.growing:
        return
    if asked.reduces:
        return
    if asked.added > ZERO:
        for rule in rules.sized:
            if rule.breaks(asked):
                raise rule.refusal(asked)
    for rule in rules.growing:
        if rule.breaks(asked):
            raise rule.refusal(asked)


def _verdict(rule: Rule, asked: Asked, spared: str) -> RuleVerdict:
    after = rule.after(asked)
    passes = bool(spared) or not rule.breaks(asked)
    note = spared
    if not passes:
        note = rule.words(asked)
    return RuleVerdict(
        scope=rule.scope.kind,
        name=rule.scope.name,
        symbol=rule.scope.symbol,
        rule=rule.name,
        unit=rule.unit(asked),
        now=_short(rule.now(asked)),
        after=_short(after),
        limit=rule.limit,
        passes=passes,
        largest=largest_lots(rule, asked),
        note=note,
    )
