"""One seed from beginning to end: lives, deaths, healing, judgement."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from hashlib import blake2b
from itertools import count

from algotradehub.app.core import AccountSetup, Core, memory_store, open_core
from algotradehub.app.restoring import IN_MEMORY_NS
from algotradehub.domain.commands import OrderCommand
from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.domain.records import Record, Wire
from algotradehub.ports.store import Changes, OrderFilter, Store
from algotradehub.ports.venue import Sink, Word
from algotradehub.simulation import decisions, invariants, limit_invariants
from algotradehub.simulation.account import ScriptedAccount
from algotradehub.simulation.audit import AuditTrail
from algotradehub.simulation.clock import SimClock
from algotradehub.simulation.dead_man import DeadManJudge
from algotradehub.simulation.disk import SimDisk
from algotradehub.simulation.emulation import Judge
from algotradehub.simulation.entropy import seeded_ids, stream
from algotradehub.simulation.invariants_closing import check_closing
from algotradehub.simulation.loop import SimLoop
from algotradehub.simulation.people import FIRST, SECOND
from algotradehub.simulation.prices import Prices
from algotradehub.simulation.scenario import Crash as PlannedCrash
from algotradehub.simulation.scenario import Death, Scenario, Waiting
from algotradehub.simulation.timeline import Crash, Timeline
from algotradehub.simulation.users import ACCOUNT, LAST_WORDS_S, TENANT, Users
from algotradehub.simulation.venue import SYMBOL, VENUE, ScriptedVenue
from algotradehub.simulation.views import check_views
from algotradehub.trading.intervention import Approvals

_S = 1_000_000_000
START_NS = 1_767_225_600 * _S  # 2026-01-01
TAG = 0x5EED
_PRICE_AGE_S = 4.0
_FORGET_EVERY_S = 0.3
_ALL_ORDERS = OrderFilter(tenant=TENANT, limit=1_000_000)


class World:
    """Everything that outlives the process: time, disk, venue, and the users' memory.

    Args:
        scenario: What is to happen.
        trace: Told every effect and every piece of evidence, one line each.
    """

    def __init__(self, scenario: Scenario, trace: Callable[[str], None] | None = None) -> None:
        self.scenario = scenario
        seed = scenario.seed
        self.timeline = Timeline(stream(seed, "ties"), start_ns=START_NS)
        self.venue = ScriptedVenue(
            self.timeline, stream(seed, "venue"), scenario.rules, stream(seed, "prices")
        )
        self.disk = SimDisk(self.timeline, stream(seed, "disk"), effect=self.effect)
        self.ids = seeded_ids(stream(seed, "ids"), tag=TAG)
        self.store = memory_store()
        self.walk = self.venue.walk
        self.users = Users(scenario, self.venue, self.disk, stream(seed, "users"), START_NS)
        self.audit = AuditTrail()
        self.judge = Judge(self.venue)
        rules = scenario.rules
        self.dead_man = DeadManJudge(
            self.timeline, self.venue.dead_man, scenario.dead_man, rules.request_timeout_s
        )
        self.users.cancelled = self.judge.cancelled
        self.users.fired = self.judge.fired_by_hand
        if any(isinstance(action, Waiting) for action in scenario.actions):
            self.walk.begin()
        self.lives = 0
        self.crashes = 0
        self._loop: SimLoop | None = None
        self._account: ScriptedAccount | None = None
        self._core: Core | None = None  # of this life
        self._refused_ns = 0  # when the journal last could not write
        self.effects_total = 0
        self._effects = count(1)
        self._crash: PlannedCrash | None = None
        self._effects_to_crash = 0
        self._connected_ns = 0  # when this process last heard that the stream is there
        self._catching_up = False  # since then; until it takes new orders
        self._trace = trace
        self._hash = blake2b(digest_size=16)

    @property
    def digest(self) -> str:
        """Of everything that happened: the same seed gives the same digest."""
        return self._hash.hexdigest()

    def note(self, what: str) -> None:
        line = f"{(self.timeline.now_ns - START_NS) / _S:10.6f} {what}"
        self._hash.update(line.encode())
        if self._trace is not None:
            self._trace(line)

    def effect(self, name: str) -> None:
        """Called around everything this process does to the world; here it dies."""
        loop = self._loop
        assert loop is not None  # noqa: S101 - nothing has effects before the first life
        loop.require_alive()
        number = next(self._effects)
        self.effects_total += 1
        self.note(f"life {self.lives} effect {number}: {name}")
        if self._core is not None and self._core.journal.refusing is not None:
            self._refused_ns = self.timeline.now_ns
            self.dead_man.refused()
        if self._crash is not None and self._crash.among in name:
            self._effects_to_crash -= 1
            if not self._effects_to_crash:
                loop.crash()

    def run(self) -> None:
        """Live through the scenario, then heal, then be judged.

        Raises:
            BaseException: Whatever went wrong, in the platform or in the world.
        """
        try:
            for crash in self.scenario.crashes:
                if self._live(crash):
                    return
                self._die(crash)
            self._live(None)
            self.dead_man.check_ended()
        except StorageDamaged:
            # A sync that failed left a hole, and power loss made it real: refusing to start is
            # the right answer then, and only then.
            if not self.users.broke_a_sync:
                raise

    def close(self) -> None:
        self.timeline.close()
        self.store.close()

    def _live(self, crash: PlannedCrash | None) -> bool:
        """One life of the process; whether it reached its end."""
        self.lives += 1
        self._core = None
        self._effects = count(1)
        self._crash, self._effects_to_crash = crash, 0 if crash is None else crash.effect
        loop = self._loop = SimLoop(self.timeline)
        try:
            loop.run(self._main(loop))
        except Crash:
            return False
        finally:
            self.venue.watcher = _nobody
            self.walk.listener = None
            self.dead_man.died()
            self.venue.connect(None)
            if self._account is not None:
                self._account.die()
            loop.close()
        return True

    def _die(self, crash: PlannedCrash) -> None:
        self.crashes += 1
        self.note(f"life {self.lives} ended by {crash.death}")
        now_ns = self.timeline.now_ns
        refused = self._refused_ns == now_ns
        self.audit.died(self.lives, now_ns, self._core, self.disk, refused=refused)
        if crash.death is Death.POWER:
            self.disk.crash()
        else:
            self.disk.kill()
        if not self.users.broke_a_sync:
            self.audit.check_chain(self.disk)
        if crash.loses_projection:
            self.store.close()
            self.store = memory_store()
        self.timeline.run_until(self.timeline.now_ns + crash.down_ns)
        state = None if self._core is None else self._core.state
        self.judge.died(state, crash.down_ns, power_failed=crash.death is Death.POWER)

    async def _main(self, loop: SimLoop) -> None:
        clock = SimClock(
            loop,
            monotonic_origin_ns=self.lives * 1_000,
            wall_error_ns=self.scenario.wall_errors_ns[self.lives - 1],
        )
        prices = Prices(self.walk, clock, venue=VENUE, symbol=SYMBOL)
        setup = AccountSetup(
            id=ACCOUNT,
            tenant=TENANT,
            open=lambda sink: self._open(loop, sink),
            durability=self.scenario.durability,
            limits=self.scenario.limits,
            stuck_after_s=self.scenario.stuck_after_s,
            price_age_s=_PRICE_AGE_S,
            dead_man=self.scenario.dead_man,
        )
        async with open_core(
            clock=clock,
            ids=self.ids,
            disk=self.disk,
            store=self.store,
            projection=_Commits(self.store, self.effect),
            prices=prices,
            feed=prices,
            accounts=[setup],
            epoch=self.lives,
            segment_bytes=self.scenario.segment_bytes,
            approvals=Approvals(
                people=frozenset({FIRST, SECOND}) if self.scenario.second_approver else None
            ),
        ) as core:
            self._core = core
            self.dead_man.stands(core)
            self.venue.watcher = lambda: self._watch(core)
            assert self._account is not None  # noqa: S101 - the core has opened it
            self._account.on_send = lambda command: self._sent(core, command)
            self._account.on_dead_man = lambda timeout_s: self.dead_man.asks(core, timeout_s)
            self.walk.listener = lambda price: self._show(core, prices, price)
            if self.scenario.in_memory_ns < IN_MEMORY_NS:
                self._forget(clock, core)
            await self.users.act(clock, core)
            await self.users.heal(clock, core)
            told_ns = self.timeline.now_ns - int(LAST_WORDS_S * _S)
            self._remember(core)
            invariants.check_settled(core.state, self.venue, told_ns)
            decisions.check_overruled(core.state, self.venue)
            self.judge.check_all(core.state, core.journal.read(), clock.now_ns())
            await self.users.finish(clock, core)
            self._remember(core)
            invariants.check_all(core, self.venue, self.users)
            self._judge_records(core, list(core.journal.read()))
            self.dead_man.ends(core)

    def _judge_records(self, core: Core, records: Sequence[Record]) -> None:
        replayed = limit_invariants.check_accepted(records, self.scenario.limits)
        if core.journal.refusing is not None:
            return  # neither journal nor projection has everything
        invariants.check_corrections(core.state, records, self.venue)
        decisions.check_approved(records, second_approver=self.scenario.second_approver)
        invariants.check_wishes(records)
        invariants.check_storage(core, self.store, replayed=replayed)
        self.audit.check(records, self.disk, self.venue.requests)
        check_views(records, replayed.orders.values(), self.store)

    def _forget(self, clock: SimClock, core: Core) -> None:
        """Let ended orders leave memory as if it were long after, unless they are asked about."""
        before_ns = clock.now_ns() - self.scenario.in_memory_ns
        is_due = any(
            order.is_final and order.updated_ns < before_ns for order in core.state.orders.values()
        )
        if is_due and core.projector.level and self.users.incomplete(core) is None:
            core.state.forget_ended(before_ns)
        clock.after(_FORGET_EVERY_S, self._forget, clock, core)

    def _remember(self, core: Core) -> None:
        """Bring every order back that left memory: all of them are judged."""
        for order in self.store.orders(_ALL_ORDERS):
            core.state.order(order.order_id)

    def _sent(self, core: Core, command: OrderCommand) -> None:
        """Called before a request leaves."""
        invariants.check_sent(core.state, command)
        limit_invariants.check_sent(core.state, self.scenario.limits, command)
        check_closing(core.state, command, self.users.people.cancelled)
        self.judge.sent(core.state, command)
        self.users.sent.append(command)

    def _show(self, core: Core, prices: Prices, price: Decimal) -> None:
        """A trade that this process hears of."""
        self.note(f"price {price}")
        self.judge.before_price(core.state, price)
        prices.hear(price)
        self.judge.after_price(core.state, price)

    def _watch(self, core: Core) -> None:
        """Called at every change of the truth, and after every word of it that was heard."""
        invariants.check_exposure(core.state, self.venue)
        invariants.check_booked(core.state, self.venue)
        invariants.check_legs(core.state, self.venue)
        decisions.check_fills(core.state, self.venue)
        invariants.check_stopped(core.state, self.venue)
        limit_invariants.check_reach(self.venue, self.scenario.limits)
        self.judge.watch(core.state)
        if self._catching_up and core.orders.desks[0].refusing is None:
            self._catching_up = False
            invariants.check_caught_up(core, self.venue, self._connected_ns)

    def _open(self, loop: SimLoop, sink: Sink) -> ScriptedAccount:
        def receive(evidence: Word) -> None:
            self.note(f"heard {evidence!r}")
            if isinstance(evidence, Wire):
                self.audit.heard(self.lives, self.timeline.now_ns, evidence)
                sink(evidence)
                return
            if isinstance(evidence, Connection):
                is_up = evidence.state is ConnectionState.UP
                self.dead_man.hears(up=is_up)
                if is_up:
                    self._connected_ns, self._catching_up = self.timeline.now_ns, True
            sink(evidence)
            self.venue.watcher()

        self._account = ScriptedAccount(
            ACCOUNT, venue=self.venue, sink=receive, loop=loop, effect=self.effect, life=self.lives
        )
        return self._account


class _Commits:
    """The store as it is, for the world has no threads. A commit is an effect."""

    def __init__(self, store: Store, effect: Callable[[str], None]) -> None:
        self._store = store
        self._effect = effect
        self.applied_seq = store.applied_seq

    def feed(self, changes: Changes) -> None:
        self._effect("before commit")
        self._store.apply(changes)
        self.applied_seq = changes.applied_seq
        self._effect("after commit")

    async def settled(self, seq: int) -> None:
        """Everything that was fed is stored already."""


def _nobody() -> None:
    """Nobody watches while no process is up."""
