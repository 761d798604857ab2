"""Successful answers: JSON, never cached, never guessed to be anything else."""

from typing import Any

from fastapi import Response

from algotradehub.api.bridge import encode

# On every answer, problems included.
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def answer(value: Any, *, status: int = 200) -> Response:
    return Response(
        encode(value), status_code=status, headers=HEADERS, media_type="application/json"
    )
