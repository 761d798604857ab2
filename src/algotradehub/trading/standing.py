"""What people, and the clock, have set for whole accounts and venues, until it is set anew."""

from collections.abc import Iterable
from typing import Final

import msgspec

from algotradehub.domain.errors import RiskRefused
from algotradehub.domain.ids import AccountId, VenueId
from algotradehub.domain.records import DayMarked, HaltSet, PauseSet, Record, StopProven
from algotradehub.domain.trading_day import TradingDay
from algotradehub.ports.store import Changes, Halt, Pause

_replace: Final = msgspec.structs.replace


class Standing:
    """Halts of accounts, pauses of venues, and days whose losses are limited."""

    def __init__(self) -> None:
        self.halts: dict[AccountId, Halt] = {}
        self.pauses: dict[VenueId, Pause] = {}  # those in force
        self.days: dict[AccountId, TradingDay] = {}  # where losses are limited

    def restore(
        self, halts: Iterable[Halt], pauses: Iterable[Pause], days: Iterable[TradingDay]
    ) -> None:
        """Start from the projection."""
        self.halts = {halt.account: halt for halt in halts}
        self.pauses = {pause.venue: pause for pause in pauses if pause.paused}
        self.days = {day.account: day for day in days}

    def halt_in_force(self, account: AccountId) -> Halt | None:
        """Return the halt that forbids new orders of ``account``; None if none does."""
        halt = self.halts.get(account)
        return halt if halt is not None and halt.halted else None

    def closed(self, account: AccountId, venue: VenueId) -> str | None:
        """Who stopped new orders of the account, or at its venue, and why; None if nobody did."""
        halt = self.halt_in_force(account)
        if halt is not None:
            return f"halted by {halt.by}: {halt.reason}"
        pause = self.pauses.get(venue)
        return None if pause is None else f"{venue} is paused by {pause.by}: {pause.reason}"

    def require_open(self, account: AccountId, venue: VenueId) -> None:
        """Require that nobody has stopped new orders of the account, or at its venue.

        Raises:
            RiskRefused: Somebody has; the text says who, and why.
        """
        halt = self.halt_in_force(account)
        if halt is not None:
            raise RiskRefused("halt", f"{account} was halted by {halt.by}: {halt.reason}")
        pause = self.pauses.get(venue) if self.pauses else None
        if pause is not None:
            raise RiskRefused("pause", f"{venue} was paused by {pause.by}: {pause.reason}")

    def apply(
        self,
        record: Record,
        body: HaltSet | StopProven | PauseSet | DayMarked,
        changes: Changes,
    ) -> None:
        """Fold one record in."""
        match body:
            case HaltSet() | StopProven():
                halt = _halt_after(self.halts.get(record.account), record, body)
                self.halts[record.account] = changes.halts[record.account] = halt
            case PauseSet(venue=venue):
                pause = Pause(
                    venue=venue,
                    paused=body.paused,
                    reason=body.reason,
                    by=body.by,
                    at_ns=record.at_ns,
                )
                changes.pauses[venue] = pause
                if pause.paused:
                    self.pauses[venue] = pause
                else:
                    self.pauses.pop(venue, None)
            case DayMarked(day=day):
                self.days[day.account] = changes.days[day.account] = day

    def passed(self, account: AccountId, changes: Changes) -> None:
        """An order went out by a permit: what a stop had proven must be proven again."""
        halt = self.halts.get(account)
        if halt is not None and halt.looked_ns:
            self.halts[account] = changes.halts[account] = _replace(halt, looked_ns=())


def _halt_after(before: Halt | None, record: Record, body: HaltSet | StopProven) -> Halt:
    if isinstance(body, StopProven):
        assert before is not None  # noqa: S101 - only a stop is proven
        return _replace(before, looked_ns=body.looked_ns)
    return Halt(
        account=record.account,
        halted=body.halted,
        reason=body.reason,
        by=body.by,
        at_ns=record.at_ns,
        stop=body.stop,
    )
