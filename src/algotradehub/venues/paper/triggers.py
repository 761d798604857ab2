"""Looks after the orders of a paper venue that wait for a price, once a second."""

from collections.abc import Callable
from typing import Final

from algotradehub.domain.ids import Symbol
from algotradehub.ports.clock import Clock, Timer

LOOK_EVERY_S: Final = 1.0


class TriggerWatch:
    """One timer for all markets in which orders wait.

    Args:
        look: Looks after one market, and says whether orders still wait there.
    """

    def __init__(self, clock: Clock, look: Callable[[Symbol], bool]) -> None:
        self._clock = clock
        self._look = look
        self._symbols: dict[Symbol, None] = {}  # a dict keeps the order, a set would not
        self._timer: Timer | None = None

    def add(self, symbol: Symbol) -> None:
        self._symbols[symbol] = None
        self._arm()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is None and self._symbols:
            self._timer = self._clock.after(LOOK_EVERY_S, self._wake)

    def _wake(self) -> None:
        self._timer = None
        for symbol in tuple(self._symbols):
            if not self._look(symbol):
                self._symbols.pop(symbol, None)
        self._arm()
