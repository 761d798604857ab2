"""Strategies in the loop: what they hear, what they may do, and what a misbehaving one does."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
import pytest

from algotradehub.domain.errors import InvalidRequest, NotFound, NotReady
from algotradehub.domain.ids import (
    AccountId,
    ClientOrderId,
    StrategyId,
    Symbol,
)
from algotradehub.domain.market import MarketEvent
from algotradehub.domain.order import (
    Amendment,
    Order,
    OrderStatus,
)
from algotradehub.ports.strategy import (
    AmendOrder,
    CancelOrder,
    StrategyCommand,
    View,
)
from algotradehub.ports.venue import Channel
from algotradehub.trading import strategy_host
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.limits import RiskLimits
from tests.unit.trading.strategies import (
    ACCOUNT,
    OTHER,
    QUOTES,
    SYMBOL,
    TENANT,
    VENUE,
    Listening,
    Scripted,
    bid,
    connected,
    once,
    world,
)


async def test_market_events_are_handled_at_once_and_facts_in_the_next_turn() -> None:
    async with world() as w:
        await connected()
        strategy = Scripted(market=once(bid()))
        w.start(strategy)
        w.tell(1)
        [order] = w.orders()
        assert order.status is OrderStatus.OPEN
        assert strategy.heard == ["quote 1", "order PENDING", "order OPEN"]
        w.account.fill(order.order_id, quantity=Decimal("0.5"), price=Decimal(90))
        assert len(strategy.heard) == 3  # never inside the change that it may answer
        w.clock.advance(0)
        assert strategy.heard[3:] == ["order FILLED", "fill 0.5"]


async def test_waiting_facts_come_before_a_newer_market_event() -> None:
    async with world() as w:
        await connected()
        strategy = Scripted(market=once(bid()))
        w.start(strategy)
        w.tell(1)
        w.tell(2)
        assert strategy.heard == ["quote 1", "order PENDING", "order OPEN", "quote 2"]


async def test_orders_carry_the_strategy_and_a_key_of_its_own() -> None:
    async with world(epoch=12) as w:
        await connected()
        running = w.start(Scripted("maker", market=lambda *_: [bid()]))
        w.tell(1)
        w.tell(2)
        requests = [order.request for order in w.orders()]
        assert [request.idempotency_key for request in requests] == ["maker:12:1", "maker:12:2"]
        assert {request.tenant for request in requests} == {TENANT}
        assert {request.strategy for request in requests} == {StrategyId("maker")}
        assert running.commands == 2


async def test_a_key_is_never_used_again_after_a_restart() -> None:
    keys = []
    for epoch in (1, 2):
        async with world(epoch=epoch) as w:
            await connected()
            w.start(Scripted(market=once(bid())))
            w.tell()
            keys += [order.request.idempotency_key for order in w.orders()]
    assert len(set(keys)) == 2


async def test_cancels_and_amends_reach_the_venue() -> None:
    async with world() as w:
        await connected()

        def react(order: Order, view: View) -> Sequence[StrategyCommand]:
            if order.status is not OrderStatus.OPEN:
                return ()
            if order.leg.limit_price == 90 and order.amend_pending is None:
                return [AmendOrder(order.order_id, Amendment(limit_price=Decimal(91)))]
            if order.leg.limit_price == 91 and not order.cancel_pending:
                return [CancelOrder(order.order_id)]
            return ()

        w.start(Scripted(market=once(bid()), order=react))
        w.tell()
        w.clock.advance(0)
        [order] = w.orders()
        assert order.leg.limit_price == 91
        assert order.status is OrderStatus.CANCELLED


async def test_it_hears_of_its_own_orders_and_fills_only() -> None:
    async with world() as w:
        await connected()
        mine, others = Scripted("mine", market=once(bid())), Scripted("others")
        w.start(mine)
        w.start(others)
        w.tell()
        w.account.fill(w.orders()[0].order_id, quantity=Decimal("0.5"), price=Decimal(90))
        w.clock.advance(0)
        assert len(mine.heard) == 5
        assert others.heard == ["quote 1"]


async def test_nothing_is_heard_before_the_accounts_are_connected() -> None:
    async with world() as w:
        strategy = Scripted()
        w.start(strategy)
        w.tell(1)
        await connected()
        w.tell(2)
        assert strategy.heard == ["quote 2"]


@pytest.mark.parametrize("where", ["market", "order", "fill"])
async def test_a_strategy_that_raises_is_stopped_and_hurts_nobody(where: str) -> None:
    def fail(*_: object) -> Sequence[StrategyCommand]:
        raise ZeroDivisionError("a price of zero")

    async with world() as w:
        await connected()
        hurt = Scripted("hurt", **{"market": once(bid()), where: fail})
        running = w.start(hurt)
        well = Scripted("well", market=once(bid()))
        w.start(well)
        w.tell(1)
        for order in w.orders():
            w.account.fill(order.order_id, quantity=Decimal("0.2"), price=Decimal(90))
        w.clock.advance(0)
        w.tell(2)
        assert running.stopped is not None
        assert "ZeroDivisionError" in running.stopped
        [alert] = w.alerts
        assert (alert.name, alert.account) == ("strategy_stopped", ACCOUNT)
        # Its order stays: whether to keep or close what it held is a person's decision.
        left = 0 if where == "market" else 1
        assert f"{left} open orders of it stay" in alert.detail
        assert well.heard[-1] == "quote 2"
        assert "quote 2" not in hurt.heard


@pytest.mark.parametrize("answer", [[object()], None, [bid()] * 101])
async def test_what_is_no_list_of_commands_stops_it(answer: object) -> None:
    async with world() as w:
        await connected()
        running = w.start(Scripted(market=lambda *_: answer))  # type: ignore[arg-type]
        w.tell()
        assert running.stopped is not None
        assert w.orders() == []


async def test_a_refused_command_is_counted_and_told_once_a_minute() -> None:
    async with world() as w:
        await connected()
        wrong = bid("90.05")
        running = w.start(Scripted(market=lambda *_: [wrong, bid()]))
        for number in range(3):
            w.tell(number)
        assert (running.refused, running.commands, running.stopped) == (3, 3, None)
        [alert] = w.alerts
        assert alert.name == "strategy_refused"
        assert "limit_price" in alert.detail
        w.clock.advance(60)
        w.tell(4)
        assert len(w.alerts) == 2
        assert "4 so far" in w.alerts[1].detail


async def test_a_strategy_may_listen_to_refusals_itself() -> None:
    async with world() as w:
        await connected()
        strategy = Listening(market=once(bid("90.05"), CancelOrder(ClientOrderId("0" * 32))))
        w.start(strategy)
        w.tell()
        assert strategy.heard == ["quote 1", "refused InvalidRequest", "refused NotFound"]
        assert w.alerts == []


async def test_risk_refusals_arrive_as_rejected_orders() -> None:
    async with world(limits=RiskLimits(max_order_notional=Decimal(1))) as w:
        await connected()
        strategy = Scripted(market=once(bid()))
        w.start(strategy)
        w.tell()
        w.clock.advance(0)
        assert strategy.heard == ["quote 1", "order REJECTED"]


async def test_it_acts_on_its_own_accounts_only() -> None:
    async with world() as w:
        await connected()
        theirs = w.core.orders.submit(
            msgspec.structs.replace(bid(account=OTHER).request, tenant=TENANT)
        )
        strategy = Listening(market=once(bid(account=OTHER), CancelOrder(theirs.order_id)))
        w.start(strategy)
        w.tell()
        assert strategy.heard == ["quote 1", "refused NotFound", "refused NotFound"]
        assert w.core.state.orders[theirs.order_id].status is OrderStatus.OPEN


async def test_while_the_account_is_away_commands_are_refused() -> None:
    async with world() as w:
        await connected()
        strategy = Listening(market=lambda *_: [bid()])
        w.start(strategy)
        w.account.disconnect("maintenance")
        w.tell()
        assert strategy.heard == ["quote 1", f"refused {NotReady.__name__}"]


async def test_one_that_answers_itself_for_ever_leaves_the_loop_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(strategy_host, "EVENTS_AT_ONCE", 10)
    async with world() as w:
        await connected()

        def cancel_and_place(order: Order, view: View) -> Sequence[StrategyCommand]:
            if order.status is OrderStatus.OPEN:
                return [CancelOrder(order.order_id)]
            return [bid()] if order.status is OrderStatus.CANCELLED else []

        strategy = Scripted(market=once(bid()), order=cancel_and_place)
        running = w.start(strategy)
        turns: list[int] = []
        w.clock.after(0, lambda: turns.append(len(strategy.heard)))
        w.tell()
        w.clock.after(0, running.stop, "the test is over")
        w.clock.advance(0)
        assert len(strategy.heard) <= 1 + 2 * 10
        assert turns


async def test_one_that_cannot_keep_up_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategy_host, "EVENTS_WAITING", 3)
    async with world() as w:
        await connected()
        running = w.start(Scripted(market=once(bid(), bid(), bid())))
        w.tell()
        assert running.stopped == "3 events were waiting for it"


async def test_a_command_that_comes_back_through_the_market_waits_its_turn() -> None:
    async with world() as w:
        await connected()
        depth: list[int] = []
        inside = 0

        def nested(event: MarketEvent, view: View) -> Sequence[StrategyCommand]:
            nonlocal inside
            inside += 1
            depth.append(inside)
            if event.received_ns == 1:
                w.tell(2)  # as a paper venue prints the trade our own order made
            inside -= 1
            return ()

        strategy = Scripted(market=nested)
        w.start(strategy)
        w.tell(1)
        assert strategy.heard == ["quote 1", "quote 2"]
        assert depth == [1, 1]


async def test_a_stopped_strategy_hears_and_does_nothing_more() -> None:
    async with world() as w:
        await connected()
        strategy = Scripted(market=once(bid(), bid()))
        running = w.start(strategy)
        w.host.stop()
        w.tell()
        assert strategy.heard == []
        assert running.stopped == "the platform stops"
        assert w.host.running == (running,)


@pytest.mark.parametrize("name", ["", "a b", "x" * 33, "-x", "a:1"])
async def test_a_name_that_would_break_keys_is_refused(name: str) -> None:
    async with world() as w:
        with pytest.raises(InvalidRequest, match=r"strategy\.name"):
            w.start(Scripted(name))


async def test_a_name_is_used_once() -> None:
    async with world() as w:
        w.start(Scripted())
        with pytest.raises(InvalidRequest, match=r"strategy\.name"):
            w.start(Scripted())


async def test_accounts_and_channels_must_exist() -> None:
    async with world() as w:
        with pytest.raises(InvalidRequest, match="account"):
            w.start(Scripted(), AccountId("nobody's"))
        with pytest.raises(InvalidRequest, match="at least one account"):
            w.host.start(Scripted(), tenant=TENANT, accounts=(), channels=())
        with pytest.raises(NotFound):
            w.host.start(
                Scripted(),
                tenant=TENANT,
                accounts=(ACCOUNT,),
                channels=[(VENUE, QUOTES), (VENUE, Channel(Symbol("X/Y"), "quotes"))],
            )
        assert w.feed.open_channels == []
        w.start(Scripted())  # the failed start left nothing behind, not even the name


async def test_with_sync_durability_an_order_counts_before_it_is_told() -> None:
    async with world(durability=Durability.SYNC) as w:
        await connected()
        seen: list[int] = []

        def look(event: MarketEvent, view: View) -> Sequence[StrategyCommand]:
            working = view.open_orders(ACCOUNT, SYMBOL)
            seen.append(len(working))
            return () if working else [bid()]

        strategy = Scripted(market=look)
        w.start(strategy)
        w.tell(1)
        w.tell(2)
        assert seen == [0, 1]
        assert "order OPEN" not in strategy.heard
        w.clock.advance(0.1)
        assert strategy.heard[-1] == "order OPEN"
