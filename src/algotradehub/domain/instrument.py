"""What is traded at a venue, and the rules a price and a quantity must keep there."""

from bisect import bisect_right
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_UP, Decimal
from enum import StrEnum
from itertools import pairwise
from operator import itemgetter

import msgspec

from algotradehub.domain.ids import Asset, Symbol, VenueId
from algotradehub.domain.money import ONE, ZERO, require_positive


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell, so that ``position += sign * quantity``."""
        return 1 if self is _BUY else -1

    @property
    def opposite(self) -> "Side":
        return _SELL if self is _BUY else _BUY


class InstrumentKind(StrEnum):
    SPOT = "SPOT"
    PERPETUAL = "PERPETUAL"
    FUTURE = "FUTURE"
    OPTION = "OPTION"
    EQUITY = "EQUITY"


# Members looked up once: on Python 3.11 that costs 50 ns each time.
_BUY, _SELL = Side.BUY, Side.SELL
_SPOT, _EQUITY = InstrumentKind.SPOT, InstrumentKind.EQUITY


def _round_to(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    # Rounded through the integer number of steps, so a step such as 0.25 or 5 works too.
    return (value / step).to_integral_value(rounding=rounding) * step


class FixedTick(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Every price is a multiple of ``tick``."""

    tick: Decimal

    def __post_init__(self) -> None:
        require_positive("tick", self.tick)

    def step(self, price: Decimal) -> Decimal:
        return self.tick


class SignificantFigures(msgspec.Struct, frozen=True, tag=True, gc=False):
    """At most ``figures`` significant digits and ``max_decimals`` decimals; integers always pass.

    Source: Hyperliquid's price rule, tick and lot size page.
    """

    figures: int
    max_decimals: int

    def step(self, price: Decimal) -> Decimal:
        leading = price.adjusted() if price else 0
        exponent = max(leading - self.figures + 1, -self.max_decimals)
        return ONE.scaleb(min(exponent, 0))


class TickBands(msgspec.Struct, frozen=True, tag=True):
    """The tick depends on the price: ``bands`` are (from price, tick), rising, the first from 0.

    Every band starts on its own grid and on that of the band below, so that rounding across the
    border gives a valid price.
    """

    bands: tuple[tuple[Decimal, Decimal], ...]

    def __post_init__(self) -> None:
        starts = [start for start, _ in self.bands]
        if not starts or starts[0] != ZERO or starts != sorted(set(starts)):
            raise ValueError(f"bands must rise from 0, were {starts}")
        for _, tick in self.bands:
            require_positive("tick", tick)
        for (_, below), (start, tick) in pairwise(self.bands):
            if start % below or start % tick:
                raise ValueError(f"the band from {start} must start on ticks of {below} and {tick}")

    def step(self, price: Decimal) -> Decimal:
        index = bisect_right(self.bands, abs(price), key=itemgetter(0)) - 1
        return self.bands[index][1]


PriceRule = FixedTick | SignificantFigures | TickBands


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One thing traded at one venue.

    Quantities are in base units, except for inverse contracts, whose quantity is in contracts of
    ``contract_size`` quote units each. Where a venue counts linear contracts, ``contract_size`` is
    the base units of one, and its ``encode`` converts; nothing else reckons with it.
    """

    venue: VenueId
    symbol: Symbol
    venue_symbol: str  # the venue's own name
    kind: InstrumentKind
    base: Asset
    quote: Asset
    settle: Asset  # what profit, loss and margin are paid in; the quote for spot
    price_rule: PriceRule
    lot: Decimal  # quantities are multiples of it
    min_quantity: Decimal
    max_quantity: Decimal | None = None
    market_lot: Decimal | None = None  # where market orders have a coarser lot
    market_max_quantity: Decimal | None = None
    min_notional: Decimal | None = None  # in quote
    max_notional: Decimal | None = None
    contract_size: Decimal = ONE
    inverse: bool = False
    maker_fee: Decimal = ZERO  # a rate: 0.001 is 0.1 %; negative is a rebate
    taker_fee: Decimal = ZERO
    expires_ns: int | None = None
    session: str | None = None  # name of the trading calendar; None trades always
    active: bool = True

    def __post_init__(self) -> None:
        require_positive("lot", self.lot)
        require_positive("contract_size", self.contract_size)

    @property
    def is_spot(self) -> bool:
        """Spot and equity move the asset itself; the others hold a contract."""
        return self.kind is _SPOT or self.kind is _EQUITY

    def price_step(self, price: Decimal) -> Decimal:
        return self.price_rule.step(price)

    def is_valid_price(self, price: Decimal) -> bool:
        rule = self.price_rule
        # Asked twice of every order, and most instruments have one tick: another call would show.
        return not price % (rule.tick if type(rule) is FixedTick else rule.step(price))

    def nearest_price(self, price: Decimal) -> Decimal:
        return _round_to(price, self.price_rule.step(price), ROUND_HALF_EVEN)

    def passive_price(self, price: Decimal, side: Side) -> Decimal:
        """Round towards the safer side: a buy never pays more, a sell never takes less."""
        rounding = ROUND_FLOOR if side is _BUY else ROUND_CEILING
        return _round_to(price, self.price_rule.step(price), rounding)

    def price_of(self, level: float) -> Decimal:  # tidy: float: a book level is one
        """Turn a book level's float key into an exact price: the only way from a book to an order.

        ``repr`` gives the shortest text that reads back as the same float, which is the wire text
        for any price of up to 15 digits; quantising then removes what rounding may have left.
        """
        return self.nearest_price(Decimal(repr(level)))

    def lot_of(self, *, market: bool) -> Decimal:
        return self.market_lot if market and self.market_lot is not None else self.lot

    def quantity_down(self, quantity: Decimal, *, market: bool = False) -> Decimal:
        return _round_to(quantity, self.lot_of(market=market), ROUND_DOWN)

    def quantity_up(self, quantity: Decimal, *, market: bool = False) -> Decimal:
        return _round_to(quantity, self.lot_of(market=market), ROUND_UP)

    def notional(self, price: Decimal, quantity: Decimal) -> Decimal:
        """Value in quote units of ``quantity`` at ``price``."""
        return quantity * (self.contract_size if self.inverse else price)
