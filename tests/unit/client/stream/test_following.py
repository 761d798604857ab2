"""The stream of a real platform, over a line that is cut: nothing is missed, a reset is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

import pytest

from algotradehub.app.embedded import Platform, run_embedded
from algotradehub.client import ApiProblem, AsyncClient, Unanswered
from algotradehub.client.stream.messages import (
    AccountChange,
    AccountReset,
    BookChange,
    Interrupted,
    Message,
    TickerChange,
)
from algotradehub.client.stream.topics import account, book, ticker
from algotradehub.client.values import encode
from algotradehub.settings.tree import Settings
from tests.unit.api.stream.mirror import AccountMirror
from tests.unit.app.small import (
    ACCOUNT,
    SYMBOL,
    TENANT,
    VENUE,
    priced,
    request,
    resting,
    small_settings,
)

PATIENCE_S = 30  # a test that waits for longer has failed
MINE = account(ACCOUNT)


class Line:
    """A line to a platform that may be cut, or lead to another platform."""

    def __init__(self) -> None:
        self.url = ""
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []

    def leads_to(self, platform: Platform) -> None:
        assert platform.url is not None
        self.port = int(platform.url.rpartition(":")[2])

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inward, outward = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.transport.abort()
            return
        self._writers += [writer, outward]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_pipe(reader, outward))
            tasks.create_task(_pipe(inward, writer))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    made = Line()
    server = await asyncio.start_server(made.carry, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        made.cut()
        server.close()
        await server.wait_closed()


def settings(data_dir: Path) -> Settings:
    return small_settings(data_dir, api={"port": 0})


def token_of(platform: Platform) -> str:
    assert platform.token_file is not None
    return platform.token_file.read_text().strip()


async def at_once(seconds: float) -> None:
    """No test waits before it tries again."""
    await asyncio.sleep(0)  # noqa: TID251 - one turn of the loop


def client_of(url: str, token: str | None) -> AsyncClient:
    return AsyncClient(url, token, pause=at_once)


class Reader:
    """Reads a stream as a program would, and keeps what it tells of an account."""

    def __init__(self, stream: AsyncIterator[Message]) -> None:
        self.mirror = AccountMirror()
        self.told: list[Message] = []
        self._stream = stream

    async def until(self, kind: type[Message]) -> Message:
        async with asyncio.timeout(PATIENCE_S):
            async for message in self._stream:
                self.told.append(message)
                if isinstance(message, AccountChange):
                    self.mirror.hear(encode(message).decode())
                if isinstance(message, kind):
                    return message
        pytest.fail("the stream ended")

    async def caught_up(self, platform: Platform) -> None:
        while not self._agrees(platform):
            await self.until(AccountChange)

    def _agrees(self, platform: Platform) -> bool:
        state = platform.core.state
        live = {id_: state.orders[id_].status for id_ in state.live.get(ACCOUNT, ())}
        told = self.mirror.holdings["orders"]
        return {id_: order["status"] for id_, order in told.items()} == live


def trade(platform: Platform, run: str) -> None:
    """One order that fills, one that rests, one that is cancelled."""
    manager = platform.core.orders
    manager.submit(request(f"filled {run}"))
    manager.submit(resting(f"resting {run}"))
    cancelled = manager.submit(resting(f"cancelled {run}"))
    manager.cancel(TENANT, cancelled.order_id)


async def test_an_account_is_followed_through_cuts_and_a_restart(tmp_path: Path) -> None:
    async with line() as wire:
        async with run_embedded(settings(tmp_path)) as platform:
            await priced(platform)
            wire.leads_to(platform)
            client = client_of(wire.url, token_of(platform))
            stream = client.stream(MINE)
            reader = Reader(stream)
            await reader.until(AccountChange)
            trade(platform, "one")
            await reader.caught_up(platform)
            for run in ("two", "three"):
                wire.cut()
                trade(platform, run)
                await reader.until(Interrupted)
                again = await reader.until(AccountChange)
                assert isinstance(again, AccountChange)
                assert again.resumed
                await reader.caught_up(platform)
            assert reader.mirror.kinds.count("snapshot") == 1
            executions = platform.core.state.executions.values()
            assert set(reader.mirror.fills) == {
                (fill.order_id, fill.execution_id)
                for fills in executions
                for fill in fills.values()
            }
        async with run_embedded(settings(tmp_path)) as platform:
            wire.leads_to(platform)
            reset = await reader.until(AccountReset)
            assert reset == AccountReset(account=ACCOUNT, reason="unknown_epoch")
            anew = await reader.until(AccountChange)
            assert isinstance(anew, AccountChange)
            assert anew.is_snapshot
            trade(platform, "four")
            await reader.caught_up(platform)
        interruptions = [each for each in reader.told if isinstance(each, Interrupted)]
        assert len(interruptions) == 3
        await stream.aclose()
        await client.aclose()


async def test_markets_are_followed_together(tmp_path: Path) -> None:
    async with run_embedded(settings(tmp_path)) as platform:
        assert platform.url is not None
        async with client_of(platform.url, token_of(platform)) as client:
            stream = client.stream(ticker(VENUE, SYMBOL), book(VENUE, SYMBOL))
            async with aclosing(stream):
                reader = Reader(stream)
                await reader.until(BookChange)
                await reader.until(TickerChange)


async def test_who_leaves_hangs_up(tmp_path: Path) -> None:
    async with run_embedded(settings(tmp_path)) as platform:
        assert platform.url is not None
        async with client_of(platform.url, token_of(platform)) as client:
            stream = client.stream(MINE)
            assert isinstance(await anext(stream), AccountChange)
            await stream.aclose()
            await at_once(0)
            # Not later, in a task that the interpreter made because nobody else would.
            running = [repr(task.get_coro()) for task in asyncio.all_tasks()]
            assert not [each for each in running if "async_generator" in each]


async def test_who_may_not_come_in_and_what_is_not_there(tmp_path: Path) -> None:
    async with run_embedded(settings(tmp_path)) as platform:
        assert platform.url is not None
        for token, topic, status in (
            ("wrong", MINE, 401),
            (token_of(platform), account("nobody"), 422),
        ):
            async with client_of(platform.url, token) as client:
                with pytest.raises(ApiProblem) as raised:
                    await Reader(client.stream(topic)).until(AccountChange)
                assert raised.value.status == status


async def test_a_platform_that_is_not_there_is_not_waited_for() -> None:
    async with client_of("http://127.0.0.1:1", None) as client:
        with pytest.raises(Unanswered, match="cannot be reached") as raised:
            await Reader(client.stream(MINE)).until(AccountChange)
        assert not raised.value.sent


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        ("421 Misdirected Request", b'{"title": "not ours"}', ApiProblem),
        ("404 Not Found", b"<html>", ApiProblem),
        ("503 Service Unavailable", b"{}", Unanswered),
        ("200 OK", b"{}", ApiProblem),
    ],
)
async def test_a_handshake_that_is_refused(
    status: str, content: bytes, kind: type[Exception]
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n" % (status.encode(), len(content)))
        writer.write(b"Connection: close\r\n\r\n" + content)
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with client_of(f"http://127.0.0.1:{port}", None) as client:
            with pytest.raises(kind):
                await Reader(client.stream(MINE)).until(AccountChange)
