"""The venue's dead man's switch of one account: refreshed while this process can be relied on.

Order-path 12: whoever asks for it wants orders gone when nobody looks after them. So it is not
refreshed by a process that cannot write its journal, does not hear the venue, or stood still; the
lease under which it runs is the lock on its data directory, which is not lost while it lives.
A refresh waits for nothing, and nothing is recorded of it but the bytes on the wire.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from algotradehub.domain.errors import (
    CredentialRefused,
    OutcomeUnknown,
    Unsupported,
    VenueError,
)
from algotradehub.ports.clock import Clock
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.reports import DeadManStatus
from algotradehub.trading.venue_errors import VenueErrors

LOOK_EVERY_S: Final = 1.0
_REFRESHES: Final = 3  # in the time in which it would fire
_TRIES: Final = 10  # likewise, while the venue does not take them
_REFUSED_EVERY_S: Final = 60.0  # whoever goes on asking with a refused key is banned in the end
_NS_PER_S: Final = 1_000_000_000


class DeadManPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What an account wants of its venue's switch."""

    timeout_s: float
    call_off_at_exit: bool = False  # orders rest on when the program is ended as it should be


class DeadManSwitch:
    """Keeps the switch of one account, and ``desk.dead_man`` for those who look.

    Args:
        journal_refuses: Says why the journal takes nothing; None if it does.
        errors: Told of the venue's errors.
        alert: Tells people: a name, and what happened.

    Raises:
        Unsupported: The venue has no such switch, or none that waits for so long.
    """

    def __init__(
        self,
        policy: DeadManPolicy,
        *,
        desk: AccountDesk,
        clock: Clock,
        journal_refuses: Callable[[], str | None],
        errors: VenueErrors,
        alert: Callable[[str, str], None],
    ) -> None:
        _require_offered(policy, desk)
        self._policy = policy
        self._desk = desk
        self._clock = clock
        self._journal_refuses = journal_refuses
        self._errors = errors
        self._alert = alert
        self._fires_ns = 0  # monotonic, at the latest; 0: it is not set
        self._next_ns = 0  # monotonic: when the venue is told again
        self._refused: str | None = None  # why it did not take the last refresh
        self._told = False  # people know of the trouble
        self._ended = False
        self._asking = asyncio.Lock()
        desk.dead_man = DeadManStatus(timeout_s=policy.timeout_s, trouble="it is not set yet")

    async def keep(self) -> None:
        """Look after the switch for ever."""
        due_ns = self._clock.monotonic_ns()
        while True:
            now_ns = self._clock.monotonic_ns()
            if self._fires_ns and now_ns >= self._fires_ns:
                self._fired()
            trouble = self._unfit((now_ns - due_ns) / _NS_PER_S)
            if trouble is None:
                if now_ns >= self._next_ns:
                    await self._refresh(now_ns)
                trouble = self._refused
            self._show(trouble)
            due_ns = self._clock.monotonic_ns() + int(LOOK_EVERY_S * _NS_PER_S)
            await self._clock.sleep(LOOK_EVERY_S)

    async def end(self) -> None:
        """The program ends as it should: call the switch off, if that is wanted."""
        self._ended = True
        async with self._asking:
            if not self._policy.call_off_at_exit or not self._fires_ns:
                return
            try:
                await self._desk.account.set_dead_man(0)
            except VenueError as error:
                timeout_s = self._policy.timeout_s
                detail = f"{error}; its orders may be cancelled within {timeout_s:g} s"
                self._alert("dead_man_not_called_off", f"{self._desk.account_id}: {detail}")

    def _unfit(self, late_s: float) -> str | None:
        """Why this process should not say that all is well."""
        refusal = self._journal_refuses()
        if refusal is not None:
            return f"the journal refuses: {refusal}"
        if not self._desk.connected:
            return f"{self._desk.account_id} is not connected"
        if late_s > self._policy.timeout_s / _REFRESHES:
            return f"this process stood still for {late_s:.0f} s"
        return None

    async def _refresh(self, asked_ns: int) -> None:
        """Tell the venue that somebody is here."""
        timeout_s = self._policy.timeout_s
        async with self._asking:
            if self._ended:
                return
            try:
                await self._desk.account.set_dead_man(timeout_s)
            except VenueError as error:
                if isinstance(error, OutcomeUnknown):  # it was done, perhaps
                    self._fires_ns = self._latest_ns()
                self._refused = str(error)
                self._errors.failed(self._desk, error)
                is_refused = isinstance(error, CredentialRefused)
                again_s = _REFUSED_EVERY_S if is_refused else timeout_s / _TRIES
                self._next_ns = asked_ns + int(again_s * _NS_PER_S)
                return
        self._refused = None
        self._fires_ns = self._latest_ns()
        self._next_ns = asked_ns + int(timeout_s / _REFRESHES * _NS_PER_S)

    def _latest_ns(self) -> int:
        """When the venue acts if the request that has just ended was the last."""
        return self._clock.monotonic_ns() + int(self._policy.timeout_s * _NS_PER_S)

    def _fired(self) -> None:
        self._fires_ns = self._next_ns = 0
        desk, timeout_s = self._desk, self._policy.timeout_s
        self._alert(
            "dead_man_fired",
            f"{desk.account.venue} cancels every order of {desk.account_id}: for {timeout_s:g} s "
            "nobody told it not to",
        )

    def _show(self, trouble: str | None) -> None:
        """Let people see how it stands; tell them when trouble begins, and when it is over."""
        desk = self._desk
        if trouble is not None and not self._told and (self._fires_ns or self._refused):
            self._told = True
            self._alert("dead_man_not_refreshed", f"{desk.account_id}: {trouble}")
        elif trouble is None and self._told:
            self._told = False
            self._alert("dead_man_refreshed", f"{desk.account_id}: it is refreshed again")
        left_ns = self._fires_ns - self._clock.monotonic_ns()
        desk.dead_man = DeadManStatus(
            timeout_s=self._policy.timeout_s,
            fires_ns=self._clock.now_ns() + left_ns if self._fires_ns else None,
            trouble=trouble,
        )


def _require_offered(policy: DeadManPolicy, desk: AccountDesk) -> None:
    rule, venue = desk.account.capabilities.dead_man, desk.account.venue
    if rule is None:
        raise Unsupported(
            f"{venue} has no dead man's switch: take dead_man out of the settings of "
            f"{desk.account_id}"
        )
    if not rule.shortest_s <= policy.timeout_s <= rule.longest_s:
        raise Unsupported(
            f"the dead man's switch of {venue} waits for {rule.shortest_s:g} to {rule.longest_s:g} "
            f"s: set dead_man.timeout_s of {desk.account_id} to that"
        )
