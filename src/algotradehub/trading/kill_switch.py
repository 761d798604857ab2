"""The kill switch: nothing new, everything cancelled, and a proof that nothing is left.

Order-path 11. An account is proven to be still when no order of it is live here, and the venue,
asked twice after the last request could still execute, lists none. Until then those that are not
proven are named. A stop survives restarts: the next process goes on proving.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

import msgspec

from algotradehub.domain.errors import VenueError
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.records import StopProven
from algotradehub.ports.clock import Clock
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.intake import Intake
from algotradehub.trading.orders import OrderManager
from algotradehub.trading.state import DeskState

_NS: Final = 1_000_000_000
LOOK_EVERY_S: Final = 0.1
ASK_AGAIN_S: Final = 1.0
LOOKS: Final = 2


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """How far the stop of one account has come."""

    account: AccountId
    reason: str
    by: str
    asked_ns: int
    not_proven: Sequence[ClientOrderId]  # live by our books
    looked_ns: Sequence[int]  # when the venue was asked and listed nothing; both: it is proven

    @property
    def is_proven(self) -> bool:
        return len(self.looked_ns) >= LOOKS


class KillSwitch:
    """Stops accounts, and proves it.

    Args:
        spawn: Starts a task that lives as long as the platform.
    """

    def __init__(
        self,
        *,
        orders: OrderManager,
        intake: Intake,
        state: DeskState,
        clock: Clock,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._orders = orders
        self._intake = intake
        self._state = state
        self._clock = clock
        self._spawn = spawn
        self._proving: set[AccountId] = set()

    def stop(self, desks: Sequence[AccountDesk], *, reason: str, by: str) -> None:
        """Halt the accounts, cancel everything there, and go on until that is proven.

        A stop that is under way, or proven, is not begun anew.
        """
        for desk in desks:
            halt = self._state.halt_in_force(desk.account_id)
            if halt is None or not halt.stop:
                self._orders.halt(desk.account_id, halted=True, reason=reason, by=by, stop=True)
        # First all halts, then all cancels: nothing new comes while the others are cancelled.
        for desk in desks:
            self.go_on(desk)

    def go_on(self, desk: AccountDesk) -> None:
        """Take up a stop that is not proven yet, such as one of the last process."""
        stop = self.of(desk)
        if stop is None or stop.is_proven or desk.account_id in self._proving:
            return
        self._orders.cancel_everything(desk)
        self._proving.add(desk.account_id)
        self._spawn(self._prove(desk))

    def of(self, desk: AccountDesk) -> Stop | None:
        """Return how far the stop of an account has come; None if it is not stopped."""
        halt = self._state.halt_in_force(desk.account_id)
        if halt is None or not halt.stop:
            return None
        return Stop(
            account=desk.account_id,
            reason=halt.reason,
            by=halt.by,
            asked_ns=halt.at_ns,
            not_proven=tuple(self._state.live.get(desk.account_id, ())),
            looked_ns=halt.looked_ns,
        )

    async def _prove(self, desk: AccountDesk) -> None:
        looked_ns: list[int] = []
        connections = desk.connections
        try:
            while (stop := self.of(desk)) is not None and not stop.is_proven:
                if stop.not_proven or desk.connections != connections:
                    looked_ns.clear()
                    connections = desk.connections
                if any(not self._state.orders[each].cancel_pending for each in stop.not_proven):
                    self._orders.cancel_everything(desk)  # somebody else has placed it meanwhile
                wait_s = self._wait_s(desk, stop, looked_ns)
                if wait_s > 0:
                    await self._clock.sleep(wait_s)
                    continue
                asked_ns = self._clock.now_ns()
                if not await self._lists_nothing(desk):
                    looked_ns.clear()
                    continue
                looked_ns.append(asked_ns)
                if len(looked_ns) >= LOOKS and not self._state.live.get(desk.account_id):
                    self._intake.keep(desk, StopProven(looked_ns=tuple(looked_ns)))
        finally:
            self._proving.discard(desk.account_id)

    def _wait_s(self, desk: AccountDesk, stop: Stop, looked_ns: list[int]) -> float:
        """How long nothing can be proven yet."""
        if stop.not_proven or desk.in_flight or desk.refusing is not None:
            return LOOK_EVERY_S
        rule = desk.account.capabilities.absence
        not_before_ns = desk.send_before_ns + int(rule.dead_after_s * _NS)
        if looked_ns:
            not_before_ns = max(not_before_ns, looked_ns[-1] + int(rule.settle_s * _NS))
        return (not_before_ns - self._clock.now_ns()) / _NS

    async def _lists_nothing(self, desk: AccountDesk) -> bool:
        """Whether the venue knows of no open order. What it does know of is cancelled, too."""
        try:
            resting = await desk.account.open_orders()
        except VenueError:
            await self._clock.sleep(ASK_AGAIN_S)
            return False
        for state in resting:
            self._intake.receive(desk, state)
        if resting:
            self._orders.cancel_everything(desk)
            await self._clock.sleep(desk.account.capabilities.absence.settle_s)
        return not resting
