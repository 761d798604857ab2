"""Cancelling: wanted until the venue's word, one unanswered request at a time (order-path 6)."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from algotradehub.domain.commands import Cancel, CancelAll, Place
from algotradehub.domain.evidence import CommandKind, OrderEvidence
from algotradehub.domain.ids import VenueOrderId
from algotradehub.domain.order import Amendment, Order, OrderStatus
from algotradehub.domain.records import CancelAsked
from algotradehub.trading.account_desk import Durability
from tests.fakes.account import ALL
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.words import (
    SYMBOL,
    TENANT,
    acknowledged,
    changed,
    execution,
    limit,
    lost,
    not_sent,
    refused,
    state,
)

CANCEL = CommandKind.CANCEL


def cancels(bench: Bench) -> list[Cancel]:
    return [command for command in bench.sent if isinstance(command, Cancel)]


@pytest.mark.design_property(18)
@pytest.mark.parametrize("word", [acknowledged, refused, lost, not_sent])
@pytest.mark.parametrize("partly", [False, True])
def test_no_answer_to_a_cancel_makes_an_order_cancelled(
    bench: Bench, word: Callable[[Order, CommandKind], OrderEvidence], *, partly: bool
) -> None:
    """Order-path 4 and 6: it keeps its status and stays wanted cancelled; only the venue's word
    on the order itself ends it."""
    order = bench.rest()
    if partly:
        bench.account.tell(execution(order))
    before = bench.now(order).status
    asked = bench.cancel(order)
    assert (asked.status, asked.cancel_pending) == (before, True)
    bench.account.tell(word(order, CANCEL))
    told = bench.now(order)
    assert (told.status, told.cancel_pending) == (before, True)
    assert (told.doubt is None) == (word is acknowledged), "a failed cancel leaves a question"
    assert ("watch", order.order_id) in bench.questions.noted
    assert bench.exposure() == (4 if partly else 6, 0)
    bench.account.tell(state(OrderStatus.CANCELLED, order, filled=told.filled))
    assert bench.now(order).status is OrderStatus.CANCELLED
    assert not bench.now(order).cancel_pending
    assert bench.exposure() == (0, 0)


def test_a_cancel_names_the_order_by_both_its_ids(bench: Bench) -> None:
    order = bench.rest()
    bench.questions.noted.clear()
    bench.cancel(order)
    assert bench.questions.noted == [("watch", order.order_id)], "until the venue's word"
    assert cancels(bench) == [
        Cancel(
            client_order_id=order.order_id,
            venue_order_id=VenueOrderId("V1"),
            symbol=SYMBOL,
            side=order.request.side,
        )
    ]


def test_the_wish_is_on_record_before_the_request_goes_out(bench: Bench) -> None:
    order = bench.rest()
    wishes: list[int] = []
    bench.account.on_send = lambda _: wishes.append(
        sum(isinstance(body, CancelAsked) for body in bench.journaled())
    )
    bench.cancel(order)
    assert wishes == [1]


def test_a_cancel_goes_out_while_the_place_is_unanswered(bench: Bench) -> None:
    """Order-path 6: at once, by client id; and it is asked for again after the answer."""
    order = bench.submit()
    bench.cancel(order)
    assert [type(command) for command in bench.sent] == [Place, Cancel]
    assert cancels(bench)[0].venue_order_id is None
    bench.account.tell(refused(order, CANCEL, order_unknown=True))
    assert bench.now(order).status is OrderStatus.PENDING, "it says nothing of the place"
    bench.questions.noted.clear()
    bench.account.tell(acknowledged(order))
    assert bench.questions.noted == [("cancel_again", order.order_id), ("watch", order.order_id)]


def test_there_is_one_unanswered_cancel_however_often_it_is_asked_for(bench: Bench) -> None:
    """Order-path 6: at most one unanswered mutation per order."""
    order = bench.rest()
    for _ in range(3):
        bench.cancel(order)
    assert len(cancels(bench)) == 1
    assert sum(isinstance(body, CancelAsked) for body in bench.journaled()) == 1
    bench.account.tell(lost(order, CANCEL))
    bench.cancel(order)
    assert len(cancels(bench)) == 2, "answered, if only by silence: it may be repeated"


def test_a_cancel_waits_until_an_amend_is_answered(bench: Bench) -> None:
    """Order-path 6: the wish is kept; recovery sends it when the amend has its answer."""
    order = bench.rest()
    bench.orders.amend(TENANT, order.order_id, Amendment(quantity=Decimal(7)))
    assert bench.cancel(order).cancel_pending
    assert not cancels(bench)
    bench.account.tell(lost(order, CommandKind.AMEND))
    bench.dispatch.cancel(bench.desk, bench.now(order))
    assert len(cancels(bench)) == 1


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.EXPIRED])
def test_what_has_ended_is_returned_as_it_is(bench: Bench, status: OrderStatus) -> None:
    order = bench.rest()
    bench.account.tell(state(status, order, filled=Decimal(0)))
    records = len(list(bench.journaled()))
    assert bench.cancel(order) == bench.now(order)
    assert not cancels(bench)
    assert len(list(bench.journaled())) == records


def test_an_order_may_end_while_its_cancel_is_handed_over(bench: Bench) -> None:
    """The sink may be called before ``send`` returns."""
    order = bench.rest()
    ended = state(OrderStatus.CANCELLED, order, filled=Decimal(0))
    bench.account.on_send = lambda _: bench.account.tell(ended)
    assert bench.cancel(order).status is OrderStatus.CANCELLED
    assert not bench.questions.noted


def test_a_restart_forgets_no_wish(bench: Bench) -> None:
    order = bench.rest(limit())
    bench.cancel(order)
    bench.restart()
    assert bench.now(order).cancel_pending
    bench.cancel(order)
    assert len(cancels(bench)) == 1, "a new process has no request under way"


# Everything at once


def wishes(bench: Bench) -> int:
    return sum(isinstance(body, CancelAsked) for body in bench.journaled())


def test_everything_is_cancelled_in_one_request_where_the_venue_can(bench: Bench) -> None:
    """What it may not know yet it cannot cancel: that is named."""
    resting = [bench.rest(limit(f"k{number}"), f"V{number}") for number in (1, 2)]
    waiting = bench.submit(limit("k3"))
    bench.questions.noted.clear()
    bench.dispatch.cancel_everything(bench.desk)
    orders = [*resting, waiting]
    assert all(bench.now(order).cancel_pending for order in orders)
    assert [command for command in bench.sent if isinstance(command, CancelAll)] == [CancelAll()]
    assert [each.client_order_id for each in cancels(bench)] == [waiting.order_id]
    assert sorted(bench.questions.noted) == sorted(("watch", each.order_id) for each in orders)
    bench.dispatch.cancel_everything(bench.desk)
    assert wishes(bench) == 3, "a wish is on record once"


def test_everything_is_cancelled_one_by_one_where_the_venue_cannot(open_bench: OpenBench) -> None:
    bench = open_bench(capabilities=changed(ALL, cancel_all=False))
    orders = [bench.rest(limit(f"k{number}"), f"V{number}") for number in (1, 2)]
    bench.dispatch.cancel_everything(bench.desk)
    assert {each.client_order_id for each in cancels(bench)} == {each.order_id for each in orders}
    assert not any(isinstance(command, CancelAll) for command in bench.sent)


@pytest.mark.parametrize("cancel_all", [True, False])
def test_what_is_not_on_the_disk_yet_is_cancelled_by_never_being_sent(
    open_bench: OpenBench, *, cancel_all: bool
) -> None:
    """The journal must not speak of a wish about an order that it may not have."""
    capabilities = changed(ALL, cancel_all=cancel_all)
    bench = open_bench(durability=Durability.SYNC, capabilities=capabilities)
    alone, among_all = bench.submit(limit("k1")), bench.submit(limit("k2"))
    assert bench.cancel(alone).cancel_pending
    bench.dispatch.cancel_everything(bench.desk)
    assert not cancels(bench)
    bench.advance(1)
    assert wishes(bench) == 0
    assert not any(isinstance(command, Place) for command in bench.sent)
    for order in (alone, among_all):
        assert bench.now(order).status is OrderStatus.REJECTED
        assert bench.now(order).reason == "cancelled before it was sent"
