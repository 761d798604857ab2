"""Rules of pace: how many orders and amendments in a sliding second or minute."""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from algotradehub.ports.clock import Clock
from algotradehub.trading.risk.rule import Asked, Rule
from algotradehub.trading.risk.use import Scope, Use

NS_PER_S: Final = 1_000_000_000
MINUTE_S: Final = 60


class Rate(Rule):
    """At most so many within the window; only accepted ones count, so it keeps ``limit`` times.

    What has left the window is dropped when there are ``limit``: nobody far from it asks the time.

    Args:
        scope: Whose orders count.
        limit: Orders and amendments within the window.
        window_s: How long the window is.
        clock: For its monotonic time.
    """

    def __init__(self, scope: Scope, limit: Decimal, *, window_s: int, clock: Clock) -> None:
        super().__init__(scope, limit)
        self.name = "max_orders_per_minute" if window_s == MINUTE_S else "max_orders_per_second"
        self._most = int(limit)
        self._window_ns = window_s * NS_PER_S
        self._clock = clock
        self._taken_ns: deque[int] = deque()

    def count(self, at_ns: int) -> None:
        """Take an accepted one in, at a monotonic time."""
        self._taken_ns.append(at_ns)

    def count_old(self, age_ns: int) -> None:
        """Count one of the last process, oldest first."""
        self._taken_ns.append(self._clock.monotonic_ns() - age_ns)

    def within(self) -> int:
        taken_ns = self._taken_ns
        if taken_ns:
            over_ns = self._clock.monotonic_ns() - self._window_ns
            while taken_ns and taken_ns[0] <= over_ns:
                taken_ns.popleft()
        return len(taken_ns)

    def breaks(self, asked: Asked) -> bool:
        return len(self._taken_ns) >= self._most and self.within() >= self._most

    def now(self, asked: Asked) -> Decimal | None:
        return Decimal(self.within())

    def after(self, asked: Asked) -> Decimal | None:
        return Decimal(self.within() + 1)

    def unit(self, asked: Asked) -> str:
        return "orders"

    def uses(self) -> Sequence[Use]:
        return [Use(Decimal(self.within()), "orders")]
