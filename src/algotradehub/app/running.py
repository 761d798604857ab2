"""Runs the program's main coroutine: fast loop, exact money, an orderly end on a signal."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from algotradehub.domain import money
from algotradehub.domain.errors import StorageDamaged

T = TypeVar("T")


def run(main: Callable[[asyncio.Event], Awaitable[T]]) -> T:
    """Run ``main`` and return what it returns.

    It is given an event that is set by SIGINT and SIGTERM: it should then end by itself. A second
    signal of a kind does what it does to any program.

    Raises:
        StorageDamaged: Something that must not be survived happened outside ``main``, which was
            asked to end and has (order-path 2).
    """
    money.install_context()  # before the loop: whatever runs in it inherits the context
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if sys.platform != "win32":
        import uvloop  # noqa: PLC0415 - not on every platform

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(_main(main))


async def _main(main: Callable[[asyncio.Event], Awaitable[T]]) -> T:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    fatal: list[StorageDamaged] = []

    def stop_once(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        stop.set()

    def on_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, StorageDamaged):
            fatal.append(error)
            stop.set()
        loop.default_exception_handler(context)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop_once, number)
    loop.set_exception_handler(on_exception)
    result = await main(stop)
    if fatal:
        raise fatal[0]
    return result
