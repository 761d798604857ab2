"""Requests to the scripted venue as the bytes that go over its wire, and what comes back.

As with a real venue there is a secret in every request. It is left out where the request is
encoded, so what the audit log gets never had it.
"""

from typing import Any, Final

import msgspec

from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.evidence import Acknowledged, Lost, OrderEvidence, Refused
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.records import Requested, Responded

SECRET: Final = "key-of-the-scripted-venue"  # noqa: S105 - it opens nothing

_encode: Final = msgspec.json.Encoder(order="sorted").encode


def encode(
    life: int,
    request_id: int,
    operation: Operation,
    what: object,
    client_order_id: ClientOrderId | None = None,
) -> tuple[bytes, Requested]:
    """Return a request as the venue gets it, and as it is told."""
    shown = {"life": life, "id": request_id, "do": operation, "what": msgspec.to_builtins(what)}
    told = Requested(
        request_id=request_id,
        operation=operation,
        client_order_id=client_order_id,
        body=_encode(shown),
    )
    return _encode(shown | {"key": SECRET}), told


def without_secret(sent: bytes) -> bytes:
    """What the log should hold of a request that the venue got."""
    request: dict[str, Any] = msgspec.json.decode(sent)
    del request["key"]
    return _encode(request)


def answered(request: Requested, answer: object) -> Responded:
    """What came back for a request: the venue did what was asked."""
    return _response(request, _encode(answer), None, "")


def failed(
    request: Requested,
    reason: str,
    category: ErrorCategory = ErrorCategory.EXCHANGE_ERROR,
    body: bytes = b"",
) -> Responded:
    """Nothing that can be read came back, or a refusal."""
    return _response(request, body, category, reason)


def outcome(request: Requested, evidence: OrderEvidence) -> Responded:
    """What came back for a request about an order, beside the evidence that is read from it."""
    match evidence:
        case Refused():
            return failed(request, evidence.reason, evidence.category, _encode(evidence))
        case Lost():
            return failed(request, evidence.reason)
        case Acknowledged():
            return answered(request, evidence)
        case _:
            raise TypeError(f"{evidence!r} answers no request")


def _response(
    request: Requested, body: bytes, category: ErrorCategory | None, error: str
) -> Responded:
    return Responded(
        request_id=request.request_id,
        operation=request.operation,
        client_order_id=request.client_order_id,
        body=body,
        category=category,
        error=error,
    )
