"""The dead man's switches of a paper venue: who is not heard of in time loses every order."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from algotradehub.domain.ids import AccountId
from algotradehub.ports.clock import Clock, Timer

_NS_PER_S: Final = 1_000_000_000


class DeadMen:
    """One timer for each account that has a switch.

    Args:
        fires: When each fires, as the venue's record has it; 0: never.
        fire: Cancels the orders of one account.
    """

    def __init__(
        self, clock: Clock, fires: Mapping[AccountId, int], fire: Callable[[AccountId], None]
    ) -> None:
        self._clock = clock
        self._fires = fires
        self._fire = fire
        self._timers: dict[AccountId, Timer] = {}

    def watch(self, account: AccountId) -> None:
        """Fire when the record says so; what it said before does not count any more."""
        timer = self._timers.pop(account, None)
        if timer is not None:
            timer.cancel()
        fires_ns = self._fires.get(account, 0)
        if fires_ns:
            delay_s = max(0, fires_ns - self._clock.now_ns()) / _NS_PER_S
            self._timers[account] = self._clock.after(delay_s, partial(self._due, account))

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _due(self, account: AccountId) -> None:
        if self._clock.now_ns() < self._fires.get(account, 0):
            self.watch(account)  # timers may come a little early
        else:
            self._timers.pop(account, None)
            self._fire(account)
