"""Wakes the paper venue when good-till-date orders are due."""

import heapq
from collections.abc import Callable
from typing import Final

from algotradehub.domain.ids import Symbol
from algotradehub.ports.clock import Clock, Timer

_NS_PER_S: Final = 1_000_000_000


class Expiries:
    """One timer for the next expiry. An order that ended earlier wakes its market in vain."""

    def __init__(self, clock: Clock, expire: Callable[[Symbol], None]) -> None:
        self._clock = clock
        self._expire = expire
        self._heap: list[tuple[int, Symbol]] = []
        self._timer: Timer | None = None

    def add(self, expires_ns: int, symbol: Symbol) -> None:
        heapq.heappush(self._heap, (expires_ns, symbol))
        if self._heap[0][0] == expires_ns:
            self._arm()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self.close()
        if self._heap:
            delay_s = max(0, self._heap[0][0] - self._clock.now_ns()) / _NS_PER_S
            self._timer = self._clock.after(delay_s, self._wake)

    def _wake(self) -> None:
        now_ns = self._clock.now_ns()
        due: dict[Symbol, None] = {}
        while self._heap and self._heap[0][0] <= now_ns:
            due[heapq.heappop(self._heap)[1]] = None
        for symbol in due:
            self._expire(symbol)
        self._arm()
