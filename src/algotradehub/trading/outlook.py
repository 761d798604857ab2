"""What becomes of an order if this machine is unplugged now, and why it was not sent yet."""

from enum import StrEnum

import msgspec

from algotradehub.domain.order import Order, OrderStatus, TimeInForce
from algotradehub.trading.reports import DeadManStatus


class Unplugged(StrEnum):
    """What an order does without us, for programs."""

    ENDED = "ended"  # it has ended: nothing
    NEVER_SENT = "never_sent"  # the venue will never know of it
    UNGUARDED = "unguarded"  # it waits here, and nobody watches its price
    MAY_BE_THERE = "may_be_there"  # whether the venue has it is not known
    NOT_REPLACED = "not_replaced"  # it is cancelled, and nothing follows
    EXPIRES = "expires"  # the venue ends it
    DEAD_MAN = "dead_man"  # the venue cancels it, for nobody tells it not to
    RESTS = "rests"  # until it fills or somebody cancels it


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to "what happens if this machine is unplugged now"."""

    kind: Unplugged
    text: str
    at_ns: int | None = None  # when the venue acts by itself


def if_unplugged(
    order: Order, *, is_storing: bool, dead_man: DeadManStatus | None = None
) -> Outlook:
    """Return what becomes of ``order`` without us.

    Args:
        order: As it is known now.
        is_storing: Whether its intent is still on its way to the disk.
        dead_man: How the venue's dead man's switch of its account stands; None: there is none.
    """
    if order.is_final:
        return Outlook(kind=Unplugged.ENDED, text=f"Nothing: it is {order.status}.")
    if is_storing:
        text = "It was not sent, and the next start may not know of it."
        return Outlook(kind=Unplugged.NEVER_SENT, text=text)
    if order.is_waiting:
        text = "Nobody watches its price: it fires after the next start, or as it says there."
        return Outlook(kind=Unplugged.UNGUARDED, text=text)
    if order.replacing is not None:
        text = "Its old leg is cancelled or rests on; no new one follows."
        return Outlook(kind=Unplugged.NOT_REPLACED, text=text)
    if order.status in {OrderStatus.PENDING, OrderStatus.UNKNOWN}:
        text = "It may be at the venue, and then it works there; the next start finds out."
        return Outlook(kind=Unplugged.MAY_BE_THERE, text=text)
    if dead_man is not None and dead_man.fires_ns is not None:
        text = "The venue's dead man's switch cancels it, unless it fills or ends before."
        return Outlook(kind=Unplugged.DEAD_MAN, text=text, at_ns=dead_man.fires_ns)
    return _resting(order)


def why_not_sent(order: Order, *, is_storing: bool, closed: str | None, now_ns: int) -> str | None:
    """Return why nothing of ``order`` is at the venue; None if it was sent, or may have been.

    Args:
        order: As it is known now.
        is_storing: Whether its intent is still on its way to the disk.
        closed: Why its account takes no new orders; None if it takes them.
        now_ns: Wall time.
    """
    if order.status is OrderStatus.REJECTED and order.origin is not None:
        return order.reason if order.origin.value != "venue" else None
    if is_storing:
        return "it is being stored"
    emulated = order.emulated
    if emulated is not None and emulated.trigger and not emulated.fired_ns:
        if order.is_final:
            return order.reason
        if emulated.missed_price is not None:
            return (
                f"its price came while nobody watched and is beyond its trigger: "
                f"{emulated.missed_price:f}; fire it, change its trigger, or cancel it"
            )
        if emulated.unguarded_since_ns:
            alone_s = (now_ns - emulated.unguarded_since_ns) / 1_000_000_000
            return f"nobody has watched its price for {alone_s:.0f} s: {emulated.unguarded_reason}"
        return "it waits for its price" if closed is None else closed
    if order.replacing is not None and not order.part.is_final:
        return "it waits for the end of the leg that it replaces"
    return None


def _resting(order: Order) -> Outlook:
    request, emulated = order.request, order.emulated
    if emulated is not None and emulated.expiry:
        text = "It rests at the venue, past its expiry too, until this program runs again."
        return Outlook(kind=Unplugged.RESTS, text=text)
    if request.time_in_force is TimeInForce.GTD:
        text = "It rests at the venue, which ends it when it expires."
        return Outlook(kind=Unplugged.EXPIRES, text=text, at_ns=request.expires_ns)
    if order.cancel_pending:
        text = "Its cancel may not have arrived: if not, it rests until the next start asks again."
        return Outlook(kind=Unplugged.RESTS, text=text)
    text = "It rests at the venue until it fills or somebody cancels it."
    return Outlook(kind=Unplugged.RESTS, text=text)
