"""The stream behind its WebSocket: the thin shell that reads, writes, keeps time and closes."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from algotradehub import __version__
from algotradehub.api import problems
from algotradehub.api.parts import ApiParts
from algotradehub.api.stream.client import SLOW_CLOSE, TOKEN_CLOSE, Client
from algotradehub.api.stream.hub import Hub
from algotradehub.api.stream.protocol import HEARTBEAT_S, PATH, Heartbeat, Welcome
from algotradehub.domain.errors import NotReady
from algotradehub.domain.ids import AccountId
from algotradehub.ports.bus import Bus

CLIENTS: Final = 200
HELLO_WITHIN_S: Final = 5
READ_WITHIN_S: Final = 30
CLOSE_WITHIN_S: Final = 5
LOOK_EVERY_S: Final = 1.0
_NS_PER_S: Final = 1_000_000_000


class Stream:
    """The ASGI application behind ``/api/v1/stream``."""

    def __init__(self, parts: ApiParts, hub: Hub, epoch: int) -> None:
        self._parts = parts
        self._hub = hub
        self._epoch = epoch
        self._connections: dict[_Connection, None] = {}

    @property
    def clients(self) -> int:
        return len(self._connections)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if len(self._connections) >= CLIENTS:
            error = NotReady(f"{CLIENTS} clients are connected already; close some")
            await problems.refused(error, PATH)(scope, receive, send)
            return
        websocket = WebSocket(scope, receive, send)
        connection = _Connection(websocket, self._parts, self._hub, self._epoch)
        self._connections[connection] = None
        try:
            await connection.run()
        finally:
            del self._connections[connection]

    async def run(self) -> None:
        """Wake clients and keep time until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hub.run())
            tasks.create_task(self._keep_time())

    async def _keep_time(self) -> None:
        """Look after what no message sets off."""
        clock = self._parts.clock
        while True:
            self._hub.look()
            now_ns = clock.monotonic_ns()
            for connection in tuple(self._connections):
                connection.tick(now_ns)
            await clock.sleep(LOOK_EVERY_S)


@contextmanager
def open_stream(
    parts: ApiParts, *, bus: Bus, epoch: int, account_seq: Callable[[AccountId], int]
) -> Iterator[Stream]:
    """Remember what changes while the context lasts; the arguments are those of ``Hub``.

    Clients are told while ``Stream.run`` runs.
    """
    hub = Hub(parts, bus=bus, epoch=epoch, account_seq=account_seq)
    try:
        yield Stream(parts, hub, epoch)
    finally:
        hub.close()


class _Connection:
    """One client and its socket.

    Every wait for the client has an end: ``tick`` cuts it short by the timeout around it.
    """

    def __init__(self, websocket: WebSocket, parts: ApiParts, hub: Hub, epoch: int) -> None:
        self._websocket = websocket
        self._clock = parts.clock
        self._awake = asyncio.Event()
        self._answered = asyncio.Event()
        self._gone = False
        callers, header = parts.callers, websocket.headers.get("authorization")
        self._client = Client(
            hub,
            admit=lambda given: (
                callers.by_token(given) is not None
                or (given is None and callers.by_header(header) is not None)
            ),
            welcome=lambda: Welcome(epoch=epoch, version=__version__, at_ns=self._clock.now_ns()),
            ready=self._awake.set,
        )
        self._patience = asyncio.timeout(None)
        self._end_ns: int | None = None  # of what is waited for now
        self._told_ns = self._clock.monotonic_ns()

    def tick(self, now_ns: int) -> None:
        """See whether something waits for too long, and whether it was silent for long."""
        if self._end_ns is not None and now_ns >= self._end_ns:
            self._wait_no_more()
        elif self._client.admitted and now_ns - self._told_ns >= HEARTBEAT_S * _NS_PER_S:
            self._told_ns = now_ns
            self._client.say(Heartbeat(at_ns=self._clock.now_ns()))

    async def run(self) -> None:
        try:
            await self._websocket.accept()
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(self._read())
                try:
                    code, reason = await self._talk()
                finally:
                    reading.cancel()
        finally:
            self._client.leave()
        if not self._gone:
            await self._close(code, reason)

    async def _talk(self) -> tuple[int, str]:
        """Tell the client what is new until one of both ends it; return how it is closed."""
        self._within(HELLO_WITHIN_S)
        try:
            async with self._patience:
                return await self._write()
        except WebSocketDisconnect:
            self._gone = True
            return 1000, ""
        except TimeoutError:
            if self._client.admitted:
                return SLOW_CLOSE, f"did not read for {READ_WITHIN_S} s"
            return TOKEN_CLOSE, f"no hello within {HELLO_WITHIN_S} s"
        finally:
            self._end_ns = None

    async def _write(self) -> tuple[int, str]:
        client = self._client
        while not self._gone:
            self._awake.clear()
            while (text := self._next()) is not None:
                self._within(READ_WITHIN_S)
                await self._websocket.send_text(text)
                self._told_ns = self._clock.monotonic_ns()
                self._answered.set()
            if client.closing is not None:
                return client.closing
            if client.admitted:
                self._end_ns = None
            await self._awake.wait()
        return 1000, ""

    def _next(self) -> str | None:
        return None if self._gone else self._client.take()

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] != "websocket.receive":
                self._gone = True
                self._awake.set()
                if self._end_ns is not None:
                    self._wait_no_more()  # nobody is left to wait for
                return
            text = message.get("text")
            self._client.receive(message.get("bytes") or b"" if text is None else text)
            # Who does not take its answers is not read from, so that they do not pile up.
            while self._client.answers_waiting:
                self._answered.clear()
                await self._answered.wait()

    async def _close(self, code: int, reason: str) -> None:
        """Say goodbye, to one who may not listen."""
        self._patience = asyncio.timeout(None)
        self._within(CLOSE_WITHIN_S)
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with self._patience:
                await self._websocket.close(code, reason)
        self._end_ns = None

    def _wait_no_more(self) -> None:
        self._end_ns = None
        with suppress(RuntimeError):  # the wait is ending by itself
            self._patience.reschedule(0)

    def _within(self, seconds: int) -> None:
        self._end_ns = self._clock.monotonic_ns() + seconds * _NS_PER_S
