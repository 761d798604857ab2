"""What a market refuses before anything moves, each with its code and what to do instead.

Rules that a reader may not expect:

- A market order has no limit price and cannot be post-only or GTD.
- An order that waits for a trigger or trails keeps the rules of what it becomes, but may be GTD,
  and needs a quantity. It is taken to be worth its limit or its trigger; a trail is not judged.
- Only the types that wait for one read ``trigger`` or ``trail``.
- The direction of a trigger decides; whether the type says stop or take-profit changes nothing.
- A trigger that the price has reached already is refused; there is no index price.
- Post-only contradicts IOC and FOK; FOK needs a quantity, not a value.
- Only GTD reads ``expires_ns``; an order expires at that instant, not after it.
- Reduce-only orders need not reach the minimum notional: the crumb of a position can be closed.
- The notional of a market order is taken at the price the market gives as its reference.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ONE, ZERO, text
from algotradehub.domain.order import (
    LIMIT_TYPES,
    OrderType,
    PriceSource,
    TimeInForce,
    Trail,
)
from algotradehub.matching.outcomes import NewOrder, RefusalCode

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_LIMIT: Final = OrderType.LIMIT
_MARKET: Final = OrderType.MARKET
_TRAILING_STOP: Final = OrderType.TRAILING_STOP
_GTD: Final = TimeInForce.GTD
_FOK: Final = TimeInForce.FOK
_INDEX: Final = PriceSource.INDEX

_WHOLE_BPS: Final = Decimal(10_000)

PriceOf: TypeAlias = Callable[[PriceSource], Decimal | None]
"""The price of a source now; None while it is not known."""


class Problem(NamedTuple):
    code: RefusalCode
    reason: str


def order_problem(order: NewOrder, instrument: Instrument, now_ns: int) -> Problem | None:
    """Return the first rule that ``order`` breaks by itself, whatever the market holds."""
    if order.time_in_force is _GTD:
        if order.expires_ns is None:
            return Problem(RefusalCode.EXPIRED, "good till date needs an expiry")
        if order.expires_ns <= now_ns:
            late_ns = now_ns - order.expires_ns
            return Problem(RefusalCode.EXPIRED, f"the expiry passed {late_ns} ns ago")
    kind = order.type
    if kind is _LIMIT:
        return _limit_problem(order, instrument)
    if kind is _MARKET:
        return _market_problem(order, instrument)
    if kind is _TRAILING_STOP:
        problem = _trail_problem(order.trail, instrument)
    else:
        problem = _trigger_problem(order, instrument)
    return problem or _fired_problem(order, instrument)


def _trigger_problem(order: NewOrder, instrument: Instrument) -> Problem | None:
    trigger = order.trigger
    if trigger is None:
        return Problem(RefusalCode.PRICE, f"a {order.type} order needs a trigger")
    return _source_problem(trigger.source) or price_problem(trigger.price, instrument)


def _fired_problem(order: NewOrder, instrument: Instrument) -> Problem | None:
    """Judge an order that waits by what it becomes."""
    if order.type in LIMIT_TYPES:
        return _limit_problem(order, instrument)
    problem = _market_problem(order, instrument)
    if problem is None and order.quantity is None:
        reason = f"a {order.type} order needs a quantity, not a value"
        return Problem(RefusalCode.QUANTITY, reason)
    if problem is not None or order.type is _TRAILING_STOP or order.trigger is None:
        return problem
    return market_notional_problem(order, instrument, order.trigger.price)


def _source_problem(source: PriceSource) -> Problem | None:
    if source is not _INDEX:
        return None
    return Problem(RefusalCode.UNSUPPORTED, "there is no index price here; use LAST or MARK")


def _trail_problem(trail: Trail | None, instrument: Instrument) -> Problem | None:
    if trail is None:
        return Problem(RefusalCode.PRICE, "a TRAILING_STOP order needs a trail")
    problem = _source_problem(trail.source)
    if problem is not None:
        return problem
    offset, bps = trail.offset, trail.offset_bps
    if (offset is None) == (bps is None):
        return Problem(RefusalCode.PRICE, "a trail needs an offset or basis points, and not both")
    if offset is not None and offset <= ZERO:
        return Problem(RefusalCode.PRICE, f"the offset {text(offset)} is not positive")
    if bps is not None and not ZERO < bps < _WHOLE_BPS:
        reason = f"the offset of {text(bps)} basis points is not between 0 and {text(_WHOLE_BPS)}"
        return Problem(RefusalCode.PRICE, reason)
    activation = trail.activation_price
    return None if activation is None else price_problem(activation, instrument)


def crossed_problem(
    source: PriceSource, trigger_price: Decimal, current: Decimal | None, *, rises: bool
) -> Problem | None:
    """Return why a trigger that is asked for now would fire at once."""
    if current is None or (current < trigger_price if rises else current > trigger_price):
        return None
    side = "below" if rises else "above"
    reason = f"{source} is at {text(current)}, no longer {side} the trigger {text(trigger_price)}"
    return Problem(RefusalCode.WOULD_TRIGGER, reason)


def _limit_problem(order: NewOrder, instrument: Instrument) -> Problem | None:
    price, quantity = order.limit_price, order.quantity
    if price is None:
        return Problem(RefusalCode.PRICE, "a limit order needs a limit price")
    if quantity is None or order.value is not None:
        return Problem(RefusalCode.QUANTITY, "a limit order needs a quantity, and no value")
    if order.post_only and order.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}:
        reason = f"post-only contradicts {order.time_in_force}: choose one"
        return Problem(RefusalCode.UNSUPPORTED, reason)
    problem = price_problem(price, instrument) or quantity_problem(
        quantity, instrument, market=False
    )
    if problem is not None or (instrument.min_notional is None and instrument.max_notional is None):
        return problem
    notional = instrument.notional(price, quantity)
    return notional_problem(notional, instrument, reduce_only=order.reduce_only)


def price_problem(price: Decimal, instrument: Instrument) -> Problem | None:
    if price <= ZERO:
        return Problem(RefusalCode.PRICE, f"the price {text(price)} is not positive")
    if not instrument.is_valid_price(price):
        nearest = text(instrument.nearest_price(price))
        reason = f"the price {text(price)} is not one of the instrument's; the nearest is {nearest}"
        return Problem(RefusalCode.PRICE, reason)
    return None


def _market_problem(order: NewOrder, instrument: Instrument) -> Problem | None:
    if order.limit_price is not None:
        return Problem(RefusalCode.PRICE, "a market order has no limit price; send a LIMIT order")
    if order.post_only:
        return Problem(RefusalCode.WOULD_TAKE, "a market order always takes; drop post-only")
    if order.time_in_force is _GTD and order.type is _MARKET:
        return Problem(RefusalCode.UNSUPPORTED, "a market order cannot be good till date")
    if (order.quantity is None) == (order.value is None):
        reason = "a market order needs a quantity or a value, and not both"
        return Problem(RefusalCode.QUANTITY, reason)
    if order.quantity is not None:
        return quantity_problem(order.quantity, instrument, market=True)
    if order.time_in_force is _FOK:
        return Problem(RefusalCode.UNSUPPORTED, "fill or kill needs a quantity, not a value")
    return None


def quantity_problem(quantity: Decimal, instrument: Instrument, *, market: bool) -> Problem | None:
    lot = instrument.lot_of(market=market)
    largest = instrument.max_quantity
    if market and instrument.market_max_quantity is not None:
        largest = instrument.market_max_quantity
    reason = None
    if quantity <= ZERO:
        reason = f"the quantity {text(quantity)} is not positive"
    elif quantity % lot:
        reason = f"the quantity {text(quantity)} is not a multiple of the lot {text(lot)}"
    elif quantity < instrument.min_quantity:
        reason = f"the quantity {text(quantity)} is below {text(instrument.min_quantity)}"
    elif largest is not None and quantity > largest:
        reason = f"the quantity {text(quantity)} is above {text(largest)}; split the order"
    return None if reason is None else Problem(RefusalCode.QUANTITY, reason)


def notional_problem(
    notional: Decimal, instrument: Instrument, *, reduce_only: bool
) -> Problem | None:
    least, most = instrument.min_notional, instrument.max_notional
    if least is not None and notional < least and not reduce_only:
        reason = f"the order is worth {text(notional)}, less than {text(least)}"
        return Problem(RefusalCode.NOTIONAL, reason)
    if most is not None and notional > most:
        reason = f"the order is worth {text(notional)}, more than {text(most)}; split it"
        return Problem(RefusalCode.NOTIONAL, reason)
    return None


def market_notional_problem(
    order: NewOrder, instrument: Instrument, reference: Decimal
) -> Problem | None:
    """Check what a market order is worth at ``reference``, the price it would meet first."""
    notional = order.value
    if order.quantity is not None:
        notional = instrument.notional(reference, order.quantity)
    assert notional is not None  # noqa: S101 - quantity or value, checked by order_problem
    if notional <= ZERO:
        return Problem(RefusalCode.NOTIONAL, f"the value {text(notional)} is not positive")
    return notional_problem(notional, instrument, reduce_only=order.reduce_only)


def lots_for(value: Decimal, price: Decimal, instrument: Instrument) -> Decimal:
    """Return the largest whole market lots that ``value`` quote units pay for at ``price``."""
    return instrument.quantity_down(value / instrument.notional(price, ONE), market=True)
