"""The desk on a test bench: every part is real but the venue's account, and time is virtual."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from typing import Any, TypeAlias

from algotradehub.app.projector import Projector
from algotradehub.app.restoring import restore
from algotradehub.bus.memory import MemoryBus
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.commands import OrderCommand
from algotradehub.domain.emulation import Emulation
from algotradehub.domain.evidence import Connection
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.market import Quote, Trade
from algotradehub.domain.order import Order, OrderRequest
from algotradehub.domain.records import DayMarked, Restarted
from algotradehub.domain.trading_day import TradingDay
from algotradehub.ports.bus import Alert, Fact
from algotradehub.ports.venue import Channel, OrderName
from algotradehub.simulation.clock import SimClock
from algotradehub.simulation.loop import SimLoop
from algotradehub.simulation.timeline import Timeline
from algotradehub.storage.journal.journal import SegmentJournal
from algotradehub.storage.sqlite.store import SqliteStore
from algotradehub.trading.account_desk import AccountDesk, Durability
from algotradehub.trading.dispatch import Dispatch
from algotradehub.trading.guard import PRICE_AGE_S, Guard
from algotradehub.trading.intake import Intake
from algotradehub.trading.limits import DeskLimits, RiskLimits
from algotradehub.trading.market_data import MarketDataManager
from algotradehub.trading.orders import OrderManager
from algotradehub.trading.orphans import Orphans
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.recovery import Recovery
from algotradehub.trading.replacing import Replacing
from algotradehub.trading.reports import Reconciliation
from algotradehub.trading.risk.engine import RiskEngine
from tests.fakes.account import ALL
from tests.fakes.disk import FailingDisk, MemoryDisk
from tests.fakes.feed import SilentFeed
from tests.fakes.projection import StoredAtOnce
from tests.fakes.silent_account import SilentAccount
from tests.unit.trading.words import (
    ACCOUNT,
    PRICE,
    SPOT,
    SYMBOL,
    TENANT,
    VENUE,
    acknowledged,
    facts,
    limit,
)

S = 1_000_000_000
START_NS = 1_800_000_000 * S
TAG = 0x5EED


class Bench:
    """One account, its desk, and what both live on; ``close`` it in the end.

    Args:
        durability: Of the account.
        limits: Of the account.
        all_limits: Of every scope, in their place.
        capabilities: Of the account.
        orphans: How many events may wait for their orders.
        recovers: Whether the real ``Recovery`` pursues questions; else they are only noted.
        emulation: Of the account.
    """

    def __init__(
        self,
        *,
        durability: Durability = Durability.PROCESS,
        limits: RiskLimits | None = None,
        all_limits: DeskLimits | None = None,
        capabilities: Capabilities = ALL,
        orphans: int = 3,
        recovers: bool = False,
        emulation: Emulation = Emulation.ALERT,
    ) -> None:
        self.timeline = Timeline(Random(0), start_ns=START_NS)
        self.reference: Decimal | None = PRICE  # what the market's price is told to be
        self.store = SqliteStore()
        self._random = Random(0)
        self._durability = durability
        self._all_limits = all_limits or DeskLimits(
            accounts={ACCOUNT: limits or RiskLimits()}, owners={ACCOUNT: TENANT}
        )
        self._capabilities = capabilities
        self._orphans = orphans
        self._recovers = recovers
        self._emulation = emulation
        self.lives = 0
        self._start_loop()
        self.memory = MemoryDisk(self.clock)
        self._start()

    def close(self) -> None:
        self.loop.close()
        self.timeline.close()
        self.store.close()

    def advance(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due by then."""
        self.loop.run(self.clock.sleep(seconds))

    def restart(self, *, power_fails: bool = False) -> None:
        """End the process as it stands, and start the next one on what is left."""
        self.loop.close()
        if power_fails:
            self.memory.power_fails()
        else:
            self.memory.process_dies()
        self._start_loop()
        self.memory.clock = self.clock
        self._start()

    def trade(self, price: int | str) -> None:
        """Somebody trades at that price, and everybody here hears of it."""
        now_ns = self.clock.now_ns()
        trade = Trade(
            venue=VENUE,
            symbol=SYMBOL,
            price=Decimal(price),
            quantity=Decimal(1),
            taker=None,
            venue_trade_id="1",
            venue_time_ns=now_ns,
            received_ns=now_ns,
        )
        self.feed.push(Channel(SYMBOL, "trades"), trade)

    def quote(self) -> None:
        """The venue shows that it is there; no price moves."""
        now_ns = self.clock.now_ns()
        quote = Quote(
            venue=VENUE,
            symbol=SYMBOL,
            bid=PRICE,
            ask=PRICE,
            bid_quantity=Decimal(1),
            ask_quantity=Decimal(1),
            venue_time_ns=now_ns,
            received_ns=now_ns,
        )
        self.feed.push(Channel(SYMBOL, "quotes"), quote)

    def submit(self, request: OrderRequest | None = None) -> Order:
        return self.orders.submit(request or limit())

    def rest(self, request: OrderRequest | None = None, venue_order_id: str = "V1") -> Order:
        """Submit an order and have the venue acknowledge it."""
        order = self.submit(request)
        self.account.tell(acknowledged(order, venue_order_id=venue_order_id))
        return self.now(order)

    def cancel(self, order: Order) -> Order:
        return self.orders.cancel(TENANT, order.order_id)

    def now(self, order: Order) -> Order:
        """``order`` as it is known now."""
        found = self.state.order(order.order_id)
        assert found is not None
        return found

    @property
    def sent(self) -> list[OrderCommand]:
        return self.account.sent

    def exposure(self) -> tuple[object, ...]:
        """What may still be bought and sold."""
        sums = self.state.sums.of(ACCOUNT, SYMBOL)
        return facts(sums.buying, sums.selling)

    def journaled(self) -> Iterator[Any]:
        """Bodies of the account's records, as they stand on the disk."""
        return (record.body for record in self.journal.read() if record.account == ACCOUNT)

    def alerts(self) -> list[str]:
        return [fact.name for fact in self.facts if isinstance(fact, Alert)]

    def _mark_day(self, account: AccountId, day: TradingDay) -> None:
        self.recorder.keep(account, DayMarked(day=day))

    def _start_loop(self) -> None:
        self.loop = SimLoop(self.timeline)
        self.clock = SimClock(self.loop)

    def _start(self) -> None:
        self.ids = InstallationIds(TAG, random_bits=self._random.getrandbits)
        self.disk = FailingDisk(self.memory)
        self.facts: list[Fact] = []
        self.bus = MemoryBus(on_failure=_unexpected)
        self.bus.subscribe(self.facts.append)
        self.journal = SegmentJournal(self.disk, clock=self.clock)
        self.state = restore(self.store, self.journal, now_ns=self.clock.now_ns())
        self.projector = Projector(
            state=self.state,
            journal=self.journal,
            projection=StoredAtOnce(self.store),
            clock=self.clock,
        )
        self.recorder = Recorder(
            journal=self.journal,
            state=self.state,
            bus=self.bus,
            clock=self.clock,
            on_record=self.projector.wake,
        )
        self.journal.on_forgotten = self.projector.forget
        self.journal.on_deferred = self.recorder.deferred_stored
        self.intake = Intake(state=self.state, recorder=self.recorder, clock=self.clock, tag=TAG)
        self.dispatch = Dispatch(
            state=self.state, recorder=self.recorder, intake=self.intake, clock=self.clock
        )
        self.replacing = Replacing(
            state=self.state, intake=self.intake, dispatch=self.dispatch, clock=self.clock
        )
        self.risk = RiskEngine(
            limits=self._all_limits,
            sums=self.state.sums,
            positions=self.state.positions,
            balances=self.state.balances,
            prices=_Prices(self),
            days=self.state.standing.days,
            record=self._mark_day,
            clock=self.clock,
        )
        self.risk.start(self.state.orders.values())
        self.risk.look()
        self.orders = OrderManager(
            state=self.state,
            recorder=self.recorder,
            intake=self.intake,
            dispatch=self.dispatch,
            risk=self.risk,
            prices=_Prices(self),
            clock=self.clock,
            ids=self.ids,
        )
        self.desk = AccountDesk(
            ACCOUNT,
            tenant=TENANT,
            durability=self._durability,
            orphans=Orphans(ACCOUNT, capacity=self._orphans, sums=self.state.sums),
        )
        self.recovery = Recovery(
            desk=self.desk,
            dispatch=self.dispatch,
            replacing=self.replacing,
            intake=self.intake,
            recorder=self.recorder,
            state=self.state,
            clock=self.clock,
            spawn=self.loop.create_task,
        )
        self.questions = NotedQuestions(lambda order_id: self.replacing.go_on(self.desk, order_id))
        self.desk.questions = self.recovery if self._recovers else self.questions
        self.account = SilentAccount(
            ACCOUNT,
            venue=VENUE,
            instruments=[SPOT],
            clock=self.clock,
            capabilities=self._capabilities,
        )
        inbox = self.orders.open(self.desk)
        self.account.open(inbox.receive)
        inbox.open()
        self.desk.account = self.account
        self.desk.instruments = {SYMBOL: SPOT}
        self.feed = SilentFeed(VENUE, [SYMBOL])
        market = MarketDataManager()
        market.attach(self.feed, [SYMBOL])
        market.listen(VENUE, Channel(SYMBOL, "quotes"), _ignore)
        self.guard = self.desk.guard = Guard(
            desk=self.desk,
            dispatch=self.dispatch,
            recorder=self.recorder,
            state=self.state,
            prices=market,
            clock=self.clock,
            journal_refuses=lambda: self.journal.refusing,
            choice=self._emulation,
            price_age_s=PRICE_AGE_S,
            spawn=self.loop.create_task,
        )
        if self.lives:
            self.recorder.keep(
                ACCOUNT, Restarted(epoch=self.lives + 1, last_ns=self.journal.found_ns)
            )
        self.lives += 1
        self.guard.open()
        self.quote()
        self.desk.refusing = None


OpenBench: TypeAlias = Callable[..., Bench]  # with the options of Bench


class NotedQuestions:
    """Implements ``account_desk.Questions``: notes what was asked, and does nothing about it.

    Only the leg that follows a dead one is really sent: that asks the venue nothing.
    """

    def __init__(self, replace: Callable[[ClientOrderId], None]) -> None:
        self.noted: list[tuple[str, object]] = []
        self._replace = replace

    def watch(self, order_id: ClientOrderId) -> None:
        self.noted.append(("watch", order_id))

    def ask_now(self, order_id: ClientOrderId) -> None:
        self.noted.append(("ask_now", order_id))

    def cancel_again(self, order_id: ClientOrderId) -> None:
        self.noted.append(("cancel_again", order_id))

    def replace(self, order_id: ClientOrderId) -> None:
        self.noted.append(("replace", order_id))
        self._replace(order_id)

    def watch_fills(self, order_id: ClientOrderId) -> None:
        self.noted.append(("watch_fills", order_id))

    def watch_orphan(self, name: OrderName) -> None:
        self.noted.append(("watch_orphan", name))

    async def reconcile(self) -> Reconciliation:
        raise AssertionError("nobody answers here")

    def connection(self, event: Connection) -> None:
        self.noted.append(("connection", event))

    def resynchronise(self, reason: str) -> None:
        self.noted.append(("resynchronise", reason))


class _Prices:
    """Implements ``orders.ReferencePrices`` with the bench's one price."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal | None:
        return self._bench.reference


def _ignore(event: object) -> None:
    """Listening is enough."""


def _unexpected(receive: object, error: Exception) -> None:
    raise AssertionError(f"{receive!r} raised {error!r}")
