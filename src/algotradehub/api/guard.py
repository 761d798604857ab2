"""The door: who may call, and by which name; asked before anything else of a request is read."""

import hmac

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from algotradehub.api import problems
from algotradehub.api.refusals import cut

# For whoever watches over the process. A probe asks by address and has no token.
OPEN_PATHS = frozenset({"/health", "/ready"})


class Guard:
    """Lets a request through if it names one of our hosts and presents the token.

    Everything but ``OPEN_PATHS`` is guarded, so that a route added later is. The host is checked
    against DNS rebinding: a page anywhere can bind its own name to a loopback address, and its
    requests then count as its own.
    """

    def __init__(self, app: ASGIApp, *, token: str | None, allowed_hosts: frozenset[str]) -> None:
        self._app = app
        self._expected = None if token is None else token.encode()
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        path = cut(scope["path"])
        host = _without_port(headers.get("host", ""))
        if host not in self._allowed_hosts:
            problem = problems.http_problem(421, f"{cut(host)!r} is not a name of ours", path)
            await problems.answer(problem)(scope, receive, send)
        elif self._expected is not None and not self._presents_token(headers):
            problem = problems.http_problem(401, "the token is missing or not the right one", path)
            answer = problems.answer(problem, {"WWW-Authenticate": "Bearer"})
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _presents_token(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        same = hmac.compare_digest(given.strip().encode(), self._expected or b"")
        return same and scheme.lower() == "bearer"


def _without_port(host: str) -> str:
    """``localhost:8000`` is ``localhost``; ``[::1]:8000`` is ``[::1]``."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower().rstrip(".")
