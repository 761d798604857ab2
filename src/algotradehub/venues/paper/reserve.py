"""What a paper venue values an order at while it is open: the worst that it may match at.

- A limit order, also one that waits for its trigger, at its limit.
- A market order over a book at the average of the levels it would take; over recorded data, where
  it may wait for the next quote, at the best price and one per cent more.
- What becomes a market order at its trigger: at that, and one per cent more. A trail at the trigger
  that it would have if it began now, or at its activation price: it only gets better for a buy.

A gap beyond that is paid from what else the account has, into the red if need be.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeAlias

from algotradehub.domain.ids import Symbol
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.market import Quote
from algotradehub.domain.money import ONE, ZERO
from algotradehub.domain.order import (
    LIMIT_TYPES,
    Amendment,
    Amount,
    BaseAmount,
    OrderRequest,
    Trail,
)
from algotradehub.matching.outcomes import Market
from algotradehub.matching.price_time import Levels, PriceTimeMarket
from algotradehub.matching.triggers import trailing_offset
from algotradehub.venues.paper.records import PaperOrder

Quotes: TypeAlias = Callable[[Symbol], Quote | None]
"""The last quote of a symbol, as the public sees it."""

_BUY: Final = Side.BUY  # looked up once: on Python 3.11 that costs 50 ns each time

_DRIFT: Final = Decimal("1.01")
_DEPTH: Final = 20  # levels of a book looked at first; ten times as many if these are not enough


def reserve_price(request: OrderRequest, market: Market, quote: Quotes) -> Decimal | None:
    """Return what the order that is asked for is valued at; None if no price is known."""
    if request.type in LIMIT_TYPES:
        return request.limit_price
    if request.trigger is not None:
        return _drifted(request.trigger.price, request.side)
    if request.trail is not None:
        return _trail_price(request.trail, request.side, market)
    return _market_price(market, quote, request.side, request.amount)


def amended_reserve(order: PaperOrder, amendment: Amendment) -> Decimal:
    """Return what ``order`` is valued at when it is amended."""
    limit_price = amendment.limit_price or order.limit_price
    if limit_price is not None:
        return limit_price
    if amendment.trigger_price is not None and order.trigger is not None:
        return _drifted(amendment.trigger_price, order.side)
    return order.reserve_price


def _drifted(price: Decimal, side: Side) -> Decimal:
    return price * _DRIFT if side is _BUY else price / _DRIFT


def _trail_price(trail: Trail, side: Side, market: Market) -> Decimal | None:
    start = market.mark if trail.activation_price is None else trail.activation_price
    if start is None:
        return None
    if side is _BUY and (trail.offset or trail.offset_bps):
        start += trailing_offset(trail, start)
    return _drifted(start, side)


def _market_price(market: Market, quote: Quotes, side: Side, amount: Amount) -> Decimal | None:
    """What a market order may cost on average, at worst; None if nobody shows a price."""
    if isinstance(market, PriceTimeMarket):
        return _average_price(market, side, amount)
    best = best_price(market, quote, side)
    if best is None:
        best = market.mark  # of trades or candles: what would take waits for the next of them
    return None if best is None else _drifted(best, side)


def _average_price(market: PriceTimeMarket, side: Side, amount: Amount) -> Decimal | None:
    """The price over the levels that the order would take, rounded to its disadvantage."""
    instrument = market.instrument
    depth = _DEPTH
    while True:
        bids, asks = market.levels(depth)
        levels = asks if side is _BUY else bids
        taken, paid, is_enough = _taken(levels, instrument, amount)
        if is_enough or len(levels) < depth:
            return instrument.passive_price(paid / taken, side.opposite) if taken else None
        depth *= 10


def _taken(levels: Levels, instrument: Instrument, amount: Amount) -> tuple[Decimal, Decimal, bool]:
    """What ``amount`` takes of ``levels``: quantity, value, and whether they are enough."""
    taken = paid = ZERO
    left = amount.quantity if isinstance(amount, BaseAmount) else amount.value
    for price, resting in levels:
        unit = ONE if isinstance(amount, BaseAmount) else instrument.notional(price, ONE)
        if resting * unit >= left:
            part = left / unit
            return taken + part, paid + part * price, True
        left -= resting * unit
        taken += resting
        paid += resting * price
    return taken, paid, False


def best_price(market: Market, quote: Quotes, side: Side) -> Decimal | None:
    """The best price for somebody who does ``side``."""
    if isinstance(market, PriceTimeMarket):
        bid, ask = market.best()
        return ask if side is _BUY else bid
    shown = quote(market.instrument.symbol)
    if shown is None:
        return None
    return shown.ask if side is _BUY else shown.bid
