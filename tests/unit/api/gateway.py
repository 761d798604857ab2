"""The gateway over a real desk, called without a socket: what every test of the API starts from."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import msgspec
from fastapi import FastAPI

from algotradehub.api.app import create_app
from algotradehub.api.parts import ApiParts
from algotradehub.api.stream.gateway import Stream, open_stream
from algotradehub.app.core import AccountSetup, Core, memory_store, open_core
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.evidence import Balance
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, Asset, ClientOrderId, Symbol, TenantId, VenueId
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.market import BookAction, BookUpdate, Candle, Quote, Trade
from algotradehub.domain.money import money_context
from algotradehub.domain.order import Order
from algotradehub.domain.records import Record
from algotradehub.ports.audit import Head, OperationFilter, OperationStats, Performed
from algotradehub.ports.store import OrderFilter, Store
from algotradehub.ports.venue import Channel
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.intervention import Approvals
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.market_data import MarketDataManager
from tests.fakes.account import FakeAccount
from tests.fakes.clock import FakeClock
from tests.fakes.disk import FailingDisk, MemoryDisk
from tests.fakes.feed import SilentFeed
from tests.fakes.projection import StoredAtOnce

EPOCH = 1
TENANT = TenantId("main")
VENUE = VenueId("paper:binance")
ACCOUNT = AccountId("paper-main")
OTHERS_ACCOUNT = AccountId("not-ours")
SPOT = Instrument(
    venue=VENUE,
    symbol=Symbol("BTC/USDT"),
    venue_symbol="BTCUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal("0.1")),
    lot=Decimal("0.001"),
    min_quantity=Decimal("0.001"),
    max_quantity=Decimal(100),
    min_notional=Decimal(5),
)
INVERSE = msgspec.structs.replace(
    SPOT,
    symbol=Symbol("BTC/USD:BTC"),
    venue_symbol="BTCUSD",
    kind=InstrumentKind.PERPETUAL,
    quote=Asset("USD"),
    settle=Asset("BTC"),
    inverse=True,
    contract_size=Decimal(100),
    lot=Decimal(1),
    min_quantity=Decimal(1),
)
MINUTE_NS = 60_000_000_000
LIMITS = RiskLimits(max_order_notional=Decimal(500_000))
ORDER = {
    "account": ACCOUNT,
    "symbol": "BTC/USDT",
    "side": "BUY",
    "type": "LIMIT",
    "quantity": "0.010",
    "limit_price": "60000.1",
}


class Reply(msgspec.Struct, frozen=True):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class StoreQueries:
    """Implements ``api.parts.Queries``; ``stuck`` is a projection that does not keep up."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self._store = store
        self._clock = clock
        self.stuck = False

    async def settled(self) -> None:
        if self.stuck:
            await asyncio.get_running_loop().create_future()
        for _ in range(4):  # to the disk, then to the projection
            self._clock.advance(0.02)

    async def orders(self, wanted: OrderFilter) -> Sequence[Order]:
        return self._store.orders(wanted)

    async def fills(self, **wanted: Any) -> Sequence[Fill]:
        return self._store.fills(**wanted)

    async def timeline(self, order_id: ClientOrderId) -> Sequence[Record]:
        return self._store.timeline(order_id)

    async def stop_records(self, account: AccountId, *, limit: int) -> Sequence[Record]:
        return self._store.stop_records(account, limit=limit)

    async def operations(self, wanted: OperationFilter) -> Sequence[Performed]:
        return self._store.operations(wanted)

    async def operation_stats(
        self, wanted: OperationFilter, *, period_ns: int | None = None
    ) -> Sequence[OperationStats]:
        return self._store.operation_stats(wanted, period_ns=period_ns)

    async def actions(self, wanted: OperationFilter) -> Sequence[Record]:
        return self._store.actions(wanted)

    async def head(self) -> Head:
        return Head(seq=7, sha256="3f" * 32)


class Gateway(msgspec.Struct, kw_only=True):
    """Everything a test may look at or break."""

    app: FastAPI
    stream: Stream
    parts: ApiParts
    core: Core
    account: FakeAccount
    clock: FakeClock
    disk: FailingDisk
    feed: SilentFeed
    queries: StoreQueries
    troubles: dict[str, str | None]
    escaped: list[Exception] = []  # errors that a server would log

    def tell(self, event: Quote | Trade) -> None:
        """Let the feed say ``event``."""
        kind = "quotes" if isinstance(event, Quote) else "trades"
        self.feed.push(Channel(event.symbol, kind), event)

    def show_market(self) -> None:
        """Let there be a quote, a trade, a book and a candle of a minute ago."""
        now_ns = self.clock.now_ns()
        self.tell(quote("59999.5", "60000.5", now_ns))
        self.tell(trade("60000", now_ns))
        self.feed.books[SPOT.symbol] = book(now_ns)
        self.feed.history.append(candle(now_ns // MINUTE_NS * MINUTE_NS - MINUTE_NS))

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        raw: bytes | None = None,
        chunks: Iterable[bytes] | None = None,
        key: str | None = None,
        headers: Iterable[tuple[str, str]] = (),
        host: str = "localhost:8000",
    ) -> Reply:
        """Send one request: ``body`` as JSON, ``raw`` as it is, ``chunks`` piece by piece."""
        data = json.dumps(body).encode() if raw is None and body is not None else raw or b""
        given = [("host", host), *headers]
        if (body is not None or raw is not None or chunks is not None) and not any(
            name == "content-type" for name, _ in given
        ):
            given.append(("content-type", "application/json"))
        if key is not None:
            given.append(("idempotency-key", key))
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in given],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
        }
        return await self._exchange(scope, list(chunks) if chunks is not None else [data])

    async def place(self, key: str = "k1", **changes: object) -> Reply:
        """Place the usual order, with fields changed, or left out where they are ``...``."""
        body = {name: value for name, value in {**ORDER, **changes}.items() if value is not ...}
        return await self.ask("POST", "/api/v1/orders", body=body, key=key)

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Nothing inside may claim a key, write to the journal, or reach a venue."""
        before = self._deeds()
        yield
        assert self._deeds() == before

    @property
    def claimed(self) -> int:
        """How many idempotency keys stand for an order."""
        return sum(map(len, self.core.state.claims.values()))

    def _deeds(self) -> tuple[int, int, int]:
        return self.core.journal.seq, self.claimed, len(self.account.sent)

    async def _exchange(self, scope: dict[str, Any], pieces: list[bytes]) -> Reply:
        incoming = [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
            for number, piece in enumerate(pieces, 1)
        ]
        answered: list[dict[str, Any]] = []

        async def receive() -> Any:
            return incoming.pop(0) if incoming else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            answered.append(message)

        try:
            await self.app(scope, receive, send)
        except Exception as error:
            # Raised once more after the answer, so that a server logs it.
            if not answered:
                raise
            self.escaped.append(error)
        start, *parts = answered
        return Reply(
            start["status"],
            {name.decode(): value.decode() for name, value in start["headers"]},
            b"".join(part.get("body", b"") for part in parts),
        )


@asynccontextmanager
async def gateway(
    *,
    token: str | None = None,
    durability: Durability = Durability.PROCESS,
    limits: RiskLimits = LIMITS,
    people: Mapping[str, str] | None = None,
    approvals: Approvals | None = None,
) -> AsyncIterator[Gateway]:
    """Open a desk with one account of ours and one of somebody else, and the API over it."""
    with money_context():
        clock = FakeClock()
        store = memory_store()
        disk = FailingDisk(MemoryDisk(clock))
        queries = StoreQueries(store, clock)
        market, feed = MarketDataManager(), SilentFeed(VENUE, [SPOT.symbol, INVERSE.symbol])
        market.attach(feed, [SPOT.symbol, INVERSE.symbol])
        for kind in ("quotes", "trades"):
            market.listen(VENUE, Channel(SPOT.symbol, kind), lambda event: None)
        ids = InstallationIds(7, random_bits=lambda bits: (1 << bits) - 1)
        cash = Balance(
            asset=Asset("USDT"), total=Decimal(1000), available=Decimal("1E+3"), venue_time_ns=1
        )
        ours, others = (
            FakeAccount(
                name, venue=VENUE, instruments=[SPOT, INVERSE], balances=[cash], clock=clock
            )
            for name in (ACCOUNT, OTHERS_ACCOUNT)
        )
        setups = [
            AccountSetup(
                id=account.id,
                tenant=tenant,
                open=account.open,
                durability=durability,
                limits=limits,
            )
            for account, tenant in ((ours, TENANT), (others, TenantId("somebody else")))
        ]
        opening = open_core(
            clock=clock,
            ids=ids,
            disk=disk,
            store=store,
            projection=StoredAtOnce(store),
            prices=market,
            feed=market,
            accounts=setups,
            approvals=approvals,
            epoch=EPOCH,
        )
        async with AsyncExitStack() as opened:
            with time_passing(clock):
                core = await opened.enter_async_context(opening)
                await turn(10)
            troubles: dict[str, str | None] = {"journal": None}
            parts = ApiParts(
                orders=core.orders,
                kill_switch=core.kill_switch,
                flattening=core.flattening,
                risk=core.risk,
                state=core.state,
                queries=queries,
                market=market,
                tenant=TENANT,
                token=token,
                ready=lambda: troubles,
                ids=ids,
                clock=clock,
                metrics=lambda: "orders_total 1.0\n",
                intervention=core.intervention,
                people=people or {},
            )
            following = open_stream(
                parts, bus=core.bus, epoch=EPOCH, account_seq=core.journal.account_seq
            )
            stream = opened.enter_context(following)
            await opened.enter_async_context(running(stream.run()))
            yield Gateway(
                app=create_app(parts, stream),
                stream=stream,
                parts=parts,
                core=core,
                account=ours,
                clock=clock,
                disk=disk,
                feed=feed,
                queries=queries,
                troubles=troubles,
            )
        store.close()


@asynccontextmanager
async def running(coroutine: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run it beside the test. Not in a task group, which would hide the test's own failure."""
    task = asyncio.get_running_loop().create_task(coroutine)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()


@contextmanager
def time_passing(clock: FakeClock) -> Iterator[None]:
    """Advance the clock by 10 ms with every turn of the event loop."""
    loop, passing = asyncio.get_running_loop(), True

    def tick() -> None:
        if passing:
            clock.advance(0.01)
            loop.call_soon(tick)

    tick()
    try:
        yield
    finally:
        passing = False


async def turn(times: int = 1) -> None:
    """Let the event loop turn."""
    loop = asyncio.get_running_loop()
    for _ in range(times):
        turned = loop.create_future()
        loop.call_soon(turned.set_result, None)
        await turned


def quote(bid: str, ask: str, received_ns: int) -> Quote:
    return Quote(
        venue=VENUE,
        symbol=SPOT.symbol,
        bid=Decimal(bid),
        ask=Decimal(ask),
        bid_quantity=Decimal(1),
        ask_quantity=Decimal(1),
        venue_time_ns=received_ns,
        received_ns=received_ns,
    )


def trade(price: str, at_ns: int, *, quantity: str = "1", number: int = 1) -> Trade:
    return Trade(
        venue=VENUE,
        symbol=SPOT.symbol,
        price=Decimal(price),
        quantity=Decimal(quantity),
        taker=Side.BUY,
        venue_trade_id=str(number),
        venue_time_ns=at_ns,
        received_ns=at_ns,
    )


def book(at_ns: int) -> BookUpdate:
    """Two levels of each side."""
    return BookUpdate(
        venue=VENUE,
        symbol=SPOT.symbol,
        action=BookAction.SNAPSHOT,
        bids=((Decimal("59999.5"), Decimal(1)), (Decimal(59999), Decimal("2.50"))),
        asks=((Decimal("60000.5"), Decimal(1)), (Decimal(60001), Decimal(3))),
        first_sequence=7,
        last_sequence=9,
        venue_time_ns=at_ns,
        received_ns=at_ns,
    )


def candle(start_ns: int, *, interval_ns: int = MINUTE_NS) -> Candle:
    return Candle(
        venue=VENUE,
        symbol=SPOT.symbol,
        start_ns=start_ns,
        interval_ns=interval_ns,
        open=Decimal(1),
        high=Decimal(4),
        low=Decimal("0.5"),
        close=Decimal(2),
        volume=Decimal(10),
        final=True,
        received_ns=start_ns + interval_ns,
    )
