"""A platform with a stream: a real WebSocket on loopback that says what a test writes."""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from threading import Event, Thread
from typing import Any, TypeAlias

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from algotradehub.cli.stream import PATH
from tests.unit.cli.answering import order

Message: TypeAlias = Mapping[str, Any]


class Streaming:
    """Each connection takes the next script: what is said once it has subscribed.

    Then the connection is closed; without a script it stays open.

    Attributes:
        heard: Every frame that came, in order.
        asked: Every HTTP target, in order.
        answers: What they are answered; 404 if nothing.
    """

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.answers: dict[str, Any] = {"/accounts": {"accounts": [{"id": "paper-a"}]}}
        self.scripts: deque[Sequence[Message]] = deque()
        self.stop = Event()
        self.url = ""

    def says(self, *messages: Message) -> None:
        self.scripts.append(messages)

    def lists(self, *orders: Mapping[str, Any]) -> None:
        page = {"orders": orders, "next_cursor": None, "complete": True}
        self.answers["/orders"] = page

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.path == PATH:
            return None
        self.asked.append(request.path)
        found = self.answers.get(request.path.removeprefix("/api/v1").partition("?")[0])
        if found is None:
            problem = {"title": "Not found", "status": 404, "error_code": "not_found"}
            return connection.respond(HTTPStatus.NOT_FOUND, json.dumps(problem))
        return connection.respond(HTTPStatus.OK, json.dumps(found))

    def talk(self, connection: ServerConnection) -> None:
        try:
            self._hear(connection)
            connection.send(json.dumps({"type": "welcome"}))
            if not self.scripts:
                self.stop.wait(60)
                return
            script = self.scripts.popleft()
            if script:
                self._hear(connection)
            for message in script:
                connection.send(json.dumps(message))
        except ConnectionClosed:
            pass

    def _hear(self, connection: ServerConnection) -> None:
        self.heard.append(json.loads(connection.recv(timeout=60)))


@contextmanager
def streaming() -> Iterator[Streaming]:
    platform = Streaming()
    with serve(
        platform.talk, "127.0.0.1", 0, process_request=platform.answer, close_timeout=1
    ) as server:
        platform.url = "http://127.0.0.1:{}".format(*server.socket.getsockname()[1:])
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield platform
        finally:
            platform.stop.set()
            server.shutdown()
            thread.join()


def seen(**changes: Any) -> dict[str, Any]:
    """An order as the stream tells it."""
    return order(updated_at="2026-11-20T06:47:31.000000000Z", **changes)


def snapshot(*orders: Message) -> Message:
    return {"type": "snapshot", "topic": "account", "account": "paper-a", "orders": list(orders)}


def delta(*orders: Message) -> Message:
    return {"type": "delta", "topic": "account", "account": "paper-a", "orders": list(orders)}
