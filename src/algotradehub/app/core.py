"""The inner ring, put together: the same for production, tests and the simulation."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from typing import Any

import msgspec

from algotradehub.app.one_cause import one_cause
from algotradehub.app.projector import Projection, Projector
from algotradehub.app.restoring import IN_MEMORY_NS, restore_in_parts
from algotradehub.bus.memory import MemoryBus
from algotradehub.domain.emulation import Emulation
from algotradehub.domain.ids import AccountId, StrategyId, Symbol, TenantId
from algotradehub.domain.records import DayMarked, Restarted
from algotradehub.ports.bus import Alert, Bus
from algotradehub.ports.clock import Clock
from algotradehub.ports.disk import Disk
from algotradehub.ports.ids import IdSource
from algotradehub.ports.store import Store
from algotradehub.ports.venue import AccountOpener
from algotradehub.storage.journal.journal import SegmentJournal
from algotradehub.storage.journal.limits import Limits
from algotradehub.storage.sqlite.store import SqliteStore
from algotradehub.trading.account_desk import AccountDesk, Durability
from algotradehub.trading.dead_man import DeadManPolicy, DeadManSwitch
from algotradehub.trading.dispatch import Dispatch
from algotradehub.trading.flattening import Flattening
from algotradehub.trading.guard import PRICE_AGE_S, Guard
from algotradehub.trading.intake import Intake
from algotradehub.trading.intervention import STUCK_AFTER_S, Approvals, InterventionDesk
from algotradehub.trading.kill_switch import KillSwitch
from algotradehub.trading.limits import DeskLimits, RiskLimits
from algotradehub.trading.line_quality import LineLimits, LineWatch
from algotradehub.trading.orders import OrderManager, ReferencePrices
from algotradehub.trading.orphans import Orphans
from algotradehub.trading.price_watch import PriceFeed
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.recovery import Recovery, Spawn
from algotradehub.trading.replacing import Replacing
from algotradehub.trading.risk.engine import LOOK_EVERY_S, RiskEngine
from algotradehub.trading.state import DeskState

FORGET_EVERY_S = 60.0
ORPHANS_KEPT = 1_000
SEGMENT_BYTES = 64 << 20
_EVERY_ACCOUNT = AccountId("")
_NO_TENANTS: Mapping[TenantId, RiskLimits] = {}
_NO_STRATEGIES: Mapping[StrategyId, RiskLimits] = {}


class AccountSetup(msgspec.Struct, frozen=True, kw_only=True):
    """One account to open."""

    id: AccountId
    tenant: TenantId
    open: AccountOpener
    durability: Durability
    limits: RiskLimits = RiskLimits()
    stuck_after_s: float = STUCK_AFTER_S  # how old a question is when it is a person's
    instrument_limits: Mapping[Symbol, RiskLimits] = {}
    emulation: Emulation = Emulation.ALERT  # of what its venue lacks
    price_age_s: float = PRICE_AGE_S
    dead_man: DeadManPolicy | None = None
    line: LineLimits | None = None  # None: nobody judges the line to its venue


class Core(msgspec.Struct, frozen=True, kw_only=True):
    """The running inner ring."""

    orders: OrderManager
    kill_switch: KillSwitch
    flattening: Flattening
    intervention: InterventionDesk
    risk: RiskEngine
    state: DeskState
    journal: SegmentJournal
    projector: Projector
    bus: Bus


def memory_store() -> SqliteStore:
    """A projection that lives as long as the process, for simulations and tests."""
    return SqliteStore()


@asynccontextmanager
async def open_core(
    *,
    clock: Clock,
    ids: IdSource,
    disk: Disk,
    store: Store,
    projection: Projection,
    prices: ReferencePrices,
    feed: PriceFeed,
    accounts: Sequence[AccountSetup],
    epoch: int,
    tenant_limits: Mapping[TenantId, RiskLimits] = _NO_TENANTS,
    strategy_limits: Mapping[StrategyId, RiskLimits] = _NO_STRATEGIES,
    segment_bytes: int = SEGMENT_BYTES,
    approvals: Approvals | None = None,
) -> AsyncIterator[Core]:
    """Recover, open every account, and run until the context ends.

    ``disk`` holds the journal. ``store`` is read from, at the start and for orders that have left
    memory; ``projection`` is fed with what changes. ``epoch`` is that of the lease under which
    this process owns the accounts. ``approvals`` tells how many people a decision about a stuck
    order takes; None: one. ``prices`` values orders, ``feed`` fires those that wait here.

    Raises:
        StorageDamaged: Journal or projection cannot be trusted as they are.
    """

    def alert(name: str, detail: str) -> None:
        bus.publish(Alert(name=name, detail=detail, account=None, at_ns=clock.now_ns()))

    def subscriber_failed(receive: object, error: Exception) -> None:
        alert("subscriber_failed", f"{receive!r} raised {error!r} and hears no more")

    def journal_trouble(trouble: str | None) -> None:
        name = "journal_healed" if trouble is None else "journal_failed"
        alert(name, trouble or "new orders are accepted again")

    bus = MemoryBus(on_failure=subscriber_failed)
    limits_of_journal = Limits(segment_bytes=segment_bytes)
    with closing(
        SegmentJournal(disk, clock=clock, limits=limits_of_journal, on_trouble=journal_trouble)
    ) as journal:
        state = await restore_in_parts(store, journal, projection, clock)
        projector = Projector(state=state, journal=journal, projection=projection, clock=clock)
        if state.changes.records:
            projector.wake()
        recorder = Recorder(
            journal=journal, state=state, bus=bus, clock=clock, on_record=projector.wake
        )
        journal.on_forgotten = projector.forget
        journal.on_deferred = recorder.deferred_stored
        intake = Intake(state=state, recorder=recorder, clock=clock, tag=ids.tag)
        dispatch = Dispatch(state=state, recorder=recorder, intake=intake, clock=clock)
        replacing = Replacing(state=state, intake=intake, dispatch=dispatch, clock=clock)

        risk = RiskEngine(
            limits=DeskLimits(
                tenants=tenant_limits,
                accounts={setup.id: setup.limits for setup in accounts},
                instruments={setup.id: setup.instrument_limits for setup in accounts},
                strategies=strategy_limits,
                owners={setup.id: setup.tenant for setup in accounts},
            ),
            sums=state.sums,
            positions=state.positions,
            balances=state.balances,
            prices=prices,
            days=state.standing.days,
            record=lambda account, day: recorder.keep(account, DayMarked(day=day)),
            clock=clock,
        )
        manager = OrderManager(
            state=state,
            recorder=recorder,
            intake=intake,
            dispatch=dispatch,
            risk=risk,
            prices=prices,
            clock=clock,
            ids=ids,
        )
        # Before any account can speak: whatever the last process left unanswered is in doubt.
        recorder.keep(_EVERY_ACCOUNT, Restarted(epoch=epoch, last_ns=journal.found_ns))
        risk.start(state.orders.values())
        async with _tasks() as spawn, AsyncExitStack() as opened:
            kill_switch = KillSwitch(
                orders=manager,
                dispatch=dispatch,
                intake=intake,
                state=state,
                clock=clock,
                spawn=spawn,
            )
            flattening = Flattening(
                orders=manager,
                kill_switch=kill_switch,
                intake=intake,
                state=state,
                clock=clock,
                ids=ids,
                spawn=spawn,
            )
            intervention = InterventionDesk(
                orders=manager,
                intake=intake,
                recorder=recorder,
                state=state,
                clock=clock,
                stuck_after_s={setup.id: setup.stuck_after_s for setup in accounts},
                approvals=approvals or Approvals(),
            )
            for setup in accounts:
                desk = AccountDesk(
                    setup.id,
                    tenant=setup.tenant,
                    durability=setup.durability,
                    orphans=Orphans(setup.id, capacity=ORPHANS_KEPT, sums=state.sums),
                )
                recovery = Recovery(
                    desk=desk,
                    dispatch=dispatch,
                    replacing=replacing,
                    intake=intake,
                    recorder=recorder,
                    state=state,
                    clock=clock,
                    spawn=spawn,
                )
                desk.questions = recovery
                inbox = manager.open(desk)
                desk.account = await opened.enter_async_context(setup.open(inbox.receive))
                guard = Guard(
                    desk=desk,
                    dispatch=dispatch,
                    recorder=recorder,
                    state=state,
                    prices=feed,
                    clock=clock,
                    journal_refuses=lambda: journal.refusing,
                    choice=setup.emulation,
                    price_age_s=setup.price_age_s,
                    spawn=spawn,
                )
                desk.guard = guard
                inbox.open()
                recovery.watch_all()
                guard.open()
                kill_switch.go_on(desk)
            switches = [
                DeadManSwitch(
                    setup.dead_man,
                    desk=desk,
                    clock=clock,
                    journal_refuses=lambda: journal.refusing,
                    errors=intake.errors,
                    alert=alert,
                )
                for setup, desk in zip(accounts, manager.desks, strict=True)
                if setup.dead_man is not None
            ]
            for switch in switches:
                spawn(switch.keep())
            lines = [
                LineWatch(
                    desk=desk,
                    limits=setup.line,
                    orders=manager,
                    recorder=recorder,
                    state=state,
                    clock=clock,
                )
                for setup, desk in zip(accounts, manager.desks, strict=True)
                if setup.line is not None
            ]
            for line in lines:
                spawn(line.run())
            spawn(intervention.watch())
            spawn(_forget_ended(state, projector, clock))
            if risk.looks_at_prices:
                spawn(_look_at_prices(risk, clock))
            yield Core(
                orders=manager,
                kill_switch=kill_switch,
                flattening=flattening,
                intervention=intervention,
                risk=risk,
                state=state,
                journal=journal,
                projector=projector,
                bus=bus,
            )
            for switch in switches:
                await switch.end()


@asynccontextmanager
async def _tasks() -> AsyncIterator[Spawn]:
    """Tasks that end with the context; one that fails ends it at once (crash-only)."""
    running: set[asyncio.Task[None]] = set()
    with one_cause():
        async with asyncio.TaskGroup() as group:

            def spawn(coroutine: Coroutine[Any, Any, None]) -> None:
                task = group.create_task(coroutine)
                running.add(task)
                task.add_done_callback(running.discard)

            try:
                yield spawn
            finally:
                for task in tuple(running):
                    task.cancel()


async def _forget_ended(state: DeskState, projector: Projector, clock: Clock) -> None:
    while True:
        await clock.sleep(FORGET_EVERY_S)
        if projector.level:
            state.forget_ended(clock.now_ns() - IN_MEMORY_NS)


async def _look_at_prices(risk: RiskEngine, clock: Clock) -> None:
    while True:
        risk.look()
        await clock.sleep(LOOK_EVERY_S)
