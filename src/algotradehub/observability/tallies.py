"""Counts facts of the bus in plain numbers: cheap enough to be called for each of them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Final, TypeVar

from algotradehub.domain.evidence import FillCause
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, ClientOrderId, ExecutionId
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.ports.bus import Alert, Fact, FillChanged, OrderChanged

_K = TypeVar("_K")
_V = TypeVar("_V")

REMEMBERED: Final = 65_536  # orders, and fills without a fee
_NS_PER_MS: Final = 1_000_000
# From a venue in the same room to one that is about to time out.
BOUNDS_NS: Final = tuple(
    int(ms * _NS_PER_MS)
    for ms in (0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
)
_ACKNOWLEDGED: Final = {OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED}


class Durations:
    """How many durations fell between which bounds."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_NS) + 1)
        self.sum_ns = 0

    def add(self, duration_ns: int) -> None:
        self.counts[bisect_left(BOUNDS_NS, duration_ns)] += 1
        self.sum_ns += duration_ns


class Tallies:
    """Facts since the start, counted once each however often they are told.

    What is remembered for that is bounded: of a fact so old that it was forgotten, the next word
    counts anew.

    Args:
        known: Orders from before the start, which are not counted for the status they have.
    """

    def __init__(self, known: Iterable[Order] = ()) -> None:
        self.orders: Counter[tuple[AccountId, OrderStatus]] = Counter()
        self.fills: Counter[AccountId] = Counter()
        self.alerts: Counter[str] = Counter()
        self.acknowledged: dict[AccountId, Durations] = {}
        self._statuses: dict[ClientOrderId, OrderStatus] = {}
        self._without_fee: dict[tuple[ClientOrderId, ExecutionId], None] = {}
        for order in known:
            self._statuses[order.order_id] = order.status

    def hear(self, fact: Fact) -> None:
        match fact:
            case OrderChanged():
                self._order(fact.account, fact.order)
            case FillChanged():
                self._fill(fact.account, fact.fill)
            case Alert():
                self.alerts[fact.name] += 1
            case _:
                pass

    def _order(self, account: AccountId, order: Order) -> None:
        status = order.status
        before = self._statuses.get(order.order_id)
        if status is before:
            return
        self.orders[account, status] += 1
        if before is OrderStatus.PENDING and status in _ACKNOWLEDGED:
            durations = self.acknowledged.get(account)
            if durations is None:
                durations = self.acknowledged[account] = Durations()
            fired_ns = 0 if order.emulated is None else order.emulated.fired_ns
            durations.add(order.updated_ns - (fired_ns or order.created_ns))
        _remember(self._statuses, order.order_id, status)

    def _fill(self, account: AccountId, fill: Fill) -> None:
        if fill.cause is FillCause.PROVISIONAL:
            return  # its executions are still to come
        key = (fill.order_id, fill.execution_id)
        if key in self._without_fee:
            # The same fill once more, because its fee was told.
            if fill.fee is not None:
                del self._without_fee[key]
            return
        self.fills[account] += 1
        if fill.fee is None:
            _remember(self._without_fee, key, None)


def _remember(kept: dict[_K, _V], key: _K, value: _V) -> None:
    kept[key] = value
    if len(kept) > REMEMBERED:
        del kept[next(iter(kept))]
