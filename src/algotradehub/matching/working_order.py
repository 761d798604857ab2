"""An order as long as a market works it."""

from decimal import Decimal

import msgspec

from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import PriceSource, Trail

_BUY = Side.BUY  # looked up once: on Python 3.11 that costs 50 ns each time


class Condition(msgspec.Struct, kw_only=True, eq=False, gc=False):
    """What an order waits for before it is worked: a price, fixed or trailing."""

    source: PriceSource
    rises: bool  # fires at or above ``price``; else at or below
    price: Decimal | None  # None: a trail that has not begun
    trail: Trail | None = None
    best: Decimal | None = None  # of a trail: the price that its trigger keeps its offset from
    number: int = 0  # its place among those that wait for the same price


class WorkingOrder(msgspec.Struct, kw_only=True, eq=False, gc=False):
    """An order from its acceptance to its end; the one mutable value of the markets."""

    order_id: str
    owner: str
    side: Side
    price: Decimal | None  # None: a market order
    quantity: Decimal  # the total asked for; 0 for an amount in quote
    remaining: Decimal  # what may still fill; less than asked where reduce-only allows less
    since_ns: int  # when it took its place in the queue
    immediate: bool = False  # may never rest: immediate or cancel, fill or kill
    fill_or_kill: bool = False
    expires_ns: int | None = None
    post_only: bool = False
    reduce_only: bool = False
    budget: Decimal | None = None  # of an amount in quote: the value left to spend
    filled: Decimal = ZERO
    value: Decimal = ZERO  # sum of price x quantity of its matches
    ahead: Decimal | None = None  # others' quantity before it at its price; None: not known
    shown: Decimal = ZERO  # others' quantity at its price when that was last looked at
    printed: Decimal = ZERO  # how much of that prints have taken since
    open: bool = True
    resting: bool = False  # stands in a BookSide
    condition: Condition | None = None  # stands in Triggers

    def accepts(self, price: Decimal) -> bool:
        """Whether a match at ``price`` keeps its limit."""
        return self.price is None or reaches(self.side, self.price, price)


def reaches(side: Side, limit: Decimal, price: Decimal) -> bool:
    """Whether ``price`` is as good as ``limit`` or better for whoever does ``side``."""
    return price <= limit if side is _BUY else price >= limit
