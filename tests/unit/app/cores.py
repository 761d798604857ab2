"""A machine for the inner ring: a disk, a projection and an account that outlive its processes."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from decimal import Decimal
from random import Random
from typing import Any

from algotradehub.app.core import AccountSetup, Core, memory_store, open_core
from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.capabilities import DeadManRule
from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.ports.venue import AccountOpener, Sink, TradingAccount
from algotradehub.simulation.clock import SimClock
from algotradehub.simulation.loop import SimLoop
from algotradehub.simulation.timeline import Timeline
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.dead_man import DeadManPolicy
from algotradehub.trading.line_quality import LineLimits
from algotradehub.trading.market_data import MarketDataManager
from tests.fakes.account import ALL
from tests.fakes.disk import FailingDisk, MemoryDisk
from tests.fakes.projection import StoredAtOnce
from tests.fakes.silent_account import SilentAccount
from tests.unit.trading.bench import START_NS, TAG
from tests.unit.trading.words import ACCOUNT, PRICE, SPOT, TENANT, VENUE, changed

Use = Callable[[Core], Coroutine[Any, Any, None]]


class Machine:
    """Runs the core, process after process.

    Attributes:
        account: Of the current process, or of the last one.
        opening_s: How long an account takes to open, once it has said that it is up.
        opener: Of the account, in its place.
        line: How bad its line may be.
    """

    def __init__(self) -> None:
        self.timeline = Timeline(Random(0), start_ns=START_NS)
        self.store = memory_store()
        self.projection = StoredAtOnce(self.store)
        self.ids = InstallationIds(TAG, random_bits=Random(0).getrandbits)
        self.account: SilentAccount
        self.opening_s = 0.0
        self.durability = Durability.PROCESS
        self.dead_man: DeadManPolicy | None = None
        self.opener: AccountOpener = self._open_account
        self.line: LineLimits | None = None
        self._epoch = 0
        self._start_process()
        self.memory = MemoryDisk(self.clock)
        self.disk = FailingDisk(self.memory)

    def close(self) -> None:
        self.loop.close()
        self.timeline.close()
        self.store.close()

    def run(self, use: Use) -> None:
        """One life of the process: open the core, use it, close it in order."""

        async def main() -> None:
            async with self.open() as core:
                await use(core)

        self.loop.run(main())

    def dies(self, *, power_fails: bool = False) -> None:
        """End the process where it stands."""
        self.loop.close()
        if power_fails:
            self.memory.power_fails()
        else:
            self.memory.process_dies()
        self._start_process()
        self.memory.clock = self.clock
        self.disk = FailingDisk(self.memory)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Core]:
        self._epoch += 1
        setup = AccountSetup(
            id=ACCOUNT,
            tenant=TENANT,
            open=self.opener,
            durability=self.durability,
            dead_man=self.dead_man,
            line=self.line,
        )
        async with open_core(
            clock=self.clock,
            ids=self.ids,
            disk=self.disk,
            store=self.store,
            projection=self.projection,
            prices=_OnePrice(),
            feed=MarketDataManager(),
            accounts=[setup],
            epoch=self._epoch,
        ) as core:
            yield core

    @asynccontextmanager
    async def _open_account(self, sink: Sink) -> AsyncIterator[TradingAccount]:
        self.account = SilentAccount(ACCOUNT, venue=VENUE, instruments=[SPOT], clock=self.clock)
        self.account.capabilities = changed(
            ALL, dead_man=DeadManRule(shortest_s=1.0, longest_s=60.0)
        )
        self.account.open(sink)
        self.account.tell(Connection(state=ConnectionState.UP))
        await self.clock.sleep(self.opening_s)
        yield self.account

    def _start_process(self) -> None:
        self.loop = SimLoop(self.timeline)
        self.clock = SimClock(self.loop)


class _OnePrice:
    """Implements ``trading.orders.ReferencePrices``."""

    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal | None:
        return PRICE
