"""Running the program: signals ask it to end, and damage ends it."""

import asyncio
import os
import signal
from collections.abc import Iterator
from decimal import FloatOperation, getcontext, localcontext

import pytest

from algotradehub.app.running import run
from algotradehub.domain.errors import StorageDamaged


@pytest.fixture(autouse=True)
def own_context() -> Iterator[None]:
    """What ``run`` installs in this thread must not reach other tests."""
    with localcontext():
        yield


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_it_to_end(number: signal.Signals) -> None:
    async def main(stop: asyncio.Event) -> str:
        os.kill(os.getpid(), number)
        await stop.wait()
        return "ended"

    assert run(main) == "ended"


def test_money_is_exact_in_everything_that_runs() -> None:
    async def main(stop: asyncio.Event) -> bool:
        looked = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(
            lambda: looked.set_result(getcontext().traps[FloatOperation])
        )
        return bool(await looked)

    assert run(main)


def test_an_error_of_main_is_the_caller_s() -> None:
    async def main(stop: asyncio.Event) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(main)


def test_damage_found_in_a_callback_ends_it(caplog: pytest.LogCaptureFixture) -> None:
    def damaged() -> None:
        raise StorageDamaged("nothing can be kept any more")

    async def main(stop: asyncio.Event) -> None:
        asyncio.get_running_loop().call_soon(damaged)
        await stop.wait()

    with pytest.raises(StorageDamaged, match="nothing can be kept"):
        run(main)
    assert "StorageDamaged" in caplog.text


def test_another_error_in_a_callback_is_logged_and_survived(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main(stop: asyncio.Event) -> str:
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: 1 / 0)
        later = loop.create_future()
        loop.call_later(0, later.set_result, None)
        await later
        return "alive"

    assert run(main) == "alive"
    assert "ZeroDivisionError" in caplog.text
