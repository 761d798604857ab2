"""Which orders are watched, and the newest word on each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from algotradehub.domain.order import FINAL_STATUSES, OrderStatus

SPARE: Final = 1_000  # orders; so often those that ended long ago are let go

Order: TypeAlias = Mapping[str, Any]


class Wanted:
    """Which orders are watched.

    Args:
        limit: How many of them are shown, the newest.
    """

    def __init__(
        self,
        *,
        account: str | None,
        symbol: str | None,
        statuses: Sequence[OrderStatus],
        limit: int,
    ) -> None:
        self.account = account
        self.symbol = symbol
        self.statuses = frozenset(statuses)
        self.limit = limit

    def __contains__(self, order: Order) -> bool:
        return self.symbol in {None, order["symbol"]} and (
            not self.statuses or order["status"] in self.statuses
        )


class Watched:
    """The newest word on each order."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._known: dict[str, Order] = {}

    def hear(self, order: Order) -> bool:
        """Take what an order is now; True if that is news of an order that is, or was, wanted."""
        order_id = order["order_id"]
        before = self._known.get(order_id)
        if before == order or (before is not None and _steps_back(before, order)):
            return False
        self._known[order_id] = order
        self._forget()
        return order in self._wanted or (before is not None and before in self._wanted)

    def live(self, account: str) -> set[str]:
        return {
            order_id
            for order_id, order in self._known.items()
            if order["account"] == account and not ended(order)
        }

    def drop(self, order_id: str) -> None:
        del self._known[order_id]

    def newest(self) -> list[Order]:
        """What is shown, newest first."""
        found = [order for order in self._known.values() if order in self._wanted]
        return sorted(found, key=age, reverse=True)[: self._wanted.limit]

    def _forget(self) -> None:
        """Let go of what ended long ago, now and then."""
        if len(self._known) % SPARE:
            return
        kept = {order["order_id"] for order in self.newest()}
        self._known = {
            order_id: order
            for order_id, order in self._known.items()
            if order_id in kept or not ended(order)
        }


def ended(order: Order) -> bool:
    return order["status"] in FINAL_STATUSES


def _steps_back(before: Order, order: Order) -> bool:
    """Whether a list has told of an end that the stream, on its way to it, has yet to tell."""
    return ended(before) and not ended(order) and order["status"] != OrderStatus.UNKNOWN


def age(order: Order) -> str:
    """Ids rise with time."""
    return str(order["order_id"])
