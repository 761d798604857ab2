"""What accounts could come to in money, per quote asset, and the rules on it.

An instrument counts with the largest position, long or short, that it may still come to, at its
price: orders that only make a position smaller add nothing, and of two sides the larger counts.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from algotradehub.domain.ids import Asset, Symbol
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ZERO
from algotradehub.trading.risk.rule import Asked, Rule, shown
from algotradehub.trading.risk.sums import AccountSums, InstrumentSums
from algotradehub.trading.risk.use import Scope, Use

_NOBODY: Final[dict[Symbol, None]] = {}


class Book:
    """The value of one account's instruments: a sum per quote asset, moved by what moved.

    Args:
        sums: Of the account.
        instrument_of: The instrument of a symbol of the account.
        price_of: What an instrument costs now, in quote units; None if nobody knows.
    """

    def __init__(
        self,
        sums: AccountSums,
        *,
        instrument_of: Callable[[Symbol], Instrument | None],
        price_of: Callable[[Instrument], Decimal | None],
    ) -> None:
        self.sums = sums
        self._instrument_of = instrument_of
        self._price_of = price_of
        self._totals: dict[Asset, Decimal] = {}
        self._unpriced: dict[Asset, dict[Symbol, None]] = {}
        self._unlisted: dict[Symbol, None] = {}  # in nobody knows which asset: in any
        sums.valued = True
        for each in sums.instruments.values():
            each.moved()

    def look_at_prices(self) -> None:
        """Take the prices of now; called by a timer, not by orders."""
        for sums in self.sums.instruments.values():
            if sums.reach:
                instrument = self._instrument_of(sums.symbol)
                price = None if instrument is None else self._price_of(instrument)
                if price is not None and price != sums.price:
                    sums.price = price
                    sums.moved()

    def settle(self) -> None:
        """Reckon anew what has moved since the last look."""
        stale = self.sums.stale
        if stale:
            self.sums.stale = []
            for sums in stale:
                self._revalue(sums)

    def assets(self) -> Sequence[Asset]:
        return tuple(self._totals)

    def total(self, asset: Asset) -> Decimal:
        """Value of what has a price, as of the last ``settle``."""
        return self._totals.get(asset, ZERO)

    def is_of(self, sums: InstrumentSums, asset: Asset) -> bool:
        instrument = self._instrument_of(sums.symbol)
        return instrument is not None and instrument.quote == asset

    def unpriced(self, asset: Asset) -> dict[Symbol, None]:
        """What has no known value; it may be of ``asset``."""
        if self._unlisted:
            return {**self._unpriced.get(asset, _NOBODY), **self._unlisted}
        return self._unpriced.get(asset, _NOBODY)

    def _revalue(self, sums: InstrumentSums) -> None:
        sums.is_stale = False
        instrument = self._instrument_of(sums.symbol)
        reach = sums.reach
        if instrument is None:
            # Events that wait for their order, in an instrument that nobody traded here yet.
            if reach:
                self._unlisted[sums.symbol] = None
                sums.moved()
            else:
                self._unlisted.pop(sums.symbol, None)
            return
        self._unlisted.pop(sums.symbol, None)
        asset = instrument.quote
        if sums.price is None and reach:
            sums.price = self._price_of(instrument)
        value = None
        if not reach:
            value = ZERO
        elif sums.price is not None:
            value = instrument.notional(sums.price, reach)
        unpriced = self._unpriced.setdefault(asset, {})
        if value is None:
            unpriced[sums.symbol] = None
        else:
            unpriced.pop(sums.symbol, None)
        before = ZERO if sums.value is None else sums.value
        after = ZERO if value is None else value
        self._totals[asset] = self._totals.get(asset, ZERO) + after - before
        sums.value = value


class Exposure:
    """Of one scope: the sum over the books of its accounts."""

    def __init__(self, books: Sequence[Book]) -> None:
        self.books = books

    def assets(self) -> Sequence[Asset]:
        seen: dict[Asset, None] = {}
        for book in self.books:
            book.settle()
            seen.update(dict.fromkeys(book.assets()))
        return tuple(seen)

    def now(self, asset: Asset) -> Decimal | None:
        total = ZERO
        for book in self.books:
            book.settle()
            if book.unpriced(asset):
                return None
            total += book.total(asset)
        return total

    def after(self, asked: Asked) -> Decimal | None:
        total, asset = ZERO, asked.instrument.quote
        for book in self.books:
            book.settle()
            unpriced = book.unpriced(asset)
            if unpriced and (len(unpriced) > 1 or not self._is_asked(book, asked, unpriced)):
                return None
            total += book.total(asset)
        value = asked.value_after()
        if value is None:
            return None
        before = asked.sums.value
        return total + value if before is None else total + value - before

    def without_price(self, asset: Asset) -> str:
        """Name what has no price."""
        return ", ".join(symbol for book in self.books for symbol in book.unpriced(asset))

    def largest(self, asset: Asset) -> Decimal:
        """The largest value of one instrument in one account."""
        return max(
            (
                each.value
                for book in self.books
                for each in book.sums.instruments.values()
                if each.value is not None and book.is_of(each, asset)
            ),
            default=ZERO,
        )

    def _is_asked(self, book: Book, asked: Asked, unpriced: dict[Symbol, None]) -> bool:
        return book.sums is asked.sums.account and asked.sums.symbol in unpriced


class ExposureRule(Rule):
    """What the rules on exposure have in common."""

    def __init__(self, scope: Scope, limit: Decimal, exposure: Exposure) -> None:
        super().__init__(scope, limit)
        self.exposure = exposure

    def why_unknown(self, asked: Asked) -> str:
        symbols = self.exposure.without_price(asked.instrument.quote) or asked.instrument.symbol
        return f"there is no known price of {symbols}"


class GrossExposure(ExposureRule):
    name = "max_exposure"

    def now(self, asked: Asked) -> Decimal | None:
        return self.exposure.now(asked.instrument.quote)

    def after(self, asked: Asked) -> Decimal | None:
        return self.exposure.after(asked)

    def told(self, asked: Asked, after: Decimal) -> str:
        return f"could reach {shown(after)} {self.unit(asked)}"

    def largest(self, asked: Asked) -> Decimal | None:
        after, value = self.after(asked), asked.value_after()
        if after is None or not value or not asked.worst:
            return None
        return asked.quantity - (after - self.limit) * asked.worst / value

    def uses(self) -> Sequence[Use]:
        exposure = self.exposure
        return [_use(exposure, asset, exposure.now(asset)) for asset in exposure.assets()]


class Leverage(ExposureRule):
    """Args: ``equity`` tells what the scope owns in an asset, or None if that is not known."""

    name = "max_leverage"

    def __init__(
        self,
        scope: Scope,
        limit: Decimal,
        exposure: Exposure,
        equity: Callable[[Asset], Decimal | None],
    ) -> None:
        super().__init__(scope, limit, exposure)
        self._equity = equity

    def now(self, asked: Asked) -> Decimal | None:
        asset = asked.instrument.quote
        return self._over(self.exposure.now(asset), asset)

    def after(self, asked: Asked) -> Decimal | None:
        return self._over(self.exposure.after(asked), asked.instrument.quote)

    def unit(self, asked: Asked) -> str:
        return f"times the equity in {asked.instrument.quote}"

    def told(self, asked: Asked, after: Decimal) -> str:
        return f"could reach {after:.4f} {self.unit(asked)}"

    def why_unknown(self, asked: Asked) -> str:
        asset = asked.instrument.quote
        equity = self._equity(asset)
        if equity is None:
            return f"the equity in {asset} is not known"
        if equity <= ZERO:
            return f"the equity in {asset} is {shown(equity)}"
        return super().why_unknown(asked)

    def uses(self) -> Sequence[Use]:
        return [
            _use(
                self.exposure,
                asset,
                self._over(self.exposure.now(asset), asset),
                unit=f"times the equity in {asset}",
                missing="the equity is not known",
            )
            for asset in self.exposure.assets()
        ]

    def _over(self, exposure: Decimal | None, asset: Asset) -> Decimal | None:
        equity = self._equity(asset)
        if exposure is None or equity is None or equity <= ZERO:
            return None
        return exposure / equity


class Concentration(ExposureRule):
    """The share of one instrument of one account; up to a floor any share is allowed."""

    name = "max_concentration"

    def __init__(self, scope: Scope, limit: Decimal, exposure: Exposure, floor: Decimal) -> None:
        super().__init__(scope, limit, exposure)
        self._floor = floor

    def breaks(self, asked: Asked) -> bool:
        after, value = self.exposure.after(asked), asked.value_after()
        if after is None or value is None:
            return True
        return after > self._floor and value > self.limit * after

    def now(self, asked: Asked) -> Decimal | None:
        total, value = self.exposure.now(asked.instrument.quote), asked.sums.value
        return value / total if total and value is not None else None

    def after(self, asked: Asked) -> Decimal | None:
        total, value = self.exposure.after(asked), asked.value_after()
        return value / total if total and value is not None else None

    def unit(self, asked: Asked) -> str:
        return f"of the exposure in {asked.instrument.quote}"

    def told(self, asked: Asked, after: Decimal) -> str:
        return f"{asked.instrument.symbol} could reach {after:.4f} {self.unit(asked)}"

    def uses(self) -> Sequence[Use]:
        lines: list[Use] = []
        for asset in self.exposure.assets():
            total = self.exposure.now(asset)
            used = self.exposure.largest(asset) / total if total else None
            small = total is not None and total <= self._floor
            note = f"any share up to {shown(self._floor)} {asset}" if small else ""
            lines.append(Use(used, f"of the exposure in {asset}", note=note))
        return lines


def _use(
    exposure: Exposure, asset: Asset, used: Decimal | None, *, unit: str = "", missing: str = ""
) -> Use:
    note = ""
    if used is None:
        symbols = exposure.without_price(asset)
        note = f"no known price of {symbols}" if symbols else missing
    return Use(used, unit or str(asset), note=note)
