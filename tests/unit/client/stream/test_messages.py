"""What the platform tells of every topic decodes, and encodes to the same."""

import json
from decimal import Decimal
from typing import Any

import msgspec

from algotradehub.client.stream.messages import CHANGES, Change
from algotradehub.client.values import encode, read_special
from algotradehub.domain.ids import AccountId
from algotradehub.domain.market import BookAction
from algotradehub.ports.bus import Alert
from algotradehub.ports.venue import Channel
from tests.unit.api.gateway import (
    ACCOUNT,
    MINUTE_NS,
    SPOT,
    VENUE,
    Gateway,
    book,
    candle,
    gateway,
    quote,
    trade,
)
from tests.unit.api.stream.sockets import Socket, connected, later

MARKET: dict[str, Any] = {"venue": VENUE, "symbol": SPOT.symbol}


def decoded(told: Any) -> Change:
    return msgspec.json.decode(json.dumps(told), type=CHANGES[told["topic"]], dec_hook=read_special)


def full(told: dict[str, Any]) -> dict[str, Any]:
    """Without its empty lists, which say as much as none."""
    return {name: value for name, value in told.items() if value != []}


async def told_of_everything(api: Gateway, socket: Socket) -> list[Any]:
    told: list[Any] = await socket.say(op="subscribe", topic="account", account=ACCOUNT)
    for topic in ("ticker", "book", "trades"):
        told += await socket.say(op="subscribe", topic=topic, **MARKET)
    told += await socket.say(op="subscribe", topic="candles", interval="1m", **MARKET)
    told += await socket.say(op="subscribe", topic="system")
    placed = await api.place()
    api.account.fill(placed.json["order_id"], quantity=Decimal("0.004"), price=Decimal(60000))
    await later(api, 1)
    now_ns = api.clock.now_ns()
    api.tell(quote("59999.5", "60000.5", now_ns))
    api.tell(trade("60000", now_ns))
    for event in (book(now_ns), msgspec.structs.replace(book(now_ns), action=BookAction.DELTA)):
        api.feed.push(Channel(SPOT.symbol, "book"), event)
    api.feed.push(Channel(SPOT.symbol, "candles", MINUTE_NS), candle(now_ns))
    api.core.bus.publish(Alert(name="odd", detail="look", account=AccountId(ACCOUNT), at_ns=now_ns))
    await later(api, 2)
    return told + socket.told


async def test_every_change_is_the_same_afterwards() -> None:
    async with gateway() as api, connected(api) as socket:
        told = await told_of_everything(api, socket)
    changes = [each for each in told if each["type"] in {"snapshot", "delta"}]
    assert {(each["topic"], each["type"]) for each in changes} == {
        (topic, kind) for topic in CHANGES for kind in ("snapshot", "delta")
    }
    for each in changes:
        change = decoded(each)
        assert json.loads(encode(change)) == full(each)
        assert change.is_snapshot is (each["type"] == "snapshot")
    groups = {name for each in changes for name, value in each.items() if value and value != []}
    for name in (
        "orders",
        "fills",
        "positions",
        "balances",
        "tickers",
        "bids",
        "trades",
        "candles",
    ):
        assert name in groups
    assert {"accounts", "venues", "alerts"} <= groups


def test_what_is_told_rarely_is_read_too() -> None:
    dropped = {
        "type": "delta",
        "topic": "account",
        "account": "a",
        "seq": 3,
        "resumed": True,
        "dropped_fills": [{"order_id": "o", "execution_id": "e"}],
    }
    missed = {"type": "delta", "topic": "trades", **MARKET, "seq": 2, "missed": 7}
    for told in (dropped, missed):
        assert json.loads(encode(decoded(told))) == told
