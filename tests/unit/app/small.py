"""A small platform for tests: one venue, two symbols, one account, no API unless asked for."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from algotradehub.app.embedded import Platform
from algotradehub.domain.ids import AccountId, IdempotencyKey, Symbol, TenantId, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import BaseAmount, Order, OrderRequest, OrderType
from algotradehub.ports.venue import Channel
from algotradehub.settings.loading import load
from algotradehub.settings.tree import Settings

TENANT = TenantId("local")
VENUE = VenueId("paper:one")
ACCOUNT = AccountId("mine")
SYMBOL = Symbol("BTC/USDT")
OPENING = {"BTC": "1", "USDT": "100000"}
QUOTES = Channel(SYMBOL, "quotes")


def small_settings(data_dir: Path, **changes: Any) -> Settings:
    """Synthetic BTC around 64,000; ``changes`` replace whole sections."""
    listings = [
        {"symbol": "BTC/USDT", "price": "64000"},
        {"symbol": "ETH/USDT", "price": "3200", "trades_per_s": 5.0},
    ]
    venue = {"id": VENUE, "listings": listings, "opening": OPENING}
    values: dict[str, Any] = {
        "data_dir": data_dir,
        "api": {"enabled": False},
        "paper_venues": [venue],
        "accounts": [{"id": ACCOUNT, "venue": VENUE}],
    }
    return load(environment={}, overrides={**values, **changes})


def replayed(path: Path, *, symbol: str = SYMBOL, speed: float = 1.0) -> dict[str, Any]:
    """The same venue, playing a recording."""
    return {
        "id": VENUE,
        "listings": [{"symbol": symbol, "lot": "0.001"}],
        "opening": {"BTC": "1", "USD": "100000", "USDT": "100000"},
        "market": {
            "kind": "replay",
            "files": [{"path": str(path), "symbol": symbol}],
            "speed": speed,
        },
    }


def request(key: str, **changes: Any) -> OrderRequest:
    values: dict[str, Any] = {
        "tenant": TENANT,
        "account": ACCOUNT,
        "symbol": SYMBOL,
        "side": Side.BUY,
        "type": OrderType.MARKET,
        "amount": BaseAmount(Decimal("0.01")),
        "idempotency_key": IdempotencyKey(key),
        **changes,
    }
    return OrderRequest(**values)


def resting(key: str) -> OrderRequest:
    """Far below any price of the test."""
    return request(key, type=OrderType.LIMIT, limit_price=Decimal(1000))


async def priced(platform: Platform, symbol: Symbol = SYMBOL) -> None:
    """Wait until the venue has quoted."""
    quoted = asyncio.Event()
    leave = platform.market.listen(VENUE, Channel(symbol, "quotes"), lambda _: quoted.set())
    await quoted.wait()
    leave()


async def until(platform: Platform, condition: Callable[[], bool]) -> None:
    """Wait for what some fact on the bus will bring about."""
    heard = asyncio.Event()
    leave = platform.core.bus.subscribe(lambda _: heard.set())
    while not condition():
        await heard.wait()
        heard.clear()
    leave()


def orders(platform: Platform) -> dict[str, Order]:
    """Every order in memory, by its key."""
    return {o.request.idempotency_key: o for o in platform.core.state.orders.values()}


async def assert_books_agree_with_venue(platform: Platform) -> None:
    """Nothing lost, nothing doubled: orders, fills and balances are those of the venue.

    All of it in one turn of the loop: the market goes on, and between two turns it may fill more.
    """
    state = platform.core.state
    for desk in platform.core.orders.desks:
        told = [fill.execution_id for fill in await desk.account.fills_since(0)]
        booked = [
            fill
            for fills in state.executions.values()
            for fill in fills.values()
            if fill.account == desk.account_id
        ]
        assert sorted(fill.execution_id for fill in booked) == sorted(told)
        assert len(set(told)) == len(told)
        at_venue = {order.client_order_id for order in await desk.account.open_orders()}
        assert at_venue == set(state.live.get(desk.account_id, ()))
        moved = {fill.symbol: Decimal(0) for fill in booked}
        for fill in booked:
            moved[fill.symbol] += fill.side.sign * fill.quantity
        for symbol, quantity in moved.items():
            position = state.positions.get(desk.account_id, symbol)
            assert position is not None
            assert position.quantity == quantity
    assert all(not balance.difference for balance in state.balances.all())
