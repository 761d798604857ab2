"""What a strategy sees of the desk, and what it does not."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from algotradehub.domain.errors import NotFound
from algotradehub.domain.ids import (
    Symbol,
)
from algotradehub.domain.market import MarketEvent
from algotradehub.ports.strategy import (
    StrategyCommand,
    View,
)
from algotradehub.trading.desk_view import DeskView
from tests.unit.trading.strategies import (
    ACCOUNT,
    OTHER,
    SPOT,
    SYMBOL,
    TENANT,
    Scripted,
    bid,
    connected,
    world,
)


async def test_the_view_shows_the_desk_as_it_is() -> None:
    async with world() as w:
        await connected()
        seen: list[object] = []

        def look(event: MarketEvent, view: View) -> Sequence[StrategyCommand]:
            seen.append(
                (
                    view.now_ns == w.clock.now_ns(),
                    view.instrument(ACCOUNT, SYMBOL),
                    view.position(ACCOUNT, SYMBOL).quantity,
                    [order.leg.limit_price for order in view.open_orders(ACCOUNT, SYMBOL)],
                    view.open_orders(ACCOUNT, Symbol("ETH/USDT")),
                    view.available(ACCOUNT, "USDT"),
                    view.available(ACCOUNT, "DOGE"),
                )
            )
            return [bid()]

        w.start(Scripted(market=look))
        w.tell(1)
        w.account.fill(w.orders()[0].order_id, quantity=Decimal("0.2"), price=Decimal(90))
        w.tell(2)
        assert seen == [
            (True, SPOT, Decimal(0), [], [], Decimal(7), None),
            (True, SPOT, Decimal("0.2"), [Decimal(90)], [], Decimal(7), None),
        ]


async def test_accounts_of_others_and_unlisted_symbols_are_not_found() -> None:
    async with world() as w:
        await connected()
        view = DeskView(
            orders=w.core.orders,
            state=w.core.state,
            tenant=TENANT,
            accounts=frozenset({ACCOUNT}),
        )
        with pytest.raises(NotFound, match="does not list"):
            view.instrument(ACCOUNT, Symbol("X/Y"))
        for look in (view.instrument, view.position, view.open_orders, view.available):
            with pytest.raises(NotFound, match="not one of the strategy's accounts"):
                look(OTHER, SYMBOL)
