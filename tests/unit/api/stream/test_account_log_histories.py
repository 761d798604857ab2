"""After any history of a real desk, restarts included, a client knows what the books say."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from algotradehub.api.bridge import plain
from algotradehub.api.stream.account_log import AccountTopic, Holdings
from algotradehub.api.stream.protocol import Position
from algotradehub.api.views.holdings import balance_view, position_view
from algotradehub.api.views.orders import order_view
from algotradehub.ports.bus import Alert, Fact
from algotradehub.trading.account_desk import Durability
from tests.unit.api.stream.mirror import AccountMirror
from tests.unit.trading.bench import Bench
from tests.unit.trading.test_risk_sums import LIMITS, Histories
from tests.unit.trading.words import ACCOUNT, SPOT


class Followed(Histories):
    """One client stays, another is cut off and comes back; both end with what is true."""

    kept = 1000
    _cursor: Any

    def __init__(self) -> None:
        super().__init__()
        self.epoch = 0
        self.stays, self.cut_off = AccountMirror(), AccountMirror()
        self._join()

    @rule(here=st.booleans())
    def cut(self, *, here: bool) -> None:
        if here:
            self.until_all_is_told()
            position = Position(**self.cut_off.position)
            resets = len(self.cut_off.resets)
            self._follow(self.cut_off, self.topic.start(position))
            if len(self.cut_off.resets) > resets:
                self.cut_off.fills.clear()  # a snapshot has none: the client asks for them
            self._compare(self.cut_off)

    @rule(projection_lags=st.booleans())
    def restart(self, *, projection_lags: bool) -> None:
        super().restart(projection_lags=projection_lags)
        for mirror in (self.stays, self.cut_off):
            mirror.fills.clear()
        self._join()

    @invariant()
    def what_it_knows_is_true(self) -> None:
        self.until_all_is_told()
        self._cursor = self._follow(self.stays, self._cursor)
        self._compare(self.stays)

    def until_all_is_told(self) -> None:
        """Facts follow at once where nothing waits for the disk."""

    def _join(self) -> None:
        """A process has begun."""
        bench = self.bench
        self.epoch += 1
        self.topic = AccountTopic(
            ACCOUNT,
            epoch=self.epoch,
            seq=lambda: bench.journal.account_seq(ACCOUNT),
            holdings=self._holdings,
            show_position=lambda held: position_view(held, SPOT, None),
            monotonic_ns=bench.clock.monotonic_ns,
            kept=self.kept,
        )
        bench.bus.subscribe(self._take)
        self._cursor = self.topic.start(Position(**self.stays.position))

    def _take(self, fact: Fact) -> None:
        if not isinstance(fact, Alert):
            self.topic.take(fact)

    def _follow(self, mirror: AccountMirror, cursor: Any) -> Any:
        more = True
        while more:
            reading = self.topic.read(cursor)
            cursor, more = reading.cursor, reading.more
            for text in reading.messages:
                mirror.hear(text)
        return cursor

    def _holdings(self) -> Holdings:
        state = self.bench.state
        return Holdings(
            orders=[state.orders[order_id] for order_id in state.live.get(ACCOUNT, ())],
            positions=[held for held in state.positions.all() if held.quantity],
            balances=state.balances.all(),
        )

    def _compare(self, mirror: AccountMirror) -> None:
        true, told = self._holdings(), mirror.holdings
        positions = [position_view(held, SPOT, None) for held in true.positions]
        assert told["orders"] == {o.order_id: plain(order_view(o)) for o in true.orders}
        assert told["positions"] == {(p.symbol, p.side): plain(p) for p in positions}
        assert told["balances"] == {b.asset: plain(balance_view(b)) for b in true.balances}
        known: dict[Any, Any] = self.bench.state.executions
        for (order_id, execution_id), fill in mirror.fills.items():
            if order_id in known:
                assert plain(known[order_id][execution_id]) == fill


class Forgetful(Followed):
    """What is kept is so little that who comes back mostly begins anew."""

    kept = 2


class Synced(Followed):
    """Nobody hears of what is not on the disk yet, so they agree when all of it is."""

    def __init__(self) -> None:
        super().__init__()
        self.bench.close()
        self.bench = Bench(orphans=3, all_limits=LIMITS, durability=Durability.SYNC)
        self._join()

    def until_all_is_told(self) -> None:
        self.bench.advance(0.1)


few = settings(max_examples=60, stateful_step_count=40, deadline=None)
Followed.TestCase.settings = Forgetful.TestCase.settings = Synced.TestCase.settings = few
TestFollowed, TestForgetful, TestSynced = Followed.TestCase, Forgetful.TestCase, Synced.TestCase
