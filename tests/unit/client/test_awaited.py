"""What is of the client that is awaited alone: pages, its end, and the package it needs."""

import asyncio
import subprocess
import sys

import pytest

from algotradehub.client import AsyncClient, Unanswered, Unreadable, operations
from tests.unit.cli.answering import Platform, page


async def test_pages_are_followed_to_the_end(platform: Platform) -> None:
    platform.say(page("fills", [], "b"))
    platform.say(page("fills", [], None))
    async with AsyncClient(platform.url) as client:
        pages = [each async for each in client.pages(operations.list_fills(limit=7))]
    assert [each.next_cursor for each in pages] == ["b", None]
    assert platform.asked[1].target == "/api/v1/fills?cursor=b&limit=7"


async def test_pages_that_go_round_end(platform: Platform) -> None:
    platform.say(page("fills", [], "b"))
    platform.say(page("fills", [], "b"))
    async with AsyncClient(platform.url) as client:
        with pytest.raises(Unreadable, match="the same page again"):
            [each async for each in client.pages(operations.list_fills())]


async def test_a_raw_answer_keeps_what_is_not_known(platform: Platform) -> None:
    told = {"status": "up", "since": "0.10"}
    platform.say(told)
    async with AsyncClient(platform.url) as client:
        assert await client.raw(operations.health()) == told


async def test_it_cannot_be_used_after_its_end(platform: Platform) -> None:
    async with AsyncClient(platform.url) as client:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        await client.health()
    assert platform.asked == []


def test_no_proxy_of_the_environment_is_asked(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", platform.url)
    monkeypatch.setenv("ALL_PROXY", platform.url)
    client = AsyncClient("http://127.0.0.1:1")
    assert not client._http._mounts


def run(code: str) -> str:
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_without_its_package_it_says_what_to_install() -> None:
    code = """
import sys
sys.modules["httpx2"] = None
from algotradehub.client import AsyncClient, Client
Client("http://127.0.0.1:1")
try:
    AsyncClient("http://127.0.0.1:1")
except ModuleNotFoundError as error:
    print(error)
"""
    assert run(code).strip() == "AsyncClient needs httpx2: pip install 'algotradehub[client]'"


def test_importing_the_client_imports_neither_values_nor_transport() -> None:
    """A command of the command line is not to wait for what it does not use."""
    imported = run("import algotradehub.client, sys; print(*sys.modules)").split()
    assert "algotradehub.client.operations" in imported
    for name in ("algotradehub.client.models", "httpx2", "asyncio", "algotradehub.domain"):
        assert name not in imported


async def test_more_requests_than_connections_wait_for_their_turn(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("algotradehub.client.awaited.CONNECTIONS", 2)
    for _ in range(10):
        platform.say({"status": "up"})
    async with AsyncClient(platform.url) as client:
        answers = await asyncio.gather(*(client.health() for _ in range(10)))
    assert [each.status for each in answers] == ["up"] * 10


async def test_a_request_whose_turn_never_came_was_not_sent(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("algotradehub.client.awaited.CONNECTIONS", 0)
    monkeypatch.setattr("algotradehub.client.awaited.TIMEOUT_S", 0.01)
    async with AsyncClient(platform.url) as client:
        with pytest.raises(Unanswered) as raised:
            await client.health()
    assert not raised.value.sent
    assert platform.asked == []
