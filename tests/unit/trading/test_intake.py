"""What venues say: matched to its order, counted once, recorded, and followed up."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from algotradehub.domain.evidence import (
    Balance,
    CommandKind,
    Connection,
    ConnectionState,
    Evidence,
    FillCause,
    Lost,
    OrderState,
    PositionReport,
)
from algotradehub.domain.ids import ClientOrderId, Symbol, VenueOrderId
from algotradehub.domain.order import Amendment, Order, OrderStatus, PositionSide
from algotradehub.domain.records import Adopted, Observed, Told
from algotradehub.ports.venue import OrderName
from tests.unit.trading.bench import Bench
from tests.unit.trading.words import (
    ACCOUNT,
    BTC,
    PRICE,
    SYMBOL,
    TENANT,
    USDT,
    acknowledged,
    changed,
    cumulative,
    execution,
    facts,
    fee_settled,
    foreign,
    limit,
    lost,
    state,
)

V1 = VenueOrderId("V1")
STRANGER = ClientOrderId("x-77")


def observations(bench: Bench) -> int:
    return sum(isinstance(body, Observed) for body in bench.journaled())


def fees(bench: Bench) -> dict[str, Decimal | None]:
    (order,) = bench.state.orders.values()
    return {fill.execution_id: fill.fee for fill in bench.state.executions[order.order_id].values()}


# One execution counts once, by whichever id it is told (order-path 8)


@pytest.mark.design_property(19)
def test_an_execution_counts_once_under_either_name(bench: Bench) -> None:
    order = bench.rest()
    named = execution(order)
    for told in (named, named, changed(named, client_order_id=None), named):
        bench.account.tell(told)
    now = bench.now(order)
    assert facts(now.filled, now.remaining, now.status) == (2, 4, OrderStatus.PARTIALLY_FILLED)
    assert observations(bench) == 2, "the answer and the first telling"
    bench.account.tell(execution(order, "e2", 4, status=OrderStatus.FILLED))
    now = bench.now(order)
    assert facts(now.filled, now.remaining, now.status) == (6, 0, OrderStatus.FILLED)
    held = bench.state.positions.get(ACCOUNT, SYMBOL)
    assert held is not None
    assert held.quantity == 6


def test_the_same_execution_id_on_another_order_is_another_execution(bench: Bench) -> None:
    """Order-path 8: execution ids repeat, so the order belongs to the key."""
    first, second = bench.rest(), bench.rest(limit("k2"), "V2")
    bench.account.tell(execution(first))
    bench.account.tell(execution(second, venue_order_id=VenueOrderId("V2")))
    assert [bench.now(order).filled for order in (first, second)] == [2, 2]


# Fees come late (order-path 8)


def test_an_unknown_fee_is_patched_by_a_repeated_execution(bench: Bench) -> None:
    order = bench.rest()
    bare = execution(order, fee=None, fee_asset=None)
    bench.account.tell(bare)
    assert fees(bench) == {"e1": None}
    assert bench.questions.noted == [("watch_fills", order.order_id)]
    records = observations(bench)
    bench.account.tell(bare)
    assert observations(bench) == records
    bench.account.tell(execution(order))
    assert fees(bench) == {"e1": Decimal("0.2")}
    bench.account.tell(execution(order, fee=Decimal("0.3")))
    assert fees(bench) == {"e1": Decimal("0.2")}, "a known fee is not told anew"
    usdt = bench.state.balances.get(ACCOUNT, USDT)
    assert usdt is not None
    assert usdt.posted == Decimal("-200.2")


def test_a_fee_without_its_asset_is_not_a_fee_yet(bench: Bench) -> None:
    order = bench.rest()
    bench.account.tell(execution(order, fee=None, fee_asset=None))
    bench.account.tell(execution(order, fee_asset=None))
    assert fees(bench) == {"e1": None}


def test_a_fee_is_settled_once(bench: Bench) -> None:
    order = bench.rest()
    bench.account.tell(execution(order, fee=None, fee_asset=None))
    for _ in range(2):
        bench.account.tell(fee_settled())
    bench.account.tell(fee_settled("e9"))
    held = bench.state.positions.get(ACCOUNT, SYMBOL)
    assert held is not None
    assert (held.fees, held.fees_unknown) == ({USDT: Decimal("0.2")}, 0)


def test_a_provisional_fill_has_its_executions_fetched(bench: Bench) -> None:
    """Order-path 8: marked, replaced by the real ones, never summed."""
    order = bench.rest()
    bench.account.tell(cumulative(2, 200))
    assert bench.now(order).provisional == 2
    assert bench.questions.noted == [("watch_fills", order.order_id)]
    (fill,) = bench.state.executions[order.order_id].values()
    assert fill.cause is FillCause.PROVISIONAL
    bench.account.tell(execution(order))
    now = bench.now(order)
    assert facts(now.filled, now.provisional) == (2, 0)
    assert [*bench.state.executions[order.order_id]] == ["e1"]
    assert not bench.state.fees_unknown(order.order_id)


# Snapshots mostly repeat: only news is recorded


@pytest.mark.parametrize(
    ("told", "news"),
    [
        (state(OrderStatus.OPEN), False),
        (state(OrderStatus.PARTIALLY_FILLED), False),
        (state(OrderStatus.OPEN, filled=Decimal(0)), False),
        (state(OrderStatus.OPEN, quantity=None, limit_price=None), False),
        (state(OrderStatus.OPEN, filled=Decimal(1)), True),
        (state(OrderStatus.OPEN, quantity=Decimal(5)), True),
        (state(OrderStatus.OPEN, limit_price=Decimal(99)), True),
        (state(OrderStatus.CANCELLED), True),
        (cumulative(0, 0), False),
        (cumulative(1, 100), True),
        (cumulative(1, None), True),
    ],
)
def test_what_repeats_is_not_recorded(bench: Bench, told: OrderState, *, news: bool) -> None:
    bench.rest()
    before = observations(bench)
    bench.account.tell(told)
    assert observations(bench) - before == news


def doubted(bench: Bench, order: Order) -> None:
    bench.cancel(order)
    bench.account.tell(lost(order, CommandKind.CANCEL))


def amended(bench: Bench, order: Order) -> None:
    bench.orders.amend(TENANT, order.order_id, Amendment(quantity=Decimal(9)))


def ended(bench: Bench, order: Order) -> None:
    bench.account.tell(state(OrderStatus.EXPIRED, filled=Decimal(0)))


def ended_untold(bench: Bench, order: Order) -> None:
    bench.account.tell(state(OrderStatus.EXPIRED))


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (doubted, state(OrderStatus.OPEN)),
        (amended, state(OrderStatus.OPEN)),
        (ended, state(OrderStatus.CANCELLED, filled=Decimal(0))),
        (ended, state(OrderStatus.OPEN)),
        (ended_untold, state(OrderStatus.EXPIRED, filled=Decimal(0))),
    ],
)
def test_what_answers_or_raises_a_question_is_recorded(
    bench: Bench, happens: Callable[[Bench, Order], None], told: OrderState
) -> None:
    order = bench.rest()
    happens(bench, order)
    before = observations(bench)
    bench.account.tell(told)
    assert observations(bench) == before + 1


def test_the_end_told_again_is_not_recorded(bench: Bench) -> None:
    order = bench.rest()
    ended(bench, order)
    before = observations(bench)
    ended(bench, order)
    assert observations(bench) == before


# Answers


def test_an_answer_that_names_no_order_is_told_to_people(bench: Bench) -> None:
    answer = Lost(command=CommandKind.CANCEL, client_order_id=STRANGER, reason="x")
    bench.account.sink(answer)
    assert bench.alerts() == ["answer_without_order"]
    assert not list(bench.journaled())


@pytest.mark.design_property(39)
def test_an_unknown_order_stays_visible_and_is_never_ended_by_time(bench: Bench) -> None:
    """Order-path 4 and 14: PENDING and UNKNOWN are told by age; only evidence ends them."""
    order = bench.submit()
    bench.account.tell(lost(order))
    bench.advance(30 * 24 * 3600.0)
    bench.state.forget_ended(bench.clock.now_ns())
    now = bench.state.orders[order.order_id]
    assert now.status is OrderStatus.UNKNOWN
    assert now.doubt is not None
    assert now.doubt.since_ns == order.created_ns
    assert list(bench.state.live[ACCOUNT]) == [order.order_id]
    assert bench.exposure() == (6, 0)


# Orphans (order-path 8)


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


# Adoption (order-path 8)


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


# Orders that left memory (order-path 8)


@pytest.mark.parametrize("by", ["client", "venue"])
def test_a_late_fill_brings_its_order_back(bench: Bench, by: str) -> None:
    order = bench.rest()
    bench.account.tell(execution(order))
    bench.account.tell(state(OrderStatus.CANCELLED, filled=Decimal(2), value=Decimal(200)))
    bench.advance(1)
    bench.state.forget_ended(bench.clock.now_ns())
    assert not bench.state.orders
    bench.account.tell(execution(order if by == "client" else None, "e1"))
    assert bench.now(order).filled == 2, "counted before it left memory"
    bench.account.tell(execution(order if by == "client" else None, "e2", 1))
    assert facts(bench.now(order).filled, bench.now(order).status) == (3, OrderStatus.UNKNOWN)
    assert bench.exposure() == (3, 0)


def test_the_restart_knows_a_forgotten_order_by_the_venues_name(bench: Bench) -> None:
    order = bench.rest()
    bench.account.tell(state(OrderStatus.CANCELLED, filled=Decimal(0)))
    bench.advance(3600)
    bench.restart()
    assert not bench.state.orders
    assert bench.intake.known(bench.desk, None, V1) == bench.now(order)
    assert bench.intake.known(bench.desk, None, VenueOrderId("V7")) is None
    assert bench.intake.known(bench.desk, None, None) is None
    assert bench.intake.known(bench.desk, bench.ids.client_order_id(0), None) is None


# The account itself


@pytest.mark.design_property(27)
def test_the_venues_word_on_balance_and_position_is_kept_beside_ours(bench: Bench) -> None:
    balance = Balance(asset=BTC, total=Decimal(5), available=Decimal(4), venue_time_ns=1)
    report = PositionReport(
        symbol=SYMBOL,
        position_side=PositionSide.NET,
        quantity=Decimal(5),
        entry_price=PRICE,
        venue_time_ns=1,
    )
    bench.account.tell(balance)
    bench.account.tell(report)
    order = bench.rest()
    bench.account.tell(execution(order))
    kept = bench.state.balances.get(ACCOUNT, BTC)
    assert kept is not None
    assert facts(kept.total, kept.opening, kept.posted, kept.difference) == (5, 5, 2, -2)
    held = bench.state.positions.get(ACCOUNT, SYMBOL)
    assert held is not None
    assert held.quantity == 2
    assert bench.state.positions.reported(ACCOUNT) == (report,)
    assert [body.word for body in bench.journaled() if isinstance(body, Told)] == [balance, report]


def test_what_the_stream_does_is_recoverys_business(bench: Bench) -> None:
    event = Connection(state=ConnectionState.DOWN, reason="reset")
    bench.account.tell(event)
    assert bench.questions.noted == [("connection", event)]
    assert not list(bench.journaled())
