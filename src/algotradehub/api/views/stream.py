"""What the stream shows beside the values that lists show."""

from typing import Annotated, TypeAlias

import msgspec

from algotradehub.domain.ids import AccountId, ClientOrderId, ExecutionId, VenueId
from algotradehub.ports.bus import Alert
from algotradehub.ports.store import Halt

_Told: TypeAlias = msgspec.Meta


class DroppedFill(msgspec.Struct, frozen=True, kw_only=True):
    """A provisional fill that real executions have replaced: it counts no more."""

    order_id: ClientOrderId
    execution_id: ExecutionId


class StopProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the stop of an account has come."""

    proven: Annotated[bool, _Told(description="No order is left, here and at the venue.")]
    orders_left: Annotated[int, _Told(description="So many may still work, by our books.")]
    reason: str
    by: str
    asked_ns: int
    looked_ns: Annotated[
        tuple[int, ...], _Told(description="When the venue was asked and listed no open order.")
    ]


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an account accepts orders just now."""

    account: AccountId
    venue: VenueId
    environment: Annotated[str, _Told(description="``paper``, ``sandbox`` or ``live``.")]
    accepting: bool
    reason: Annotated[str | None, _Told(description="Why no new order is accepted; else null.")]
    halt: Halt | None
    stop: Annotated[StopProgress | None, _Told(description="Null where it is not stopped.")]


class VenueState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a venue's market data can be trusted just now."""

    venue: VenueId
    state: Annotated[str, _Told(description="``live``, ``stale`` or ``down``.")]
    last_message_ms: Annotated[
        int | None, _Told(description="Age of its last message; null if there was none.")
    ]


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person should look at."""

    name: str
    detail: str
    account: AccountId | None
    at_ns: int


def alert_view(alert: Alert) -> AlertView:
    return AlertView(name=alert.name, detail=alert.detail, account=alert.account, at_ns=alert.at_ns)
