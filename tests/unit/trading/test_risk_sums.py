"""Property 24: after any history the running sums equal a recount, and so do all other sums."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from algotradehub.domain.commands import Amend, Cancel, Place
from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.evidence import CommandKind, Execution, OrderEvidence
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.ids import ClientOrderId, ExecutionId, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import money_context
from algotradehub.domain.order import Amendment, Order, OrderStatus, OrderType, Origin
from algotradehub.domain.records import Doubted, ProvenAbsent
from algotradehub.trading.limits import DeskLimits, RiskLimits
from algotradehub.trading.risk.use import ScopeKind
from tests.unit.trading.bench import Bench, S
from tests.unit.trading.words import (
    ACCOUNT,
    PRICE,
    SYMBOL,
    TENANT,
    VENUE,
    acknowledged,
    changed,
    cumulative,
    execution,
    foreign,
    limit,
    lost,
    not_sent,
    refused,
    state,
)

KINDS = {Place: CommandKind.PLACE, Amend: CommandKind.AMEND, Cancel: CommandKind.CANCEL}
which = st.integers(0, 30)
few = st.integers(1, 4)
told_fees = st.sampled_from([Decimal("0.1"), None])
ANSWERS: dict[str, Callable[[Order, CommandKind, str], OrderEvidence]] = {
    "acknowledged": acknowledged,
    "refused": lambda order, kind, _: refused(order, kind),
    "lost": lambda order, kind, _: lost(order, kind),
    "not sent": lambda order, kind, _: not_sent(order, kind),
}


WIDE = RiskLimits(
    max_open_orders=10**6,
    max_orders_per_minute=10**6,
    max_exposure=Decimal(10**9),
    max_daily_loss=Decimal(10**9),
    refuse_self_trade=True,
)
LIMITS = DeskLimits(tenants={TENANT: WIDE}, accounts={ACCOUNT: WIDE}, owners={ACCOUNT: TENANT})


class Histories(RuleBasedStateMachine):
    """One desk, and a venue that may say anything about its orders."""

    def __init__(self) -> None:
        super().__init__()
        self._context = money_context()
        self._context.__enter__()
        self.bench = Bench(orphans=3, all_limits=LIMITS)
        self.unanswered: list[tuple[ClientOrderId, CommandKind]] = []
        self.venue_ids: dict[ClientOrderId, str] = {}
        self.count = 0
        self.time_ns = 0
        self.drained = 0

    def teardown(self) -> None:
        self.bench.close()
        self._context.__exit__(None, None, None)

    def pick(self, number: int) -> Order:
        orders = list(self.bench.state.orders.values())
        return orders[number % len(orders)]

    def venue_id(self, order: Order) -> str:
        known = order.leg.venue_order_id
        return known or self.venue_ids.setdefault(order.order_id, f"W{len(self.venue_ids) + 1}")

    def next(self) -> int:
        self.count += 1
        return self.count

    def note_sent(self) -> None:
        sent = self.bench.sent
        while self.drained < len(sent):
            command = sent[self.drained]
            assert isinstance(command, Place | Amend | Cancel)
            self.unanswered.append((command.client_order_id, KINDS[type(command)]))
            self.drained += 1

    def tell(self, evidence: OrderEvidence) -> None:
        self.bench.account.tell(evidence)
        self.note_sent()

    @rule(side=st.sampled_from(Side), quantity=few)
    def submit(self, side: Side, quantity: int) -> None:
        self.bench.submit(limit(f"k{self.next()}", quantity, side=side))
        self.note_sent()

    @precondition(lambda self: self.unanswered)
    @rule(number=which, answer=st.sampled_from([*ANSWERS]))
    def answer(self, number: int, answer: str) -> None:
        client_order_id, kind = self.unanswered.pop(number % len(self.unanswered))
        order = self.bench.intake.known(self.bench.desk, client_order_id, None)
        if order is None:  # a stranger's that left memory: no answer takes that long
            return
        self.tell(ANSWERS[answer](order, kind, self.venue_id(order)))

    @precondition(lambda self: self.bench.state.orders)
    @rule(number=which, quantity=few, by_client=st.booleans(), fee=told_fees, repeat=st.booleans())
    def fill(
        self, number: int, quantity: int, fee: Decimal | None, *, by_client: bool, repeat: bool
    ) -> None:
        order = self.pick(number)
        name = f"e{number % 5}" if repeat else f"n{self.next()}"
        venue_order_id = VenueOrderId(self.venue_id(order))
        told = execution(order if by_client else None, name, quantity, side=order.request.side)
        self.tell(changed(told, venue_order_id=venue_order_id, fee=fee))

    @rule(venue=st.sampled_from(["X1", "X2"]), side=st.sampled_from(Side), quantity=few)
    def fill_of_a_stranger(self, venue: str, side: Side, quantity: int) -> None:
        name = ExecutionId(f"n{self.next()}")
        told = execution(None, name, quantity, side=side, venue_order_id=VenueOrderId(venue))
        self.tell(told)

    @rule(venue=st.sampled_from(["X1", "X2"]), side=st.sampled_from(Side))
    def adopt_a_stranger(self, venue: str, side: Side) -> None:
        self.tell(foreign(venue, f"client-{venue}-{side}", side=side))

    @precondition(lambda self: self.bench.state.orders)
    @rule(
        number=which,
        status=st.sampled_from(
            [OrderStatus.OPEN, OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.FILLED]
        ),
        filled=st.none() | st.integers(0, 6),
        valued=st.booleans(),
        late=st.booleans(),
    )
    def describe(
        self, number: int, status: OrderStatus, filled: int | None, *, valued: bool, late: bool
    ) -> None:
        order = self.pick(number)
        self.time_ns += 1
        self.tell(
            state(
                status,
                order,
                venue_order_id=VenueOrderId(self.venue_id(order)),
                venue_time_ns=0 if late else self.time_ns,
                filled=None if filled is None else Decimal(filled),
                value=None if filled is None or not valued else Decimal(100 * filled),
            )
        )

    @precondition(lambda self: self.bench.state.orders)
    @rule(number=which, filled=st.integers(0, 6), valued=st.booleans())
    def total(self, number: int, filled: int, *, valued: bool) -> None:
        order = self.pick(number)
        venue_id = VenueOrderId(self.venue_id(order))
        value = 101 * filled if valued else None
        self.tell(cumulative(filled, value, venue_order_id=venue_id, side=order.request.side))

    @precondition(lambda self: self.bench.state.orders)
    @rule(number=which)
    def cancel(self, number: int) -> None:
        self.bench.cancel(self.pick(number))
        self.note_sent()

    @precondition(lambda self: self.bench.state.orders)
    @rule(number=which, quantity=few)
    def amend(self, number: int, quantity: int) -> None:
        amendment = Amendment(quantity=Decimal(quantity))
        try:
            self.bench.orders.amend(TENANT, self.pick(number).order_id, amendment)
        except InvalidRequest:
            return
        self.note_sent()

    @precondition(lambda self: self.bench.state.orders)
    @rule(number=which, absent=st.booleans())
    def conclude(self, number: int, *, absent: bool) -> None:
        order_id = self.pick(number).order_id
        if absent:
            body = ProvenAbsent(order_id=order_id, looked_ns=(1, 2), sources=("fills",))
            self.bench.intake.keep(self.bench.desk, body)
        else:
            self.bench.intake.keep(self.bench.desk, Doubted(order_id=order_id, what="asked"))

    @rule()
    def time_passes(self) -> None:
        self.bench.advance(0.05)

    @rule(old=st.booleans())
    def forget(self, *, old: bool) -> None:
        """Ended orders leave memory once the projection is level."""
        self.bench.advance(0.05)
        self.bench.state.forget_ended(self.bench.clock.now_ns() - (0 if old else 10**8))

    @rule(projection_lags=st.booleans())
    def restart(self, *, projection_lags: bool) -> None:
        if not projection_lags:
            self.bench.advance(0.05)
        before = self.bench.state
        self.bench.restart()
        after = self.bench.state
        for order_id, order in before.orders.items():
            same = after.order(order_id)
            assert same is not None
            assert (same.filled, same.paid) == (order.filled, order.paid)
            assert after.executions.get(order_id, {}) == before.executions.get(order_id, {})
        assert after.positions.all() == before.positions.all()
        assert sorted(map(repr, after.balances.all())) == sorted(map(repr, before.balances.all()))
        for tenant, keys in before.claims.items():
            assert after.claims[tenant].items() >= keys.items()
        self.unanswered.clear()
        self.drained = 0

    @invariant()
    def sums_equal_a_recount(self) -> None:
        state_ = self.bench.state
        counted = {Side.BUY: Decimal(0), Side.SELL: Decimal(0)}
        for order in state_.orders.values():
            counted[order.request.side] += exposure_of(order)
        for waiting in self.bench.desk.orphans._waiting.values():
            for told in waiting:
                if isinstance(told, Execution):
                    counted[told.side] += told.quantity
        held = state_.positions.get(ACCOUNT, SYMBOL)
        position = Decimal(0) if held is None else held.quantity
        sums = state_.sums.of(ACCOUNT, SYMBOL)
        assert (sums.buying, sums.selling, sums.position) == (*counted.values(), position)
        live = [order.order_id for order in state_.orders.values() if not order.is_final]
        assert sorted(state_.live.get(ACCOUNT, ())) == sorted(live)
        assert state_.sums.open_orders(ACCOUNT) == len(live)

    @invariant()
    def no_rule_understates_what_is_used(self) -> None:
        """Each sum against a recount, whatever was heard, forgotten or restored."""
        state_, risk = self.bench.state, self.bench.risk
        sums = state_.sums.of(ACCOUNT, SYMBOL)
        live = [order for order in state_.orders.values() if not order.is_final]
        assert sums.open_orders == len(live)
        used = {(use.scope, use.rule): use.used for use in risk.uses(TENANT)}
        reach = max(sums.position + sums.buying, sums.selling - sums.position)
        for scope in (ScopeKind.ACCOUNT, ScopeKind.TENANT):
            assert used[scope, "max_open_orders"] == len(live)
            exposure = used.get((scope, "max_exposure"), Decimal(0))
            if state_.positions.instrument(ACCOUNT, SYMBOL) is not None:
                assert exposure == reach * PRICE
        asked_after_ns = self.bench.clock.now_ns() - 60 * S
        young = [
            order
            for order in state_.orders.values()
            if order.created_ns > asked_after_ns
            and not order.external
            and order.origin is not Origin.RISK
        ]
        assert (used[ScopeKind.ACCOUNT, "max_orders_per_minute"] or 0) >= len(young)
        resting = state_.sums.resting
        assert resting is not None
        for side in Side:
            prices = [
                leg.limit_price
                for order in live
                if order.request.side is side and order.request.type is OrderType.LIMIT
                for leg in order.legs
                if leg.limit_price is not None
            ]
            best = max(prices, default=None) if side is Side.BUY else min(prices, default=None)
            other = Side.SELL if side is Side.BUY else Side.BUY
            found = resting.opposite(VENUE, SYMBOL, other, frozenset({ACCOUNT}))
            assert (None if found is None else found[0]) == best

    @invariant()
    def fills_add_up(self) -> None:
        """Property 19; an order's fills, and all that ever moved the position."""
        for order in self.bench.state.orders.values():
            fills = self.bench.state.executions.get(order.order_id, {}).values()
            assert sum((fill.quantity for fill in fills), Decimal(0)) == order.filled
            assert order.venue_filled >= order.filled - order.provisional

    @invariant()
    def no_request_is_sent_twice(self) -> None:
        """Order-path 6: a place once, and at most one unanswered mutation per order."""
        places = Counter(c.client_order_id for c in self.bench.sent if isinstance(c, Place))
        assert not places or max(places.values()) == 1
        open_requests = Counter(
            client_order_id
            for client_order_id, kind in self.unanswered
            if kind is not CommandKind.PLACE
        )
        assert not open_requests or max(open_requests.values()) == 1


Histories.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestHistories = pytest.mark.design_property(19)(pytest.mark.design_property(24)(Histories.TestCase))
