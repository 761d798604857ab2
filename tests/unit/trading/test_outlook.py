"""What an order says of itself: why it was not sent, and what becomes of it without us."""

from typing import Any

import pytest

from algotradehub.domain.emulation import Emulated
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.order import Order, OrderStatus, Origin, TimeInForce
from algotradehub.trading.outlook import Unplugged, if_unplugged, why_not_sent
from algotradehub.trading.reports import DeadManStatus
from tests.unit.domain import examples
from tests.unit.trading.words import PRICE, changed

S = 1_000_000_000
RESTS = examples.order(status=OrderStatus.OPEN)
WAITS = examples.order(emulated=Emulated(trigger=True, waiting=True))


def with_request(**changes: Any) -> Order:
    return changed(RESTS, request=changed(RESTS.request, **changes))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("order", "kind"),
    [
        (examples.order(status=OrderStatus.FILLED), Unplugged.ENDED),
        (WAITS, Unplugged.UNGUARDED),
        (changed(RESTS, replacing=ClientOrderId("b" * 32)), Unplugged.NOT_REPLACED),
        (examples.order(), Unplugged.MAY_BE_THERE),
        (examples.order(status=OrderStatus.UNKNOWN), Unplugged.MAY_BE_THERE),
        (RESTS, Unplugged.RESTS),
        (changed(RESTS, cancel_pending=True), Unplugged.RESTS),
        (with_request(time_in_force=TimeInForce.GTD, expires_ns=9), Unplugged.EXPIRES),
    ],
)
def test_every_order_says_what_becomes_of_it(order: Order, kind: Unplugged) -> None:
    outlook = if_unplugged(order, is_storing=False)
    assert outlook.kind is kind
    assert (outlook.at_ns is not None) is (kind is Unplugged.EXPIRES)


def test_a_dead_mans_switch_ends_what_rests() -> None:
    fires = DeadManStatus(timeout_s=30.0, fires_ns=7)
    outlook = if_unplugged(RESTS, is_storing=False, dead_man=fires)
    assert (outlook.kind, outlook.at_ns) == (Unplugged.DEAD_MAN, 7)
    unset = DeadManStatus(timeout_s=30.0, trouble="not connected")
    assert if_unplugged(RESTS, is_storing=False, dead_man=unset).kind is Unplugged.RESTS
    assert if_unplugged(WAITS, is_storing=False, dead_man=fires).kind is Unplugged.UNGUARDED


def test_what_is_not_on_the_disk_may_never_have_been() -> None:
    assert if_unplugged(examples.order(), is_storing=True).kind is Unplugged.NEVER_SENT


def test_an_expiry_of_ours_is_none_without_us() -> None:
    dated = with_request(time_in_force=TimeInForce.GTD, expires_ns=9)
    outlook = if_unplugged(changed(dated, emulated=Emulated(expiry=True)), is_storing=False)
    assert outlook.kind is Unplugged.RESTS
    assert "past its expiry" in outlook.text


@pytest.mark.parametrize(
    ("emulated", "closed", "why"),
    [
        (Emulated(trigger=True, waiting=True), None, "it waits for its price"),
        (Emulated(trigger=True, waiting=True), "halted by ann: lunch", "halted by ann: lunch"),
        (
            Emulated(
                trigger=True, waiting=True, unguarded_since_ns=1 * S, unguarded_reason="it was down"
            ),
            None,
            "nobody has watched its price for 4 s: it was down",
        ),
        (
            Emulated(trigger=True, waiting=True, missed_ns=1, missed_price=PRICE),
            None,
            (
                "its price came while nobody watched and is beyond its trigger: 100; fire it, "
                "change its trigger, or cancel it"
            ),
        ),
        (Emulated(trigger=True, fired_ns=1), None, None),
    ],
)
def test_what_waits_says_why(emulated: Emulated, closed: str | None, why: str | None) -> None:
    order = examples.order(emulated=emulated)
    assert why_not_sent(order, is_storing=False, closed=closed, now_ns=5 * S) == why


def test_others_say_why_too() -> None:
    def why(order: Order, *, is_storing: bool = False) -> str | None:
        return why_not_sent(order, is_storing=is_storing, closed=None, now_ns=0)

    assert why(RESTS) is None
    assert why(examples.order(), is_storing=True) == "it is being stored"
    dead = examples.order(status=OrderStatus.REJECTED, reason="no room")
    assert why(changed(dead, origin=Origin.UNSENT)) == "no room"
    assert why(changed(dead, origin=Origin.VENUE)) is None
    ended = changed(WAITS, status=OrderStatus.CANCELLED, reason="by hand")
    assert why(ended) == "by hand"
    replaced = changed(RESTS, replacing=ClientOrderId("b" * 32))
    assert why(replaced) == "it waits for the end of the leg that it replaces"
