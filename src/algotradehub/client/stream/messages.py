"""What the stream tells: changes of each topic, and what its reader must know of the connection.

A snapshot replaces all that was told of its topic. A delta changes it: each value in it replaces
the one of the same key, and what the last number changed may be told again.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

from algotradehub.client.models import (
    BalanceView,
    CandleView,
    Fill,
    Halt,
    OrderView,
    PositionView,
    TickerView,
    TradeView,
)
from algotradehub.client.values import Nanoseconds

_Levels: TypeAlias = tuple[tuple[Decimal, Decimal], ...]


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of any topic. ``type`` is ``snapshot`` or ``delta``."""

    type: str
    topic: str
    seq: int

    @property
    def is_snapshot(self) -> bool:
        return self.type == "snapshot"


class DroppedFill(msgspec.Struct, frozen=True, kw_only=True):
    """A provisional fill that real executions have replaced: it counts no more."""

    order_id: str
    execution_id: str


class AccountChange(Change, frozen=True, kw_only=True, omit_defaults=True):
    """Live orders, and positions that are not flat, in a snapshot; any in a delta."""

    account: str
    epoch: int | None = None
    resumed: bool = False  # the first after an interruption: nothing was missed
    orders: tuple[OrderView, ...] = ()
    fills: tuple[Fill, ...] = ()
    dropped_fills: tuple[DroppedFill, ...] = ()
    positions: tuple[PositionView, ...] = ()
    balances: tuple[BalanceView, ...] = ()


class OfMarket(Change, frozen=True, kw_only=True, omit_defaults=True):
    """Of a topic of one market."""

    venue: str
    symbol: str


class TickerChange(OfMarket, frozen=True, kw_only=True, omit_defaults=True):
    """The newest; none before the venue has told anything."""

    tickers: tuple[TickerView, ...] = ()


class BookChange(OfMarket, frozen=True, kw_only=True, omit_defaults=True):
    """Levels, [price, quantity]; in a delta those that changed, and quantity 0 removes one."""

    bids: _Levels = ()
    asks: _Levels = ()
    at: str | None
    at_ns: Nanoseconds | None


class TradesChange(OfMarket, frozen=True, kw_only=True, omit_defaults=True):
    """Public trades, oldest first. ``missed`` of them were passed over for want of time."""

    trades: tuple[TradeView, ...] = ()
    missed: int = 0


class CandlesChange(OfMarket, frozen=True, kw_only=True, omit_defaults=True):
    """Candles; one replaces that of the same start."""

    interval: str
    candles: tuple[CandleView, ...] = ()


class StopProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the stop of an account has come: ``orders_left`` may still work.

    ``looked_ns`` is when the venue was asked and listed no open order; empty until it is proven.
    """

    proven: bool
    orders_left: int
    reason: str
    by: str
    asked_at: str | None
    asked_ns: Nanoseconds | None
    looked_ns: tuple[str, ...]


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an account accepts orders just now; ``reason`` says why it does not."""

    account: str
    venue: str
    environment: str
    accepting: bool
    reason: str | None
    halt: Halt | None
    stop: StopProgress | None


class VenueState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a venue's market data can be trusted: ``live``, ``stale`` or ``down``."""

    venue: str
    state: str
    last_message_ms: int | None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person should look at."""

    name: str
    detail: str
    account: str | None
    at: str | None
    at_ns: Nanoseconds | None


class SystemChange(Change, frozen=True, kw_only=True, omit_defaults=True):
    accounts: tuple[AccountState, ...] = ()
    venues: tuple[VenueState, ...] = ()
    alerts: tuple[Alert, ...] = ()


class AccountReset(msgspec.Struct, frozen=True, kw_only=True):
    """What was told of an account may have gaps: forget it; a snapshot follows."""

    account: str
    reason: str


class Interrupted(msgspec.Struct, frozen=True, kw_only=True):
    """The connection is lost and will be made again: all that was told is getting old.

    An account goes on where it was; of a market a snapshot follows.
    """

    reason: str


Message: TypeAlias = (
    AccountChange
    | TickerChange
    | BookChange
    | TradesChange
    | CandlesChange
    | SystemChange
    | AccountReset
    | Interrupted
)

CHANGES: Final[Mapping[str, type[Change]]] = {
    "account": AccountChange,
    "ticker": TickerChange,
    "book": BookChange,
    "trades": TradesChange,
    "candles": CandlesChange,
    "system": SystemChange,
}
