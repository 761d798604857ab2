"""The embedded profile: one process, one directory, everything in it started and stopped in order.

Lowest first: the directory and its lock, the API's socket, venues, feeds, projection and journal,
the core, strategies, the API, and the markets of paper venues, so that nobody misses their first
event. It stops the other way round: nothing that is still asked for is gone already.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    closing,
    suppress,
)
from pathlib import Path

import msgspec

from algotradehub.app.announcement import announced
from algotradehub.app.collector import rare_collections
from algotradehub.app.core import Core, open_core
from algotradehub.app.data_directory import DataDirectory, open_data_directory, start_errors
from algotradehub.app.limits import strategy_limits, tenant_limits
from algotradehub.app.listening import listen, url_of
from algotradehub.app.paper import PaperVenues, open_paper_venues
from algotradehub.app.queries import ProjectionQueries
from algotradehub.app.strategies import start_strategies
from algotradehub.app.token import read_or_create_token
from algotradehub.connectivity.clock import LoopClock
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain import money
from algotradehub.domain.errors import NotReady
from algotradehub.domain.order import OrderStatus
from algotradehub.ports.bus import Alert, Bus
from algotradehub.ports.clock import Clock
from algotradehub.ports.ids import IdSource
from algotradehub.ports.venue import Channel
from algotradehub.settings.tree import Settings
from algotradehub.storage.disk import OsDisk
from algotradehub.storage.sqlite.projection import Projection, open_projection
from algotradehub.storage.sqlite.store import SqliteStore
from algotradehub.trading.intervention import Approvals
from algotradehub.trading.market_data import MarketDataManager
from algotradehub.trading.strategy_host import StrategyHost
from algotradehub.venues.paper.feed import feed_opener

CONNECT_WITHIN_S = 5.0  # then the start goes on, and accounts that are late are shown as such
FINISH_WITHIN_S = 5.0  # at the end: for answers under way, and for the projection
_LOOK_EVERY_S = 0.005


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that runs."""

    settings: Settings
    directory: DataDirectory
    clock: Clock
    ids: IdSource
    core: Core
    market: MarketDataManager
    queries: ProjectionQueries
    strategies: StrategyHost
    url: str | None  # of the API, without a path; None where it is off
    token_file: Path | None  # None where no token is asked for


@asynccontextmanager
async def run_embedded(settings: Settings) -> AsyncIterator[Platform]:
    """Run what the settings describe while the context lasts.

    Raises:
        NotReady: Another process uses the directory, the port is taken, or the disk is full or
            may not be written.
        InvalidRequest: A setting cannot be used, such as a file to replay that is no recording.
        AuthenticationFailed: The token's file cannot be used.
        StorageDamaged: What is stored cannot be trusted as it is; the message says what to do.
        BaseExceptionGroup: Several parts failed at once. One failure is raised as itself, and so
            is an error of the body.
    """
    money.install_context()
    async with AsyncExitStack() as stack:
        with start_errors(settings.data_dir):
            platform = await _start(settings, stack)
        stack.enter_context(rare_collections())
        yield platform


async def _start(settings: Settings, stack: AsyncExitStack) -> Platform:
    clock = LoopClock(asyncio.get_running_loop())
    directory = stack.enter_context(open_data_directory(settings.data_dir))
    ids = InstallationIds(directory.tag)
    listening = None
    if settings.api.enabled:
        listening = stack.enter_context(closing(listen(settings.api)))
    venues = await stack.enter_async_context(open_paper_venues(settings, directory, clock))
    market = await _open_feeds(stack, venues)
    core, projection = await _open_books(
        stack,
        directory=directory,
        clock=clock,
        ids=ids,
        market=market,
        venues=venues,
        approvals=_approvals(settings),
        settings=settings,
    )
    metrics = None
    if listening is not None:
        # Only for those who serve, but before the accounts are connected: nothing goes uncounted.
        from algotradehub.app.metering import metering  # noqa: PLC0415 - see above

        metrics = stack.enter_context(metering(core, projection, clock))
    queries = ProjectionQueries(projection=projection, state=core.state, journal=directory.journal)
    stack.push_async_callback(_finish, core, queries, clock)
    strategies = StrategyHost(
        orders=core.orders,
        state=core.state,
        market=market,
        bus=core.bus,
        clock=clock,
        epoch=directory.epoch,
    )
    stack.callback(strategies.stop)
    await _until(
        lambda: all(d.refusing is None for d in core.orders.desks), clock, CONNECT_WITHIN_S
    )
    start_strategies(strategies, settings)
    url = token_file = None
    if listening is not None and metrics is not None:
        # FastAPI takes as long to import as all the rest: only for those who serve.
        from algotradehub.app.server import serve  # noqa: PLC0415 - see above

        token, people = None, {}
        if settings.api.authentication:
            token_file = settings.api.token_file or directory.token
            token = read_or_create_token(token_file, ids)
            people = {
                person.name: read_or_create_token(person.token_file, ids)
                for person in settings.api.people
            }
        url = url_of(listening)
        await stack.enter_async_context(
            serve(
                listening,
                settings=settings.api,
                token=token,
                people=people,
                core=core,
                queries=queries,
                market=market,
                ids=ids,
                clock=clock,
                metrics=metrics,
                epoch=directory.epoch,
            )
        )
        stack.enter_context(announced(directory.path, url=url, token_file=token_file))
    venues.open_markets(stack.enter_context(ExitStack()))
    return Platform(
        settings=settings,
        directory=directory,
        clock=clock,
        ids=ids,
        core=core,
        market=market,
        queries=queries,
        strategies=strategies,
        url=url,
        token_file=token_file,
    )


def _approvals(settings: Settings) -> Approvals:
    people = frozenset(person.name for person in settings.api.people)
    chosen = settings.intervention
    return Approvals(
        people=people if chosen.second_approver else None,
        approve_within_s=chosen.approve_within_s,
    )


async def _open_feeds(stack: AsyncExitStack, venues: PaperVenues) -> MarketDataManager:
    """Attach every feed, and listen to what prices orders and tickers: quotes and trades."""
    market = MarketDataManager()
    for name, venue in venues.venues.items():
        feed = await stack.enter_async_context(feed_opener(venue)())
        instruments = await feed.instruments()
        market.attach(feed, (instrument.symbol for instrument in instruments))
        for instrument in instruments:
            for kind in ("quotes", "trades"):
                stack.callback(market.listen(name, Channel(instrument.symbol, kind), _ignore))
    return market


async def _open_books(
    stack: AsyncExitStack,
    *,
    directory: DataDirectory,
    clock: Clock,
    ids: IdSource,
    market: MarketDataManager,
    venues: PaperVenues,
    approvals: Approvals,
    settings: Settings,
) -> tuple[Core, Projection]:
    buses: list[Bus] = []  # the projection is older than the bus it speaks on

    def alert(fact: Alert) -> None:
        for bus in buses:
            bus.publish(fact)

    disk = await stack.enter_async_context(OsDisk(directory.journal))
    projection = await stack.enter_async_context(
        open_projection(directory.projection, clock=clock, alert=alert)
    )
    # A connection of its own: the core reads on the loop thread, and never writes.
    store = stack.enter_context(closing(SqliteStore(directory.projection, read_only=True)))
    core = await stack.enter_async_context(
        open_core(
            clock=clock,
            ids=ids,
            disk=disk,
            store=store,
            projection=projection,
            prices=market,
            feed=market,
            accounts=venues.accounts(),
            epoch=directory.epoch,
            approvals=approvals,
            tenant_limits=tenant_limits(settings),
            strategy_limits=strategy_limits(settings),
        )
    )
    buses.append(core.bus)
    return core, projection


async def _finish(core: Core, queries: ProjectionQueries, clock: Clock) -> None:
    """Let what is under way be answered and stored; what is not is found again at the start."""
    await _until(lambda: not _unanswered(core), clock, FINISH_WITHIN_S)
    with suppress(NotReady, TimeoutError):
        async with asyncio.timeout(FINISH_WITHIN_S):
            await queries.settled()


def _unanswered(core: Core) -> bool:
    orders = core.state.orders
    return any(desk.in_flight for desk in core.orders.desks) or any(
        orders[order_id].status is OrderStatus.PENDING and not orders[order_id].is_waiting
        for live in core.state.live.values()
        for order_id in live
    )


async def _until(condition: Callable[[], bool], clock: Clock, within_s: float) -> None:
    """Wait for ``condition``, but no longer than ``within_s``."""
    end_ns = clock.monotonic_ns() + int(within_s * 1_000_000_000)
    while not condition() and clock.monotonic_ns() < end_ns:
        await clock.sleep(_LOOK_EVERY_S)


def _ignore(event: object) -> None:
    """Listening is enough: the hub remembers the newest price by itself."""
