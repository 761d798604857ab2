"""The kill switch: nothing new, everything cancelled, and a proof that nothing is left.

Order-path 11. An account is proven to be still when no order of it is live here, and the venue,
asked twice after the last request could still execute, lists none. Until then those that are not
proven are named. A stop survives restarts: the next process goes on proving.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

import msgspec

from algotradehub.domain.errors import VenueError
from algotradehub.domain.evidence import OrderState
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.records import StopProven
from algotradehub.ports.clock import Clock
from algotradehub.ports.store import Halt
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.dispatch import Dispatch
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
        dispatch: Dispatch,
        intake: Intake,
        state: DeskState,
        clock: Clock,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._orders = orders
        self._dispatch = dispatch
        self._intake = intake
        self._state = state
        self._clock = clock
        self._spawn = spawn
        self._proving: set[AccountId] = set()

    def stop(self, desks: Sequence[AccountDesk], *, reason: str, by: str) -> None:
        """Halt the accounts, cancel everything there, and go on until that is proven.

        A stop that is under way, or proven, is not begun anew.
        """
        begun = [desk for desk in desks if self._in_force(desk.account_id) is None]
        for desk in begun:
            self._orders.halt(desk.account_id, halted=True, reason=reason, by=by, stop=True)
        # First all halts, then all cancels: nothing new comes while the others are cancelled.
        for desk in begun:
            self._dispatch.cancel_everything(desk)
        for desk in desks:
            self.prove(desk)

    def go_on(self, desk: AccountDesk) -> None:
        """Take up a stop of the last process that is not proven yet."""
        halt = self._in_force(desk.account_id)
        if halt is not None and not _is_proven(halt):
            self._dispatch.cancel_everything(desk, permitted=False)
            self.prove(desk)

    def prove(self, desk: AccountDesk) -> None:
        """See to it that a stop is proven, if there is one that is not."""
        halt = self._in_force(desk.account_id)
        if halt is not None and not _is_proven(halt) and desk.account_id not in self._proving:
            self._proving.add(desk.account_id)
            self._spawn(self._prove(desk))

    def of(self, desk: AccountDesk) -> Stop | None:
        """Return how far the stop of an account has come; None if it is not stopped."""
        halt = self._in_force(desk.account_id)
        if halt is None:
            return None
        return Stop(
            account=desk.account_id,
            reason=halt.reason,
            by=halt.by,
            asked_ns=halt.at_ns,
            not_proven=tuple(self._state.live.get(desk.account_id, ())),
            looked_ns=halt.looked_ns,
        )

    def _in_force(self, account: AccountId) -> Halt | None:
        halt = self._state.standing.halt_in_force(account)
        return halt if halt is not None and halt.stop else None

    async def _prove(self, desk: AccountDesk) -> None:
        """Ask for the open orders until two lists in a row, all else unchanged, are empty."""
        account, looked_ns, lists = desk.account_id, list[int](), 0
        proving: Halt | None = None
        connections = desk.connections
        try:
            while (halt := self._in_force(account)) is not None and not _is_proven(halt):
                # A halt that was set anew, or is unproven by a permit, is another value.
                if halt is not proving or desk.connections != connections or self._lives(desk):
                    looked_ns.clear()
                    proving, connections = halt, desk.connections
                if self._lacks_cancel(desk):
                    self._dispatch.cancel_everything(desk, permitted=False)
                wait_s = self._wait_s(desk, looked_ns)
                if wait_s > 0:
                    await self._clock.sleep(wait_s)
                    continue
                asked_ns = self._clock.now_ns()
                lists += 1
                if not await self._lists_nothing(desk):
                    looked_ns.clear()
                    continue
                unchanged = self._in_force(account) is halt and desk.connections == connections
                if unchanged and not self._lives(desk):
                    looked_ns.append(asked_ns)
                    if len(looked_ns) >= LOOKS:
                        proof = StopProven(looked_ns=tuple(looked_ns), lists=lists)
                        self._intake.keep(desk, proof)
        finally:
            self._proving.discard(account)

    def _lives(self, desk: AccountDesk) -> bool:
        """Whether an order is live by our books."""
        return bool(self._state.live.get(desk.account_id))

    def _lacks_cancel(self, desk: AccountDesk) -> bool:
        """Whether somebody else has placed an order meanwhile. The newest are the last."""
        for order_id in reversed(self._state.live.get(desk.account_id, {})):
            order = self._state.orders[order_id]
            if order.cancel_pending:
                return False
            if order.permit is None and not self._dispatch.is_storing(order_id):
                return True
        return False

    def _wait_s(self, desk: AccountDesk, looked_ns: Sequence[int]) -> float:
        """How long nothing can be proven yet."""
        if self._lives(desk) or desk.in_flight or desk.refusing is not None:
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
        if any(self._is_unwanted(desk, state) for state in resting):
            self._dispatch.cancel_everything(desk, permitted=False)
        if resting:
            await self._clock.sleep(desk.account.capabilities.absence.settle_s)
        return not resting

    def _is_unwanted(self, desk: AccountDesk, state: OrderState) -> bool:
        order = self._intake.known(desk, state.client_order_id, state.venue_order_id)
        return order is None or order.permit is None


def _is_proven(halt: Halt) -> bool:
    return len(halt.looked_ns) >= LOOKS
