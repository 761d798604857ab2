"""A desk with two accounts, a feed that says what it is told to, and scripted strategies."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from decimal import Decimal

import msgspec

from algotradehub.app.core import AccountSetup, Core, memory_store, open_core
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.errors import AlgoTradeHubError
from algotradehub.domain.evidence import Balance
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import (
    AccountId,
    Asset,
    IdempotencyKey,
    Symbol,
    TenantId,
    VenueId,
)
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.market import MarketEvent, Quote
from algotradehub.domain.money import money_context
from algotradehub.domain.order import (
    BaseAmount,
    Order,
    OrderRequest,
    OrderType,
)
from algotradehub.ports.bus import Alert, Fact
from algotradehub.ports.strategy import (
    PlaceOrder,
    Strategy,
    StrategyCommand,
    View,
)
from algotradehub.ports.venue import Channel
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.market_data import MarketDataManager
from algotradehub.trading.strategy_host import RunningStrategy, StrategyHost
from tests.fakes.account import FakeAccount
from tests.fakes.clock import FakeClock
from tests.fakes.disk import MemoryDisk
from tests.fakes.feed import SilentFeed
from tests.fakes.projection import StoredAtOnce

TENANT = TenantId("main")
VENUE = VenueId("paper:one")
ACCOUNT, OTHER = AccountId("a"), AccountId("b")
SYMBOL = Symbol("BTC/USDT")
QUOTES = Channel(SYMBOL, "quotes")
SPOT = Instrument(
    venue=VENUE,
    symbol=SYMBOL,
    venue_symbol="BTCUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal("0.1")),
    lot=Decimal("0.001"),
    min_quantity=Decimal("0.001"),
)


class Scripted:
    """Implements ``Strategy``; every event is noted, then asked of a function."""

    def __init__(
        self,
        name: str = "scripted",
        *,
        market: Callable[[MarketEvent, View], Sequence[StrategyCommand]] = lambda *_: (),
        order: Callable[[Order, View], Sequence[StrategyCommand]] = lambda *_: (),
        fill: Callable[[Fill, View], Sequence[StrategyCommand]] = lambda *_: (),
    ) -> None:
        self.name = name
        self.heard: list[str] = []
        self._market, self._order, self._fill = market, order, fill

    def on_market(self, event: MarketEvent, view: View) -> Sequence[StrategyCommand]:
        self.heard.append(f"quote {event.received_ns}")
        return self._market(event, view)

    def on_order(self, order: Order, view: View) -> Sequence[StrategyCommand]:
        self.heard.append(f"order {order.status}")
        return self._order(order, view)

    def on_fill(self, fill: Fill, view: View) -> Sequence[StrategyCommand]:
        self.heard.append(f"fill {fill.quantity}")
        return self._fill(fill, view)


class Listening(Scripted):
    """Also hears of refusals."""

    def on_refused(self, command: StrategyCommand, error: AlgoTradeHubError, view: View) -> None:
        self.heard.append(f"refused {type(error).__name__}")


class World(msgspec.Struct, kw_only=True):
    core: Core
    host: StrategyHost
    account: FakeAccount
    clock: FakeClock
    feed: SilentFeed
    alerts: list[Alert]

    def start(self, strategy: Strategy, *accounts: AccountId) -> RunningStrategy:
        return self.host.start(
            strategy, tenant=TENANT, accounts=accounts or (ACCOUNT,), channels=[(VENUE, QUOTES)]
        )

    def tell(self, number: int = 1) -> None:
        """Let the feed say the quote of this number."""
        self.feed.push(QUOTES, quote(number))

    def orders(self) -> list[Order]:
        return list(self.core.state.orders.values())


@asynccontextmanager
async def world(
    *, durability: Durability = Durability.PROCESS, limits: RiskLimits | None = None, epoch: int = 1
) -> AsyncIterator[World]:
    with money_context():
        clock = FakeClock()
        store = memory_store()
        market, feed = MarketDataManager(), SilentFeed(VENUE, [SYMBOL])
        market.attach(feed)
        cash = Balance(asset=Asset("USDT"), total=Decimal(9), available=Decimal(7), venue_time_ns=1)
        accounts = [
            FakeAccount(name, venue=VENUE, instruments=[SPOT], balances=[cash], clock=clock)
            for name in (ACCOUNT, OTHER)
        ]
        opening = open_core(
            clock=clock,
            ids=InstallationIds(7, random_bits=lambda bits: (1 << bits) - 1),
            disk=MemoryDisk(clock),
            store=store,
            projection=StoredAtOnce(store),
            prices=market,
            feed=market,
            accounts=[
                AccountSetup(
                    id=account.id,
                    tenant=TENANT,
                    open=account.open,
                    durability=durability,
                    limits=limits or RiskLimits(),
                )
                for account in accounts
            ],
            epoch=epoch,
        )
        async with AsyncExitStack() as opened:
            with time_passing(clock):
                core = await opened.enter_async_context(opening)
            host = StrategyHost(
                orders=core.orders,
                state=core.state,
                market=market,
                bus=core.bus,
                clock=clock,
                epoch=epoch,
            )
            found = World(
                core=core, host=host, account=accounts[0], clock=clock, feed=feed, alerts=[]
            )

            def note(fact: Fact) -> None:
                if isinstance(fact, Alert):
                    found.alerts.append(fact)

            core.bus.subscribe(note)
            yield found
        store.close()


@contextmanager
def time_passing(clock: FakeClock) -> Iterator[None]:
    """A millisecond with every turn of the loop: the start waits for the disk."""
    loop, passing = asyncio.get_running_loop(), True

    def tick() -> None:
        if passing:
            clock.advance(0.001)
            loop.call_soon(tick)

    tick()
    yield
    passing = False


async def connected() -> None:
    """Let the accounts come up, which takes a few turns of the loop."""
    loop = asyncio.get_running_loop()
    for _ in range(20):
        turned = loop.create_future()
        loop.call_soon(turned.set_result, None)
        await turned


def quote(number: int) -> Quote:
    return Quote(
        venue=VENUE,
        symbol=SYMBOL,
        bid=Decimal(99),
        ask=Decimal(101),
        bid_quantity=Decimal(1),
        ask_quantity=Decimal(1),
        venue_time_ns=number,
        received_ns=number,
    )


def bid(price: str = "90", *, account: AccountId = ACCOUNT) -> PlaceOrder:
    return PlaceOrder(
        OrderRequest(
            tenant=TenantId("somebody else"),
            account=account,
            symbol=SYMBOL,
            side=Side.BUY,
            type=OrderType.LIMIT,
            amount=BaseAmount(Decimal("0.5")),
            limit_price=Decimal(price),
            idempotency_key=IdempotencyKey("whatever"),
        )
    )


def once(*commands: StrategyCommand) -> Callable[[object, View], Sequence[StrategyCommand]]:
    waiting = [commands]
    return lambda *_: waiting.pop() if waiting else ()
