"""What was asked of venues, what became of it, and what people decided: the journal's own views."""

from collections.abc import Mapping

import msgspec

from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.records import Record


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands for everything that is recorded up to one record."""

    seq: int
    sha256: str  # of that record's segment, up to the record's end; hexadecimal

    def __str__(self) -> str:
        return f"{self.seq}:{self.sha256}"


class OperationFilter(msgspec.Struct, frozen=True, kw_only=True):
    accounts: frozenset[AccountId] | None = None  # None: all of them
    operation: Operation | None = None
    success: bool | None = None
    order_id: ClientOrderId | None = None
    from_ns: int | None = None
    to_ns: int | None = None  # exclusive
    before_seq: int | None = None  # cursor: newest first
    limit: int = 100


class Performed(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: a request, and its answer as far as one was heard."""

    seq: int
    account: AccountId
    operation: Operation
    order_id: ClientOrderId | None
    requested_ns: int
    answered_ns: int | None  # None: no answer was heard
    success: bool | None
    category: ErrorCategory | None  # of a failure
    error: str
    request: Record
    response: Record | None


class OperationStats(msgspec.Struct, frozen=True, kw_only=True):
    """Operations of one kind, or of all, that were asked within one period."""

    from_ns: int | None  # None: of the whole time that was asked for
    operation: Operation | None  # None: of every kind
    total: int
    answered: int
    succeeded: int
    mean_latency_ns: int | None
    p95_latency_ns: int | None  # nearest rank
    errors: Mapping[ErrorCategory, int]
