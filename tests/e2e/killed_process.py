"""A real trading process that works through a plan and kills itself at one of its own effects.

    python tests/e2e/killed_process.py DIRECTORY DURABILITY DIES_AT

It is the production platform without an API: journal, projection and paper venue on one data
directory. Before and after everything it does to the world it counts one effect, and at number
``DIES_AT`` it sends itself SIGKILL (0: never). Every promise is a line on standard output, written
before anything follows from it; so is every order that goes to the venue. Started again on the
same directory, it does the plan again, as a client does that had no answer.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TypeAlias

import msgspec

from algotradehub.app.core import AccountSetup, Core, open_core
from algotradehub.app.data_directory import DataDirectory, open_data_directory
from algotradehub.app.running import run
from algotradehub.connectivity.clock import LoopClock
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.commands import OrderCommand, Place
from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.evidence import Balance, Execution, LookUp, OrderState, PositionReport
from algotradehub.domain.ids import (
    AccountId,
    Asset,
    ClientOrderId,
    IdempotencyKey,
    Symbol,
    TenantId,
    VenueId,
)
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
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
from algotradehub.ports.disk import AppendFile, Disk
from algotradehub.ports.store import Changes
from algotradehub.ports.venue import AccountOpener, OrderName, Sink, TradingAccount
from algotradehub.storage.disk import OsDisk
from algotradehub.storage.sqlite.projection import Projection, open_projection
from algotradehub.storage.sqlite.store import SqliteStore
from algotradehub.trading.account_desk import Durability
from algotradehub.venues.paper.account import account_opener
from algotradehub.venues.paper.venue import PaperVenue, open_venue

TENANT = TenantId("acme")
ACCOUNT = AccountId("paper-main")
VENUE = VenueId("paper:killed")
OPENING = {Asset("BTC"): Decimal(1_000), Asset("USDT"): Decimal(1_000_000)}
INSTRUMENT = Instrument(
    venue=VENUE,
    symbol=Symbol("BTC/USDT"),
    venue_symbol="BTCUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal(1)),
    lot=Decimal(1),
    min_quantity=Decimal(1),
    maker_fee=Decimal("0.001"),
    taker_fee=Decimal("0.002"),
)
_PLACES = 24
_IN_FORCE = (TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC)
_HURRY = 20
_ORIGIN_NS = 1_767_225_600_000_000_000  # 2026-01-01
_TICK_S = 0.001
_WAIT_S = 0.2


# --- what is asked: fixed, whatever the clock says


class Cancel(msgspec.Struct, frozen=True):
    key: IdempotencyKey


class Amend(msgspec.Struct, frozen=True):
    key: IdempotencyKey
    amendment: Amendment


class Others(msgspec.Struct, frozen=True):
    """Somebody else trades; ``rests`` if what does not match at once stays."""

    side: Side
    price: int
    quantity: int
    rests: bool


class Pause(msgspec.Struct, frozen=True):
    """Let everything happen that is under way."""


Step: TypeAlias = OrderRequest | Cancel | Amend | Others | Pause


def plan() -> list[Step]:
    """The steps, the same in every process."""
    random = Random(1998)
    steps: list[Step] = []
    for number in range(_PLACES):
        steps += (_others(random, rests=True), _place(random, number))
        if random.getrandbits(1):
            steps.append(Pause())
        key, earlier = _key(number), _key(random.randint(0, number))
        quantity, price = Decimal(random.randint(5, 12)), Decimal(random.randint(98, 102))
        change = Amendment(quantity=quantity, limit_price=price)
        replies: tuple[tuple[Step, ...], ...] = (
            (),
            (Cancel(key),),
            (Cancel(earlier), _others(random, rests=False)),
            (Amend(earlier, change),),
            (_others(random, rests=False), Amend(key, change)),
        )
        steps += random.choice(replies)
    return steps


def _place(random: Random, number: int) -> OrderRequest:
    type_ = random.choice((OrderType.LIMIT, OrderType.LIMIT, OrderType.LIMIT, OrderType.MARKET))
    limit = type_ is OrderType.LIMIT
    price, in_force = Decimal(random.randint(98, 102)), random.choice(_IN_FORCE)
    return OrderRequest(
        tenant=TENANT,
        account=ACCOUNT,
        symbol=INSTRUMENT.symbol,
        side=random.choice(tuple(Side)),
        type=type_,
        amount=BaseAmount(Decimal(random.randint(1, 9))),
        idempotency_key=_key(number),
        limit_price=price if limit else None,
        time_in_force=in_force if limit else TimeInForce.GTC,
    )


def _key(number: int) -> IdempotencyKey:
    return IdempotencyKey(f"key-{number}")


def _others(random: Random, *, rests: bool) -> Others:
    side = random.choice(tuple(Side))
    return Others(side, random.randint(98, 102), random.randint(1, 6), rests)


# --- effects


class Effects:
    """Counts what this process does to the world, and ends it at the one it was told."""

    def __init__(self, dies_at: int) -> None:
        self.count = 0
        self._dies_at = dies_at

    def __call__(self) -> None:
        self.count += 1
        if self.count == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


def say(*words: object) -> None:
    """Standard output, with one system call: nothing that was said is lost with the process."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class MortalDisk:
    """Implements ``Disk``."""

    def __init__(self, disk: Disk, effect: Effects) -> None:
        self._disk = disk
        self._effect = effect

    def names(self) -> Sequence[str]:
        return self._disk.names()

    def read(self, name: str) -> bytes:
        return self._disk.read(name)

    def open(self, name: str) -> AppendFile:
        self._effect()
        file = self._disk.open(name)
        self._effect()
        return MortalFile(file, self._effect)

    def remove(self, name: str) -> None:
        self._effect()
        self._disk.remove(name)
        self._effect()


class MortalFile:
    """Implements ``AppendFile``. Half of a write is an effect, too: a process can die in it."""

    def __init__(self, file: AppendFile, effect: Effects) -> None:
        self._file = file
        self._effect = effect

    @property
    def size(self) -> int:
        return self._file.size

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._effect()
        half = len(data) // 2
        self._file.write(bytes(data[:half]))
        self._effect()
        self._file.write(bytes(data[half:]))
        self._effect()

    def sync(self, done: Callable[[OSError | None], None]) -> None:
        def answered(error: OSError | None) -> None:
            self._effect()
            done(error)

        self._effect()
        self._file.sync(answered)

    def truncate(self, size: int) -> None:
        self._effect()
        self._file.truncate(size)
        self._effect()

    def close(self) -> None:
        self._file.close()


class MortalAccount:
    """Implements ``TradingAccount``."""

    def __init__(self, account: TradingAccount, effect: Effects) -> None:
        self._account = account
        self._effect = effect

    @property
    def id(self) -> AccountId:
        return self._account.id

    @property
    def venue(self) -> VenueId:
        return self._account.venue

    @property
    def capabilities(self) -> Capabilities:
        return self._account.capabilities

    def send(self, command: OrderCommand) -> None:
        if isinstance(command, Place):
            say("sending", command.client_order_id)
        self._effect()
        self._account.send(command)
        self._effect()

    async def find(self, name: OrderName) -> LookUp:
        return await self._account.find(name)

    async def open_orders(self) -> Sequence[OrderState]:
        return await self._account.open_orders()

    async def fills_since(self, since_ns: int) -> Sequence[Execution]:
        return await self._account.fills_since(since_ns)

    async def balances(self) -> Sequence[Balance]:
        return await self._account.balances()

    async def positions(self) -> Sequence[PositionReport]:
        return await self._account.positions()

    async def instruments(self) -> Sequence[Instrument]:
        return await self._account.instruments()


def mortal(opener: AccountOpener, effect: Effects) -> AccountOpener:
    @asynccontextmanager
    async def opened(sink: Sink) -> AsyncIterator[TradingAccount]:
        async with opener(sink) as account:
            yield MortalAccount(account, effect)

    return opened


class MortalProjection:
    """Implements ``app.projector.Projection``."""

    def __init__(self, projection: Projection, effect: Effects) -> None:
        self._projection = projection
        self._effect = effect

    @property
    def applied_seq(self) -> int:
        return self._projection.applied_seq

    def feed(self, changes: Changes) -> None:
        self._effect()
        self._projection.feed(changes)
        self._effect()

    async def settled(self, seq: int) -> None:
        await self._projection.settled(seq)


# --- the process


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
