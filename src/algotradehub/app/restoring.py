"""The desk's state at a start: the projection first, then every record it has not seen."""

from algotradehub.app.projector import Projection
from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.domain.ids import AccountId, ClientOrderId, VenueOrderId
from algotradehub.ports.clock import Clock
from algotradehub.ports.journal import Journal
from algotradehub.ports.store import Store
from algotradehub.trading.state import DeskState, Loaded

_NS = 1_000_000_000
CLAIMS_KEPT_NS = 30 * 24 * 3600 * _NS  # order-path 1
IN_MEMORY_NS = 900 * _NS  # longer than any venue's replay horizon
FILLS_OF_ONE_ORDER = 1_000_000
RECORDS_AT_ONCE = 10_000  # a projection that was lost is rebuilt in bounded memory
_LOOK_AGAIN_S = 0.001


def restore(store: Store, journal: Journal, *, now_ns: int) -> DeskState:
    """Rebuild the state in one go; its changes are those of all replayed records.

    Raises:
        StorageDamaged: Journal and projection do not belong together, or one is unreadable.
    """
    state = _from_projection(store, journal, now_ns=now_ns)
    for record in journal.read(state.changes.applied_seq):
        state.apply(record)
    return state


async def restore_in_parts(
    store: Store, journal: Journal, projection: Projection, clock: Clock
) -> DeskState:
    """Rebuild the state once all of the journal is on the disk, and bring the projection level.

    What the last process left may be in the operating system's memory only; nothing may be
    promised on it, or projected from it, before it is on the disk. On a disk that fails the start
    goes on without: cancels must get out all the same (order-path 2), the journal refuses
    everything new by itself, and the projection stays behind.

    Raises:
        StorageDamaged: Journal and projection do not belong together, or one is unreadable.
    """
    while journal.synced_seq < journal.seq and journal.refusing is None:
        await clock.sleep(_LOOK_AGAIN_S)
    now_ns = clock.now_ns()
    state = _from_projection(store, journal, now_ns=now_ns)
    for record in journal.read(state.changes.applied_seq):
        state.apply(record)
        if len(state.changes.records) >= RECORDS_AT_ONCE and record.seq <= journal.synced_seq:
            projection.feed(state.take_changes())
            try:
                await projection.settled(record.seq)
            except NotReady:
                continue  # it has told why; memory has to do
            state.forget_ended(now_ns - IN_MEMORY_NS)
    return state


def _from_projection(store: Store, journal: Journal, *, now_ns: int) -> DeskState:
    def load(order_id: ClientOrderId) -> Loaded | None:
        order = store.order(order_id)
        if order is None:
            return None
        tenant = order.request.tenant
        fills = store.fills(tenant=tenant, order_id=order.order_id, limit=FILLS_OF_ONE_ORDER)
        return order, fills

    def locate(account: AccountId, venue_order_id: VenueOrderId) -> ClientOrderId | None:
        order = store.order_by_venue_id(account, venue_order_id)
        return None if order is None else order.order_id

    state = DeskState(load=load, locate=locate)
    state.restore(
        store.restore(
            changed_after_ns=now_ns - IN_MEMORY_NS, claimed_after_ns=now_ns - CLAIMS_KEPT_NS
        )
    )
    if state.changes.applied_seq > journal.seq:
        raise StorageDamaged(
            f"the projection has record {state.changes.applied_seq}, the journal ends at "
            f"{journal.seq}: restore both from the same backup, or move the projection away if "
            "the journal is the one to keep"
        )
    return state
