"""The projection, which must never be ahead of the journal."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "projection",
        "it is fed before the journal is synced",
        "app/projector.py",
        "if self._held is not None and self._journal.synced_seq >= self._held.applied_seq:",
        "if self._held is not None:",
    ),
    Bug(
        "projection",
        "an adopted order is kept under the name that somebody else gave it",
        "storage/sqlite/rows.py",
        "name = leg.client_order_id if index else order.order_id",
        "name = leg.client_order_id",
    ),
    Bug(
        "projection",
        "an order that is asked for by a later leg comes back without its fills",
        "app/restoring.py",
        "order_id=order.order_id, limit=FILLS_OF_ONE_ORDER",
        "order_id=order_id, limit=FILLS_OF_ONE_ORDER",
    ),
    Bug(
        "projection",
        "a word on one stranger's order goes to another of the same name",
        "trading/intake.py",
        "order.external and _is_namesake(desk, order, client_order_id, venue_order_id)",
        "False",
    ),
)
