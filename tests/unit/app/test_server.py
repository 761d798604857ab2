"""The API behind a real socket: who gets in, and what happens to requests when it stops."""

import asyncio
import http.client
import json
from pathlib import Path
from typing import Any

from algotradehub.app.embedded import Platform, run_embedded
from algotradehub.app.server import allowed_hosts
from algotradehub.domain.ids import Symbol
from algotradehub.ports.venue import Channel
from algotradehub.settings.api import ApiSettings
from tests.unit.app.small import VENUE, priced, small_settings

ETH = Symbol("ETH/USDT")

ORDER = {
    "account": "mine",
    "symbol": "BTC/USDT",
    "side": "BUY",
    "type": "MARKET",
    "quantity": "0.01",
}


def ask(
    platform: Platform, method: str, path: str, *, body: Any = None, **headers: str
) -> tuple[int, Any]:
    assert platform.url is not None
    connection = http.client.HTTPConnection(platform.url.removeprefix("http://"), timeout=10)
    try:
        content = None if body is None else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, content, {"Content-Type": "application/json", **named})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def bearer(platform: Platform) -> str:
    assert platform.token_file is not None
    return f"Bearer {platform.token_file.read_text().strip()}"


async def test_an_order_over_http(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, api={"port": 0})
    async with run_embedded(settings) as platform:
        await priced(platform)
        secret = bearer(platform)
        status, order = await asyncio.to_thread(
            lambda: ask(
                platform,
                "POST",
                "/api/v1/orders",
                body=ORDER,
                Authorization=secret,
                Idempotency_Key="one",
            )
        )
        assert status == 202
        assert order["order_id"] in platform.core.state.orders
        status, found = await asyncio.to_thread(
            lambda: ask(platform, "GET", "/api/v1/orders", Authorization=secret)
        )
        assert status == 200
        assert [each["order_id"] for each in found["orders"]] == [order["order_id"]]
        assert (await asyncio.to_thread(ask, platform, "GET", "/ready"))[0] == 200


async def test_market_data_of_symbols_nobody_listens_to_is_there(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, api={"port": 0, "authentication": False})
    async with run_embedded(settings) as platform:
        traded = asyncio.Event()
        trades = Channel(ETH, "trades")
        leave = platform.market.listen(VENUE, trades, lambda _: traded.set())
        await traded.wait()
        leave()
        named = f"?venue={VENUE}&symbol={ETH}"
        (_, tickers), (_, book), (_, recent), (_, candles) = [
            await asyncio.to_thread(ask, platform, "GET", f"/api/v1/{path}{named}")
            for path in ("tickers", "books", "trades", "candles")
        ]
    (ticker,) = tickers["tickers"]
    assert None not in (ticker["bid"], ticker["last"], ticker["open"], ticker["volume"])
    assert ticker["stale"] is False
    assert book["bids"] and book["asks"] and book["sequence"] > 0  # noqa: PT018 - one claim
    assert recent["trades"]
    assert candles["candles"][-1]["final"] is False


async def test_a_halt_is_remembered_over_a_restart(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, api={"port": 0, "authentication": False})
    halt = "/api/v1/accounts/mine/halt"
    async with run_embedded(settings) as platform:
        status, told = await asyncio.to_thread(
            lambda: ask(platform, "PUT", halt, body={"reason": "lunch"})
        )
        assert (status, told["halted"]) == (200, True)
    async with run_embedded(settings) as platform:
        await priced(platform)
        assert (await asyncio.to_thread(ask, platform, "GET", halt)) == (200, told)
        status, refused = await asyncio.to_thread(
            lambda: ask(platform, "POST", "/api/v1/orders", body=ORDER, Idempotency_Key="one")
        )
        assert (status, refused["limit"]) == (422, "halt")
        assert (await asyncio.to_thread(ask, platform, "DELETE", halt))[1]["halted"] is False
        status, _ = await asyncio.to_thread(
            lambda: ask(platform, "POST", "/api/v1/orders", body=ORDER, Idempotency_Key="two")
        )
        assert status == 202


async def test_nobody_gets_in_without_the_token_or_by_another_name(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, api={"port": 0, "token_file": tmp_path / "secret"})
    async with run_embedded(settings) as platform:
        assert platform.token_file == tmp_path / "secret"
        status, _ = await asyncio.to_thread(ask, platform, "GET", "/api/v1/orders")
        assert status == 401
        secret = bearer(platform)
        status, _ = await asyncio.to_thread(
            lambda: ask(
                platform, "GET", "/api/v1/orders", Authorization=secret, Host="evil.example"
            )
        )
        assert status == 421


async def test_without_authentication_loopback_needs_no_token(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, api={"port": 0, "authentication": False})
    async with run_embedded(settings) as platform:
        assert platform.token_file is None
        status, _ = await asyncio.to_thread(ask, platform, "GET", "/api/v1/orders")
        assert status == 200


def test_it_may_be_called_by_its_own_names_only() -> None:
    loopback = {"localhost", "127.0.0.1", "[::1]"}
    assert allowed_hosts(ApiSettings()) == loopback
    settings = ApiSettings(host="fd00::1", allowed_hosts=("desk.example",))
    assert allowed_hosts(settings) == {*loopback, "[fd00::1]", "desk.example"}
