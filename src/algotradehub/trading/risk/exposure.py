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
from algotradehub.trading.risk.rule import Asked, Rule, shown, unit_value
from algotradehub.trading.risk.sums import AccountSums, AssetSum, InstrumentSums
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
        self._asset_sums: dict[Asset, AssetSum] = {}
        self._unlisted: dict[Symbol, None] = {}  # in nobody knows which asset: in any
        sums.valued = True
        for each in sums.instruments.values():
            each.moved()

    def look_at_prices(self) -> None:
        """Take the prices of now; called by a timer, not by orders."""
        for sums in self.sums.instruments.values():
            if sums.reach:
                instrument = self._instrument_of(sums.symbol)
                if instrument is not None and self._price(sums, instrument):
                    sums.moved()

    def settle(self) -> None:
        """Reckon anew what has moved since the last look."""
        stale = self.sums.stale
        if stale:
            self.sums.stale = []
            for sums in stale:
                self._revalue(sums)

    def assets(self) -> Sequence[Asset]:
        return tuple(self._asset_sums)

    def total(self, asset: Asset) -> Decimal:
        """Value of what has a price, as of the last ``settle``."""
        asset_sum = self._asset_sums.get(asset)
        return ZERO if asset_sum is None else asset_sum.value

    def is_of(self, sums: InstrumentSums, asset: Asset) -> bool:
        instrument = self._instrument_of(sums.symbol)
        return instrument is not None and instrument.quote == asset

    def unpriced(self, asset: Asset) -> dict[Symbol, None]:
        """What has no known value; it may be of ``asset``."""
        asset_sum = self._asset_sums.get(asset)
        unpriced = _NOBODY if asset_sum is None else asset_sum.unpriced
        return {**unpriced, **self._unlisted} if self._unlisted else unpriced

    def _revalue(self, sums: InstrumentSums) -> None:
        sums.is_stale = False
        before, each, asset_sum = sums.value, sums.unit_value, sums.asset_sum
        if before is None or each is None or asset_sum is None:
            self._value(sums)
            return
        sums.value = sums.reach * each
        asset_sum.value += sums.value - before

    def _value(self, sums: InstrumentSums) -> None:
        """Value what had no value at its last price, or no price."""
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
        if sums.price is None and reach:
            self._price(sums, instrument)
        asset_sum = self._asset_sums.setdefault(instrument.quote, AssetSum())
        sums.asset_sum = asset_sum
        if sums.value is not None:
            asset_sum.value -= sums.value
        if not reach:
            sums.value = ZERO
        else:
            sums.value = None if sums.unit_value is None else reach * sums.unit_value
        if sums.value is None:
            asset_sum.unpriced[sums.symbol] = None
        else:
            asset_sum.unpriced.pop(sums.symbol, None)
            asset_sum.value += sums.value

    def _price(self, sums: InstrumentSums, instrument: Instrument) -> bool:
        """Take the price of now, if somebody knows one; tell whether anything changed."""
        price = self._price_of(instrument)
        if price is None:
            return False
        each = unit_value(instrument, price)
        if price == sums.price and each == sums.unit_value:
            return False
        sums.price, sums.unit_value = price, each
        return True


class Exposure:
    """Of one scope: the sum over the books of its accounts."""

    def __init__(self, books: Sequence[Book]) -> None:
        self.books = tuple(books)
        self._asked: Asked | None = None  # of whom ``after`` was asked last
        self._after: Decimal | None = None

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
        """With what is asked, of which several rules ask; None if it cannot be known."""
        if self._asked is not asked:
            self._after = self._reckoned(asked)
            self._asked = asked
        return self._after

    def _reckoned(self, asked: Asked) -> Decimal | None:
        total, asset = ZERO, asked.quote
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
        symbols = self.exposure.without_price(asked.quote) or asked.instrument.symbol
        return f"there is no known price of {symbols}"


class GrossExposure(ExposureRule):
    name = "max_exposure"

    def now(self, asked: Asked) -> Decimal | None:
        return self.exposure.now(asked.quote)

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

    def breaks(self, asked: Asked) -> bool:
        after, equity = self.exposure.after(asked), self._equity(asked.quote)
        if after is None or equity is None or equity <= ZERO:
            return True
        return after > self.limit * equity

    def now(self, asked: Asked) -> Decimal | None:
        asset = asked.quote
        return self._over(self.exposure.now(asset), asset)

    def after(self, asked: Asked) -> Decimal | None:
        return self._over(self.exposure.after(asked), asked.quote)

    def unit(self, asked: Asked) -> str:
        return f"times the equity in {asked.quote}"

    def told(self, asked: Asked, after: Decimal) -> str:
        return f"could reach {after:.4f} {self.unit(asked)}"

    def why_unknown(self, asked: Asked) -> str:
        asset = asked.quote
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
        total, value = self.exposure.now(asked.quote), asked.sums.value
        return value / total if total and value is not None else None

    def after(self, asked: Asked) -> Decimal | None:
        total, value = self.exposure.after(asked), asked.value_after()
        return value / total if total and value is not None else None

    def unit(self, asked: Asked) -> str:
        return f"of the exposure in {asked.quote}"

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
