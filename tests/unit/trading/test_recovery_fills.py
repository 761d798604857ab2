"""Fills that are provisional, fees that are unknown, events without an order: all are fetched."""

from decimal import Decimal

import msgspec
import pytest

from algotradehub.domain.commands import Place
from algotradehub.domain.errors import VenueUnavailable
from algotradehub.domain.evidence import Found, LookUp
from algotradehub.domain.ids import VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.ports.venue import OrderName
from tests.fakes.account import ALL
from tests.unit.trading.bench import START_NS, Bench, OpenBench, S
from tests.unit.trading.words import (
    USDT,
    VENUE,
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


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench(recovers=True)


def asked_s(bench: Bench, what: str = "fills_since") -> list[float]:
    return [(asked.at_ns - START_NS) / S for asked in bench.account.queries(what)]


def fees(bench: Bench, order: Order) -> list[Decimal | None]:
    return [fill.fee for fill in bench.state.executions[order.order_id].values()]


# Provisional fills and unknown fees (order-path 8)


def test_the_executions_behind_a_provisional_fill_are_fetched(bench: Bench) -> None:
    order = bench.rest()
    bench.account.executions = [execution(order, quantity=4, venue_time_ns=START_NS)]
    bench.account.tell(cumulative(4, 400))
    assert bench.now(order).provisional == 4
    bench.advance(1.5)
    now = bench.now(order)
    assert facts(now.filled, now.provisional) == (4, 0)
    assert fees(bench, order) == [Decimal("0.2")]
    (asked,) = bench.account.queries("fills_since")
    assert asked.about == order.created_ns - 60 * S, "the venue's clock may be behind ours"
    bench.advance(600)
    assert asked_s(bench) == [1], "complete: nobody asks on"


def test_an_unknown_fee_is_asked_for_until_it_is_told(bench: Bench) -> None:
    order = bench.rest()
    bare = execution(order, fee=None, fee_asset=None, venue_time_ns=START_NS)
    bench.account.executions = [bare]
    bench.account.tell(bare)
    bench.advance(20)
    assert asked_s(bench) == [1, 3, 7, 15]
    assert fees(bench, order) == [None]
    bench.account.executions = [execution(order, venue_time_ns=START_NS)]
    bench.advance(600)
    assert asked_s(bench) == [1, 3, 7, 15, 31]
    assert fees(bench, order) == [Decimal("0.2")]


def test_what_is_missing_later_is_searched_for_as_well(bench: Bench) -> None:
    """The first search is over, and nothing of it keeps the next one back."""
    order = bench.rest()
    for at_s, name in ((0, "e1"), (100, "e2")):
        bare = execution(order, name, fee=None, fee_asset=None, venue_time_ns=START_NS)
        bench.account.tell(bare)
        told = changed(bare, fee=Decimal("0.2"), fee_asset=USDT)
        bench.account.executions.append(told)
        bench.advance(100)
        assert asked_s(bench)[-1] == at_s + 1
    assert fees(bench, order) == [Decimal("0.2")] * 2


def test_a_list_that_cannot_be_read_is_asked_for_again(bench: Bench) -> None:
    order = bench.rest()
    bench.account.trouble = VenueUnavailable(VENUE, "no route")
    bench.account.tell(execution(order, fee=None, fee_asset=None))
    bench.advance(200)
    assert asked_s(bench) == [1, 3, 7, 15, 31, 63, 123, 183]


def test_what_became_complete_by_itself_is_not_fetched(bench: Bench) -> None:
    order = bench.rest()
    bench.account.tell(execution(order, fee=None, fee_asset=None))
    bench.account.tell(fee_settled())
    bench.advance(60)
    assert asked_s(bench) == []


def test_one_search_serves_all_orders(bench: Bench) -> None:
    orders = [bench.rest(limit(f"k{number}"), f"V{number}") for number in range(3)]
    for order in orders:
        bench.account.tell(
            changed(
                execution(order, fee=None, fee_asset=None), venue_order_id=order.leg.venue_order_id
            )
        )
    bench.advance(1.5)
    assert asked_s(bench) == [1]


def test_a_venue_that_tells_totals_only_has_no_executions_to_fetch(open_bench: OpenBench) -> None:
    capabilities = msgspec.structs.replace(ALL, cumulative_only=True)
    bench = open_bench(recovers=True, capabilities=capabilities)
    order = bench.rest()
    bench.account.tell(cumulative(4, 400))
    bench.advance(600)
    assert bench.account.asked == []
    assert bench.now(order).filled == 4


def test_a_total_that_was_never_told_is_looked_up(bench: Bench) -> None:
    """It ended without a word on how much had filled: fills may be missing."""
    order = bench.rest()
    bench.account.tell(state(OrderStatus.CANCELLED, order))
    bench.account.states = [
        state(OrderStatus.CANCELLED, order, filled=Decimal(0), value=Decimal(0))
    ]
    assert bench.now(order).lacks_fills
    bench.advance(1.5)
    assert not bench.now(order).lacks_fills
    asked = len(bench.account.asked)
    bench.advance(600)
    assert len(bench.account.asked) == asked


def test_a_total_the_venue_does_not_tell_is_asked_for_again(bench: Bench) -> None:
    order = bench.rest()
    bench.account.tell(state(OrderStatus.CANCELLED, order))
    bench.advance(8)
    assert asked_s(bench, "find") == [1, 3, 7]
    assert bench.now(order).status is OrderStatus.CANCELLED


def test_a_claim_beyond_our_fills_is_closed_by_the_executions(bench: Bench) -> None:
    """The venue told a quantity without its value: no provisional fill can be made of it."""
    order = bench.rest()
    bench.account.executions = [execution(order, quantity=4, venue_time_ns=START_NS)]
    bench.account.tell(cumulative(4, None))
    assert bench.now(order).lacks_fills
    assert bench.exposure() == (6, 0), "in no position yet, so it still counts"
    bench.advance(1.5)
    assert bench.now(order).filled == 4
    assert bench.exposure() == (2, 0)


def test_an_order_that_left_memory_is_let_go(bench: Bench) -> None:
    order = bench.rest()
    bench.account.tell(execution(order, quantity=6, fee=None, fee_asset=None))
    bench.account.tell(state(OrderStatus.FILLED, order, filled=Decimal(6), value=Decimal(600)))
    bench.advance(0.5)
    bench.state.forget_ended(bench.clock.now_ns())
    assert not bench.state.orders
    bench.advance(600)
    assert asked_s(bench) == []
    bench.recovery.watch_fills(order.order_id)
    bench.account.tell(fee_settled())
    assert fees(bench, order) == [Decimal("0.2")], "a late word still finds it"


# Orphans (order-path 8)


def test_an_orphan_is_not_asked_about_while_an_order_here_may_be_its_owner(bench: Bench) -> None:
    order = bench.submit()
    bench.account.tell(execution())
    bench.advance(60)
    assert bench.account.queries("find") == []
    bench.account.tell(acknowledged(order))
    assert bench.now(order).filled == 2
    bench.advance(60)
    assert bench.account.queries("find") == []


@pytest.mark.parametrize("other", [{"side": Side.SELL}, {"venue_order_id": VenueOrderId("V2")}])
def test_an_orphan_that_none_of_ours_can_own_is_asked_about(
    bench: Bench, other: dict[str, object]
) -> None:
    if "side" in other:
        bench.submit()
    else:
        bench.rest(venue_order_id="V2")
    bench.account.tell(execution(side=Side.SELL))
    bench.advance(1.5)
    assert len(bench.account.queries("find")) == 1


def test_the_order_behind_an_orphan_is_adopted_with_its_fills(bench: Bench) -> None:
    told = execution(name="e1", venue_order_id=VenueOrderId("V9"))
    bench.account.states = [foreign("V9")]
    bench.account.tell(told)
    bench.advance(1.5)
    (order,) = bench.state.orders.values()
    assert facts(order.external, order.filled) == (True, 2)
    assert len(bench.desk.orphans) == 0
    assert bench.exposure() == (4, 0)
    asked = len(bench.account.asked)
    bench.advance(600)
    assert len(bench.account.asked) == asked


def test_the_fills_of_an_order_adopted_late_are_fetched(bench: Bench) -> None:
    """Filled long before anybody here could see it: its real fill is as old as that."""
    bench.advance(600)
    name = VenueOrderId("V9")
    filled = execution(name="e1", venue_order_id=name, quantity=6, venue_time_ns=START_NS)
    bench.account.executions = [filled]
    told = foreign("V9", "x-77", status=OrderStatus.FILLED, filled=Decimal(6), value=Decimal(600))
    bench.account.tell(changed(told, venue_time_ns=START_NS))
    (order,) = bench.state.orders.values()
    assert order.provisional == 6
    bench.advance(1.5)
    assert facts(bench.now(order).filled, bench.now(order).provisional) == (6, 0)


def test_an_orphan_nobody_knows_is_asked_about_again(bench: Bench) -> None:
    """It counts as exposure until the venue tells whose it is."""
    bench.account.tell(execution())
    bench.advance(20)
    assert asked_s(bench, "find") == [1, 3, 7, 15]
    assert bench.exposure() == (2, 0)


def test_an_orphan_of_an_unlisted_symbol_stays_nobodys(bench: Bench) -> None:
    symbol = "ETH/USDT"
    bench.account.states = [changed(foreign("V9"), symbol=symbol)]
    bench.account.tell(changed(execution(venue_order_id=VenueOrderId("V9")), symbol=symbol))
    bench.advance(20)
    assert not bench.state.orders
    assert asked_s(bench, "find") == [1, 3, 7, 15]
    assert bench.alerts() == ["order_not_adopted"] * 4
    assert len(bench.desk.orphans) == 1


def test_the_look_up_may_tell_that_it_was_ours_all_along(bench: Bench) -> None:
    """The place was lost; the fill told by venue id; the look-up names both."""
    order = bench.submit()
    bench.account.tell(lost(order))
    bench.account.tell(execution())
    bench.account.states = [state(OrderStatus.OPEN, order)]
    bench.account.answer_s = 0.1
    bench.advance(10)
    now = bench.now(order)
    assert facts(now.filled, now.status) == (2, OrderStatus.PARTIALLY_FILLED)
    assert now.leg.venue_order_id == "V1"
    assert [type(command) for command in bench.sent] == [Place]
    held = bench.state.balances.get(bench.desk.account_id, USDT)
    assert held is not None
    assert held.posted == Decimal("-200.2")


def test_an_orphan_of_an_order_known_by_another_name_is_handed_over(bench: Bench) -> None:
    """The venue knows our order by a second number, which only the look-up connects."""
    order = bench.rest()
    told = execution(venue_order_id=VenueOrderId("V1-trigger"))
    bench.account.states = [
        state(OrderStatus.OPEN, order, venue_order_id=VenueOrderId("V1-trigger"))
    ]
    bench.account.tell(told)
    bench.account.tell(changed(told, execution_id="e2"))
    bench.advance(1.5)
    assert bench.now(order).filled == 4
    assert len(bench.desk.orphans) == 0
    assert bench.exposure() == (2, 0)


def test_what_waits_under_another_name_of_a_stranger_is_handed_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find(_: OrderName) -> LookUp:
        return Found(state=foreign("V9"))

    monkeypatch.setattr(bench.account, "find", find)
    bench.account.tell(execution(venue_order_id=VenueOrderId("V9-trigger")))
    bench.advance(1.5)
    (order,) = bench.state.orders.values()
    assert facts(order.external, order.filled) == (True, 2)
    assert len(bench.desk.orphans) == 0


def test_an_owner_that_shows_up_while_the_venue_is_asked_gets_its_fill_once(bench: Bench) -> None:
    bench.account.tell(execution(venue_order_id=VenueOrderId("V9")))
    bench.account.answer_s = 5
    bench.account.states = [foreign("V9", "x-77")]
    bench.advance(2)
    bench.account.tell(foreign("V9", "x-77"))
    (order,) = bench.state.orders.values()
    assert order.filled == 2
    bench.advance(60)
    assert bench.now(order).filled == 2
    assert len(bench.state.orders) == 1
