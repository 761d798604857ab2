"""An asyncio event loop in virtual time: one incarnation of the process."""

import asyncio
import threading
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from contextvars import Context
from typing import Any, NoReturn, TypeVar, TypeVarTuple

from algotradehub.simulation.timeline import Crash, SimulationFailed, Timeline, WorldTimer

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_NS_PER_S = 1_000_000_000
_TASKS_BEFORE_SWEEP = 64
_MAX_AWAITS_WHILE_CLOSING = 100

# All a simulated process may ask of its loop. The rest (sockets, threads, name look-ups, signals,
# processes), and whatever a later Python adds, is refused.
_INSIDE = frozenset(
    {
        "call_at",
        "call_exception_handler",
        "call_later",
        "call_soon",
        "call_soon_threadsafe",
        "close",
        "create_future",
        "create_task",
        "default_exception_handler",
        "get_debug",
        "get_exception_handler",
        "get_task_factory",
        "is_closed",
        "is_running",
        "run_forever",
        "run_until_complete",
        "set_debug",
        "set_exception_handler",
        "set_task_factory",
        "shutdown_asyncgens",
        "shutdown_default_executor",
        "stop",
        "time",
    }
)


class SimulationDeadlock(SimulationFailed):
    """Nothing is scheduled, and the main task still waits."""


class OutsideWorld(SimulationFailed):
    """Code asked the loop for a thread, a socket, a name look-up, a signal or a process."""


class _Call(asyncio.Handle):
    """A ready callback whose exception ends the run, where asyncio would only log it."""

    __slots__ = ()
    _callback: Callable[..., object]
    _context: Context

    def fire(self) -> None:
        if not self._cancelled:
            self._context.run(self._callback, *self._args)


class _Timer(asyncio.TimerHandle):
    """The same, for later."""

    __slots__ = ()
    _callback: Callable[..., object]
    _context: Context

    def fire(self) -> None:
        self._context.run(self._callback, *self._args)


class SimLoop(asyncio.BaseEventLoop):
    """One life of the process; after a crash the next one gets a new loop on the same timeline.

    What the seed permutes: calls due at the same instant (``Timeline``), and whether such a call
    comes before or after what the last one made ready. What it never permutes: ``call_soon``,
    whose order asyncio promises and real programs rely on, hence also the steps of tasks.

    An exception in a callback, an exception of a task that nobody retrieves, a deadlock, an
    endless repetition and any reach for the outside world end the run with that error.

    A crash is ``crash()`` at an effect, which raises ``Crash`` out of ``run()``. The one piece of
    synchronous code that was running unwinds, its ``finally`` blocks included; everything else
    stops where it stood. ``close()`` then drops all calls of this life unrun and keeps its
    suspended coroutines frozen until ``Timeline.close()``: Python runs their ``finally`` blocks
    when they are freed, and there is no way around it. Neither can do anything any more, because
    every effect begins with ``require_alive()``.
    """

    _closed: bool
    _ready: deque[_Call]
    _stopping: bool
    _thread_id: int | None

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self._timeline = timeline
        self._failure: BaseException | None = None
        self._crashed = False
        # Held strongly: a suspended coroutine that is freed runs its finally blocks.
        self._tasks: list[asyncio.Task[Any]] = []
        self._sweep_at = _TASKS_BEFORE_SWEEP
        timeline.at_end(self._bury)

    # --- the world's side

    @property
    def timeline(self) -> Timeline:
        return self._timeline

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run until ``main`` is done; may be called again, other tasks simply wait.

        Raises:
            Crash: ``crash()`` was called.
            SimulationFailed: See its subclasses.
            BaseException: What ``main``, a callback or an abandoned task raised.
        """
        result = self.run_until_complete(main)
        # asyncio tells of an abandoned task when it is freed, which a reference cycle may delay.
        for task in filter(_is_abandoned, self._tasks):
            self._failure = self._failure or task.exception()
        if self._failure is not None:
            raise self._failure
        return result

    def crash(self) -> NoReturn:
        """End this life at once: ``run()`` raises ``Crash``, whoever catches it on its way."""
        self._crashed = True
        self._failure = Crash("the process died here")
        raise self._failure

    def require_alive(self) -> None:
        """Stop code of a life that is over; the first line of every effect.

        Raises:
            Crash: This life crashed or was closed.
        """
        if self._crashed or self._closed:
            self.crash()

    def close(self) -> None:
        """End this life without running any code of it; see the class."""
        if not self._closed:
            super().close()
            self._timeline.drop(self)

    def _bury(self) -> None:
        """Close what was suspended, one coroutine after another, while nothing listens."""
        self.close()
        tasks, self._tasks = self._tasks, []
        # So that code which looks for a running loop finds this one, closed, and not a real one.
        events._set_running_loop(self)  # noqa: SLF001 - meant for implementers of loops
        try:
            for task in tasks:
                _end(task)
        finally:
            events._set_running_loop(None)  # noqa: SLF001

    def after(self, delay_s: float, callback: Callable[..., object], *args: object) -> WorldTimer:
        """Do as ``call_later`` does, without what a timer of asyncio carries: half the time."""
        self._require_open()
        timer = WorldTimer(callback, args)
        when_ns = self._timeline.now_ns + round(delay_s * _NS_PER_S)
        self._timeline.schedule(when_ns, timer, owner=self)
        return timer

    # --- asyncio's side

    def time(self) -> float:
        """Virtual seconds since the world began."""
        return (self._timeline.now_ns - self._timeline.start_ns) / _NS_PER_S

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        self._require_open()
        call = _Call(callback, args, self, context)
        self._ready.append(call)
        return call

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        if self._thread_id not in {None, threading.get_ident()}:
            self._refuse("another thread")
        return self.call_soon(callback, *args, context=context)

    def call_later(
        self,
        delay: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        delay_ns = round(delay * _NS_PER_S)
        return self._call_at_ns(self._timeline.now_ns + delay_ns, callback, args, context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        when_ns = self._timeline.start_ns + round(when * _NS_PER_S)
        return self._call_at_ns(when_ns, callback, args, context)

    def _call_at_ns(
        self,
        when_ns: int,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context | None,
    ) -> asyncio.TimerHandle:
        self._require_open()
        when = (when_ns - self._timeline.start_ns) / _NS_PER_S
        timer = _Timer(when, callback, args, self, context)
        self._timeline.schedule(when_ns, timer, owner=self)
        return timer

    def _require_open(self) -> None:
        if self._closed:
            raise SimulationFailed("a dead process still calls: the world kept something of it")

    def create_task(
        self, coro: Coroutine[Any, Any, T] | Generator[Any, None, T], **options: Any
    ) -> asyncio.Task[T]:
        if self._closed:
            coro.close()  # a dying coroutine started it; it must not complain of being left alone
        task: asyncio.Task[T] = super().create_task(coro, **options)
        if len(self._tasks) >= self._sweep_at:
            self._tasks = [t for t in self._tasks if not t.done() or _is_abandoned(t)]
            self._sweep_at = 2 * len(self._tasks) + _TASKS_BEFORE_SWEEP
        self._tasks.append(task)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Fail the run with the first error; asyncio would log it and go on."""
        if self._failure is None:
            self._failure = context.get("exception") or SimulationFailed(context["message"])

    def _run_once(self) -> None:
        """Run to the end, not once: every turn of asyncio's own loop costs a system call."""
        ready, timeline = self._ready, self._timeline
        while not self._stopping:
            if ready and not timeline.interrupts():
                calls = len(ready)
                timeline.count(calls)
                for _ in range(calls):
                    ready.popleft().fire()
                    if self._failure is not None:
                        raise self._failure
            else:
                timer = timeline.take()
                if timer is None:
                    raise SimulationDeadlock(self._deadlock())
                timer.fire()
                if self._failure is not None:
                    raise self._failure

    def _deadlock(self) -> str:
        waiting = []
        for task in self._tasks:
            for frame in task.get_stack(limit=1):
                code = frame.f_code
                waiting.append(f"{code.co_qualname} at {code.co_filename}:{frame.f_lineno}")
        return f"nothing is scheduled and the main task is not done; waiting: {waiting}"

    def _refuse(self, what: str) -> NoReturn:
        # Kept as well, for code that catches every error and tries again.
        self._failure = OutsideWorld(f"{what}: a simulation has none; inject a port instead")
        raise self._failure


def _refuses(name: str) -> Callable[..., NoReturn]:
    def refuse(self: SimLoop, *_args: object, **_options: object) -> NoReturn:
        self._refuse(f"loop.{name}")

    return refuse


for _name in vars(asyncio.AbstractEventLoop):
    if not _name.startswith("_") and _name not in _INSIDE:
        setattr(SimLoop, _name, _refuses(_name))


def _is_abandoned(task: asyncio.Task[Any]) -> bool:
    """Whether the task failed and nobody has looked at its error yet."""
    return task.done() and task._log_traceback  # noqa: SLF001 - there is no public way to ask


def _end(task: asyncio.Task[Any]) -> None:
    coroutine = task.get_coro()
    for _ in range(_MAX_AWAITS_WHILE_CLOSING):
        # An await inside a finally block suspends again: RuntimeError, and the next close goes on.
        with suppress(Exception, asyncio.CancelledError, Crash):
            coroutine.close()
            return
    raise SimulationFailed(f"{coroutine!r} swallows GeneratorExit and cannot be ended")
