"""By which names a store finds orders, and what it tells of one."""

from typing import Final

import msgspec

from algotradehub.conformance.store_samples import (
    ACCOUNT,
    NewStore,
    order_id,
    order_of,
    orders_of,
    placed,
    record_of,
    same,
)
from algotradehub.domain.ids import AccountId, ClientOrderId, VenueOrderId
from algotradehub.domain.order import Leg
from algotradehub.domain.records import Body, CancelAsked, CloseAsked, Doubted, HaltSet
from algotradehub.ports.store import Changes

_replace: Final = msgspec.structs.replace


def finds_all_legs_of_an_order(new_store: NewStore) -> None:
    store = new_store()
    order = order_of(1)
    second = Leg(client_order_id=order_id(5), venue_order_id=VenueOrderId("v-5"))
    order = _replace(order, legs=(_replace(order.leg, dead=True), second))
    elsewhere = order_of(2, account=AccountId("acme-perp"))
    elsewhere = _replace(elsewhere, legs=(_replace(elsewhere.leg, venue_order_id="v-5"),))
    changes = orders_of([order, elsewhere], applied_seq=3)
    changes.records = [
        record_of(1, placed(order_id(1), b"place")),
        record_of(2, placed(order_id(2), b"another order's")),
        record_of(3, placed(order_id(5), b"replace")),
    ]
    store.apply(changes)
    same("first leg", store.order_by_venue_id(ACCOUNT, VenueOrderId("v-1")), order)
    same("second leg", store.order_by_venue_id(ACCOUNT, VenueOrderId("v-5")), order)
    same("by a leg's own id", store.order(order_id(5)), order)
    same("no leg", store.order_by_venue_id(ACCOUNT, VenueOrderId("v-2")), None)
    renamed = _replace(order, legs=(order.legs[0], _replace(second, venue_order_id="v-6")))
    store.apply(orders_of([renamed], applied_seq=4))
    same("renamed leg", store.order_by_venue_id(ACCOUNT, VenueOrderId("v-6")), renamed)
    same("its old name", store.order_by_venue_id(ACCOUNT, VenueOrderId("v-5")), None)
    same("timeline", [r.seq for r in store.timeline(order.order_id)], [1, 3])


def finds_adopted_orders_whose_legs_share_a_name(new_store: NewStore) -> None:
    """Whoever placed them named their legs: such names repeat, within an account and beyond."""
    store, name, other = new_store(), ClientOrderId("x-77"), AccountId("acme-perp")
    orders = [order_of(1), order_of(2), order_of(3, account=other)]
    orders = [_replace(o, legs=(_replace(o.leg, client_order_id=name),)) for o in orders]
    changes = orders_of(orders, applied_seq=3)
    changes.records = [
        record_of(1, Doubted(order_id=order_id(3), what="asked"), account=other),
        record_of(2, placed(name, b"cancel"), account=other),
        record_of(3, placed(name, b"of another account")),
    ]
    store.apply(changes)
    for number, order in enumerate(orders, 1):
        venue_id = VenueOrderId(f"v-{number}")
        same("by its id", store.order(order.order_id), order)
        same("by venue id", store.order_by_venue_id(order.request.account, venue_id), order)
    same("by a name that repeats", store.order(name), None)
    same("timeline", [r.seq for r in store.timeline(order_id(3))], [1, 2])


def tells_what_followed_the_last_stop(new_store: NewStore) -> None:
    store = new_store()
    halt = HaltSet(halted=True, reason="lunch", by="ann")
    resumed = HaltSet(halted=False, reason="", by="ann")
    stop = HaltSet(halted=True, reason="enough", by="ann", stop=True)
    close = CloseAsked(reason="out", by="ann", spot=False)

    def numbers_after(*bodies: Body, limit: int = 99) -> list[int]:
        changes = Changes(applied_seq=store.applied_seq + len(bodies))
        start = store.applied_seq + 1
        changes.records = [record_of(seq, body) for seq, body in enumerate(bodies, start)]
        store.apply(changes)
        return [record.seq for record in store.stop_records(ACCOUNT, limit=limit)]

    same("never stopped", numbers_after(halt, resumed), [])
    same("closed", numbers_after(close), [3])
    same("stopped", numbers_after(CancelAsked(order_id=order_id(1)), stop), [5])
    same("closed after it", numbers_after(close, resumed), [5, 6, 7])
    same("closed later", numbers_after(close), [8])
    same("at most", numbers_after(CancelAsked(order_id=order_id(1)), limit=1), [8])
    same("of others", store.stop_records(AccountId("other"), limit=9), [])
