"""The scripted venue's dead man's switch, and the judge of those who keep it."""

from collections.abc import Callable
from typing import Final

from algotradehub.app.core import Core
from algotradehub.simulation.timeline import Timeline, WorldTimer
from algotradehub.simulation.verdict import Broken
from algotradehub.trading.dead_man import LOOK_EVERY_S, DeadManPolicy

_S: Final = 1_000_000_000


class DeadMan:
    """At the venue: it outlives every process of ours.

    Attributes:
        fires_ns: When it fires; 0: it is not set.
        fired: Told each time, before anything is cancelled.
    """

    def __init__(self, timeline: Timeline, cancel_all: Callable[[], None]) -> None:
        self.fires_ns = 0
        self.fired: Callable[[], None] = lambda: None
        self._timeline = timeline
        self._cancel_all = cancel_all
        self._timer: WorldTimer | None = None

    def set(self, timeout_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.fires_ns = 0
        if timeout_s:
            timeout_ns = int(timeout_s * _S)
            self.fires_ns = self._timeline.now_ns + timeout_ns
            self._timer = self._timeline.after(timeout_ns, self._fire)

    def _fire(self) -> None:
        self._timer, self.fires_ns = None, 0
        self.fired()
        self._cancel_all()


class DeadManJudge:
    """Watches every refresh of all lives: none by a process that is unfit, and none left out.

    Args:
        policy: What the account wants; None: nothing.
    """

    def __init__(
        self,
        timeline: Timeline,
        switch: DeadMan,
        policy: DeadManPolicy | None,
        request_timeout_s: float,
    ) -> None:
        self._timeline = timeline
        self._switch = switch
        self._policy = policy
        self._request_timeout_s = request_timeout_s
        self._core: Core | None = None
        self._asked_ns = 0  # when a process last tried to refresh
        self._ends_well = False
        self._fit_ns = 0  # since when it should; 0: it should not
        switch.fired = self._fired

    def stands(self, core: Core) -> None:
        """A process has opened its account."""
        self._core = core

    def died(self) -> None:
        self._fit_ns = 0

    def hears(self, *, up: bool) -> None:
        """The process was told of its stream."""
        self._fit_ns = self._timeline.now_ns if up else 0

    def refused(self) -> None:
        """The journal cannot write now."""
        if self._fit_ns:
            self._fit_ns = self._timeline.now_ns

    def asks(self, core: Core, timeout_s: float) -> None:
        """A request is about to leave.

        Raises:
            Broken: It should not.
        """
        self._asked_ns = self._timeline.now_ns
        if self._policy is None:
            raise Broken("switch unasked", f"set to {timeout_s} s, and nobody wants one")
        if not timeout_s:
            if not self._policy.call_off_at_exit:
                raise Broken("switch called off", "and nobody wanted that")
            return
        if core.journal.refusing is not None:
            raise Broken("refreshed unfit", f"the journal refuses: {core.journal.refusing}")
        if not self._fit_ns:
            raise Broken("refreshed unfit", "the venue is not heard")

    def ends(self, core: Core) -> None:
        """The last process is about to end as it should; one that cannot write sets nothing."""
        self._ends_well = core.journal.refusing is None

    def check_ended(self) -> None:
        """The last process ended as it should.

        Raises:
            Broken: The switch is not as its policy wants it then.
        """
        if self._policy is None or not self._ends_well:
            return
        if self._policy.call_off_at_exit == bool(self._switch.fires_ns):
            raise Broken(
                "switch left wrong", f"{self._policy}, and it fires {self._switch.fires_ns}"
            )

    def _fired(self) -> None:
        """It may fire only if no process could have kept it from that."""
        core = self._core
        if self._policy is None or not self._fit_ns or core is None or core.journal.refusing:
            return
        timeout_s = self._policy.timeout_s
        now_ns = self._timeline.now_ns
        within_ns = int((timeout_s / 3 + LOOK_EVERY_S + self._request_timeout_s + 0.5) * _S)
        if now_ns - self._fit_ns > within_ns and now_ns - self._asked_ns > within_ns:
            raise Broken("switch neglected", f"nobody refreshed it since {self._asked_ns}")
