"""What recorded data offers to take, and how much of it our own fills have taken.

The recording does not know of our fills. So that nothing is taken twice, a level offers what was
recorded less what we took, until its recorded quantity changes: a message that merely repeats a
level renews nothing.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from algotradehub.domain.instrument import Side
from algotradehub.domain.market import BookUpdate, Quote
from algotradehub.domain.money import ZERO

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_BUY: Final = Side.BUY
_SELL: Final = Side.SELL


class DisplayedSide:
    """The recorded levels of one side."""

    __slots__ = ("_buys", "_keys", "_recorded", "_taken")

    def __init__(self, side: Side) -> None:
        self._buys = side is _BUY
        self._keys: list[Decimal] = []  # rising, the best one last; as in BookSide
        self._recorded: dict[Decimal, Decimal] = {}  # price -> quantity
        self._taken: dict[Decimal, Decimal] = {}  # price -> quantity

    def _key(self, price: Decimal) -> Decimal:
        return price if self._buys else price.copy_negate()

    def replace(self, levels: Iterable[tuple[Decimal, Decimal]]) -> None:
        """Take ``levels``, (price, quantity), for the whole side; those of no quantity are none."""
        recorded = {price: quantity for price, quantity in levels if price > ZERO < quantity}
        self._taken = {
            price: taken
            for price, taken in self._taken.items()
            if recorded.get(price) == self._recorded[price]
        }
        self._recorded = recorded
        self._keys = sorted(map(self._key, recorded))

    def update(self, price: Decimal, quantity: Decimal) -> None:
        """Set one level; a quantity of 0 removes it."""
        before = self._recorded.get(price)
        if before == quantity:
            return
        self._taken.pop(price, None)
        if quantity > ZERO:
            self._recorded[price] = quantity
            if before is None:
                insort(self._keys, self._key(price))
        elif before is not None:
            del self._recorded[price]
            del self._keys[bisect_left(self._keys, self._key(price))]

    def best(self) -> Decimal | None:
        """The best recorded price, whether we took all of it or not."""
        return self._keys[-1].copy_abs() if self._keys else None

    def size(self, price: Decimal) -> Decimal:
        """The recorded quantity at ``price``, 0 if there is no such level."""
        return self._recorded.get(price, ZERO)

    def offers(self) -> Iterator[tuple[Decimal, Decimal]]:
        """Yield (price, quantity left for us), best first; it may be taken from meanwhile."""
        for key in reversed(self._keys):
            price = key.copy_abs()
            left = self._recorded[price] - self._taken.get(price, ZERO)
            if left > ZERO:
                yield price, left

    def take(self, price: Decimal, quantity: Decimal) -> None:
        self._taken[price] = self._taken.get(price, ZERO) + quantity


class DisplayedBook:
    """Both sides."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids = DisplayedSide(_BUY)
        self.asks = DisplayedSide(_SELL)

    def side(self, side: Side) -> DisplayedSide:
        return self.bids if side is _BUY else self.asks

    @property
    def mid(self) -> Decimal | None:
        """Middle between best bid and ask; None unless both are displayed."""
        bid, ask = self.bids.best(), self.asks.best()
        return None if bid is None or ask is None else (bid + ask) / 2

    def quote(self, quote: Quote) -> None:
        """Show the best level of each side, and nothing behind it."""
        self.bids.replace(((quote.bid, quote.bid_quantity),))
        self.asks.replace(((quote.ask, quote.ask_quantity),))

    def update(self, update: BookUpdate, *, whole: bool) -> None:
        """Show the levels of ``update``: all there are if it is ``whole``, else those it names."""
        for side, levels in ((self.bids, update.bids), (self.asks, update.asks)):
            if whole:
                side.replace(levels)
            else:
                for price, quantity in levels:
                    side.update(price, quantity)


class Volume:
    """What one print or one candle lets us take in all; None is no limit."""

    __slots__ = ("left",)

    def __init__(self, left: Decimal | None) -> None:
        self.left = left

    def part(self, wanted: Decimal) -> Decimal:
        return wanted if self.left is None else min(wanted, self.left)

    def take(self, quantity: Decimal) -> None:
        if self.left is not None:
            self.left -= quantity
