"""Pages are open to all, cached by name, and reach nothing but what was read at the start."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from algotradehub.api import pages
from tests.unit.api.gateway import Gateway, gateway

TOKEN = "correct-horse-battery"
SCRIPT = b"export const answer = 42;"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Terminal</title>")
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "inter-3c4d.woff2").write_bytes(b"wOF2")
    (tmp_path / "secret.txt").write_text("not a page")
    return tmp_path


@asynccontextmanager
async def served(*folders: Path) -> AsyncIterator[Gateway]:
    async with gateway(token=TOKEN) as api:
        pages.install(api.app, pages.load(folders))
        yield api


@pytest.mark.parametrize("path", ["/", "/trade", "/trade/BTC/USDT:USDT", "/trade/BRK.B/USD"])
async def test_every_path_of_the_terminal_begins_with_its_page(folder: Path, path: str) -> None:
    async with served(folder) as api:
        reply = await api.ask("GET", path)
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"Terminal" in reply.body
    assert reply.headers["cache-control"] == "no-cache"


async def test_what_a_page_may_do_is_bounded(folder: Path) -> None:
    async with served(folder) as api:
        headers = (await api.ask("GET", "/")).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'; connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_file_that_is_named_for_its_content_is_kept_forever(folder: Path) -> None:
    async with served(folder) as api:
        plain = await api.ask("GET", "/assets/index-1a2b.js")
        packed = await api.ask(
            "GET", "/assets/index-1a2b.js", headers=[("accept-encoding", "gzip, br")]
        )
        font = await api.ask(
            "GET", "/assets/inter-3c4d.woff2", headers=[("accept-encoding", "gzip")]
        )
    assert "immutable" in plain.headers["cache-control"]
    assert (plain.body, gzip.decompress(packed.body)) == (SCRIPT, SCRIPT)
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in font.headers


async def test_a_page_that_did_not_change_is_not_sent_again(folder: Path) -> None:
    async with served(folder) as api:
        tag = (await api.ask("GET", "/icon.svg")).headers["etag"]
        again = await api.ask("GET", "/icon.svg", headers=[("if-none-match", tag)])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/assets/nothing.js", "/assets/../secret.txt", "/assets/../../etc/passwd", "/assets/"]
)
async def test_nothing_else_can_be_read(folder: Path, path: str) -> None:
    async with served(folder) as api:
        reply = await api.ask("GET", path)
    assert (reply.status, reply.json["error_code"]) == (404, "no_such_route")


@pytest.mark.parametrize("path", ["/secret.txt", "/index.html", "/tradefair", "/api/v1/orders"])
async def test_everything_that_is_no_page_keeps_its_guard(folder: Path, path: str) -> None:
    async with served(folder) as api:
        assert (await api.ask("GET", path)).status == 401


async def test_pages_are_refused_by_a_name_that_is_not_ours(folder: Path) -> None:
    async with served(folder) as api:
        assert (await api.ask("GET", "/", host="evil.example")).status == 421


def test_pages_are_built_where_there_is_a_first_one(folder: Path, tmp_path: Path) -> None:
    assert pages.are_built((tmp_path / "none", folder))
    assert not pages.are_built((tmp_path / "none",))


async def test_pages_that_were_not_built_say_so(tmp_path: Path) -> None:
    async with served(tmp_path) as api:
        reply = await api.ask("GET", "/")
        asset = await api.ask("GET", "/assets/index.js")
    assert (reply.status, asset.status) == (404, 404)
    assert b"were not built" in reply.body
    assert reply.headers["content-type"] == "text/html; charset=utf-8"


async def test_pages_are_no_part_of_the_description(folder: Path) -> None:
    async with served(folder) as api:
        headers = [("authorization", f"Bearer {TOKEN}")]
        described = (await api.ask("GET", "/api/v1/openapi.json", headers=headers)).json
    assert not any(pages.is_page(path) for path in described["paths"])
