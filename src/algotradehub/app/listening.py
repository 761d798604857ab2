"""The address of the API: taken before anything else starts, so that a taken port does no harm."""

import errno
import ipaddress
import socket

from algotradehub.domain.errors import InvalidRequest, NotReady, Refusal
from algotradehub.settings.api import ApiSettings

BACKLOG = 128
UNREAD_MS = 60_000  # then a connection is dropped whose other side takes nothing we send


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
        # Closing is no way out: what was written is kept until the other side takes it. Accepted
        # connections inherit this where there is such an option (Linux).
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
        listening.bind(address)
        listening.listen(BACKLOG)
        listening.setblocking(False)  # noqa: FBT003 - its only argument
    except OSError as error:
        listening.close()
        raise NotReady(_trouble(settings, error)) from error
    return listening


def url_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _trouble(settings: ApiSettings, error: OSError) -> str:
    where = f"port {settings.port} of {settings.host}"
    match error.errno:
        case errno.EADDRINUSE:
            return f"{where} is taken by another program; stop that one or use --port with another"
        case errno.EACCES:
            return f"{where} may not be used by this user; use --port with one above 1023"
        case _:
            return f"{where} cannot be used ({error.strerror}); set api.host to one of this machine"
