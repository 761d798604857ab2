"""Whether a paper venue takes an order: what it offers, and whether the wallet can carry it.

Rules of the instrument and of matching are the market's; it judges after this.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

from algotradehub.domain.commands import Place
from algotradehub.domain.evidence import CommandKind, Refused
from algotradehub.domain.ids import Symbol, VenueOrderId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.market import Quote
from algotradehub.domain.money import ONE, ZERO, text
from algotradehub.domain.order import Amount, BaseAmount, OrderType, PositionSide
from algotradehub.matching.outcomes import Market, RefusalCode
from algotradehub.matching.price_time import Levels, PriceTimeMarket
from algotradehub.matching.recorded import RecordedMarket
from algotradehub.venues.paper.records import PaperOrder
from algotradehub.venues.paper.register import Customer

INSUFFICIENT_BALANCE: Final = "INSUFFICIENT_BALANCE"
UNKNOWN_SYMBOL: Final = "UNKNOWN_SYMBOL"

# A market order over recorded data may wait for the next quote, which may be worse than this one.
_DRIFT: Final = Decimal("1.01")
Quotes: TypeAlias = Callable[[Symbol], Quote | None]
"""The last quote of a symbol, as the public sees it."""

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_BUY: Final = Side.BUY
_SELL: Final = Side.SELL
_NET: Final = PositionSide.NET
_LIMIT: Final = OrderType.LIMIT
_MARKET: Final = OrderType.MARKET

_DEPTH: Final = 20  # levels of a book looked at first; ten times as many if these are not enough


def admit(
    command: Place,
    *,
    customer: Customer,
    market: Market | None,
    quote: Quotes,
    order_id: VenueOrderId,
    now_ns: int,
) -> PaperOrder | Refused:
    """Return the order as the venue would record it, or why it does not get that far."""
    request = command.request
    if command.client_order_id in customer.orders:
        return _refused(command, RefusalCode.DUPLICATE, "this client order id was used before")
    if market is None:
        return _refused(command, UNKNOWN_SYMBOL, f"{request.symbol} is not listed here")
    instrument = market.instrument
    unsupported = _unsupported(command, instrument)
    if unsupported is not None:
        return _refused(command, RefusalCode.UNSUPPORTED, unsupported)
    amount = request.amount
    quantity = value = None
    if isinstance(amount, BaseAmount):
        quantity = amount.quantity
    else:
        value = amount.value
    if not (quantity or value or ZERO) > ZERO:
        return _refused(command, RefusalCode.QUANTITY, "the amount must be positive")
    if request.type is _LIMIT:
        reserve_price = request.limit_price
        if reserve_price is None or reserve_price <= ZERO:
            return _refused(command, RefusalCode.PRICE, "a limit order needs a positive price")
    else:
        reserve_price = _market_price(market, quote, request.side, amount)
        if reserve_price is None:
            reason = "nobody is on the other side yet; try again when there is a quote"
            return _refused(command, RefusalCode.NO_LIQUIDITY, reason)
    order = PaperOrder(
        venue_order_id=order_id,
        account=customer.wallet.account,
        client_order_id=command.client_order_id,
        symbol=request.symbol,
        side=request.side,
        type=request.type,
        quantity=quantity,
        value=value,
        limit_price=request.limit_price,
        time_in_force=request.time_in_force,
        expires_ns=request.expires_ns,
        post_only=request.post_only,
        reduce_only=request.reduce_only,
        reserve_price=reserve_price,
        changed_ns=now_ns,
    )
    shortage = shortage_of(order, customer=customer, market=market, quote=quote)
    return order if shortage is None else _refused(command, INSUFFICIENT_BALANCE, shortage)


def shortage_of(
    order: PaperOrder, *, customer: Customer, market: Market, quote: Quotes
) -> str | None:
    """Say what the wallet lacks for ``order`` as it is given, or None."""
    instrument = market.instrument
    if not instrument.is_spot and order.side is (_BUY if instrument.inverse else _SELL):
        # Matched at a better price than its limit, such a contract binds more margin.
        best = _best(market, quote, order.side)
        if best is not None and _reaches(order.side, order.reserve_price, best):
            order = msgspec.structs.replace(order, reserve_price=best)
    shortage = customer.wallet.shortage(order)
    if shortage is None:
        return None
    asset, missing = shortage
    available = text(customer.wallet.available(asset))
    return f"{available} {asset} available, {text(missing)} too little"


def _unsupported(command: Place, instrument: Instrument) -> str | None:
    request = command.request
    if request.type is not _LIMIT and request.type is not _MARKET:
        return f"{request.type} orders are not offered; LIMIT and MARKET are"
    if request.position_side is not _NET:
        return f"one net position per contract here, not {request.position_side}"
    if request.reduce_only and instrument.is_spot:
        return f"reduce-only is for contracts; {instrument.symbol} is spot"
    return None


def _market_price(market: Market, quote: Quotes, side: Side, amount: Amount) -> Decimal | None:
    """What a market order may cost on average, at worst; None if nobody shows a price."""
    if isinstance(market, PriceTimeMarket):
        return _average_price(market, side, amount)
    best = _best(market, quote, side)
    if best is None and isinstance(market, RecordedMarket):
        best = market.mark  # of trades or candles: what would take waits for the next of them
    if best is None:
        return None
    return best * _DRIFT if side is _BUY else best / _DRIFT


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


def _best(market: Market, quote: Quotes, side: Side) -> Decimal | None:
    """The best price for somebody who does ``side``."""
    if isinstance(market, PriceTimeMarket):
        bid, ask = market.best()
        return ask if side is _BUY else bid
    shown = quote(market.instrument.symbol)
    if shown is None:
        return None
    return shown.ask if side is _BUY else shown.bid


def _reaches(side: Side, limit: Decimal, price: Decimal) -> bool:
    return price <= limit if side is _BUY else price >= limit


def _refused(command: Place, code: str, reason: str) -> Refused:
    return Refused(
        command=CommandKind.PLACE,
        client_order_id=command.client_order_id,
        code=code,
        reason=reason,
    )
