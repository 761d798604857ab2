"""The HTTP server: a socket taken early, uvicorn behind it while the platform runs."""

import asyncio
import errno
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext

import uvicorn

from algotradehub.api.app import create_app
from algotradehub.api.parts import LOOPBACK, ApiParts
from algotradehub.domain.errors import InvalidRequest, NotReady, Refusal
from algotradehub.settings import ApiSettings

GRACE_S = 5  # for requests under way when the server stops
KEEP_ALIVE_S = 30
CONNECTIONS = 1_000


def listen(settings: ApiSettings) -> socket.socket:
    """Take the address, before anything else is started.

    Raises:
        InvalidRequest: No token would be asked for at an address others can reach, or the host
            is not known.
        NotReady: The port is taken, or may not be used.
    """
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except OSError as error:
        rule = f"an address or name of this machine ({error.strerror})"
        raise InvalidRequest(Refusal(field="api.host", rule=rule, value=settings.host)) from error
    family, kind, protocol, _, address = found[0]
    if not settings.authentication and not ipaddress.ip_address(address[0]).is_loopback:
        rule = "a loopback address such as 127.0.0.1, because api.authentication is off"
        raise InvalidRequest(Refusal(field="api.host", rule=rule, value=settings.host))
    listening = socket.socket(family, kind, protocol)
    try:
        # A port just left by another process of ours is free; one in use is still refused.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(CONNECTIONS)
        listening.setblocking(False)  # noqa: FBT003 - its only argument
    except OSError as error:
        listening.close()
        raise NotReady(_trouble(settings, error)) from error
    return listening


def url_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def allowed_hosts(settings: ApiSettings) -> frozenset[str]:
    """Names by which the API may be called: a guard against pages that rebind their own name."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return LOOPBACK | {host, *settings.allowed_hosts}


@asynccontextmanager
async def serve(parts: ApiParts, listening: socket.socket) -> AsyncIterator[None]:
    """Answer requests until the context ends; those under way are given a moment to finish."""
    server = _Server(
        uvicorn.Config(
            create_app(parts),
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
            limit_concurrency=CONNECTIONS,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True
            # Not left to the group: an error in the body would cancel it in mid-answer.
            await asyncio.wait([task])


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the program's business: the server is the first of many things to stop."""
        with nullcontext():
            yield


def _trouble(settings: ApiSettings, error: OSError) -> str:
    where = f"port {settings.port} of {settings.host}"
    match error.errno:
        case errno.EADDRINUSE:
            return f"{where} is taken by another program; stop that one or use --port with another"
        case errno.EACCES:
            return f"{where} may not be used by this user; use --port with one above 1023"
        case _:
            return f"{where} cannot be used ({error.strerror}); set api.host to one of this machine"
