"""Reads JSON bodies: bounded, in UTF-8, no name twice, no number where an amount is meant.

FastAPI's own reader takes the last of two equal names and makes binary fractions of numbers, so
routes ask for their body through ``body_of``.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from algotradehub.api.refusals import JsonNumber, cut, refusals_of
from algotradehub.domain.errors import InvalidRequest, Refusal

MAX_BYTES = 64 * 1024

_Model = TypeVar("_Model", bound=BaseModel)


def body_of(
    model: type[_Model], *, max_bytes: int = MAX_BYTES
) -> Callable[[Request], Awaitable[_Model]]:
    """Return the dependency that reads a body of at most ``max_bytes`` as ``model``.

    It raises InvalidRequest where fields are wrong, and HTTPException 400, 413 or 415 where the
    body cannot be read at all.
    """

    async def read(request: Request) -> _Model:
        return read_as(model, parse(await _bytes_of(request, max_bytes)))

    return read


def read_as(model: type[_Model], value: Any) -> _Model:
    """Make a ``model`` of what ``parse`` returned.

    Raises:
        InvalidRequest: Fields are wrong, missing or unknown.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False)
    raise InvalidRequest(*refusals_of(found, known=model.model_fields))


def described_body(model: type[BaseModel]) -> dict[str, Any]:
    """The part of the OpenAPI description that FastAPI cannot know."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def parse(data: bytes) -> Any:
    """Read one JSON object. Numbers become ``JsonNumber``: no field of any request is one.

    Raises:
        HTTPException: 400, it is not JSON in UTF-8.
        InvalidRequest: It is JSON, but no object, nested too deep, or ambiguous.
    """
    try:
        value = json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_float=JsonNumber,
            parse_int=JsonNumber,
            parse_constant=JsonNumber,
        )
    except UnicodeDecodeError as error:
        detail = f"the body is not UTF-8: byte {error.start} cannot be read"
        raise HTTPException(400, detail) from None
    except json.JSONDecodeError as error:
        detail = f"the body is not JSON: {error.msg} at character {error.pos}"
        raise HTTPException(400, detail) from None
    except RecursionError:
        raise _broken("body", "an object nested a few levels deep", "far more") from None
    if not isinstance(value, dict):
        raise _broken("body", "a JSON object", cut(type(value).__name__))
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, value in pairs:
        if name in read:
            raise _broken(name, "given once", "twice")
        for text in (name, value):
            if isinstance(text, str) and not _is_unicode(text):
                raise _broken(name, "text in valid Unicode", text)
        read[name] = value
    return read


def _is_unicode(text: str) -> bool:
    """Half of a surrogate pair, written as an escape, makes text that nothing can store."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


async def _bytes_of(request: Request, max_bytes: int) -> bytes:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json":
        raise HTTPException(415, f"a body is JSON here, not {cut(kind) or 'undeclared'}")
    charset = parameters.replace(" ", "").lower().removeprefix("charset=").strip('"')
    if charset not in {"", "utf-8", "utf8"}:
        raise HTTPException(415, f"JSON is UTF-8, not {cut(parameters)}")
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > max_bytes:
            raise HTTPException(413, f"a body has at most {max_bytes} bytes")
    return bytes(data)


def _broken(field: str, rule: str, value: str) -> InvalidRequest:
    return InvalidRequest(Refusal(field=cut(field), rule=rule, value=cut(value)))
