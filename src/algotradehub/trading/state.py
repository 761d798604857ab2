"""Everything the desk knows: the fold of the journal's records, the same live and at replay."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import msgspec

from algotradehub.domain import order_fold
from algotradehub.domain.balance import postings as postings_of
from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.evidence import (
    Balance,
    Execution,
    FeeSettled,
    OrderEvidence,
    PositionReport,
)
from algotradehub.domain.fill import (
    Fill,
    Step,
    fill_id,
    fill_of,
    provisional_fill_of,
    provisional_id,
)
from algotradehub.domain.guard_records import Guarded, Unguarded
from algotradehub.domain.ids import (
    AccountId,
    ClientOrderId,
    ExecutionId,
    IdempotencyKey,
    TenantId,
    VenueOrderId,
)
from algotradehub.domain.order import FINAL_STATUSES, Order
from algotradehub.domain.records import (
    Adopted,
    AmendSettled,
    BalanceCorrected,
    DayMarked,
    HaltSet,
    Intent,
    Listed,
    Observed,
    OrderRecord,
    PauseSet,
    PositionCorrected,
    Record,
    Restarted,
    StopProven,
    Told,
)
from algotradehub.ports.store import Changes, Claim, Restored
from algotradehub.trading.applied import Applied
from algotradehub.trading.balances import BalanceKeeper
from algotradehub.trading.positions import PositionManager
from algotradehub.trading.risk.sums import RunningSums
from algotradehub.trading.standing import Standing

_replace: Final = msgspec.structs.replace
_NO_NAMES: Final[dict[VenueOrderId, ClientOrderId]] = {}
_NO_KEYS: Final[dict[IdempotencyKey, ClientOrderId]] = {}

Loaded: TypeAlias = tuple[Order, Sequence[Fill]]


class DeskState:
    """Orders, fills, positions, balances, claims and halts, moved by ``apply`` alone.

    Final orders leave memory some time after they ended; ``load`` brings one back from the
    projection when a late event names it (order-path 8).

    Args:
        load: Finds an order and its fills in the projection, by its own id.
        locate: Finds there the id of the order that the venue calls so.
    """

    def __init__(
        self,
        *,
        load: Callable[[ClientOrderId], Loaded | None],
        locate: Callable[[AccountId, VenueOrderId], ClientOrderId | None],
    ) -> None:
        self._load = load
        self._locate = locate
        self.orders: dict[ClientOrderId, Order] = {}
        self.live: dict[AccountId, dict[ClientOrderId, None]] = {}  # not final; insertion order
        self.legs: dict[ClientOrderId, ClientOrderId] = {}  # leg -> order, first legs left out
        # Nested, because a key that is a tuple would be one more object for every order ever made.
        self.by_venue_id: dict[AccountId, dict[VenueOrderId, ClientOrderId]] = {}
        self.executions: dict[ClientOrderId, dict[ExecutionId, Fill]] = {}
        self.claims: dict[TenantId, dict[IdempotencyKey, ClientOrderId]] = {}
        self.standing = Standing()
        self.last_fill_ns: dict[AccountId, int] = {}  # venue time of the newest execution
        self.moved_ns: dict[AccountId, int] = {}  # when a fill or fee last moved what is held
        self.sums = RunningSums()
        self.positions = PositionManager(sums=self.sums)
        self.balances = BalanceKeeper()
        self.changes = Changes(applied_seq=0)
        self._ended: deque[tuple[int, ClientOrderId]] = deque()

    def restore(self, restored: Restored) -> None:
        """Start from the projection; records after its ``applied_seq`` are applied next."""
        self.changes = Changes(applied_seq=restored.applied_seq)
        for account, instrument in restored.instruments:
            self.positions.list_instrument(account, instrument)
        by_order: dict[ClientOrderId, list[Fill]] = {}
        for fill in restored.fills:
            by_order.setdefault(fill.order_id, []).append(fill)
        for order in restored.orders:
            self._remember(order, by_order.get(order.order_id, ()))
        for held in restored.positions:
            self.positions.restore(held)
        for balance in restored.balances:
            self.balances.restore(balance)
        for claim in restored.claims:
            self.claims.setdefault(claim.tenant, {})[claim.key] = claim.order_id
        self.standing.restore(restored.halts, restored.pauses, restored.days)

    def apply(self, record: Record) -> Applied:  # noqa: C901, PLR0912 - one branch per record
        """Fold one record in. Its order must be known, or findable in the projection."""
        changes = self.changes
        changes.applied_seq = record.seq
        changes.account_seqs[record.account] = record.account_seq
        changes.records.append(record)
        body = record.body
        # No case of the match: its failure would cost every other record 0.1 us.
        if type(body) is Intent:
            return self._intended(record, body)
        match body:
            case Observed():
                order = self.require(body.order_id)
                return self._observed(record, order, body.evidence)
            case Told(word=Balance() as balance):
                return Applied(balances=(self.balances.tell(record, balance, changes),))
            case Told(word=PositionReport() as report):
                self.positions.report(record.account, report)
                return Applied()
            case BalanceCorrected(asset=asset, amount=amount):
                return Applied(balances=(self.balances.correct(record, asset, amount, changes),))
            case PositionCorrected():
                return Applied(position=self.positions.correct(record, body, changes))
            case AmendSettled():
                # Asked when everything was in force or dead: no word from before an amendment.
                order = _replace(self.require(body.order_id), amend_pending=None, amended_ns=0)
                return self._observed(record, order, body.state)
            case Adopted():
                self._set_order(record, None, body.order)
                applied = self._observed(record, body.order, body.state)
                applied.before = None  # nobody knew it or its names before this record
                return applied
            case Restarted() | Unguarded() | Guarded():
                return self._of_many(record)
            case HaltSet() | StopProven() | PauseSet() | DayMarked():
                self.standing.apply(record, body, changes)
                return Applied()
            case Listed():
                changes.instruments[record.account, body.instrument.symbol] = body.instrument
                self.positions.list_instrument(record.account, body.instrument)
                return Applied()
            case _ if isinstance(body, OrderRecord):
                before = self.require(body.order_id)
                step = order_fold.recorded(before, body, record.at_ns)
                return self._stepped(record, before, step, None)
            case _:  # requests, responses and checkpoints change nothing here
                return Applied()

    def claimed(self, tenant: TenantId, key: IdempotencyKey) -> ClientOrderId | None:
        """The order that ``key`` of ``tenant`` stands for."""
        return self.claims.get(tenant, _NO_KEYS).get(key)

    def order(self, order_id: ClientOrderId) -> Order | None:
        """The order of this id, or of this leg; from the projection if it has left memory."""
        order = self.orders.get(self.legs.get(order_id, order_id))
        if order is None:
            loaded = self._load(order_id)
            if loaded is not None:
                order, fills = loaded
                self._remember(order, fills)
        return order

    def order_of_venue(self, account: AccountId, venue_order_id: VenueOrderId) -> Order | None:
        """The order the venue calls so, brought back from the projection if need be."""
        order_id = self.by_venue_id.get(account, _NO_NAMES).get(venue_order_id)
        if order_id is None:
            order_id = self._locate(account, venue_order_id)
        return None if order_id is None else self.order(order_id)

    def caught_up_ns(self, account: AccountId, now_ns: int) -> int:
        """Time before which every fill of ``account`` has been counted.

        The newest execution's, or else the age of the oldest live order: before it was made,
        nothing of ours can have filled.
        """
        newest = self.last_fill_ns.get(account)
        if newest is not None:
            return newest
        oldest = next(iter(self.live.get(account, ())), None)
        return now_ns if oldest is None else self.orders[oldest].created_ns

    def require(self, order_id: ClientOrderId) -> Order:
        order = self.orders.get(order_id) or self.order(order_id)
        if order is None:
            raise StorageDamaged(
                f"the journal speaks of order {order_id}, which neither it nor the projection has; "
                "restore both from the same backup"
            )
        return order

    def counted(self, order: Order, execution: Execution) -> Fill | None:
        """The fill that already stands for this execution, if it was counted (order-path 8)."""
        fills = self.executions.get(order.order_id)
        return None if fills is None else fills.get(fill_id(order, execution))

    def fees_unknown(self, order_id: ClientOrderId) -> bool:
        """Whether a fill of the order is provisional, or its fee was not told."""
        return any(fill.fee is None for fill in self.executions.get(order_id, {}).values())

    def take_changes(self) -> Changes:
        """Hand over what changed since the last call, for the projection."""
        changes, self.changes = self.changes, Changes(applied_seq=self.changes.applied_seq)
        return changes

    def forget_ended(self, ended_before_ns: int) -> None:
        """Let final orders go that ended before that time.

        Call it only while the projection is level with the journal: ``load`` must find them there.
        """
        ended = self._ended
        while ended and ended[0][0] < ended_before_ns:
            _, order_id = ended.popleft()
            order = self.orders.get(order_id)
            if order is None or not order.is_final:
                continue
            if order.updated_ns < ended_before_ns and not order.lacks_fills:
                self._forget(order)
            else:  # something was told of it since, or is to be told: it stays for as long again
                ended.append((max(order.updated_ns, ended_before_ns), order_id))

    def _intended(self, record: Record, body: Intent) -> Applied:
        order = body.order
        request = order.request
        before = self.orders.get(order.order_id)  # an intent is repeated if it was not durable
        self.claims.setdefault(request.tenant, {})[request.idempotency_key] = order.order_id
        self.changes.claims.append(
            Claim(
                tenant=request.tenant,
                key=request.idempotency_key,
                order_id=order.order_id,
                claimed_ns=record.at_ns,
            )
        )
        self._set_order(record, before, order)
        if order.permit is not None:
            self.standing.passed(record.account, self.changes)
        return Applied(order=order, before=before)

    def _observed(self, record: Record, order: Order, evidence: OrderEvidence) -> Applied:
        before = self.orders[order.order_id]
        # Compared by type, since a failed isinstance of a Struct costs 0.1 us.
        execution = evidence if type(evidence) is Execution else None
        if execution is not None and self.counted(order, execution):
            return Applied(order=before, before=before)
        step = order_fold.advanced(order, evidence, record.at_ns)
        if type(evidence) is FeeSettled:
            self._set_order(record, before, step.order)
            return self._fee_settled(record, step.order, evidence)
        return self._stepped(record, before, step, execution)

    def _stepped(
        self, record: Record, before: Order, step: Step, execution: Execution | None
    ) -> Applied:
        """Put an order in the place of ``before``, and book what has filled."""
        after = step.order
        self._set_order(record, before, after)
        applied = Applied(order=after, before=before)
        if execution is not None:
            fill = fill_of(after, execution, received_ns=record.at_ns)
            self._set_fill(fill)
            applied.fills = (fill,)
            newest = self.last_fill_ns.get(record.account, 0)
            self.last_fill_ns[record.account] = max(newest, execution.venue_time_ns)
        if step.effect is not None:
            if before.provisional or after.provisional:
                applied.fills += self._set_provisional(record, after)
                if not after.provisional:
                    applied.dropped_fill = provisional_id(after)
            self.moved_ns[record.account] = record.at_ns
            filled_by = applied.fills[0].execution_id if applied.fills else None
            changes = self.changes
            applied.position = self.positions.fill(record, after, step.effect, filled_by, changes)
            instrument = self.positions.instrument(record.account, after.request.symbol)
            assert instrument is not None  # noqa: S101 - the position just moved with it
            postings = postings_of(step.effect, instrument)
            applied.balances = self.balances.post(record, postings, changes)
        return applied

    def _fee_settled(self, record: Record, order: Order, settled: FeeSettled) -> Applied:
        fill = self.executions.get(order.order_id, {}).get(fill_id(order, settled))
        if fill is None or fill.fee is not None:
            return Applied(order=order, before=order)
        patched = _replace(fill, fee=settled.fee, fee_asset=settled.fee_asset)
        self._set_fill(patched)
        self.moved_ns[record.account] = record.at_ns
        postings = ((settled.fee_asset, -settled.fee),)
        return Applied(
            order=order,
            before=order,
            fills=(patched,),
            position=self.positions.settle_fee(record, order, settled, self.changes),
            balances=self.balances.post(record, postings, self.changes),
        )

    def _of_many(self, record: Record) -> Applied:
        """A restart concerns every account, its other records the orders of one."""
        body = record.body
        accounts = tuple(self.live) if isinstance(body, Restarted) else (record.account,)
        moved: list[Order] = []
        for account in accounts:
            for order_id in tuple(self.live.get(account, ())):
                before = self.orders[order_id]
                after = order_fold.one_of_many(before, body, record.at_ns)
                if after is not before:
                    self._set_order(record, before, after)
                    moved.append(after)
        return Applied() if isinstance(body, Restarted) else Applied(others=tuple(moved))

    def _set_order(self, record: Record, before: Order | None, after: Order) -> None:
        order_id = after.order_id
        self.orders[order_id] = after
        self.changes.orders[order_id] = (after, record.account_seq)
        self.sums.order_moved(before, after)
        if before is None:
            self._index(after)
            return
        if before.legs is not after.legs:
            self._index_legs(after)
        if before.status is not after.status:
            if after.status in FINAL_STATUSES:
                self.live[after.request.account].pop(order_id, None)
                self._ended.append((record.at_ns, order_id))
            elif before.status in FINAL_STATUSES:
                self.live[after.request.account][order_id] = None

    def _index(self, order: Order) -> None:
        live = self.live.setdefault(order.request.account, {})
        if order.status not in FINAL_STATUSES:
            live[order.order_id] = None
        self._index_legs(order)

    def _index_legs(self, order: Order) -> None:
        order_id = order.order_id
        for leg in order.legs:
            name = leg.client_order_id
            # A stranger's name may repeat: it is that of the order that lives, if one does.
            if name != order_id and not (order.is_final and name in self.legs):
                self.legs[name] = order_id
            if leg.venue_order_id is not None:
                names = self.by_venue_id.setdefault(order.request.account, {})
                names[leg.venue_order_id] = order_id

    def _set_fill(self, fill: Fill) -> None:
        self.executions.setdefault(fill.order_id, {})[fill.execution_id] = fill
        self.changes.fills[fill.order_id, fill.execution_id] = fill

    def _set_provisional(self, record: Record, order: Order) -> tuple[Fill, ...]:
        fill = provisional_fill_of(order, at_ns=record.at_ns)
        key = (order.order_id, provisional_id(order))
        if fill is not None:
            self._set_fill(fill)
            self.changes.dropped_fills.discard(key)
            return (fill,)
        self.executions.get(order.order_id, {}).pop(key[1], None)
        self.changes.fills.pop(key, None)
        self.changes.dropped_fills.add(key)
        return ()

    def _remember(self, order: Order, fills: Sequence[Fill]) -> None:
        """Take in an order from the projection, as it stands there."""
        self.orders[order.order_id] = order
        self._index(order)
        self.sums.order_moved(None, order)
        if order.is_final:
            self._ended.append((order.updated_ns, order.order_id))
        if not fills:
            return
        self.executions[order.order_id] = {fill.execution_id: fill for fill in fills}
        account = order.request.account
        newest = max(fill.venue_time_ns for fill in fills)
        self.last_fill_ns[account] = max(newest, self.last_fill_ns.get(account, 0))

    def _forget(self, order: Order) -> None:
        del self.orders[order.order_id]
        self.executions.pop(order.order_id, None)
        for leg in order.legs:
            if self.legs.get(leg.client_order_id) == order.order_id:  # strangers' names repeat
                del self.legs[leg.client_order_id]
            if leg.venue_order_id is not None:
                self.by_venue_id[order.request.account].pop(leg.venue_order_id, None)
