"""What the stream shows beside the values that lists show."""

from decimal import Decimal
from typing import Annotated, TypeAlias

import msgspec

from algotradehub.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol, VenueId
from algotradehub.domain.market import Quote
from algotradehub.ports.bus import Alert
from algotradehub.ports.store import Halt

_Told: TypeAlias = msgspec.Meta


class DroppedFill(msgspec.Struct, frozen=True, kw_only=True):
    """A provisional fill that real executions have replaced: it counts no more."""

    order_id: ClientOrderId
    execution_id: ExecutionId


class TickerView(msgspec.Struct, frozen=True, kw_only=True):
    """The best prices of one market, and what else is known of it; null is what is not."""

    venue: VenueId
    symbol: Symbol
    bid: Decimal
    ask: Decimal
    bid_quantity: Decimal
    ask_quantity: Decimal
    last: Decimal | None
    open: Annotated[Decimal | None, _Told(description="Of the last 24 hours, as the next four.")]
    high: Decimal | None
    low: Decimal | None
    volume: Decimal | None
    change: Decimal | None
    venue_time_ns: int
    received_ns: int


def ticker_view(quote: Quote, last: Decimal | None) -> TickerView:
    return TickerView(
        venue=quote.venue,
        symbol=quote.symbol,
        bid=quote.bid,
        ask=quote.ask,
        bid_quantity=quote.bid_quantity,
        ask_quantity=quote.ask_quantity,
        last=last,
        open=None,
        high=None,
        low=None,
        volume=None,
        change=None,
        venue_time_ns=quote.venue_time_ns,
        received_ns=quote.received_ns,
    )


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an account accepts orders just now."""

    account: AccountId
    venue: VenueId
    environment: Annotated[str, _Told(description="``paper``, ``sandbox`` or ``live``.")]
    accepting: bool
    reason: Annotated[str | None, _Told(description="Why no new order is accepted; else null.")]
    halt: Halt | None


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
