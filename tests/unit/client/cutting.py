"""A platform whose connections end where a test says: each request meets the next cut."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Final

ANSWER: Final = b'{"status": "up"}'
WHOLE: Final = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER)
CHUNKED: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (
    len(ANSWER),
    ANSWER,
)
_ENDS_WITHIN_S: Final = 10


class Cut:
    """What the next connection hears, and how much of a request it takes first."""

    def __init__(self, answer: bytes, *, listens: bool = True) -> None:
        self.answer = answer
        self.listens = listens


class Cutting:
    """``requests`` are those that arrived whole."""

    def __init__(self, listener: socket.socket) -> None:
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.connections = 0
        self.requests: list[bytes] = []


@contextmanager
def cutting(cuts: Sequence[Cut]) -> Iterator[Cutting]:
    """Serve one connection for each of ``cuts``; then nobody listens any more."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(_ENDS_WITHIN_S)
    platform = Cutting(listener)

    def serve() -> None:
        with listener, suppress(TimeoutError):
            for number, cut in enumerate(cuts, 1):
                connection, _ = listener.accept()
                platform.connections += 1
                if number == len(cuts):
                    listener.close()
                _serve(platform, connection, cut)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield platform
    finally:
        thread.join()


def _serve(platform: Cutting, connection: socket.socket, cut: Cut) -> None:
    with connection, suppress(OSError):
        connection.settimeout(_ENDS_WITHIN_S)
        if not cut.listens:
            return
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += connection.recv(1 << 16)
        platform.requests.append(heard)
        connection.sendall(cut.answer)
