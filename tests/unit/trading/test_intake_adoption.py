"""Events without an order: they wait, count, and are adopted only if not ours (order-path 8)."""

from decimal import Decimal

import pytest

from algotradehub.domain.evidence import (
    CommandKind,
    Evidence,
)
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, VenueOrderId
from algotradehub.domain.order import Amendment, OrderStatus
from algotradehub.domain.records import Adopted
from algotradehub.ports.venue import OrderName
from algotradehub.trading.account_desk import AccountDesk, Durability
from algotradehub.trading.orphans import Orphans
from tests.unit.trading.bench import Bench
from tests.unit.trading.words import (
    ACCOUNT,
    PRICE,
    SYMBOL,
    TENANT,
    acknowledged,
    changed,
    cumulative,
    execution,
    facts,
    foreign,
    lost,
)

V1 = VenueOrderId("V1")
V9 = VenueOrderId("V9")
STRANGER = ClientOrderId("x-77")


# Orphans


@pytest.mark.design_property(24)
def test_a_fill_that_overtook_its_answer_waits_and_counts_as_exposure(bench: Bench) -> None:
    order = bench.submit()
    bench.account.tell(execution())
    assert bench.exposure() == (8, 0), "it may be of another order"
    name = OrderName(
        client_order_id=None, venue_order_id=V1, symbol=SYMBOL, side=order.request.side
    )
    assert bench.questions.noted == [("watch_orphan", name)]
    bench.account.tell(acknowledged(order))
    assert bench.now(order).filled == 2
    assert bench.exposure() == (4, 0)
    assert len(bench.desk.orphans) == 0


def test_several_orphans_of_one_order_are_asked_for_once(bench: Bench) -> None:
    for name in ("e1", "e2", "e3"):
        bench.account.tell(execution(name=name))
    assert [what for what, _ in bench.questions.noted] == ["watch_orphan"]


@pytest.mark.parametrize("overflow", [execution(name="e4"), cumulative(1, 100)])
def test_a_full_buffer_means_the_stream_is_not_trusted(bench: Bench, overflow: Evidence) -> None:
    """Order-path 8: everything is told again by the resynchronisation, and nothing new accepted."""
    for name in ("e1", "e2", "e3"):
        bench.account.tell(execution(name=name))
    assert bench.exposure() == (6, 0)
    bench.questions.noted.clear()
    bench.account.tell(overflow)
    assert [what for what, _ in bench.questions.noted] == ["resynchronise"]
    assert len(bench.desk.orphans) == 0
    assert bench.exposure() == (0, 0)


# Adoption


def test_a_foreign_order_is_adopted_under_a_name_that_every_run_gives_it(bench: Bench) -> None:
    told = foreign("V9", "x-77", filled=Decimal(1), value=PRICE)
    bench.account.tell(told)
    (order,) = bench.state.orders.values()
    assert (order.external, order.status) == (True, OrderStatus.PARTIALLY_FILLED)
    assert (order.leg.client_order_id, order.leg.venue_order_id) == ("x-77", "V9")
    assert bench.exposure() == (5, 0)
    assert bench.alerts() == ["order_adopted"]
    bench.restart()
    assert list(bench.state.orders) == [order.order_id]
    bench.account.tell(told)
    assert list(bench.state.orders) == [order.order_id]
    assert sum(isinstance(body, Adopted) for body in bench.journaled()) == 1


def test_a_foreign_order_can_be_cancelled_and_amended_like_ours(bench: Bench) -> None:
    bench.account.tell(foreign("V9", "x-77"))
    (order,) = bench.state.orders.values()
    bench.orders.amend(TENANT, order.order_id, Amendment(quantity=Decimal(7)))
    bench.account.tell(acknowledged(order, CommandKind.AMEND))
    bench.cancel(order)
    assert [(type(c).__name__, c.client_order_id) for c in bench.sent[-2:]] == [  # type: ignore[union-attr]
        ("Amend", "x-77"),
        ("Cancel", "x-77"),
    ]
    bench.account.tell(acknowledged(order, CommandKind.CANCEL))
    bench.account.tell(foreign("V9", "x-77", status=OrderStatus.CANCELLED, filled=Decimal(0)))
    assert bench.now(order).status is OrderStatus.CANCELLED


def test_an_order_with_our_tag_is_ours_even_if_the_journal_lost_it(bench: Bench) -> None:
    ours = bench.ids.client_order_id(0)
    bench.account.tell(foreign("V9", ours))
    (order,) = bench.state.orders.values()
    assert (order.order_id, order.external) == (ours, False)
    (alert,) = (fact for fact in bench.facts if "journal had lost it" in repr(fact))
    assert "order_adopted" in repr(alert)
    assert bench.intake.is_ours(ours)
    assert not bench.intake.is_ours(STRANGER)


def test_adopting_hands_over_the_events_that_waited_for_the_order(bench: Bench) -> None:
    """Order-path 8: the venue's name was all they had; the adopted order brings both."""
    bench.account.tell(execution(venue_order_id=VenueOrderId("V9")))
    bench.account.tell(foreign("V9", "x-77"))
    (order,) = bench.state.orders.values()
    assert order.filled == 2
    assert len(bench.desk.orphans) == 0
    assert bench.exposure() == (4, 0)


def test_an_order_that_was_over_when_it_was_found_is_in_the_books_all_the_same(
    bench: Bench,
) -> None:
    bench.account.tell(
        foreign("V9", "x-77", status=OrderStatus.FILLED, filled=Decimal(6), value=Decimal(600))
    )
    (order,) = bench.state.orders.values()
    assert facts(order.status, order.filled) == (OrderStatus.FILLED, 6)
    held = bench.state.positions.get(ACCOUNT, SYMBOL)
    assert held is not None
    assert held.quantity == 6
    assert bench.questions.noted == [("watch_fills", order.order_id)]


def test_an_order_of_an_unlisted_symbol_cannot_be_adopted_and_somebody_is_told(
    bench: Bench,
) -> None:
    bench.account.tell(foreign("V9", "x-77", symbol=Symbol("ETH/USDT")))
    assert not bench.state.orders
    assert bench.alerts() == ["order_not_adopted"]


def test_before_the_instruments_are_known_a_foreign_order_waits_for_the_lists(
    bench: Bench,
) -> None:
    """Order-path 9: the resynchronisation that fetches them tells of it again."""
    bench.desk.instruments = {}
    bench.account.tell(foreign("V9", "x-77"))
    assert bench.state.orders == {}
    assert bench.alerts() == []
    assert len(bench.desk.orphans) == 0


def test_an_order_without_a_clients_name_waits_for_a_look_up(bench: Bench) -> None:
    """It may be ours, told before the answer that names it."""
    bench.account.tell(foreign("V9"))
    assert not bench.state.orders
    assert [what for what, _ in bench.questions.noted] == ["watch_orphan"]


# Adopted orders that left memory


@pytest.mark.design_property(19)
@pytest.mark.parametrize("venue_order_id", ["V9", None])
def test_a_forgotten_stranger_is_not_adopted_and_counted_again(
    bench: Bench, venue_order_id: str | None
) -> None:
    """Its id is derived: the projection must find it by that, not only by its leg's name."""
    told = foreign(
        "V9", "x-77", status=OrderStatus.CANCELLED, filled=Decimal(2), value=Decimal(200)
    )
    told = changed(told, venue_order_id=venue_order_id)
    bench.account.tell(told)
    (order,) = bench.state.orders.values()
    bench.advance(1)
    bench.state.forget_ended(bench.clock.now_ns())
    assert not bench.state.orders
    bench.account.tell(told)
    assert bench.alerts() == ["order_adopted"]
    assert facts(position(bench), bench.now(order).filled) == (2, 2)
    bench.account.tell(execution(None, "e1", 2, client_order_id=STRANGER, venue_order_id=V9))
    assert facts(position(bench), bench.now(order).provisional) == (2, 0)


def test_the_answer_about_a_forgotten_stranger_ends_the_request(bench: Bench) -> None:
    """Else no stop of the account could ever be proven (order-path 11)."""
    bench.account.tell(foreign("V9", "x-77"))
    (order,) = bench.state.orders.values()
    bench.cancel(order)
    bench.account.tell(foreign("V9", "x-77", status=OrderStatus.CANCELLED, filled=Decimal(0)))
    bench.advance(1)
    bench.state.forget_ended(bench.clock.now_ns())
    assert bench.desk.in_flight == {(STRANGER, CommandKind.CANCEL)}
    bench.account.tell(lost(order, CommandKind.CANCEL))
    assert not bench.desk.in_flight


@pytest.mark.design_property(19)
def test_a_word_on_a_stranger_that_ended_long_ago_outlives_a_restart(bench: Bench) -> None:
    """The last record has not reached the projection, and the start reads only young orders."""
    bench.account.tell(foreign("V9", "x-77", status=OrderStatus.CANCELLED, filled=Decimal(0)))
    (order,) = bench.state.orders.values()
    bench.advance(3600)
    bench.account.tell(execution(None, "e1", 2, venue_order_id=V9))
    bench.restart()
    assert facts(position(bench), bench.now(order).filled) == (2, 2)


@pytest.mark.design_property(19)
def test_strangers_that_were_given_the_same_name_are_told_apart(bench: Bench) -> None:
    """Another program may count its orders anew: the venue's name tells whose a word is."""
    ended = foreign("V9", "x-77", status=OrderStatus.CANCELLED, filled=Decimal(0))
    bench.account.tell(ended)
    bench.account.tell(foreign("V10", "x-77"))
    first, second = bench.state.orders.values()
    assert (first.status, second.status) == (OrderStatus.CANCELLED, OrderStatus.OPEN)
    fill = execution(None, "e1", 2, client_order_id=STRANGER, venue_order_id=VenueOrderId("V10"))
    bench.account.tell(fill)
    assert facts(bench.now(first).filled, bench.now(second).filled) == (0, 2)
    another = AccountDesk(
        AccountId("kraken-2"),
        tenant=TENANT,
        durability=Durability.PROCESS,
        orphans=Orphans(AccountId("kraken-2"), capacity=3, sums=bench.state.sums),
    )
    assert bench.intake.known(another, STRANGER, VenueOrderId("V10")) is None
    assert bench.intake.known(another, STRANGER, None) is None
    bench.advance(1)
    bench.state.forget_ended(bench.clock.now_ns())
    assert [*bench.state.orders] == [second.order_id]
    assert bench.intake.known(bench.desk, STRANGER, None) == bench.now(second)
    bench.account.tell(ended)
    assert len(bench.state.orders) == 1 + 1, "brought back, not adopted again"
    assert bench.intake.known(bench.desk, STRANGER, None) == bench.now(second)
    bench.restart()
    bench.account.tell(fill)
    assert facts(bench.now(first).filled, bench.now(second).filled) == (0, 2)


def position(bench: Bench) -> Decimal:
    held = bench.state.positions.get(ACCOUNT, SYMBOL)
    return Decimal(0) if held is None else held.quantity
