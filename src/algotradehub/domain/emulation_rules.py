"""Emulated orders (order-path 12): what the venue is sent, and what each record makes of one.

Such an order is PENDING and ``waiting`` until it fires. Nothing of it was sent, and that is
certain: it is in no doubt after a restart, and ends at once when somebody cancels it.
"""

from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.emulation import Emulated, Emulation
from algotradehub.domain.fill import Step
from algotradehub.domain.guard_records import (
    Disarmed,
    Fired,
    GuardRecord,
    Rearmed,
    TrailMoved,
    TriggerMissed,
)
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    TimeInForce,
)

_replace: Final = msgspec.structs.replace
_NS: Final = 1_000_000_000
_CLOCK_ERROR_NS: Final = 1 * _NS  # between the clocks of two lives of this process
EXPIRED: Final = "expired: cancelled by us, for the venue has no expiry"

# What is sent when an order of the type fires.
FIRES_AS: Final = {
    OrderType.STOP_MARKET: OrderType.MARKET,
    OrderType.TAKE_PROFIT_MARKET: OrderType.MARKET,
    OrderType.TRAILING_STOP: OrderType.MARKET,
    OrderType.STOP_LIMIT: OrderType.LIMIT,
    OrderType.TAKE_PROFIT_LIMIT: OrderType.LIMIT,
}


def offered(capabilities: Capabilities) -> Capabilities:
    """What an account can be asked for where we stand in; ``capabilities`` itself if it has all."""
    types = capabilities.order_types
    more = {waits for waits, sent in FIRES_AS.items() if sent in types} - types
    times = capabilities.times_in_force
    dated = TimeInForce.GTC in times and TimeInForce.GTD not in times
    if not more and not dated:
        return capabilities
    return _replace(
        capabilities,
        order_types=types | more,
        times_in_force=times | {TimeInForce.GTD} if dated else times,
    )


def stand_in(
    request: OrderRequest, capabilities: Capabilities, choice: Emulation, *, now_ns: int
) -> Emulated | None:
    """What of ``request`` the venue leaves to us; None if it does all by itself."""
    trigger = request.type not in capabilities.order_types
    expiry = request.time_in_force not in capabilities.times_in_force
    if not trigger and not expiry:
        return None
    return Emulated(
        trigger=trigger,
        expiry=expiry,
        waiting=trigger,
        fires_late=(request.emulation or choice) is Emulation.FIRE_LATE,
        armed_ns=now_ns,
    )


def sent_request(order: Order) -> OrderRequest:
    """What the venue is asked for in place of the request of ``order``."""
    request, emulated, leg = order.request, order.emulated, order.leg
    if emulated is None:
        return request
    if emulated.trigger:
        request = _replace(
            request,
            type=FIRES_AS[request.type],
            trigger=None,
            trail=None,
            limit_price=leg.limit_price,
        )
        if leg.quantity is not None:
            request = _replace(request, amount=BaseAmount(leg.quantity))
    if emulated.expiry:
        request = _replace(request, time_in_force=TimeInForce.GTC, expires_ns=None)
    return request


def trigger_price(order: Order) -> Decimal | None:
    """What the order waits for; None for a trail."""
    trigger, moved = order.request.trigger, order.leg.trigger_price
    return moved if moved is not None or trigger is None else trigger.price


def recorded(order: Order, body: GuardRecord, at_ns: int) -> Order:
    """Return ``order`` after something that happened to it here."""
    emulated = order.emulated
    if emulated is None or not emulated.waiting or order.is_final:
        # The venue turned out to know it, or it has ended: what we do here is over.
        return _replace(order, updated_ns=at_ns)
    match body:
        case Fired(price=price, fired_ns=fired_ns):
            fired = _replace(
                _guarded(emulated, fired_ns), waiting=False, fired_ns=fired_ns, fired_price=price
            )
            order = _replace(order, emulated=fired, send_before_ns=body.send_before_ns)
        case TrailMoved(best=best):
            order = _replace(order, emulated=_replace(emulated, best=best))
        case TriggerMissed(price=price):
            missed = _replace(emulated, missed_ns=at_ns, missed_price=price)
            order = _replace(order, emulated=missed)
        case Disarmed(status=status, reason=reason):
            ended = _replace(_guarded(emulated, at_ns), waiting=False)
            order = _replace(order, emulated=ended, status=status, reason=reason)
        case Rearmed(amendment=amendment):
            order = _rearmed(order, emulated, amendment, at_ns)
    return _replace(order, updated_ns=at_ns)


def heard(step: Step, at_ns: int) -> Step:
    """What a word of the venue tells of an order that we do a part of."""
    order = step.order
    emulated = order.emulated
    assert emulated is not None  # noqa: S101 - the caller's reason to ask
    if emulated.waiting:
        # It is known there: what we had written of its firing is lost, but not the order.
        emulated = _replace(_guarded(emulated, at_ns), waiting=False)
        order = _replace(order, emulated=emulated)
    if emulated.expired_ns and order.status is OrderStatus.CANCELLED and not order.reason:
        order = _replace(order, reason=EXPIRED)
    return step if order is step.order else Step(order, step.effect)


def expired(order: Order, at_ns: int) -> Order:
    """Return ``order`` when we cancel it because the venue was not told when it expires."""
    emulated = order.emulated
    if emulated is None:
        return order
    return _replace(order, emulated=_replace(emulated, expired_ns=at_ns))


def unguarded(order: Order, since_ns: int, reason: str) -> Order:
    """Return ``order`` when nobody has watched its price since then; the same if that is known."""
    emulated = order.emulated
    if emulated is None or not emulated.waiting or emulated.unguarded_since_ns:
        return order
    since_ns = max(since_ns, emulated.armed_ns)
    emulated = _replace(emulated, unguarded_since_ns=since_ns, unguarded_reason=reason)
    return _replace(order, emulated=emulated)


def guarded(order: Order, at_ns: int) -> Order:
    """Return ``order`` when its price is watched again; one that waits for a person is not."""
    emulated = order.emulated
    if emulated is None or not emulated.unguarded_since_ns or emulated.missed_ns:
        return order
    return _replace(order, emulated=_guarded(emulated, at_ns), updated_ns=at_ns)


def restarted(order: Order, last_ns: int, at_ns: int) -> Order:
    """Nobody has watched since the last thing that the ended process wrote, at ``last_ns``."""
    since_ns = min(last_ns or at_ns, at_ns) - _CLOCK_ERROR_NS
    return unguarded(order, since_ns, "this program was not running")


def _guarded(emulated: Emulated, at_ns: int) -> Emulated:
    since_ns = emulated.unguarded_since_ns
    if not since_ns:
        return emulated
    return _replace(
        emulated,
        unguarded_s=emulated.unguarded_s + max(0, at_ns - since_ns) / _NS,
        unguarded_since_ns=0,
        unguarded_reason="",
    )


def _rearmed(order: Order, emulated: Emulated, new: Amendment, at_ns: int) -> Order:
    leg = order.leg
    leg = _replace(
        leg,
        quantity=leg.quantity if new.quantity is None else new.quantity,
        limit_price=leg.limit_price if new.limit_price is None else new.limit_price,
        trigger_price=leg.trigger_price if new.trigger_price is None else new.trigger_price,
    )
    if new.trigger_price is not None:
        emulated = _replace(_guarded(emulated, at_ns), missed_ns=0, missed_price=None)
    price = leg.limit_price or leg.trigger_price or order.reserve_price
    assert leg.quantity is None or leg.quantity > ZERO  # noqa: S101 - validation refuses others
    return _replace(order, legs=(*order.legs[:-1], leg), emulated=emulated, reserve_price=price)
