"""Decisions of people, judged: the venue's word wins, nothing counts twice, two people are two."""

from collections.abc import Iterable

from algotradehub.domain.fill import part_of
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.money import ZERO
from algotradehub.domain.records import Decided, DecisionProposed, Record, Restarted
from algotradehub.simulation.truth import VenueOrder
from algotradehub.simulation.venue import ScriptedVenue
from algotradehub.simulation.verdict import Broken
from algotradehub.trading.state import DeskState


def check_fills(state: DeskState, venue: ScriptedVenue) -> None:
    """At every moment: what no person told has filled at the venue, and counts once."""
    for client_order_id, truth in venue.by_client_id.items():
        order = state.orders.get(state.legs.get(client_order_id, client_order_id))
        if order is None:
            continue
        part = part_of(order, client_order_id, truth.venue_order_id)
        told = part.filled - part.provisional if part.decision is not None else part.filled
        if told > truth.filled:
            raise Broken("fills doubled", f"{part} has {told}, and {truth.filled} filled")
        if part.decision is not None and part.filled != part.decision.filled:
            raise Broken("fills doubled", f"{part} has not filled what a person told")
        fills = state.executions.get(order.order_id, {}).values()
        counted = sum((fill.quantity for fill in fills), ZERO)
        if counted != order.filled:
            raise Broken("fills differ", f"{counted} in fills of {order}")


def check_overruled(state: DeskState, venue: ScriptedVenue) -> None:
    """When all is settled: nothing that the venue can tell of stands on a person's word."""
    for client_order_id, truth in venue.by_client_id.items():
        order = state.orders.get(state.legs.get(client_order_id, client_order_id))
        if order is not None:
            part = part_of(order, client_order_id, truth.venue_order_id)
            if part.decision is not None:
                raise Broken("decision stands", f"{part}, and the venue has {_shown(truth)}")


def check_approved(records: Iterable[Record], *, second_approver: bool) -> None:
    """Where two people are asked for, another one has approved what this process proposed."""
    proposed: dict[ClientOrderId, DecisionProposed] = {}
    for record in records:
        body = record.body
        if isinstance(body, Restarted):
            proposed.clear()
        elif isinstance(body, DecisionProposed):
            proposed[body.order_id] = body
        elif isinstance(body, Decided) and second_approver:
            known = proposed.pop(body.order_id, None)
            decision = body.decision
            if (
                known is None
                or record.at_ns >= known.expires_ns
                or decision.approved_by in {None, decision.by}
                or (decision.by, decision.filled) != (known.decision.by, known.decision.filled)
            ):
                raise Broken("decided alone", f"{record} after {known}")


def _shown(truth: VenueOrder) -> str:
    return f"{truth.venue_order_id} {truth.status} {truth.filled:f}"
