"""Puts the gateway together: guard, routes, errors, description."""

from fastapi import Depends, FastAPI
from starlette.routing import WebSocketRoute

from algotradehub import __version__
from algotradehub.api import problems, schema
from algotradehub.api.described_paths import require_given_once
from algotradehub.api.guard import Guard
from algotradehub.api.parts import ApiParts
from algotradehub.api.routes import (
    accounts,
    audit,
    batches,
    books,
    candles,
    halts,
    health,
    holdings,
    interventions,
    limits,
    markets,
    metrics,
    orders,
    reconciliations,
    risk,
    stops,
    tickers,
    trades,
    venues,
)
from algotradehub.api.stream import protocol
from algotradehub.api.stream.gateway import Stream

PREFIX = "/api/v1"


def create_app(parts: ApiParts, stream: Stream) -> FastAPI:
    """Return the gateway over ``parts``: an ASGI application for one event loop.

    There is no CORS and no documentation page: the first would let other origins in, the second
    runs scripts of others beside the token. The description is at /api/v1/openapi.json.
    """
    app = FastAPI(
        title="AlgoTradeHub",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        dependencies=[Depends(require_given_once)],
    )
    app.state.parts = parts
    app.add_middleware(Guard, known=parts.callers, allowed_hosts=parts.allowed_hosts)
    problems.install(app)
    trading = (orders, batches, holdings, accounts, limits, halts, risk, venues)
    for resource in (
        *trading,
        reconciliations,
        stops,
        interventions,
        markets,
        tickers,
        books,
        trades,
        candles,
        audit,
    ):
        app.include_router(resource.router, prefix=PREFIX)
    for outside in (health, metrics):
        app.include_router(outside.router)
    app.router.routes.append(WebSocketRoute(protocol.PATH, stream))
    app.state.described = schema.install(app)
    return app
