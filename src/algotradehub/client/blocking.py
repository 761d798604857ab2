"""The client that waits for each answer, on the standard library alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any

from algotradehub.client import exchange
from algotradehub.client.errors import Unanswered
from algotradehub.client.exchange import MAX_ANSWER_BYTES, TIMEOUT_S, Attempts, Outgoing, Reply
from algotradehub.client.methods import BlockingMethods
from algotradehub.client.pauses import pause as machine_pause
from algotradehub.client.request import Answer, Request


class Client(BlockingMethods):
    """One platform, with a method for each of its operations. Threads may share it.

    Every request has a connection of its own: one that is kept may be closing while a request
    leaves, and nobody could tell whether it arrived.

    Args:
        url: Without a path, such as ``http://127.0.0.1:8080``.
        token: None where none is asked for.
        pause: Waits before a repetition, seconds.

    Raises:
        NotAnAddress: The URL is none.
    """

    def __init__(
        self, url: str, token: str | None = None, *, pause: Callable[[float], None] = machine_pause
    ) -> None:
        self._address = exchange.address_of(url)
        self._token = token
        self.pause = pause

    @property
    def url(self) -> str:
        return self._address.url

    def send(self, request: Request[Answer]) -> Answer:
        """Make one request, again where it may be repeated while its answer is lost.

        Raises:
            Unanswered: No answer came.
            Unreadable: What came cannot be read.
            ApiProblem: The platform refused.
        """
        return exchange.typed(request, self._reply(request), self.url)

    def raw(self, request: Request[Any]) -> dict[str, Any]:
        """The same, with the answer as it came: amounts are text, and unknown fields are kept."""
        return exchange.untyped(self._reply(request), self.url)

    def pages(self, request: Request[Answer]) -> Iterator[Answer]:
        """Every page of a list, each asked for when it is wanted; raises what ``send`` raises."""
        cursor = None
        while True:
            page = self.send(request)
            yield page
            cursor = exchange.cursor_after(page, cursor, self.url)
            if cursor is None:
                return
            request = request.asking(cursor=cursor)

    def _reply(self, request: Request[Any]) -> Reply:
        message = exchange.outgoing(request, self._token)
        attempts = Attempts(request)
        while True:
            try:
                return self._exchange(message)
            except Unanswered as error:
                pause_s = attempts.pause_after(error)
            self.pause(pause_s)

    def _exchange(self, message: Outgoing) -> Reply:
        connect = HTTPSConnection if self._address.tls else HTTPConnection
        connection = connect(self._address.host, self._address.port, timeout=TIMEOUT_S)
        try:
            try:
                connection.connect()
            except OSError as error:
                raise self._unanswered(error, sent=False) from error
            try:
                connection.request(
                    message.method, message.target, body=message.content, headers=message.headers
                )
                response = connection.getresponse()
                content = response.read(MAX_ANSWER_BYTES + 1)
            except (OSError, HTTPException) as error:
                raise self._unanswered(error, sent=True) from error
        finally:
            connection.close()
        if len(content) > MAX_ANSWER_BYTES:
            raise exchange.too_large(self.url, response.status)
        # So many bytes were promised and did not come; or none were, as if the headers were cut.
        if response.length or (response.length is None and not response.chunked):
            raise Unanswered(self.url, "it ended too early", sent=True)
        return Reply(response.status, content, response.headers.get("Retry-After"))

    def _unanswered(self, error: Exception, *, sent: bool) -> Unanswered:
        reason = exchange.reason_of(error, timed_out=isinstance(error, TimeoutError))
        return Unanswered(self.url, reason, sent=sent)
