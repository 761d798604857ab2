"""A platform as the client sees it: real HTTP on loopback, with answers that a test writes."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import msgspec

ORDER_ID = "01a1f7b5d1617000afffe0cb07581505"
OTHER_ID = "01a1f7b5d2f270009fffe9ab46ac0bfa"


class Asked(msgspec.Struct, frozen=True):
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: Any


class Answer(msgspec.Struct, frozen=True):
    content: bytes
    status: int = 200


class Platform:
    """Answers in the order they were scripted; None hears a request and hangs up."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: deque[Answer | None] = deque()
        self.url = ""

    def say(self, value: object, status: int = 200) -> None:
        self.answers.append(Answer(json.dumps(value).encode(), status))

    def say_bytes(self, content: bytes, status: int = 200) -> None:
        self.answers.append(Answer(content, status))

    def hang_up(self, times: int = 1) -> None:
        self.answers.extend([None] * times)


@contextmanager
def answering() -> Iterator[Platform]:
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            content = self.rfile.read(size)
            body = json.loads(content) if content else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            platform.asked.append(Asked(self.command, self.path, headers, body))
            answer = platform.answers.popleft()
            if answer is None:
                return  # without a word: the connection closes
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names the server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    platform.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def order(**changes: Any) -> dict[str, Any]:
    """An order as the API shows it."""
    told: dict[str, Any] = {
        "order_id": ORDER_ID,
        "account": "paper-a",
        "symbol": "BTC/USDT",
        "side": "BUY",
        "type": "LIMIT",
        "status": "OPEN",
        "quantity": "0.01",
        "value": None,
        "limit_price": "60000",
        "trigger": None,
        "filled": "0",
        "remaining": "0.01",
        "average_price": None,
        "cancel_pending": False,
        "amend_pending": None,
        "doubt": None,
        "origin": None,
        "reason": "",
        "idempotency_key": "key-1",
        "created_at": "2026-11-20T06:47:30.401123456Z",
        "created_ns": "1795157250401123456",
    }
    return told | changes


def fill(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "account": "paper-a",
        "symbol": "BTC/USDT",
        "order_id": ORDER_ID,
        "side": "BUY",
        "price": "60000",
        "quantity": "0.01",
        "fee": None,
        "fee_asset": None,
        "liquidity": "MAKER",
        "cause": "TRADE",
        "venue_time": "2026-11-20T06:47:31.000000000Z",
    }
    return told | changes


def problem(code: str, status: int, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "title": "The request breaks a rule",
        "status": status,
        "detail": "what exactly",
        "error_code": code,
        "suggested_action": "Do otherwise.",
    }
    return told | more


def page(rows: str, values: list[Any], cursor: str | None = None) -> Mapping[str, Any]:
    return {rows: values, "next_cursor": cursor, "complete": True}
