"""The recorder: journal, then state, then everybody else, whatever is recorded."""

from decimal import Decimal

import pytest

from algotradehub.domain.errors import NotReady
from algotradehub.domain.evidence import Balance
from algotradehub.domain.order import OrderStatus
from algotradehub.domain.records import CancelAsked, HaltSet, Told
from algotradehub.ports.bus import (
    Alert,
    BalanceChanged,
    Fact,
    FillChanged,
    FillDropped,
    OrderChanged,
    PositionChanged,
)
from tests.unit.trading.bench import Bench
from tests.unit.trading.words import (
    ACCOUNT,
    USDT,
    cumulative,
    execution,
    facts,
    fee_settled,
    limit,
    state,
)

HALT = HaltSet(halted=True, reason="r", by="ann")


def test_what_changed_is_told_in_one_order_under_one_number(bench: Bench) -> None:
    order = bench.rest()
    bench.facts.clear()
    bench.account.tell(execution(order))
    assert [type(fact) for fact in bench.facts] == [
        OrderChanged,
        FillChanged,
        PositionChanged,
        BalanceChanged,  # BTC
        BalanceChanged,  # USDT paid
        BalanceChanged,  # USDT, the fee
    ]
    number = bench.journal.account_seq(ACCOUNT)
    assert {fact.account_seq for fact in bench.facts if not isinstance(fact, Alert)} == {number}


def test_a_subscriber_finds_the_state_as_it_was_told(bench: Bench) -> None:
    """Order-path 8: order, position, ledger and balance move in the same call; then the bus."""
    seen: list[bool] = []

    def look(fact: Fact) -> None:
        match fact:
            case OrderChanged(order=order):
                seen.append(bench.state.orders[order.order_id] == order)
            case PositionChanged(position=position):
                held = bench.state.positions.get(position.account, position.symbol)
                seen.append(held == position)
            case BalanceChanged(balance=balance):
                now = bench.state.balances.get(ACCOUNT, balance.asset)
                seen.append(now is not None and now.updated_ns == balance.updated_ns)
            case _:
                pass

    bench.bus.subscribe(look)
    order = bench.rest()
    bench.account.tell(execution(order, fee=None, fee_asset=None))
    bench.account.tell(fee_settled())
    assert len(seen) > 6
    assert all(seen)


def test_what_the_journal_refuses_has_not_happened(bench: Bench) -> None:
    bench.disk.room = 0
    with pytest.raises(NotReady):
        bench.recorder.append(ACCOUNT, HALT)
    with pytest.raises(NotReady):
        bench.recorder.append_synced(ACCOUNT, HALT, lambda _: None)
    assert not bench.state.standing.halts
    assert not bench.facts


def test_what_is_true_anyway_is_kept_and_told_with_a_failed_journal(bench: Bench) -> None:
    order = bench.rest()
    bench.disk.room = 0
    bench.facts.clear()
    bench.account.tell(state(OrderStatus.CANCELLED, order, filled=Decimal(0)))
    assert bench.state.orders[order.order_id].status is OrderStatus.CANCELLED
    assert [type(fact) for fact in bench.facts] == [OrderChanged]
    bench.disk.room = None
    bench.advance(1)
    bench.restart()
    assert bench.state.orders[order.order_id].status is OrderStatus.CANCELLED


def test_what_must_survive_power_loss_is_told_only_then(bench: Bench) -> None:
    order = bench.rest()
    bench.facts.clear()
    answers: list[bool] = []
    asked = CancelAsked(order_id=order.order_id)
    applied = bench.recorder.append_synced(ACCOUNT, asked, answers.append)
    assert applied.order is not None
    assert applied.order.cancel_pending
    assert not bench.facts
    assert not answers
    bench.advance(0.1)
    assert answers == [True]
    bench.recorder.publish(applied.order)
    assert [fact.order for fact in bench.facts if isinstance(fact, OrderChanged)] == [applied.order]


def test_an_alert_is_told_and_not_recorded(bench: Bench) -> None:
    bench.recorder.alert("something", "to look at")
    assert bench.facts == [
        Alert(name="something", detail="to look at", account=None, at_ns=bench.clock.now_ns())
    ]
    assert not list(bench.journaled())


def test_the_venues_word_on_a_total_is_recorded_and_on_the_rest_told(bench: Bench) -> None:
    """What is available moves with every order, and is told anew at every connect."""
    word = Balance(asset=USDT, total=Decimal(9), available=Decimal(9), venue_time_ns=1)
    reserved = Balance(asset=USDT, total=Decimal(9), available=Decimal(5), venue_time_ns=2)
    spent = Balance(asset=USDT, total=Decimal(4), available=Decimal(4), venue_time_ns=3)
    for told in (word, reserved, spent, reserved):
        bench.account.tell(told)
    assert [body.word for body in bench.journaled() if isinstance(body, Told)] == [word, spent]
    available = [fact.balance.available for fact in bench.facts if isinstance(fact, BalanceChanged)]
    assert available == [9, 5, 4], "and an older word says nothing"
    kept = bench.state.balances.get(ACCOUNT, USDT)
    assert kept is not None
    assert facts(kept.total, kept.opening) == (4, 9)


def test_every_record_wakes_the_projection(bench: Bench) -> None:
    bench.submit(limit())
    assert bench.store.applied_seq == 0
    bench.advance(1)
    assert bench.store.applied_seq == bench.journal.seq
    assert bench.projector.level


def test_a_provisional_fill_that_counts_no_more_is_told_of(bench: Bench) -> None:
    order = bench.rest()
    bench.account.tell(cumulative(2, 200))
    (provisional,) = (fact.fill for fact in bench.facts if isinstance(fact, FillChanged))
    bench.facts.clear()
    bench.account.tell(execution(order))
    dropped = [fact for fact in bench.facts if isinstance(fact, FillDropped)]
    assert [(fact.order_id, fact.execution_id) for fact in dropped] == [
        (order.order_id, provisional.execution_id)
    ]
    assert dropped[0].account_seq == bench.journal.account_seq(ACCOUNT)
    bench.facts.clear()
    bench.account.tell(execution(order, "e2"))
    assert not any(isinstance(fact, FillDropped) for fact in bench.facts)
