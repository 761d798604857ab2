"""Questions to the projection, asked on its reader threads."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from algotradehub.app.bystander import FrozenDisk
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, TenantId
from algotradehub.domain.order import Order
from algotradehub.domain.records import Record
from algotradehub.ports.audit import Head, OperationFilter, OperationStats, Performed
from algotradehub.ports.store import OrderFilter
from algotradehub.storage.journal.verifying import head_on
from algotradehub.storage.sqlite.projection import Projection
from algotradehub.trading.state import DeskState


class ProjectionQueries:
    """Implements the API's ``Queries``; ``settled`` first makes a query see what was just done.

    Every method raises NotReady while the projection cannot keep up.
    """

    def __init__(self, *, projection: Projection, state: DeskState, journal: Path) -> None:
        self._projection = projection
        self._journal = journal  # the directory
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

    async def operations(self, wanted: OperationFilter) -> Sequence[Performed]:
        return await self._projection.query(lambda store: store.operations(wanted))

    async def operation_stats(
        self, wanted: OperationFilter, *, period_ns: int | None = None
    ) -> Sequence[OperationStats]:
        return await self._projection.query(
            lambda store: store.operation_stats(wanted, period_ns=period_ns)
        )

    async def actions(self, wanted: OperationFilter) -> Sequence[Record]:
        return await self._projection.query(lambda store: store.actions(wanted))

    async def head(self) -> Head:
        """The head of the journal; its last segment is hashed on a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, lambda: head_on(FrozenDisk(self._journal)))

    async def timeline(self, order_id: ClientOrderId) -> Sequence[Record]:
        return await self._projection.query(lambda store: store.timeline(order_id))

    async def stop_records(self, account: AccountId, *, limit: int) -> Sequence[Record]:
        return await self._projection.query(lambda store: store.stop_records(account, limit=limit))
