"""The stream over a real socket: what a client knows is what is true, restarts included."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from algotradehub.app.embedded import Platform, run_embedded
from algotradehub.settings.tree import Settings
from tests.unit.api.stream.mirror import AccountMirror, BookMirror
from tests.unit.app.follower import Follower, following
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

OF_ACCOUNT = {"op": "subscribe", "topic": "account", "account": ACCOUNT}
OF_MARKET = {"op": "subscribe", "venue": VENUE, "symbol": SYMBOL}


def settings(data_dir: Path) -> Settings:
    return small_settings(data_dir, api={"port": 0})


def trade(platform: Platform, run: str) -> None:
    """One order that fills, one that rests, one that is cancelled."""
    manager = platform.core.orders
    manager.submit(request(f"filled {run}"))
    manager.submit(resting(f"resting {run}"))
    cancelled = manager.submit(resting(f"cancelled {run}"))
    manager.cancel(TENANT, cancelled.order_id)


async def caught_up(follower: Follower, mirror: AccountMirror, platform: Platform) -> None:
    """Hear until the mirror has what the platform has."""
    while not agrees(mirror, platform):
        message = await follower.until(lambda told: told.get("topic") == "account")
        if message["type"] != "subscribed":
            mirror.hear(json.dumps(message))


def agrees(mirror: AccountMirror, platform: Platform) -> bool:
    state, told = platform.core.state, mirror.holdings
    live = {order_id: state.orders[order_id].status for order_id in state.live.get(ACCOUNT, ())}
    held = {(p.symbol, p.side): p.quantity for p in state.positions.all() if p.quantity}
    balances = {b.asset: (b.total, b.available) for b in state.balances.all()}
    return (
        {key: order["status"] for key, order in told["orders"].items()} == live
        and {key: Decimal(p["quantity"]) for key, p in told["positions"].items()} == held
        and {
            asset: (amount(b["total"]), amount(b["available"]))
            for asset, b in told["balances"].items()
        }
        == balances
    )


def amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


async def test_an_account_is_followed_through_cuts_and_a_restart(tmp_path: Path) -> None:
    mirror = AccountMirror()
    async with run_embedded(settings(tmp_path)) as platform:
        await priced(platform)
        async with following(platform) as follower:
            await follower.say(**OF_ACCOUNT)
            await follower.hear("subscribed")
            trade(platform, "one")
            await caught_up(follower, mirror, platform)
        assert mirror.kinds[0] == "snapshot"
        trade(platform, "two")
        async with following(platform) as follower:
            await follower.say(**OF_ACCOUNT, after=mirror.position)
            await caught_up(follower, mirror, platform)
        assert mirror.resets == []
        assert mirror.kinds.count("snapshot") == 1
        executions = platform.core.state.executions.values()
        assert set(mirror.fills) == {
            (fill.order_id, fill.execution_id) for fills in executions for fill in fills.values()
        }
    async with run_embedded(settings(tmp_path)) as platform, following(platform) as follower:
        await follower.say(**OF_ACCOUNT, after=mirror.position)
        await caught_up(follower, mirror, platform)
        assert mirror.resets == ["unknown_epoch"]
        assert mirror.epoch == platform.directory.epoch
        await priced(platform)
        trade(platform, "three")
        await caught_up(follower, mirror, platform)


async def test_who_reads_late_holds_up_nobody_and_knows_the_same(tmp_path: Path) -> None:
    async with (
        run_embedded(settings(tmp_path)) as platform,
        following(platform) as late,
        following(platform) as quick,
    ):
        mirrors = {late: AccountMirror(), quick: AccountMirror()}
        for follower in mirrors:
            await follower.say(**OF_ACCOUNT)
        for number in range(200):
            order = platform.core.orders.submit(resting(str(number)))
            if number % 2:
                platform.core.orders.cancel(TENANT, order.order_id)
            if number % 20 == 0:
                await caught_up(quick, mirrors[quick], platform)
        await caught_up(quick, mirrors[quick], platform)
        await caught_up(late, mirrors[late], platform)
        assert len(mirrors[late].holdings["orders"]) == 100


async def test_market_data_comes_over_the_same_socket(tmp_path: Path) -> None:
    async with run_embedded(settings(tmp_path)) as platform, following(platform) as follower:
        for topic in ("ticker", "book", "trades"):
            await follower.say(**OF_MARKET, topic=topic)
        await follower.say(op="subscribe", topic="system")

        def wanted(topic: str) -> Any:
            return lambda told: told.get("topic") == topic and told["type"] == "delta"

        ticker = await follower.until(wanted("ticker"))
        assert Decimal(ticker["tickers"][0]["bid"]) < Decimal(ticker["tickers"][0]["ask"])
        await follower.until(wanted("book"))
        trades = await follower.until(wanted("trades"))
        assert {"price", "quantity", "taker", "id"} <= trades["trades"][0].keys()
        book = BookMirror()
        for told in follower.heard:
            if told.get("topic") == "book" and told["type"] != "subscribed":
                book.hear(json.dumps(told))
        assert book.bids
        assert max(book.bids) < min(book.asks)
        system = next(
            told
            for told in follower.heard
            if told.get("topic") == "system" and told["type"] == "snapshot"
        )
        assert [account["account"] for account in system["accounts"]] == [ACCOUNT]


async def test_who_may_not_come_in_does_not(tmp_path: Path) -> None:
    async with run_embedded(settings(tmp_path)) as platform:
        for headers, status in (
            ({"Origin": "https://evil.example"}, 403),
            ({"Authorization": "Bearer wrong"}, 401),
        ):
            with pytest.raises(InvalidStatus) as caught:
                async with following(platform, hello=False, **headers):
                    pass
            assert caught.value.response.status_code == status
            assert json.loads(caught.value.response.body or b"")["status"] == status
        async with following(platform, hello=False) as follower:
            await follower.say(op="hello", token="wrong")
            await follower.hear("error")
            assert await follower.closed() == 4401
        async with following(platform, hello=False) as follower:
            await follower.say(op="hello", token="x" * (100 << 10))
            error = await follower.hear("error")
            assert error["problem"]["error_code"] == "body_too_large"


async def test_when_the_server_stops_its_clients_are_told(tmp_path: Path) -> None:
    async with run_embedded(settings(tmp_path)) as platform:
        connecting = following(platform)
        follower = await connecting.__aenter__()
        await follower.say(op="subscribe", topic="system")
        await follower.hear("snapshot")
    assert await follower.closed() == 1012
    await connecting.__aexit__(None, None, None)
