"""The platform's API for programs: typed, and careful with what may be sent twice.

``Client`` waits and needs nothing but this package; ``AsyncClient`` is awaited and needs the extra
``client``. Values are in ``client.models`` (answers), ``client.bodies`` (what is asked for) and
``client.stream.messages``.
"""

from algotradehub.client import operations
from algotradehub.client.awaited import AsyncClient
from algotradehub.client.blocking import Client
from algotradehub.client.errors import (
    ApiProblem,
    ClientError,
    NotAnAddress,
    Unanswered,
    Unreadable,
)
from algotradehub.client.request import Request
from algotradehub.client.values import Nanoseconds, Unrecognised, encode

__all__ = [
    "ApiProblem",
    "AsyncClient",
    "Client",
    "ClientError",
    "Nanoseconds",
    "NotAnAddress",
    "Request",
    "Unanswered",
    "Unreadable",
    "Unrecognised",
    "encode",
    "operations",
]
