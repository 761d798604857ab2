"""The best prices at which own orders may rest, per venue and symbol: what would trade with itself.

An order with a trigger does not rest before it fires, and is not looked at.
"""

from collections.abc import Callable
from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import Final, TypeAlias

from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import FINAL_STATUSES, Order, OrderType

_BUY: Final = Side.BUY
_LIMIT: Final = OrderType.LIMIT
_GARBAGE: Final = 64

VenueOf: TypeAlias = Callable[[AccountId, Symbol], VenueId | None]


class Ladder:
    """One side of one account: the best price first, what has ended is passed over."""

    __slots__ = ("_heap", "_keys")

    def __init__(self) -> None:
        self._heap: list[tuple[Decimal, ClientOrderId]] = []
        self._keys: dict[ClientOrderId, Decimal] = {}

    def set(self, order_id: ClientOrderId, key: Decimal | None) -> None:
        """Let an order rest at ``key``, the smaller the better; None: it rests no more."""
        if key is None:
            self._keys.pop(order_id, None)
        elif self._keys.get(order_id) != key:
            self._keys[order_id] = key
            heappush(self._heap, (key, order_id))
        if len(self._heap) > 2 * len(self._keys) + _GARBAGE:
            self._heap = [(key, order_id) for order_id, key in self._keys.items()]
            heapify(self._heap)

    def best(self) -> tuple[Decimal, ClientOrderId] | None:
        heap = self._heap
        while heap:
            key, order_id = heap[0]
            if self._keys.get(order_id) == key:
                return heap[0]
            heappop(heap)
        return None


class RestingOrders:
    """Every order that may rest, by venue, symbol, account and side.

    Args:
        venue_of: Where an account trades a symbol.
    """

    def __init__(self, venue_of: VenueOf) -> None:
        self._venue_of = venue_of
        self._ladders: dict[tuple[VenueId, Symbol], dict[tuple[AccountId, bool], Ladder]] = {}

    def order_moved(self, order: Order) -> None:
        request = order.request
        if request.type is not _LIMIT:
            return
        venue = self._venue_of(request.account, request.symbol)
        if venue is None:
            return
        buys = request.side is _BUY
        ladders = self._ladders.setdefault((venue, request.symbol), {})
        ladder = ladders.get((request.account, buys))
        if ladder is None:
            ladder = ladders[request.account, buys] = Ladder()
        price = None if order.status in FINAL_STATUSES else _most_aggressive(order, buys=buys)
        ladder.set(order.order_id, -price if buys and price is not None else price)

    def opposite(
        self, venue: VenueId, symbol: Symbol, side: Side, accounts: frozenset[AccountId]
    ) -> tuple[Decimal, ClientOrderId] | None:
        """The best price of the other side among orders of ``accounts``, and whose it is."""
        wanted = side is not _BUY  # a sell meets buys
        best: tuple[Decimal, ClientOrderId] | None = None
        for (account, buys), ladder in self._ladders.get((venue, symbol), {}).items():
            if buys is wanted and account in accounts:
                found = ladder.best()
                if found is not None and (best is None or found[0] < best[0]):
                    best = found
        if best is None or not wanted:
            return best
        return -best[0], best[1]


def _most_aggressive(order: Order, *, buys: bool) -> Decimal | None:
    """Of all the prices at which it may rest: before and after an amendment, old and new leg."""
    prices = [
        part.leg.limit_price
        for part in order.parts or (order,)
        if part.status not in FINAL_STATUSES and part.leg.limit_price is not None
    ]
    amendment = order.amend_pending
    if amendment is not None and amendment.limit_price is not None:
        prices.append(amendment.limit_price)
    if not prices:
        return None
    return max(prices) if buys else min(prices)
