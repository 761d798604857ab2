"""Amending in place: the record changes after the venue's confirmation only (order-path 7)."""

from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest

from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.commands import Amend, Cancel, Place
from algotradehub.domain.errors import InvalidRequest, NotFound, NotReady, RiskRefused
from algotradehub.domain.evidence import CommandKind, OrderEvidence
from algotradehub.domain.ids import TenantId, VenueOrderId
from algotradehub.domain.order import Amendment, Order, OrderStatus
from algotradehub.domain.records import AmendAsked
from algotradehub.trading.limits import RiskLimits
from tests.fakes.account import ALL
from tests.unit.trading.bench import START_NS, Bench, OpenBench, S
from tests.unit.trading.words import (
    ACCOUNT,
    SYMBOL,
    TENANT,
    acknowledged,
    execution,
    facts,
    lost,
    not_sent,
    refused,
    state,
)

AMEND = CommandKind.AMEND
MORE = Amendment(quantity=Decimal(9), limit_price=Decimal(99))
LESS = Amendment(quantity=Decimal(3))


def amend(bench: Bench, order: Order, amendment: Amendment = MORE) -> Order:
    return bench.orders.amend(TENANT, order.order_id, amendment)


def terms(order: Order) -> tuple[object, ...]:
    return facts(order.leg.quantity, order.leg.limit_price)


@pytest.mark.design_property("17a")
@pytest.mark.parametrize(("amendment", "meanwhile"), [(MORE, 9), (LESS, 6)])
def test_the_record_changes_with_the_venues_confirmation(
    bench: Bench, amendment: Amendment, meanwhile: int
) -> None:
    """Order-path 7: until it is answered, exposure is the larger of old and new."""
    order = bench.rest()
    asked = amend(bench, order, amendment)
    assert terms(asked) == (6, 100)
    assert bench.exposure() == (meanwhile, 0)
    bench.account.tell(acknowledged(order, AMEND))
    now = bench.now(order)
    assert terms(now) == (amendment.quantity, amendment.limit_price or 100)
    assert now.amend_pending is None
    assert bench.exposure() == (amendment.quantity, 0)


@pytest.mark.design_property("17a")
@pytest.mark.parametrize("word", [refused, not_sent])
def test_what_the_venue_did_not_change_is_not_changed_here(
    bench: Bench, word: Callable[[Order, CommandKind], OrderEvidence]
) -> None:
    order = bench.rest()
    amend(bench, order)
    bench.account.tell(word(order, AMEND))
    assert terms(bench.now(order)) == (6, 100)
    assert bench.now(order).status is OrderStatus.OPEN
    assert bench.exposure() == (6, 0)
    assert amend(bench, order).amend_pending == MORE, "another may be asked for"


def test_a_lost_answer_puts_the_whole_order_in_question(bench: Bench) -> None:
    """Order-path 7: unknown amend result -> UNKNOWN, and the larger of both counts."""
    order = bench.rest()
    amend(bench, order)
    bench.account.tell(lost(order, AMEND))
    now = bench.now(order)
    assert (now.status, now.amend_pending) == (OrderStatus.UNKNOWN, MORE)
    assert bench.exposure() == (9, 0)
    assert ("watch", order.order_id) in bench.questions.noted


def test_the_request_is_on_record_before_it_goes_out(bench: Bench) -> None:
    order = bench.rest()
    stored: list[AmendAsked] = []
    bench.account.on_send = lambda _: stored.extend(
        body for body in bench.journaled() if isinstance(body, AmendAsked)
    )
    amend(bench, order)
    until_ns = START_NS + 5 * S
    assert stored == [AmendAsked(order_id=order.order_id, amendment=MORE, send_before_ns=until_ns)]
    assert bench.sent[-1] == Amend(
        client_order_id=order.order_id,
        venue_order_id=VenueOrderId("V1"),
        symbol=SYMBOL,
        side=order.request.side,
        amendment=MORE,
        send_before_ns=until_ns,
    )


def test_a_journal_that_refuses_leaves_the_order_as_it_was(bench: Bench) -> None:
    order = bench.rest()
    bench.disk.room = 0
    with pytest.raises(NotReady, match="could not store"):
        amend(bench, order)
    assert bench.now(order) == order
    assert len(bench.sent) == 1


# What is refused, and changes nothing


def nothing(bench: Bench, order: Order) -> None:
    """It is as it was submitted."""


def cancel(bench: Bench, order: Order) -> None:
    bench.account.tell(acknowledged(order))
    bench.cancel(order)


def change(bench: Bench, order: Order) -> None:
    bench.account.tell(acknowledged(order))
    amend(bench, order, LESS)


def lose(bench: Bench, order: Order) -> None:
    bench.account.tell(lost(order))


def end(bench: Bench, order: Order) -> None:
    bench.account.tell(state(OrderStatus.CANCELLED, order, filled=Decimal(0)))


@pytest.mark.parametrize(
    ("happens", "rule"),
    [
        (nothing, "this one is PENDING"),
        (lose, "this one is UNKNOWN"),
        (end, "this one is CANCELLED"),
        (cancel, "another change under way"),
        (change, "another change under way"),
    ],
)
def test_only_a_resting_order_without_another_change_is_amended(
    bench: Bench, happens: Callable[[Bench, Order], None], rule: str
) -> None:
    """Order-path 6: at most one unanswered mutation, and only a cancel may follow a place."""
    order = bench.submit()
    happens(bench, order)
    before, sent = bench.now(order), len(bench.sent)
    with pytest.raises(InvalidRequest, match=rule):
        amend(bench, order)
    assert bench.now(order) == before
    assert len(bench.sent) == sent


def test_new_values_must_keep_the_instruments_rules(bench: Bench) -> None:
    order = bench.rest()
    with pytest.raises(InvalidRequest, match="quantity"):
        amend(bench, order, Amendment(quantity=Decimal("6.5")))
    bench.account.tell(execution(order, quantity=4))
    with pytest.raises(InvalidRequest, match="quantity"):
        amend(bench, order, LESS)
    assert len(bench.sent) == 1


def test_a_venue_that_cannot_change_in_place_is_asked_to_cancel(open_bench: OpenBench) -> None:
    """What follows then is in test_replacing.py."""
    style = AmendStyle.CANCEL_REPLACE
    bench = open_bench(capabilities=msgspec.structs.replace(ALL, amend=style))
    amend(bench, bench.rest())
    assert [type(command) for command in bench.sent] == [Place, Cancel]


def test_our_own_limits_hold_for_amendments_too(open_bench: OpenBench) -> None:
    bench = open_bench(limits=RiskLimits(max_position=Decimal(8)))
    order = bench.rest()
    with pytest.raises(RiskRefused, match="could reach 9 BTC, 8 allowed"):
        amend(bench, order)
    assert amend(bench, order, LESS).amend_pending == LESS
    assert bench.exposure() == (6, 0)


def test_nothing_is_amended_while_halted_or_catching_up(bench: Bench) -> None:
    order = bench.rest()
    bench.desk.refusing = "kraken-main is catching up"
    with pytest.raises(NotReady, match="catching up"):
        amend(bench, order)
    bench.desk.refusing = None
    bench.orders.halt(ACCOUNT, halted=True, reason="no", by="ann")
    with pytest.raises(RiskRefused, match="halted by ann"):
        amend(bench, order)
    assert bench.now(order) == order


def test_only_its_tenant_may_amend_an_order(bench: Bench) -> None:
    order = bench.rest()
    with pytest.raises(NotFound):
        bench.orders.amend(TenantId("other"), order.order_id, MORE)
