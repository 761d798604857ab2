"""Whether a request makes sense, before it becomes an order: every broken rule, all at once."""

from decimal import Decimal
from typing import Final, TypeAlias

from algotradehub.domain.capabilities import AmendStyle, Capabilities
from algotradehub.domain.errors import Refusal
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ONE, ZERO
from algotradehub.domain.order import (
    LIMIT_TYPES,
    TRIGGERED_TYPES,
    Amendment,
    BaseAmount,
    Order,
    OrderRequest,
    OrderType,
    PositionSide,
    PriceSource,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)

LONGEST_KEY: Final = 64
MOST_METADATA: Final = 16
LONGEST_METADATA_NAME: Final = 64
LONGEST_METADATA_VALUE: Final = 256

# No market deals in more, and every remainder below it stays within the decimal context.
LARGEST: Final = Decimal("1E+18")
_WHOLE_BPS: Final = Decimal(10_000)

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_BUY: Final = Side.BUY
_NET: Final = PositionSide.NET
_GTD: Final = TimeInForce.GTD
_TRAILING_STOP: Final = OrderType.TRAILING_STOP
_STOP_TYPES: Final = frozenset({OrderType.STOP_MARKET, OrderType.STOP_LIMIT})
_IMMEDIATE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})

_Found: TypeAlias = list[Refusal]
_Bound: TypeAlias = tuple[Decimal, str, Decimal]  # a quantity, the rule, the number it names


def refusals(
    request: OrderRequest,
    instrument: Instrument,
    capabilities: Capabilities,
    *,
    now_ns: int,
    reference_price: Decimal | None,
) -> tuple[Refusal, ...]:
    """Return every rule that ``request`` breaks; empty if it may become an order.

    Args:
        request: What is wanted. That its symbol is listed is the caller's business.
        instrument: The instrument it names.
        capabilities: What its account can be asked for.
        now_ns: Wall time.
        reference_price: What its side would trade at now, in quote units; None if not known.
            Without it the value of an order without a price is not checked.
    """
    found: _Found = []
    _check_labels(request, found)
    _check_offered(request, capabilities, found)
    _check_times(request, instrument, now_ns, found)
    _check_prices(request, instrument, reference_price, found)
    amount = request.amount
    if not isinstance(amount, BaseAmount):
        _check_value(amount.value, request, instrument, capabilities, found)
        return tuple(found)
    price = request.limit_price
    if price is None:
        price = reference_price if request.trigger is None else request.trigger.price
    _check_quantity(
        "amount",
        amount.quantity,
        instrument,
        found,
        price=price,
        market=request.type not in LIMIT_TYPES,
        closing=request.reduce_only,
    )
    return tuple(found)


def amend_refusals(
    order: Order, amendment: Amendment, instrument: Instrument, capabilities: Capabilities
) -> tuple[Refusal, ...]:
    """Return every rule that ``amendment`` breaks; empty if the venue may be asked for it."""
    found: _Found = []
    request = order.request
    quantity, limit_price = amendment.quantity, amendment.limit_price
    trigger_price = amendment.trigger_price
    replaced = capabilities.amend is AmendStyle.CANCEL_REPLACE
    if replaced and not isinstance(request.amount, BaseAmount):
        rule = "an order in base units; this venue replaces an order to change it"
        _refuse(found, "order_id", rule, order.order_id)
    if quantity is None and limit_price is None and trigger_price is None:
        _refuse(found, "amendment", "at least one new value", "none")
    if limit_price is not None:
        if request.type in LIMIT_TYPES:
            _check_price("limit_price", limit_price, instrument, found)
        else:
            _refuse(found, "limit_price", f"not given for {request.type}", limit_price)
    if trigger_price is not None:
        if request.type in TRIGGERED_TYPES:
            _check_price("trigger_price", trigger_price, instrument, found)
        else:
            _refuse(found, "trigger_price", f"not given for {request.type}", trigger_price)
    if quantity is not None:
        if isinstance(request.amount, BaseAmount):
            _check_quantity(
                "quantity",
                quantity,
                instrument,
                found,
                price=limit_price or order.leg.limit_price or trigger_price,
                market=request.type not in LIMIT_TYPES,
                closing=request.reduce_only,
                filled=max(order.filled, order.venue_filled),
            )
        else:
            _refuse(found, "quantity", "not given for an order in quote units", quantity)
    return tuple(found)


def _refuse(
    found: _Found, field: str, rule: str, value: object, nearest: Decimal | str | None = None
) -> None:
    found.append(
        Refusal(
            field=field,
            rule=rule,
            value=f"{value:f}" if isinstance(value, Decimal) else str(value),
            nearest=f"{nearest:f}" if isinstance(nearest, Decimal) else nearest,
        )
    )


def _check_labels(request: OrderRequest, found: _Found) -> None:
    key = request.idempotency_key
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        rule = f"1 to {LONGEST_KEY} printable ASCII characters"
        _refuse(found, "idempotency_key", rule, key[: LONGEST_KEY + 1])
    metadata = request.metadata
    if not metadata:
        return
    if len(metadata) > MOST_METADATA:
        _refuse(found, "metadata", f"at most {MOST_METADATA} entries", len(metadata))
    for name, value in metadata.items():
        if len(name) > LONGEST_METADATA_NAME or len(value) > LONGEST_METADATA_VALUE:
            rule = (
                f"names of at most {LONGEST_METADATA_NAME} and values of at most "
                f"{LONGEST_METADATA_VALUE} characters"
            )
            _refuse(found, "metadata", rule, name[: LONGEST_METADATA_NAME + 1])


def _check_offered(request: OrderRequest, capabilities: Capabilities, found: _Found) -> None:
    """What the venue offers at all, and what excludes itself."""
    if request.type not in capabilities.order_types:
        rule = f"one of {', '.join(sorted(capabilities.order_types))} at this venue"
        _refuse(found, "type", rule, request.type)
    time_in_force = request.time_in_force
    if time_in_force not in capabilities.times_in_force:
        rule = f"one of {', '.join(sorted(capabilities.times_in_force))} at this venue"
        _refuse(found, "time_in_force", rule, time_in_force)
    if request.post_only:
        if not capabilities.post_only:
            _refuse(found, "post_only", "not offered by this venue", "true", "false")
        if request.type not in LIMIT_TYPES:
            rule = f"only for orders with a limit price, which {request.type} has not"
            _refuse(found, "post_only", rule, "true", "false")
        if time_in_force in _IMMEDIATE:
            rule = f"an order that may rest, which {time_in_force} may not"
            _refuse(found, "post_only", rule, "true", "false")
    if request.reduce_only and not capabilities.reduce_only:
        _refuse(found, "reduce_only", "not offered by this venue", "true", "false")
    if request.position_side is not _NET and not capabilities.hedged_positions:
        rule = "NET: this account holds one position per instrument"
        _refuse(found, "position_side", rule, request.position_side, _NET)


def _check_times(request: OrderRequest, instrument: Instrument, now_ns: int, found: _Found) -> None:
    if not instrument.active:
        _refuse(found, "symbol", "an instrument that is open for trading", request.symbol)
    if instrument.expires_ns is not None and instrument.expires_ns <= now_ns:
        _refuse(found, "symbol", "an instrument that has not expired", request.symbol)
    expires_ns = request.expires_ns
    if request.time_in_force is _GTD:
        if expires_ns is None or expires_ns <= now_ns:
            _refuse(found, "expires_ns", f"for GTD a time after {now_ns}", expires_ns)
    elif expires_ns is not None:
        _refuse(found, "expires_ns", "given for GTD only", expires_ns)


def _check_prices(
    request: OrderRequest,
    instrument: Instrument,
    reference_price: Decimal | None,
    found: _Found,
) -> None:
    """Each type has the prices it needs, and no other."""
    kind, limit_price = request.type, request.limit_price
    trigger, trail = request.trigger, request.trail
    if limit_price is not None:
        if kind in LIMIT_TYPES:
            _check_price("limit_price", limit_price, instrument, found)
        else:
            _refuse(found, "limit_price", f"not given for {kind}", limit_price)
    elif kind in LIMIT_TYPES:
        _refuse(found, "limit_price", f"given for {kind}", None)
    if trigger is not None:
        if kind in TRIGGERED_TYPES:
            _check_trigger(request, trigger, instrument, reference_price, found)
        else:
            _refuse(found, "trigger", f"not given for {kind}", trigger.price)
    elif kind in TRIGGERED_TYPES:
        _refuse(found, "trigger", f"given for {kind}", None)
    if trail is not None:
        if kind is _TRAILING_STOP:
            _check_trail(trail, instrument, found)
        else:
            _refuse(found, "trail", f"not given for {kind}", trail.offset or trail.offset_bps)
    elif kind is _TRAILING_STOP:
        _refuse(found, "trail", f"given for {kind}", None)


def _is_amount(value: Decimal) -> bool:
    """Whether ``value`` is one that arithmetic can be done with."""
    return value.is_finite() and ZERO < value < LARGEST


def _refuse_amount(found: _Found, field: str, value: Decimal, least: Decimal | None) -> None:
    nearest = least if value.is_finite() and value <= ZERO else None
    _refuse(found, field, f"a number above 0 and below {LARGEST:f}", value, nearest)


def _check_price(field: str, price: Decimal, instrument: Instrument, found: _Found) -> bool:
    if not _is_amount(price):
        _refuse_amount(found, field, price, instrument.price_step(ONE))
        return False
    if not instrument.is_valid_price(price):
        step = instrument.price_step(price)
        nearest = instrument.nearest_price(price) or step
        _refuse(found, field, f"a multiple of {step:f} at this price", price, nearest)
    return True


def _check_trigger(
    request: OrderRequest,
    trigger: Trigger,
    instrument: Instrument,
    reference_price: Decimal | None,
    found: _Found,
) -> None:
    # A stop acts when the price goes against its side, a take-profit when it goes with it.
    rises = (request.type in _STOP_TYPES) == (request.side is _BUY)
    wanted = TriggerDirection.RISES_TO if rises else TriggerDirection.FALLS_TO
    if trigger.direction is not wanted:
        rule = f"{wanted} for {request.type} {request.side}"
        _refuse(found, "trigger.direction", rule, trigger.direction, wanted)
    price = trigger.price
    if not _check_price("trigger.price", price, instrument, found):
        return
    # Mark and index are other prices than the one we were given.
    if reference_price is None or trigger.source is not PriceSource.LAST:
        return
    rises = trigger.direction is TriggerDirection.RISES_TO
    if price <= reference_price if rises else price >= reference_price:
        away = "above" if rises else "below"
        rule = f"{away} {reference_price:f}, or it would fire at once"
        nearest = _beyond(reference_price, instrument, rises=rises)
        _refuse(found, "trigger.price", rule, price, nearest)


def _beyond(price: Decimal, instrument: Instrument, *, rises: bool) -> Decimal | None:
    """The first valid price above (or below) ``price``; None if there is none above 0."""
    side = Side.SELL if rises else Side.BUY
    rounded = instrument.passive_price(price, side)
    if rounded == price:
        # Half a step further lies in the right band, also where ticks change at this price.
        away = instrument.price_step(price) / (2 if rises else -2)
        rounded = instrument.passive_price(price + away, side)
    return rounded if rounded > ZERO else None


def _check_trail(trail: Trail, instrument: Instrument, found: _Found) -> None:
    offset, offset_bps = trail.offset, trail.offset_bps
    if (offset is None) == (offset_bps is None):
        given = "none" if offset is None else "both"
        _refuse(found, "trail", "exactly one of offset and offset_bps", given)
    if offset is not None and not _is_amount(offset):
        _refuse_amount(found, "trail.offset", offset, None)
    if offset_bps is not None and not (offset_bps.is_finite() and ZERO < offset_bps < _WHOLE_BPS):
        rule = f"a number above 0 and below {_WHOLE_BPS:f}"
        _refuse(found, "trail.offset_bps", rule, offset_bps)
    if trail.activation_price is not None:
        _check_price("trail.activation_price", trail.activation_price, instrument, found)


def _check_value(
    value: Decimal,
    request: OrderRequest,
    instrument: Instrument,
    capabilities: Capabilities,
    found: _Found,
) -> None:
    """An amount in quote units: the venue makes a quantity of it."""
    if request.type is not OrderType.MARKET:
        _refuse(found, "amount", f"an amount in base units for {request.type}", value)
    elif not capabilities.quote_amounts:
        _refuse(found, "amount", "an amount in base units at this venue", value)
    least, most = instrument.min_notional, instrument.max_notional
    if not _is_amount(value):
        _refuse_amount(found, "amount", value, least)
    elif least is not None and value < least:
        _refuse(found, "amount", f"worth at least {least:f} in quote units", value, least)
    elif most is not None and value > most:
        _refuse(found, "amount", f"worth at most {most:f} in quote units", value, most)


def _check_quantity(
    field: str,
    quantity: Decimal,
    instrument: Instrument,
    found: _Found,
    *,
    price: Decimal | None,
    market: bool,
    closing: bool,
    filled: Decimal = ZERO,
) -> None:
    """Lot, smallest and largest quantity and value; the hint keeps all of them at once."""
    if not _is_amount(quantity):
        _refuse_amount(found, field, quantity, instrument.min_quantity)
        return
    lot = instrument.lot_of(market=True) if market else instrument.lot
    lower, upper = _bounds(instrument, price, market=market, closing=closing)
    rules = [f"a multiple of {lot:f}"] if quantity % lot else []
    for least, rule, number in lower:
        if quantity < least:
            rules.append(rule.format(number))
    if upper:
        rules += [rule.format(number) for most, rule, number in upper if quantity > most]
    if filled and quantity <= filled:
        rules.append(f"above the {filled:f} that have filled")
    if not rules:
        return
    one_more = instrument.quantity_down(filled, market=market) + lot
    least = instrument.quantity_up(max(one_more, *(bound for bound, _, _ in lower)), market=market)
    nearest = max(least, instrument.quantity_down(quantity, market=market))
    if upper:
        most = min(bound for bound, _, _ in upper)
        nearest = min(nearest, instrument.quantity_down(most, market=market))
    hint = nearest if nearest >= least else None  # the bounds may leave no room
    for rule in rules:
        _refuse(found, field, rule, quantity, hint)


def _bounds(
    instrument: Instrument, price: Decimal | None, *, market: bool, closing: bool
) -> tuple[list[_Bound], list[_Bound]]:
    """The lower and the upper bounds of a quantity, those by value included."""
    lower: list[_Bound] = [(instrument.min_quantity, "at least {:f}", instrument.min_quantity)]
    upper: list[_Bound] = []
    most = instrument.market_max_quantity if market else None
    most = instrument.max_quantity if most is None else most
    if most is not None:
        upper.append((most, "at most {:f}", most))
    least_value = None if closing else instrument.min_notional  # a crumb may be closed too
    most_value = instrument.max_notional
    unlimited = least_value is None and most_value is None
    if unlimited or price is None or not (price.is_finite() and price > ZERO):
        return lower, upper
    value = instrument.notional(price, ONE)
    if least_value is not None:
        lower.append((least_value / value, "worth at least {:f} in quote units", least_value))
    if most_value is not None:
        upper.append((most_value / value, "worth at most {:f} in quote units", most_value))
    return lower, upper
