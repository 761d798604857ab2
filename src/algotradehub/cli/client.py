"""Speaks the platform's HTTP API with the standard library alone: import time is part of use.

A request whose answer was lost may have been executed. It is repeated only where repeating is
harmless: reading, cancelling, and placing under one idempotency key (order-path 1).
"""

from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.problems import failure_of_problem
from algotradehub.connectivity import clock

API: Final = "/api/v1"
TIMEOUT_S: Final = 10.0
PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0)  # before each repetition
MAX_ANSWER_BYTES: Final = 64 << 20
MAX_ROWS: Final = 100_000

Query: TypeAlias = Mapping[str, object]  # None leaves a parameter out; a list repeats it


class Unanswered(Failure):
    """No answer came. ``sent`` tells whether the request may have arrived all the same."""

    def __init__(self, url: str, reason: str, *, sent: bool) -> None:
        what = f"the answer of {url} was lost" if sent else f"{url} cannot be reached"
        super().__init__(ExitCode.UNREACHABLE, f"{what} ({reason}): see that the platform runs")
        self.sent = sent


class Client:
    """One platform. Every request has a connection of its own.

    Args:
        url: Without a path, such as ``http://127.0.0.1:8080``.
        token: None where none is asked for.
        pause: Waits before a repetition, seconds.

    Raises:
        Failure: The URL is none.
    """

    def __init__(
        self, url: str, token: str | None, *, pause: Callable[[float], None] = clock.pause
    ) -> None:
        parts = urlsplit(url.rstrip("/"))
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == -1 or parts.path:
            raise Failure(
                ExitCode.USAGE,
                f"--server takes an address such as http://127.0.0.1:8080, not {url!r}",
            )
        self.url = f"{parts.scheme}://{parts.netloc}"
        self.pause = pause
        self._host, self._port, self._tls = parts.hostname, port, parts.scheme == "https"
        self._headers = {"Accept": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, query: Query | None = None) -> dict[str, Any]:
        """Read something; see ``_call`` for what all of these raise."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        target = f"{path}?{urlencode(given, doseq=True)}" if given else path
        return self._repeat("GET", target)

    def pages(self, path: str, query: Query, rows: str, *, limit: int) -> dict[str, Any]:
        """Follow ``next_cursor`` until there are ``limit`` rows or no more.

        Returns:
            The first page with the rows of all in it, and the last page's cursor.
        """
        whole: dict[str, Any] = {}
        found: list[Any] = []
        cursor = None
        while not whole or (cursor is not None and len(found) < limit):
            size = min(limit - len(found), 500)
            page = self.get(path, {**query, "cursor": cursor, "limit": size})
            found += page[rows]
            cursor = page["next_cursor"]
            whole = whole or page
        return {**whole, rows: found, "next_cursor": cursor}

    def place(self, order: Mapping[str, object], key: str) -> dict[str, Any]:
        """Place an order under its key, again and again while the answer is lost."""
        return self._repeat("POST", "/orders", order, {"Idempotency-Key": key})

    def amend(self, order_id: str, changes: Mapping[str, object]) -> dict[str, Any]:
        """Ask for new values, once: what was asked last may differ from what was asked twice."""
        return self._call("PATCH", _order(order_id), changes, {})

    def cancel(self, order_id: str) -> dict[str, Any]:
        return self._repeat("DELETE", _order(order_id))

    def cancel_all(self, which: Mapping[str, object]) -> dict[str, Any]:
        """Cancel every live order that matches; asking again cancels nothing twice."""
        return self._repeat("POST", "/orders/cancel-all", which)

    def limits(self, account: str) -> dict[str, Any]:
        return self.get(f"{_account(account)}/limits")

    def halt(self, account: str, reason: str) -> dict[str, Any]:
        return self._repeat("PUT", f"{_account(account)}/halt", {"reason": reason})

    def resume(self, account: str) -> dict[str, Any]:
        return self._repeat("DELETE", f"{_account(account)}/halt")

    def order(self, order_id: str) -> dict[str, Any]:
        return self.get(_order(order_id))

    def _repeat(
        self,
        method: str,
        target: str,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Call until an answer comes; a server that never was there is not waited for."""
        lost: Unanswered | None = None
        for pause_s in (*PAUSES_S, None):
            try:
                return self._call(method, target, body, headers or {})
            except Unanswered as error:
                if pause_s is None or not (lost or error.sent):
                    raise lost or error from None
                lost = lost or error
                self.pause(pause_s)
        raise AssertionError("the last attempt returns or raises")

    def _call(
        self,
        method: str,
        target: str,
        body: Mapping[str, object] | None,
        headers: Mapping[str, str],
    ) -> dict[str, Any]:
        """Make one request.

        Raises:
            Unanswered: No answer came.
            Failure: The answer is a refusal, or not from the platform.
        """
        sent = {**self._headers, **headers}
        content = None
        if body is not None:
            content = msgspec.json.encode(body)
            sent["Content-Type"] = "application/json"
        connect = HTTPSConnection if self._tls else HTTPConnection
        connection = connect(self._host, self._port, timeout=TIMEOUT_S)
        try:
            try:
                connection.connect()
            except OSError as error:
                raise Unanswered(self.url, _reason(error), sent=False) from error
            try:
                connection.request(method, API + target, body=content, headers=sent)
                response = connection.getresponse()
                data = response.read(MAX_ANSWER_BYTES)
            except (OSError, HTTPException) as error:
                raise Unanswered(self.url, _reason(error), sent=True) from error
        finally:
            connection.close()
        return self._answer(response, data)

    def _answer(self, response: HTTPResponse, data: bytes) -> dict[str, Any]:
        try:
            answer = msgspec.json.decode(data)
        except msgspec.DecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise Failure(
                ExitCode.UNREACHABLE,
                f"what answers at {self.url} is not this program (HTTP {response.status}): "
                "check the address",
            )
        if response.status >= 400:  # noqa: PLR2004 - HTTP's border between answer and error
            raise failure_of_problem(answer)
        return answer


def _order(order_id: str) -> str:
    return f"/orders/{quote(order_id, safe='')}"


def _account(account: str) -> str:
    return f"/accounts/{quote(account, safe='')}"


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing came for {TIMEOUT_S:.0f} s"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
