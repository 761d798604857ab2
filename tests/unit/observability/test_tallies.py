"""Tallies: every fact once, however often it is told, and what is remembered is bounded."""

import msgspec
import pytest

from algotradehub.domain.evidence import FillCause, Liquidity
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, ClientOrderId, ExecutionId
from algotradehub.domain.money import ONE
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.observability import tallies as module
from algotradehub.observability.tallies import BOUNDS_NS, Durations, Tallies
from algotradehub.ports.bus import Alert, FillChanged, OrderChanged
from tests.unit.domain import examples

MINE, OTHER = AccountId("mine"), AccountId("other")
PENDING, OPEN, FILLED = OrderStatus.PENDING, OrderStatus.OPEN, OrderStatus.FILLED
UNKNOWN, REJECTED = OrderStatus.UNKNOWN, OrderStatus.REJECTED


def order(status: OrderStatus, name: str = "1", *, after_ns: int = 0) -> Order:
    return msgspec.structs.replace(
        examples.order(),
        order_id=ClientOrderId(name),
        status=status,
        created_ns=1000,
        updated_ns=1000 + after_ns,
    )


def hear(tallies: Tallies, *orders: Order, account: AccountId = MINE) -> None:
    for each in orders:
        tallies.hear(OrderChanged(account=account, account_seq=1, order=each))


def fill(name: str = "1", *, fee: bool = True, cause: FillCause = FillCause.TRADE) -> FillChanged:
    made = examples.order()
    return FillChanged(
        account=MINE,
        account_seq=1,
        fill=Fill(
            account=MINE,
            symbol=made.request.symbol,
            order_id=made.order_id,
            venue_order_id=None,
            execution_id=ExecutionId(name),
            side=made.request.side,
            position_side=made.request.position_side,
            price=ONE,
            quantity=ONE,
            fee=ONE if fee else None,
            fee_asset=None,
            liquidity=Liquidity.TAKER,
            cause=cause,
            venue_time_ns=1,
            received_ns=1,
        ),
    )


def test_an_order_counts_once_for_each_status_it_comes_to() -> None:
    tallies = Tallies()
    hear(tallies, order(PENDING), order(OPEN), order(OPEN), order(FILLED), order(FILLED))
    hear(tallies, order(REJECTED, "2"), account=OTHER)
    assert tallies.orders == {
        (MINE, PENDING): 1,
        (MINE, OPEN): 1,
        (MINE, FILLED): 1,
        (OTHER, REJECTED): 1,
    }


def test_orders_of_before_the_start_count_for_what_they_come_to_only() -> None:
    tallies = Tallies([order(OPEN)])
    hear(tallies, order(OPEN), order(FILLED))
    assert tallies.orders == {(MINE, FILLED): 1}


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((PENDING, OPEN), [7]),
        ((PENDING, FILLED), [7]),
        ((PENDING, OPEN, FILLED), [7]),
        ((PENDING, REJECTED), []),
        ((PENDING, UNKNOWN, OPEN), []),  # found out by asking: nobody answered the request
        ((OPEN,), []),
    ],
)
def test_only_the_first_answer_to_a_request_is_its_latency(
    statuses: tuple[OrderStatus, ...], expected: list[int]
) -> None:
    tallies = Tallies()
    hear(tallies, *(order(status, after_ns=7) for status in statuses))
    assert [each.sum_ns for each in tallies.acknowledged.values()] == expected


def test_durations_fall_between_their_bounds() -> None:
    durations = Durations()
    for duration_ns in (0, BOUNDS_NS[0], BOUNDS_NS[0] + 1, BOUNDS_NS[-1], BOUNDS_NS[-1] + 1):
        durations.add(duration_ns)
    assert (durations.counts[0], durations.counts[1], durations.counts[-2:]) == (2, 1, [1, 1])
    assert durations.sum_ns == 2 * (BOUNDS_NS[0] + BOUNDS_NS[-1] + 1)


def test_a_fill_counts_once_whatever_is_told_of_its_fee() -> None:
    tallies = Tallies()
    tallies.hear(fill("1"))
    for fee in (False, False, True):
        tallies.hear(fill("2", fee=fee))
    assert tallies.fills == {MINE: 2}


def test_a_provisional_fill_is_not_counted_for_its_executions_will_be() -> None:
    tallies = Tallies()
    tallies.hear(fill("p", cause=FillCause.PROVISIONAL))
    tallies.hear(fill("1"))
    assert tallies.fills == {MINE: 1}


def test_alerts_count_by_name() -> None:
    tallies = Tallies()
    for name in ("journal_failed", "journal_failed", "order_adopted"):
        tallies.hear(Alert(name=name, detail="", account=None, at_ns=1))
    assert tallies.alerts == {"journal_failed": 2, "order_adopted": 1}


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 3)
    tallies = Tallies()
    for number in range(10):
        hear(tallies, order(OPEN, str(number)))
        tallies.hear(fill(str(number), fee=False))
    assert list(tallies._statuses) == ["7", "8", "9"]
    assert len(tallies._without_fee) == 3
    assert tallies.orders[MINE, OPEN] == 10
