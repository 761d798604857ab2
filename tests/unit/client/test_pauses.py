"""The pauses between attempts: they grow, and the machine keeps them."""

import asyncio

import pytest

from algotradehub.client import pauses


def test_they_grow() -> None:
    assert list(pauses.BETWEEN_ATTEMPTS_S) == sorted(set(pauses.BETWEEN_ATTEMPTS_S))


def test_the_machine_waits_as_long_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("time.sleep", waited.append)
    monkeypatch.setattr("asyncio.sleep", sleep)
    pauses.pause(0.5)
    asyncio.run(pauses.pause_in_loop(0.25))
    assert waited == [0.5, 0.25]
