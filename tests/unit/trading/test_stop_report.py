"""The report of a stop is what its records say, and no more."""

from algotradehub.domain.evidence import CommandKind
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import Order, OrderStatus, Permit
from algotradehub.domain.records import (
    FORMAT_VERSION,
    Body,
    CancelAsked,
    CloseAsked,
    FlatProven,
    HaltSet,
    Intent,
    Observed,
    ProvenAbsent,
    Record,
    StopProven,
    Told,
)
from algotradehub.trading.stop_report import records_of_stop, summary_of
from tests.unit.trading.bench import Bench
from tests.unit.trading.test_flattening import reported
from tests.unit.trading.words import (
    ACCOUNT,
    acknowledged,
    changed,
    execution,
    lost,
    not_sent,
    refused,
    state,
)

STOP = HaltSet(halted=True, reason="enough", by="ann", stop=True)
RESUMED = HaltSet(halted=False, reason="", by="bob")


def records(*bodies: Body) -> list[Record]:
    return [
        Record(
            v=FORMAT_VERSION,
            seq=number,
            at_ns=number * 10,
            account=ACCOUNT,
            account_seq=number,
            kind=body.kind,
            body=body,
        )
        for number, body in enumerate(bodies, 1)
    ]


def heard(order: Order, evidence: object) -> Observed:
    return Observed(order_id=order.order_id, evidence=evidence)  # type: ignore[arg-type]


def test_who_why_when_and_what_ended_each(bench: Bench) -> None:
    order = bench.submit()
    found = records(
        STOP,
        CancelAsked(order_id=order.order_id),
        heard(order, acknowledged(order, CommandKind.CANCEL)),
        heard(order, state(OrderStatus.CANCELLED, order, filled=ZERO)),
        StopProven(looked_ns=(1, 2), lists=3),
    )
    summary = summary_of(ACCOUNT, found)
    assert (summary.reason, summary.by, summary.asked_ns, summary.proven_ns) == (
        "enough",
        "ann",
        10,
        50,
    )
    assert (summary.looked_ns, summary.lists, summary.cancels) == ((1, 2), 3, 1)
    (one,) = summary.orders
    assert (one.cancel_seq, one.cancel_asked_ns, one.ended_seq, one.ended_ns, one.ended) == (
        2,
        20,
        4,
        40,
        "CANCELLED",
    )


def test_every_way_to_end_has_its_word(bench: Bench) -> None:
    order = bench.submit()
    absent = ProvenAbsent(order_id=order.order_id, looked_ns=(1, 2), sources=())
    ways: list[tuple[Body, str]] = [
        (absent, "proven absent"),
        (heard(order, acknowledged(order, CommandKind.CANCEL)), "cancel acknowledged"),
        (heard(order, execution(order, status=OrderStatus.FILLED)), "FILLED"),
        (heard(order, refused(order)), "refused: refused by the venue"),
        (heard(order, not_sent(order)), "never sent: no route"),
        (heard(order, acknowledged(order)), ""),
        (heard(order, lost(order, CommandKind.CANCEL)), ""),
        (heard(order, state(OrderStatus.OPEN, order)), ""),
    ]
    for body, word in ways:
        (one,) = summary_of(ACCOUNT, records(STOP, body)).orders
        assert one.ended == word


def test_it_ends_where_trading_was_resumed(bench: Bench) -> None:
    order = bench.submit()
    found = records(STOP, Told(word=reported(1)), RESUMED, Intent(order=order))
    kept = list(records_of_stop(found))
    assert [record.seq for record in kept] == [1, 3]
    assert summary_of(ACCOUNT, kept).ended_ns == 30


def test_orders_that_close_positions_are_in_it(bench: Bench) -> None:
    order = changed(bench.submit(), permit=Permit.FLATTEN)
    found = records(
        CloseAsked(reason="out", by="ann", spot=False),
        Intent(order=order),
        heard(order, execution(order, status=OrderStatus.FILLED)),
        FlatProven(looked_ns=5),
    )
    summary = summary_of(ACCOUNT, found)
    assert (summary.reason, summary.flat_ns, summary.proven_ns) == ("out", 40, 0)
    assert [one.permit for one in summary.orders] == [Permit.FLATTEN]
