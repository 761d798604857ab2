"""What one record changed."""

import msgspec

from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import ExecutionId
from algotradehub.domain.order import Order
from algotradehub.domain.position import Position


class Applied(msgspec.Struct, gc=False):
    """What one record changed, for those who want to hear of it."""

    order: Order | None = None
    before: Order | None = None
    others: tuple[Order, ...] = ()  # moved by a record that concerns many
    fills: tuple[Fill, ...] = ()
    dropped_fill: ExecutionId | None = None  # a provisional one that real ones replaced
    position: Position | None = None
    balances: tuple[AssetBalance, ...] = ()
