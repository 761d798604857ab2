"""Who calls: each token stands for a name, which is written beside what its holder does."""

import hmac
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

from algotradehub.domain.ids import MAIN_CALLER

_KEY = "algotradehub.caller"


class Callers:
    """Knows the tokens.

    Args:
        token: Of the installation itself; None lets everybody in.
        people: Tokens of people, by their names.
    """

    def __init__(self, token: str | None, people: Mapping[str, str]) -> None:
        self._is_open = token is None
        self._tokens = {} if token is None else {MAIN_CALLER: token, **people}

    def by_token(self, given: str | None) -> str | None:
        """Whose token it is; None: nobody's. The time it takes tells nothing of any token."""
        if self._is_open:
            return MAIN_CALLER
        if given is None:
            return None
        found = [name for name, token in self._tokens.items() if _same(given, token)]
        return found[0] if found else None

    def by_header(self, authorization: str | None) -> str | None:
        """The same for the value of an ``Authorization`` header."""
        scheme, _, given = (authorization or "").partition(" ")
        name = self.by_token(given.strip())
        return name if self._is_open or scheme.lower() == "bearer" else None


def note(scope: Scope, name: str) -> None:
    """Remember whose request it is."""
    scope[_KEY] = name


async def _caller_of(request: Request) -> str:
    # Async, or FastAPI would call it in a thread.
    return str(request.scope[_KEY])


Caller = Annotated[str, Depends(_caller_of)]


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())
