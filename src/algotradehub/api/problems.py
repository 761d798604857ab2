"""Errors as RFC 9457 problems: one table says what each means to a caller, and what to do next."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from algotradehub.api.answers import HEADERS
from algotradehub.api.described_paths import DescribedPaths
from algotradehub.api.parts import ApiParts
from algotradehub.api.refusals import LONGEST_SHOWN, cut, parameter_refusals_of
from algotradehub.domain.errors import (
    AlgoTradeHubError,
    AuthenticationFailed,
    Conflict,
    CredentialRefused,
    ErrorCategory,
    InvalidRequest,
    NotFound,
    NotReady,
    OutcomeUnknown,
    ProtocolViolation,
    RateLimited,
    Refusal,
    RiskRefused,
    StorageDamaged,
    Unsupported,
    VenueRejected,
    VenueUnavailable,
    WrongState,
)

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
_LONGEST_DETAIL = 1000
_RETRY_AFTER_S = 1.0


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong, what it means, and what to do next (RFC 9457).

    ``error_type`` is the category: RETRYABLE, RATE_LIMITED, INVALID_REQUEST, EXCHANGE_ERROR or
    FATAL. ``retry_possible`` says whether the same request, unchanged, may succeed later.
    ``fallback_available`` says whether the platform could serve it another way: never for orders,
    since an account that was named is never replaced by another.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    error_code: str
    error_message: str
    error_type: ErrorCategory
    suggested_action: str
    retry_possible: bool
    fallback_available: bool
    errors: tuple[Refusal, ...] = ()  # which fields break which rules; the first 20
    limit: str | None = None  # the limit of ours that refused an order
    order_id: str | None = None  # the order that it is about
    reasons: Mapping[str, str] = {}  # which parts accept nothing just now, and why


class Meaning(msgspec.Struct, frozen=True):
    """One line of the table."""

    status: int
    code: str
    title: str
    action: str
    retry: bool = False


# A subclass without a line of its own has that of its base.
MEANINGS: Mapping[type[AlgoTradeHubError], Meaning] = {
    InvalidRequest: Meaning(
        422, "invalid_request", "The request breaks a rule", "Correct the fields named in errors."
    ),
    Unsupported: Meaning(
        422, "unsupported", "Not offered here", "Use what the account's capabilities list."
    ),
    NotFound: Meaning(404, "not_found", "Not found", "Check the name; lists show what there is."),
    Conflict: Meaning(
        409,
        "conflict",
        "The idempotency key stands for another request",
        "Use a new key for a new order, or repeat the first body to see the first order.",
    ),
    WrongState: Meaning(
        409,
        "wrong_state",
        "The order is not in a state for that",
        "Look at the order as it is now; the detail says what can be done.",
    ),
    RiskRefused: Meaning(
        422,
        "risk_refused",
        "A limit of yours refused it; nothing was sent",
        "Ask for less, or change the limit; then use a new idempotency key.",
    ),
    NotReady: Meaning(
        503,
        "not_ready",
        "Nothing new is accepted just now; nothing was sent",
        "Repeat the request after the time in Retry-After, with the same idempotency key.",
        retry=True,
    ),
    CredentialRefused: Meaning(
        502,
        "credential_refused",
        "The venue refused the account's key",
        "Renew the key at the venue, then resume the account.",
    ),
    AuthenticationFailed: Meaning(
        401, "authentication_failed", "The credential was refused", "Renew the credential."
    ),
    StorageDamaged: Meaning(
        500,
        "storage_damaged",
        "The platform cannot trust its own records",
        "An administrator must act; the platform's log says where.",
    ),
    RateLimited: Meaning(
        429,
        "rate_limited",
        "Too many requests at the venue; nothing was executed",
        "Repeat the request after the time in Retry-After.",
        retry=True,
    ),
    VenueUnavailable: Meaning(
        503,
        "venue_unavailable",
        "The venue cannot be reached; nothing was sent",
        "Repeat the request after the time in Retry-After.",
        retry=True,
    ),
    VenueRejected: Meaning(
        422, "venue_rejected", "The venue refused it", "Correct what the venue names."
    ),
    OutcomeUnknown: Meaning(
        502,
        "outcome_unknown",
        "The venue's answer was lost; the request may have been executed",
        "Look at the order; never send it again.",
    ),
    ProtocolViolation: Meaning(
        502,
        "protocol_violation",
        "The venue's answer cannot be trusted",
        "Wait until the connection was rebuilt, then look again.",
    ),
    AlgoTradeHubError: Meaning(
        500, "internal_error", "Something went wrong here", "Report it with the platform's log."
    ),
}

_HTTP_MEANINGS = {
    400: Meaning(400, "malformed_request", "The request cannot be read", "Correct the request."),
    401: Meaning(
        401,
        "unauthenticated",
        "Not signed in",
        "Send the header Authorization: Bearer and your token.",
    ),
    404: Meaning(
        404, "no_such_route", "There is nothing at this path", "See /api/v1/openapi.json."
    ),
    405: Meaning(
        405, "method_not_allowed", "Not done with this method", "Use one that Allow names."
    ),
    413: Meaning(413, "body_too_large", "The body is too large", "Send a smaller body."),
    415: Meaning(
        415,
        "unsupported_media_type",
        "The body is not declared as JSON",
        "Send the header Content-Type: application/json.",
    ),
    421: Meaning(
        421,
        "host_not_allowed",
        "Addressed by a name that is not ours",
        "Use a name from the setting of allowed hosts, or add this one to it.",
    ),
    500: Meaning(
        500,
        "internal_error",
        "Something went wrong here",
        "Look at the order or list before you repeat the request; report the instance.",
    ),
}


def problem_of(error: AlgoTradeHubError, instance: str, *, order_id: str | None = None) -> Problem:
    """Say what ``error`` means to a caller.

    ``instance`` is the path that was asked for, ``order_id`` the order that it is about.
    """
    meaning = next(MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS)
    problem = _problem(meaning, str(error), instance, error.category)
    if order_id is not None:
        problem = msgspec.structs.replace(problem, order_id=order_id)
    if isinstance(error, InvalidRequest):
        refusals = tuple(map(_shortened, error.refusals[:MOST_ERRORS]))
        return msgspec.structs.replace(problem, errors=refusals)
    if isinstance(error, RiskRefused):
        return msgspec.structs.replace(problem, limit=error.limit)
    return problem


def http_problem(status: int, detail: str, instance: str) -> Problem:
    """Say what an error of the request itself means, before the platform saw any of it."""
    known = _HTTP_MEANINGS.get(status)
    phrase = HTTPStatus(status).phrase
    meaning = known or Meaning(status, phrase.lower().replace(" ", "_"), phrase, "See detail.")
    fatal = status in {401, 500}
    category = ErrorCategory.FATAL if fatal else ErrorCategory.INVALID_REQUEST
    return _problem(meaning, detail, instance, category)


def title_of(status: int) -> str:
    """What an answer with ``status`` means, for the description of the routes."""
    known = (*_HTTP_MEANINGS.values(), *MEANINGS.values())
    return next(meaning.title for meaning in known if meaning.status == status)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        headers={**HEADERS, **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def refused(error: AlgoTradeHubError, path: str, *, order_id: str | None = None) -> Response:
    """Answer ``error``, naming the order that it is about."""
    return answer(problem_of(error, cut(path), order_id=order_id), _headers_of(error))


def install(app: FastAPI) -> None:
    """Make every error that leaves a route, or finds none, a problem."""
    app.add_exception_handler(AlgoTradeHubError, _domain_error)
    app.add_exception_handler(RequestValidationError, _parameter_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


async def _domain_error(request: Request, error: Exception) -> Response:
    return refused(cast("AlgoTradeHubError", error), request.url.path)


async def _parameter_error(request: Request, error: Exception) -> Response:
    found = parameter_refusals_of(cast("RequestValidationError", error).errors())
    problem = problem_of(InvalidRequest(*found), cut(request.url.path))
    if any(refusal.field == "Idempotency-Key" for refusal in found):
        # What is missing is not a value but a part of the request.
        problem = msgspec.structs.replace(problem, status=400)
    return answer(problem)


async def _http_error(request: Request, error: Exception) -> Response:
    raised = cast("HTTPException", error)
    said = raised.detail != HTTPStatus(raised.status_code).phrase
    detail = raised.detail if said else f"{request.method} {request.url.path}"
    problem = http_problem(raised.status_code, detail, cut(request.url.path))
    headers = raised.headers
    if raised.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        described: DescribedPaths = request.app.state.described
        if allowed := described.methods_at(request.url.path):
            headers = {"Allow": ", ".join(allowed)}
    return answer(problem, headers)


async def _unexpected_error(request: Request, error: Exception) -> Response:
    """The server logs ``error`` with the note, so that answer and log find each other."""
    parts: ApiParts = request.app.state.parts
    instance = f"urn:algotradehub:error:{parts.ids.token()[:32]}"
    error.add_note(f"answered as {instance}")
    return answer(http_problem(500, "an unexpected error; the log has it", instance))


def _problem(meaning: Meaning, detail: str, instance: str, category: ErrorCategory) -> Problem:
    detail = cut(detail, _LONGEST_DETAIL)
    return Problem(
        type=f"urn:algotradehub:problem:{meaning.code}",
        title=meaning.title,
        status=meaning.status,
        detail=detail,
        instance=instance,
        error_code=meaning.code,
        error_message=detail,
        error_type=category,
        suggested_action=meaning.action,
        retry_possible=meaning.retry,
        fallback_available=False,
    )


def _headers_of(error: AlgoTradeHubError) -> dict[str, str]:
    if isinstance(error, AuthenticationFailed):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, NotReady | VenueUnavailable):
        told_s = error.retry_after_s if isinstance(error, VenueUnavailable) else None
        return {"Retry-After": str(math.ceil(told_s or _RETRY_AFTER_S))}
    return {}


def _shortened(refusal: Refusal) -> Refusal:
    if max(len(refusal.field), len(refusal.value)) <= LONGEST_SHOWN:
        return refusal
    return msgspec.structs.replace(refusal, field=cut(refusal.field), value=cut(refusal.value))
