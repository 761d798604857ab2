"""What we can ask of a trading account."""

from decimal import Decimal
from enum import StrEnum

import msgspec

from algotradehub.domain.ids import Asset, ClientOrderId, Symbol, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Amendment, OrderRequest


class Operation(StrEnum):
    """One interaction with a venue, as the audit log sorts them."""

    ORDER_SUBMIT = "ORDER_SUBMIT"
    ORDER_CANCEL = "ORDER_CANCEL"
    ORDER_MODIFY = "ORDER_MODIFY"
    CANCEL_ALL = "CANCEL_ALL"
    DEAD_MAN = "DEAD_MAN"
    ORDER_QUERY = "ORDER_QUERY"
    OPEN_ORDERS_QUERY = "OPEN_ORDERS_QUERY"
    FILLS_QUERY = "FILLS_QUERY"
    BALANCE_QUERY = "BALANCE_QUERY"
    POSITION_QUERY = "POSITION_QUERY"
    INSTRUMENTS_QUERY = "INSTRUMENTS_QUERY"


class Place(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    client_order_id: ClientOrderId
    request: OrderRequest
    send_before_ns: int  # wall time; past it the lane drops the order: certainly not sent


class Amend(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Change a resting order in place. ``current`` values ride along for venues that want all."""

    client_order_id: ClientOrderId
    venue_order_id: VenueOrderId | None
    symbol: Symbol
    side: Side
    amendment: Amendment
    send_before_ns: int


class Cancel(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    client_order_id: ClientOrderId
    venue_order_id: VenueOrderId | None
    symbol: Symbol
    side: Side


class CancelAll(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    symbol: Symbol | None = None  # None: every symbol of the account


class SetLeverage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    symbol: Symbol
    leverage: Decimal


class MarginMode(StrEnum):
    CROSS = "CROSS"
    ISOLATED = "ISOLATED"


class SetMarginMode(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    symbol: Symbol
    mode: MarginMode


class SetPositionMode(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    hedged: bool  # True: separate long and short positions


class Transfer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    asset: Asset
    amount: Decimal
    source: str  # wallet names as the venue has them
    target: str


OrderCommand = Place | Amend | Cancel | CancelAll
AccountCommand = SetLeverage | SetMarginMode | SetPositionMode | Transfer
Command = OrderCommand | AccountCommand
