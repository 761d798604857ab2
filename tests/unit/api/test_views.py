"""Views: nothing of an order is lost on the way out, and no quotient is reckoned with."""

from decimal import Decimal

import msgspec
import pytest

from algotradehub.api.views.accounts import account_view
from algotradehub.api.views.holdings import aggregated_view, balance_view, position_view
from algotradehub.api.views.orders import OrderView, order_view, timeline_entries
from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.ids import AccountId, Asset, VenueId
from algotradehub.domain.order import (
    Amendment,
    Doubt,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    Trigger,
    TriggerDirection,
)
from algotradehub.domain.position import Position
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import CancelAsked, Record
from algotradehub.ports.store import Halt
from algotradehub.trading.aggregation import AggregatedPosition
from tests.unit.api.gateway import INVERSE, SPOT, gateway
from tests.unit.domain import examples

ACCOUNT = AccountId("a")
THIRD = Decimal("33.333333333333333333")  # 20 digits

# What only the desk reckons with; everything else of an order is shown.
NOT_SHOWN = {
    "request",
    "emulation",
    "send_before_ns",
    "reserve_price",
    "provisional_paid",
    "total_untold",
    "amend_before_ns",
    "amended_ns",
    "replacing",
    "parts",
    "tenant",
    "amount",
}


def amounts(*numbers: Decimal | str | int | None) -> tuple[Decimal | None, ...]:
    return tuple(None if number is None else Decimal(number) for number in numbers)


def test_every_field_of_an_order_is_shown_or_left_out_on_purpose() -> None:
    known = {*Order.__struct_fields__, *OrderRequest.__struct_fields__}
    added = {"quantity", "value", "remaining", "average_price", "lacks_fills", "venue_order_id"}
    assert known - NOT_SHOWN == set(OrderView.__struct_fields__) - added


def test_an_order_is_shown_as_the_venue_has_it() -> None:
    order = examples.order(
        filled=Decimal(3),
        paid=Decimal(100),
        status=OrderStatus.PARTIALLY_FILLED,
        amend_pending=Amendment(quantity=Decimal(5)),
        doubt=Doubt(what="?", since_ns=7),
    )
    leg = msgspec.structs.replace(order.leg, quantity=Decimal(4), limit_price=Decimal(99))
    view = order_view(msgspec.structs.replace(order, legs=(leg,)))
    assert (view.quantity, view.limit_price, view.remaining) == amounts(4, 99, 1)
    assert (view.average_price, view.value) == (THIRD, None)
    assert (view.amend_pending, view.doubt) == (order.amend_pending, order.doubt)


def test_an_amount_in_quote_units_is_a_value() -> None:
    view = order_view(examples.quote_order(600))
    assert (view.quantity, view.value, view.remaining) == amounts(None, 600, 600)
    assert (view.average_price, view.lacks_fills) == (None, False)


def test_a_trigger_is_shown_where_it_was_moved_to() -> None:
    trigger = Trigger(price=Decimal(90), direction=TriggerDirection.FALLS_TO)
    request = msgspec.structs.replace(examples.REQUEST, type=OrderType.STOP_LIMIT, trigger=trigger)
    order = examples.order(request=request)
    assert order_view(order).trigger == trigger
    moved = msgspec.structs.replace(order.leg, trigger_price=Decimal(91))
    shown = order_view(msgspec.structs.replace(order, legs=(moved,))).trigger
    assert shown == msgspec.structs.replace(trigger, price=Decimal(91))


def held(quantity: str, cost: str) -> Position:
    return Position(
        account=ACCOUNT, symbol=SPOT.symbol, quantity=Decimal(quantity), cost=Decimal(cost)
    )


@pytest.mark.design_property(26)
def test_a_position_is_valued_at_the_mark() -> None:
    view = position_view(held("3", "100"), SPOT, Decimal(40))
    assert (view.entry_price, view.mark_price, view.unrealized) == amounts(THIRD, 40, 20)


def test_what_is_not_known_is_null() -> None:
    view = position_view(held("3", "100"), SPOT, None)
    assert (view.mark_price, view.unrealized) == (None, None)
    assert position_view(held("0", "0"), SPOT, Decimal(40)).entry_price is None


def test_an_inverse_position_gains_in_the_asset_it_settles_in() -> None:
    position = held("10", "-0.1")  # 10 contracts of 100 USD, bought at 10,000
    view = position_view(position, INVERSE, Decimal(20_000))
    assert (view.entry_price, view.unrealized) == amounts(10_000, "0.05")
    for mark in (Decimal(0), Decimal(-1)):
        assert position_view(position, INVERSE, mark).mark_price is None
    assert position_view(held("10", "0"), INVERSE, None).entry_price is None


def test_an_aggregate_is_valued_only_if_all_of_it_is() -> None:
    parts = [
        position_view(held("1", "10"), SPOT, Decimal(12)),
        position_view(held("0", "0"), SPOT, None),
    ]
    whole = AggregatedPosition(
        asset=Asset("BTC"),
        quote=Asset("USDT"),
        inverse=False,
        quantity=Decimal(1),
        cost=Decimal(10),
        realized=Decimal(0),
        positions=(),
    )
    assert aggregated_view(whole, parts).unrealized == 2
    unknown = position_view(held("1", "10"), SPOT, None)
    view = aggregated_view(whole, [*parts, unknown])
    assert (view.unrealized, view.average_price) == amounts(None, 10)


def test_a_balance_shows_both_opinions() -> None:
    view = balance_view(
        AssetBalance(
            account=ACCOUNT,
            asset=Asset("BTC"),
            opening=Decimal(5),
            posted=Decimal(-1),
            total=Decimal(3),
            available=Decimal(2),
        )
    )
    assert (view.total, view.available) == amounts(3, 2)
    assert (view.expected, view.difference) == amounts(4, -1)


@pytest.mark.parametrize(
    ("venue", "environment"),
    [
        ("paper", "paper"),
        ("paper:binance", "paper"),
        ("binance:sandbox", "sandbox"),
        ("binance", "live"),
    ],
)
async def test_an_account_says_whether_money_is_real(venue: str, environment: str) -> None:
    async with gateway() as api:
        api.account.venue = VenueId(venue)
        view = account_view(api.parts.desks[0], api.parts.state, monotonic_ns=0)
    assert (view.environment, view.accepting, view.refusing) == (environment, True, None)


@pytest.mark.parametrize("halted", [True, False])
async def test_a_halted_account_accepts_nothing(*, halted: bool) -> None:
    halt = Halt(account=ACCOUNT, halted=halted, reason="drill", by="me", at_ns=1)
    async with gateway() as api:
        desk, state = api.parts.desks[0], api.parts.state
        state.standing.halts[desk.account_id] = halt
        view = account_view(desk, state, monotonic_ns=0)
    assert (view.accepting, view.halt) == (not halted, halt)


def test_a_record_is_shown_without_its_envelope_version() -> None:
    body = CancelAsked(order_id=examples.ORDER_ID)
    record = Record(
        v=1, seq=9, at_ns=8, account=ACCOUNT, account_seq=7, kind=Kind.COMMAND, body=body
    )
    later = msgspec.structs.replace(record, at_ns=1_500_000_008)
    first, entry = timeline_entries([later, record])[0], timeline_entries([record])[0]
    assert first.after_s == entry.after_s == 0
    assert timeline_entries([record, later])[1].after_s == 1.5
    assert (entry.seq, entry.account_seq, entry.at_ns, entry.body) == (9, 7, 8, body)
