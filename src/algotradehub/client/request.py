"""A request to the API before it is sent: any client may send it, now or again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar
from urllib.parse import quote, urlencode

import msgspec

Answer = TypeVar("Answer")


class Request(msgspec.Struct, Generic[Answer], frozen=True, kw_only=True):
    """What is asked, and how it is answered; made by a function of ``operations``."""

    method: str
    path: str
    answer: str  # the answer's name in ``models``; empty for text
    repeatable: bool  # may be sent again while its answer is lost
    query: Mapping[str, object] = {}  # None leaves a parameter out; a list repeats it
    body: object = None
    idempotency_key: str | None = None

    @property
    def target(self) -> str:
        """Path and query."""
        given = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in self.query.items()
            if value is not None
        }
        query = urlencode(given, doseq=True)
        return f"{self.path}?{query}" if query else self.path

    def asking(self, **parameters: object) -> Request[Answer]:
        """The same with other parameters in its query, such as ``cursor`` and ``limit``."""
        return msgspec.structs.replace(self, query={**self.query, **parameters})


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="")
