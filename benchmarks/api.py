"""What a client of the API waits for: from a POST to its 202, while others watch.

    python -m benchmarks.api [OPEN_ORDERS [STREAM_CLIENTS]]

A served platform with one paper account under ``process`` durability, over real loopback sockets,
server and clients each on a core of their own. Every stream client follows the account and hears
of every order.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import websockets

OPEN_ORDERS: Final = 1_000
STREAM_CLIENTS: Final = 20
PLACED: Final = 3_000  # one at a time
TOGETHER: Final = 8  # connections at once
FOR_S: Final = 5.0

SETTINGS: Final = """
[api]
port = 0

[[paper_venues]]
id = "paper:bench"
opening = { BTC = "1000000", USDT = "1000000000000" }
listings = [{ symbol = "BTC/USDT", price = "60000" }]

[[accounts]]
id = "bench"
venue = "paper:bench"
"""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    open_orders: int
    clients: int
    p50_ms: float
    p99_ms: float
    requests_s: float  # of all connections together
    heard: int  # messages of all stream clients


class Connection:
    """One kept-alive connection that places orders."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, token: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._head = (
            f"POST /api/v1/orders HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\n"
        )

    async def place(self, key: str) -> None:
        order = {
            "account": "bench",
            "symbol": "BTC/USDT",
            "side": "BUY",
            "type": "LIMIT",
            "quantity": "0.001",
            "limit_price": "30000",
        }
        body = json.dumps(order)
        head = f"{self._head}Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write((head + body).encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 202"), answer
        length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await self._reader.readexactly(length)


@asynccontextmanager
async def _connected(server: dict[str, Any], token: str) -> AsyncIterator[Connection]:
    host = server["url"].removeprefix("http://")
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    try:
        yield Connection(reader, writer, host, token)
    finally:
        writer.close()


async def _measure(folder: Path, open_orders: int, clients: int) -> Row:
    server = json.loads((folder / "data" / "server.json").read_text())
    token = (folder / "data" / "token").read_text().strip()
    heard = 0

    async def follow() -> None:
        nonlocal heard
        url = server["url"].replace("http://", "ws://") + "/api/v1/stream"
        async with websockets.connect(url, compression=None) as stream:
            await stream.send(json.dumps({"op": "hello", "token": token}))
            await stream.send(
                json.dumps({"op": "subscribe", "topic": "account", "account": "bench"})
            )
            async for _ in stream:
                heard += 1

    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(_connected(server, token))
        for number in range(open_orders):
            await first.place(f"rests-{number}")
        followers = [asyncio.create_task(follow()) for _ in range(clients)]
        latencies_s = []
        for number in range(PLACED):
            began = time.perf_counter()
            await first.place(f"one-{number}")
            latencies_s.append(time.perf_counter() - began)
        crowd = [
            await stack.enter_async_context(_connected(server, token)) for _ in range(TOGETHER)
        ]
        began, done = time.perf_counter(), 0

        async def hurry(connection: Connection, name: int) -> None:
            nonlocal done
            while time.perf_counter() - began < FOR_S:
                await connection.place(f"many-{name}-{done}")
                done += 1

        await asyncio.gather(*(hurry(each, name) for name, each in enumerate(crowd)))
        took_s = time.perf_counter() - began
        for follower in followers:
            follower.cancel()
        await asyncio.gather(*followers, return_exceptions=True)
    latencies_s.sort()
    return Row(
        open_orders=open_orders,
        clients=clients,
        p50_ms=latencies_s[len(latencies_s) // 2] * 1e3,
        p99_ms=latencies_s[len(latencies_s) * 99 // 100] * 1e3,
        requests_s=done / took_s,
        heard=heard,
    )


def run(open_orders: int = OPEN_ORDERS, clients: int = STREAM_CLIENTS) -> Row:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "settings.toml").write_text(SETTINGS)
        command = [sys.executable, "-m", "algotradehub", "serve", "--log-json"]
        command += ["--settings", str(folder / "settings.toml"), "--data", str(folder / "data")]
        pinned = sys.platform == "linux" and (os.cpu_count() or 1) > 1
        if pinned:
            command = ["taskset", "-c", "0", *command]
            os.sched_setaffinity(0, {1})
        served = subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            assert served.stdout is not None
            for line in served.stdout:
                if json.loads(line)["event"] == "started":
                    break
            return asyncio.run(_measure(folder, open_orders, clients))
        finally:
            served.terminate()
            served.communicate(timeout=30)


def main(arguments: list[str]) -> None:
    row = run(*map(int, arguments))
    print(
        f"POST to 202 with {row.open_orders:,} open orders and {row.clients} stream clients: "
        f"p50 {row.p50_ms:.2f} ms, p99 {row.p99_ms:.2f} ms; {TOGETHER} connections: "
        f"{row.requests_s:,.0f} requests/s on one core; {row.heard:,} messages heard"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
