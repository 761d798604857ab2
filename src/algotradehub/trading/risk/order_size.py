"""Rules of single orders: how large, how dear, how unusual. They hold for reducing orders too."""

from collections import deque
from decimal import Decimal
from typing import Final

from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.trading.risk.rule import Asked, Rule
from algotradehub.trading.risk.use import Scope

AVERAGED: Final = 20  # orders that the average is of; with fewer the rule says nothing
_AVERAGED: Final = Decimal(AVERAGED)
_TEN_THOUSAND: Final = Decimal(10_000)
_BUY: Final = Side.BUY


class OrderQuantity(Rule):
    name = "max_order_quantity"

    def after(self, asked: Asked) -> Decimal | None:
        return asked.quantity

    def unit(self, asked: Asked) -> str:
        return str(asked.instrument.base)

    def largest(self, asked: Asked) -> Decimal | None:
        return self.limit


class OrderNotional(Rule):
    name = "max_order_notional"

    def breaks(self, asked: Asked) -> bool:
        return not asked.price or asked.notional > self.limit

    def after(self, asked: Asked) -> Decimal | None:
        return asked.notional if asked.price else None

    def largest(self, asked: Asked) -> Decimal | None:
        return self.limit * asked.quantity / asked.notional if asked.notional else None


class _Last:
    """The last orders in one quote asset, and their sum."""

    __slots__ = ("notionals", "total")

    def __init__(self) -> None:
        self.notionals: deque[Decimal] = deque()
        self.total = ZERO


class OrderToAverage(Rule):
    """A fat finger: an order many times as large as the last orders of the scope were.

    Reckoned per quote asset.
    """

    name = "max_order_to_average"

    def __init__(self, scope: Scope, limit: Decimal) -> None:
        super().__init__(scope, limit)
        self._last: dict[str, _Last] = {}

    def count(self, quote: str, notional: Decimal) -> None:
        """Take an accepted order into the average."""
        last = self._last.get(quote)
        if last is None:
            last = self._last[quote] = _Last()
        last.notionals.append(notional)
        last.total += notional
        if len(last.notionals) > AVERAGED:
            last.total -= last.notionals.popleft()

    def breaks(self, asked: Asked) -> bool:
        last = self._last.get(asked.quote)
        if last is None or len(last.notionals) < AVERAGED:
            return False
        return not asked.price or asked.notional * _AVERAGED > self.limit * last.total

    def after(self, asked: Asked) -> Decimal | None:
        last = self._last.get(asked.quote)
        if last is None or len(last.notionals) < AVERAGED or not asked.price or not last.total:
            return None
        return asked.notional * _AVERAGED / last.total

    def unit(self, asked: Asked) -> str:
        return f"times the average of the last {AVERAGED} orders"

    def largest(self, asked: Asked) -> Decimal | None:
        last = self._last.get(asked.quote)
        if last is None or not asked.notional:
            return None
        return self.limit * last.total / AVERAGED * asked.quantity / asked.notional


class PriceBand(Rule):
    """A collar: how far a limit price may lie on the worse side of the book."""

    name = "price_band"

    def breaks(self, asked: Asked) -> bool:
        price, reference = asked.limit_price, asked.reference
        if price is None:
            return False
        if reference is None:
            return True
        beyond = price - reference if asked.request.side is _BUY else reference - price
        return beyond * _TEN_THOUSAND > self.limit * reference

    def after(self, asked: Asked) -> Decimal | None:
        price, reference = asked.limit_price, asked.reference
        if price is None or not reference:
            return None
        beyond = price - reference if asked.request.side is _BUY else reference - price
        return beyond * _TEN_THOUSAND / reference

    def unit(self, asked: Asked) -> str:
        return "bps"

    def why_unknown(self, asked: Asked) -> str:
        return "there is no price to compare the limit price with"

    def told(self, asked: Asked, after: Decimal) -> str:
        return f"{asked.limit_price:f} is {after:.1f} bps beyond {asked.reference:f}"
