"""The inner ring to a paper venue and back, beside the hand-written order manager it is judged by.

    python -m benchmarks.order_path [ROUNDS]

Ours takes a whole order: fields, claim, risk with limits on orders and positions ("all limits": on
exposure, losses and pace too), journal, the paper venue with its own log, acknowledgement, books,
bus. CPU is that of the loop's thread; "with threads" adds the
disk's syncs and the projection (SQLite), which follow behind. The floor, ``own_oms``, is a small
careful order manager over a loopback HTTP connection; it lives in a folder of its own, named by
ALGOTRADEHUB_BENCH. Each variant is a process of its own, and they take turns.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from statistics import median

import msgspec
import uvloop

from algotradehub.app.collector import rare_collections
from algotradehub.app.core import AccountSetup, Core, open_core
from algotradehub.connectivity.clock import LoopClock
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.ids import AccountId, Asset, IdempotencyKey, Symbol, TenantId, VenueId
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.money import install_context
from algotradehub.domain.order import BaseAmount, Order, OrderRequest, OrderStatus, OrderType
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.storage.disk import OsDisk
from algotradehub.storage.sqlite.projection import open_projection
from algotradehub.storage.sqlite.store import SqliteStore
from algotradehub.trading import orders
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.market_data import MarketDataManager
from algotradehub.venues.paper.opening import account_opener, open_venue

BENCH = Path(os.environ.get("ALGOTRADEHUB_BENCH", Path(__file__).parents[2] / "shared" / "bench"))
PORT = 18_500
VENUE, ACCOUNT, TENANT = VenueId("paper:bench"), AccountId("bench"), TenantId("bench")
SYMBOL = Symbol("BTC/USDT")
INSTRUMENT = Instrument(
    venue=VENUE,
    symbol=SYMBOL,
    venue_symbol="BTCUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal("0.01")),
    lot=Decimal("0.00001"),
    min_quantity=Decimal("0.00001"),
    maker_fee=Decimal("0.001"),
    taker_fee=Decimal("0.001"),
)
RICH = {Asset("USDT"): Decimal(10**15), Asset("BTC"): Decimal(10**12)}
LIMITS = RiskLimits(
    max_order_notional=Decimal(10**9),
    max_position=Decimal(10**9),
    max_position_notional=Decimal(10**12),
    max_open_orders=10**9,
    price_band_bps=Decimal(1_000),
)


EVERY_LIMIT = msgspec.structs.replace(
    LIMITS,
    max_order_quantity=Decimal(10**9),
    max_order_to_average=Decimal(10**9),
    max_orders_per_second=10**6,
    max_orders_per_minute=10**6,
    max_exposure=Decimal(10**12),
    max_leverage=Decimal(10),
    max_concentration=Decimal(1),
    concentration_floor=Decimal(1),
    max_daily_loss=Decimal(10**12),
)


class _Price:
    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal:
        return Decimal(30_000)


def request(number: int) -> OrderRequest:
    return OrderRequest(
        tenant=TENANT,
        account=ACCOUNT,
        symbol=SYMBOL,
        side=Side.BUY,
        type=OrderType.LIMIT,
        amount=BaseAmount(Decimal("0.00100")),
        idempotency_key=IdempotencyKey(f"bench-{number}"),
        limit_price=Decimal("29999.00"),
    )


async def _measure(
    durability: Durability, orders: int, waiting: int, limits: RiskLimits
) -> dict[str, float]:
    install_context()
    clock = LoopClock(asyncio.get_running_loop())
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        async with (
            OsDisk(base / "journal") as disk,
            OsDisk(base / "paper") as paper_disk,
            open_projection(base / "projection.db", clock=clock, alert=print) as projection,
        ):
            markets = [PriceTimeMarket(INSTRUMENT)]
            with open_venue(VENUE, markets=markets, clock=clock, disk=paper_disk) as venue:
                venue.open_account(ACCOUNT, RICH)
                setup = AccountSetup(
                    id=ACCOUNT,
                    tenant=TENANT,
                    open=account_opener(venue, ACCOUNT),
                    durability=durability,
                    limits=limits,
                )
                async with open_core(
                    clock=clock,
                    ids=InstallationIds(7),
                    disk=disk,
                    store=SqliteStore(base / "projection.db", read_only=True),
                    projection=projection,
                    prices=_Price(),
                    feed=MarketDataManager(),
                    accounts=[setup],
                    epoch=1,
                ) as core:
                    while core.orders.desks[0].refusing:  # noqa: ASYNC110 - nothing to wait on
                        await asyncio.sleep(0.001)
                    return await _drive(core, orders, waiting)


async def _drive(core: Core, orders: int, waiting: int) -> dict[str, float]:
    """Place ``orders`` in two halves, so that the cost of late ones shows beside early ones."""
    numbers = iter(range(10**9))
    latencies_us: list[float] = []
    loop = asyncio.get_running_loop()

    async def place_many(until: int) -> None:
        for number in numbers:
            asked = request(number)
            began = time.perf_counter_ns()
            durable: asyncio.Future[Order] = loop.create_future()
            core.orders.submit(asked, durable=durable.set_result)
            placed = await durable
            latencies_us.append((time.perf_counter_ns() - began) / 1e3)
            assert placed.status is not OrderStatus.REJECTED
            if number % 50 == 0:
                await asyncio.sleep(0)
            if number >= until:
                return

    await asyncio.gather(*(place_many(500) for _ in range(waiting)))

    async def part(until: int) -> tuple[float, float]:
        latencies_us.clear()
        before, loop_s, all_s = len(core.state.orders), time.thread_time(), time.process_time()
        await asyncio.gather(*(place_many(500 + until) for _ in range(waiting)))
        done = len(core.state.orders) - before
        return (time.thread_time() - loop_s) / done * 1e6, (
            time.process_time() - all_s
        ) / done * 1e6

    with rare_collections():  # as the program runs
        first, _ = await part(orders // 10)
        rest, with_threads = await part(orders)
    latencies_us.sort()
    return {
        "cpu_us": rest,
        "cpu_us_first_tenth": first,
        "cpu_us_with_threads": with_threads,
        "p50_us": latencies_us[len(latencies_us) // 2],
        "p99_us": latencies_us[len(latencies_us) * 99 // 100],
    }


VARIANTS = {
    "process, one at a time": (Durability.PROCESS, 20_000, 1, LIMITS),
    "sync, 64 waiting": (Durability.SYNC, 20_000, 64, LIMITS),
    "process, all limits": (Durability.PROCESS, 20_000, 1, EVERY_LIMIT),
    "process, 100,000 orders": (Durability.PROCESS, 100_000, 1, LIMITS),
}


def run(rounds: int = 3) -> dict[str, dict[str, float]]:
    """Take turns; return the median of each figure of each variant."""
    seen: dict[str, list[dict[str, float]]] = {}
    with _floor_server() as floor:
        for _ in range(rounds):
            if floor:
                seen.setdefault("own_oms (floor)", []).append(_floor())
            for name in VARIANTS:
                seen.setdefault(name, []).append(_apart(name))
    return {
        name: {key: median(row[key] for row in rows) for key in rows[0]}
        for name, rows in seen.items()
    }


def _apart(name: str) -> dict[str, float]:
    return _json([sys.executable, "-m", "benchmarks.order_path", "--variant", name])


def _floor() -> dict[str, float]:
    client = BENCH / "order_path" / "client.py"
    return _json(
        [sys.executable, str(client), "own_oms", "--n", "20000", "--conc", "1", "--port", str(PORT)]
    )


def _json(command: list[str]) -> dict[str, float]:
    ran = subprocess.run(_pinned(command), check=True, capture_output=True, text=True)  # noqa: S603 - our own programs
    figures: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return figures


def _pinned(command: list[str]) -> list[str]:
    """On one core, where the system can: a wake-up across cores costs more than the order."""
    return ["taskset", "-c", "1", *command] if sys.platform == "linux" else command


@contextmanager
def _floor_server() -> Iterator[bool]:
    program = BENCH / "order_path" / "server.py"
    if not program.exists():
        yield False
        return
    server = subprocess.Popen(_pinned([sys.executable, str(program), str(PORT)]))  # noqa: S603 - the floor's own server
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", PORT)) == 0:
                    break
            time.sleep(0.05)
        yield True
    finally:
        server.kill()
        server.wait()


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--variant"]:
        print(json.dumps(uvloop.run(_measure(*VARIANTS[arguments[1]]))))
        return
    rows = run(int(arguments[0]) if arguments else 3)
    floor = rows.get("own_oms (floor)", {}).get("cpu_us")
    head = f"{'CPU us':>8} {'x own_oms':>10} {'with threads':>13} {'p50 us':>8} {'p99 us':>8}"
    build = "compiled" if orders.__file__.endswith(".so") else "interpreted"
    print(f"{f'order path, {build}':26} {head}")
    for name, row in rows.items():
        ratio = "-" if floor is None else f"{row['cpu_us'] / floor:.2f}"
        threads = f"{row.get('cpu_us_with_threads', row['cpu_us']):13.1f}"
        latency = f"{row['p50_us']:8.0f} {row['p99_us']:8.0f}"
        print(f"{name:26} {row['cpu_us']:8.1f} {ratio:>10} {threads} {latency}")
    flat = rows["process, 100,000 orders"]
    growth = flat["cpu_us"] / flat["cpu_us_first_tenth"]
    print(f"cost of orders 10,000 to 100,000 over that of the first 10,000: {growth:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
