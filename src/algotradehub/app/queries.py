"""Questions to the projection, asked on its reader threads."""

from collections.abc import Sequence

from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, TenantId
from algotradehub.domain.order import Order
from algotradehub.domain.records import Record
from algotradehub.ports.store import OrderFilter
from algotradehub.storage.sqlite.projection import Projection
from algotradehub.trading.state import DeskState


class ProjectionQueries:
    """Implements the API's ``Queries``; ``settled`` first makes a query see what was just done.

    Every method raises NotReady while the projection cannot keep up.
    """

    def __init__(self, *, projection: Projection, state: DeskState) -> None:
        self._projection = projection
        self._state = state

    @property
    def trouble(self) -> str | None:
        """Why nothing new is stored there just now; None while all is well."""
        return self._projection.trouble

    async def settled(self) -> None:
        """Wait until a query sees everything that has been recorded so far."""
        # Not the journal's number: its own records, such as checkpoints, change nothing here.
        await self._projection.settled(self._state.changes.applied_seq)

    async def orders(self, wanted: OrderFilter) -> Sequence[Order]:
        return await self._projection.query(lambda store: store.orders(wanted))

    async def fills(
        self,
        *,
        tenant: TenantId,
        order_id: ClientOrderId | None = None,
        account: AccountId | None = None,
        symbol: Symbol | None = None,
        before_ns: int | None = None,
        limit: int = 100,
    ) -> Sequence[Fill]:
        return await self._projection.query(
            lambda store: store.fills(
                tenant=tenant,
                order_id=order_id,
                account=account,
                symbol=symbol,
                before_ns=before_ns,
                limit=limit,
            )
        )

    async def timeline(self, order_id: ClientOrderId) -> Sequence[Record]:
        return await self._projection.query(lambda store: store.timeline(order_id))

    async def stop_records(self, account: AccountId, *, limit: int) -> Sequence[Record]:
        return await self._projection.query(lambda store: store.stop_records(account, limit=limit))
