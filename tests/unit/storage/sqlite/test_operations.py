"""Operations: wishes and bytes are paired with what answered them, however often it is stored."""

from collections.abc import Sequence
from contextlib import closing
from itertools import count

import msgspec
import pytest

from algotradehub.conformance.store_samples import ACCOUNT, order_id, order_of, record_of
from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.evidence import (
    Acknowledged,
    CommandKind,
    Lost,
    NotSent,
    OrderEvidence,
    Refused,
)
from algotradehub.domain.ids import AccountId
from algotradehub.domain.order import Amendment, OrderStatus
from algotradehub.domain.records import (
    AmendAsked,
    Body,
    CancelAsked,
    HaltSet,
    Intent,
    LegAdded,
    Observed,
    Record,
    Requested,
    Responded,
)
from algotradehub.ports.audit import OperationFilter, Performed
from algotradehub.ports.store import Changes
from algotradehub.storage.sqlite.store import SqliteStore

pytestmark = pytest.mark.design_property(9)

_MS = 1_000_000
ORDER = order_of(1, status=OrderStatus.PENDING)
ID = ORDER.order_id


def at(at_ns: int, record: Record) -> Record:
    return msgspec.structs.replace(record, at_ns=at_ns)


def records(*bodies: Body, first: int = 1, every_ms: int = 10) -> list[Record]:
    return [
        at(seq * every_ms * _MS, record_of(seq, body)) for seq, body in enumerate(bodies, first)
    ]


def stored(*bodies: Body) -> SqliteStore:
    """A store that was fed with them one at a time, each of them twice."""
    store = SqliteStore()
    store.apply(Changes(applied_seq=0, orders={ID: (ORDER, 1)}))
    for record in records(*bodies):
        for _ in range(2):
            store.apply(Changes(applied_seq=record.seq, records=[record]))
    return store


def performed(*bodies: Body) -> Sequence[Performed]:
    """Oldest first; the same for whoever is fed with all of them at once, over and over."""
    with closing(stored(*bodies)) as store, closing(SqliteStore()) as at_once:
        found = store.operations(OperationFilter())
        changes = Changes(
            applied_seq=len(bodies), records=records(*bodies), orders={ID: (ORDER, 1)}
        )
        for _ in range(3):
            at_once.apply(changes)
        assert at_once.operations(OperationFilter()) == found
    return found[::-1]


def asked(request_id: int, operation: Operation = Operation.ORDER_SUBMIT) -> Requested:
    about = ID if operation.name.startswith("ORDER") else None
    return Requested(request_id=request_id, operation=operation, client_order_id=about, body=b"ask")


def told(
    request_id: int,
    operation: Operation = Operation.ORDER_SUBMIT,
    category: ErrorCategory | None = None,
) -> Responded:
    return Responded(
        request_id=request_id,
        operation=operation,
        client_order_id=None,
        body=b"told",
        category=category,
        error="" if category is None else "no",
    )


def heard(evidence: OrderEvidence) -> Observed:
    return Observed(order_id=ID, evidence=evidence)


def done(command: CommandKind) -> Observed:
    return heard(Acknowledged(command=command, client_order_id=ID))


def facts(found: Performed) -> tuple[object, ...]:
    return found.seq, found.operation, found.success, found.category, found.error


def test_without_a_wire_the_wish_is_the_request_and_the_evidence_its_answer() -> None:
    placed, amended, cancelled = performed(
        Intent(order=ORDER),
        done(CommandKind.PLACE),
        AmendAsked(order_id=ID, amendment=Amendment(), send_before_ns=1),
        heard(
            Refused(
                command=CommandKind.AMEND,
                client_order_id=ID,
                code="7",
                reason="too small",
                category=ErrorCategory.INVALID_REQUEST,
            )
        ),
        CancelAsked(order_id=ID),
        done(CommandKind.CANCEL),
    )
    assert facts(placed) == (1, Operation.ORDER_SUBMIT, True, None, "")
    assert (placed.requested_ns, placed.answered_ns) == (10 * _MS, 20 * _MS)
    invalid = ErrorCategory.INVALID_REQUEST
    assert facts(amended) == (3, Operation.ORDER_MODIFY, False, invalid, "too small")
    assert facts(cancelled) == (5, Operation.ORDER_CANCEL, True, None, "")
    assert isinstance(placed.request.body, Intent)
    assert placed.response is not None
    assert placed.response.seq == 2


def test_bytes_take_the_place_of_the_wish_they_carry_out() -> None:
    (one,) = performed(
        Intent(order=ORDER), asked(1), told(1), done(CommandKind.PLACE), done(CommandKind.PLACE)
    )
    assert facts(one) == (1, Operation.ORDER_SUBMIT, True, None, "")
    assert (one.requested_ns, one.answered_ns) == (20 * _MS, 30 * _MS)
    assert one.request.body == asked(1)
    assert one.response is not None
    assert one.response.body == told(1)


def test_evidence_ends_nothing_that_has_bytes() -> None:
    (one,) = performed(Intent(order=ORDER), asked(1), done(CommandKind.PLACE))
    assert (one.success, one.response) == (None, None)


def test_a_request_without_a_wish_is_an_operation_of_its_own() -> None:
    query, again = performed(
        asked(1, Operation.BALANCE_QUERY),
        asked(2, Operation.BALANCE_QUERY),
        told(2, Operation.BALANCE_QUERY, ErrorCategory.RATE_LIMITED),
        told(1, Operation.BALANCE_QUERY),
    )
    assert facts(query) == (1, Operation.BALANCE_QUERY, True, None, "")
    limited = ErrorCategory.RATE_LIMITED
    assert facts(again) == (2, Operation.BALANCE_QUERY, False, limited, "no")


def test_numbers_begin_anew_with_every_life() -> None:
    first, second = performed(
        asked(1, Operation.FILLS_QUERY),
        asked(1, Operation.FILLS_QUERY),
        told(1, Operation.FILLS_QUERY),
    )
    assert (first.success, second.success) == (None, True)


def test_an_answer_without_a_request_is_no_operation() -> None:
    assert not performed(told(1), done(CommandKind.PLACE))


def test_what_was_not_sent_or_lost_has_failed() -> None:
    unsent, lost = performed(
        Intent(order=ORDER),
        heard(NotSent(command=CommandKind.PLACE, client_order_id=ID, reason="too late")),
        LegAdded(order_id=ID, request=ORDER.request, send_before_ns=1),
        heard(Lost(command=CommandKind.PLACE, client_order_id=order_id(9), reason="timeout")),
    )
    retryable = ErrorCategory.RETRYABLE
    assert facts(unsent) == (1, Operation.ORDER_SUBMIT, False, retryable, "not sent: too late")
    assert facts(lost)[2:] == (False, ErrorCategory.EXCHANGE_ERROR, "timeout")


def test_a_replacement_is_a_cancel_and_a_leg() -> None:
    assert not performed(
        AmendAsked(order_id=ID, amendment=Amendment(), send_before_ns=1, leg=order_id(9))
    )


def test_filters_and_pages() -> None:
    with closing(
        stored(
            Intent(order=ORDER),
            done(CommandKind.PLACE),
            asked(1, Operation.BALANCE_QUERY),
            told(1, Operation.BALANCE_QUERY, ErrorCategory.FATAL),
            asked(2, Operation.BALANCE_QUERY),
        )
    ) as store:
        numbers = count()
        for wanted, seqs in (
            (OperationFilter(), [5, 3, 1]),
            (OperationFilter(limit=2), [5, 3]),
            (OperationFilter(before_seq=3), [1]),
            (OperationFilter(operation=Operation.BALANCE_QUERY), [5, 3]),
            (OperationFilter(success=True), [1]),
            (OperationFilter(success=False), [3]),
            (OperationFilter(order_id=ID), [1]),
            (OperationFilter(from_ns=30 * _MS, to_ns=50 * _MS), [3]),
            (OperationFilter(accounts=frozenset({ACCOUNT})), [5, 3, 1]),
            (OperationFilter(accounts=frozenset({AccountId("other")})), []),
            (OperationFilter(accounts=frozenset()), []),
        ):
            assert [each.seq for each in store.operations(wanted)] == seqs, next(numbers)


def test_statistics() -> None:
    bodies: list[Body] = []
    for number in range(1, 101):
        bodies += [asked(number, Operation.FILLS_QUERY)]
        bodies += [told(number, Operation.FILLS_QUERY)] if number > 1 else []
    with closing(SqliteStore()) as store:
        lines = []
        for seq, body in enumerate(bodies, 1):
            # The n-th request is answered after n milliseconds.
            wait_ns = body.request_id * _MS if isinstance(body, Responded) else 0
            lines.append(at(wait_ns + 1, record_of(seq, body)))
        store.apply(Changes(applied_seq=len(lines), records=lines))
        failed = at(5_000 * _MS, record_of(900, asked(200, Operation.BALANCE_QUERY)))
        answer = told(200, Operation.BALANCE_QUERY, ErrorCategory.FATAL)
        store.apply(
            Changes(applied_seq=901, records=[failed, at(5_001 * _MS, record_of(901, answer))])
        )
        whole, balance, fills = store.operation_stats(OperationFilter())
        assert (whole.operation, whole.total, whole.answered, whole.succeeded) == (
            None,
            101,
            100,
            99,
        )
        assert (balance.operation, balance.errors) == (
            Operation.BALANCE_QUERY,
            {ErrorCategory.FATAL: 1},
        )
        assert (fills.total, fills.answered, fills.errors) == (100, 99, {})
        assert fills.mean_latency_ns == 51 * _MS  # of 2 to 100
        assert fills.p95_latency_ns == 96 * _MS  # the 95th of 99, nearest rank
        by_second = store.operation_stats(OperationFilter(), period_ns=1_000 * _MS)
        assert [(each.from_ns, each.operation, each.total) for each in by_second] == [
            (0, None, 100),
            (5_000 * _MS, None, 1),
            (0, Operation.FILLS_QUERY, 100),
            (5_000 * _MS, Operation.BALANCE_QUERY, 1),
        ]


def test_actions_are_what_people_decided() -> None:
    halt = HaltSet(halted=True, reason="enough", by="ann")
    resume = HaltSet(halted=False, reason="", by="ann")
    with closing(stored(halt, CancelAsked(order_id=ID), resume)) as store:
        assert [each.body for each in store.actions(OperationFilter())] == [resume, halt]
        assert [each.seq for each in store.actions(OperationFilter(before_seq=3))] == [1]
        assert not store.actions(OperationFilter(from_ns=31 * _MS))


def test_the_oldest_record_of_a_live_order_is_known() -> None:
    with closing(SqliteStore()) as store:
        assert store.first_seq_of_live() is None
        store.apply(
            Changes(
                applied_seq=9,
                orders={ID: (ORDER, 1)},
                records=records(Intent(order=order_of(2)), Intent(order=ORDER), first=4),
            )
        )
        assert store.first_seq_of_live() == 5
