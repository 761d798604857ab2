"""Follows the stream of a running platform over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from algotradehub.api.stream.protocol import PATH
from algotradehub.app.embedded import Platform

PATIENCE_S = 30  # a test that waits for longer has failed


class Follower:
    """Says frames, and keeps what it hears.

    Attributes:
        heard: Everything that came, in order.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.heard: list[Any] = []
        self._connection = connection

    async def say(self, **frame: Any) -> None:
        await self._connection.send(json.dumps(frame))

    async def hear(self, wanted: str) -> Any:
        """Wait for the next message of a type."""
        return await self.until(lambda message: message["type"] == wanted)

    async def until(self, wanted: Callable[[Any], bool]) -> Any:
        """Wait for the next message that is wanted."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = json.loads(await self._connection.recv())
                self.heard.append(message)
                if wanted(message):
                    return message

    async def closed(self) -> int | None:
        """Wait for the server to close; return with which code."""
        async with asyncio.timeout(PATIENCE_S):
            await self._connection.wait_closed()
        return self._connection.close_code


@asynccontextmanager
async def following(
    platform: Platform, *, hello: bool = True, **headers: str
) -> AsyncIterator[Follower]:
    assert platform.url is not None
    url = platform.url.replace("http://", "ws://") + PATH
    async with connect(url, additional_headers=headers, compression=None) as connection:
        follower = Follower(connection)
        if hello:
            assert platform.token_file is not None
            await follower.say(op="hello", token=platform.token_file.read_text().strip())
            await follower.hear("welcome")
        yield follower
