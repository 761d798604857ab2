"""The stream over its WebSocket: the thin shell that connects, reads, and comes back."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Final

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from algotradehub.client.errors import ApiProblem, Unanswered
from algotradehub.client.exchange import MAX_ANSWER_BYTES, TIMEOUT_S, Address, reason_of
from algotradehub.client.stream.machine import StreamMachine
from algotradehub.client.stream.messages import Message
from algotradehub.client.stream.topics import Topic

PATH: Final = "/api/v1/stream"
SILENCE_S: Final = 40  # the platform's heart beats every 15


async def follow(
    address: Address,
    token: str | None,
    topics: Sequence[Topic],
    *,
    pause: Callable[[float], Awaitable[None]],
    jitter: Callable[[], float],
) -> AsyncGenerator[Message, None]:
    """See ``AsyncClient.stream``."""
    machine = StreamMachine(topics, url=address.url, token=token)
    while True:
        reason = ""
        try:
            async with connect(
                address.url.replace("http", "ws", 1) + PATH,
                proxy=None,  # as the requests are made
                compression=None,  # else the platform could not share a message among its readers
                open_timeout=TIMEOUT_S,
                close_timeout=TIMEOUT_S,
                max_size=MAX_ANSWER_BYTES,
                ssl=ssl.create_default_context() if address.tls else None,
            ) as socket:
                await socket.send(machine.opened())
                while True:
                    async with asyncio.timeout(SILENCE_S):
                        text = await socket.recv(decode=False)
                    heard = machine.heard(text)
                    for frame in heard.frames:
                        await socket.send(frame)
                    for message in heard.messages:
                        yield message
        except InvalidStatus as error:
            _raise_refusal(error)
            reason = f"HTTP {error.response.status_code}"
        except (OSError, TimeoutError, WebSocketException) as error:
            reason = reason_of(error, timed_out=isinstance(error, TimeoutError))
        if not machine.was_live:
            raise Unanswered(address.url, reason, sent=False)
        if machine.live:
            yield machine.closed(reason)
        await pause(machine.pause_s(jitter()))


def _raise_refusal(error: InvalidStatus) -> None:
    """Raise what no later attempt changes; a platform that is busy or starting may change."""
    status = error.response.status_code
    if status >= 500:  # noqa: PLR2004 - HTTP's border between our fault and theirs
        return
    try:
        document = msgspec.json.decode(error.response.body or b"")
    except msgspec.DecodeError:
        document = None
    told = document if isinstance(document, dict) else {"title": "no stream is offered there"}
    raise ApiProblem(told, status) from error
