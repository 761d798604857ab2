"""Random histories for markets that match orders, and how they are played."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from hypothesis import strategies as st

from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    OrderType,
    PriceSource,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.matching.outcomes import Closed, Market, NewOrder, Outcome, Refused
from tests.unit.matching.naive_market import NaiveMarket
from tests.unit.matching.orders import instrument

D = Decimal
IOC, FOK = TimeInForce.IOC, TimeInForce.FOK

# Few prices, few ids, few owners: so that queues, repeats and self trades are common, not lucky.
STRICT = instrument(min_notional=D(300), max_quantity=D(9), market_lot=D(2))
IDS = st.integers(0, 14).map(str)
PRICES = st.integers(195, 205).map(lambda half_ticks: D(half_ticks) / 2)
START = {"ann": D(9), "bob": D(-9)}
QUANTITIES = st.integers(1, 10).map(D)


KINDS = {
    "limit": OrderType.LIMIT,
    "market": OrderType.MARKET,
    "value": OrderType.MARKET,
    "stop": OrderType.STOP_MARKET,
    "stop limit": OrderType.STOP_LIMIT,
    "trail": OrderType.TRAILING_STOP,
}
SOURCES = st.sampled_from([PriceSource.LAST, PriceSource.LAST, PriceSource.MARK])
TRIGGERS = st.builds(
    Trigger, price=PRICES, direction=st.sampled_from(TriggerDirection), source=SOURCES
)
TRAILS = st.builds(
    Trail,
    offset=st.integers(1, 4).map(lambda half_ticks: D(half_ticks) / 2),
    activation_price=st.none() | PRICES,
    source=SOURCES,
) | st.builds(Trail, offset_bps=st.integers(10, 200).map(D), source=SOURCES)


@st.composite
def new_orders(draw: st.DrawFn) -> NewOrder:
    kind = draw(st.sampled_from(["limit"] * 5 + ["market", "value", "stop", "stop limit", "trail"]))
    limited = kind in {"limit", "stop limit"}
    tifs = list(TimeInForce) if kind not in {"market", "value"} else [TimeInForce.GTC, IOC]
    if kind == "market":
        tifs.append(FOK)
    time_in_force = draw(st.sampled_from(tifs))
    lasting = time_in_force in {TimeInForce.GTC, TimeInForce.GTD}
    return NewOrder(
        order_id=draw(IDS),
        owner=draw(st.sampled_from(["ann", "bob", "cid"])),
        side=draw(st.sampled_from(Side)),
        type=KINDS[kind],
        quantity=None if kind == "value" else draw(QUANTITIES),
        value=draw(st.integers(50, 2500).map(D)) if kind == "value" else None,
        limit_price=draw(PRICES) if limited else None,
        time_in_force=time_in_force,
        expires_ns=draw(st.integers(1, 80)),
        post_only=limited and lasting and draw(st.integers(0, 3)) == 0,
        reduce_only=draw(st.integers(0, 2)) == 0,
        trigger=draw(TRIGGERS) if kind.startswith("stop") else None,
        trail=draw(TRAILS) if kind == "trail" else None,
    )


class Cancel(msgspec.Struct):
    order_id: str


class Amend(msgspec.Struct):
    order_id: str
    quantity: Decimal | None
    limit_price: Decimal | None
    trigger_price: Decimal | None


class SetPosition(msgspec.Struct):
    owner: str
    quantity: Decimal


EVENTS = st.one_of(
    new_orders(),
    new_orders(),
    new_orders(),
    st.builds(Cancel, IDS),
    st.builds(Amend, IDS, st.none() | QUANTITIES, *[st.none() | PRICES] * 2),
    st.builds(SetPosition, st.sampled_from(["ann", "bob"]), st.integers(-9, 9).map(D)),
    st.none(),
)


def apply(target: Market | NaiveMarket, event: object, now_ns: int) -> Sequence[Outcome]:
    match event:
        case NewOrder():
            return target.place(event, now_ns)
        case Cancel(order_id=order_id):
            return target.cancel(order_id, now_ns)
        case Amend():
            return target.amend(
                event.order_id,
                quantity=event.quantity,
                limit_price=event.limit_price,
                trigger_price=event.trigger_price,
                now_ns=now_ns,
            )
        case SetPosition(owner=owner, quantity=quantity):
            target.set_position(owner, quantity)
            return ()
        case _:
            return target.advance(now_ns)


def without_reasons(outcomes: Sequence[Outcome]) -> list[Outcome]:
    replace = msgspec.structs.replace
    return [
        replace(outcome, reason="") if isinstance(outcome, Closed | Refused) else outcome
        for outcome in outcomes
    ]
