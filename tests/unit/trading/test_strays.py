"""Events that name no order here find their owner, ours or a stranger's (order-path 8)."""

from decimal import Decimal

import pytest

from algotradehub.domain.commands import Place
from algotradehub.domain.evidence import Found, LookUp
from algotradehub.domain.ids import VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.ports.venue import OrderName
from tests.unit.trading.bench import START_NS, Bench, OpenBench, S
from tests.unit.trading.words import (
    USDT,
    acknowledged,
    changed,
    execution,
    facts,
    foreign,
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
