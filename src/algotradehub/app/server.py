"""The API behind its socket: uvicorn, for as long as the platform runs.

Imported by those who serve only: FastAPI takes as long to import as everything else.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from algotradehub.api import pages
from algotradehub.api.app import create_app
from algotradehub.api.parts import LOOPBACK, ApiParts
from algotradehub.api.stream.gateway import open_stream
from algotradehub.app.core import Core
from algotradehub.app.one_cause import one_cause
from algotradehub.app.queries import ProjectionQueries
from algotradehub.domain.ids import TenantId
from algotradehub.ports.clock import Clock
from algotradehub.ports.ids import IdSource
from algotradehub.settings.api import ApiSettings
from algotradehub.trading.market_data import MarketDataManager

GRACE_S = 5  # for requests under way when the server stops
KEEP_ALIVE_S = 30
CONNECTIONS = 1_000
FRAME_BYTES = 1 << 20  # more than the stream takes, so that it can say what is wrong
PONG_WITHIN_S = 60  # longer than the stream's own patience with one who does not read


@asynccontextmanager
async def serve(
    listening: socket.socket,
    *,
    settings: ApiSettings,
    token: str | None,
    people: Mapping[str, str],
    core: Core,
    queries: ProjectionQueries,
    market: MarketDataManager,
    ids: IdSource,
    clock: Clock,
    metrics: Callable[[], str],
    epoch: int,
) -> AsyncIterator[None]:
    """Answer requests until the context ends; those under way are given a moment to finish.

    ``epoch`` is that of the lease under which this process owns the accounts.
    """
    parts = ApiParts(
        orders=core.orders,
        kill_switch=core.kill_switch,
        flattening=core.flattening,
        risk=core.risk,
        state=core.state,
        queries=queries,
        market=market,
        tenant=TenantId(settings.tenant),
        token=token,
        people=people,
        intervention=core.intervention,
        ready=lambda: {"journal": core.journal.refusing, "projection": queries.trouble},
        ids=ids,
        clock=clock,
        metrics=metrics,
        allowed_hosts=allowed_hosts(settings),
    )
    following = open_stream(parts, bus=core.bus, epoch=epoch, account_seq=core.journal.account_seq)
    with following as stream:
        app = create_app(parts, stream)
        pages.install(app, pages.load())
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=FRAME_BYTES,
            ws_ping_timeout=PONG_WITHIN_S,
            ws_per_message_deflate=False,  # saves little on loopback, and costs the loop
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
            limit_concurrency=CONNECTIONS,
        )
        server = _Server(config)
        with one_cause():
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(stream.run())
                task = tasks.create_task(server.serve(sockets=[listening]))
                try:
                    yield
                finally:
                    server.should_exit = True
                    # Not left to the group: an error in the body would cancel it in mid-answer.
                    await asyncio.wait([task])
                    telling.cancel()


def allowed_hosts(settings: ApiSettings) -> frozenset[str]:
    """Names by which the API may be called: a guard against pages that rebind their own name."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return LOOPBACK | {host, *settings.allowed_hosts}


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the program's business: the server is the first of many things to stop."""
        yield
