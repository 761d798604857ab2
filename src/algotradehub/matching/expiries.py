"""When orders expire: the next one first."""

import heapq
from collections.abc import Iterator
from typing import Final

from algotradehub.matching.working_order import WorkingOrder

_FEW: Final = 64  # ended orders kept before it is worth tidying up


class Expiries:
    """Orders by expiry, and in the order of their acceptance where that is equal.

    An order that ends earlier stays here until it comes up, or until half the entries are such.
    """

    __slots__ = ("_accepted", "_ended", "_heap")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, WorkingOrder]] = []
        self._accepted = 0
        self._ended = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, expires_ns: int, order: WorkingOrder) -> None:
        self._accepted += 1
        heapq.heappush(self._heap, (expires_ns, self._accepted, order))

    def ended(self) -> None:
        """One of the orders in here ended."""
        self._ended += 1
        if self._ended > _FEW and self._ended * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].open]
            heapq.heapify(self._heap)
            self._ended = 0

    def due(self, now_ns: int) -> Iterator[WorkingOrder]:
        """Yield open orders whose expiry is at or before ``now_ns``; the caller ends each."""
        while self._heap and self._heap[0][0] <= now_ns:
            order = heapq.heappop(self._heap)[2]
            self._ended -= 1  # it has ended, or is ended by the caller now
            if order.open:
                yield order
