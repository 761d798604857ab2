"""The platform's stream for a command: one connection, read message by message, without a loop."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import msgspec
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from algotradehub import __version__
from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.problems import failure_of_problem
from algotradehub.cli.servers import Server
from algotradehub.connectivity import clock

PATH: Final = "/api/v1/stream"
OPEN_WITHIN_S: Final = 10.0
SILENT_FOR_S: Final = 40.0  # the platform says something every 15 s
MAX_MESSAGE_BYTES: Final = 64 << 20  # a snapshot of very many orders
_CLOSE_WITHIN_S: Final = 1.0
_NS: Final = 1_000_000_000


class Lost(Failure):
    """The stream ended, or could not be opened: try again."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            ExitCode.UNREACHABLE,
            f"the stream of {url} was lost ({reason}): see that the platform runs",
        )
        self.reason = reason


class Stream:
    """An open connection."""

    def __init__(self, connection: ClientConnection, server: Server) -> None:
        self._connection = connection
        self._url = server.url
        self._heard_ns = clock.monotonic_ns()
        self._say({"op": "hello"} | ({} if server.token is None else {"token": server.token}))

    def subscribe(self, topic: str, **parameters: str) -> None:
        """Ask for a topic; what it tells comes from ``receive``."""
        self._say({"op": "subscribe", "topic": topic, **parameters})

    def receive(self, within_s: float = SILENT_FOR_S) -> dict[str, Any] | None:
        """Return the next message; None if none came in time.

        Raises:
            Lost: The connection is gone, or silent for too long.
            Failure: The platform refuses what was asked for.
        """
        try:
            text = self._connection.recv(timeout=within_s)
        except TimeoutError:
            if clock.monotonic_ns() - self._heard_ns >= SILENT_FOR_S * _NS:
                raise Lost(self._url, f"nothing came for {SILENT_FOR_S:.0f} s") from None
            return None
        except (OSError, WebSocketException) as error:
            raise self._lost(error) from error
        self._heard_ns = clock.monotonic_ns()
        message: dict[str, Any] = msgspec.json.decode(text)
        if message["type"] == "error":
            raise failure_of_problem(message["problem"])
        return message

    def _say(self, frame: Mapping[str, object]) -> None:
        try:
            self._connection.send(msgspec.json.encode(frame).decode())
        except (OSError, WebSocketException) as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> Lost:
        return Lost(self._url, self._connection.close_reason or _reason(error))


@contextmanager
def open_stream(server: Server) -> Iterator[Stream]:
    """Connect and say hello; the connection is closed with the context.

    Raises:
        Lost: There is no platform, or it does not take part just now.
    """
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(
                connect(
                    server.url.replace("http", "ws", 1) + PATH,
                    compression=None,
                    open_timeout=OPEN_WITHIN_S,
                    close_timeout=_CLOSE_WITHIN_S,
                    max_size=MAX_MESSAGE_BYTES,
                    proxy=None,
                    user_agent_header=f"algotradehub/{__version__}",
                )
            )
        except InvalidStatus as error:
            raise Lost(server.url, f"HTTP {error.response.status_code}") from error
        except (OSError, WebSocketException) as error:
            raise Lost(server.url, _reason(error)) from error
        yield Stream(connection, server)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
