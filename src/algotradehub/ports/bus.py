"""The outer ring: facts fan out. A subscriber may lag or die, and no money is touched."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import msgspec

from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, ClientOrderId, ExecutionId
from algotradehub.domain.order import Order
from algotradehub.domain.position import Position


class Alert(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Something a person should look at."""

    name: str  # constant, such as "journal_failed"
    detail: str
    account: AccountId | None
    at_ns: int


class OrderChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    account: AccountId
    account_seq: int
    order: Order


class FillChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    account: AccountId
    account_seq: int
    fill: Fill


class FillDropped(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A provisional fill that real executions have replaced (order-path 8)."""

    account: AccountId
    account_seq: int
    order_id: ClientOrderId
    execution_id: ExecutionId


class PositionChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    account: AccountId
    account_seq: int
    position: Position


class BalanceChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    account: AccountId
    account_seq: int
    balance: AssetBalance


Fact: TypeAlias = (
    OrderChanged | FillChanged | FillDropped | PositionChanged | BalanceChanged | Alert
)


class Bus(Protocol):
    def publish(self, fact: Fact) -> None:
        """Hand a fact to every subscriber; never blocks, never raises."""
        ...

    def subscribe(
        self, receive: Callable[[Fact], None], *, accounts: frozenset[AccountId] | None = None
    ) -> Callable[[], None]:
        """Deliver facts until the returned function is called. ``accounts`` None means all."""
        ...
