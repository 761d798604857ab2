"""Events whose ids match nothing yet: kept, bounded, until the venue tells whose they are."""

from typing import TypeAlias

from algotradehub.domain.evidence import Cumulative, Execution, FeeSettled, OrderState
from algotradehub.domain.ids import AccountId
from algotradehub.ports.venue import OrderName
from algotradehub.trading.risk.sums import RunningSums

OrphanEvidence: TypeAlias = Execution | Cumulative | FeeSettled | OrderState


class Orphans:
    """The buffer of one account (order-path 8).

    A fill may overtake the answer that names its order. Until then its quantity counts as
    exposure, since it may be ours.
    """

    def __init__(self, account: AccountId, *, capacity: int, sums: RunningSums) -> None:
        self._account = account
        self._capacity = capacity
        self._sums = sums
        self._waiting: dict[tuple[str | None, str | None], list[OrphanEvidence]] = {}
        self._count = 0

    @property
    def full(self) -> bool:
        return self._count >= self._capacity

    def __len__(self) -> int:
        return self._count

    def add(self, evidence: OrphanEvidence) -> OrderName | None:
        """Keep ``evidence``; return the order's name if it is the first of its order.

        At capacity nothing is kept: the caller stops trusting the stream and resynchronises.
        """
        if self.full:
            return None
        key = (evidence.client_order_id, evidence.venue_order_id)
        waiting = self._waiting.get(key)
        first = waiting is None
        if waiting is None:
            waiting = self._waiting[key] = []
        waiting.append(evidence)
        self._count += 1
        self._expect(evidence, 1)
        if not first:
            return None
        return OrderName(
            client_order_id=evidence.client_order_id,
            venue_order_id=evidence.venue_order_id,
            symbol=evidence.symbol,
            side=evidence.side,
        )

    def holds(self, name: OrderName) -> bool:
        return (name.client_order_id, name.venue_order_id) in self._waiting

    def take(self, client_order_id: str | None, venue_order_id: str | None) -> list[OrphanEvidence]:
        """Hand over, and forget, everything that belongs to the order of either name."""
        if not self._waiting:
            return []
        taken: list[OrphanEvidence] = []
        for key in tuple(self._waiting):
            client, venue = key
            if venue is None or venue_order_id is None:
                same = client is not None and client == client_order_id
            else:  # the client's name alone may repeat from one stranger's order to the next
                same = venue == venue_order_id
            if same:
                taken += self._waiting.pop(key)
        self._let_go(taken)
        return taken

    def drop_all(self) -> None:
        """Forget everything: a resynchronisation will tell it again."""
        for waiting in self._waiting.values():
            self._let_go(waiting)
        self._waiting.clear()

    def _let_go(self, evidences: list[OrphanEvidence]) -> None:
        self._count -= len(evidences)
        for evidence in evidences:
            self._expect(evidence, -1)

    def _expect(self, evidence: OrphanEvidence, sign: int) -> None:
        if isinstance(evidence, Execution):
            self._sums.expect(
                self._account, evidence.symbol, evidence.side, evidence.quantity * sign
            )
