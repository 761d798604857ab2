"""Operations as rows, folded from the journal's records one by one, and read back.

An operation begins with a wish in the journal (an intent, a leg, a cancel, an amend) or with the
bytes of a request, which take the place of the wish they carry out. It ends with the bytes of the
answer; where a venue has no wire, as in our own process, with the evidence that answers the wish.

A batch may be stored twice, so every statement looks whether it was carried out before.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Final

from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.evidence import Acknowledged, CommandKind, Lost, NotSent, Refused
from algotradehub.domain.guard_records import Fired
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.order import OrderStatus
from algotradehub.domain.records import (
    AmendAsked,
    Body,
    CancelAsked,
    Intent,
    LegAdded,
    Observed,
    Privileged,
    Record,
    Requested,
    Responded,
)
from algotradehub.ports.audit import OperationFilter, OperationStats, Performed
from algotradehub.storage.sqlite.rows import read_record

_OF_COMMANDS: Final = {
    CommandKind.PLACE: Operation.ORDER_SUBMIT,
    CommandKind.AMEND: Operation.ORDER_MODIFY,
    CommandKind.CANCEL: Operation.ORDER_CANCEL,
}

_WISHED: Final = frozenset(_OF_COMMANDS.values())  # the others begin with their request

_BEGIN: Final = """
INSERT INTO operations (seq, account, operation, order_id, request_id, request_seq, requested_ns)
SELECT :seq, :account, :operation, :order_id, :request_id, :seq, :at_ns
WHERE NOT EXISTS (SELECT 1 FROM operations WHERE request_seq = :seq)
ON CONFLICT (seq) DO NOTHING"""
# The bytes of a request take the place of the wish they carry out.
_SEND: Final = """
UPDATE operations SET request_id = :request_id, request_seq = :seq, requested_ns = :at_ns
WHERE seq = (
    SELECT max(seq) FROM operations
    WHERE response_seq IS NULL AND account = :account AND operation = :operation
        AND order_id = :order_id AND request_id IS NULL AND seq < :seq
) AND NOT EXISTS (SELECT 1 FROM operations WHERE request_seq = :seq)"""
_END: Final = """
UPDATE operations SET response_seq = :seq, answered_ns = :at_ns, success = :category IS NULL,
    category = :category, error = :error
WHERE seq = (
    SELECT max(seq) FROM operations
    WHERE response_seq IS NULL AND account = :account AND operation = :operation
        AND {which} AND seq < :seq
) AND NOT EXISTS (SELECT 1 FROM operations WHERE response_seq = :seq)"""
_ANSWER: Final = _END.format(which="request_id = :request_id")
_OUTCOME: Final = _END.format(which="order_id = :order_id AND request_id IS NULL")
_ORDER_OF_LEG: Final = "SELECT order_id FROM legs WHERE client_order_id = ?"
_ACTION: Final = "INSERT INTO actions (seq, account) VALUES (?, ?) ON CONFLICT (seq) DO NOTHING"

_COLUMNS: Final = "seq, v, at_ns, account, account_seq, kind, body"
_FOUND: Final = """
SELECT o.seq, o.account, o.operation, o.order_id, o.requested_ns, o.answered_ns, o.success,
    o.category, o.error, {request}, {response}
FROM operations o
JOIN records q ON q.seq = o.request_seq LEFT JOIN records p ON p.seq = o.response_seq
WHERE {{where}} ORDER BY o.seq DESC LIMIT ?""".format(
    request=", ".join(f"q.{name}" for name in _COLUMNS.split(", ")),
    response=", ".join(f"p.{name}" for name in _COLUMNS.split(", ")),
)
_REQUEST_AT: Final = 9
_RESPONSE_AT: Final = _REQUEST_AT + 7

_RANKED: Final = """
WITH found AS (
    SELECT {bucket} AS bucket, {operation} AS operation, success, category,
        answered_ns - requested_ns AS latency
    FROM operations o WHERE {where}
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY bucket, operation, latency IS NULL ORDER BY latency)
        AS rank, count(latency) OVER (PARTITION BY bucket, operation) AS answered
    FROM found
)
SELECT bucket, operation, count(*), max(answered), total(success), avg(latency),
    max(CASE WHEN rank = (answered * 95 + 99) / 100 THEN latency END)
FROM ranked GROUP BY bucket, operation ORDER BY bucket, operation"""
_FAILED: Final = """
SELECT {bucket}, {operation}, category, count(*) FROM operations o
WHERE {where} AND category IS NOT NULL GROUP BY 1, 2, 3"""


def store(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Fold records in, in their order; the legs they name are stored already."""
    for record in records:
        body = record.body
        if isinstance(body, Observed):
            _observed(connection, record, body)
        elif isinstance(body, Requested):
            _requested(connection, record, body)
        elif isinstance(body, Responded):
            facts = _facts(record, body.operation, None) | {"request_id": body.request_id}
            category = None if body.category is None else body.category.value
            connection.execute(_ANSWER, facts | {"category": category, "error": body.error})
        elif isinstance(body, Privileged):
            connection.execute(_ACTION, (record.seq, record.account))
        else:
            wish = wish_of(body)
            if wish is not None:
                connection.execute(_BEGIN, _facts(record, *wish))


def wish_of(body: Body) -> tuple[Operation, ClientOrderId] | None:
    """What a venue is to be asked, as far as the body says, and about which order."""
    match body:
        case Intent(order=order) if order.status is OrderStatus.PENDING and not order.is_waiting:
            return Operation.ORDER_SUBMIT, order.order_id
        case LegAdded() | Fired():
            return Operation.ORDER_SUBMIT, body.order_id
        case CancelAsked():
            return Operation.ORDER_CANCEL, body.order_id
        case AmendAsked(leg=None):  # with a leg it is a cancel, and a leg that follows
            return Operation.ORDER_MODIFY, body.order_id
        case _:
            return None


def _facts(record: Record, operation: Operation, order_id: ClientOrderId | None) -> dict[str, Any]:
    return {
        "seq": record.seq,
        "at_ns": record.at_ns,
        "account": record.account,
        "operation": operation.value,
        "order_id": order_id,
        "request_id": None,
    }


def _requested(connection: sqlite3.Connection, record: Record, body: Requested) -> None:
    order_id = body.client_order_id
    if order_id is not None:
        row = connection.execute(_ORDER_OF_LEG, (order_id,)).fetchone()
        order_id = order_id if row is None else ClientOrderId(row[0])
    facts = _facts(record, body.operation, order_id) | {"request_id": body.request_id}
    is_wished = order_id is not None and body.operation in _WISHED
    if not is_wished or not connection.execute(_SEND, facts).rowcount:
        connection.execute(_BEGIN, facts)


def _observed(connection: sqlite3.Connection, record: Record, body: Observed) -> None:
    category: ErrorCategory | None
    match body.evidence:
        case Acknowledged(command=command):
            category, error = None, ""
        case Refused(command=command):
            category, error = body.evidence.category, body.evidence.reason
        case NotSent(command=command):
            category, error = ErrorCategory.RETRYABLE, f"not sent: {body.evidence.reason}"
        case Lost(command=command):
            category, error = ErrorCategory.EXCHANGE_ERROR, body.evidence.reason
        case _:
            return
    facts = _facts(record, _OF_COMMANDS[command], body.order_id)
    facts["category"] = None if category is None else category.value
    connection.execute(_OUTCOME, facts | {"error": error})


def found(connection: sqlite3.Connection, wanted: OperationFilter) -> Iterator[Performed]:
    """Yield at most ``wanted.limit`` operations, newest first."""
    where, values = _where(wanted)
    query = _FOUND.format(where=where)
    for row in connection.execute(query, [*values, wanted.limit]):
        seq, account, operation, order_id, requested_ns, answered_ns, success, category, error = (
            row[:_REQUEST_AT]
        )
        response = row[_RESPONSE_AT:]
        yield Performed(
            seq=seq,
            account=AccountId(account),
            operation=Operation(operation),
            order_id=order_id,
            requested_ns=requested_ns,
            answered_ns=answered_ns,
            success=None if success is None else bool(success),
            category=None if category is None else ErrorCategory(category),
            error=error or "",
            request=read_record(row[_REQUEST_AT:_RESPONSE_AT]),
            response=None if response[0] is None else read_record(response),
        )


def statistics(
    connection: sqlite3.Connection, wanted: OperationFilter, period_ns: int | None
) -> Iterator[OperationStats]:
    """Yield, for each period, the sum of all kinds and then each kind; cursor and limit are void.

    Args:
        connection: To the database.
        wanted: Which operations count.
        period_ns: Length of a period, from the Unix epoch on; None: one for all.
    """
    where, values = _where(wanted)
    bucket = "NULL" if period_ns is None else f"o.requested_ns / {period_ns:d} * {period_ns:d}"
    for operation in ("NULL", "o.operation"):
        parts = {"bucket": bucket, "operation": operation, "where": where}
        errors: dict[tuple[int | None, str | None], dict[ErrorCategory, int]] = {}
        for start, kind, category, count in connection.execute(_FAILED.format(**parts), values):
            errors.setdefault((start, kind), {})[ErrorCategory(category)] = count
        for start, kind, total, answered, succeeded, mean, p95 in connection.execute(
            _RANKED.format(**parts), values
        ):
            yield OperationStats(
                from_ns=start,
                operation=None if kind is None else Operation(kind),
                total=total,
                answered=answered,
                succeeded=int(succeeded),
                mean_latency_ns=None if mean is None else int(mean),
                p95_latency_ns=p95,
                errors=errors.get((start, kind), {}),
            )


def actions(connection: sqlite3.Connection, wanted: OperationFilter) -> Iterator[Record]:
    """Yield what was decided, newest first; of the filter: accounts, times, cursor and limit."""
    where, values = _where(wanted, time="r.at_ns")
    names = ", ".join(f"r.{name}" for name in _COLUMNS.split(", "))
    query = (
        f"SELECT {names} FROM actions o JOIN records r USING (seq) "  # noqa: S608 - constants
        f"WHERE {where} ORDER BY o.seq DESC LIMIT ?"
    )
    for row in connection.execute(query, [*values, wanted.limit]):
        yield read_record(row)


def _where(wanted: OperationFilter, *, time: str = "o.requested_ns") -> tuple[str, list[object]]:
    given: list[tuple[str, object]] = [
        ("o.operation = ?", wanted.operation),
        ("o.success = ?", wanted.success),
        ("o.order_id = ?", wanted.order_id),
        (f"{time} >= ?", wanted.from_ns),
        (f"{time} < ?", wanted.to_ns),
        ("o.seq < ?", wanted.before_seq),
    ]
    pairs = [(condition, value) for condition, value in given if value is not None]
    conditions = ["1", *(condition for condition, _ in pairs)]
    values = [value for _, value in pairs]
    if wanted.accounts is not None:
        marks = ", ".join("?" * len(wanted.accounts))
        conditions.append(f"o.account IN ({marks})")
        values += sorted(wanted.accounts)
    return " AND ".join(conditions), values
