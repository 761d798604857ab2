"""The client that is awaited, over httpx2: the extra ``client``."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final, Self

from algotradehub.client import exchange
from algotradehub.client.errors import Unanswered
from algotradehub.client.exchange import MAX_ANSWER_BYTES, TIMEOUT_S, Attempts, Outgoing, Reply
from algotradehub.client.methods import AsyncMethods
from algotradehub.client.pauses import jitter, pause_in_loop
from algotradehub.client.request import Answer, Request

if TYPE_CHECKING:
    import httpx2

    from algotradehub.client.stream.messages import Message
    from algotradehub.client.stream.topics import Topic


CONNECTIONS: Final = 100  # at once; a request that is one more waits for its turn


class AsyncClient(AsyncMethods):
    """The same as ``Client`` for programs with an event loop.

    ``async with AsyncClient(url, token) as client:`` closes its connections at the end.

    Args:
        url: Without a path, such as ``http://127.0.0.1:8080``.
        token: None where none is asked for.
        pause: Waits before a repetition, seconds.

    Raises:
        NotAnAddress: The URL is none.
        ModuleNotFoundError: httpx2 is not installed.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        pause: Callable[[float], Awaitable[None]] = pause_in_loop,
    ) -> None:
        self._address = exchange.address_of(url)
        self._token = token
        self.pause = pause
        self._httpx2 = _httpx2()
        self._unsent = (
            self._httpx2.ConnectError,
            self._httpx2.ConnectTimeout,
            self._httpx2.PoolTimeout,
        )
        # No proxy of the environment and no kept connection, as ``Client`` has it.
        self._http = self._httpx2.AsyncClient(
            base_url=self.url,
            timeout=TIMEOUT_S,
            trust_env=False,
            limits=self._httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=0),
        )

    @property
    def url(self) -> str:
        return self._address.url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close what is open; the client cannot be used afterwards."""
        await self._http.aclose()

    async def send(self, request: Request[Answer]) -> Answer:
        """Make one request, again where it may be repeated while its answer is lost.

        A task that is cancelled meanwhile does not know whether the request was executed.

        Raises:
            Unanswered: No answer came.
            Unreadable: What came cannot be read.
            ApiProblem: The platform refused.
        """
        return exchange.typed(request, await self._reply(request), self.url)

    async def raw(self, request: Request[Any]) -> dict[str, Any]:
        """The same, with the answer as it came: amounts are text, and unknown fields are kept."""
        return exchange.untyped(await self._reply(request), self.url)

    async def pages(self, request: Request[Answer]) -> AsyncIterator[Answer]:
        """Every page of a list, each asked for when it is wanted; raises what ``send`` raises."""
        cursor = None
        while True:
            page = await self.send(request)
            yield page
            cursor = exchange.cursor_after(page, cursor, self.url)
            if cursor is None:
                return
            request = request.asking(cursor=cursor)

    async def stream(self, *topics: Topic) -> AsyncGenerator[Message, None]:
        """Follow ``topics``, such as ``topics.account("mine")``, until the caller leaves.

        When the connection is lost, ``Interrupted`` is told and the stream comes back by itself:
        accounts go on where they were, or ``AccountReset`` and a snapshot are told. Who reads too
        slowly is told the newest values. Leave with ``break`` under ``contextlib.aclosing``, or by
        cancelling the task, so that the connection closes at once.

        Raises:
            Unanswered: The platform was not reached at the first attempt.
            ApiProblem: The platform refuses the token or a topic.
            Unreadable: What is told cannot be read.
        """
        # Here, because who makes requests only has no use for it, and it takes a while.
        from algotradehub.client.stream.following import follow  # noqa: PLC0415 - see above

        told = follow(self._address, self._token, topics, pause=self.pause, jitter=jitter)
        async with aclosing(told) as messages:
            async for message in messages:
                yield message

    async def _reply(self, request: Request[Any]) -> Reply:
        message = exchange.outgoing(request, self._token)
        attempts = Attempts(request)
        while True:
            try:
                return await self._exchange(message)
            except Unanswered as error:
                pause_s = attempts.pause_after(error)
            await self.pause(pause_s)

    async def _exchange(self, message: Outgoing) -> Reply:
        content = bytearray()
        try:
            async with self._http.stream(
                message.method,
                message.target,
                content=message.content,
                headers=dict(message.headers),
            ) as response:
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_ANSWER_BYTES:
                        raise exchange.too_large(self.url, response.status_code)
        except self._unsent as error:
            raise self._unanswered(error, sent=False) from error
        except self._httpx2.HTTPError as error:
            raise self._unanswered(error, sent=True) from error
        return Reply(response.status_code, bytes(content), response.headers.get("Retry-After"))

    def _unanswered(self, error: httpx2.HTTPError, *, sent: bool) -> Unanswered:
        timed_out = isinstance(error, self._httpx2.TimeoutException)
        return Unanswered(self.url, exchange.reason_of(error, timed_out=timed_out), sent=sent)


def _httpx2() -> Any:
    try:
        # Here, because it is an extra, and takes longer to import than all of this.
        import httpx2  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "AsyncClient needs httpx2: pip install 'algotradehub[client]'", name=error.name
        ) from None
    return httpx2
