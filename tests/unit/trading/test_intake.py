"""What venues say: matched to its order, counted once, recorded, and followed up."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from algotradehub.domain.evidence import (
    Balance,
    CommandKind,
    Connection,
    ConnectionState,
    FillCause,
    Lost,
    OrderState,
    PositionReport,
)
from algotradehub.domain.ids import ClientOrderId, VenueOrderId
from algotradehub.domain.order import Amendment, Order, OrderStatus, PositionSide
from algotradehub.domain.records import Observed, Told
from tests.unit.trading.bench import Bench
from tests.unit.trading.words import (
    ACCOUNT,
    BTC,
    PRICE,
    SYMBOL,
    TENANT,
    USDT,
    changed,
    cumulative,
    execution,
    facts,
    fee_settled,
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


def test_half_a_fee_is_not_a_fee_yet(bench: Bench) -> None:
    order = bench.rest()
    bench.account.tell(execution(order, fee=None, fee_asset=None))
    before = observations(bench)
    bench.account.tell(execution(order, fee_asset=None))
    bench.account.tell(execution(order, fee=None))
    assert observations(bench) == before
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
