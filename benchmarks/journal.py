"""What a durable order event costs through our journal, beside the floors of bare files.

    python -m benchmarks.journal [ROUNDS]

``synced`` is 64 tasks on uvloop that each wait for power-loss safety, over and over; its floor is
``file_group``, a thread that writes and syncs what has queued up. ``stored`` is one caller that
waits for the operating system only; its floor is ``file_nosync``. Records have about 300 bytes.
The floors are programs of their own; set ALGOTRADEHUB_BENCH to their folder.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import uvloop

from algotradehub.connectivity.clock import LoopClock
from algotradehub.domain.commands import Operation
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.records import Requested
from algotradehub.storage.disk import OsDisk
from algotradehub.storage.journal.journal import SegmentJournal

SECONDS = 2.0
WAITERS = 64
ACCOUNT = AccountId("binance-spot-1")
ORDER = ClientOrderId("0193e1a2b3c47000800a0b0c0d0e0f10")
# 300 bytes with the envelope: a place request as it goes over the wire.
PLACED = Requested(
    request_id=1,
    operation=Operation.ORDER_SUBMIT,
    client_order_id=ORDER,
    body=b"symbol=BTCUSDT&side=BUY&type=LIMIT" + b"&" * 67,
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    events_s: float
    p50_us: float
    p99_us: float
    cpu_us: float  # of the whole process, per event


def run(rounds: int = 3) -> list[Row]:
    """Measure ours and the floors by turns; return the median row of each."""
    measured: dict[str, list[Row]] = {}
    for _ in range(rounds):
        for name, program in _programs().items():
            measured.setdefault(name, []).append(program())
    return [
        sorted(rows, key=lambda row: row.events_s)[len(rows) // 2] for rows in measured.values()
    ]


def _programs() -> dict[str, Callable[[], Row]]:
    ours: dict[str, Callable[[], Row]] = {
        "synced": lambda: _in_directory("synced", _synced),
        "stored": lambda: _in_directory("stored", _stored),
        "one_sync": lambda: _in_directory("one_sync", _one_sync),
    }
    beside = Path(__file__).resolve().parents[2] / "shared" / "bench"
    program = Path(os.environ.get("ALGOTRADEHUB_BENCH", beside)) / "storage" / "run.py"
    if not program.exists():
        return ours
    return {
        "file_group": lambda: _floor(program, "file_group"),
        **ours,
        "file_nosync": lambda: _floor(program, "file_nosync"),
    }


def _floor(program: Path, engine: str) -> Row:
    command = [sys.executable, str(program), engine]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own floor
    return msgspec.convert({"name": engine, **json.loads(output)}, Row)


def _in_directory(name: str, measure: Callable[[SegmentJournal], Awaitable[list[float]]]) -> Row:
    async def main(directory: str) -> Row:
        async with OsDisk(Path(directory)) as disk:
            journal = SegmentJournal(disk, clock=LoopClock(asyncio.get_running_loop()))
            cpu_s, start_s = _cpu_s(), time.perf_counter()
            latencies_s = await measure(journal)
            wall_s, cpu_s = time.perf_counter() - start_s, _cpu_s() - cpu_s
            journal.close()
        latencies_s.sort()
        count = len(latencies_s)
        return Row(
            name=name,
            events_s=count / wall_s,
            p50_us=latencies_s[count // 2] * 1e6,
            p99_us=latencies_s[count * 99 // 100] * 1e6,
            cpu_us=cpu_s / count * 1e6,
        )

    with tempfile.TemporaryDirectory() as directory:
        return uvloop.run(main(directory))


async def _synced(journal: SegmentJournal, waiters: int = WAITERS) -> list[float]:
    loop = asyncio.get_running_loop()
    latencies_s: list[float] = []
    end_s = time.perf_counter() + SECONDS

    async def wait_for_many() -> None:
        while (start_s := time.perf_counter()) < end_s:
            durable = loop.create_future()
            journal.append_synced(ACCOUNT, PLACED, at_ns=time.time_ns(), done=durable.set_result)
            assert await durable
            latencies_s.append(time.perf_counter() - start_s)

    await asyncio.gather(*(wait_for_many() for _ in range(waiters)))
    return latencies_s


async def _one_sync(journal: SegmentJournal) -> list[float]:
    """One waiter alone: what a sync takes here."""
    return await _synced(journal, waiters=1)


async def _stored(journal: SegmentJournal) -> list[float]:
    latencies_s: list[float] = []
    end_s = time.perf_counter() + SECONDS
    start_s = time.perf_counter()
    while start_s < end_s:
        for _ in range(50):  # what one loop iteration may bring; then syncs get their turn
            start_s = time.perf_counter()
            journal.append(ACCOUNT, PLACED, at_ns=time.time_ns())
            latencies_s.append(time.perf_counter() - start_s)
        await asyncio.sleep(0)
    return latencies_s


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(arguments: list[str]) -> None:
    for row in run(int(arguments[0]) if arguments else 3):
        print(
            f"{row.name:12} {row.events_s:10,.0f} events/s   p50 {row.p50_us:7.1f} us   "
            f"p99 {row.p99_us:8.1f} us   CPU {row.cpu_us:5.2f} us/event"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
