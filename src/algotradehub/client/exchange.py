"""What every client does with a request and its answer; nothing is sent here.

A request whose answer was lost may have been executed. It is repeated only where repeating is
harmless: reading, cancelling, and placing under one idempotency key.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlsplit

import msgspec

from algotradehub.client.errors import ApiProblem, NotAnAddress, Unanswered, Unreadable
from algotradehub.client.pauses import BETWEEN_ATTEMPTS_S
from algotradehub.client.request import Answer, Request
from algotradehub.client.values import encode, read_special

TIMEOUT_S: Final = 10.0  # without a word from the platform
MAX_ANSWER_BYTES: Final = 64 << 20
_FIRST_ERROR: Final = 400


class Address(NamedTuple):
    """Where a platform is."""

    host: str
    port: int | None
    tls: bool
    url: str


class Outgoing(NamedTuple):
    """A request as it goes over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes | None


class Reply(NamedTuple):
    """A whole answer as it came."""

    status: int
    content: bytes
    retry_after: str | None = None


def address_of(url: str) -> Address:
    """Read an address without a path, such as ``http://127.0.0.1:8080``.

    Raises:
        NotAnAddress: It is none.
    """
    parts = urlsplit(url.rstrip("/"))
    try:
        port = parts.port
    except ValueError:
        raise NotAnAddress(url) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise NotAnAddress(url)
    tls = parts.scheme == "https"
    return Address(parts.hostname, port, tls, f"{parts.scheme}://{parts.netloc}")


def outgoing(request: Request[Any], token: str | None) -> Outgoing:
    headers = {"Accept": "application/json"}
    content = None
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if request.idempotency_key is not None:
        headers["Idempotency-Key"] = request.idempotency_key
    if request.body is not None:
        headers["Content-Type"] = "application/json"
        content = encode(request.body)
    return Outgoing(request.method, request.target, headers, content)


class Attempts:
    """How often one request is made: until an answer comes, or it may not be repeated.

    A platform that never was there is not waited for; one that went away with an answer is.
    """

    def __init__(self, request: Request[Any]) -> None:
        self._pauses = iter(BETWEEN_ATTEMPTS_S if request.repeatable else ())
        self._lost: Unanswered | None = None

    def pause_after(self, error: Unanswered) -> float:
        """Seconds until the next attempt.

        Raises:
            Unanswered: There is none. The first loss is told: that one may have been executed.
        """
        self._lost = self._lost or (error if error.sent else None)
        pause_s = next(self._pauses, None)
        if self._lost is None or pause_s is None:
            raise self._lost or error
        return pause_s


def typed(request: Request[Answer], reply: Reply, url: str) -> Answer:
    """The answer as the value that ``request`` promises.

    Raises:
        ApiProblem: The platform refused.
        Unreadable: It is not of the form this client knows.
    """
    if reply.status >= _FIRST_ERROR:
        raise _problem(reply, url)
    if not request.answer:
        return cast("Answer", reply.content.decode(errors="replace"))
    # Here, because who takes answers as they come has no use for it, and it takes a while.
    kind = getattr(import_module("algotradehub.client.models"), request.answer)
    try:
        value: Answer = msgspec.json.decode(reply.content, type=kind, dec_hook=read_special)
    except msgspec.ValidationError as error:
        _document(reply, url)  # if it is no answer of the API at all, that is what to say
        raise Unreadable(
            url,
            reply.status,
            f"the answer of {url} is not of the form that this version knows ({error}): "
            "install the platform's version of algotradehub",
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_ours(reply, url) from error
    return value


def untyped(reply: Reply, url: str) -> dict[str, Any]:
    """The answer as it came, with what this client does not know.

    Raises:
        ApiProblem: The platform refused.
        Unreadable: It is no JSON object.
    """
    if reply.status >= _FIRST_ERROR:
        raise _problem(reply, url)
    return _document(reply, url)


def cursor_after(page: object, asked: object, url: str) -> object:
    """Where the next page begins; None at the end.

    Raises:
        Unreadable: The pages would go round for ever.
    """
    cursor: object = getattr(page, "next_cursor", None)
    if cursor is not None and cursor == asked:
        raise Unreadable(url, 200, f"{url} answers the same page again and again: report it")
    return cursor


def too_large(url: str, status: int) -> Unreadable:
    limit = f"{MAX_ANSWER_BYTES >> 20} MiB"
    return Unreadable(url, status, f"the answer of {url} is larger than {limit}: ask for less")


def reason_of(error: Exception, *, timed_out: bool) -> str:
    """What went wrong with a connection, for people."""
    if timed_out:
        return f"nothing came for {TIMEOUT_S:.0f} s"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _problem(reply: Reply, url: str) -> ApiProblem:
    told = reply.retry_after or ""
    return ApiProblem(
        _document(reply, url), reply.status, float(told) if told.isdecimal() else None
    )


def _document(reply: Reply, url: str) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(reply.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        document = None
    if not isinstance(document, dict):
        raise _not_ours(reply, url)
    return document


def _not_ours(reply: Reply, url: str) -> Unreadable:
    return Unreadable(
        url,
        reply.status,
        f"what answers at {url} is not this program (HTTP {reply.status}): check the address",
    )
