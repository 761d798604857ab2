"""Both clients, called alike: what a test of their common rules speaks to."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from algotradehub.client import AsyncClient, Client, Request


class Caller(Protocol):
    """Sends one request and waits for what comes of it."""

    def __call__(self, url: str, request: Request[Any], pauses: list[float]) -> Any: ...


def blocking(url: str, request: Request[Any], pauses: list[float]) -> Any:
    return Client(url, "secret", pause=pauses.append).send(request)


def awaited(url: str, request: Request[Any], pauses: list[float]) -> Any:
    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async def sent() -> Any:
        async with AsyncClient(url, "secret", pause=pause) as client:
            return await client.send(request)

    return asyncio.run(sent())


Made: TypeAlias = Callable[[], Request[Any]]
BOTH: tuple[Caller, ...] = (blocking, awaited)
