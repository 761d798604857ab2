"""What the journal tells of a stop, or of the closing of positions, for somebody who checks it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from algotradehub.domain.evidence import (
    Acknowledged,
    CommandKind,
    Execution,
    NotSent,
    OrderEvidence,
    OrderState,
    Refused,
)
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.order import FINAL_STATUSES, Permit
from algotradehub.domain.records import (
    CancelAsked,
    CloseAsked,
    FlatProven,
    HaltSet,
    Intent,
    Listed,
    Observed,
    ProvenAbsent,
    Record,
    StopProven,
    Told,
)

MOST_RECORDS: Final = 20_000


class StoppedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One order of the report; numbers are those of the journal, 0 where nothing is recorded."""

    order_id: ClientOrderId
    permit: Permit | None = None  # it closes a position
    cancel_seq: int = 0
    cancel_asked_ns: int = 0
    ended_seq: int = 0
    ended_ns: int = 0
    ended: str = ""  # by which word


class StopSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Who stopped an account and why, what became of each order, and what proves it."""

    account: AccountId
    reason: str
    by: str
    asked_ns: int
    proven_ns: int  # 0: not proven
    looked_ns: tuple[int, ...]  # when the venue was asked and listed no open order
    lists: int  # of open orders that were asked for until it was proven
    cancels: int  # answers of the venue to single cancels
    flat_ns: int  # 0: nobody asked to close positions, or they are not proven flat
    ended_ns: int  # when trading was resumed; 0: not yet
    orders: Sequence[StoppedOrder]


def summary_of(account: AccountId, records: Sequence[Record]) -> StopSummary:
    """Add up what ``records_of_stop`` left; the first record says who asked."""
    first = records[0]
    assert isinstance(first.body, HaltSet | CloseAsked)  # noqa: S101 - what the store looks for
    proof = next((r for r in reversed(records) if isinstance(r.body, StopProven)), None)
    flat = next((r for r in reversed(records) if isinstance(r.body, FlatProven)), None)
    last = records[-1]
    resumed = isinstance(last.body, HaltSet) and not last.body.halted
    return StopSummary(
        account=account,
        reason=first.body.reason,
        by=first.body.by,
        asked_ns=first.at_ns,
        proven_ns=0 if proof is None else proof.at_ns,
        looked_ns=() if proof is None else proof.body.looked_ns,
        lists=sum(r.body.lists for r in records if isinstance(r.body, StopProven)),
        cancels=sum(_answers_cancel(r) for r in records),
        flat_ns=0 if flat is None else flat.at_ns,
        ended_ns=last.at_ns if resumed else 0,
        orders=tuple(_orders(records)),
    )


def records_of_stop(found: Iterable[Record]) -> Iterator[Record]:
    """Yield of what ``Store.stop_records`` found what is about orders and halts.

    It ends where trading was resumed.
    """
    for record in found:
        if isinstance(record.body, Told | Listed):
            continue
        yield record
        if isinstance(record.body, HaltSet) and not record.body.halted:
            return


def _orders(records: Iterable[Record]) -> Iterable[StoppedOrder]:
    """Each order that was cancelled, ended or sent meanwhile."""
    replace = msgspec.structs.replace
    orders: dict[ClientOrderId, StoppedOrder] = {}
    for record in records:
        body = record.body
        order_id = body.order.order_id if isinstance(body, Intent) else _named(body)
        if order_id is None:
            continue
        order = orders.get(order_id) or StoppedOrder(order_id=order_id)
        if isinstance(body, Intent):
            order = replace(order, permit=body.order.permit)
        elif isinstance(body, CancelAsked):
            order = replace(order, cancel_seq=record.seq, cancel_asked_ns=record.at_ns)
        elif ended := _ended(body):
            order = replace(order, ended_seq=record.seq, ended_ns=record.at_ns, ended=ended)
        orders[order_id] = order
    return orders.values()


def _named(body: object) -> ClientOrderId | None:
    return getattr(body, "order_id", None)


def _ended(body: object) -> str:
    """The word that ended an order; "" where it did not."""
    match body:
        case ProvenAbsent():
            return "proven absent"
        case Observed(evidence=evidence):
            return _word(evidence)
        case _:
            return ""


def _word(evidence: OrderEvidence) -> str:
    match evidence:
        case OrderState(status=status) | Execution(status=status) if status in FINAL_STATUSES:
            return str(status)
        case Acknowledged(command=CommandKind.CANCEL):
            return "cancel acknowledged"
        case Refused(command=CommandKind.PLACE, reason=reason):
            return f"refused: {reason}"
        case NotSent(command=CommandKind.PLACE, reason=reason):
            return f"never sent: {reason}"
        case _:
            return ""


def _answers_cancel(record: Record) -> bool:
    body = record.body
    if not isinstance(body, Observed):
        return False
    return getattr(body.evidence, "command", None) is CommandKind.CANCEL
