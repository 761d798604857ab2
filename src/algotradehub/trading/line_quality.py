"""What the line to a venue is worth: people are told when it degrades, and the venue is paused.

Property 31. It is judged by what the requests of one account meet, every second: which share got no
answer, how long the answers took, how often the private stream was cut. Whether the venue is paused
then is a choice of the account, and only a person ends a pause.
"""

from math import ceil
from typing import Final

import msgspec

from algotradehub.ports.clock import Clock
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.line import Line
from algotradehub.trading.orders import OrderManager
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.state import DeskState
from algotradehub.trading.venue_errors import BY

LOOK_EVERY_S: Final = 1.0
WINDOW_S: Final = 300.0  # older requests count no more
_NS: Final = 1_000_000_000
_WINDOW_NS: Final = int(WINDOW_S * _NS)
_MINUTE_NS: Final = 60 * _NS
_SLOWEST: Final = 95  # of a hundred answers came within what is measured


class LineLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How bad a line may be; above any of these it is degraded."""

    lost_share: float = 0.2  # tidy: float: a share of requests, of which none is an amount
    answer_p95_s: float = 2.0
    disconnects_per_minute: int = 3
    at_least: int = 20  # requests; of fewer neither share nor answer is judged
    pause: bool = False  # whether a degraded line pauses its venue


class LineMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """What the last requests met: at most ``line.KEPT`` of them, of the last ``WINDOW_S``."""

    requests: int  # that ended
    lost: int  # of these; without an answer, or never sent for want of a line
    answer_p95_s: float | None  # 95 of 100 answers came within; None: there was no answer
    disconnects: int  # of the private stream, in the last minute

    def __str__(self) -> str:
        slow = ""
        if self.answer_p95_s is not None:
            slow = f"95 of 100 answers within {self.answer_p95_s:.3f} s; "
        return (
            f"{self.lost} of {self.requests} requests without an answer; {slow}"
            f"{self.disconnects} disconnects in a minute"
        )


def measured(line: Line, now_ns: int) -> LineMeasure:
    """Return what ``line`` is worth at ``now_ns``, monotonic."""
    took = [took_ns for ended_ns, took_ns in line.ended if ended_ns > now_ns - _WINDOW_NS]
    answers = sorted(took_ns for took_ns in took if took_ns is not None)
    slowest = ceil(len(answers) * _SLOWEST / 100) - 1
    return LineMeasure(
        requests=len(took),
        lost=len(took) - len(answers),
        answer_p95_s=answers[slowest] / _NS if answers else None,
        disconnects=sum(cut_ns > now_ns - _MINUTE_NS for cut_ns in line.cuts),
    )


class LineWatch:
    """Looks at the line of one account, and acts on what it finds."""

    def __init__(
        self,
        *,
        desk: AccountDesk,
        limits: LineLimits,
        orders: OrderManager,
        recorder: Recorder,
        state: DeskState,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._limits = limits
        self._orders = orders
        self._recorder = recorder
        self._state = state
        self._clock = clock
        self._exceeded: dict[str, str] = {}  # limits, and what was measured
        self._paused = False  # when it was looked at last

    async def run(self) -> None:
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            self.look()

    def look(self) -> None:
        """Judge the line by what is known now."""
        desk, line = self._desk, self._desk.line
        paused = desk.account.venue in self._state.standing.pauses
        if self._paused and not paused:
            # Somebody found the line good enough: what led to the pause would bring it back.
            line.forget()
            self._exceeded.clear()
        self._paused = paused
        measure = measured(line, self._clock.monotonic_ns())
        self._judge(measure)
        degraded = line.degraded
        line.degraded = "; ".join(self._exceeded.values()) or None
        if degraded is None and line.degraded is not None:
            self._degraded(line.degraded)
        elif degraded is not None and line.degraded is None:
            self._tell("line_recovered", str(measure))

    def _judge(self, measure: LineMeasure) -> None:
        """A limit stays exceeded until enough was measured to say that it is not."""
        limits = self._limits
        slow_s = measure.answer_p95_s
        if measure.requests >= limits.at_least:
            share = measure.lost / measure.requests
            most = f"at most {limits.lost_share:g} of them"
            lost = f"{measure.lost} of {measure.requests} requests got no answer ({most})"
            self._note("lost", lost, is_exceeded=share > limits.lost_share)
            if slow_s is not None:
                most = f"at most {limits.answer_p95_s:g} s"
                slow = f"5 of 100 answers took {slow_s:.3f} s or more ({most})"
                self._note("slow", slow, is_exceeded=slow_s > limits.answer_p95_s)
        most = f"at most {limits.disconnects_per_minute}"
        cut = f"{measure.disconnects} disconnects in a minute ({most})"
        is_cut = measure.disconnects > limits.disconnects_per_minute
        self._note("cut", cut, is_exceeded=is_cut)

    def _note(self, limit: str, text: str, *, is_exceeded: bool) -> None:
        if is_exceeded:
            self._exceeded[limit] = text
        else:
            self._exceeded.pop(limit, None)

    def _degraded(self, text: str) -> None:
        self._tell("line_degraded", text)
        if self._limits.pause and not self._paused:
            reason = f"the line of {self._desk.account_id} is bad: {text}"
            self._orders.pause(self._desk.account.venue, paused=True, reason=reason, by=BY)
            self._paused = True

    def _tell(self, name: str, text: str) -> None:
        desk = self._desk
        detail = f"{desk.account_id} at {desk.account.venue}: {text}"
        self._recorder.alert(name, detail, desk.account_id)
