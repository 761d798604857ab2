"""Examples of what the audit log answers."""

from typing import Final

import msgspec

from algotradehub.api.views.audit import (
    Actions,
    AuditHead,
    AuditStats,
    Operations,
    action_view,
    operation_view,
    stats_view,
)
from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.records import (
    FORMAT_VERSION,
    Body,
    HaltSet,
    Record,
    Requested,
    Responded,
)
from algotradehub.ports.audit import Head, OperationStats, Performed

AT_NS: Final = 1_800_000_000_000_000_000  # 2027-01-15T08:00:00Z
ACCOUNT = AccountId("paper-main")
ORDER_ID = ClientOrderId("01a3185c5000700080007002dfdc1c35")


def _record(seq: int, at_ns: int, body: Body) -> Record:
    return Record(
        v=FORMAT_VERSION,
        seq=seq,
        at_ns=at_ns,
        account=ACCOUNT,
        account_seq=seq - 700,
        kind=body.kind,
        body=body,
    )


_RESPONSE = Responded(
    request_id=17,
    operation=Operation.ORDER_CANCEL,
    client_order_id=ORDER_ID,
    body=b'{"orderId":4711,"status":"CANCELED"}',
)
_PERFORMED = Performed(
    seq=812,
    account=ACCOUNT,
    operation=Operation.ORDER_CANCEL,
    order_id=ORDER_ID,
    requested_ns=AT_NS,
    answered_ns=AT_NS + 41_000_000,
    success=True,
    category=None,
    error="",
    request=_record(
        812,
        AT_NS,
        Requested(
            request_id=17,
            operation=Operation.ORDER_CANCEL,
            client_order_id=ORDER_ID,
            body=b"DELETE /api/v3/order?symbol=BTCUSDT&orderId=4711",
        ),
    ),
    response=_record(813, AT_NS + 41_000_000, _RESPONSE),
)
_HALTED = _record(814, AT_NS, HaltSet(halted=True, reason="the feed looks wrong", by="api"))
AUDIT: tuple[msgspec.Struct, ...] = (
    Operations(operations=[operation_view(_PERFORMED)], next_cursor=None, complete=True),
    AuditStats(
        stats=[
            stats_view(
                OperationStats(
                    from_ns=None,
                    operation=Operation.ORDER_CANCEL,
                    total=41,
                    answered=40,
                    succeeded=39,
                    mean_latency_ns=38_200_000,
                    p95_latency_ns=61_000_000,
                    errors={ErrorCategory.RATE_LIMITED: 1},
                )
            )
        ],
        complete=True,
    ),
    Actions(actions=[action_view(_HALTED)], next_cursor=None, complete=True),
    AuditHead(head=str(Head(seq=812, sha256="3f" * 32)), seq=812),
)
