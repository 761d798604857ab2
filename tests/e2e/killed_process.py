"""A real trading process that works through a plan and kills itself at one of its own effects.

    python -m tests.e2e.killed_process DIRECTORY DURABILITY DIES_AT

It is the production platform without an API: journal, projection and paper venue on one data
directory. Before and after everything it does to the world it counts one effect, and at number
``DIES_AT`` it sends itself SIGKILL (0: never). Every promise is a line on standard output, written
before anything follows from it; so is every order that goes to the venue. Started again on the
same directory, it does the plan again, as a client does that had no answer.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from pathlib import Path

from algotradehub.app.core import AccountSetup, Core, open_core
from algotradehub.app.data_directory import DataDirectory, open_data_directory
from algotradehub.app.running import run
from algotradehub.connectivity.clock import LoopClock
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.ids import (
    ClientOrderId,
    IdempotencyKey,
    Symbol,
    VenueId,
)
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    TimeInForce,
)
from algotradehub.matching.outcomes import NewOrder
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.ports.bus import Fact, OrderChanged
from algotradehub.ports.clock import Timer
from algotradehub.storage.disk import OsDisk
from algotradehub.storage.sqlite.projection import open_projection
from algotradehub.storage.sqlite.store import SqliteStore
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.market_data import MarketDataManager
from algotradehub.venues.paper.opening import account_opener, open_venue
from algotradehub.venues.paper.venue import PaperVenue
from tests.e2e.mortal import Effects, MortalDisk, MortalProjection, mortal, say
from tests.e2e.plan import (
    ACCOUNT,
    INSTRUMENT,
    OPENING,
    TENANT,
    VENUE,
    Amend,
    Cancel,
    Others,
    Pause,
    Step,
    plan,
)

_HURRY = 20
_ORIGIN_NS = 1_767_225_600_000_000_000  # 2026-01-01
_TICK_S = 0.001
_WAIT_S = 0.2


class HurriedClock:
    """The production clock, at twenty times the speed: proofs of absence take seconds."""

    def __init__(self, clock: LoopClock) -> None:
        self._clock = clock

    def now_ns(self) -> int:
        return _ORIGIN_NS + (self._clock.now_ns() - _ORIGIN_NS) * _HURRY  # also over restarts

    def monotonic_ns(self) -> int:
        return self._clock.monotonic_ns() * _HURRY

    def after(self, delay_s: float, callback: Callable[..., object], *args: object) -> Timer:
        # uvloop counts whole milliseconds: less than one would be a loop without a pause.
        hurried_s = max(delay_s / _HURRY, _TICK_S) if delay_s else 0.0
        return self._clock.after(hurried_s, callback, *args)

    async def sleep(self, delay_s: float) -> None:
        await self._clock.sleep(delay_s / _HURRY)


class FixedPrice:
    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal | None:
        return Decimal(100)


class Client:
    """Works through the plan, and says what it was promised."""

    def __init__(self, core: Core, venue: PaperVenue, clock: HurriedClock) -> None:
        self._core = core
        self._venue = venue
        self._clock = clock
        self._orders: dict[IdempotencyKey, ClientOrderId] = {}
        self._strangers = 0
        core.bus.subscribe(self._on_fact)

    async def work(self) -> None:
        desk = self._core.orders.desks[0]
        await self._until(lambda: desk.refusing is None)
        for step in plan():
            self._do(step)
            if isinstance(step, Pause):
                await self._clock.sleep(_WAIT_S)

    async def end(self) -> None:
        """Want everything cancelled, and wait until all of it is known and stored."""
        core = self._core
        live = core.state.live[ACCOUNT]

        def ended() -> bool:
            for order_id in tuple(live):
                core.orders.cancel(TENANT, order_id)
            return not live

        await self._until(ended)
        await self._until(lambda: core.projector.level)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._clock.sleep(_WAIT_S)

    def _do(self, step: Step) -> None:
        orders = self._core.orders
        match step:
            case OrderRequest(idempotency_key=key):
                self._orders[key] = orders.submit(step, durable=self._durable).order_id
            case Cancel(key):
                orders.cancel(TENANT, self._orders[key])
            case Amend(key, amendment):
                try:
                    orders.amend(TENANT, self._orders[key], amendment)
                except InvalidRequest:
                    return  # it has ended meanwhile, or is not answered yet
            case Others():
                self._trade(step)
            case Pause():
                return

    def _trade(self, others: Others) -> None:
        self._strangers += 1
        market = self._venue.market(INSTRUMENT.symbol)
        order = NewOrder(
            order_id=f"other-{self._strangers}",
            owner="others",
            side=others.side,
            type=OrderType.LIMIT,
            quantity=Decimal(others.quantity),
            limit_price=Decimal(others.price),
            time_in_force=TimeInForce.GTC if others.rests else TimeInForce.IOC,
        )
        self._venue.settle(INSTRUMENT.symbol, market.place(order, self._venue.now_ns()))

    def _durable(self, order: Order) -> None:
        say("durable", order.request.idempotency_key, order.order_id)

    def _on_fact(self, fact: Fact) -> None:
        if isinstance(fact, OrderChanged) and fact.order.status is OrderStatus.CANCELLED:
            say("cancelled", fact.order.order_id)


@asynccontextmanager
async def platform(
    directory: DataDirectory, durability: Durability, effect: Effects
) -> AsyncIterator[Client]:
    clock = HurriedClock(LoopClock(asyncio.get_running_loop()))
    async with (
        OsDisk(directory.paper(VENUE)) as paper_disk,
        OsDisk(directory.journal) as disk,
        open_projection(directory.projection, clock=clock, alert=say) as projection,
    ):
        with (
            open_venue(
                VENUE,
                markets=[PriceTimeMarket(INSTRUMENT)],
                clock=clock,
                disk=MortalDisk(paper_disk, effect),
            ) as venue,
            closing(SqliteStore(directory.projection, read_only=True)) as store,
        ):
            venue.open_account(ACCOUNT, OPENING)
            setup = AccountSetup(
                id=ACCOUNT,
                tenant=TENANT,
                open=mortal(account_opener(venue, ACCOUNT), effect),
                durability=durability,
            )
            async with open_core(
                clock=clock,
                ids=InstallationIds(directory.tag),
                disk=MortalDisk(disk, effect),
                store=store,
                projection=MortalProjection(projection, effect),
                prices=FixedPrice(),
                feed=MarketDataManager(),
                accounts=[setup],
                epoch=directory.epoch,
            ) as core:
                yield Client(core, venue, clock)


async def live(path: Path, durability: Durability, effect: Effects) -> None:
    with open_data_directory(path) as directory:
        async with platform(directory, durability, effect) as client:
            await client.work()
            await client.end()
    say("effects", effect.count)


def main(arguments: Sequence[str]) -> None:
    path, durability, dies_at = arguments
    effects = Effects(int(dies_at))
    run(lambda _: live(Path(path), Durability(durability), effects))


if __name__ == "__main__":
    main(sys.argv[1:])
