"""The fold of the journal: the same live and at replay, and what leaves memory comes back."""

from decimal import Decimal
from itertools import count

import pytest

from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.evidence import CommandKind, OrderEvidence
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.fill import provisional_id
from algotradehub.domain.ids import AccountId, ClientOrderId, VenueOrderId
from algotradehub.domain.order import Amendment, Leg, Order, OrderStatus, PositionSide
from algotradehub.domain.records import (
    FORMAT_VERSION,
    AmendAsked,
    AmendSettled,
    Body,
    CancelAsked,
    Checkpoint,
    Doubted,
    HaltSet,
    Intent,
    Listed,
    Observed,
    ProvenAbsent,
    Record,
    Requested,
    Responded,
    Restarted,
)
from algotradehub.ports.store import Restored
from algotradehub.trading.applied import Applied
from algotradehub.trading.state import DeskState, Loaded
from tests.unit.trading.words import (
    ACCOUNT,
    SPOT,
    TENANT,
    acknowledged,
    changed,
    cumulative,
    execution,
    facts,
    fee_settled,
    limit,
    lost,
    state,
)

OTHER = AccountId("okx-main")


class Fold:
    """A state without disk or store; ``stored`` stands for the projection."""

    def __init__(self) -> None:
        self.stored: dict[ClientOrderId, Loaded] = {}
        self.state = DeskState(load=self.stored.get, locate=self.locate)
        self.now_ns = 0
        self._seqs = count(1)
        self(Listed(instrument=SPOT))

    def locate(self, account: AccountId, venue_order_id: VenueOrderId) -> ClientOrderId | None:
        for order, _ in self.stored.values():
            if order.leg.venue_order_id == venue_order_id:
                return order.order_id
        return None

    def __call__(self, body: Body, account: AccountId = ACCOUNT) -> Applied:
        """Apply the next record, one nanosecond after the last."""
        self.now_ns += 1
        seq = next(self._seqs)
        return self.state.apply(
            Record(
                v=FORMAT_VERSION,
                seq=seq,
                at_ns=self.now_ns,
                account=account,
                account_seq=seq,
                kind=body.kind,
                body=body,
            )
        )

    def intend(self, name: str = "o1", account: AccountId = ACCOUNT) -> Order:
        order_id = ClientOrderId(name)
        request = limit(f"key of {name}", account=account)
        order = Order(
            order_id=order_id,
            request=request,
            legs=(Leg(client_order_id=order_id, quantity=Decimal(6), limit_price=Decimal(100)),),
            created_ns=self.now_ns + 1,
            send_before_ns=9,
            reserve_price=Decimal(100),
            updated_ns=self.now_ns + 1,
        )
        self(Intent(order=order), account)
        return order

    def observe(self, order: Order, evidence: OrderEvidence) -> Applied:
        return self(Observed(order_id=order.order_id, evidence=evidence), order.request.account)

    def rest(self, name: str = "o1", venue_order_id: str = "V1") -> Order:
        order = self.intend(name)
        self.observe(order, acknowledged(order, venue_order_id=venue_order_id))
        return self.state.orders[order.order_id]

    def end(self, order: Order, status: OrderStatus = OrderStatus.CANCELLED) -> Order:
        told = state(status, order, filled=Decimal(0), venue_order_id=order.leg.venue_order_id)
        self.observe(order, changed(told, venue_time_ns=self.now_ns + 1))
        return self.state.orders[order.order_id]


@pytest.fixture
def fold() -> Fold:
    return Fold()


# Records


def test_a_record_about_an_order_that_nobody_has_stops_the_start(fold: Fold) -> None:
    with pytest.raises(StorageDamaged, match="restore both from the same backup"):
        fold(Doubted(order_id=ClientOrderId("nobody"), what="x"))


def test_bytes_and_checkpoints_change_no_order(fold: Fold) -> None:
    order = fold.rest()
    bodies: list[Body] = [
        Requested(
            request_id=1,
            operation=Operation.ORDER_SUBMIT,
            client_order_id=order.order_id,
            body=b"x",
        ),
        Responded(
            request_id=1,
            operation=Operation.ORDER_SUBMIT,
            client_order_id=order.order_id,
            body=b"y",
        ),
        Checkpoint(account_seqs={}, previous_size=0, previous_crc32=0, previous_sha256=""),
    ]
    for body in bodies:
        assert fold(body) == Applied()
    assert fold.state.orders == {order.order_id: order}
    assert fold.state.changes.applied_seq == 6
    assert [record.body for record in fold.state.changes.records[-3:]] == bodies


def test_changes_are_handed_over_once(fold: Fold) -> None:
    order = fold.rest()
    fold(HaltSet(halted=True, reason="r", by="ann"))
    changes = fold.state.take_changes()
    assert changes.applied_seq == 4
    assert [record.seq for record in changes.records] == [1, 2, 3, 4]
    assert changes.orders == {order.order_id: (order, 3)}
    assert [claim.order_id for claim in changes.claims] == [order.order_id]
    assert changes.halts[ACCOUNT].by == "ann"
    assert [*changes.instruments.values()] == [SPOT]
    rest = fold.state.take_changes()
    assert (rest.applied_seq, rest.records, rest.orders) == (4, [], {})


def test_a_repeated_intent_replaces_the_order_and_counts_once(fold: Fold) -> None:
    """Order-path 2: an intent is told again if it could not be made durable."""
    order = fold.intend()
    dead = changed(order, status=OrderStatus.REJECTED)
    applied = fold(Intent(order=dead))
    assert (applied.before, applied.order) == (order, dead)
    assert fold.state.live[ACCOUNT] == {}
    assert fold.state.sums.open_orders(ACCOUNT) == 0
    assert fold.state.claims == {TENANT: {"key of o1": order.order_id}}


@pytest.mark.design_property(36)
def test_a_restart_puts_in_doubt_what_was_unanswered_and_nothing_else(fold: Fold) -> None:
    """Order-path 3: after a restart nothing is ever resent, so only evidence can end it."""
    pending, resting, ended = fold.intend("o1"), fold.rest("o2", "V2"), fold.rest("o3", "V3")
    amending = fold.rest("o4", "V4")
    amendment = Amendment(quantity=Decimal(9))
    fold(AmendAsked(order_id=amending.order_id, amendment=amendment, send_before_ns=5))
    ended = fold.end(ended)
    fold(Restarted(epoch=2), AccountId(""))
    orders = fold.state.orders
    assert [orders[order.order_id].status for order in (pending, amending)] == [
        OrderStatus.UNKNOWN,
        OrderStatus.UNKNOWN,
    ]
    assert exposure_of(orders[amending.order_id]) == 9
    assert (orders[resting.order_id], orders[ended.order_id]) == (resting, ended)


def test_a_wish_to_cancel_what_has_ended_is_void(fold: Fold) -> None:
    order = fold.end(fold.rest())
    fold(CancelAsked(order_id=order.order_id))
    assert not fold.state.orders[order.order_id].cancel_pending


def test_an_amend_is_settled_by_what_the_order_is_now(fold: Fold) -> None:
    """Order-path 7: with or without the change, it is no question any more."""
    order = fold.rest()
    amendment = Amendment(quantity=Decimal(9))
    fold(AmendAsked(order_id=order.order_id, amendment=amendment, send_before_ns=5))
    asked = fold.state.orders[order.order_id]
    assert (asked.amend_pending, asked.amend_before_ns) == (amendment, 5)
    now = state(OrderStatus.OPEN, order, quantity=Decimal(9), venue_time_ns=9)
    applied = fold(AmendSettled(order_id=order.order_id, state=now))
    assert applied.order is not None
    assert facts(applied.order.quantity, applied.order.amend_pending) == (9, None)
    assert fold.state.sums.of(ACCOUNT, SPOT.symbol).buying == 9


def test_an_amendment_is_settled_however_soon_it_followed_another(fold: Fold) -> None:
    """The venue's time of the second may lie before our clock's of the first."""
    order = fold.rest()
    for quantity in (9, 12):
        amendment = Amendment(quantity=Decimal(quantity))
        asked = AmendAsked(order_id=order.order_id, amendment=amendment, send_before_ns=5)
        fold(asked)
        if quantity == 9:
            answer = acknowledged(order, command=CommandKind.AMEND)
            fold(Observed(order_id=order.order_id, evidence=answer))
    now = state(OrderStatus.OPEN, order, quantity=Decimal(12), venue_time_ns=9)
    fold(AmendSettled(order_id=order.order_id, state=now))
    assert fold.state.orders[order.order_id].quantity == 12


def test_what_is_proven_absent_is_rejected_unless_the_venue_has_named_it(fold: Fold) -> None:
    """Order-path 4: the venue's word outranks our inference."""
    absent, named = fold.intend("o1"), fold.rest("o2", "V2")
    for order in (absent, named):
        fold(ProvenAbsent(order_id=order.order_id, looked_ns=(1, 2), sources=("fills",)))
    assert fold.state.orders[absent.order_id].status is OrderStatus.REJECTED
    assert "never reached the venue" in fold.state.orders[absent.order_id].reason
    assert fold.state.orders[named.order_id].status is OrderStatus.OPEN


def test_a_halt_belongs_to_its_account(fold: Fold) -> None:
    fold(HaltSet(halted=True, reason="r", by="ann"))
    fold(HaltSet(halted=True, reason="r", by="bob"), OTHER)
    fold(HaltSet(halted=False, reason="q", by="cid"))
    assert {account: halt.halted for account, halt in fold.state.standing.halts.items()} == {
        ACCOUNT: False,
        OTHER: True,
    }


# Fills


@pytest.mark.design_property(26)
def test_order_position_and_balance_move_together(fold: Fold) -> None:
    """Order-path 8: in the same call, and once."""
    order = fold.rest()
    applied = fold.observe(order, execution(order))
    assert applied.position is not None
    assert applied.position.quantity == 2
    amounts = {balance.asset: balance.posted for balance in applied.balances}
    assert amounts == {"BTC": 2, "USDT": Decimal("-200.2")}
    assert [fill.execution_id for fill in applied.fills] == ["e1"]
    before = fold.state.orders[order.order_id]
    again = fold.observe(order, execution(order))
    assert again == Applied(order=before, before=before)
    assert fold.state.positions.all() == (applied.position,)


def test_a_provisional_fill_is_dropped_when_the_real_ones_are_there(fold: Fold) -> None:
    """Order-path 8: replaced, never summed."""
    order = fold.rest()
    key = (order.order_id, provisional_id(order))
    fold.observe(order, cumulative(4, 400))
    assert fold.state.changes.fills[key].quantity == 4
    fold.observe(order, execution(order, "e1", 1))
    assert fold.state.changes.fills[key].quantity == 3
    assert not fold.state.changes.dropped_fills
    fold.observe(order, execution(order, "e2", 3))
    assert key not in fold.state.changes.fills
    assert fold.state.changes.dropped_fills == {key}
    held = fold.state.positions.get(ACCOUNT, SPOT.symbol)
    assert held is not None
    assert facts(held.quantity, held.cost) == (4, 400)
    fold.observe(order, cumulative(5, 500))
    assert fold.state.changes.fills[key].quantity == 1
    assert not fold.state.changes.dropped_fills, "there is one again"


def test_a_fee_of_no_known_fill_moves_nothing(fold: Fold) -> None:
    order = fold.rest()
    applied = fold.observe(order, fee_settled())
    assert (applied.fills, applied.position, applied.balances) == ((), None, ())


def test_a_fee_told_late_is_posted_once(fold: Fold) -> None:
    order = fold.rest()
    fold.observe(order, execution(order, fee=None, fee_asset=None))
    assert fold.state.fees_unknown(order.order_id)
    applied = fold.observe(order, fee_settled())
    assert [(fill.fee, fill.fee_asset) for fill in applied.fills] == [(Decimal("0.2"), "USDT")]
    assert [(b.asset, b.posted) for b in applied.balances] == [("USDT", Decimal("-200.2"))]
    assert not fold.state.fees_unknown(order.order_id)
    assert fold.observe(order, fee_settled()).balances == ()


def test_time_before_which_every_fill_is_counted(fold: Fold) -> None:
    """Order-path 9: where the next resynchronisation begins."""
    assert fold.state.caught_up_ns(ACCOUNT, 77) == 77
    order = fold.rest("o1")
    fold.rest("o2", "V2")
    assert fold.state.caught_up_ns(ACCOUNT, 77) == order.created_ns
    fold.observe(order, execution(order, "e1", 1, venue_time_ns=50))
    fold.observe(order, execution(order, "e2", 1, venue_time_ns=40))
    assert fold.state.caught_up_ns(ACCOUNT, 77) == 50
    assert fold.state.caught_up_ns(OTHER, 77) == 77


# Memory


def test_ended_orders_leave_memory_when_they_are_old_enough(fold: Fold) -> None:
    resting = fold.rest("o1", "V1")
    first = fold.end(fold.rest("o2", "V2"))
    second = fold.end(fold.rest("o3", "V3"))
    fold.state.forget_ended(second.updated_ns)
    assert [*fold.state.orders] == [resting.order_id, second.order_id]
    assert [*fold.state.by_venue_id[ACCOUNT]] == ["V1", "V3"]
    fold.stored[first.order_id] = (first, ())
    assert fold.state.order_of_venue(ACCOUNT, VenueOrderId("V2")) == first
    fold.state.forget_ended(fold.now_ns + 1)
    assert [*fold.state.orders] == [resting.order_id]


def test_an_order_of_which_something_was_told_since_stays_a_while_longer(fold: Fold) -> None:
    """And goes in its turn: nothing stays for ever."""
    order = fold.end(fold.rest())
    ended_ns = order.updated_ns
    fold.observe(order, acknowledged(order))
    fold.state.forget_ended(ended_ns + 1)
    assert order.order_id in fold.state.orders
    fold.state.forget_ended(fold.now_ns + 1)
    assert not fold.state.orders


def test_an_order_of_which_fills_are_missing_stays_and_counts(fold: Fold) -> None:
    order = fold.rest()
    fold.observe(order, state(OrderStatus.CANCELLED, order, filled=None, venue_time_ns=9))
    for _ in range(2):
        fold.state.forget_ended(fold.now_ns + 1)
        assert order.order_id in fold.state.orders
    assert fold.state.sums.of(ACCOUNT, SPOT.symbol).buying == 6, "all of it may have filled"
    fold.observe(order, state(OrderStatus.CANCELLED, order, filled=Decimal(0), venue_time_ns=9))
    assert fold.state.sums.of(ACCOUNT, SPOT.symbol).buying == 0
    fold.state.forget_ended(fold.now_ns + 1)
    fold.state.forget_ended(fold.now_ns + 2)
    assert not fold.state.orders


def test_an_order_that_came_to_life_again_stays(fold: Fold) -> None:
    """Order-path 4: terminal and contradicting live evidence -> UNKNOWN, counts, is looked up."""
    order = fold.end(fold.rest())
    told = state(OrderStatus.OPEN, order, venue_time_ns=fold.now_ns + 5)
    fold.observe(order, told)
    assert fold.state.orders[order.order_id].status is OrderStatus.UNKNOWN
    fold.state.forget_ended(fold.now_ns + 1)
    assert [*fold.state.live[ACCOUNT]] == [order.order_id]
    assert fold.state.sums.of(ACCOUNT, SPOT.symbol).buying == 6


def test_an_order_that_ended_twice_leaves_once(fold: Fold) -> None:
    order = fold.end(fold.rest())
    fold.observe(order, state(OrderStatus.OPEN, order, venue_time_ns=fold.now_ns + 5))
    fold.now_ns += 9
    fold.end(fold.state.orders[order.order_id])
    fold.state.forget_ended(fold.now_ns + 1)
    fold.state.forget_ended(fold.now_ns + 2)
    assert not fold.state.orders


def test_a_forgotten_order_is_brought_back_with_its_fills(fold: Fold) -> None:
    order = fold.rest()
    fold.observe(order, execution(order, venue_time_ns=8))
    fold.observe(order, state(OrderStatus.CANCELLED, order, filled=Decimal(2), venue_time_ns=9))
    ended = fold.state.orders[order.order_id]
    fills = tuple(fold.state.executions[order.order_id].values())
    fold.stored[order.order_id] = (ended, fills)
    fold.state.forget_ended(fold.now_ns + 1)
    assert not fold.state.executions
    back = fold.observe(ended, execution(order))
    assert back.order == ended, "counted already, and it still knows"
    assert fold.state.order(ClientOrderId("nobody")) is None
    assert fold.state.order_of_venue(ACCOUNT, VenueOrderId("V8")) is None


def test_what_is_restored_is_what_was_stored(fold: Fold) -> None:
    order = fold.rest()
    fold.observe(order, execution(order, venue_time_ns=8))
    fold.observe(order, lost(order))
    fold(HaltSet(halted=True, reason="r", by="ann"))
    old = fold.state
    changes = old.take_changes()
    new = Fold().state
    new.restore(
        Restored(
            applied_seq=changes.applied_seq,
            account_seqs=changes.account_seqs,
            orders=[kept for kept, _ in changes.orders.values()],
            fills=list(changes.fills.values()),
            positions=list(changes.positions.values()),
            balances=list(changes.balances.values()),
            claims=changes.claims,
            halts=list(changes.halts.values()),
            instruments=[(account, listed) for (account, _), listed in changes.instruments.items()],
        )
    )
    assert new.changes.applied_seq == old.changes.applied_seq
    assert (new.orders, new.live, new.by_venue_id) == (old.orders, old.live, old.by_venue_id)
    assert (new.executions, new.claims) == (old.executions, old.claims)
    assert new.standing.halts == old.standing.halts != {}
    assert new.last_fill_ns == old.last_fill_ns
    assert new.sums.snapshot() == old.sums.snapshot()
    assert new.positions.all() == old.positions.all()
    assert new.positions.get(ACCOUNT, SPOT.symbol, PositionSide.NET) is not None
    assert new.balances.all() == old.balances.all()
