"""Writes the description of the API, from the program itself and without a server.

It is kept in openapi.json, from which the types of the client are made: ``./run web schema``.
"""

import asyncio
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from fastapi.routing import APIRoute

from algotradehub.api.app import create_app
from algotradehub.api.schema import PATH

KEPT = Path(__file__).resolve().parents[1] / "openapi.json"


def described() -> str:
    """The description as it is kept: sorted, so that a change shows as what it is."""
    # What the routes work with is not asked for while nothing is called.
    parts: Any = SimpleNamespace(token=None, allowed_hosts=frozenset({"localhost"}))
    stream: Any = None
    routes = create_app(parts, stream).routes
    route = next(each for each in routes if getattr(each, "path", "") == PATH)
    document = asyncio.run(cast("APIRoute", route).endpoint()).body
    return json.dumps(json.loads(document), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        sys.exit(0 if KEPT.read_text() == described() else "openapi.json is old: ./run web schema")
    KEPT.write_text(described())
