"""What Tab offers where a value is the running platform's: accounts, symbols, venues, orders.

Somebody waits with a finger on the key: the platform is asked once, briefly, and whatever goes
wrong, nothing is offered and nothing is said.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, suppress
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode, urlsplit

import msgspec
import typer

from algotradehub.cli.exit_codes import Failure
from algotradehub.cli.printing import shown
from algotradehub.cli.servers import find
from algotradehub.domain.order import FINAL_STATUSES, OrderStatus

ANSWER_WITHIN_S: Final = 1.0
MAX_OFFERED: Final = 100
_MAX_BYTES: Final = 4 << 20
_TROUBLE: Final = (Failure, OSError, HTTPException, ValueError, LookupError, TypeError)

Offered: TypeAlias = list[tuple[str, str]]
"""Each value, and what it is; shells that show no such remarks leave them out."""


def words(kind: type[StrEnum]) -> Callable[[str], list[str]]:
    """What Tab offers of an enumeration: in small letters to whoever types those."""

    def offer(incomplete: str) -> list[str]:
        small = incomplete.islower()
        return [word.lower() if small else word.value for word in kind]

    return offer


def accounts(context: typer.Context, incomplete: str) -> Offered:
    def offer() -> Iterator[tuple[str, str]]:
        for account in _ask(context, "/accounts", {})["accounts"]:
            yield account["id"], account["venue"]

    return _offered(offer, incomplete)


def venues(context: typer.Context, incomplete: str) -> Offered:
    def offer() -> Iterator[tuple[str, str]]:
        for account in _ask(context, "/accounts", {})["accounts"]:
            yield account["venue"], account["environment"]

    return _offered(offer, incomplete)


def symbols(context: typer.Context, incomplete: str) -> Offered:
    """Symbols, of the account if one is given already."""

    def offer() -> Iterator[tuple[str, str]]:
        query = {"account": context.params.get("account"), "symbol": incomplete or None}
        for instrument in _ask(context, "/instruments", query)["instruments"]:
            yield instrument["symbol"], instrument["kind"].lower()

    return _offered(offer, incomplete)


def open_orders(context: typer.Context, incomplete: str) -> Offered:
    live = [status.value for status in OrderStatus if status not in FINAL_STATUSES]
    return _orders(context, incomplete, live)


def orders(context: typer.Context, incomplete: str) -> Offered:
    return _orders(context, incomplete, None)


def _orders(context: typer.Context, incomplete: str, statuses: list[str] | None) -> Offered:
    def offer() -> Iterator[tuple[str, str]]:
        query = {"status": statuses, "limit": MAX_OFFERED}
        for order in _ask(context, "/orders", query)["orders"]:
            what = ("side", "quantity", "symbol", "type", "status", "account")
            yield order["order_id"], " ".join(shown(order[name]) for name in what)

    return _offered(offer, incomplete)


def _offered(offer: Callable[[], Iterator[tuple[str, str]]], incomplete: str) -> Offered:
    """What begins as it was typed, each once, and cannot steer a terminal."""
    found: dict[str, str] = {}
    with suppress(*_TROUBLE), redirect_stderr(io.StringIO()):
        found = {
            value: what
            for value, what in offer()
            if value.startswith(incomplete) and value.isprintable()
        }
    return list(found.items())[:MAX_OFFERED]


def _ask(context: typer.Context, path: str, query: dict[str, Any]) -> Any:
    """Ask the platform that the command line typed so far would speak to."""
    given = context.params
    server = find(given.get("server"), given.get("token_file"), given.get("data"))
    parts = urlsplit(server.url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=ANSWER_WITHIN_S)
    known = {name: value for name, value in query.items() if value is not None}
    headers = {} if server.token is None else {"Authorization": f"Bearer {server.token}"}
    try:
        connection.request("GET", f"/api/v1{path}?{urlencode(known, doseq=True)}", headers=headers)
        return msgspec.json.decode(connection.getresponse().read(_MAX_BYTES))
    finally:
        connection.close()
