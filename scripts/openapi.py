"""The description of the API, from the program itself and without a server."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

from fastapi.routing import APIRoute

from algotradehub.api.app import create_app
from algotradehub.api.callers import Callers
from algotradehub.api.schema import PATH

KEPT: Final = Path(__file__).resolve().parents[1] / "web" / "openapi.json"


def described() -> str:
    """The description as it is kept: sorted, so that a change shows as what it is."""
    # What the routes work with is not asked for while nothing is called.
    parts: Any = SimpleNamespace(callers=Callers(None, {}), allowed_hosts=frozenset({"localhost"}))
    stream: Any = None
    routes = create_app(parts, stream).routes
    route = next(each for each in routes if getattr(each, "path", "") == PATH)
    document = asyncio.run(cast("APIRoute", route).endpoint()).body
    return json.dumps(json.loads(document), indent=1, sort_keys=True) + "\n"
