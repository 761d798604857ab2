"""The views of the journal, judged: operations and actions are what its records tell.

They are told from the records here, without a database and all in one go: what the store makes of
batches, of restarts and of what comes twice must be the same.
"""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Final

from algotradehub.app.auditing import operation_of
from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.evidence import Acknowledged, CommandKind, Lost, NotSent, Refused
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.order import Order
from algotradehub.domain.records import (
    Body,
    Intent,
    Observed,
    OrderRecord,
    Privileged,
    Record,
    Requested,
    Responded,
)
from algotradehub.ports.audit import OperationFilter, Performed
from algotradehub.ports.store import Store
from algotradehub.simulation.verdict import Broken

_ALL: Final = OperationFilter(limit=1_000_000)
_OF_COMMANDS: Final = {
    CommandKind.PLACE: Operation.ORDER_SUBMIT,
    CommandKind.AMEND: Operation.ORDER_MODIFY,
    CommandKind.CANCEL: Operation.ORDER_CANCEL,
}


def check_views(records: Sequence[Record], orders: Iterable[Order], store: Store) -> None:
    """Operations and actions are what the journal says they are.

    Args:
        records: All of the journal.
        orders: What it adds up to.
        store: The projection.

    Raises:
        Broken: A view has something else.
    """
    told, stored = performed(records, orders), store.operations(_ALL)
    for right, found in zip_longest(told, stored):
        if right != found:
            raise Broken("operations differ", f"{found} should be {right}")
    decided = [record for record in reversed(records) if isinstance(record.body, Privileged)]
    if decided != store.actions(_ALL):
        raise Broken("actions differ", "from what the journal says")


def performed(records: Iterable[Record], orders: Iterable[Order]) -> list[Performed]:
    """What was asked of the venue and what became of it, newest first."""
    book = _Book(orders)
    for record in records:
        book.enter(record)
    return [asked.told() for asked in reversed(book.asked)]


class _Asked:
    """One operation, as far as it is known."""

    def __init__(self, first: Record, operation: Operation, order_id: ClientOrderId | None) -> None:
        self.first = first
        self.operation = operation
        self.order_id = order_id
        self.request = first
        self.request_id: int | None = None  # None: a wish, of which no bytes were recorded
        self.response: Record | None = None
        self.category: ErrorCategory | None = None
        self.error = ""

    def told(self) -> Performed:
        response = self.response
        return Performed(
            seq=self.first.seq,
            account=self.first.account,
            operation=self.operation,
            order_id=self.order_id,
            requested_ns=self.request.at_ns,
            answered_ns=None if response is None else response.at_ns,
            success=None if response is None else self.category is None,
            category=self.category,
            error=self.error,
            request=self.request,
            response=response,
        )


class _Book:
    """Everything that was asked, oldest first."""

    def __init__(self, orders: Iterable[Order]) -> None:
        self.asked: list[_Asked] = []
        self._open: list[_Asked] = []
        self._of_legs: dict[ClientOrderId, ClientOrderId] = {}
        for order in orders:
            for leg in order.legs[1:]:
                self._of_legs.setdefault(leg.client_order_id, order.order_id)

    def enter(self, record: Record) -> None:
        body = record.body
        if isinstance(body, Requested):
            self._requested(record, body)
        elif isinstance(body, Responded):
            asked = self._newest(record, body.operation, body.request_id)
            self._end(asked, record, body.category, body.error)
        elif isinstance(body, Observed):
            self._observed(record, body)
        else:
            operation = operation_of(record)
            if operation is not None:
                self._begin(record, operation, _wished_for(body))

    def _requested(self, record: Record, body: Requested) -> None:
        name = body.client_order_id
        order_id = None if name is None else self._of_legs.get(name, name)
        asked = None
        if order_id is not None:
            asked = self._newest(record, body.operation, None, order_id)
        if asked is None:
            asked = self._begin(record, body.operation, order_id)
        asked.request, asked.request_id = record, body.request_id

    def _observed(self, record: Record, body: Observed) -> None:
        """Where no bytes tell of an answer, what was learned does."""
        evidence = body.evidence
        category: ErrorCategory | None = None
        error = ""
        if isinstance(evidence, Refused):
            category, error = evidence.category, evidence.reason
        elif isinstance(evidence, NotSent):
            category, error = ErrorCategory.RETRYABLE, f"not sent: {evidence.reason}"
        elif isinstance(evidence, Lost):
            category, error = ErrorCategory.EXCHANGE_ERROR, evidence.reason
        elif not isinstance(evidence, Acknowledged):
            return
        asked = self._newest(record, _OF_COMMANDS[evidence.command], None, body.order_id)
        self._end(asked, record, category, error)

    def _begin(
        self, record: Record, operation: Operation, order_id: ClientOrderId | None
    ) -> _Asked:
        asked = _Asked(record, operation, order_id)
        self.asked.append(asked)
        self._open.append(asked)
        return asked

    def _newest(
        self,
        record: Record,
        operation: Operation,
        request_id: int | None,
        order_id: ClientOrderId | None = None,
    ) -> _Asked | None:
        """The newest that waits for an answer: of this request, or the wish about this order."""
        for asked in reversed(self._open):
            if (
                asked.request_id == request_id
                and asked.operation is operation
                and asked.first.account == record.account
                and (request_id is not None or asked.order_id == order_id)
            ):
                return asked
        return None

    def _end(
        self, asked: _Asked | None, record: Record, category: ErrorCategory | None, error: str
    ) -> None:
        if asked is not None:
            asked.response, asked.category, asked.error = record, category, error
            self._open.remove(asked)


def _wished_for(body: Body) -> ClientOrderId:
    if isinstance(body, Intent):
        return body.order.order_id
    assert isinstance(body, OrderRecord)  # noqa: S101 - the other wishes are
    return body.order_id
