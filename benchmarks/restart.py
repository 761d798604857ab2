"""How long a killed platform with thousands of open orders takes to accept new ones again.

    python -m benchmarks.restart [ORDERS ...]

One process places the orders at a paper venue through the whole path and dies of SIGKILL. Another
one starts on the same directory; measured is from its first look at the disk until its account
accepts orders, and what it asked of the venue on the way. Numbers of orders grow tenfold, so that
a cost that is not linear shows: time per order would rise. ``unanswered`` orders were sent, and
the process died before it heard what became of them.
"""

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from algotradehub.app.core import AccountSetup, Core, open_core
from algotradehub.app.data_directory import open_data_directory
from algotradehub.app.running import run
from algotradehub.connectivity.clock import LoopClock
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.commands import OrderCommand
from algotradehub.domain.ids import AccountId, Asset, IdempotencyKey, Symbol, TenantId, VenueId
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.order import BaseAmount, OrderRequest, OrderStatus, OrderType
from algotradehub.matching.latency import LatencyModel
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.ports.venue import Sink, TradingAccount
from algotradehub.storage.disk import OsDisk
from algotradehub.storage.sqlite.projection import open_projection
from algotradehub.storage.sqlite.store import SqliteStore
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.market_data import MarketDataManager
from algotradehub.venues.paper.opening import account_opener, open_venue
from algotradehub.venues.paper.venue import PaperVenue

SIZES = (1_000, 10_000)
AT_ONCE = 50  # orders between two looks at the loop
ANSWERED, UNANSWERED = "answered", "unanswered"
LONGER_THAN_ANY_BUILD_S = 600.0
VENUE, ACCOUNT, TENANT = VenueId("paper:bench"), AccountId("bench"), TenantId("bench")
INSTRUMENT = Instrument(
    venue=VENUE,
    symbol=Symbol("BTC/USDT"),
    venue_symbol="BTCUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal("0.01")),
    lot=Decimal("0.001"),
    min_quantity=Decimal("0.001"),
)
OPENING = {Asset("USDT"): Decimal(10**12)}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    orders: int
    what: str  # whether their answers were heard
    records: int  # of the journal
    replayed: int  # of them, what the projection had not yet when the process died
    accepts_s: float  # from the first look at the disk until orders are accepted
    cpu_s: float  # of the loop's process on the way
    calls: dict[str, int]  # asked of the venue on the way
    asked_later: int  # within another second


class CountedAccount:
    """Any trading account; counts what it is asked."""

    def __init__(self, account: TradingAccount, calls: Counter[str]) -> None:
        self._account = account
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        if name not in {"id", "venue", "capabilities"}:
            self._calls[name] += 1
        return getattr(self._account, name)

    def send(self, command: OrderCommand) -> None:
        self._calls["send"] += 1
        self._account.send(command)


class Silence:
    """Implements ``LatencyModel``: who connects hears of that, and then nothing."""

    def __init__(self) -> None:
        self._answer_s = 0.0

    def request_s(self) -> float:
        return 0.0

    def answer_s(self) -> float:
        answer_s, self._answer_s = self._answer_s, LONGER_THAN_ANY_BUILD_S
        return answer_s


class Price:
    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal | None:
        return Decimal(30_000)


@asynccontextmanager
async def platform(
    path: Path, calls: Counter[str], *, latency: LatencyModel | None = None
) -> AsyncIterator[tuple[Core, PaperVenue]]:
    clock = LoopClock(asyncio.get_running_loop())
    with open_data_directory(path) as directory:
        async with (
            OsDisk(directory.journal) as disk,
            OsDisk(directory.paper(VENUE)) as paper_disk,
            open_projection(directory.projection, clock=clock, alert=print) as projection,
        ):
            markets = [PriceTimeMarket(INSTRUMENT)]
            with (
                open_venue(VENUE, markets=markets, clock=clock, disk=paper_disk) as venue,
                closing(SqliteStore(directory.projection, read_only=True)) as store,
            ):
                venue.open_account(ACCOUNT, OPENING)
                opener = account_opener(venue, ACCOUNT, latency=latency)

                @asynccontextmanager
                async def counted(sink: Sink) -> AsyncIterator[Any]:
                    async with opener(sink) as account:
                        yield CountedAccount(account, calls)

                setup = AccountSetup(
                    id=ACCOUNT, tenant=TENANT, open=counted, durability=Durability.PROCESS
                )
                async with open_core(
                    clock=clock,
                    ids=InstallationIds(directory.tag),
                    disk=disk,
                    store=store,
                    projection=projection,
                    prices=Price(),
                    feed=MarketDataManager(),
                    accounts=[setup],
                    epoch=directory.epoch,
                ) as core:
                    while core.orders.desks[0].refusing:  # noqa: ASYNC110 - nothing to wait on
                        await asyncio.sleep(0.001)
                    yield core, venue


async def build(path: Path, orders: int, what: str) -> None:
    """Place ``orders`` that rest, and die."""
    latency = Silence() if what == UNANSWERED else None
    async with platform(path, Counter(), latency=latency) as (core, venue):
        for number in range(orders):
            core.orders.submit(request(number))
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        assert sum(1 for _ in venue.working(ACCOUNT)) == orders
        print(core.journal.seq, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


def request(number: int) -> OrderRequest:
    return OrderRequest(
        tenant=TENANT,
        account=ACCOUNT,
        symbol=INSTRUMENT.symbol,
        side=Side.BUY,
        type=OrderType.LIMIT,
        amount=BaseAmount(Decimal("0.001")),
        idempotency_key=IdempotencyKey(f"key-{number}"),
        limit_price=Decimal(20_000 + number % 5_000),
    )


async def start(path: Path, orders: int) -> None:
    """Start again, and tell how long it took."""
    calls: Counter[str] = Counter()
    began_s, began_cpu_s = time.perf_counter(), cpu_s()
    async with platform(path, calls) as (core, _):
        accepts_s, used_s, asked = time.perf_counter() - began_s, cpu_s() - began_cpu_s, dict(calls)
        known = Counter(order.status for order in core.state.orders.values())
        assert known == {OrderStatus.OPEN: orders}, known
        placed = core.orders.submit(request(orders))
        assert core.state.orders[placed.order_id].status is OrderStatus.OPEN
        await asyncio.sleep(1)
        later = calls.total() - sum(asked.values()) - 1  # the order just placed
    print(json.dumps({"accepts_s": accepts_s, "cpu_s": used_s, "calls": asked, "later": later}))


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(orders: int, what: str) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        records = int(life("build", folder, orders, what))
        with closing(SqliteStore(Path(folder) / "projection.db", read_only=True)) as store:
            applied = store.applied_seq
        told = json.loads(life("start", folder, orders, what))
    return Row(
        orders=orders,
        what=what,
        records=records,
        replayed=records - applied,
        accepts_s=told["accepts_s"],
        cpu_s=told["cpu_s"],
        calls=told["calls"],
        asked_later=told["later"],
    )


def life(task: str, folder: str, orders: int, what: str) -> str:
    command = [sys.executable, "-m", "benchmarks.restart", task, folder, str(orders), what]
    ended = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    assert ended.returncode in {0, -signal.SIGKILL}, f"{task} ended with {ended.returncode}"
    return ended.stdout


def main(arguments: list[str]) -> None:
    match arguments:
        case ["build", folder, orders, what]:
            run(lambda _: build(Path(folder), int(orders), what))
        case ["start", folder, orders, _]:
            run(lambda _: start(Path(folder), int(orders)))
        case _:
            for size in map(int, arguments or SIZES):
                for what in (ANSWERED, UNANSWERED):
                    show(measure(size, what))


def show(row: Row) -> None:
    calls = ", ".join(f"{name} {count}" for name, count in row.calls.items())
    print(
        f"{row.orders:7,} open orders, {row.what} ({row.records:,} records, {row.replayed:,} "
        f"replayed): accepts orders after {row.accepts_s:.2f} s, "
        f"{row.accepts_s / row.orders * 1e6:.0f} us an order, CPU {row.cpu_s:.2f} s; "
        f"asked the venue: {calls}; in the next second: {row.asked_later}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
