"""The door: who may call, and by which name; asked before anything else of a request is read."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from algotradehub.api import callers, pages, problems
from algotradehub.api.callers import Callers
from algotradehub.api.refusals import cut

# For whoever watches over the process. A probe asks by address and has no token.
OPEN_PATHS = frozenset({"/health", "/ready"})
_SCHEMES = frozenset({"http", "https"})


class Guard:
    """Lets a request through if it names one of our hosts and presents a token.

    Everything but ``OPEN_PATHS`` and the pages is guarded, so that a route added later is. Pages
    hold nothing of anybody, and ask for the token themselves. The host is checked against DNS
    rebinding: a page anywhere can bind its own name to a loopback address, and its requests then
    count as its own. A WebSocket may bring its token in its first frame instead, and is then let
    in here; pages of others are kept out by their origin.
    """

    def __init__(self, app: ASGIApp, *, known: Callers, allowed_hosts: frozenset[str]) -> None:
        self._app = app
        self._callers = known
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan" or (kind == "http" and scope["path"] in OPEN_PATHS):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        path = cut(scope["path"])
        host = _without_port(headers.get("host", ""))
        origin = headers.get("origin")
        if host not in self._allowed_hosts:
            problem = problems.http_problem(421, f"{cut(host)!r} is not a name of ours", path)
            await problems.answer(problem)(scope, receive, send)
        elif kind == "websocket" and origin is not None and not self._is_ours(origin):
            problem = problems.http_problem(403, f"{cut(origin)!r} is not a page of ours", path)
            await problems.answer(problem)(scope, receive, send)
        elif not (pages.is_page(scope["path"]) or self._may_enter(scope, headers)):
            problem = problems.http_problem(401, "the token is missing or not the right one", path)
            answer = problems.answer(problem, {"WWW-Authenticate": "Bearer"})
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _may_enter(self, scope: Scope, headers: Headers) -> bool:
        authorization = headers.get("authorization")
        if scope["type"] == "websocket" and authorization is None:
            return True  # browsers send no such header here: the first frame brings the token
        name = self._callers.by_header(authorization)
        if name is not None:
            callers.note(scope, name)
        return name is not None

    def _is_ours(self, origin: str) -> bool:
        """Whether a page of ours opens the socket: browsers let every page open one to anywhere."""
        scheme, separator, host = origin.partition("://")
        return bool(separator) and scheme in _SCHEMES and _without_port(host) in self._allowed_hosts


def _without_port(host: str) -> str:
    """``localhost:8000`` is ``localhost``; ``[::1]:8000`` is ``[::1]``."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower().rstrip(".")
