"""A WebSocket without a network: the test is the other side, and may stop reading."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from algotradehub.api.stream.protocol import PATH
from tests.unit.api.gateway import Gateway, turn


class Socket:
    """What the client's side of one connection sees.

    Attributes:
        sent: Every ASGI message of the server, in order.
    """

    def __init__(self, api: Gateway) -> None:
        self.sent: list[Any] = []
        self._api = api
        self._incoming: asyncio.Queue[Any] = asyncio.Queue()
        self._writable = asyncio.Event()
        self._writable.set()
        self._read = 0

    @property
    def refused(self) -> tuple[int, Any]:
        """Status and problem of a handshake that came to nothing."""
        start, body = self.sent
        assert start["type"] == "websocket.http.response.start"
        return start["status"], json.loads(body["body"])

    @property
    def closed(self) -> int | None:
        """The code with which the server closed it."""
        return next((m["code"] for m in self.sent if m["type"] == "websocket.close"), None)

    @property
    def told(self) -> list[Any]:
        """What came since this was last asked."""
        texts = [m["text"] for m in self.sent if m["type"] == "websocket.send"]
        new, self._read = texts[self._read :], len(texts)
        return [json.loads(text) for text in new]

    async def say(self, **fields: Any) -> list[Any]:
        """Send one frame, and return what came until all was quiet."""
        return await self.send(json.dumps(fields))

    async def send(self, text: str) -> list[Any]:
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})
        await turn(10)
        return self.told

    async def send_bytes(self, data: bytes) -> list[Any]:
        self._incoming.put_nowait({"type": "websocket.receive", "bytes": data})
        await turn(10)
        return self.told

    def hang_up(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
        self._writable.set()

    def stop_reading(self) -> None:
        self._writable.clear()

    def read_again(self) -> None:
        self._writable.set()

    async def run(self, headers: Iterable[tuple[str, str]], path: str = PATH) -> None:
        self._incoming.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
        }
        await self._api.app(scope, self._incoming.get, self._send)

    async def _send(self, message: Any) -> None:
        await self._writable.wait()
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self._incoming.put_nowait({"type": "websocket.disconnect", "code": message["code"]})


@asynccontextmanager
async def connected(
    api: Gateway,
    headers: Iterable[tuple[str, str]] = (),
    *,
    hello: bool = True,
    host: str = "localhost:8000",
    path: str = PATH,
) -> AsyncIterator[Socket]:
    socket = Socket(api)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(socket.run([("host", host), *headers], path))
        await turn(5)
        if hello:
            assert [told["type"] for told in await socket.say(op="hello")] == ["welcome"]
        yield socket
        socket.hang_up()
        await turn(5)
        assert running.done()


async def later(api: Gateway, seconds: float) -> None:
    """Let time pass, and everything happen that it sets off."""
    whole, rest = divmod(seconds, 1)
    for step_s in [1.0] * int(whole) + [rest]:
        api.clock.advance(step_s)
        await turn(10)
